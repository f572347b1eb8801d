"""The evidence of one invoice as a file: its entries, and of all others between them only the hash."""

import json
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

from chassis.db import Database
from notifier.store import evidence

_SENTENCES: Final = {
    "sent": "handed over by {channel} ({provider}), content {content_hash}",
    "delivered": "delivered ({proof})",
    "failed": "failed: {failure}, {reason}",
    "unknown": "outcome unknown: {reason}",
    "suppressed": "kept back: {reason}",
    "opened": "opened",
    "clicked": "link followed: {target}",
    "replied": "answered",
    "opted_out": "refused: {source}",
}


async def span(database: Database, tenant_id: UUID, invoice_id: UUID) -> tuple[int, int] | None:
    """The first and last entry about an invoice, or None."""
    async with database.unit_of_work(tenant_id=tenant_id, commit=False, name="evidence") as tx:
        return await evidence.span_of_invoice(tx, invoice_id)


async def file(database: Database, tenant_id: UUID, invoice_id: UUID, *, first: int, last: int) -> AsyncIterator[bytes]:
    """JSON lines: a head, then every entry of the chain from the first to the last about the invoice."""
    yield _line(
        {"type": "evidence", "tenant_id": str(tenant_id), "invoice_id": str(invoice_id), "first": first, "last": last}
    )
    async with database.unit_of_work(tenant_id=tenant_id, commit=False, name="evidence") as tx:
        async for row in evidence.path(tx, invoice_id, first=first, last=last):
            link = {
                "sequence": row["sequence"],
                "previous_hash": row["previous_hash"],
                "entry_hash": row["entry_hash"],
            }
            if row["body"] is None:
                yield _line({"type": "link", **link, "body_hash": row["body_hash"]})
            else:
                yield _line({"type": "entry", **link, "body": bytes(row["body"]).decode()})


async def summary(database: Database, tenant_id: UUID, invoice_id: UUID, *, first: int, last: int) -> str:
    """The same for a person: one line for each thing that happened."""
    lines = [f"Evidence of invoice {invoice_id}", f"Entries {first} to {last} of the chain of tenant {tenant_id}", ""]
    async with database.unit_of_work(tenant_id=tenant_id, commit=False, name="evidence") as tx:
        rows = evidence.path(tx, invoice_id, first=first, last=last)
        lines += [sentence(json.loads(bytes(row["body"]))) async for row in rows if row["body"] is not None]
    return "\n".join(lines) + "\n"


def sentence(body: dict[str, Any]) -> str:
    """One entry in words."""
    words = _SENTENCES.get(str(body.get("kind")), str(body.get("kind"))).format_map(_Known(body))
    judged = body.get("engagement")
    if isinstance(judged, dict):
        words += f" by a {judged.get('verdict')} ({judged.get('verdict_reason')})"
    return f"{body.get('at')}  message {body.get('message_id')}  {words}"


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"no {key}"


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
