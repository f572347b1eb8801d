"""What requests look like, as the document shows it. Nobody of these exists."""

from typing import Annotated, Any, Final

from fastapi import Body

from invoicing.domain.billing import NewDocument, NewInvoice
from invoicing.domain.creditor import CreditorProfile
from invoicing.domain.customers import CustomerInput

_ADDRESS: Final = {
    "street": "Avenida Paulista",
    "number": "1000",
    "district": "Bela Vista",
    "city": "São Paulo",
    "uf": "SP",
    "postal_code": "01310100",
}
CREDITOR: Final[dict[str, Any]] = {
    "name": "Escola Aurora Ltda",
    "trade_name": "Escola Aurora",
    "tax_id": "11.222.333/0001-81",
    "address": _ADDRESS,
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
    "two_people_from_cents": 1_000_000,
}
CUSTOMER: Final[dict[str, Any]] = {
    "external_id": "C-17",
    "name": "Padaria Aurora Ltda",
    "tax_id": "11.222.333/0001-81",
    "uf": "SP",
    "city_code": "3550308",
    "contacts": [
        {"channel": "email", "role": "finance", "name": "Financeiro", "address": "contas@padaria.example"},
        {"channel": "whatsapp", "role": "owner", "name": "Ana", "address": "(11) 98765-0123"},
    ],
    "contact_days": {"weekdays": [1, 2, 3, 4, 5], "not_before": "09:00", "not_after": "18:00"},
}
INVOICE: Final[dict[str, Any]] = {
    "customer_external_id": "C-17",
    "external_id": "NF-1001",
    "description": "Mensalidade de março",
    "amount_cents": 123_456,
    "due_on": "2027-03-31",
}
DOCUMENT: Final[dict[str, Any]] = {
    "customer_external_id": "C-17",
    "external_id": "NF-1002",
    "description": "Forno industrial",
    "total_cents": 1_000_000,
    "series": {"count": 10, "first_due_on": "2027-01-31", "every": "month"},
}
PLAN: Final[dict[str, Any]] = {
    "customer_external_id": "C-17",
    "external_id": "P-17",
    "description": "Assinatura mensal",
    "amount_cents": 9_900,
    "every": "month",
    "first_due_on": "2027-01-31",
    "lead_days": 10,
}
PROMISE: Final[dict[str, Any]] = {"answer": {"kind": "promise", "promised_on": "2027-04-05"}, "channel": "phone"}

CreditorBody = Annotated[CreditorProfile, Body(examples=[CREDITOR])]
CustomerBody = Annotated[CustomerInput, Body(examples=[CUSTOMER])]
InvoiceBody = Annotated[NewInvoice, Body(examples=[INVOICE])]
DocumentBody = Annotated[NewDocument, Body(examples=[DOCUMENT])]
