"""Itaú's CNAB 400 return (Cobrança 400 bytes, July 2021): header, one detail per movement, trailer.

Positions 254 to 266 hold what reached the account: the payment less the fee; on a write-off they hold the fee itself,
which is a debit. The trailer adds up the face values of all details, settled or not.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from simulators.bank.barcode import modulo_10
from simulators.bank.book import Account, Kind, Movement
from simulators.bank.records import Line, person_kind

WIDTH: Final = 400
_CODES: Final[dict[Kind, str]] = {
    "entry": "02",
    "settled": "06",
    "settled_again": "06",
    "written_off": "09",
    "removed": "09",
    "paid_by_pix": "10",
}


def file_of(account: Account, movements: Sequence[Movement], *, made_on: date, sequence: int, off_by: int = 0) -> str:
    """The file; `off_by` is added, wrongly, to the trailer's total."""
    details = [movement for movement in movements if movement.kind in _CODES]
    credit_on = max((movement.credit_on for movement in details if movement.credit_on), default=None)
    lines = [_header(account, made_on, sequence, credit_on)]
    lines += [_detail(account, movement, number) for number, movement in enumerate(details, 2)]
    lines.append(_trailer(details, sequence, len(details) + 2, off_by))
    return "".join(f"{line}\r\n" for line in lines)


def _header(account: Account, made_on: date, sequence: int, credit_on: date | None) -> Line:
    line = Line(WIDTH).text(1, 26, "02RETORNO01COBRANCA").digits(27, 30, account.agencia).digits(31, 32, 0)
    line.digits(33, 37, account.conta).digits(38, 38, account.conta_dv).text(47, 76, account.company)
    line.digits(77, 79, "341").text(80, 94, "BANCO ITAU S.A.").short_day(95, made_on).text(101, 108, "01600BPI")
    return line.digits(109, 113, sequence % 100_000).short_day(114, credit_on).digits(395, 400, 1)


def _detail(account: Account, movement: Movement, number: int) -> Line:
    title = movement.title
    nosso_numero, carteira = title.nosso_numero.zfill(8)[-8:], title.carteira.zfill(3)
    document = str(title.body["document_number"])
    settled = movement.kind in ("settled", "settled_again")
    charged = movement.kind in ("written_off", "removed")
    line = Line(WIDTH).digits(1, 1, 1).digits(2, 3, person_kind(account.tax_id)).digits(4, 17, account.tax_id)
    line.digits(18, 21, account.agencia).digits(22, 23, 0).digits(24, 28, account.conta)
    line.digits(29, 29, account.conta_dv).text(38, 62, document).digits(63, 70, nosso_numero)
    line.digits(83, 85, carteira).digits(86, 93, nosso_numero)
    line.digits(94, 94, modulo_10(account.agencia + account.conta + carteira + nosso_numero)).text(108, 108, "I")
    line.text(109, 110, _CODES[movement.kind]).short_day(111, movement.occurred_on).text(117, 126, document)
    line.digits(127, 134, nosso_numero).short_day(147, title.due_on).digits(153, 165, title.face_cents)
    line.digits(166, 168, "341").digits(169, 173, 0).digits(174, 175, 1)
    line.digits(176, 188, movement.fee_cents).digits(215, 227, 0).digits(228, 240, movement.abatement_cents)
    line.digits(241, 253, movement.discount_cents)
    line.digits(254, 266, movement.fee_cents if charged else movement.credited_cents if settled else 0)
    line.digits(267, 279, movement.extra_cents).digits(280, 292, 0).short_day(296, movement.credit_on)
    line.digits(302, 305, 0).digits(312, 324, 0).text(325, 354, str(title.body["payer"]["name"]))
    line.text(393, 394, "BL" if settled else "")
    return line.digits(395, 400, number)


def _trailer(details: Sequence[Movement], sequence: int, number: int, off_by: int) -> Line:
    total = sum(movement.title.face_cents for movement in details)
    line = Line(WIDTH).text(1, 7, "9201341").digits(18, 25, len(details)).digits(26, 39, total).digits(58, 65, 0)
    line.digits(66, 79, 0).digits(178, 185, 0).digits(186, 199, 0).digits(208, 212, sequence % 100_000)
    line.digits(213, 220, len(details)).digits(221, 234, total + off_by)
    return line.digits(395, 400, number)
