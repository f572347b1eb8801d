"""Personal data and secrets out of any text before it leaves the process.

One pass over a text: what is known to be harmless (UUIDs, instants, IPv4 addresses, W3C trace contexts) stays; e-mails,
CPF and CNPJ (also the alphanumeric CNPJ, IN RFB 2.229/2024), telephone and card numbers, tokens, keys and passwords
become a word in brackets. Digit runs of ten or more are taken for personal whatever they are: a lost offset in a log
costs less than a leaked CPF.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

_LONG_RUN: Final = r"(?<!\d)\d{10,}(?!\d)"
_PATTERNS: Final = (
    ("keep", r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
    ("keep", r"\b00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b"),
    (
        "keep",
        r"\b(?:19|20)\d\d-[01]\d-[0-3]\d"
        r"(?:[T ][0-2]\d:[0-5]\d(?::[0-6]\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?(?![\d-])",
    ),
    ("keep", r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\d.-])"),
    ("credentials", r"\b(?:bearer|basic|apikey)\s+[a-z0-9._~+/=-]{8,}"),
    ("token", r"\beyJ[a-z0-9_-]{4,}(?:\.[a-z0-9_-]*){1,4}"),
    ("token", r"\b(?:rk|whsec|sk|pk)_[a-z0-9_+/=-]{8,}"),
    ("password", r"(?<=://)[^\s/:@]{1,128}:[^\s/@]{1,256}(?=@)"),
    (
        "secret",
        r"(?<![a-z0-9])(?:password|passwd|secret|token|api[_-]?key|pepper|authorization)[\"']?\s*[:=]\s*[\"']?[^\s\"',;&]{4,}",
    ),
    ("email", r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}(?:@|%40)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+"),
    ("tax id", r"\b[0-9a-z]{2}\.[0-9a-z]{3}\.[0-9a-z]{3}/[0-9a-z]{4}-\d{2}\b"),
    ("candidate", r"\b(?=[0-9]*[a-z])[0-9a-z]{12}\d{2}\b"),
    ("number", r"(?<!\w)9\d{4}[ .-]\d{4}(?!\w)"),
    ("number", r"(?<![a-z0-9])\+?\(?\d(?:[ ./()\-]{0,2}\d){9,}(?![a-z])"),
    ("number", _LONG_RUN),
)
_MEANING: Final = {f"g{position}": meaning for position, (meaning, _) in enumerate(_PATTERNS)}
_COMBINED: Final = re.compile(
    "|".join(f"(?P<g{position}>{text})" for position, (_, text) in enumerate(_PATTERNS)), re.IGNORECASE
)
_QUICK: Final = re.compile(r"\d{2}|@|%40|[:=_]|eyJ|bearer|basic", re.IGNORECASE)
_SECRET_KEYS: Final = re.compile(
    r"(^|_)(authorization|password|passwd|secret|token|api_key|apikey|pepper|cookie|cpf|cnpj|tax_id|email|e_mail|phone|"
    r"phone_number|full_name|person_name|address|body|payload|personal)(_|$)",
    re.IGNORECASE,
)
_WEIGHTS_CNPJ: Final = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_LONG_NUMBER: Final = 10**10
_DEPTH: Final = 6


def redact(text: str) -> str:
    """The text with every personal or secret part replaced by its kind in brackets."""
    if not _QUICK.search(text):
        return text
    return _COMBINED.sub(_replace, text)


def _replace(match: re.Match[str]) -> str:
    meaning = _MEANING[str(match.lastgroup)]
    found = match.group()
    if meaning == "candidate":
        return "[tax id]" if _alphanumeric_cnpj(found.upper()) else re.sub(_LONG_RUN, "[number]", found)
    return found if meaning == "keep" else f"[{meaning}]"


def _alphanumeric_cnpj(text: str) -> bool:
    """Whether the two check digits fit (IN RFB 2.229/2024: a character's value is its ASCII code less 48)."""
    values = [ord(character) - 48 for character in text]
    first = _check_digit(values[:12], _WEIGHTS_CNPJ[1:])
    return values[12:] == [first, _check_digit([*values[:12], first], _WEIGHTS_CNPJ)]


def _check_digit(values: list[int], weights: tuple[int, ...]) -> int:
    remainder = sum(value * weight for value, weight in zip(values, weights, strict=True)) % 11
    return 0 if remainder < 2 else 11 - remainder


def redact_value(value: Any, *, depth: int = 0) -> Any:
    """The same for any value that a log line may carry; containers are rebuilt, unknown objects become their type."""
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < _LONG_NUMBER):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return "[deep]" if depth >= _DEPTH else _redact_container(value, depth + 1)
    return redact(str(value))


def _redact_container(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        return redact_mapping(value, depth=depth)
    return [redact_value(item, depth=depth) for item in value]


def redact_mapping(values: Mapping[Any, Any], *, depth: int = 0) -> dict[str, Any]:
    """The same for a mapping; a value whose name says that it is personal or secret goes whatever it looks like."""
    return {
        redact(str(key)): "[redacted]" if _SECRET_KEYS.search(str(key)) else redact_value(value, depth=depth)
        for key, value in values.items()
    }
