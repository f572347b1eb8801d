"""Limits of the law on fine and interest, as data, and what is done with terms above them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from brasil.charges.fine import charge_cents
from brasil.charges.rounding import Mode
from brasil.charges.terms import (
    CapPolicy,
    Contract,
    InterestRate,
    Percent,
    RateBasis,
    Terms,
)
from brasil.errors import BrasilError, Problem


class Cap(NamedTuple):
    """One limit: the highest percentage, of the instalment for a fine, of a month for interest.

    `certain` is False where the limit is argued by courts rather than written for the contract: then it only warns.
    """

    contract: Contract
    charge: Literal["fine", "interest"]
    percent: Decimal
    source: str
    certain: bool = True


CAPS: Final = (
    Cap(Contract.CONSUMER, "fine", Decimal(2), "CDC (Lei 8.078/1990), art. 52 §1º"),
    Cap(Contract.CONDOMINIUM, "fine", Decimal(2), "Código Civil, art. 1.336 §1º"),
    Cap(Contract.BUSINESS, "fine", Decimal(100), "Código Civil, art. 412"),
    Cap(Contract.CONSUMER, "interest", Decimal(1), "Decreto 22.626/1933, art. 5º; Súmula STJ 379", certain=False),
)
_SUBJECTS: Final = {"fine": "A fine", "interest": "Interest"}
_MONTHS: Final = {
    RateBasis.DAY: Fraction(1, 30),
    RateBasis.MONTH_30: Fraction(1),
    RateBasis.MONTH_ACTUAL: Fraction(1),
    RateBasis.MONTH_BUSINESS_21: Fraction(1),
    RateBasis.MONTH_BUSINESS_22: Fraction(1),
    RateBasis.YEAR_360: Fraction(12),
    RateBasis.YEAR_365: Fraction(12),
    RateBasis.YEAR_BUSINESS_252: Fraction(12),
}


def caps_for(contract: Contract) -> tuple[Cap, ...]:
    """Return the limits on a kind of contract."""
    return tuple(cap for cap in CAPS if cap.contract is contract)


def _broken_by(terms: Terms, cap: Cap, face_cents: int) -> str | None:
    """Return what the terms ask where that is above the limit, in words."""
    if cap.charge == "fine" and terms.fine is not None:
        if isinstance(terms.fine, Percent):
            return f"{terms.fine.percent}%" if terms.fine.percent > cap.percent else None
        limit = charge_cents(Percent(cap.percent), face_cents, Mode.DOWN)
        return f"{terms.fine.amount_cents} cents" if terms.fine.amount_cents > limit else None
    if cap.charge == "interest" and isinstance(terms.interest, InterestRate):
        monthly = Fraction(terms.interest.percent) / _MONTHS[terms.interest.basis]
        return f"{terms.interest.percent}%/{terms.interest.basis}" if monthly > Fraction(cap.percent) else None
    return None


def lawful_terms(terms: Terms, face_cents: int) -> tuple[Terms, tuple[Problem, ...]]:
    """Return terms within the law for a receivable of `face_cents`, and what was wrong with those given.

    Above a written limit: `CapPolicy.REFUSE` raises `charges.fine_above_cap` or `charges.interest_above_cap`,
    `REDUCE` returns terms at the limit with a warning, `WARN` leaves them with a warning. Above an argued limit there
    is only a warning.
    """
    problems: list[Problem] = []
    for cap in caps_for(terms.contract):
        asked = _broken_by(terms, cap, face_cents)
        if asked is None:
            continue
        message = (
            f"{_SUBJECTS[cap.charge]} of {asked} is above the {cap.percent}% that {cap.source} allows "
            f"in a {terms.contract} contract."
        )
        code = f"charges.{cap.charge}_above_cap"
        expected = f"at most {cap.percent}%"
        if cap.certain and terms.cap_policy is CapPolicy.REFUSE:
            raise BrasilError(code, message, field=cap.charge, found=asked, expected=expected)
        if cap.certain and terms.cap_policy is CapPolicy.REDUCE:
            terms = replace(terms, fine=Percent(cap.percent))
            message += " It was reduced to the limit."
        problems.append(
            Problem(code=code, message=message, severity="warning", field=cap.charge, found=asked, expected=expected)
        )
    return terms, tuple(problems)
