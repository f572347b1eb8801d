"""Writes automatic-debit remittances, CNAB 150 (FEBRABAN, version 5 and later): debits, refusals, changed ids."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from brasil.bank_files.remittance.table import Value, render
from brasil.errors import BrasilError

_LINE_END: Final = "\r\n"
_WIDTH: Final = 150
_CPF_LENGTH: Final = 11

_HEADER: Final = """
1-2 = A1
3-22 T agreement
23-42 X company_name
43-45 9 bank
46-65 X bank_name
66-73 Y file_date
74-79 9 file_sequence
80-81 9 version
82-98 = DEBITO AUTOMATICO
"""

_CLIENT: Final = "2-26 T client_id\n27-30 9 branch\n31-44 T account\n150 9 movement"

_DEBIT: Final = f"""
1 = E
{_CLIENT}
45-52 Y due
53-67 9 amount
68-69 = 03
70-129 T company_use
130 9 payer_type
131-145 9 payer_tax_id
"""

_REFUSAL: Final = f"1 = C\n{_CLIENT}\n45-84 X message1\n85-124 X message2"
_CHANGE: Final = f"1 = D\n{_CLIENT}\n45-69 T new_client_id\n70-127 X message1"
_TRAILER: Final = "1 = Z\n2-7 9 records\n8-24 9 total"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitAgreement:
    """The company's agreement with one bank. `file_sequence` (NSA) rises by one with every file, without gaps."""

    bank: str
    bank_name: str
    agreement: str
    company_name: str
    version: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Debit:
    """A debit to make (record E), or with `cancel` one to take back. `client_id` is the company's name for the payer.

    `branch` and `account` are those of the bank's record B; `company_use` comes back in record F: the invoice's id.
    """

    client_id: str
    branch: str
    account: str
    due_on: date
    amount_cents: int
    company_use: str = ""
    payer_tax_id: str = ""
    cancel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedOptIn:
    """An opt-in or opt-out (record B) that the company refuses (record C), with the reason in words."""

    client_id: str
    branch: str
    account: str
    reason: str
    opt_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedClient:
    """A client's new id (record D), or without one the end of the client's automatic debit."""

    client_id: str
    branch: str
    account: str
    new_client_id: str = ""
    reason: str = ""


def write_cnab150(
    agreement: DebitAgreement,
    records: Sequence[Debit | RefusedOptIn | ChangedClient],
    *,
    file_date: date,
    file_sequence: int,
) -> bytes:
    """Return the remittance in ASCII with CRLF line ends.

    Raises BrasilError, its line naming the record (from 1), if a value does not fit or an amount is below zero.
    """
    header: dict[str, Value] = {
        "agreement": agreement.agreement,
        "company_name": agreement.company_name,
        "bank": agreement.bank,
        "bank_name": agreement.bank_name,
        "file_date": file_date,
        "file_sequence": file_sequence,
        "version": agreement.version,
    }
    lines = [render(_HEADER, header, _WIDTH)]
    for number, record in enumerate(records, 1):
        try:
            lines.append(_record(record))
        except BrasilError as error:
            raise BrasilError.of(replace(error.problem, line=number)) from None
    total = sum(record.amount_cents for record in records if isinstance(record, Debit))
    lines.append(render(_TRAILER, {"records": len(lines) + 1, "total": total}, _WIDTH))
    return (_LINE_END.join(lines) + _LINE_END).encode("ascii")


def _record(record: Debit | RefusedOptIn | ChangedClient) -> str:
    values: dict[str, Value] = {"client_id": record.client_id, "branch": record.branch, "account": record.account}
    if isinstance(record, Debit):
        if record.amount_cents < 0:
            raise BrasilError("remittance.amount", "An amount is not below zero.", field="amount_cents")
        values |= {
            "movement": int(record.cancel),
            "due": record.due_on,
            "amount": record.amount_cents,
            "company_use": record.company_use,
            "payer_type": _payer_type(record.payer_tax_id),
            "payer_tax_id": record.payer_tax_id,
        }
        return render(_DEBIT, values, _WIDTH)
    if isinstance(record, RefusedOptIn):
        values |= {
            "movement": 1 if record.opt_out else 2,
            "message1": record.reason[:40],
            "message2": record.reason[40:],
        }
        return render(_REFUSAL, values, _WIDTH)
    values |= {
        "movement": 0 if record.new_client_id else 1,
        "new_client_id": record.new_client_id,
        "message1": record.reason,
    }
    return render(_CHANGE, values, _WIDTH)


def _payer_type(tax_id: str) -> str:
    if not tax_id:
        return "0"
    # FEBRABAN's own order: 1 is a CNPJ, 2 a CPF.
    return "2" if len(tax_id) == _CPF_LENGTH else "1"
