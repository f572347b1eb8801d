"""Writes remittances: CNAB 400 and 240."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from brasil.bank_files.remittance.layouts240 import BANK_NAMES_240, LAYOUTS_240, VERSIONS_240
from brasil.bank_files.remittance.layouts400 import LAYOUTS_400
from brasil.bank_files.remittance.model import Account, Title
from brasil.bank_files.remittance.table import Value, render
from brasil.bank_files.remittance.values import Dialect, account_values, title_values
from brasil.errors import BrasilError

_LINE_END: Final = "\r\n"


def write_cnab400(account: Account, titles: Sequence[Title], *, file_date: date, file_sequence: int) -> bytes:
    """Return a CNAB 400 remittance, in ASCII with CRLF line ends.

    Raises BrasilError if no table knows the bank, if there is no title, or if the bank's layout cannot carry what a
    title asks for; its field names the value, its line the title (from 1).
    """
    layout = LAYOUTS_400.get(account.bank)
    if layout is None:
        raise _unknown_bank(account.bank, LAYOUTS_400)
    shared = account_values(account, file_date=file_date, file_sequence=file_sequence)
    lines = [render(layout.header, {**shared, "sequence": 1}, 400)]
    for values in _each(titles, layout.dialect):
        for table, condition in layout.records:
            if condition is None or values[condition]:
                lines.append(render(table, {**shared, **values, "sequence": len(lines) + 1}, 400))
    total = sum(title.face_cents for title in titles)
    lines.append(render(layout.trailer, {**shared, "sequence": len(lines) + 1, "total": total}, 400))
    return _encode(lines)


def write_cnab240(account: Account, titles: Sequence[Title], *, file_date: date, file_sequence: int) -> bytes:
    """Return a CNAB 240 remittance of one lot, in ASCII with CRLF line ends. Raises BrasilError as `write_cnab400`."""
    layout = LAYOUTS_240.get(account.bank)
    if layout is None:
        raise _unknown_bank(account.bank, LAYOUTS_240)
    file_version, lot_version = VERSIONS_240[account.bank]
    shared: dict[str, Value] = {
        **account_values(account, file_date=file_date, file_sequence=file_sequence),
        "bank_name": BANK_NAMES_240[account.bank],
        "file_version": file_version,
        "lot_version": lot_version,
        "lot": 1,
        "message1": "",
        "message2": "",
    }
    details: list[str] = []
    for values in _each(titles, layout.dialect):
        for table, condition in layout.segments:
            if condition is None or values[condition]:
                details.append(render(table, {**shared, **values, "lot_sequence": len(details) + 1}, 240))
    counts: dict[str, Value] = {
        "lot_records": len(details) + 2,
        "titles": len(titles),
        "total": sum(title.face_cents for title in titles),
        "lots": 1,
        "file_records": len(details) + 4,
    }
    return _encode(
        [
            render(layout.header, shared, 240),
            render(layout.lot_header, shared, 240),
            *details,
            render(layout.lot_trailer, {**shared, **counts}, 240),
            render(layout.trailer, {**shared, **counts}, 240),
        ]
    )


def _each(titles: Sequence[Title], dialect: Dialect) -> Iterator[dict[str, Value]]:
    if not titles:
        raise BrasilError("remittance.empty", "A remittance has at least one title.", field="titles")
    for number, title in enumerate(titles, 1):
        try:
            yield title_values(title, dialect)
        except BrasilError as error:
            raise BrasilError.of(replace(error.problem, line=number)) from None


def _unknown_bank(bank: str, known: Iterable[str]) -> BrasilError:
    return BrasilError(
        "remittance.bank",
        "No table knows this bank's remittance.",
        field="bank",
        found=bank,
        expected=", ".join(sorted(known)),
    )


def _encode(lines: Sequence[str]) -> bytes:
    return (_LINE_END.join(lines) + _LINE_END).encode("ascii")
