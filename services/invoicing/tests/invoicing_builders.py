"""What the tests of invoicing send."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis import canary

TENANT = UUID(int=1)
OTHER = UUID(int=2)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
ADDRESS = {
    "street": "Avenida Paulista",
    "number": "1000",
    "district": "Bela Vista",
    "city": "São Paulo",
    "uf": "SP",
    "postal_code": "01310100",
}


def at(text: str) -> datetime:
    """A local instant of São Paulo."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SAO_PAULO)


def profile(**changes: Any) -> dict[str, Any]:
    """A creditor with a bank, a Pix key and ordinary terms."""
    return {
        "name": "Escola Aurora Ltda",
        "tax_id": "11.222.333/0001-81",
        "address": ADDRESS,
        "email": "cobranca@aurora.example",
        "phone": "(11) 3003-4567",
        "bank": {"bank_code": "341", "agencia": "0057", "conta": "12345", "carteira": "109", "convenio": "12345"},
        "pix": {
            "key": "cobranca@aurora.example",
            "psp_ispb": "12345678",
            "location_host": "pix.psp.example",
            "merchant_name": "Escola Aurora",
            "merchant_city": "São Paulo",
        },
        "terms": {
            "fine": {"kind": "percent", "percent": "2"},
            "interest": {"kind": "rate", "percent": "1", "basis": "month-30"},
            "weekend_rule": "law-7089",
            "payment_dating": "as-paid",
            "rounding": "daily-down",
            "imputation": "interest-fine-principal",
            "contract": "consumer",
            "cap_policy": "refuse",
        },
        **changes,
    }


def customer(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A payer; the first one is the canary."""
    return {
        "external_id": f"C-{number}",
        "name": canary.NAME if number == 1 else f"Pessoa {number}",
        "tax_id": canary.CPF if number == 1 else cpf(number),
        "uf": "SP",
        "city_code": "3550308",
        "contacts": [
            {"channel": "email", "name": "Zuleica", "address": canary.EMAIL},
            {"channel": "whatsapp", "name": "Zuleica", "address": canary.PHONE},
        ],
        **changes,
    }


def invoice(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One receivable of the first payer."""
    return {
        "customer_external_id": "C-1",
        "external_id": f"F-{number}",
        "description": "Mensalidade de março",
        "amount_cents": 150_000,
        "due_on": "2026-03-10",
        **changes,
    }


def cpf(number: int) -> str:
    """A valid CPF for a number."""
    digits = [int(digit) for digit in f"{number:09d}"]
    for length in (10, 11):
        total = sum(digit * weight for digit, weight in zip(digits, range(length, 1, -1), strict=True))
        digits.append((total * 10) % 11 % 10)
    return "".join(str(digit) for digit in digits)
