"""FEBRABAN's CNAB 240 return (layout v10.6): file header, one lot with segments T and U for each movement, trailers.

Itaú writes carteira, nosso número and its digit into the number's field; the others write the nosso número alone.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from simulators.bank.barcode import modulo_10
from simulators.bank.book import Account, Kind, Movement
from simulators.bank.records import Line, person_kind

WIDTH: Final = 240
_CODES: Final[dict[Kind, str]] = {
    "entry": "02",
    "settled": "06",
    "settled_again": "17",
    "written_off": "09",
    "removed": "09",
    "paid_by_pix": "09",
    "fee": "28",
}
_MOTIVES: Final[dict[Kind, str]] = {
    "settled": "04",
    "settled_again": "04",
    "written_off": "13",
    "removed": "11",
    "paid_by_pix": "09",
    "fee": "02",
}
_NAMES: Final = {"001": "BANCO DO BRASIL", "033": "SANTANDER", "237": "BRADESCO", "341": "ITAU"}


def file_of(account: Account, movements: Sequence[Movement], *, made_on: date, sequence: int, off_by: int = 0) -> str:
    """The file; `off_by` is added, wrongly, to the lot's records and total. A day without movements has no lot."""
    movements = [each for movement in movements for each in _with_fee(movement)]
    lines = [_file_header(account, made_on, sequence)]
    if movements:
        credit_on = max((movement.credit_on for movement in movements if movement.credit_on), default=None)
        lines.append(_lot_header(account, made_on, sequence, credit_on))
        for index, movement in enumerate(movements):
            lines += [_segment_t(account, movement, 2 * index + 1), _segment_u(account, movement, 2 * index + 2)]
        lines.append(_lot_trailer(account, movements, off_by))
    lines.append(_file_trailer(account, bool(movements), len(lines) + 1))
    return "".join(f"{line}\r\n" for line in lines)


def _with_fee(movement: Movement) -> list[Movement]:
    """A write-off's fee is a movement of its own here."""
    if movement.kind not in ("written_off", "removed") or not movement.fee_cents:
        return [movement]
    fee = Movement("fee", movement.title, movement.occurred_on, fee_cents=movement.fee_cents)
    return [Movement(movement.kind, movement.title, movement.occurred_on), fee]


def _start(account: Account, lot: int, kind: int) -> Line:
    return Line(WIDTH).digits(1, 3, account.bank_code).digits(4, 7, lot).digits(8, 8, kind)


def _account(line: Line, first: int, account: Account) -> Line:
    """Agência, its digit, conta, its digit: 5, 1, 12 and 1 places, and one blank."""
    line.digits(first, first + 4, account.agencia).digits(first + 6, first + 17, account.conta)
    return line.text(first + 18, first + 18, account.conta_dv)


def _file_header(account: Account, made_on: date, sequence: int) -> Line:
    line = _start(account, 0, 0).digits(18, 18, person_kind(account.tax_id)).digits(19, 32, account.tax_id)
    _account(line.text(33, 52, account.convenio), 53, account).text(73, 102, account.company)
    line.text(103, 132, _NAMES.get(account.bank_code, f"BANCO {account.bank_code}")).digits(143, 143, 2)
    line.long_day(144, made_on).digits(152, 157, 60_000).digits(158, 163, sequence)
    return line.digits(164, 166, 103).digits(167, 171, 1600)


def _lot_header(account: Account, made_on: date, sequence: int, credit_on: date | None) -> Line:
    line = _start(account, 1, 1).text(9, 9, "T").digits(10, 11, 1).digits(14, 16, 60)
    line.digits(18, 18, person_kind(account.tax_id)).digits(19, 33, account.tax_id).text(34, 53, account.convenio)
    _account(line, 54, account).text(74, 103, account.company)
    return line.digits(184, 191, sequence).long_day(192, made_on).long_day(200, credit_on)


def _segment_t(account: Account, movement: Movement, number: int) -> Line:
    title, payer = movement.title, movement.title.body["payer"]
    line = _start(account, 1, 3).digits(9, 13, number).text(14, 14, "T").text(16, 17, _code(account, movement))
    _account(line, 18, account).text(38, 57, _number_of(account, movement)).digits(58, 58, 1)
    document = str(title.body["document_number"])
    line.text(59, 73, document[:10] if account.bank_code == "341" else document)
    line.long_day(74, title.due_on).digits(82, 96, title.face_cents).digits(97, 99, account.bank_code)
    line.digits(100, 105, 0).text(106, 130, document).digits(131, 132, 9)
    line.digits(133, 133, person_kind(str(payer["tax_id"]))).digits(134, 148, str(payer["tax_id"]))
    line.text(149, 188, str(payer["name"])).digits(189, 198, 0).digits(199, 213, movement.fee_cents)
    return line.text(214, 223, _MOTIVES.get(movement.kind, ""))


def _code(account: Account, movement: Movement) -> str:
    """Itaú's 17 is a refused change: it knows no word for money that came after the title was closed."""
    return "06" if account.bank_code == "341" and movement.kind == "settled_again" else _CODES[movement.kind]


def _number_of(account: Account, movement: Movement) -> str:
    title = movement.title
    if account.bank_code != "341":
        return title.nosso_numero
    carteira, number = title.carteira.zfill(3), title.nosso_numero.zfill(8)[-8:]
    return carteira + number + modulo_10(account.agencia + account.conta + carteira + number)


def _segment_u(account: Account, movement: Movement, number: int) -> Line:
    line = _start(account, 1, 3).digits(9, 13, number).text(14, 14, "U").text(16, 17, _code(account, movement))
    line.digits(18, 32, movement.extra_cents).digits(33, 47, movement.discount_cents)
    line.digits(48, 62, movement.abatement_cents).digits(63, 77, 0).digits(78, 92, movement.paid_cents)
    credited = movement.credited_cents if movement.paid_cents else 0
    line.digits(93, 107, credited).digits(108, 122, 0).digits(123, 137, 0)
    line.long_day(138, movement.occurred_on).long_day(146, movement.credit_on)
    return line.digits(158, 165, 0).digits(166, 180, 0).digits(211, 213, 0).digits(214, 233, 0)


def _lot_trailer(account: Account, movements: Sequence[Movement], off_by: int) -> Line:
    total = sum(movement.title.face_cents for movement in movements)
    line = _start(account, 1, 5).digits(18, 23, 2 * len(movements) + 2 + off_by)
    line.digits(24, 29, len(movements)).digits(30, 46, total + off_by)
    return (
        line.digits(47, 52, 0)
        .digits(53, 69, 0)
        .digits(70, 75, 0)
        .digits(76, 92, 0)
        .digits(93, 98, 0)
        .digits(99, 115, 0)
    )


def _file_trailer(account: Account, has_lot: bool, records: int) -> Line:
    line = _start(account, 9999, 9).digits(18, 23, int(has_lot))
    return line.digits(24, 29, records).digits(30, 35, 0)
