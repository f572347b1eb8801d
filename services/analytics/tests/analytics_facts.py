"""Facts with amounts and days that a test chooses: invoices, payments, promises."""

from typing import Any
from uuid import uuid5

from analytics_told import TENANT, example

from contracts import registry
from contracts.base import Event


def invoice(number: int, version: int = 1, *, paid_cents: int = 0, **changes: Any) -> Event:
    """An invoice of 1,000.00 issued on 1 February and payable on 11 February, or as changed."""
    amount_cents = changes.pop("amount_cents", 100_000)
    settled = paid_cents == amount_cents
    topic = "invoice.settled" if settled else "invoice.amended" if paid_cents else "invoice.issued"
    data = example(topic)
    data["invoice"] |= {
        "invoice_id": str(uuid5(TENANT, f"invoice {number}")),
        "customer_id": str(uuid5(TENANT, f"customer {number}")),
        "version": version,
        "amount_cents": amount_cents,
        "balance": {
            "amount_cents": amount_cents,
            "principal_paid_cents": paid_cents,
            "open_cents": amount_cents - paid_cents,
        },
        "state": "paid" if settled else "partially_paid" if paid_cents else "open",
        "settled_on": "2026-02-20" if settled else None,
        "last_paid_on": None,
        "issued_on": "2026-02-01",
        "due_on": "2026-02-11",
        "payable_on": "2026-02-11",
        "options": [],
        "origin": "api",
        "plan_id": None,
        "agreement_id": None,
        "segment": None,
        **changes,
    }
    data["invoice"]["terms"]["discount"] = None
    return registry.topic(topic).payload.model_validate(data)


def allocated(number: int, cents: int, paid_on: str, *, amount_cents: int = 100_000) -> Event:
    """All that was paid for an invoice, of which nothing was paid before."""
    data = example("payment.allocated", 3)
    ids = [str(uuid5(TENANT, f"invoice {number}"))]
    closed = cents == amount_cents
    line = {
        "invoice_id": ids[0],
        "invoice_version": 1,
        "money_cents": cents,
        "principal_cents": cents,
        "balance": {
            "amount_cents": amount_cents,
            "principal_paid_cents": cents,
            "open_cents": amount_cents - cents,
        },
        "state": "paid" if closed else "partially_paid",
    }
    data |= {
        "allocation_id": str(uuid5(TENANT, f"allocation {number} {paid_on}")),
        "receipt_id": str(uuid5(TENANT, f"receipt {number} {paid_on}")),
        "customer_id": str(uuid5(TENANT, f"customer {number}")),
        "amount_cents": cents,
        "unapplied_cents": 0,
        "matched_invoice_ids": ids,
        "lines": [line],
        "outcome": "full" if closed else "partial",
        "circumstances": [],
        "paid_on": paid_on,
        "credited_on": None,
    }
    return registry.topic("payment.allocated").payload.model_validate(data)


def promised(number: int, cents: int, on: str) -> Event:
    data = example("promise.made", 1)
    data |= {
        "promise_id": str(uuid5(TENANT, f"promise {number}")),
        "invoice_ids": [str(uuid5(TENANT, f"invoice {number}"))],
        "promised_on": on,
        "promised_cents": cents,
    }
    return registry.topic("promise.made").payload.model_validate(data)
