"""What the bank knows: accounts, titles, payments and removals, folded from its journal, and the movements of a day."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from simulators.bank.barcode import account_of
from simulators.outside.bank_days import bank_days_between, next_bank_day, this_or_next
from simulators.outside.journal import Entry

BRASILIA: Final = ZoneInfo("America/Sao_Paulo")

Kind = Literal["entry", "settled", "settled_again", "written_off", "removed", "paid_by_pix", "fee"]
_ORDER: Final[tuple[Kind, ...]] = (
    "entry", "settled", "settled_again", "paid_by_pix", "written_off", "removed", "fee",
)  # fmt: skip


@dataclass(slots=True)
class Account:
    """An agreement: one company's collection at one bank."""

    bank_code: str
    convenio: str
    agencia: str
    conta: str
    conta_dv: str
    company: str
    tax_id: str
    opened_on: date

    def sequence(self, day: date) -> int:
        """The number of the day's return file: one for each bank day since the account began."""
        return bank_days_between(self.opened_on - timedelta(1), day)


@dataclass(slots=True)
class Title:
    """A registered boleto."""

    bank_code: str
    convenio: str
    carteira: str
    nosso_numero: str
    body: Mapping[str, Any]
    registered_on: date
    status: Literal["registered", "paid", "removed"] = "registered"
    payments: list["Movement"] = field(default_factory=list)
    closed_on: date | None = None
    """The bank day of the first payment or removal."""

    @property
    def barcode(self) -> str:
        return str(self.body["barcode"])

    @property
    def line(self) -> str:
        return str(self.body["linha_digitavel"])

    @property
    def due_on(self) -> date:
        return date.fromisoformat(self.body["due_on"])

    @property
    def face_cents(self) -> int:
        return int(self.body["amount_cents"])

    @property
    def last_day(self) -> date:
        """The last day on which it can be paid."""
        return this_or_next(this_or_next(self.due_on) + timedelta(int(self.body.get("payable_days_after_due") or 0)))

    @property
    def expires_on(self) -> date:
        """The bank day on which the bank writes it off if nobody paid."""
        return next_bank_day(self.last_day)

    @property
    def path(self) -> str:
        return f"{self.bank_code}/{self.convenio}/{self.carteira}/{self.nosso_numero}"


@dataclass(frozen=True, slots=True)
class Movement:
    """One thing that happened to a title on a bank day; amounts in cents, zero where none."""

    kind: Kind
    title: Title
    occurred_on: date
    credit_on: date | None = None
    paid_cents: int = 0
    discount_cents: int = 0
    abatement_cents: int = 0
    extra_cents: int = 0
    fee_cents: int = 0
    ordinal: int = 0

    @property
    def credited_cents(self) -> int:
        return self.paid_cents - self.fee_cents

    def place(self) -> tuple[str, str, int, int]:
        """Where it stands in a day's file: by title, whatever the order of arrival was."""
        return (self.title.carteira, self.title.nosso_numero, _ORDER.index(self.kind), self.ordinal)


class Book:
    """The fold."""

    def __init__(self) -> None:
        self.accounts: dict[tuple[str, str], Account] = {}
        self.titles: dict[str, Title] = {}
        self.by_barcode: dict[str, Title] = {}
        self.by_payer: dict[str, list[Title]] = defaultdict(list)
        self.by_payment_key: dict[str, Mapping[str, Any]] = {}
        self._days: dict[tuple[str, str, date], list[Movement]] = defaultdict(list)
        self._expiring: dict[tuple[str, str, date], list[Title]] = defaultdict(list)

    def apply(self, entry: Entry) -> None:
        """Take one fact in."""
        match entry.kind:
            case "account.opened":
                self._open(entry.body)
            case "title.registered":
                self._register(entry)
            case "title.paid":
                self._pay(entry)
            case "title.removed":
                self._remove(entry)

    def _open(self, body: Mapping[str, Any]) -> None:
        known = self.accounts.get((body["bank_code"], body["convenio"]))
        account = Account(**{**body, "opened_on": date.fromisoformat(body["opened_on"])})
        if known is not None:
            account.opened_on = known.opened_on
        self.accounts[account.bank_code, account.convenio] = account

    def _register(self, entry: Entry) -> None:
        bank_code, convenio, carteira, nosso_numero = entry.subject.split("/")
        on = this_or_next(local_day(entry.at))
        title = Title(bank_code, convenio, carteira, nosso_numero, entry.body, on)
        self.titles[entry.subject] = self.by_barcode[title.barcode] = title
        self.by_payer[str(entry.body["payer"]["tax_id"])].append(title)
        if (bank_code, convenio) not in self.accounts:
            agencia, conta, digit = account_of(bank_code, title.barcode)
            who = entry.body["beneficiary"]
            self.accounts[bank_code, convenio] = Account(
                bank_code, convenio, agencia, conta, digit, who["name"], who["tax_id"], on
            )
        self._add(Movement("entry", title, on))
        self._expiring[bank_code, convenio, title.expires_on].append(title)

    def _pay(self, entry: Entry) -> None:
        title, body = self.titles[entry.subject], entry.body
        occurred_on = date.fromisoformat(body["occurred_on"])
        again = self.status_of(title, occurred_on) != "registered"
        payment = Movement(
            kind="settled_again" if again else "settled",
            title=title,
            occurred_on=occurred_on,
            credit_on=next_bank_day(occurred_on),
            paid_cents=body["paid_cents"],
            discount_cents=body["discount_cents"],
            abatement_cents=body["abatement_cents"],
            extra_cents=body["extra_cents"],
            fee_cents=body["fee_cents"],
            ordinal=len(title.payments),
        )
        title.payments.append(payment)
        title.status, title.closed_on = "paid", title.closed_on or occurred_on
        self.by_payment_key[body["key"]] = {"title": entry.subject, **body}
        self._add(payment)

    def _remove(self, entry: Entry) -> None:
        title = self.titles[entry.subject]
        on = this_or_next(local_day(entry.at))
        title.status, title.closed_on = "removed", title.closed_on or on
        kind: Kind = "paid_by_pix" if entry.body["reason"] == "paid_by_pix" else "removed"
        self._add(Movement(kind, title, on, fee_cents=entry.body["fee_cents"]))

    def _add(self, movement: Movement) -> None:
        title = movement.title
        self._days[title.bank_code, title.convenio, movement.occurred_on].append(movement)

    def status_of(self, title: Title, on: date) -> str:
        """registered, paid or removed, as of a day: what nobody paid in time the bank writes off."""
        if title.status == "registered" and on > title.last_day:
            return "removed"
        return title.status

    def movements(self, account: Account, day: date, fee_cents: int) -> list[Movement]:
        """All of an account on one bank day, in the order of a file."""
        place = (account.bank_code, account.convenio, day)
        found = list(self._days.get(place, ()))
        found += [
            Movement("written_off", title, day, fee_cents=fee_cents)
            for title in self._expiring.get(place, ())
            if title.closed_on is None or title.closed_on >= day
        ]
        return sorted(found, key=Movement.place)


def local_day(instant: datetime) -> date:
    """The calendar day in Brasília."""
    return instant.astimezone(BRASILIA).date()
