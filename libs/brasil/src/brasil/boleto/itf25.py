"""ITF-25 (interleaved 2 of 5): the bars of a boleto's barcode, for whoever draws it.

Two digits share five bars (the first) and five spaces (the second); two of each five are wide. FEBRABAN prints 44
digits 103 mm long and 13 mm high with a light margin on both sides. Wide is three times narrow, which makes the 44
digits 405 modules of 0.254 mm. The module knows geometry only: PDF, SVG and printers multiply by their own unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from brasil.errors import BrasilError
from brasil.text import is_digits

WIDTH_MM: Final = 103.0
HEIGHT_MM: Final = 13.0
QUIET_ZONE_MM: Final = 5.0
NARROW: Final = 1
WIDE: Final = 3
LONGEST: Final = 80

# Which two of the five elements of a digit are wide.
_WIDE_ELEMENTS: Final = (
    "NNWWN",
    "WNNNW",
    "NWNNW",
    "WWNNN",
    "NNWNW",
    "WNWNN",
    "NWWNN",
    "NNNWW",
    "WNNWN",
    "NWNWN",
)
_START: Final = (NARROW, NARROW, NARROW, NARROW)
_STOP: Final = (WIDE, NARROW, NARROW)


@dataclass(frozen=True, slots=True)
class Bar:
    """A black bar: where it begins and how wide it is, in modules from the left edge of the first bar."""

    start: int
    width: int


def elements(digits: str) -> tuple[int, ...]:
    """Return the widths in modules: bar, space, bar, space … bar.

    Raises BrasilError `itf25.digits` unless it is an even number of digits, 80 at most.
    """
    if not is_digits(digits) or len(digits) % 2 or len(digits) > LONGEST:
        raise BrasilError(
            "itf25.digits",
            "ITF-25 prints an even number of digits.",
            found=digits,
            expected=f"an even number of digits, at most {LONGEST}",
        )
    widths = list(_START)
    for first, second in zip(digits[::2], digits[1::2], strict=True):
        for bar, space in zip(_WIDE_ELEMENTS[int(first)], _WIDE_ELEMENTS[int(second)], strict=True):
            widths.append(WIDE if bar == "W" else NARROW)
            widths.append(WIDE if space == "W" else NARROW)
    return (*widths, *_STOP)


def _bars(widths: tuple[int, ...]) -> Iterator[Bar]:
    position = 0
    for index, width in enumerate(widths):
        if index % 2 == 0:
            yield Bar(position, width)
        position += width


def bars(digits: str) -> tuple[Bar, ...]:
    """Return the black bars from left to right. Raises as `elements`."""
    return tuple(_bars(elements(digits)))


def modules(digits: str) -> int:
    """Return the whole width in modules, without light margins. Raises as `elements`."""
    return sum(elements(digits))


def svg(digits: str, *, width_mm: float = WIDTH_MM, height_mm: float = HEIGHT_MM) -> str:
    """Return an SVG picture of the bars with light margins, true to size. Raises as `elements`."""
    total = modules(digits)
    margin = QUIET_ZONE_MM * total / width_mm
    path = "".join(f"M{bar.start} 0h{bar.width}v1h-{bar.width}z" for bar in bars(digits))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm + 2 * QUIET_ZONE_MM:g}mm" height="{height_mm:g}mm" '
        f'viewBox="{-margin:.3f} 0 {total + 2 * margin:.3f} 1" preserveAspectRatio="none">'
        f'<path fill="#fff" d="M{-margin:.3f} 0h{total + 2 * margin:.3f}v1h{-total - 2 * margin:.3f}z"/>'
        f'<path d="{path}"/></svg>'
    )
