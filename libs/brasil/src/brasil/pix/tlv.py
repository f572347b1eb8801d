"""EMV objects of a BR Code: id of two digits, length of two digits, value; some values hold objects again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from brasil.errors import BrasilError

LONGEST_VALUE: Final = 99


@dataclass(frozen=True, slots=True)
class Tlv:
    """One object; `position` is where its id begins in the whole code, counted from 1."""

    id: str
    value: str
    position: int


def read(text: str, offset: int = 0) -> list[Tlv]:
    """Return the objects that follow each other in `text`; `offset` is where `text` begins in the whole code.

    Raises BrasilError `pix.br_code.id` (no two digits), `pix.br_code.length` (no two digits, or longer than what is
    left), `pix.br_code.duplicate`.
    """
    objects: list[Tlv] = []
    seen: set[str] = set()
    index = 0
    while index < len(text):
        position = offset + index + 1
        identifier, length = text[index : index + 2], text[index + 2 : index + 4]
        if not _two_digits(identifier):
            raise BrasilError(
                "pix.br_code.id",
                "Here an object of two digits should begin; the length before it is probably wrong.",
                position=position,
                found=identifier,
                expected="two digits",
            )
        if not _two_digits(length):
            raise BrasilError(
                "pix.br_code.length",
                f"Object {identifier} has no length.",
                field=identifier,
                position=position + 2,
                found=length,
                expected="two digits",
            )
        value = text[index + 4 : index + 4 + int(length)]
        if len(value) < int(length):
            raise BrasilError(
                "pix.br_code.length",
                f"Object {identifier} is longer than the rest of the code.",
                field=identifier,
                position=position + 2,
                found=length,
                expected=f"at most {len(value):02d}",
            )
        if identifier in seen:
            raise BrasilError(
                "pix.br_code.duplicate",
                f"Object {identifier} stands twice.",
                field=identifier,
                position=position,
                found=identifier,
            )
        seen.add(identifier)
        objects.append(Tlv(identifier, value, position))
        index += 4 + int(length)
    return objects


def write(identifier: str, value: str) -> str:
    """Return one object. Raises BrasilError `pix.br_code.too_long` beyond 99 characters."""
    if len(value) > LONGEST_VALUE:
        raise BrasilError(
            "pix.br_code.too_long",
            f"Object {identifier} has no room for {len(value)} characters.",
            field=identifier,
            found=len(value),
            expected=f"at most {LONGEST_VALUE}",
        )
    return f"{identifier}{len(value):02d}{value}"


def _two_digits(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isdigit()
