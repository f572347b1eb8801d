"""What the tests of invoicing send."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from chassis import canary
from contracts import registry
from contracts.base import Event
from contracts.invoices import InvoiceBalance

EXAMPLES = Path(__file__).parents[3] / "libs/contracts/examples"

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


def fact(topic: str, **values: Any) -> Event:
    return registry.topic(topic).payload.model_validate(values)


def example(topic: str, **changes: Any) -> Event:
    """A fact of the contract's own examples, about other things."""
    path = sorted((EXAMPLES / topic / "v1").glob("valid-*.json"))[0]
    return fact(topic, **{**json.loads(path.read_text())["data"], **changes})


def allocated(made: dict[str, Any], cents: int, *, name: str = "first", paid_on: str = "2026-03-09") -> Event:
    """Payments' word that so much of an invoice's principal is paid."""
    amount = made["amount_cents"]
    balance = InvoiceBalance(amount_cents=amount, principal_paid_cents=cents, open_cents=amount - cents)
    return fact(
        "payment.allocated",
        allocation_id=uuid5(TENANT, name),
        receipt_id=uuid5(TENANT, f"receipt {name}"),
        customer_id=made["customer_id"],
        funds="receipt",
        route="pix",
        currency="BRL",
        amount_cents=cents,
        matched_invoice_ids=[made["invoice_id"]],
        lines=[
            {
                "invoice_id": made["invoice_id"],
                "invoice_version": made["version"],
                "money_cents": cents,
                "principal_cents": cents,
                "balance": balance.model_dump(),
                "state": "paid" if cents == amount else "partially_paid",
            }
        ],
        unapplied_cents=0,
        outcome="full" if cents == amount else "partial",
        match={"rung": "exact_id", "score": 100, "rule_version": 1, "confirmed_by": "system"},
        paid_on=paid_on,
    )


def reversed_(made: dict[str, Any], cents: int, *, name: str = "first") -> Event:
    amount = made["amount_cents"]
    return fact(
        "payment.reversed",
        reversal_id=uuid5(TENANT, f"reversal {name}"),
        receipt_id=uuid5(TENANT, f"receipt {name}"),
        customer_id=made["customer_id"],
        kind="med",
        reason="fraud",
        currency="BRL",
        returned_cents=cents,
        undone=[
            {
                "allocation_id": uuid5(TENANT, name),
                "invoice_id": made["invoice_id"],
                "money_cents": cents,
                "principal_cents": cents,
                "balance": InvoiceBalance(amount_cents=amount, open_cents=amount).model_dump(),
                "state": "open",
            }
        ],
        reversed_on="2026-03-12",
    )
