"""Registrations of boletos as the product makes them: its bar codes meet the bank's own arithmetic here."""

from datetime import date
from typing import Any

from brasil.boleto import barcode, free_field, line
from brasil.boleto.profiles import BY_NAME

ITAU = {"agencia": "0607", "conta": "15255", "conta_dv": "1", "carteira": "109"}
CONVENIO = "7654321"
LAYOUTS = {"341": "itau", "237": "bradesco", "001": "bb-7"}


def registration(
    number: int,
    *,
    bank: str = "341",
    due_on: date = date(2026, 3, 10),
    amount_cents: int = 10_000,
    document: str | None = None,
    **more: Any,
) -> tuple[str, dict[str, Any]]:
    """The path and the body that register boleto `number`."""
    chosen = BY_NAME[LAYOUTS[bank]]
    values = {**ITAU, "convenio": CONVENIO, "carteira": "109" if bank == "341" else "17", "numero": str(number)}
    if bank == "237":
        values |= {"carteira": "09", "agencia": "1234", "conta": "1234567"}
    field = free_field.build(chosen, {name: values[name] for name in chosen.inputs if name in values})
    code = barcode.build(bank=bank, due_on=due_on, amount_cents=amount_cents, free_field=field.digits)
    body = {
        "nosso_numero_printed": field.our_number_printed,
        "document_number": document or f"NF {number}/2026",
        "due_on": due_on.isoformat(),
        "amount_cents": amount_cents,
        "barcode": code.digits,
        "linha_digitavel": line.from_barcode(code),
        "payable_days_after_due": 30,
        "fine": {"kind": "percent", "percent": "2.00"},
        "interest": {"kind": "rate", "percent": "1.00", "basis": "month-30", "days": "calendar"},
        "discount": None,
        "abatement": None,
        "payer": {"name": "Ana d'Ávila", "tax_id": "52998224725", "uf": "SP", "city_code": "3550308"},
        "beneficiary": {"name": "Escola Bê-á-bá Ltda", "tax_id": "11222333000181"},
        **more,
    }
    return f"{bank}/{CONVENIO}/{values['carteira']}/{field.our_number}", body
