"""The two ways to pay that every invoice carries: a boleto and a Pix charge with due date."""

from datetime import date
from functools import lru_cache
from typing import Literal
from uuid import UUID

from brasil.boleto import barcode, free_field, line
from brasil.boleto.profiles import BY_NAME
from brasil.errors import BrasilError
from brasil.pix import br_code
from contracts.invoices import Boleto, PixCharge
from invoicing.domain.creditor import BankProfile, PixProfile, layout_of

Status = Literal["requested", "active"]
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def boleto(
    bank: BankProfile,
    *,
    option_id: UUID,
    number: int,
    due_on: date,
    amount_cents: int,
    issued_on: date,
    status: Status,
) -> Boleto:
    """The boleto with this number of the sequence. Raises BrasilError `free_field.…`, `barcode.…`, `due_factor.…`."""
    layout = layout_of(bank)
    inputs, last_number = _shape(layout.name)
    if number > last_number:
        raise BrasilError(
            "free_field.exhausted", "The nosso números of this carteira are used up; ask the bank for another one."
        )
    field = free_field.build(layout, _values(bank, inputs, number, issued_on), has_amount=amount_cents > 0)
    code = barcode.build(bank=bank.bank_code, due_on=due_on, amount_cents=amount_cents, free_field=field.digits)
    return Boleto(
        option_id=option_id,
        status=status,
        bank_code=bank.bank_code,
        convenio=bank.convenio,
        carteira=bank.carteira,
        nosso_numero=field.our_number,
        nosso_numero_printed=field.our_number_printed,
        linha_digitavel=line.from_barcode(code),
        barcode=code.digits,
        due_on=due_on,
        amount_cents=amount_cents,
    )


@lru_cache(maxsize=64)
def _shape(name: str) -> tuple[tuple[str, ...], int]:
    """The values that a layout asks for, and the last number that it has room for."""
    layout = BY_NAME[name]
    return layout.inputs, int(10 ** layout.length_of("numero") - 1)


def _values(bank: BankProfile, inputs: tuple[str, ...], number: int, issued_on: date) -> dict[str, str]:
    """The layout's values by their names; banks call the agreement convênio, beneficiário, cliente or operação."""
    known = {
        "agencia": bank.agencia,
        "conta": bank.conta,
        "carteira": bank.carteira,
        **dict.fromkeys(("convenio", "beneficiario", "cliente", "operacao"), bank.convenio),
        "ano": f"{issued_on:%y}",
        "seu_numero": "0",
        **bank.values,
        "numero": str(number),
    }
    return {name: known[name] for name in inputs if known.get(name)} | dict(bank.values)


def specimen(bank: BankProfile) -> Boleto:
    """A boleto as this agreement makes them, to see that its values fit. Raises BrasilError."""
    day = date(2026, 1, 5)
    return boleto(
        bank,
        option_id=UUID(int=0),
        number=bank.first_number,
        due_on=day,
        amount_cents=100,
        issued_on=day,
        status="requested",
    )


def pix_charge(
    pix: PixProfile, *, option_id: UUID, txid: str, due_on: date, amount_cents: int, status: Status
) -> PixCharge:
    """The cobv with this txid, at the PSP's location for it. Raises BrasilError `pix.br_code.…`."""
    url = f"{pix.location_host}/qr/v2/cobv/{txid}"
    return PixCharge(
        option_id=option_id,
        status=status,
        charge="cobv",
        txid=txid,
        psp_ispb=pix.psp_ispb,
        br_code=br_code_of(pix, url),
        location_url=url,
        amount_cents=amount_cents,
        due_on=due_on,
        valid_days_after_due=pix.valid_days_after_due,
    )


def br_code_of(pix: PixProfile, url: str) -> str:
    """The text of the QR code of a charge at `url`. Payers take the amount from the charge itself."""
    return br_code.dynamic(url=url, merchant_name=pix.merchant_name, merchant_city=pix.merchant_city, one_use=False)


def static_pix(pix: PixProfile, *, option_id: UUID, txid: str, amount_cents: int) -> PixCharge:
    """A static code over the amount: all that can be paid where no PSP holds a charge. Raises BrasilError."""
    short = short_txid(txid)
    return PixCharge(
        option_id=option_id,
        status="active",
        charge="static",
        txid=short,
        psp_ispb=pix.psp_ispb,
        br_code=br_code.static(
            key=pix.key,
            merchant_name=pix.merchant_name,
            merchant_city=pix.merchant_city,
            amount_cents=amount_cents,
            txid=short,
        ),
        amount_cents=amount_cents,
    )


def short_txid(txid: str) -> str:
    """The 32 hexadecimal digits of a txid as the 25 characters that a static code has room for."""
    value, digits = int(txid, 16), ""
    while value:
        value, digit = divmod(value, 36)
        digits = _DIGITS[digit] + digits
    return digits.rjust(25, "0")
