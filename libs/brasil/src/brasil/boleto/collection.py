"""Arrecadação: the 44-digit barcodes of utilities, taxes and fines, and their 48-digit lines (FEBRABAN).

Positions: product 1 (8), segment 2, value identifier 3, check digit 4, value 5-15, company 16-19 (in segment 6 the
CNPJ root, 16-23), then free use. There is no due-date factor. The line is four blocks of eleven digits with a check
digit each. The value identifier chooses the arithmetic of all check digits (6, 7: modulo 10; 8, 9: modulo 11) and says
whether the value is money (6, 8) or a reference quantity (7, 9).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from brasil.check_digits import modulo_10, modulo_11
from brasil.errors import BrasilError, Problem
from brasil.text import is_digits, require_length, without_separators

BARCODE_LENGTH: Final = 44
LINE_LENGTH: Final = 48
PRODUCT: Final = "8"
BLOCK: Final = 11
LARGEST_AMOUNT_CENTS: Final = 99_999_999_999
SEGMENTS: Final[dict[str, str]] = {
    "1": "prefeituras",
    "2": "saneamento",
    "3": "energia elétrica e gás",
    "4": "telecomunicações",
    "5": "órgãos governamentais",
    "6": "carnês e assemelhados, por CNPJ",
    "7": "multas de trânsito",
    "9": "uso exclusivo do banco",
}
BY_CNPJ_ROOT: Final = "6"
_ARITHMETIC: Final[dict[str, Callable[[str], str]]] = {
    "6": modulo_10,
    "7": modulo_10,
    "8": modulo_11,
    "9": modulo_11,
}
MONEY: Final = frozenset("68")
_NAME: Final = "An arrecadação code"


@dataclass(frozen=True, slots=True)
class Collection:
    """A checked arrecadação barcode."""

    digits: str

    @property
    def segment(self) -> str:
        return self.digits[1]

    @property
    def value_id(self) -> str:
        return self.digits[2]

    @property
    def amount_cents(self) -> int | None:
        """The value in cents, or None if the value is a reference quantity and not money."""
        return int(self.digits[4:15]) if self.value_id in MONEY else None

    @property
    def company(self) -> str:
        """The company's FEBRABAN code (4 digits), or in segment 6 its CNPJ root (8)."""
        return self.digits[15:23] if self.segment == BY_CNPJ_ROOT else self.digits[15:19]

    @property
    def free_use(self) -> str:
        return self.digits[23:] if self.segment == BY_CNPJ_ROOT else self.digits[19:]


def compact(text: str) -> str:
    """Return the digits alone. Raises BrasilError `collection.type|too_long|characters`."""
    return without_separators(text, ".-", code="collection", name=_NAME)


def to_barcode_digits(line: str) -> str:
    """Return the 44 digits of a 48-digit line, unchecked."""
    return "".join(line[start : start + BLOCK] for start in range(0, LINE_LENGTH, BLOCK + 1))


def problems_of(digits: str) -> list[Problem]:
    """Return what is wrong with 44 (barcode) or 48 (line) digits.

    Codes `collection.product`, `collection.segment`, `collection.value_id`, `collection.block_check_digit`,
    `collection.check_digit`.
    """
    is_line = len(digits) == LINE_LENGTH
    code = to_barcode_digits(digits) if is_line else digits
    problems: list[Problem] = []
    if code[0] != PRODUCT:
        problems.append(_problem("product", "An arrecadação code begins with 8.", 1, code[0], PRODUCT))
    if code[1] not in SEGMENTS:
        problems.append(
            _problem("segment", "There is no such arrecadação segment.", 2, code[1], ", ".join(sorted(SEGMENTS)))
        )
    arithmetic = _ARITHMETIC.get(code[2])
    if arithmetic is None:
        problems.append(_problem("value_id", "There is no such value identifier.", 3, code[2], "6, 7, 8 or 9"))
        return problems
    if is_line:
        for number in range(4):
            start = number * (BLOCK + 1)
            expected = arithmetic(digits[start : start + BLOCK])
            found = digits[start + BLOCK]
            if found != expected:
                sentence = f"The check digit of block {number + 1} does not match; a digit of that block is wrong."
                problems.append(_problem("block_check_digit", sentence, start + BLOCK + 1, found, expected))
    expected = arithmetic(code[:3] + code[4:])
    if code[3] != expected:
        sentence = "The general check digit does not match; a digit was misread or mistyped."
        problems.append(_problem("check_digit", sentence, 4, code[3], expected))
    return problems


def _problem(name: str, message: str, position: int, found: str, expected: str) -> Problem:
    return Problem(
        code=f"collection.{name}", message=message, field=name, position=position, found=found, expected=expected
    )


def parse(text: str) -> Collection:
    """Return the code, given as barcode (44) or line (48).

    Raises BrasilError `collection.length`, or with the first code of `compact` and `problems_of`.
    """
    digits = compact(text)
    if len(digits) != LINE_LENGTH:
        require_length(digits, BARCODE_LENGTH, code="collection", name=_NAME)
    problems = problems_of(digits)
    if problems:
        raise BrasilError.of(problems[0])
    return Collection(to_barcode_digits(digits) if len(digits) == LINE_LENGTH else digits)


def validate(text: str) -> str:
    """Return the 44 digits. Raises as `parse`."""
    return parse(text).digits


def is_valid(text: str) -> bool:
    """Return True if `text` is an arrecadação barcode or line whose check digits match."""
    try:
        parse(text)
    except BrasilError:
        return False
    return True


def line_of(code: Collection) -> str:
    """Return the 48 digits of the line."""
    arithmetic = _ARITHMETIC[code.value_id]
    blocks = [code.digits[start : start + BLOCK] for start in range(0, BARCODE_LENGTH, BLOCK)]
    return "".join(block + arithmetic(block) for block in blocks)


def format(text: str) -> str:  # noqa: A001  # the same small surface in every module
    """Return the line as bills print it: four groups `DDDDDDDDDDD-D`. Raises as `parse`."""
    line = line_of(parse(text))
    return " ".join(
        f"{line[start : start + BLOCK]}-{line[start + BLOCK]}" for start in range(0, LINE_LENGTH, BLOCK + 1)
    )


def build(*, segment: str, value_id: str, amount_cents: int, company: str, free_use: str) -> Collection:
    """Return the code of a bill; `free_use` is filled with zeros on the right.

    Raises BrasilError `collection.segment`, `collection.value_id`, `collection.amount`, `collection.company` or
    `collection.free_use`.
    """
    if segment not in SEGMENTS:
        raise BrasilError.of(_problem("segment", "There is no such segment.", 2, segment, ", ".join(sorted(SEGMENTS))))
    if value_id not in _ARITHMETIC:
        raise BrasilError.of(_problem("value_id", "There is no such value identifier.", 3, value_id, "6, 7, 8 or 9"))
    if type(amount_cents) is not int or not 0 <= amount_cents <= LARGEST_AMOUNT_CENTS:
        raise BrasilError(
            "collection.amount",
            "The value does not fit into a barcode.",
            field="amount",
            found=amount_cents,
            expected=f"0 to {LARGEST_AMOUNT_CENTS}",
        )
    company_length = 8 if segment == BY_CNPJ_ROOT else 4
    if not is_digits(company) or len(company) != company_length:
        raise BrasilError(
            "collection.company",
            f"The company of segment {segment} is {company_length} digits.",
            field="company",
            found=company,
            expected=f"{company_length} digits",
        )
    room = 29 - company_length
    if not (free_use == "" or is_digits(free_use)) or len(free_use) > room:
        raise BrasilError(
            "collection.free_use",
            f"The free part is at most {room} digits.",
            field="free_use",
            found=free_use,
            expected=f"at most {room} digits",
        )
    rest = f"{amount_cents:011d}{company}{free_use:0<{room}}"
    head = f"{PRODUCT}{segment}{value_id}"
    return Collection(f"{head}{_ARITHMETIC[value_id](head + rest)}{rest}")
