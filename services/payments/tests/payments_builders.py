"""What the tests of payments send and are told."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from chassis import canary
from contracts import registry
from contracts.base import Event
from contracts.invoices import InvoiceBalance

TENANT = UUID(int=1)
OTHER = UUID(int=2)
MARIA = UUID(int=11)
JOSE = UUID(int=12)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
TERMS: dict[str, Any] = {
    "fine": {"kind": "percent", "percent": "2"},
    "interest": {"kind": "rate", "percent": "1", "basis": "month-30"},
    "weekend_rule": "pix-cobv",
    "payment_dating": "as-paid",
    "rounding": "daily-down",
    "imputation": "interest-fine-principal",
    "contract": "consumer",
    "cap_policy": "refuse",
}


def at(text: str) -> datetime:
    """A local instant of São Paulo."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SAO_PAULO)


def invoice_id(number: int) -> UUID:
    return uuid5(TENANT, f"invoice {number}")


def txid(number: int) -> str:
    return f"txidtxidtxidtxidtxid{number:010d}"


def end_to_end(number: int) -> str:
    return f"E12345678202603100900{number:011d}"


def invoice(
    number: int = 1,
    *,
    cents: int = 10_000,
    customer: UUID = MARIA,
    version: int = 1,
    state: str = "open",
    relieved_cents: int = 0,
    options: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A receivable of 2026-03-10 with a boleto of Itaú and a Pix charge, as invoicing tells it."""
    return {
        "invoice_id": invoice_id(number),
        "version": version,
        "customer_id": customer,
        "external_id": f"F-{number}",
        "creditor": {
            "creditor_id": UUID(int=9),
            "name": "Escola Aurora Ltda",
            "tax_id": "11222333000181",
            "address": {
                "street": "Avenida Paulista",
                "number": "1000",
                "district": "Bela Vista",
                "city": "São Paulo",
                "uf": "SP",
                "postal_code": "01310100",
            },
        },
        "document_number": f"NF{number}",
        "instalment": {"number": 1, "count": 1},
        "description": "Mensalidade de março",
        "amount_cents": cents,
        "currency": "BRL",
        "issued_on": "2026-02-20",
        "due_on": "2026-03-10",
        "payable_on": "2026-03-10",
        "terms": TERMS,
        "options": [boleto(number, cents), pix_charge(number, cents)] if options is None else options,
        "state": state,
        "balance": InvoiceBalance(
            amount_cents=cents, relieved_cents=relieved_cents, open_cents=cents - relieved_cents
        ).model_dump(),
        "origin": "api",
    }


def boleto(number: int, cents: int, *, status: str = "active", nosso_numero: str | None = None) -> dict[str, Any]:
    return {
        "kind": "boleto",
        "option_id": uuid5(TENANT, f"boleto {number} {nosso_numero}"),
        "status": status,
        "bank_code": "341",
        "convenio": "0111123450",
        "carteira": "109",
        "nosso_numero": nosso_numero or f"{number:08d}",
        "linha_digitavel": "34191090081842120060371525500006416560000085000",
        "barcode": "34194165600000850001090018421200607152550000",
        "due_on": "2026-03-10",
        "amount_cents": cents,
    }


def pix_charge(number: int, cents: int) -> dict[str, Any]:
    location = f"pix.example.com/qr/v2/cobv/{number:032x}"
    return {
        "kind": "pix",
        "option_id": uuid5(TENANT, f"pix {number}"),
        "status": "active",
        "charge": "cobv",
        "txid": txid(number),
        "psp_ispb": "12345678",
        "br_code": "00020101021226810014br.gov.bcb.pix2559pix.example.com/qr/v2/cobv/019ae42ef7da75148ca34b7950382b0b"
        "5204000053039865802BR5916ESCOLA HORIZONTE6008CAMPINAS62070503***6304BFAA",
        "location_url": location,
        "amount_cents": cents,
        "due_on": "2026-03-10",
        "valid_days_after_due": 60,
    }


def fact(topic: str, **values: Any) -> Event:
    return registry.topic(topic).payload.model_validate(values)


def issued(number: int = 1, **changes: Any) -> Event:
    return fact("invoice.issued", invoice=invoice(number, **changes), changed_by="integration", reason="new")


def cancelled(number: int = 1, *, cents: int = 10_000, version: int = 2) -> Event:
    told = invoice(number, cents=cents, version=version, state="cancelled", relieved_cents=cents)
    return fact("invoice.cancelled", invoice=told, changed_by="operator", reason="issued_in_error")


def registered(customer_id: UUID = MARIA, *, tax_id: str = canary.CPF) -> Event:
    """A payer whose tax id is known."""
    digits = "".join(character for character in tax_id if character.isalnum())
    return fact(
        "customer.registered",
        customer={
            "customer_id": customer_id,
            "version": 1,
            "external_id": f"C-{customer_id.int}",
            "kind": "person",
            "uf": "SP",
            "city_code": "3550308",
            "time_zone": "America/Sao_Paulo",
            "language": "pt-BR",
            "contact_days": {},
            "channels": [],
            "contacts": [],
            "personal": {"form": "clear", "name": canary.NAME, "tax_id": digits, "addresses": []},
        },
        changed_by="integration",
    )


def pix(
    number: int, cents: int, *, charge: int | None = None, when: str = "2026-03-10T12:00:00.000Z"
) -> dict[str, Any]:
    """A Pix as the PSP knows it; `charge` is the invoice's number."""
    told = {"endToEndId": end_to_end(number), "valor": f"{cents // 100}.{cents % 100:02d}", "horario": when}
    if charge is not None:
        told["txid"] = txid(charge)
    return told
