"""How money is spread over the invoices it was meant for, and what is left.

Each invoice takes at most what settles it on the day of payment, the oldest due date first; interest, fine, discount
and principal come from the one charge function, given every earlier payment. What no invoice takes is unapplied
credit. Nothing is ever lost: `money = lines + unapplied`, to the cent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

from brasil.calendar import BankCalendar
from brasil.charges import ChargeStatement, Imputation, Payment
from brasil.charges.imputation import Owed, impute
from chassis.debt import debt_on
from contracts.invoices import Invoice, InvoiceBalance, InvoiceState
from contracts.payments import Circumstance

Outcome = Literal["full", "partial", "over", "duplicate", "after_cancellation"]


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
    counted_on: date
    within_tolerance: bool = False

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
    basis = invoice if not before.relieved_cents else _without(invoice, before.relieved_cents)
    earlier = debt_on(basis, on=on, calendar=calendar, paid=target.paid)
    now = debt_on(basis, on=on, calendar=calendar, paid=(*target.paid, Payment(on, money)))
    parts = _parts(before, earlier, now)
    if parts is None:
        parts = _by_the_books(before, earlier, money, Imputation(invoice.terms.imputation))
    open_cents = before.open_cents - parts.principal - parts.discount - parts.abatement
    within = 0 < open_cents <= tolerance_cents and not parts.charges_left
    abatement = parts.abatement + open_cents if within else parts.abatement
    open_cents = 0 if within else open_cents
    balance = InvoiceBalance(
        amount_cents=before.amount_cents,
        principal_paid_cents=before.principal_paid_cents + parts.principal,
        interest_paid_cents=before.interest_paid_cents + parts.interest,
        fine_paid_cents=before.fine_paid_cents + parts.fine,
        discount_granted_cents=before.discount_granted_cents + parts.discount,
        abatement_granted_cents=before.abatement_granted_cents + abatement,
        relieved_cents=before.relieved_cents,
        open_cents=open_cents,
    )
    return AllocatedLine(
        invoice_id=invoice.invoice_id,
        invoice_version=invoice.version,
        principal_cents=parts.principal,
        interest_cents=parts.interest,
        fine_cents=parts.fine,
        discount_cents=parts.discount,
        abatement_cents=abatement,
        balance=balance,
        state=_state(before, open_cents),
        counted_on=on,
        within_tolerance=within,
    )


def _state(before: InvoiceBalance, open_cents: int) -> InvoiceState:
    """Paid is what money alone closed; the contract calls an invoice that was relieved in part closed otherwise."""
    if open_cents:
        return "partially_paid"
    return "cancelled" if before.relieved_cents else "paid"


class _Parts(NamedTuple):
    """What money does to an invoice; `charges_left` is interest and fine still owed after it."""

    principal: int
    interest: int
    fine: int
    discount: int
    abatement: int
    charges_left: int


def _without(invoice: Invoice, relieved_cents: int) -> Invoice:
    """The invoice as if what was relieved had never been part of it: nothing accrues on it."""
    return invoice.model_copy(update={"amount_cents": invoice.amount_cents - relieved_cents})


def _parts(before: InvoiceBalance, earlier: ChargeStatement, now: ChargeStatement) -> _Parts | None:
    """What the charge function says of the money, or None where it does not lead on from the books.

    It tells the whole history anew. That contradicts the books once an amount or term was changed after a payment, or
    an earlier payment was taken back; what is booked then stays as it is.
    """
    abatement = -now.charged("abatement") - before.abatement_granted_cents
    principal_left = earlier.charged("principal") + earlier.charged("abatement") + earlier.charged("paid_principal")
    if abatement < 0 or principal_left != before.open_cents - abatement:
        return None
    return _Parts(
        principal=earlier.charged("paid_principal") - now.charged("paid_principal"),
        interest=earlier.charged("paid_interest") - now.charged("paid_interest"),
        fine=earlier.charged("paid_fine") - now.charged("paid_fine"),
        discount=-now.charged("discount") if now.total_cents == 0 else 0,
        abatement=abatement,
        charges_left=now.interest_cents + now.fine_cents,
    )


def _by_the_books(before: InvoiceBalance, earlier: ChargeStatement, money: int, order: Imputation) -> _Parts:
    """What the money pays of the principal that the books have open, and of today's interest and fine."""
    owed = Owed(principal=before.open_cents, interest=earlier.interest_cents, fine=earlier.fine_cents)
    paid, _ = impute(money, owed, order)
    left = owed.interest + owed.fine - paid.interest - paid.fine
    return _Parts(paid.principal, paid.interest, paid.fine, discount=0, abatement=0, charges_left=left)


def _outcome(lines: Sequence[AllocatedLine], targets: Sequence[Target], rest: int) -> Outcome:
    if not lines:
        return "duplicate" if any(target.state == "paid" for target in targets) else "after_cancellation"
    if all(line.balance.open_cents == 0 for line in lines):
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
    if any(line.within_tolerance for line in lines):
        found.append("within_tolerance")
    if lines and any(target.invoice.origin == "agreement" for target in targets):
        found.append("through_agreement")
    return tuple(found)
