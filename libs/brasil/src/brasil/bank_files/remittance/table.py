"""Records of a remittance as tables: which value stands in which positions, written how.

A row of a table is `first-last kind value`. Kinds: `=` the value itself; `-` blanks; `9` digits, filled with zeros on
the left; `X` text in capitals without accents, cut to fit; `T` text as it is, which must fit; `6`, `8` and `Y` dates
DDMMAA, DDMMAAAA and AAAAMMDD, zeros if there is none. Positions that no row names are blank.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from brasil.errors import BrasilError

Value = str | int | date | None
_DATE_FORMATS: Final = {"6": "%d%m%y", "8": "%d%m%Y", "Y": "%Y%m%d"}


class Slot(NamedTuple):
    """One row of a table."""

    first: int
    last: int
    kind: str
    value: str

    @property
    def width(self) -> int:
        """How many positions the slot has."""
        return self.last - self.first + 1


@cache
def slots(table: str) -> tuple[Slot, ...]:
    """Read a table from its text."""
    read = []
    for row in filter(None, (line.strip() for line in table.splitlines())):
        place, kind, value = row.split(None, 2)
        first, _, last = place.partition("-")
        read.append(Slot(int(first), int(last or first), kind, value))
    return tuple(read)


def render(table: str, values: Mapping[str, Value], width: int) -> str:
    """Write one record. Raises BrasilError, naming the field, if a value does not fit its positions."""
    line = [" "] * width
    for slot in slots(table):
        line[slot.first - 1 : slot.last] = _write(slot, values)
    return "".join(line)


def _write(slot: Slot, values: Mapping[str, Value]) -> str:
    if slot.kind == "-":
        return " " * slot.width
    if slot.kind == "=":
        return slot.value.ljust(slot.width)
    value = values[slot.value]
    if slot.kind in _DATE_FORMATS:
        return value.strftime(_DATE_FORMATS[slot.kind]) if isinstance(value, date) else "0" * slot.width
    text = "" if value is None else str(value)
    if slot.kind == "X":
        return plain(text)[: slot.width].ljust(slot.width)
    text = text.rjust(slot.width, "0") if slot.kind == "9" else text.ljust(slot.width)
    if (
        len(text) != slot.width
        or not text.isascii()
        or not (text.isalnum() if slot.kind == "9" else text.isprintable())
    ):
        raise BrasilError(
            "remittance.does_not_fit",
            f"The value does not fit positions {slot.first} to {slot.last} of this bank's layout.",
            field=slot.value,
            found=text,
            expected=f"at most {slot.width} digits" if slot.kind == "9" else f"at most {slot.width} characters",
        )
    return text


def changed(table: str, changes: str) -> str:
    """The table with the rows of `changes` in place of those that stand on the same positions."""
    new = slots(changes)
    taken = {position for slot in new for position in range(slot.first, slot.last + 1)}
    kept = (slot for slot in slots(table) if taken.isdisjoint(range(slot.first, slot.last + 1)))
    return "\n".join(f"{slot.first}-{slot.last} {slot.kind} {slot.value}" for slot in sorted((*kept, *new)))


def plain(text: str) -> str:
    """Capitals without accents, and a blank for what no bank's character set has."""
    stripped = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").upper()
    return "".join(character if character.isprintable() else " " for character in stripped)
