"""Whether the counts and sums in a CNAB 400 trailer are those of the movements read."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from brasil.bank_files.layouts.cnab400 import TrailerCheck
from brasil.bank_files.layouts.fields import FieldError, read_number
from brasil.bank_files.movement import TitleMovement
from brasil.bank_files.problems import Findings

_ATTRIBUTES = {"count": "number", "face": "face", "paid": "paid"}


class _Sums(NamedTuple):
    number: int
    face: int
    paid: int


def check_trailer(
    checks: Sequence[TrailerCheck],
    trailer: str,
    line: int,
    movements: Sequence[TitleMovement],
    findings: Findings,
) -> None:
    """Compare what the trailer states with the movements. A trailer with only zeros states nothing: a warning."""
    stated: list[tuple[TrailerCheck, int]] = []
    for check in checks:
        try:
            number = read_number(check.field.cut(trailer))
        except FieldError:
            findings.error(
                "trailer.not_a_number",
                "The trailer cannot be read: ask the bank to send the file again.",
                line=line,
                field=check.name,
                found=check.field.cut(trailer),
                expected="digits",
            )
            continue
        if number is not None:
            stated.append((check, number))
    by_code = _sums_by_code(movements) if any(check.codes for check in checks) else {"": _sums(movements)}
    wrong = [(check, number, fits) for check, number in stated if number not in (fits := _fitting(check, by_code))]
    if wrong and not any(number for _, number in stated):
        findings.warning(
            "trailer.totals_missing",
            "The trailer states no totals, so the movements could not be checked against them.",
            line=line,
            field=wrong[0][0].name,
            found=0,
            expected=wrong[0][2][0],
        )
        return
    for check, number, fits in wrong:
        findings.error(
            "trailer.totals",
            f"The {check.name} in the trailer is not that of the lines read: the file is incomplete or was changed. "
            "Post nothing of it and fetch it again.",
            line=line,
            field=check.name,
            found=number,
            expected=" or ".join(str(value) for value in dict.fromkeys(fits)),
            severity=check.severity,
        )


def _sums(movements: Sequence[TitleMovement]) -> _Sums:
    return _Sums(
        len(movements),
        sum([movement.face_cents or 0 for movement in movements]),
        sum([movement.paid_cents or 0 for movement in movements]),
    )


def _sums_by_code(movements: Iterable[TitleMovement]) -> dict[str, _Sums]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for movement in movements:
        entry = sums[movement.code]
        entry[0] += 1
        entry[1] += movement.face_cents or 0
        entry[2] += movement.paid_cents or 0
    return {code: _Sums(*entry) for code, entry in sums.items()}


def _fitting(check: TrailerCheck, by_code: dict[str, _Sums]) -> list[int]:
    fits: list[int] = []
    for codes in (check.codes, check.wider_codes or check.codes):
        chosen = [sums for code, sums in by_code.items() if not codes or code in codes]
        fits.extend(sum(getattr(sums, _ATTRIBUTES[what]) for sums in chosen) for what in check.what)
    return fits
