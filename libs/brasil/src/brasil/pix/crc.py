"""CRC-16/CCITT-FALSE, the last four characters of a BR Code: polynomial 0x1021, start 0xFFFF, nothing reflected."""

from __future__ import annotations

from binascii import crc_hqx
from typing import Final

START: Final = 0xFFFF


def crc16(data: bytes) -> str:
    """Return the checksum of `data` as four upper-case hexadecimal digits."""
    return f"{crc_hqx(data, START):04X}"
