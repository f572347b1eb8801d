"""The debtor as the decision sees them: usable contacts, wishes, and the law of the place where they live."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from brasil.contact import Channel as LawChannel
from brasil.contact import allowed
from contracts.dunning import ContactWindow
from contracts.fields import Channel as WireChannel
from dunning.domain.debtor_file import DebtorCopy
from dunning.domain.decide import Lawful, LawfulContact
from dunning.domain.facts import ContactPoint, DebtorFacts
from dunning.domain.plan import local_instant
from dunning.domain.policy import Channel

CONTACT_CHANNELS: tuple[WireChannel, ...] = ("email", "sms", "whatsapp", "voice")
"""What the notifier can send on; a letter is a task for a person."""

_NEVER = frozenset({"do_not_contact", "deceased", "bankrupt", "judicial_recovery", "in_litigation"})


def debtor_facts(debtor: DebtorCopy, *, contacted_at: Sequence[datetime], now: datetime) -> DebtorFacts:
    """The facts of a decision; a contact that may not be told about the debt is no contact."""
    points = []
    for contact in debtor.contacts:
        if contact.channel not in CONTACT_CHANNELS:
            continue
        usable = (
            contact.authorised
            and contact.status in {"active", "unconfirmed"}
            and contact.contact_id not in debtor.closed_contacts
            and contact.channel not in debtor.closed_channels
            and contact.channel not in debtor.refused_channels
        )
        points.append(
            ContactPoint(
                contact_id=contact.contact_id,
                channel=Channel(contact.channel),
                allowed=usable,
                preferred=contact.channel in debtor.preferred_channels,
            )
        )
    resting = debtor.paused and (debtor.paused_until is None or now < debtor.paused_until)
    return DebtorFacts(
        customer_id=debtor.customer_id,
        version=debtor.version,
        zone=debtor.zone,
        uf=debtor.uf,
        city_ibge=debtor.city_code,
        contacts=tuple(points),
        asked_weekdays=frozenset(day - 1 for day in debtor.contact_days.weekdays),
        contacted_at=tuple(contacted_at),
        excluded=debtor.excluded or bool(debtor.flags & _NEVER),
        paused=resting,
    )


def lawful_contact(debtor: DebtorCopy) -> LawfulContact:
    """The law of the debtor's state, city and zone, as the decision asks it."""

    def ask(channel: Channel, at: datetime) -> Lawful:
        verdict = allowed(at=at, uf=debtor.uf, city=debtor.city_code, channel=LawChannel(channel), zone=debtor.zone)
        return Lawful(verdict.allowed, verdict.source, verdict.next_lawful_instant)

    return ask


@dataclass(frozen=True)
class OpenWindow:
    """The window of the day in which a message may leave."""

    not_before: datetime
    not_after: datetime
    window: ContactWindow


def window_at(debtor: DebtorCopy, channel: Channel, at: datetime) -> OpenWindow:
    """The lawful window that `at` lies in, or the next one after it; raises `ValueError` if there is none in a year."""
    first = allowed(at=at, uf=debtor.uf, city=debtor.city_code, channel=LawChannel(channel), zone=debtor.zone)
    if first.next_lawful_instant is None:
        raise ValueError("no lawful instant within a year")
    opens = first.next_lawful_instant
    verdict = allowed(at=opens, uf=debtor.uf, city=debtor.city_code, channel=LawChannel(channel), zone=debtor.zone)
    day = verdict.local_time.date()
    opens_at = local_instant(day, _clock(verdict.window.start), debtor.zone)
    closes_at = _closing(day, verdict.window.end, debtor)
    window = ContactWindow(
        rule=f"contact_hours.{debtor.uf.lower()}.{channel}",
        uf=debtor.uf,
        time_zone=str(debtor.zone),
        opens_at=opens_at,
        closes_at=closes_at,
    )
    return OpenWindow(max(opens, opens_at), closes_at, window)


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


def _closing(day: date, minute: int, debtor: DebtorCopy) -> datetime:
    if minute >= 24 * 60:
        return local_instant(day + timedelta(days=1), time(0, 0), debtor.zone)
    return local_instant(day, _clock(minute), debtor.zone)
