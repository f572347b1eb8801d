"""A payer's or issuer's number of either kind: CPF (a person) or CNPJ (a legal entity), told apart by length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from brasil import cnpj, cpf
from brasil.errors import BrasilError
from brasil.text import without_separators

Kind = Literal["cpf", "cnpj"]


@dataclass(frozen=True, slots=True)
class TaxId:
    """A checked number. `number` is compact: 11 digits of a CPF or 14 characters of a CNPJ."""

    kind: Kind
    number: str

    def __str__(self) -> str:
        return self.number

    def __repr__(self) -> str:
        # A repr ends in logs; the number of a person must not.
        return f"TaxId({self.kind} {self.masked})"

    @property
    def formatted(self) -> str:
        """The number with its punctuation."""
        return cpf.format(self.number) if self.kind == "cpf" else cnpj.format(self.number)

    @property
    def masked(self) -> str:
        """The number with its ends hidden, for display."""
        return cpf.mask(self.number) if self.kind == "cpf" else cnpj.mask(self.number)


def compact(text: str) -> str:
    """Return the characters without punctuation, upper-cased. Raises BrasilError `taxid.type|too_long|characters`."""
    return without_separators(text, ".-/", code="taxid", name="The tax id", letters=True)


def parse(text: str) -> TaxId:
    """Return the number with its kind.

    Raises BrasilError `taxid.length` if it is neither 11 nor 14 characters long, else as `cpf.validate` or
    `cnpj.validate`.
    """
    number = compact(text)
    if len(number) == 11:
        return TaxId("cpf", cpf.validate(number))
    if len(number) == 14:
        return TaxId("cnpj", cnpj.validate(number))
    raise BrasilError(
        "taxid.length",
        f"A tax id has 11 (CPF) or 14 (CNPJ) characters, not {len(number)}.",
        found=len(number),
        expected="11 or 14",
    )


def validate(text: str) -> str:
    """Return the compact number. Raises as `parse`."""
    return parse(text).number


def is_valid(text: str) -> bool:
    """Return True if `text` is a CPF or a CNPJ."""
    try:
        parse(text)
    except BrasilError:
        return False
    return True


def format(text: str) -> str:  # noqa: A001  # the same small surface in every module
    """Return the number with its punctuation. Raises as `parse`."""
    return parse(text).formatted


def mask(text: str) -> str:
    """Return the number with its ends hidden, for display. Raises as `parse`."""
    return parse(text).masked
