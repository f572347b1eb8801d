"""Argument types shared by the commands; a bad value is argparse's own error, with the remedy in it."""

from __future__ import annotations

import argparse
from datetime import date


def iso_date(text: str) -> date:
    """Return a date written `2026-12-31`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or len(text) != 10:
        raise argparse.ArgumentTypeError("not a date; write it as 2026-12-31")
    return day


def cents(text: str) -> int:
    """Return a whole number of cents, at least 0."""
    if not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise argparse.ArgumentTypeError("not an amount; write whole cents, e.g. 12345 for R$ 123,45")
    return int(text)
