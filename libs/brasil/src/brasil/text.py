"""Reading numbers that people type: separators off, everything else a clear error."""

from __future__ import annotations

import unicodedata
from typing import Final

from brasil.errors import BrasilError

TYPED_LENGTH_LIMIT: Final = 200


def without_separators(text: str, separators: str, *, code: str, name: str, letters: bool = False) -> str:
    """Return the digits (with `letters` also A-Z, upper-cased) of `text`, without separators and outer blanks.

    Raises BrasilError `<code>.type` if `text` is not a str, `<code>.too_long` beyond 200 characters,
    `<code>.characters` at the first other character.
    """
    if not isinstance(text, str):
        raise BrasilError(f"{code}.type", f"{name} must be text.", expected="text", found=type(text).__name__)
    if len(text) > TYPED_LENGTH_LIMIT:
        raise BrasilError(
            f"{code}.too_long",
            f"{name} is too long to be one.",
            position=TYPED_LENGTH_LIMIT + 1,
            found=f"{len(text)} characters",
            expected=f"at most {TYPED_LENGTH_LIMIT}",
        )
    kept: list[str] = []
    for index, character in enumerate(text):
        if "0" <= character <= "9":
            kept.append(character)
        elif letters and ("A" <= character <= "Z" or "a" <= character <= "z"):
            kept.append(character.upper())
        elif character not in separators and character not in " \t\r\n":
            raise BrasilError(
                f"{code}.characters",
                f"{name} has a character that does not belong there.",
                position=index + 1,
                found=character,
                expected="letters and digits" if letters else "digits",
            )
    return "".join(kept)


def require_length(compacted: str, length: int, *, code: str, name: str) -> None:
    """Raise BrasilError `<code>.length` unless `compacted` has `length` characters."""
    if len(compacted) != length:
        raise BrasilError(
            f"{code}.length",
            f"{name} has {len(compacted)} characters instead of {length}.",
            position=min(len(compacted), length) + 1,
            found=len(compacted),
            expected=length,
        )


def is_digits(text: object) -> bool:
    """Return True if `text` is a non-empty str of the digits 0 to 9 (and no other Unicode digits)."""
    return isinstance(text, str) and text.isascii() and text.isdigit()


def fold(text: str) -> str:
    """Return `text` in plain ASCII: accents removed (`São` → `Sao`), what has no plain form left out.

    BR Codes and bank files count bytes and characters differently as soon as a letter has an accent.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if " " <= character <= "~")
