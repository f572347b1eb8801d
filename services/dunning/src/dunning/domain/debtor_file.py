"""Everything dunning knows of one debtor, as it is loaded for a review: recorded facts only, no personal data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.customers import Contact, ContactDays, CustomerFlag
from contracts.decisions import PolicyRef
from contracts.dunning import HoldReason, Owner
from contracts.fields import Channel, Language
from contracts.invoices import OPEN_STATES, InvoiceState
from dunning.domain.policy import Policy
from dunning.domain.promise import Credit, Promise


@dataclass(frozen=True, kw_only=True)
class DebtorCopy:
    """The customer's snapshot without its personal block, and what the debtor or an operator said to dunning."""

    customer_id: UUID
    version: int
    zone: ZoneInfo
    uf: str
    city_code: str
    language: Language
    contact_days: ContactDays
    refused_channels: frozenset[Channel]
    preferred_channels: frozenset[Channel]
    contacts: tuple[Contact, ...]
    flags: frozenset[CustomerFlag] = frozenset()
    segment: str = ""
    closed_contacts: frozenset[UUID] = frozenset()
    closed_channels: frozenset[Channel] = frozenset()
    excluded: bool = False
    paused: bool = False
    paused_until: datetime | None = None
    erased: bool = False


@dataclass(frozen=True, kw_only=True)
class Receivable:
    """An invoice as the newest of its own snapshot and the books of payments show it."""

    invoice_id: UUID
    version: int
    state: InvoiceState
    due_on: date
    payable_on: date
    open_cents: int
    has_boleto: bool
    segment: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something of it can still be collected."""
        return self.state in OPEN_STATES and self.open_cents > 0


@dataclass(frozen=True, kw_only=True)
class HoldRow:
    """A hold that nobody has released."""

    hold_id: UUID
    case_id: UUID
    reason: HoldReason
    owner: Owner
    starts_at: datetime
    ends_at: datetime | None
    promise_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """The case of one invoice. `steps_done` names each step that was taken or passed over."""

    case_id: UUID
    invoice_id: UUID
    case_version: int
    policy: PolicyRef
    state: Literal["open", "closed"]
    steps_done: frozenset[str] = frozenset()
    paused: bool = False
    messages_requested: int = 0
    last_reason: str | None = None
    last_until: datetime | None = None
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class PromiseRow:
    """An open promise, and the money that came for its invoices since it was made."""

    promise: Promise
    case_ids: tuple[UUID, ...]
    grace_days: int
    silent_until: datetime
    received: tuple[Credit, ...] = ()
    allocation_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DebtorFile:
    """One debtor's whole file. `assigned` is the régua for a new case, by segment; "" is for all others."""

    debtor: DebtorCopy | None
    customer_id: UUID
    receivables: Mapping[UUID, Receivable]
    cases: tuple[CaseRow, ...]
    holds: tuple[HoldRow, ...]
    promises: tuple[PromiseRow, ...]
    contacted_at: tuple[datetime, ...]
    policies: Mapping[tuple[UUID, int], Policy]
    assigned: Mapping[str, PolicyRef] = field(default_factory=dict)
    bank_fresh_until: datetime | None = None

    def policy_for(self, segment: str) -> PolicyRef:
        """The régua that a new case of the segment comes under."""
        return self.assigned.get(segment) or self.assigned[""]

    def policy_of(self, case: CaseRow) -> Policy:
        """The version the case runs on."""
        return self.policies[case.policy.policy_id, case.policy.policy_version]
