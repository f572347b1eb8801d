"""The facts that tests tell: one debtor in São Paulo (the canary) with mail, WhatsApp and SMS, invoices, requests."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
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


def at(text: str) -> datetime:
    """A wall-clock time in São Paulo, as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=SAO_PAULO).astimezone(UTC)


def topics(facts: Sequence[Event]) -> list[str]:
    return [fact.topic for fact in facts]


def example(topic: str, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EXAMPLES / topic / "v1" / f"valid-{name}.json").read_text())["data"]
    return read


def contact_id(channel: str, number: int = 1) -> UUID:
    return uuid5(TENANT, f"contact {channel} {number}")


def customer_id(number: int = 1) -> UUID:
    return uuid5(TENANT, f"customer {number}")


def invoice_id(number: int = 1) -> UUID:
    return uuid5(TENANT, f"invoice {number}")


def email_of(number: int = 1) -> str:
    return canary.EMAIL if number == 1 else f"pessoa{number}@canary.example"


def customer(number: int = 1, *, version: int = 1, **changes: Any) -> Event:
    data = example("customer.registered", "person")
    own = data["customer"]
    addresses = {"email": email_of(number), "whatsapp": canary.PHONE, "sms": canary.PHONE}
    contacts, personal = [], []
    for channel, address in addresses.items():
        chosen = str(contact_id(channel, number))
        contacts.append({**own["contacts"][0], "contact_id": chosen, "channel": channel})
        personal.append({"contact_id": chosen, "name": canary.NAME, "address": address})
    own |= {
        "customer_id": str(customer_id(number)),
        "version": version,
        "contacts": contacts,
        "channels": [],
        "contact_days": {},
        "personal": {"form": "clear", "name": canary.NAME, "tax_id": "83746510082", "addresses": personal},
        **changes,
    }
    return registry.topic("customer.registered").payload.model_validate(data)


def invoice(number: int = 1, *, owner: int = 1, **changes: Any) -> Any:
    data = example("invoice.issued", "monthly-fee-boleto-and-pix")
    data["invoice"] |= {
        "invoice_id": str(invoice_id(number)),
        "customer_id": str(customer_id(owner)),
        "external_id": f"F-{number}",
        "issued_on": "2026-02-15",
        "due_on": "2026-03-10",
        "payable_on": "2026-03-10",
        **changes,
    }
    data["invoice"]["terms"]["discount"] = None
    for option in data["invoice"]["options"]:
        option["due_on"] = "2026-03-10"
    return registry.topic("invoice.issued").payload.model_validate(data)


def request(*numbers: int, owner: int = 1, message: int = 1, **changes: Any) -> Any:
    """A reminder about invoices, by e-mail then WhatsApp, on 9 March between 9 and 18 o'clock."""
    channels = changes.pop("channels", ("email", "whatsapp"))
    open_cents = changes.pop("open_cents", 85_000)
    data = example("message.requested", "reminder-with-fallback") | {
        "message_id": str(uuid5(TENANT, f"message {message}")),
        "customer_id": str(customer_id(owner)),
        "invoices": [
            {"invoice_id": str(invoice_id(number)), "invoice_version": 1, "open_cents": open_cents}
            for number in numbers or (1,)
        ],
        "template_key": "reminder",
        "channels": [{"channel": channel, "contact_ids": [str(contact_id(channel, owner))]} for channel in channels],
        "not_before": at("2026-03-09 09:00").isoformat(),
        "not_after": at("2026-03-09 18:00").isoformat(),
        "expires_at": at("2026-03-10 18:00").isoformat(),
        **changes,
    }
    data["window"] |= {
        "opens_at": (datetime.fromisoformat(data["not_before"]) - timedelta(hours=1)).isoformat(),
        "closes_at": data["not_after"],
    }
    return registry.topic("message.requested").payload.model_validate(data)


def paid(issued: Any, *, cents: int | None = None) -> Event:
    """Payments' word that money belongs to the invoice: all of it, or `cents`."""
    data = issued.invoice
    amount = cents or data.amount_cents
    rest = data.amount_cents - amount
    balance = InvoiceBalance(amount_cents=data.amount_cents, principal_paid_cents=amount, open_cents=rest)
    return registry.topic("payment.allocated").payload.model_validate(
        {
            "allocation_id": uuid5(TENANT, f"allocation {data.invoice_id} {amount}"),
            "receipt_id": uuid5(TENANT, "receipt"),
            "customer_id": data.customer_id,
            "funds": "receipt",
            "route": "pix",
            "currency": "BRL",
            "amount_cents": amount,
            "matched_invoice_ids": [data.invoice_id],
            "lines": [
                {
                    "invoice_id": data.invoice_id,
                    "invoice_version": data.version,
                    "money_cents": amount,
                    "principal_cents": amount,
                    "balance": balance.model_dump(),
                    "state": "partially_paid" if rest else "paid",
                }
            ],
            "unapplied_cents": 0,
            "outcome": "partial" if rest else "full",
            "match": {"rung": "exact_id", "score": 100, "rule_version": 1, "confirmed_by": "system"},
            "paid_on": "2026-03-09",
        }
    )
