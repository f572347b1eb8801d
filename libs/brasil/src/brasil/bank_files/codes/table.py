"""Movement and reason codes as data: what each code of one bank, in one layout, does to a title.

The same digits mean different things at different banks, and at one bank in different layouts, so a table belongs to
one bank and one layout. A table is written as text, one code a line:

    code kind[/mark…] [@group] description in the bank's words

`kind` is one of the words in `KINDS`; the marks are `partial` (a settlement in part), `reversal` (takes back an
earlier payment) and `money` (an amount beside this code is information, not a contradiction). `@group` names the
table that the reasons beside this code are looked up in. A reason is written `code[/partial] description`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from brasil.bank_files.movement import SETTLED_KINDS, MovementKind, Reason

KINDS: Final = MappingProxyType(
    {
        "entry": MovementKind.ENTRY_CONFIRMED,
        "settled": MovementKind.SETTLED,
        "unregistered": MovementKind.SETTLED_UNREGISTERED,
        "off": MovementKind.WRITTEN_OFF,
        "rejected": MovementKind.REJECTED,
        "fee": MovementKind.FEE,
        "other": MovementKind.OTHER,
    }
)


class Meaning(NamedTuple):
    """What a movement code means at one bank in one layout."""

    kind: MovementKind
    description: str | None
    partial: bool
    reverses_payment: bool
    settles: bool
    expects_money: bool
    group: str | None
    known: bool


class Reasons(NamedTuple):
    """The reasons of one group by code, and which of them say that the payment was in part."""

    descriptions: Mapping[str, str]
    partial: frozenset[str]


NO_REASONS: Final = Reasons(MappingProxyType({}), frozenset())


class CodeTable(NamedTuple):
    """All codes of one bank in one layout."""

    movements: Mapping[str, Meaning]
    groups: Mapping[str, Reasons]

    def meaning(self, code: str) -> Meaning:
        """What a code means; for a code that the table does not have, a meaning with `known` False."""
        return self.movements.get(code) or UNKNOWN


UNKNOWN: Final = Meaning(MovementKind.OTHER, None, False, False, False, False, None, False)


def code_table(movements: str, **groups: str) -> CodeTable:
    """Read a table from its text and the texts of its groups of reasons."""
    rows = (line.strip() for line in movements.splitlines())
    read = dict(_movement(row) for row in rows if row)
    return CodeTable(MappingProxyType(read), MappingProxyType({name: reasons(text) for name, text in groups.items()}))


def _movement(row: str) -> tuple[str, Meaning]:
    code, kind_and_marks, rest = row.split(None, 2)
    word, *marks = kind_and_marks.split("/")
    group = None
    if rest.startswith("@"):
        group, rest = rest[1:].split(None, 1)
    kind = KINDS[word]
    settles = kind in SETTLED_KINDS
    expects_money = settles or kind is MovementKind.FEE or "money" in marks
    return code, Meaning(kind, rest, "partial" in marks, "reversal" in marks, settles, expects_money, group, known=True)


def reasons(text: str) -> Reasons:
    """Read a group of reasons from its text."""
    descriptions: dict[str, str] = {}
    partial: set[str] = set()
    for row in filter(None, (line.strip() for line in text.splitlines())):
        code, description = row.split(None, 1)
        code, _, mark = code.partition("/")
        descriptions[code] = description
        if mark == "partial":
            partial.add(code)
    return Reasons(MappingProxyType(descriptions), frozenset(partial))


class ReasonField(NamedTuple):
    """Where reasons stand: codes of `width` characters between `first` and `last` (from 1), or free text if 0.

    `group` fixes the table to look them up in; None means the table that the movement code names. With `groups` the
    place of a code in the field decides. `settled_only` fields mean something else beside other movements.
    `group_width`: the width of the codes where the movement's group has codes of another width.
    """

    first: int
    last: int
    width: int = 2
    group: str | None = None
    groups: tuple[str, ...] = ()
    settled_only: bool = False
    group_width: Mapping[str, int] = MappingProxyType({})


# Reasons repeat endlessly in a file; the bound keeps a hostile file from filling the memory.
_MOST_KEPT: Final = 4096


class ReasonReader(dict[str, tuple[tuple[Reason, ...], bool]]):
    """The reasons of one layout, and whether one of them says that the payment was in part, worked out once each.

    The key is the movement code, of a fixed width, and behind it the characters of each field.
    """

    def __init__(self, fields: tuple[ReasonField, ...], table: CodeTable, code_width: int) -> None:
        super().__init__()
        self._fields = fields
        self._table = table
        self._code_width = code_width

    def __missing__(self, key: str) -> tuple[tuple[Reason, ...], bool]:
        start = self._code_width
        characters = []
        for field in self._fields:
            size = field.last - field.first + 1
            characters.append(key[start : start + size])
            start += size
        value = self._read(key[: self._code_width], *characters)
        if len(self) < _MOST_KEPT:
            self[key] = value
        return value

    def _read(self, code: str, *characters: str) -> tuple[tuple[Reason, ...], bool]:
        meaning = self._table.meaning(code)
        found: list[Reason] = []
        partial = False
        for field, text in zip(self._fields, characters, strict=True):
            if field.settled_only and not meaning.settles:
                continue
            width = field.group_width.get(meaning.group or "", field.width)
            for place, reason in enumerate(_codes(text, width)):
                if not reason.strip() or not reason.strip("0"):
                    continue
                group = self._group(field, place, meaning)
                if field.width == 0:
                    found.append(Reason("", reason))
                    continue
                found.append(Reason(reason, group.descriptions.get(reason)))
                partial = partial or (meaning.settles and reason in group.partial)
        return tuple(found), partial

    def _group(self, field: ReasonField, place: int, meaning: Meaning) -> Reasons:
        name = field.group or meaning.group
        if field.groups and meaning.settles:
            name = field.groups[place] if place < len(field.groups) else None
        return self._table.groups.get(name, NO_REASONS) if name else NO_REASONS


def _codes(text: str, width: int) -> list[str]:
    if width == 0:
        return [text.strip()]
    return [text[start : start + width].strip() for start in range(0, len(text), width)]
