"""Read a BR Code: everything that is in it, and everything that is wrong with it. Never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from brasil.errors import BrasilError, Problem, Severity
from brasil.pix import keys
from brasil.pix.crc import crc16
from brasil.pix.ids import NO_TXID, static_txid
from brasil.pix.tlv import Tlv, read

Kind = Literal["static", "dynamic"]
GUI: Final = "br.gov.bcb.pix"
LONGEST_CODE: Final = 512
LONGEST_READ: Final = 2_000
_AMOUNT: Final = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,2}))?")
_CRC_OBJECT: Final = re.compile(r"6304([0-9A-Fa-f]{4})")
_ACCOUNTS: Final = frozenset(f"{number:02d}" for number in range(26, 52))
_RECURRENCES: Final = frozenset(f"{number:02d}" for number in range(80, 100))
_MANDATORY: Final = {"52": "merchant category", "53": "currency", "58": "country", "59": "name", "60": "city"}
_FIXED: Final = {"00": ("01", "format"), "53": ("986", "currency"), "58": ("BR", "country")}


@dataclass(frozen=True, slots=True, kw_only=True)
class BrCode:
    """The fields of a code; what is not in it is None. `txid` is None for `***`.

    `amount_cents` of a dynamic code is for show: the payer's app takes the amount from the charge behind `url`.
    """

    kind: Kind
    key: str | None = None
    url: str | None = None
    recurrence_url: str | None = None
    amount_cents: int | None = None
    txid: str | None = None
    info: str | None = None
    merchant_name: str | None = None
    merchant_city: str | None = None
    postal_code: str | None = None
    point_of_initiation: str | None = None
    crc: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """A code (None if nothing could be read) and its problems; `valid` if none of them is an error."""

    code: BrCode | None
    problems: tuple[Problem, ...]
    crc: str | None = None

    @property
    def valid(self) -> bool:
        return self.code is not None and all(problem.severity != "error" for problem in self.problems)


@dataclass(slots=True)
class _Report:
    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        code: str,
        message: str,
        *,
        severity: Severity = "error",
        at: Tlv | None = None,
        position: int | None = None,
        expected: str | None = None,
    ) -> None:
        error = BrasilError(
            f"pix.br_code.{code}",
            message,
            field=None if at is None else at.id,
            position=position if at is None else at.position,
            found=None if at is None else at.value,
            expected=expected,
        )
        problem = error.problem
        self.problems.append(
            Problem(
                code=problem.code,
                message=message,
                severity=severity,
                field=problem.field,
                position=problem.position,
                found=problem.found,
                expected=problem.expected,
            )
        )


def compact(text: str) -> str:
    """Return the code without outer blanks. Raises BrasilError `pix.br_code.type|too_long`."""
    if not isinstance(text, str):
        raise BrasilError("pix.br_code.type", "A BR Code must be text.", expected="text", found=type(text).__name__)
    if len(text) > LONGEST_READ:
        raise BrasilError(
            "pix.br_code.too_long",
            "The text is too long to be a BR Code.",
            position=LONGEST_CODE + 1,
            found=len(text),
            expected=f"at most {LONGEST_CODE} characters",
        )
    return text.strip()


def decode(text: str) -> Decoded:
    """Return what is in the code and what is wrong with it; no fields if the checksum does not vouch for them.

    Errors (`pix.br_code.` …): `type`, `too_long`, `id`, `length`, `duplicate`, `crc_missing`, `crc`, `format`,
    `currency`, `country`, `missing`, `account`, `amount`. Warnings: `crc_case`, `point_of_initiation`, `key`, `txid`,
    `url`, `text_length`, `not_ascii`, `order`.
    """
    try:
        code = compact(text)
        objects, in_bytes = _objects(code)
    except BrasilError as error:
        return Decoded(None, (error.problem,))
    report = _Report()
    crc = _check_crc(code, objects, report, in_bytes=in_bytes)
    by_id = {item.id: item for item in objects}
    _check_frame(objects, by_id, report)
    if not code.isascii():
        report.add(
            "not_ascii",
            "The code has letters beyond ASCII; apps count them differently and may refuse it.",
            severity="warning",
        )
    if crc is None or any(problem.code == "pix.br_code.crc" for problem in report.problems):
        # Nothing vouches for the fields; a changed key or amount must not be shown as if it were read.
        return Decoded(None, tuple(report.problems), crc)
    fields = _fields(by_id, crc, report)
    if in_bytes and fields is not None:
        fields = _as_utf8(fields)
    return Decoded(fields, tuple(report.problems), crc)


def _objects(code: str) -> tuple[list[Tlv], bool]:
    """Return the objects; lengths count characters, or bytes where only that fits a code with accents."""
    try:
        return read(code), False
    except BrasilError:
        if code.isascii():
            raise
        return read(code.encode("utf-8", "replace").decode("latin-1")), True


def _as_utf8(fields: BrCode) -> BrCode:
    def text(value: str | None) -> str | None:
        return None if value is None else value.encode("latin-1").decode("utf-8", "replace")

    return BrCode(
        kind=fields.kind,
        key=text(fields.key),
        url=text(fields.url),
        recurrence_url=text(fields.recurrence_url),
        amount_cents=fields.amount_cents,
        txid=text(fields.txid),
        info=text(fields.info),
        merchant_name=text(fields.merchant_name),
        merchant_city=text(fields.merchant_city),
        postal_code=text(fields.postal_code),
        point_of_initiation=fields.point_of_initiation,
        crc=fields.crc,
    )


def _check_crc(code: str, objects: list[Tlv], report: _Report, *, in_bytes: bool) -> str | None:
    last = objects[-1] if objects else None
    if last is None or last.id != "63" or not _CRC_OBJECT.fullmatch(f"63{len(last.value):02d}{last.value}"):
        report.add("crc_missing", "The code does not end with its checksum (6304 and four digits).", at=last)
        return None
    body = code[:-4]
    readings = {crc16(body.encode("utf-8", "replace"))}
    if not in_bytes:
        readings.add(crc16(body.encode("latin-1", "replace")))
    found = last.value
    if found.upper() not in readings:
        report.add(
            "crc",
            "The checksum does not match; the code was changed or cut.",
            at=last,
            expected=crc16(body.encode("utf-8", "replace")),
        )
    elif found != found.upper():
        report.add("crc_case", "The checksum should be in capital letters.", severity="warning", at=last)
    return found.upper()


def _check_frame(objects: list[Tlv], by_id: dict[str, Tlv], report: _Report) -> None:
    if objects and objects[0].id != "00":
        report.add("order", "The format indicator (00) should come first.", severity="warning", at=objects[0])
    for identifier, (expected, name) in _FIXED.items():
        item = by_id.get(identifier)
        if item is not None and item.value != expected:
            report.add(name, f"The {name} of the code is not the one of Pix.", at=item, expected=expected)
    for identifier, name in {"00": "format", **_MANDATORY}.items():
        if identifier not in by_id:
            report.add("missing", f"The code has no {name} (object {identifier}).", expected=identifier)
    for identifier, longest in (("59", 25), ("60", 15)):
        item = by_id.get(identifier)
        if item is not None and len(item.value) > longest:
            report.add(
                "text_length",
                f"Object {identifier} is longer than {longest} characters.",
                severity="warning",
                at=item,
                expected=f"at most {longest}",
            )


def _template(by_id: dict[str, Tlv], candidates: frozenset[str], report: _Report) -> dict[str, Tlv] | None:
    for identifier in sorted(candidates & by_id.keys()):
        item = by_id[identifier]
        try:
            inner = {part.id: part for part in read(item.value, item.position + 3)}
        except BrasilError as error:
            if GUI in item.value.lower():
                report.problems.append(error.problem)
            continue
        gui = inner.get("00")
        if gui is not None and gui.value.lower() == GUI:
            return inner
    return None


def _fields(by_id: dict[str, Tlv], crc: str, report: _Report) -> BrCode | None:
    account = _template(by_id, _ACCOUNTS, report)
    if account is None:
        report.add("account", "The code has no Pix account (template br.gov.bcb.pix).")
        return None
    recurrence = _template(by_id, _RECURRENCES, report) or {}
    key, url = account.get("01"), account.get("25")
    recurrence_url = recurrence.get("25")
    if key is None and url is None and recurrence_url is None:
        report.add("account", "The Pix account holds neither a key nor a location.", at=by_id.get("26"))
    if key is not None and url is not None:
        report.add("account", "The Pix account holds a key and a location; only one may be there.", at=key)
    kind: Kind = "static" if key is not None else "dynamic"
    point = by_id.get("01")
    if point is not None and point.value != ("11" if kind == "static" else "12"):
        report.add(
            "point_of_initiation",
            f"The point of initiation does not go with a {kind} code.",
            severity="warning",
            at=point,
            expected="11 or none" if kind == "static" else "12 or none",
        )
    _check_key(key, report)
    return BrCode(
        kind=kind,
        key=None if key is None else key.value,
        url=_location(url, report),
        recurrence_url=_location(recurrence_url, report),
        amount_cents=_amount(by_id.get("54"), report),
        txid=_txid(by_id.get("62"), report),
        info=account["02"].value if "02" in account else None,
        merchant_name=by_id["59"].value if "59" in by_id else None,
        merchant_city=by_id["60"].value if "60" in by_id else None,
        postal_code=by_id["61"].value if "61" in by_id else None,
        point_of_initiation=None if point is None else point.value,
        crc=crc,
    )


def _check_key(key: Tlv | None, report: _Report) -> None:
    if key is None:
        return
    try:
        stored = keys.parse(key.value).value
    except BrasilError:
        stored = None
    if stored != key.value:
        # The key itself is not quoted: it is often personal.
        report.add(
            "key",
            "The key is not in the form of any of the five kinds.",
            severity="warning",
            position=key.position,
            expected="CPF, CNPJ, +55 phone, e-mail or UUID",
        )


def _location(item: Tlv | None, report: _Report) -> str | None:
    if item is None:
        return None
    host, _, path = item.value.partition("/")
    if "://" in item.value or "." not in host or not path or " " in item.value:
        report.add(
            "url",
            "The location is not host and path without scheme.",
            severity="warning",
            at=item,
            expected="host/path",
        )
    return item.value


def _amount(item: Tlv | None, report: _Report) -> int | None:
    if item is None:
        return None
    match = _AMOUNT.fullmatch(item.value)
    if match is None:
        report.add("amount", "The amount is not digits with a decimal point.", at=item, expected="e.g. 123.45")
        return None
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def _txid(item: Tlv | None, report: _Report) -> str | None:
    if item is None:
        report.add("txid", "The code has no txid object (62); *** is expected for none.", severity="warning")
        return None
    try:
        parts = {part.id: part for part in read(item.value, item.position + 3)}
    except BrasilError as error:
        report.problems.append(error.problem)
        return None
    txid = parts.get("05")
    if txid is None or txid.value == NO_TXID:
        return None
    try:
        static_txid(txid.value)
    except BrasilError as error:
        report.add("txid", error.message, severity="warning", at=txid, expected=error.problem.expected)
    return txid.value
