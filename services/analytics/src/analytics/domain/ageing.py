"""How old what is owed is: open cents by days past the payable date, on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

BUCKETS: tuple[tuple[str, int | None, int | None], ...] = (
    ("not_due", None, 0),
    ("1_to_30", 1, 30),
    ("31_to_60", 31, 60),
    ("61_to_90", 61, 90),
    ("over_90", 91, None),
)
"""Name, first and last day past the payable date; the days together cover every whole number once."""


@dataclass(frozen=True)
class Owed:
    """What is open on the day of one invoice, or of several that are payable on one date."""

    payable_on: date
    open_cents: int
    invoices: int = 1


@dataclass(frozen=True)
class Bucket:
    """One line of the ageing."""

    name: str
    invoices: int
    open_cents: int


def bucket_of(*, payable_on: date, on: date) -> str:
    """The name of the bucket that an invoice payable on that date stands in on the day `on`."""
    days = (on - payable_on).days
    return next(
        name for name, first, last in BUCKETS if (first is None or days >= first) and (last is None or days <= last)
    )


def ageing(owed: Iterable[Owed], *, on: date) -> tuple[Bucket, ...]:
    """Every bucket in order, empty ones too; their cents add up to all that is open."""
    invoices = dict.fromkeys((name for name, _, _ in BUCKETS), 0)
    cents = dict(invoices)
    for item in owed:
        if item.open_cents > 0:
            name = bucket_of(payable_on=item.payable_on, on=on)
            invoices[name] += item.invoices
            cents[name] += item.open_cents
    return tuple(Bucket(name, invoices[name], cents[name]) for name, _, _ in BUCKETS)
