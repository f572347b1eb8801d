"""The terms of a cobv and what it costs on a day (API Pix 2.9, CobDataDeVencimento and its notes).

Due date, validity, discounts, fine and interest count from the due date moved to a bank day. Interest follows equation
11 of the Manual de Padrões: (original − abatement) × rate / n × days, n = 30 for a month. Where the manual names no
divisor (years, bank days) and no rounding, these are this PSP's own: 365, 21 and 252, each line rounded half up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from simulators.outside.bank_days import bank_days_between, this_or_next
from simulators.psp.values import Violation, amount_of, cents_of, day_of, rate_of

DEFAULT_VALID_DAYS: Final = 30
_CENT: Final = Decimal(1)
_INTEREST_DIVISOR: Final = {2: 1, 3: 30, 4: 365, 6: 1, 7: 21, 8: 252}


@dataclass(frozen=True, slots=True)
class Modality:
    """One of multa, juros, abatimento, desconto: its code, its value, and the days of a discount by fixed dates."""

    code: int
    value: Decimal = Decimal(0)
    steps: tuple[tuple[date, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    original_cents: int
    due_on: date
    valid_days: int
    fine: Modality | None
    interest: Modality | None
    abatement: Modality | None
    discount: Modality | None

    @property
    def payable_on(self) -> date:
        """The due date, moved to a bank day."""
        return this_or_next(self.due_on)

    @property
    def last_day(self) -> date:
        """The last day on which the charge can be paid."""
        return this_or_next(self.payable_on + timedelta(self.valid_days))


@dataclass(frozen=True, slots=True)
class Amount:
    """What is due on a day, in cents."""

    original: int
    abatement: int
    discount: int
    interest: int
    fine: int

    @property
    def total(self) -> int:
        return self.original - self.abatement - self.discount + self.interest + self.fine

    def components(self) -> dict[str, dict[str, str]]:
        """`componentesValor` of the Pix that pays it."""
        named = {
            "original": self.original,
            "abatimento": self.abatement,
            "desconto": self.discount,
            "juros": self.interest,
            "multa": self.fine,
        }
        return {name: {"valor": amount_of(cents)} for name, cents in named.items() if cents or name == "original"}


def terms_of(body: Mapping[str, Any]) -> Terms:
    """The terms of a cobv's body; raises `Violation`."""
    calendar = _object(body, "calendario", "cobv")
    value = _object(body, "valor", "cobv")
    due_on = day_of(calendar.get("dataDeVencimento"), "cobv.calendario.dataDeVencimento")
    valid_days = calendar.get("validadeAposVencimento", DEFAULT_VALID_DAYS)
    if isinstance(valid_days, bool) or not isinstance(valid_days, int) or not 0 <= valid_days <= 9_999:
        raise Violation("cobv.calendario.validadeAposVencimento", "must be a number of days")
    original_cents = cents_of(value.get("original"), "cobv.valor.original")
    if original_cents == 0:
        raise Violation("cobv.valor.original", "must be above zero")
    return Terms(
        original_cents=original_cents,
        due_on=due_on,
        valid_days=valid_days,
        fine=_plain(value, "multa", 2),
        interest=_plain(value, "juros", 8),
        abatement=_less(_plain(value, "abatimento", 2), original_cents, "abatimento"),
        discount=_discount(value, original_cents, due_on),
    )


def amount_due(terms: Terms, on: date) -> Amount:
    """What the charge costs if paid on this day."""
    original = Decimal(terms.original_cents)
    abatement = _cents(_flat(terms.abatement, original))
    base = original - abatement
    fine = interest = discount = 0
    if on > terms.payable_on:
        fine = _cents(_flat(terms.fine, base))
        interest = _cents(_interest(terms.interest, base, terms.payable_on, on))
    else:
        discount = _cents(_discounted(terms, base, on))
    return Amount(terms.original_cents, abatement, discount, interest, fine)


def _object(body: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
    given = body.get(name)
    if not isinstance(given, Mapping):
        raise Violation(f"{place}.{name}", "must be an object")
    return given


def _code(given: Mapping[str, Any], name: str, highest: int) -> int:
    code = given.get("modalidade")
    if isinstance(code, bool) or not isinstance(code, int | str) or not str(code).isdigit():
        raise Violation(f"cobv.valor.{name}.modalidade", "must be a number")
    if not 1 <= int(code) <= highest:
        raise Violation(f"cobv.valor.{name}.modalidade", f"must be 1 to {highest}")
    return int(code)


def _plain(value: Mapping[str, Any], name: str, highest: int) -> Modality | None:
    if name not in value:
        return None
    given = _object(value, name, "cobv.valor")
    return Modality(_code(given, name, highest), rate_of(given.get("valorPerc"), f"cobv.valor.{name}.valorPerc"))


def _less(modality: Modality | None, original_cents: int, name: str) -> Modality | None:
    """An abatement that leaves something to pay."""
    if modality is not None and _taken(modality.code == 1, modality.value) >= (
        original_cents if modality.code == 1 else 100
    ):
        raise Violation(f"cobv.valor.{name}.valorPerc", "takes the whole amount")
    return modality


def _discount(value: Mapping[str, Any], original_cents: int, due_on: date) -> Modality | None:
    if "desconto" not in value:
        return None
    given, place = _object(value, "desconto", "cobv.valor"), "cobv.valor.desconto"
    code = _code(given, "desconto", 6)
    if code > 2:
        if "descontoDataFixa" in given:
            raise Violation(f"{place}.descontoDataFixa", "belongs to modalities 1 and 2")
        return Modality(code, rate_of(given.get("valorPerc"), f"{place}.valorPerc"))
    steps = given.get("descontoDataFixa")
    if "valorPerc" in given or not isinstance(steps, list) or not 1 <= len(steps) <= 3:
        raise Violation(f"{place}.descontoDataFixa", "must have one to three entries, and valorPerc none")
    read = []
    for index, step in enumerate(steps):
        at = f"{place}.descontoDataFixa[{index}]"
        if not isinstance(step, Mapping):
            raise Violation(at, "must be an object")
        until, rate = day_of(step.get("data"), f"{at}.data"), rate_of(step.get("valorPerc"), f"{at}.valorPerc")
        if until > due_on:
            raise Violation(f"{at}.data", "lies after the due date")
        if _taken(code == 1, rate) >= (original_cents if code == 1 else 100):
            raise Violation(f"{at}.valorPerc", "takes the whole amount")
        read.append((until, rate))
    return Modality(code, steps=tuple(sorted(read)))


def _taken(is_money: bool, value: Decimal) -> Decimal:
    return value * 100 if is_money else value


def _flat(modality: Modality | None, base: Decimal) -> Decimal:
    """Cents of a fixed value (1) or a percentage (2) of the base."""
    if modality is None:
        return Decimal(0)
    return modality.value * 100 if modality.code == 1 else base * modality.value / 100


def _interest(modality: Modality | None, base: Decimal, since: date, on: date) -> Decimal:
    if modality is None:
        return Decimal(0)
    days = (on - since).days if modality.code <= 4 else bank_days_between(since, on)
    if modality.code in (1, 5):
        return modality.value * 100 * days
    return base * modality.value / 100 / _INTEREST_DIVISOR[modality.code] * days


def _discounted(terms: Terms, base: Decimal, on: date) -> Decimal:
    modality = terms.discount
    if modality is None:
        return Decimal(0)
    if modality.code <= 2:
        for until, rate in modality.steps:
            if on <= this_or_next(until):
                return rate * 100 if modality.code == 1 else base * rate / 100
        return Decimal(0)
    early = (terms.payable_on - on).days if modality.code in (3, 5) else bank_days_between(on, terms.payable_on)
    each = modality.value * 100 if modality.code in (3, 4) else base * modality.value / 100
    return min(each * early, base - 1)


def _cents(value: Decimal) -> int:
    return int(value.quantize(_CENT, ROUND_HALF_UP))
