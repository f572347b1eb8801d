"""Reading API Pix documents: each value by name, with the path in the error when it is not what the API promises.

Lenient where the official examples and real PSPs are: unknown keys are ignored, unknown status words kept, one object
is accepted where a list is due, numbers where free text is due. Strict where money, dates and ids are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, cast

from brasil.errors import BrasilError

LARGEST_DOCUMENT_BYTES: Final = 5_000_000
LONGEST_LIST: Final = 10_000
LONGEST_TEXT: Final = 4_000
_AMOUNT: Final = re.compile(r"[0-9]{1,10}\.[0-9]{2}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]{5,18}([Zz]|[+-][0-9]{2}:?[0-9]{2})")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Node:
    """One JSON object and where it stands."""

    values: Mapping[str, object]
    path: str = ""

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def fail(self, name: str, message: str, expected: str, found: object = None) -> BrasilError:
        """Return the error `pix.json.value` for a value; personal values are left out of it."""
        return BrasilError("pix.json.value", message, field=self._at(name), found=found, expected=expected)

    def _get(self, name: str) -> object:
        value = self.values.get(name)
        if value is None:
            raise BrasilError("pix.json.missing", f"The value {self._at(name)} is missing.", field=self._at(name))
        return value

    def has(self, name: str) -> bool:
        """Return True if the value is there and not null."""
        return self.values.get(name) is not None

    def text(self, name: str, *, longest: int = LONGEST_TEXT) -> str:
        """Return a text; a number becomes its digits. Raises BrasilError `pix.json.missing|value`."""
        value = self._get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or len(value) > longest:
            raise self.fail(
                name, f"{self._at(name)} is not text of the allowed length.", f"at most {longest} characters"
            )
        return value

    def text_or_none(self, name: str, *, longest: int = LONGEST_TEXT) -> str | None:
        """Return a text, None if it is not there."""
        return self.text(name, longest=longest) if self.has(name) else None

    def word(self, name: str, known: Sequence[str] = ()) -> str:
        """Return a status word; with `known` only one of those."""
        value = self.text(name, longest=60)
        if known and value not in known:
            raise self.fail(name, f"{self._at(name)} is not one of the words of the API.", ", ".join(known), value)
        return value

    def cents(self, name: str) -> int:
        """Return an amount written `123.45` in cents."""
        value = self._get(name)
        if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
            raise self.fail(name, f"{self._at(name)} is not an amount.", "text like 123.45", value)
        return int(value.replace(".", ""))

    def decimal(self, name: str) -> Decimal:
        """Return a number written `123.45`: an amount or a percentage."""
        return Decimal(self.cents(name)) / 100

    def integer(self, name: str, *, least: int, most: int) -> int:
        """Return a whole number between `least` and `most`; text of digits is accepted."""
        value = self._get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.fail(name, f"{self._at(name)} is not a number in range.", f"{least} to {most}", value)
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false, `default` if it is not there."""
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.fail(name, f"{self._at(name)} is neither true nor false.", "true or false", value)
        return value

    def day(self, name: str) -> date:
        """Return a date written `2026-12-31`."""
        value = self._get(name)
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise self.fail(name, f"{self._at(name)} is not a date.", "2026-12-31", value)

    def day_if_readable(self, name: str) -> date | None:
        """Return a date that only informs, None if it is missing or no date (the API's own example has 2024-20-08)."""
        try:
            return self.day(name)
        except BrasilError:
            return None

    def moment(self, name: str) -> datetime:
        """Return an instant written as RFC 3339 says, aware of its zone."""
        value = self._get(name)
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            try:
                return datetime.fromisoformat(value.upper().replace(" ", "T"))
            except ValueError:
                pass
        raise self.fail(name, f"{self._at(name)} is not an instant.", "2026-12-31T23:59:59Z", value)

    def node(self, name: str) -> Node:
        """Return an object."""
        return node(self._get(name), self._at(name))

    def node_or_empty(self, name: str) -> Node:
        """Return an object; an empty one if it is not there."""
        return self.node(name) if self.has(name) else Node({}, self._at(name))

    def nodes(self, name: str) -> tuple[Node, ...]:
        """Return a list of objects, empty if it is not there; a single object counts as a list of one."""
        value = self.values.get(name)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if len(items) > LONGEST_LIST:
            raise self.fail(name, f"{self._at(name)} is too long.", f"at most {LONGEST_LIST} objects", len(items))
        return tuple(node(item, f"{self._at(name)}[{index}]") for index, item in enumerate(items))


def node(value: object, path: str = "") -> Node:
    """Return a JSON object as a node. Raises BrasilError `pix.json.type`."""
    if not isinstance(value, Mapping):
        where = path or "the document"
        raise BrasilError("pix.json.type", f"{where} is not a JSON object.", field=path or None, expected="an object")
    return Node(cast("Mapping[str, object]", value), path)


def load(raw: bytes | str) -> Node:
    """Return the JSON object in `raw` (UTF-8). Raises BrasilError `pix.json.too_long|syntax|type`."""
    if len(raw) > LARGEST_DOCUMENT_BYTES:
        raise BrasilError(
            "pix.json.too_long",
            "The document is too long.",
            found=len(raw),
            expected=f"at most {LARGEST_DOCUMENT_BYTES} bytes",
        )
    try:
        document = json.loads(raw)
    except RecursionError:
        raise BrasilError("pix.json.syntax", "The document is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise BrasilError(
            "pix.json.syntax", "The document is not JSON.", line=error.lineno, position=error.colno
        ) from error
    except ValueError as error:
        raise BrasilError("pix.json.syntax", "The document is not JSON in UTF-8.") from error
    return node(document)


def amount(cents: int) -> str:
    """Return cents as the API writes an amount, e.g. `123.45`. Raises BrasilError `pix.json.value`."""
    if type(cents) is not int or not 0 <= cents <= 999_999_999_999:
        raise BrasilError("pix.json.value", "The amount does not fit.", found=cents, expected="0 to 999999999999 cents")
    return f"{cents // 100}.{cents % 100:02d}"


def without_nulls(document: Mapping[str, object]) -> dict[str, object]:
    """Return the document without the values that are not there: absent and null differ for some PSPs."""
    return {name: value for name, value in document.items() if value is not None}
