"""Identifiers of the Pix arrangement: txid, endToEndId, devolução, recurrence (API Pix 2.9.0).

Making one takes its time and its random or sequential part as arguments; nothing here reads a clock or draws a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from brasil.errors import BrasilError

NO_TXID: Final = "***"
_ALPHANUMERIC: Final = "a-zA-Z0-9"
# ISPB codes are roots of a CNPJ, which has letters since July 2026.
_ISPB: Final = re.compile(r"[0-9A-Z]{8}")
_SUFFIX: Final = re.compile(rf"[{_ALPHANUMERIC}]{{11}}")
_CHARGE_TXID: Final = re.compile(rf"[{_ALPHANUMERIC}]{{26,35}}")
_STATIC_TXID: Final = re.compile(rf"[{_ALPHANUMERIC}]{{1,25}}")
_ANY_TXID: Final = re.compile(rf"[{_ALPHANUMERIC}]{{1,35}}")
_END_TO_END: Final = re.compile(rf"([ED])([0-9A-Z]{{8}})(\d{{12}})([{_ALPHANUMERIC}]{{11}})", re.ASCII)
_RECURRENCE: Final = re.compile(rf"(RR|RN|SC)([0-9A-Z]{{8}})(\d{{8}})([{_ALPHANUMERIC}]{{11}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class EndToEndId:
    """The id of one Pix (`E…`) or of one return (`D…`): who made it, in which minute (UTC), and a free part."""

    kind: str
    ispb: str
    at: datetime
    suffix: str

    def __str__(self) -> str:
        return f"{self.kind}{self.ispb}{self.at:%Y%m%d%H%M}{self.suffix}"


@dataclass(frozen=True, slots=True)
class RecurrenceId:
    """The id of a recurrence (`RR`: retries allowed, `RN`: not) or of its request (`SC`)."""

    kind: str
    ispb: str
    created_on: date
    suffix: str

    @property
    def retries_allowed(self) -> bool:
        return self.kind == "RR"

    def __str__(self) -> str:
        return f"{self.kind}{self.ispb}{self.created_on:%Y%m%d}{self.suffix}"


def _require(pattern: re.Pattern[str], text: object, code: str, message: str, expected: str) -> re.Match[str]:
    match = pattern.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BrasilError(code, message, found=text, expected=expected)
    return match


def charge_txid(text: str) -> str:
    """Return a txid fit for cob, cobv and cobr. Raises BrasilError `pix.txid`."""
    _require(
        _CHARGE_TXID, text, "pix.txid", "The txid of a charge is 26 to 35 letters and digits.", "[a-zA-Z0-9]{26,35}"
    )
    return text


def static_txid(text: str) -> str:
    """Return a txid fit for a static BR Code. Raises BrasilError `pix.txid`."""
    _require(
        _STATIC_TXID, text, "pix.txid", "The txid of a static code is 1 to 25 letters and digits.", "[a-zA-Z0-9]{1,25}"
    )
    return text


def received_txid(text: str) -> str:
    """Return a txid as a received Pix may carry it. Raises BrasilError `pix.txid`."""
    _require(_ANY_TXID, text, "pix.txid", "A txid is 1 to 35 letters and digits.", "[a-zA-Z0-9]{1,35}")
    return text


def txid_of(uuid: UUID) -> str:
    """Return the 32 hexadecimal digits of a UUID: a txid that is unique wherever the UUID is."""
    return uuid.hex


def refund_id(text: str) -> str:
    """Return an id that the receiver chose for a devolução. Raises BrasilError `pix.refund_id`."""
    _require(
        _ANY_TXID, text, "pix.refund_id", "The id of a devolução is 1 to 35 letters and digits.", "[a-zA-Z0-9]{1,35}"
    )
    return text


def parse_end_to_end_id(text: str) -> EndToEndId:
    """Return the parts of an endToEndId (`E`) or return id (`D`). Raises BrasilError `pix.end_to_end_id`."""
    sentence = "An endToEndId is E or D, ISPB, yyyyMMddHHmm and 11 letters or digits: 32 in all."
    match = _require(_END_TO_END, text, "pix.end_to_end_id", sentence, "E + ISPB 8 + yyyyMMddHHmm + 11")
    kind, ispb, minute, suffix = match.groups()
    try:
        at = datetime(
            int(minute[:4]), int(minute[4:6]), int(minute[6:8]), int(minute[8:10]), int(minute[10:]), tzinfo=UTC
        )
    except ValueError as error:
        raise BrasilError(
            "pix.end_to_end_id", "The time inside the endToEndId does not exist.", position=10, found=minute
        ) from error
    return EndToEndId(kind, ispb, at, suffix)


def make_end_to_end_id(*, ispb: str, at: datetime, suffix: str, kind: str = "E") -> str:
    """Return an endToEndId; `at` is aware. Raises BrasilError `pix.ispb|suffix|end_to_end_id`."""
    _require_parts(ispb, suffix)
    if kind not in {"E", "D"}:
        raise BrasilError("pix.end_to_end_id", "The kind is E (Pix) or D (return).", found=kind, expected="E or D")
    if at.tzinfo is None:
        raise BrasilError("pix.end_to_end_id", "The time of an endToEndId must say its zone.", found=at.isoformat())
    return str(EndToEndId(kind, ispb, at.astimezone(UTC), suffix))


def parse_recurrence_id(text: str) -> RecurrenceId:
    """Return the parts of an idRec (`RR`, `RN`) or idSolicRec (`SC`). Raises BrasilError `pix.recurrence_id`."""
    sentence = "An idRec is RR or RN (a request: SC), ISPB, yyyyMMdd and 11 letters or digits: 29 in all."
    match = _require(_RECURRENCE, text, "pix.recurrence_id", sentence, "RR|RN|SC + 8 + yyyyMMdd + 11")
    kind, ispb, day, suffix = match.groups()
    try:
        created_on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError as error:
        raise BrasilError(
            "pix.recurrence_id", "The date inside the id does not exist.", position=11, found=day
        ) from error
    return RecurrenceId(kind, ispb, created_on, suffix)


def make_recurrence_id(*, ispb: str, created_on: date, suffix: str, kind: str) -> str:
    """Return an idRec or idSolicRec. Raises BrasilError `pix.ispb|suffix|recurrence_id`."""
    _require_parts(ispb, suffix)
    if kind not in {"RR", "RN", "SC"}:
        raise BrasilError("pix.recurrence_id", "The kind is RR, RN or SC.", found=kind, expected="RR, RN or SC")
    return str(RecurrenceId(kind, ispb, created_on, suffix))


def _require_parts(ispb: str, suffix: str) -> None:
    _require(_ISPB, ispb, "pix.ispb", "An ISPB is 8 digits or capital letters.", "[0-9A-Z]{8}")
    _require(_SUFFIX, suffix, "pix.suffix", "The free part of the id is 11 letters and digits.", "[a-zA-Z0-9]{11}")
