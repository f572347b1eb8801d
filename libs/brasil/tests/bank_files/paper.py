"""Bank files put together by hand from the positions printed in the manuals; shares nothing with the product."""

from collections.abc import Mapping, Sequence
from typing import Any

Places = Mapping[str, tuple[int, int]]

EMPTY: dict[str, Any] = {
    "our_number": None,
    "document_number": None,
    "your_number": None,
    "description": None,
    "reasons": [],
    "occurred_on": None,
    "credit_on": None,
    "due_on": None,
    "face_cents": None,
    "paid_cents": None,
    "credited_cents": None,
    "interest_cents": None,
    "fine_cents": None,
    "discount_cents": None,
    "abatement_cents": None,
    "fee_cents": None,
    "payer_name": None,
    "pix": None,
    "needs_review": False,
    "partial": False,
    "reverses_payment": False,
}

SUMMED = ("face", "paid", "credited", "interest", "fine", "discount", "abatement", "fee")


def record(width: int, places: Places, /, *fixed: tuple[int, str], **values: str | int) -> str:
    """One record: `fixed` texts at their first position, numbers zero-filled and texts left-aligned at their places."""
    line = [" "] * width
    for first, text in fixed:
        line[first - 1 : first - 1 + len(text)] = text
    for name, value in values.items():
        first, last = places[name]
        size = last - first + 1
        text = f"{value:0{size}d}" if isinstance(value, int) else value.ljust(size)
        assert len(text) == size, f"{name}: {text!r} does not fit {size}"
        line[first - 1 : last] = text
    assert len(line) == width
    return "".join(line)


def numbered(lines: Sequence[str]) -> list[str]:
    """CNAB 400 lines with their numbers in 395 to 400."""
    return [f"{line[:394]}{number:06d}" for number, line in enumerate(lines, 1)]


def movement(line: int, kind: str, code: str, **values: Any) -> dict[str, Any]:
    """An expected movement: everything not named is unknown, or the stated zero of `values`."""
    unknown = set(values) - set(EMPTY)
    assert not unknown, unknown
    return {"line": line, **EMPTY, "kind": kind, "code": code, **values}


def reasons(*pairs: tuple[str, str | None]) -> list[dict[str, str | None]]:
    """Expected reasons."""
    return [{"code": code, "description": description} for code, description in pairs]


def expected(  # noqa: PLR0917  # a document is a table
    format_: str,
    bank: str,
    layout: str,
    file_date: str,
    file_sequence: int | None,
    movements: Sequence[dict[str, Any]],
    totals: Mapping[str, int],
    warnings: Sequence[tuple[str, int]] = (),
) -> dict[str, Any]:
    """The expected document; `totals` are written by hand, what is not named is zero."""
    zero = dict.fromkeys((f"{name}_cents" for name in SUMMED), 0)
    return {
        "format": format_,
        "bank": bank,
        "layout": layout,
        "file_date": file_date,
        "file_sequence": file_sequence,
        "encoding": "ascii",
        "accepted": True,
        "warnings": [{"code": code, "line": line} for code, line in warnings],
        "statements": [],
        "movements": list(movements),
        "totals": {"movements": len(movements), "settled": 0, **zero, **totals},
    }
