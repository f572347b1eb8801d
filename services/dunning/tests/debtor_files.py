"""Debtor files for tests: one debtor in São Paulo with e-mail, WhatsApp and SMS, and as many invoices as asked for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.customers import Contact, ContactDays
from contracts.decisions import PolicyRef
from dunning.domain.calendar import bank_days
from dunning.domain.debtor_file import DebtorCopy, DebtorFile, Receivable
from dunning.domain.policy import DEFAULT_POLICY

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
POLICY = PolicyRef(policy_id=UUID(int=500), policy_version=1)
CUSTOMER = UUID(int=8)


def at(text: str) -> datetime:
    """A wall-clock time in São Paulo, as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=SAO_PAULO).astimezone(UTC)


def ids(start: int = 10_000) -> Callable[[], UUID]:
    numbers = count(start)
    return lambda: UUID(int=next(numbers))


add_bank_days = bank_days("SP", "3550308")


def contact(number: int, channel: Any) -> Contact:
    return Contact(
        contact_id=UUID(int=number),
        channel=channel,
        role="payer",
        authorised=True,
        language="pt-BR",
        status="active",
        lawful_basis="contract",
    )


def debtor(**changes: Any) -> DebtorCopy:
    plain = DebtorCopy(
        customer_id=CUSTOMER,
        version=1,
        zone=SAO_PAULO,
        uf="SP",
        city_code="3550308",
        language="pt-BR",
        contact_days=ContactDays(),
        refused_channels=frozenset(),
        preferred_channels=frozenset(),
        contacts=(contact(1, "email"), contact(2, "whatsapp"), contact(3, "sms")),
    )
    return replace(plain, **changes)


def receivable(number: int = 1, **changes: Any) -> Receivable:
    plain = Receivable(
        invoice_id=UUID(int=100 + number),
        version=1,
        state="open",
        due_on=date(2026, 3, 10),
        payable_on=date(2026, 3, 10),
        open_cents=10_000,
        has_boleto=True,
    )
    return replace(plain, **changes)


def file_of(*receivables: Receivable, **changes: Any) -> DebtorFile:
    plain = DebtorFile(
        debtor=debtor(),
        customer_id=CUSTOMER,
        receivables={item.invoice_id: item for item in receivables or (receivable(),)},
        cases=(),
        holds=(),
        promises=(),
        contacted_at=(),
        policies={(POLICY.policy_id, POLICY.policy_version): DEFAULT_POLICY},
        assigned={"": POLICY},
    )
    return replace(plain, **changes)
