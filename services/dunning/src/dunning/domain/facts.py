"""What a decision is taken from: values recorded from events, nothing looked up and nothing asked."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from dunning.domain.policy import Channel


class InvoiceState(StrEnum):
    """The invoice as dunning sees it; only an open one is collected."""

    OPEN = "open"
    SETTLED = "settled"
    CANCELLED = "cancelled"
    WRITTEN_OFF = "written_off"


class HoldReason(StrEnum):
    """Why collecting rests, the gravest first."""

    COURT_ORDER = "court_order"
    INSOLVENCY = "insolvency"
    BEREAVEMENT = "bereavement"
    DISPUTE = "dispute"
    SAYS_PAID = "says_paid"
    PAYMENT_IN_FLIGHT = "payment_in_flight"
    AGREEMENT_ACTIVE = "agreement_active"
    AGREEMENT_OFFERED = "agreement_offered"
    PROMISE = "promise"
    ASKS_NEW_DATE = "asks_new_date"
    CUSTOMER_REQUEST = "customer_request"
    NO_CONTACT = "no_contact"
    STALE_SOURCE = "stale_source"
    OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A rest with a reason and an owner; `ends_at` None lasts until somebody releases it."""

    hold_id: UUID
    reason: HoldReason
    owner: str
    starts_at: datetime
    ends_at: datetime | None = None
    released_at: datetime | None = None

    def active(self, now: datetime) -> bool:
        """Whether it rests at `now`."""
        if self.released_at is not None and self.released_at <= now:
            return False
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, kw_only=True)
class InvoiceFacts:
    """One receivable as of its `version`."""

    invoice_id: UUID
    version: int
    state: InvoiceState
    due_on: date
    payable_on: date
    balance_cents: int
    has_boleto: bool = True


@dataclass(frozen=True, kw_only=True)
class ContactPoint:
    """A way to the debtor by its id alone: addresses stay with the notifier."""

    contact_id: UUID
    channel: Channel
    allowed: bool = True
    preferred: bool = False


@dataclass(frozen=True, kw_only=True)
class DebtorFacts:
    """The payer as of its `version`; `asked_weekdays` are the days (Monday 0) they asked to be contacted on."""

    customer_id: UUID
    version: int
    zone: ZoneInfo
    uf: str
    city_ibge: str | None = None
    contacts: tuple[ContactPoint, ...] = ()
    asked_weekdays: frozenset[int] = frozenset()
    contacted_at: tuple[datetime, ...] = ()
    excluded: bool = False
    paused: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """The case of one invoice: what the régua has already done, and what makes it rest."""

    case_id: UUID
    opened_at: datetime
    steps_done: frozenset[str] = frozenset()
    holds: tuple[Hold, ...] = ()
    paused: bool = False
