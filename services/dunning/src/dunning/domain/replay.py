"""Taking a recorded decision again from its recorded facts: the same facts give the same decision."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.customers import Contact, ContactDays
from dunning.domain.calendar import bank_days
from dunning.domain.contact import debtor_facts, lawful_contact
from dunning.domain.debtor_file import DebtorCopy
from dunning.domain.decide import Decision, Situation, decide
from dunning.domain.facts import CaseFacts, Hold, HoldReason, InvoiceFacts, InvoiceState
from dunning.domain.policy import Policy

_OPEN = frozenset({"open", "partially_paid"})


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _debtor(told: Mapping[str, Any]) -> DebtorCopy:
    return DebtorCopy(
        customer_id=UUID(told["customer_id"]),
        version=told["version"],
        zone=ZoneInfo(told["zone"]),
        uf=told["uf"],
        city_code=told["city_code"],
        language=told["language"],
        contact_days=ContactDays.model_validate(told["contact_days"]),
        refused_channels=frozenset(told["refused_channels"]),
        preferred_channels=frozenset(told["preferred_channels"]),
        contacts=tuple(Contact.model_validate(contact) for contact in told["contacts"]),
        flags=frozenset(told["flags"]),
        segment=told["segment"],
        closed_contacts=frozenset(UUID(item) for item in told["closed_contacts"]),
        closed_channels=frozenset(told["closed_channels"]),
        excluded=told["excluded"],
        paused=told["paused"],
        paused_until=_instant(told["paused_until"]),
    )


def replay(facts: Mapping[str, Any], policy: Policy) -> Decision:
    """What today's code decides on recorded facts. Raises `KeyError` or `ValueError` for facts it cannot read."""
    debtor = _debtor(facts["debtor"])
    invoice, case = facts["invoice"], facts["case"]
    now = datetime.fromisoformat(facts["now"])
    collectable = invoice["state"] in _OPEN and invoice["open_cents"] > 0
    return decide(
        Situation(
            invoice=InvoiceFacts(
                invoice_id=UUID(invoice["invoice_id"]),
                version=invoice["version"],
                state=InvoiceState.OPEN if collectable else InvoiceState.SETTLED,
                due_on=date.fromisoformat(invoice["due_on"]),
                payable_on=date.fromisoformat(invoice["payable_on"]),
                balance_cents=invoice["open_cents"],
                has_boleto=invoice["has_boleto"],
            ),
            debtor=debtor_facts(
                debtor, contacted_at=[datetime.fromisoformat(at) for at in facts["contacted_at"]], now=now
            ),
            case=CaseFacts(
                case_id=UUID(case["case_id"]),
                opened_at=datetime.fromisoformat(case["opened_at"]),
                steps_done=frozenset(case["steps_done"]),
                holds=tuple(
                    Hold(
                        hold_id=UUID(hold["hold_id"]),
                        reason=HoldReason(hold["reason"]),
                        owner=hold["owner"],
                        starts_at=datetime.fromisoformat(hold["starts_at"]),
                        ends_at=_instant(hold["ends_at"]),
                    )
                    for hold in case["holds"]
                ),
                paused=case["paused"],
            ),
            policy=policy,
            add_bank_days=bank_days(debtor.uf, debtor.city_code),
            lawful=lawful_contact(debtor),
            now=now,
            bank_fresh_until=_instant(facts["bank_fresh_until"]),
        )
    )
