"""What a debtor does, as pure functions: of its profile, the seed, and what it has seen. No choice knows the time of
day at which it is asked, or in what order things came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from simulators.debtors.population import Debt, Debtor
from simulators.outside.chance import happens, number

BRASILIA: Final = ZoneInfo("America/Sao_Paulo")

Kind = Literal[
    "prefetch", "open", "read", "click", "pay_pix", "pay_boleto", "pay_wrong_amount", "promise", "dispute", "says_paid",
    "wrong_person", "unsubscribe", "stop",
]  # fmt: skip

OPEN_SHARE: Final = 0.72
PREFETCH_SHARE: Final = 0.12
CLICK_SHARE: Final = 0.35
PIX_SHARE: Final = 0.6
TWICE_SHARE: Final = 0.015
WRONG_AMOUNT_SHARE: Final = 0.02
UNSUBSCRIBE_SHARE: Final = 0.012
SAYS_PAID_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Plan:
    """An act to come. `key` makes it happen once.

    `subject` is the message that it answers, `debt` the debt it is about, `note` the day of a promise.
    """

    key: str
    kind: Kind
    due_at: datetime
    debtor: str
    subject: str = ""
    debt: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message in a debtor's box. `name` is the same in every run, `message_id` is the provider's."""

    name: str
    message_id: str
    channel: Literal["email", "sms", "whatsapp"]
    at: datetime
    can_unsubscribe: bool = False
    has_links: bool = False


def hour_of(seed: int, day: date, *names: object) -> datetime:
    """An instant between eight in the morning and eight in the evening of a day."""
    minutes = number(seed, 12 * 60, "minute", day, *names)
    return datetime.combine(day, time(8), BRASILIA) + timedelta(minutes=minutes)


def handling(seed: int, debtor: Debtor, seen: Seen) -> list[Plan]:
    """What becomes of the message itself: fetched by a machine, opened, read, clicked, answered with a way out."""
    name, plans = seen.name, []
    if debtor.profile == "wrong_address":
        if seen.channel != "email" and happens(seed, 0.5, "stranger", name):
            plans.append(_after(seed, debtor, seen, "wrong_person", (30, 300)))
        return plans
    if seen.channel == "email" and happens(seed, PREFETCH_SHARE, "prefetch", debtor.external_id):
        plans.append(_after(seed, debtor, seen, "prefetch", (0, 0)))
    opens = happens(seed, OPEN_SHARE, "open", name)
    if opens and seen.channel != "sms":
        plans.append(_after(seed, debtor, seen, "open" if seen.channel == "email" else "read", (5, 600)))
    if opens and seen.has_links and happens(seed, CLICK_SHARE, "click", name):
        plans.append(_after(seed, debtor, seen, "click", (601, 700)))
    if opens and happens(seed, UNSUBSCRIBE_SHARE, "out", name):
        if seen.channel == "email" and seen.can_unsubscribe:
            plans.append(_after(seed, debtor, seen, "unsubscribe", (701, 800)))
        elif seen.channel != "email":
            plans.append(_after(seed, debtor, seen, "stop", (701, 800)))
    return plans


def paying(seed: int, debtor: Debtor, debt: Debt, first_heard: date) -> list[Plan]:
    """When the debtor would pay this debt by itself, knowing of it since `first_heard`; asked once per debt."""
    draw = number(seed, 100, "paying", debt.key)
    match debtor.profile:
        case "punctual":
            day = debt.due_on - timedelta(number(seed, 4, "ahead", debt.key))
        case "disputing" if draw < 35:
            day = debt.due_on + timedelta(20 + draw)
        case "wrong_address" if draw < 40:
            day = debt.due_on + timedelta(2 + draw // 3)
        case "chronic" if draw < 40:
            day = debt.due_on + timedelta(25 + draw)
        case _:
            return []
    return _payment(seed, debtor, debt, max(day, first_heard))


def reacting(seed: int, debtor: Debtor, debt: Debt, seen: Seen) -> list[Plan]:
    """What a message about a debt moves the debtor to."""
    local = seen.at.astimezone(BRASILIA).date()
    days_late = (local - debt.due_on).days
    name = f"{debt.key}/{seen.name}"
    match debtor.profile:
        case "forgetful" if days_late >= -1 and happens(seed, 0.55, "moved", name):
            delay = number(seed, 3, "delay", name)
            return _payment(seed, debtor, debt, max(local + timedelta(delay), debt.due_on))
        case "forgetful" | "tight" if days_late > 0 and happens(seed, SAYS_PAID_SHARE, "says", name):
            return [_answer(seed, debtor, debt, seen, kind="says_paid")]
        case "tight" if days_late >= 1:
            promised = local + timedelta(3 + number(seed, 7, "promise", debt.key))
            kept = happens(seed, 0.75, "kept", debt.key)
            paid_on = promised if kept else promised + timedelta(5 + number(seed, 9, "broken", debt.key))
            promise = _answer(seed, debtor, debt, seen, kind="promise", note=promised.isoformat())
            return [promise, *_payment(seed, debtor, debt, paid_on)]
        case "chronic" if days_late >= 3 and happens(seed, 0.4, "excuse", name):
            return [_answer(seed, debtor, debt, seen, kind="promise", note=(local + timedelta(7)).isoformat())]
        case "disputing" if days_late >= -3:
            return [_answer(seed, debtor, debt, seen, kind="dispute")]
    return []


def route_kinds(seed: int, debt_key: str) -> Sequence[Kind]:
    """How the debt is paid: Pix or boleto; some pay it twice, some another amount."""
    if happens(seed, TWICE_SHARE, "twice", debt_key):
        return ("pay_boleto", "pay_pix")  # the boleto first: what the bank knows today, others know tomorrow
    if happens(seed, WRONG_AMOUNT_SHARE, "wrong amount", debt_key):
        return ("pay_wrong_amount",)
    return ("pay_pix",) if happens(seed, PIX_SHARE, "route", debt_key) else ("pay_boleto",)


def wrong_amount_cents(seed: int, debt_key: str, due_cents: int) -> int:
    """A slip: short by a tenth, over by five reais, or the last digits left off."""
    slips = (due_cents - due_cents // 10, due_cents + 500, max(1, due_cents // 100 * 100))
    return slips[number(seed, 3, "slip", debt_key)]


def words(debtor: Debtor, plan: Plan) -> str:
    """What the debtor writes."""
    if plan.kind == "promise":
        day = date.fromisoformat(plan.note)
        return f"I will pay on {day.isoformat()}." if debtor.english else f"Bom dia, vou pagar no dia {day:%d/%m/%Y}."
    texts: dict[str, tuple[str, str]] = {
        "dispute": ("Não reconheço esta cobrança.", "I do not owe this."),
        "says_paid": ("Já paguei esta conta.", "I have already paid this."),
        "wrong_person": ("Número errado, não conheço essa pessoa.", "Wrong person, I do not know them."),
        "stop": ("SAIR", "STOP"),
    }
    return texts[plan.kind][1 if debtor.english else 0]


def _payment(seed: int, debtor: Debtor, debt: Debt, day: date) -> list[Plan]:
    at = hour_of(seed, day, "pay", debt.key)
    return [
        Plan(f"{kind}/{debt.key}", kind, at, debtor.external_id, debt=debt.key) for kind in route_kinds(seed, debt.key)
    ]


def _answer(seed: int, debtor: Debtor, debt: Debt, seen: Seen, *, kind: Kind, note: str = "") -> Plan:
    """One answer of a kind for each debt and day, whatever number of messages asked."""
    day = seen.at.astimezone(BRASILIA).date()
    at = seen.at + timedelta(minutes=20 + number(seed, 400, "answer", debt.key, kind, day))
    once = debt.key if kind == "dispute" or debtor.profile == "tight" else f"{debt.key}/{day}"
    return Plan(f"{kind}/{once}", kind, at, debtor.external_id, seen.message_id, debt.key, note)


def _after(seed: int, debtor: Debtor, seen: Seen, kind: Kind, minutes: tuple[int, int]) -> Plan:
    """Some minutes after the message was seen."""
    least, most = minutes
    at = seen.at + timedelta(minutes=least + number(seed, most - least + 1, "after", kind, seen.name))
    return Plan(f"{kind}/{seen.name}", kind, at, debtor.external_id, seen.message_id)
