"""What a cobv charge adds and takes off: fine, interest, abatement, discount (API Pix 2.9, schema CobVValor)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum

from brasil.errors import BrasilError
from brasil.pix.reading import Node, without_nulls


class Fine(IntEnum):
    """Modality of the fine (multa), flat and once."""

    FIXED = 1
    PERCENT = 2


class Interest(IntEnum):
    """Modality of the interest (juros): what `value` means, and which days count."""

    AMOUNT_PER_DAY = 1
    PERCENT_PER_DAY = 2
    PERCENT_PER_MONTH = 3
    PERCENT_PER_YEAR = 4
    AMOUNT_PER_BUSINESS_DAY = 5
    PERCENT_PER_DAY_BUSINESS = 6
    PERCENT_PER_MONTH_BUSINESS = 7
    PERCENT_PER_YEAR_BUSINESS = 8


class Abatement(IntEnum):
    """Modality of the abatement (abatimento)."""

    FIXED = 1
    PERCENT = 2


class Discount(IntEnum):
    """Modality of the discount (desconto): until dates, or per day of anticipation."""

    FIXED_UNTIL = 1
    PERCENT_UNTIL = 2
    AMOUNT_PER_DAY = 3
    AMOUNT_PER_BUSINESS_DAY = 4
    PERCENT_PER_DAY = 5
    PERCENT_PER_BUSINESS_DAY = 6


@dataclass(frozen=True, slots=True)
class FineTerm:
    """`value` is reais or percent, by modality."""

    modality: Fine
    value: Decimal


@dataclass(frozen=True, slots=True)
class InterestTerm:
    """`value` is reais or percent, by modality."""

    modality: Interest
    value: Decimal


@dataclass(frozen=True, slots=True)
class AbatementTerm:
    """`value` is reais or percent, by modality."""

    modality: Abatement
    value: Decimal


@dataclass(frozen=True, slots=True)
class DiscountUntil:
    """A discount for whoever pays until `until`."""

    until: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class DiscountTerm:
    """One to three dates (`tiers`), or one `value` per day of anticipation, by modality."""

    modality: Discount
    value: Decimal | None = None
    tiers: tuple[DiscountUntil, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The amounts and dates of a cobv."""

    original_cents: int
    due_on: date
    days_valid_after_due: int = 30
    fine: FineTerm | None = None
    interest: InterestTerm | None = None
    abatement: AbatementTerm | None = None
    discount: DiscountTerm | None = None


def check(terms: Terms) -> None:
    """Refuse what a PSP must refuse (API Pix 2.9, `CobVOperacaoInvalida`).

    Raises BrasilError `pix.cobv.original`, `pix.cobv.validity`, `pix.cobv.value` (zero, negative or not in
    hundredths), `pix.cobv.abatement`, `pix.cobv.discount`, `pix.cobv.discount_date`, `pix.cobv.discount_shape`.
    """
    if type(terms.original_cents) is not int or terms.original_cents <= 0:
        raise _refused("original", "The amount of a charge is above zero.", "valor.original", terms.original_cents)
    if not 0 <= terms.days_valid_after_due <= 3650:
        place = "calendario.validadeAposVencimento"
        raise _refused("validity", "The days after the due date are 0 to 3650.", place, terms.days_valid_after_due)
    original = Decimal(terms.original_cents) / 100
    for name, term in (("multa", terms.fine), ("juros", terms.interest), ("abatimento", terms.abatement)):
        if term is not None:
            _check_value(term.value, f"valor.{name}.valorPerc")
    if terms.abatement is not None:
        limit = original if terms.abatement.modality is Abatement.FIXED else Decimal(100)
        if terms.abatement.value >= limit:
            raise _refused(
                "abatement", "The abatement takes the whole amount.", "valor.abatimento", terms.abatement.value
            )
    if terms.discount is not None:
        _check_discount(terms.discount, original, terms.due_on)


def _check_discount(discount: DiscountTerm, original: Decimal, due_on: date) -> None:
    place = "valor.desconto"
    until_dates = discount.modality in {Discount.FIXED_UNTIL, Discount.PERCENT_UNTIL}
    if until_dates and (not 1 <= len(discount.tiers) <= 3 or discount.value is not None):
        raise _refused("discount_shape", "Discounts until a date have one to three dates.", place, len(discount.tiers))
    if not until_dates and (discount.tiers or discount.value is None):
        raise _refused("discount_shape", "Discounts per day have one value and no dates.", place, len(discount.tiers))
    in_reais = discount.modality in {Discount.FIXED_UNTIL, Discount.AMOUNT_PER_DAY, Discount.AMOUNT_PER_BUSINESS_DAY}
    limit = original if in_reais else Decimal(100)
    values = [tier.value for tier in discount.tiers] if until_dates else [discount.value or Decimal(0)]
    for value in values:
        _check_value(value, f"{place}.valorPerc")
        if value >= limit:
            raise _refused("discount", "The discount takes the whole amount.", place, value)
    if len({tier.until for tier in discount.tiers}) != len(discount.tiers):
        raise _refused("discount_date", "Two discounts have the same date.", f"{place}.descontoDataFixa", None)
    for tier in discount.tiers:
        if tier.until > due_on:
            raise _refused("discount_date", "A discount ends after the due date.", f"{place}.data", tier.until)


def _check_value(value: Decimal, place: str) -> None:
    if not value.is_finite() or value <= 0 or value >= 10**10 or value != value.quantize(Decimal("0.01")):
        raise _refused("value", "The value is above zero, with two decimals.", place, value)


def _refused(code: str, message: str, place: str, found: object) -> BrasilError:
    return BrasilError(f"pix.cobv.{code}", message, field=place, found=found)


def parse(charge: Node) -> Terms:
    """Return the terms of a cobv document, unchecked by `check`. Raises BrasilError `pix.json.…`."""
    calendar, value = charge.node("calendario"), charge.node("valor")
    return Terms(
        original_cents=value.cents("original"),
        due_on=calendar.day("dataDeVencimento"),
        days_valid_after_due=calendar.integer("validadeAposVencimento", least=0, most=3650)
        if calendar.has("validadeAposVencimento")
        else 30,
        fine=FineTerm(Fine(_modality(value.node("multa"), 2)), value.node("multa").decimal("valorPerc"))
        if value.has("multa")
        else None,
        interest=InterestTerm(Interest(_modality(value.node("juros"), 8)), value.node("juros").decimal("valorPerc"))
        if value.has("juros")
        else None,
        abatement=AbatementTerm(
            Abatement(_modality(value.node("abatimento"), 2)), value.node("abatimento").decimal("valorPerc")
        )
        if value.has("abatimento")
        else None,
        discount=_parse_discount(value.node("desconto")) if value.has("desconto") else None,
    )


def _modality(term: Node, most: int) -> int:
    return term.integer("modalidade", least=1, most=most)


def _parse_discount(term: Node) -> DiscountTerm:
    return DiscountTerm(
        Discount(_modality(term, 6)),
        term.decimal("valorPerc") if term.has("valorPerc") else None,
        tuple(DiscountUntil(tier.day("data"), tier.decimal("valorPerc")) for tier in term.nodes("descontoDataFixa")),
    )


def as_documents(terms: Terms) -> tuple[dict[str, object], dict[str, object]]:
    """Return `calendario` and `valor` of the request. Raises as `check`."""
    check(terms)
    calendar: dict[str, object] = {
        "dataDeVencimento": terms.due_on.isoformat(),
        "validadeAposVencimento": terms.days_valid_after_due,
    }
    discount: dict[str, object] | None = None
    if terms.discount is not None:
        discount = without_nulls(
            {
                "modalidade": int(terms.discount.modality),
                "valorPerc": None if terms.discount.value is None else f"{terms.discount.value:.2f}",
                "descontoDataFixa": [
                    {"data": tier.until.isoformat(), "valorPerc": f"{tier.value:.2f}"} for tier in terms.discount.tiers
                ]
                or None,
            }
        )
    value = without_nulls(
        {
            "original": f"{Decimal(terms.original_cents) / 100:.2f}",
            "multa": _as_document(terms.fine),
            "juros": _as_document(terms.interest),
            "abatimento": _as_document(terms.abatement),
            "desconto": discount,
        }
    )
    return calendar, value


def _as_document(term: FineTerm | InterestTerm | AbatementTerm | None) -> Mapping[str, object] | None:
    return None if term is None else {"modalidade": int(term.modality), "valorPerc": f"{term.value:.2f}"}
