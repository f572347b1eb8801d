"""How money is spread over the invoices it was meant for, and what is left.

Each invoice takes at most what settles it on the day of payment, the oldest due date first; interest, fine, discount
and principal come from the one charge function, given every earlier payment. What no invoice takes is unapplied
credit. Nothing is ever lost: `money = lines + unapplied`, to the cent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from brasil.calendar import BankCalendar
from brasil.charges import Payment
from chassis.debt import debt_on
from contracts.invoices import Invoice, InvoiceBalance, InvoiceState

Outcome = Literal["full", "partial", "over", "duplicate", "after_cancellation"]
Circumstance = Literal["early", "late", "wrong_payer", "after_write_off", "within_tolerance", "replaced_slip"]


@dataclass(frozen=True, kw_only=True)
class Target:
    """An invoice the money was meant for, with its books: balance and earlier payments by day."""

    invoice: Invoice
    balance: InvoiceBalance
    state: InvoiceState
    paid: tuple[Payment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AllocatedLine:
    """What one invoice gets, and its books after it."""

    invoice_id: UUID
    invoice_version: int
    principal_cents: int
    interest_cents: int
    fine_cents: int
    discount_cents: int
    abatement_cents: int
    balance: InvoiceBalance
    state: InvoiceState

    @property
    def money_cents(self) -> int:
        """Principal, interest and fine together."""
        return self.principal_cents + self.interest_cents + self.fine_cents


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """The whole receipt spread out."""

    lines: tuple[AllocatedLine, ...]
    unapplied_cents: int
    outcome: Outcome
    circumstances: tuple[Circumstance, ...]


def allocate(
    *,
    amount_cents: int,
    paid_on: date,
    targets: Sequence[Target],
    calendar: BankCalendar,
    tolerance_cents: int = 0,
    other_payer: bool = False,
) -> Allocation:
    """Spread `amount_cents` over `targets` (at least one). `tolerance_cents` closes a rest that small as abatement."""
    rest = amount_cents
    lines = []
    for target in sorted(targets, key=lambda item: (item.invoice.due_on, str(item.invoice.invoice_id))):
        if target.state not in {"open", "partially_paid"} or not rest:
            continue
        line = _one(target, rest, paid_on, calendar, tolerance_cents)
        rest -= line.money_cents
        lines.append(line)
    return Allocation(
        lines=tuple(lines),
        unapplied_cents=rest,
        outcome=_outcome(lines, targets, rest),
        circumstances=_circumstances(lines, targets, paid_on, other_payer),
    )


def _one(target: Target, money: int, paid_on: date, calendar: BankCalendar, tolerance_cents: int) -> AllocatedLine:
    invoice, before = target.invoice, target.balance
    # Money that becomes known late cannot change what earlier lines already say: it counts from the last of them on.
    on = max([paid_on, *(payment.on for payment in target.paid)])
    earlier = debt_on(invoice, on=on, calendar=calendar, paid=target.paid)
    now = debt_on(invoice, on=on, calendar=calendar, paid=(*target.paid, Payment(on, money)))
    paid_now = {
        kind: earlier.charged(kind) - now.charged(kind) for kind in ("paid_principal", "paid_interest", "paid_fine")
    }
    discount = -now.charged("discount") if now.total_cents == 0 else 0
    abatement = -now.charged("abatement") - before.abatement_granted_cents
    open_cents = before.open_cents - paid_now["paid_principal"] - discount - abatement
    if 0 < open_cents <= tolerance_cents and now.interest_cents == now.fine_cents == 0:
        abatement, open_cents = abatement + open_cents, 0
    balance = InvoiceBalance(
        amount_cents=before.amount_cents,
        principal_paid_cents=before.principal_paid_cents + paid_now["paid_principal"],
        interest_paid_cents=before.interest_paid_cents + paid_now["paid_interest"],
        fine_paid_cents=before.fine_paid_cents + paid_now["paid_fine"],
        discount_granted_cents=before.discount_granted_cents + discount,
        abatement_granted_cents=before.abatement_granted_cents + abatement,
        relieved_cents=before.relieved_cents,
        open_cents=open_cents,
    )
    return AllocatedLine(
        invoice_id=invoice.invoice_id,
        invoice_version=invoice.version,
        principal_cents=paid_now["paid_principal"],
        interest_cents=paid_now["paid_interest"],
        fine_cents=paid_now["paid_fine"],
        discount_cents=discount,
        abatement_cents=abatement,
        balance=balance,
        state="paid" if open_cents == 0 else "partially_paid",
    )


def _outcome(lines: Sequence[AllocatedLine], targets: Sequence[Target], rest: int) -> Outcome:
    if not lines:
        return "duplicate" if any(target.state == "paid" for target in targets) else "after_cancellation"
    if all(line.state == "paid" for line in lines):
        return "over" if rest else "full"
    return "partial"


def _circumstances(
    lines: Sequence[AllocatedLine], targets: Sequence[Target], paid_on: date, other_payer: bool
) -> tuple[Circumstance, ...]:
    found: list[Circumstance] = []
    if any(target.state == "written_off" for target in targets):
        found.append("after_write_off")
    if lines and all(paid_on < target.invoice.due_on for target in targets):
        found.append("early")
    if any(line.interest_cents or line.fine_cents for line in lines) or (
        lines and any(paid_on > target.invoice.payable_on for target in targets)
    ):
        found.append("late")
    if other_payer:
        found.append("wrong_payer")
    return tuple(found)
