"""How an exact ratio is shown: as a decimal with a stated number of places, a half to the even one."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

ROUNDING = "half to even"
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_EVEN)


def shown(exact: Fraction | None, *, places: int) -> Decimal | None:
    """The ratio with so many decimal places, rounded once; None stays None."""
    if exact is None:
        return None
    scaled = exact * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest
    up = twice > scaled.denominator or (twice == scaled.denominator and whole % 2 == 1)
    return Decimal(whole + up).scaleb(-places, _CONTEXT)


def share(part: int, whole: int) -> Fraction | None:
    """Part of whole; None where there is no whole."""
    return Fraction(part, whole) if whole else None
