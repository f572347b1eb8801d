"""How good forecasts were: what was expected for a day against what came on it, by how many days ahead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analytics.domain.rounding import share

HORIZONS: tuple[tuple[int, int], ...] = ((0, 0), (1, 7), (8, 30), (31, 89))
"""First and last day ahead of each group; together every day that is kept."""


@dataclass(frozen=True)
class Graded:
    """One forecast day that has passed."""

    days_ahead: int
    expected_cents: int
    received_cents: int


@dataclass(frozen=True)
class Grade:
    """The forecast days of one group together. Errors of single days do not cancel out; the bias does."""

    first_day: int
    last_day: int
    days: int
    expected_cents: int
    received_cents: int
    absolute_error_cents: int

    @property
    def error_share(self) -> Fraction | None:
        """Absolute error over what came; None where nothing came."""
        return share(self.absolute_error_cents, self.received_cents)

    @property
    def bias_share(self) -> Fraction | None:
        """Expected less received, over received: above zero is hope; None where nothing came."""
        return share(self.expected_cents - self.received_cents, self.received_cents)


def grade(days: Iterable[Graded], *, horizons: Sequence[tuple[int, int]] = HORIZONS) -> tuple[Grade, ...]:
    """One grade for each horizon, in order, also where no day of it has passed."""
    given = list(days)
    return tuple(
        _grade([day for day in given if first <= day.days_ahead <= last], first, last) for first, last in horizons
    )


def _grade(days: Sequence[Graded], first: int, last: int) -> Grade:
    return Grade(
        first_day=first,
        last_day=last,
        days=len(days),
        expected_cents=sum(day.expected_cents for day in days),
        received_cents=sum(day.received_cents for day in days),
        absolute_error_cents=sum(abs(day.expected_cents - day.received_cents) for day in days),
    )
