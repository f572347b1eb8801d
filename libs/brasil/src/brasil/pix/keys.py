"""Pix keys (chaves) of the five kinds: CPF, CNPJ, phone, e-mail, random (EVP); forms as the DICT stores them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from brasil import cnpj, cpf
from brasil.errors import BrasilError

Kind = Literal["cpf", "cnpj", "phone", "email", "evp"]
LONGEST: Final = 77

_EVP: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{1,14}")
# DDD, then a mobile (9 and eight digits) or a landline number.
_BRAZILIAN_PHONE: Final = re.compile(r"\+55[1-9][1-9](9[0-9]{8}|[2-5][0-9]{7})")
_EMAIL: Final = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
)
_PHONE_PUNCTUATION: Final = re.compile(r"[ ().-]")


@dataclass(frozen=True, slots=True)
class PixKey:
    """A key in the form the DICT stores: digits, upper-case CNPJ, `+5511…`, lower-case e-mail or UUID."""

    kind: Kind
    value: str

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        # A key is often a person's CPF, phone or e-mail: it must not end in a log.
        return f"PixKey({self.kind} {self.masked})"

    @property
    def masked(self) -> str:
        """The key with most of it hidden, for display."""
        if self.kind == "cpf":
            return cpf.mask(self.value)
        if self.kind == "cnpj":
            return cnpj.mask(self.value)
        if self.kind == "email":
            name, _, domain = self.value.partition("@")
            return f"{name[0]}***@{domain}"
        return f"{self.value[:5]}***{self.value[-2:]}"


def compact(text: str) -> str:
    """Return the key as the DICT would store it, unchecked: outer blanks off, case and punctuation of its kind."""
    if not isinstance(text, str):
        raise BrasilError("pix.key.type", "A Pix key must be text.", expected="text", found=type(text).__name__)
    if len(text) > LONGEST + 20:
        raise BrasilError(
            "pix.key.too_long", "A Pix key has at most 77 characters.", position=LONGEST + 1, expected="at most 77"
        )
    stripped = text.strip()
    if "@" in stripped or _EVP.fullmatch(stripped.lower()):
        return stripped.lower()
    if stripped.startswith("+"):
        return _PHONE_PUNCTUATION.sub("", stripped)
    return re.sub(r"[./ -]", "", stripped).upper()


def parse(text: str) -> PixKey:
    """Return the key with its kind; punctuation of CPF, CNPJ and phone is accepted.

    Raises BrasilError `pix.key.type`, `pix.key.too_long`, `pix.key.format` (of no kind), `pix.key.phone`,
    `pix.key.email`, or the codes of `cpf.validate` and `cnpj.validate`.
    """
    value = compact(text)
    if len(value) > LONGEST:
        raise BrasilError(
            "pix.key.too_long", "A Pix key has at most 77 characters.", position=LONGEST + 1, expected="at most 77"
        )
    if _EVP.fullmatch(value):
        return PixKey("evp", value)
    if "@" in value:
        if not _EMAIL.fullmatch(value):
            raise BrasilError(
                "pix.key.email", "The key looks like an e-mail address and is none.", expected="name@host"
            )
        return PixKey("email", value)
    if value.startswith("+"):
        pattern = _BRAZILIAN_PHONE if value.startswith("+55") else _PHONE
        if not pattern.fullmatch(value):
            raise BrasilError(
                "pix.key.phone", "A phone key is + country, area and number.", expected="+55, DDD and 8 or 9 digits"
            )
        return PixKey("phone", value)
    if len(value) == 11 and value.isascii() and value.isdigit():
        return PixKey("cpf", cpf.validate(value))
    if len(value) == 14 and value.isascii() and value.isalnum():
        return PixKey("cnpj", cnpj.validate(value))
    raise BrasilError(
        "pix.key.format",
        "The text is no Pix key of any kind; a phone begins with +55.",
        expected="CPF, CNPJ, +55 phone, e-mail or UUID",
    )


def validate(text: str) -> str:
    """Return the key as the DICT stores it. Raises as `parse`."""
    return parse(text).value


def is_valid(text: str) -> bool:
    """Return True if `text` is a Pix key of one of the five kinds."""
    try:
        parse(text)
    except BrasilError:
        return False
    return True


def format(text: str) -> str:  # noqa: A001  # the same small surface in every module
    """Return the key as people read it: CPF and CNPJ with punctuation, the others as stored. Raises as `parse`."""
    key = parse(text)
    if key.kind == "cpf":
        return cpf.format(key.value)
    return cnpj.format(key.value) if key.kind == "cnpj" else key.value


def mask(text: str) -> str:
    """Return the key with most of it hidden, for display. Raises as `parse`."""
    return parse(text).masked
