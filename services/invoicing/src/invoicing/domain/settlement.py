"""How payments change an invoice: money applied, money taken back, and what its state is then.

The state is a function of the balance. Money wins over a cancellation or write-off that happened meanwhile: what was
relieved shrinks by what was paid, so that every cent stays accounted for.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from contracts.invoices import OPEN_STATES, Invoice, InvoiceBalance, InvoiceState
from contracts.invoicing import InvoiceAmended, InvoiceCancelled, InvoiceSettled, InvoiceWrittenOff
from contracts.payments import AllocationLine, UndoneLine
from invoicing.domain.transitions import next_version, withdrawn

SettledReason = Literal["paid", "paid_with_discount", "paid_from_credit", "paid_within_tolerance"]
SettlementFact = InvoiceSettled | InvoiceAmended | InvoiceCancelled | InvoiceWrittenOff


def apply_allocation(
    invoice: Invoice,
    *,
    line: AllocationLine,
    allocation_id: UUID,
    paid_on: date,
    settled_on: date,
    from_credit: bool = False,
) -> SettlementFact:
    """The invoice after money was allocated to it. `settled_on` is the local day on which that became known."""
    balance = _moved(invoice.balance, line, sign=1)
    state = _state(invoice.state, balance)
    last_paid_on = max(filter(None, [invoice.last_paid_on, paid_on if line.money_cents else None]), default=None)
    if state == "paid":
        settled = next_version(
            invoice,
            balance=balance,
            state="paid",
            settled_on=settled_on,
            last_paid_on=last_paid_on,
            options=withdrawn(invoice),
        )
        reason = _settled_reason(line, from_credit)
        return InvoiceSettled(invoice=settled, changed_by="system", reason=reason, allocation_id=allocation_id)
    changed = next_version(invoice, balance=balance, state=state, last_paid_on=last_paid_on)
    return _in_its_state(changed, "payment_applied")


def undo_allocation(invoice: Invoice, *, line: UndoneLine) -> SettlementFact:
    """The invoice after an allocation was undone: what it had closed is owed again."""
    balance = _moved(invoice.balance, line, sign=-1)
    before: InvoiceState = "open" if invoice.state == "paid" else invoice.state
    state = _state(before, balance)
    changed = next_version(
        invoice,
        balance=balance,
        state=state,
        settled_on=None,
        last_paid_on=invoice.last_paid_on if balance.received_cents else None,
        options=_reopened(invoice),
    )
    return _in_its_state(changed, "payment_reversed")


def _moved(balance: InvoiceBalance, line: AllocationLine | UndoneLine, *, sign: int) -> InvoiceBalance:
    principal = balance.principal_paid_cents + sign * line.principal_cents
    discount = balance.discount_granted_cents + sign * line.discount_cents
    abatement = balance.abatement_granted_cents + sign * line.abatement_cents
    left = balance.amount_cents - principal - discount - abatement
    relieved = min(balance.relieved_cents, left)
    return InvoiceBalance(
        amount_cents=balance.amount_cents,
        principal_paid_cents=principal,
        interest_paid_cents=balance.interest_paid_cents + sign * line.interest_cents,
        fine_paid_cents=balance.fine_paid_cents + sign * line.fine_cents,
        discount_granted_cents=discount,
        abatement_granted_cents=abatement,
        relieved_cents=relieved,
        open_cents=left - relieved,
    )


def _state(before: InvoiceState, balance: InvoiceBalance) -> InvoiceState:
    if balance.open_cents:
        return "partially_paid" if balance.received_cents else "open"
    if balance.relieved_cents:
        return before
    return "paid"


def _settled_reason(line: AllocationLine, from_credit: bool) -> SettledReason:
    if from_credit:
        return "paid_from_credit"
    if line.discount_cents:
        return "paid_with_discount"
    return "paid_within_tolerance" if line.abatement_cents and not line.money_cents else "paid"


def _reopened(invoice: Invoice) -> tuple[object, ...]:
    """The newest slip and charge that were withdrawn by the payment may be paid again."""
    kinds: set[str] = set()
    options = []
    for option in reversed(invoice.options):
        if option.status == "withdrawn" and option.kind not in kinds:
            kinds.add(option.kind)
            options.append(option.model_copy(update={"status": "active"}))
        else:
            options.append(option)
    return tuple(reversed(options))


def _in_its_state(invoice: Invoice, reason: Literal["payment_applied", "payment_reversed"]) -> SettlementFact:
    if invoice.state == "cancelled":
        return InvoiceCancelled(invoice=invoice, changed_by="system", reason="other")
    if invoice.state == "written_off":
        return InvoiceWrittenOff(invoice=invoice, changed_by="system", reason="other", approved_by_two=False)
    changed = ("balance", "state", "last_paid_on") if invoice.state in OPEN_STATES else ("balance",)
    return InvoiceAmended(invoice=invoice, changed_by="system", reason=reason, changed=changed)
