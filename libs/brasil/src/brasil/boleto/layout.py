"""What a layout of the campo livre is made of; the layouts themselves are in `brasil.boleto.profiles`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Constant:
    """Digits that never change."""

    digits: str


@dataclass(frozen=True, slots=True)
class Value:
    """A stretch of a named value: `length` digits of it from `start` (some banks cut a number into pieces)."""

    name: str
    length: int
    start: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """A check digit: the variant (a name of `check_digits.BY_NAME`) and the values it runs over.

    A pair in `over` is a value filled with zeros on the left up to a length; `BEFORE` stands for all slots before.
    """

    variant: str
    over: tuple[str | tuple[str, int], ...]


BEFORE: Final = "*"
OUR_NUMBER_CHECK: Final = "numero_dv"


@dataclass(frozen=True, slots=True)
class Profile:
    """One bank's layout. `our_number` names the values that, joined, are the nosso número in the bank's files.

    `checks` gives the values that are computed; `only` limits a value to a set and thereby tells layouts of one bank
    apart; `defaults` are values the bank prescribes unless told otherwise; `amount_flag` is 1 when the barcode carries
    an amount; `printed` is how the bank prints the nosso número.
    """

    name: str
    bank: str
    title: str
    source: str
    slots: tuple[Constant | Value, ...]
    our_number: tuple[str, ...]
    printed: str
    checks: Mapping[str, Check] = field(default_factory=lambda: MappingProxyType({}))
    only: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    defaults: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    amount_flag: str | None = None

    def length_of(self, name: str) -> int:
        """Return how many digits a named value has."""
        in_slots = [slot.start + slot.length for slot in self.slots if isinstance(slot, Value) and slot.name == name]
        in_checks = [
            entry[1]
            for check in self.checks.values()
            for entry in check.over
            if isinstance(entry, tuple) and entry[0] == name
        ]
        return max(in_slots or in_checks, default=0)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The values a maker gives, in the order of the layout; those only a check digit needs come last."""
        names: dict[str, None] = {slot.name: None for slot in self.slots if isinstance(slot, Value)}
        for check in self.checks.values():
            for entry in check.over:
                names.setdefault(entry if isinstance(entry, str) else entry[0])
        computed = {*self.checks, BEFORE, self.amount_flag}
        return tuple(name for name in names if name not in computed)

    @property
    def only_for_check(self) -> frozenset[str]:
        """The inputs that are not in the campo livre and serve a check digit alone."""
        in_slots = {slot.name for slot in self.slots if isinstance(slot, Value)}
        return frozenset(name for name in self.inputs if name not in in_slots)
