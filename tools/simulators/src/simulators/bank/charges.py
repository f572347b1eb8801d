"""What the bank takes on a day: fine once and interest by the day, as banks do it.

A due date on which banks do not work moves to the next bank day (Lei 7.089/1983) and delay counts from there. The fine
and one day's interest are cut to whole cents before the days are counted. A taxa legal is not a bank's instruction:
nothing is taken for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from simulators.outside.bank_days import bank_days_between, this_or_next

_DAYS_OF_BASIS: Final = {
    "day": 1,
    "month-30": 30,
    "month-actual": 30,
    "month-business-21": 21,
    "month-business-22": 22,
    "year-360": 360,
    "year-365": 365,
    "year-business-252": 252,
}


@dataclass(frozen=True, slots=True)
class Due:
    """The amount of a day, in cents."""

    face: int
    abatement: int
    discount: int
    extra: int

    @property
    def total(self) -> int:
        return self.face - self.abatement - self.discount + self.extra


def amount_due(title: Mapping[str, Any], on: date) -> Due:
    """What a title of this registration costs on this day."""
    face, due_on = title["amount_cents"], this_or_next(date.fromisoformat(title["due_on"]))
    abatement = min(_charge(title.get("abatement"), face), face - 1)
    base = face - abatement
    if on > due_on:
        extra = _charge(title.get("fine"), base) + _interest(title.get("interest"), base, due_on, on)
        return Due(face, abatement, 0, extra)
    return Due(face, abatement, min(_discount(title.get("discount"), base, due_on, on), base - 1), 0)


def _charge(charge: Mapping[str, Any] | None, base: int) -> int:
    if charge is None:
        return 0
    if charge["kind"] == "amount":
        return int(charge["amount_cents"])
    return int(base * Fraction(str(charge["percent"])) / 100)


def _interest(interest: Mapping[str, Any] | None, base: int, since: date, on: date) -> int:
    if interest is None or interest["kind"] == "legal_rate":
        return 0
    days = _days(interest.get("days", "calendar"), since, on)
    if interest["kind"] == "amount_per_day":
        return int(interest["amount_cents"]) * days
    daily = base * Fraction(str(interest["percent"])) / 100 / _DAYS_OF_BASIS[interest["basis"]]
    return int(daily) * days


def _discount(discount: Mapping[str, Any] | None, base: int, due_on: date, on: date) -> int:
    if discount is None:
        return 0
    if discount["kind"] == "until":
        for step in discount["steps"]:
            if on <= this_or_next(date.fromisoformat(step["until"])):
                return _charge(step["discount"], base)
        return 0
    days = _days(discount.get("days", "calendar"), on, due_on)
    each = discount["discount"]
    if each["kind"] == "amount":
        return int(each["amount_cents"]) * days
    return int(base * Fraction(str(each["percent"])) / 100 * days)


def _days(counted: str, first: date, last: date) -> int:
    if counted == "business":
        return bank_days_between(first, last)
    if counted == "commercial":
        months = (last.year - first.year) * 12 + last.month - first.month
        return months * 30 + min(last.day, 30) - min(first.day, 30)
    return (last - first).days
