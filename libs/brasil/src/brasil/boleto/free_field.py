"""Campo livre and nosso número: built and read with the tables of `brasil.boleto.profiles`.

A nosso número is text everywhere: it has leading zeros, and its check digit may be a letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from brasil.boleto.layout import BEFORE, OUR_NUMBER_CHECK, Constant, Profile
from brasil.boleto.profiles import BY_NAME as PROFILES_BY_NAME
from brasil.boleto.profiles import of_bank
from brasil.check_digits import BY_NAME as VARIANTS
from brasil.errors import BrasilError, Problem
from brasil.text import is_digits

LENGTH: Final = 25
FIRST_BARCODE_POSITION: Final = 20


@dataclass(frozen=True, slots=True)
class FreeField:
    """A campo livre with its parts.

    `our_number` is the nosso número as the bank's files carry it, without check digit; `our_number_check` the check
    digit (None where the bank has none, or where it needs values that are not in the barcode); `our_number_printed`
    as the bank prints it (None if the check digit it prints is unknown). `values` are all named parts. `alternatives`
    names other layouts of the bank that fit the same digits: then the nosso número is certain, its division is not.
    `problems` are warnings: check digits inside that do not match.
    """

    digits: str
    profile: Profile
    values: Mapping[str, str]
    alternatives: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def our_number(self) -> str:
        return "".join(self.values[name] for name in self.profile.our_number)

    @property
    def our_number_check(self) -> str | None:
        return self.values.get(OUR_NUMBER_CHECK)

    @property
    def our_number_printed(self) -> str | None:
        unknown = OUR_NUMBER_CHECK in self.profile.checks and OUR_NUMBER_CHECK not in self.values
        return None if unknown else self.profile.printed.format_map(self.values)


def find_profile(name: str) -> Profile:
    """Return a layout by name. Raises BrasilError `free_field.profile`."""
    profile = PROFILES_BY_NAME.get(name)
    if profile is None:
        raise BrasilError(
            "free_field.profile",
            "There is no campo livre layout of this name.",
            found=name,
            expected=", ".join(PROFILES_BY_NAME),
        )
    return profile


def build(profile: Profile, values: Mapping[str, str], *, has_amount: bool = True) -> FreeField:
    """Return the campo livre for the given values; each is filled with zeros on the left to its length.

    Raises BrasilError `free_field.unknown_value`, `free_field.missing_value`, `free_field.characters`,
    `free_field.value_too_long`, `free_field.value_not_allowed` or, for a check digit given wrongly,
    `free_field.check_digit`.
    """
    known = {*profile.inputs, *profile.checks}
    for name in values:
        if name not in known:
            raise BrasilError(
                "free_field.unknown_value",
                f"{profile.title} has no value called {name!r}.",
                field=name,
                found=name,
                expected=", ".join(profile.inputs),
            )
    filled = {
        name: _filled(profile, name, values.get(name, profile.defaults.get(name)))
        for name in profile.inputs
        if name in values or name not in profile.only_for_check
    }
    if profile.amount_flag:
        filled[profile.amount_flag] = "1" if has_amount else "0"
    digits, filled = _assemble(profile, filled)
    for name in profile.checks:
        given = values.get(name)
        if given is not None and given != filled.get(name):
            raise BrasilError(
                "free_field.check_digit",
                f"The check digit {name} does not match; leave it out to have it computed.",
                field=name,
                found=given,
                expected=filled.get(name),
            )
    return FreeField(digits, profile, MappingProxyType(filled))


def _filled(profile: Profile, name: str, value: str | None) -> str:
    if value is None:
        raise BrasilError("free_field.missing_value", f"{profile.title} needs a value for {name}.", field=name)
    if not is_digits(value):
        raise BrasilError(
            "free_field.characters", f"{name} must be text of digits.", field=name, found=value, expected="digits"
        )
    length = profile.length_of(name)
    if len(value) > length:
        raise BrasilError(
            "free_field.value_too_long",
            f"{name} has {len(value)} digits; {profile.title} has room for {length}.",
            field=name,
            found=value,
            expected=f"at most {length} digits",
        )
    whole = value.zfill(length)
    allowed = profile.only.get(name)
    if allowed is not None and whole not in allowed:
        raise BrasilError(
            "free_field.value_not_allowed",
            f"{profile.title} is not for {name} {whole}.",
            field=name,
            found=whole,
            expected=", ".join(sorted(allowed)),
        )
    return whole


def _assemble(profile: Profile, values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the digits, and the values with their check digits, computed from left to right."""
    filled = dict(values)
    digits = ""
    for slot in profile.slots:
        if isinstance(slot, Constant):
            digits += slot.digits
            continue
        if slot.name in profile.checks:
            filled[slot.name] = _check_digit(profile, slot.name, filled, digits) or ""
        digits += filled[slot.name][slot.start : slot.start + slot.length]
    for name in profile.checks:
        if name not in filled:
            digit = _check_digit(profile, name, filled, digits)
            if digit is not None:
                filled[name] = digit
    return digits, filled


def _check_digit(profile: Profile, name: str, values: Mapping[str, str], before: str) -> str | None:
    check = profile.checks[name]
    parts: list[str] = []
    for entry in check.over:
        source, length = (entry, 0) if isinstance(entry, str) else entry
        if source == BEFORE:
            parts.append(before)
        elif source in values:
            parts.append(values[source].zfill(length))
        else:
            return None
    return VARIANTS[check.variant]("".join(parts))


def read(profile: Profile, digits: str) -> FreeField:
    """Read 25 digits by one layout.

    Raises BrasilError `free_field.length` if they are not 25 digits, `free_field.layout` if a constant or a limited
    value says that this is another layout. Wrong check digits inside become warnings in `problems`.
    """
    if not is_digits(digits) or len(digits) != LENGTH:
        raise BrasilError("free_field.length", "A campo livre is 25 digits.", found=digits, expected="25 digits")
    values = _take_apart(profile, digits)
    problems = _wrong_check_digits(profile, digits, values)
    for name in profile.checks:
        if name not in values:
            digit = _check_digit(profile, name, values, digits)
            if digit is not None:
                values[name] = digit
    return FreeField(digits, profile, MappingProxyType(values), problems=problems)


def _take_apart(profile: Profile, digits: str) -> dict[str, str]:
    pieces: dict[str, list[str]] = {}
    position = 0
    for slot in profile.slots:
        if isinstance(slot, Constant):
            length = len(slot.digits)
            found = digits[position : position + length]
            if found != slot.digits:
                raise _other_layout(profile, position, found, slot.digits)
        else:
            length = slot.length
            whole = pieces.setdefault(slot.name, ["0"] * profile.length_of(slot.name))
            whole[slot.start : slot.start + length] = digits[position : position + length]
        position += length
    values = {name: "".join(characters) for name, characters in pieces.items()}
    for name, allowed in profile.only.items():
        if values[name] not in allowed:
            raise _other_layout(profile, 0, values[name], ", ".join(sorted(allowed)))
    return values


def _wrong_check_digits(profile: Profile, digits: str, values: Mapping[str, str]) -> tuple[Problem, ...]:
    problems: list[Problem] = []
    position = 0
    for slot in profile.slots:
        if isinstance(slot, Constant):
            position += len(slot.digits)
            continue
        if slot.name in profile.checks:
            expected = _check_digit(profile, slot.name, values, digits[:position])
            if expected is not None and expected != values[slot.name]:
                problems.append(_wrong_check_digit(slot.name, position, values[slot.name], expected))
        position += slot.length
    return tuple(problems)


def _other_layout(profile: Profile, position: int, found: str, expected: str) -> BrasilError:
    return BrasilError(
        "free_field.layout",
        f"The campo livre is not of the layout {profile.name}.",
        position=FIRST_BARCODE_POSITION + position,
        found=found,
        expected=expected,
    )


def _wrong_check_digit(name: str, position: int, found: str, expected: str) -> Problem:
    return Problem(
        code="free_field.check_digit",
        severity="warning",
        message=f"The check digit {name} inside the campo livre does not match.",
        field=name,
        position=FIRST_BARCODE_POSITION + position,
        found=found,
        expected=expected,
    )


def parse(bank: str, digits: str) -> FreeField | None:
    """Read 25 digits of a bank by the layout that fits best: constants first, then fewest wrong check digits.

    Returns None for a bank that is not in the tables, or none of whose layouts fits. Raises BrasilError
    `free_field.length`.
    """
    readings: list[FreeField] = []
    for profile in of_bank(bank):
        try:
            readings.append(read(profile, digits))
        except BrasilError as error:
            if error.code != "free_field.layout":
                raise
    if not readings:
        return None
    best = min(readings, key=lambda reading: len(reading.problems))
    equal = tuple(
        reading.profile.name
        for reading in readings
        if reading is not best
        and len(reading.problems) == len(best.problems)
        and not best.profile.only
        and reading.our_number == best.our_number
    )
    return FreeField(best.digits, best.profile, best.values, equal, best.problems)
