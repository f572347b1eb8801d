"""The double-entry ledger of receipts: every posting's lines sum to zero, and nothing posted is ever changed.

Amounts are signed cents: what an account gains is positive. Money that came in stands in `bank_clearing` (and
`fees`, what the bank kept), and owes itself to `unapplied` until it is allocated; an allocation moves it on to
`receivable` (principal) and `charges` (interest and fine); money that goes back passes through `refunds`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Account(StrEnum):
    """The accounts of the receipts ledger."""

    BANK_CLEARING = "bank_clearing"
    FEES = "fees"
    UNAPPLIED = "unapplied"
    RECEIVABLE = "receivable"
    CHARGES = "charges"
    REFUNDS = "refunds"


@dataclass(frozen=True)
class Line:
    """One side of a posting."""

    account: Account
    amount_cents: int


Posting = tuple[Line, ...]


class UnbalancedError(AssertionError):
    """A posting's lines do not sum to zero: a defect of ours, never of the input."""


def _posting(*lines: Line) -> Posting:
    kept = tuple(line for line in lines if line.amount_cents)
    if sum(line.amount_cents for line in kept):
        raise UnbalancedError("a posting's lines must sum to zero")
    return kept


def received(*, gross_cents: int, fee_cents: int) -> Posting:
    """Money is here: what the bank credited, what it kept, and all of it still to be allocated."""
    return _posting(
        Line(Account.BANK_CLEARING, gross_cents - fee_cents),
        Line(Account.FEES, fee_cents),
        Line(Account.UNAPPLIED, -gross_cents),
    )


def charged(*, fee_cents: int) -> Posting:
    """The bank took a fee from the account on its own."""
    return _posting(Line(Account.BANK_CLEARING, -fee_cents), Line(Account.FEES, fee_cents))


def allocated(*, principal_cents: int, interest_cents: int, fine_cents: int) -> Posting:
    """Unapplied money pays an invoice."""
    return _posting(
        Line(Account.UNAPPLIED, principal_cents + interest_cents + fine_cents),
        Line(Account.RECEIVABLE, -principal_cents),
        Line(Account.CHARGES, -(interest_cents + fine_cents)),
    )


def deallocated(*, principal_cents: int, interest_cents: int, fine_cents: int) -> Posting:
    """An allocation no longer stands: its money is unapplied again."""
    return opposite(allocated(principal_cents=principal_cents, interest_cents=interest_cents, fine_cents=fine_cents))


def refund_started(*, amount_cents: int) -> Posting:
    """Unapplied money is on its way back to the payer."""
    return _posting(Line(Account.UNAPPLIED, amount_cents), Line(Account.REFUNDS, -amount_cents))


def refund_settled(*, amount_cents: int) -> Posting:
    """The money left the account."""
    return _posting(Line(Account.REFUNDS, amount_cents), Line(Account.BANK_CLEARING, -amount_cents))


def opposite(posting: Posting) -> Posting:
    """The posting that undoes another one."""
    return tuple(Line(line.account, -line.amount_cents) for line in posting)


def balances(postings: Iterable[Posting]) -> dict[Account, int]:
    """What each account holds after all postings; the values sum to zero."""
    held = dict.fromkeys(Account, 0)
    for posting in postings:
        for line in posting:
            held[line.account] += line.amount_cents
    return held
