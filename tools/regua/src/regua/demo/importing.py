"""A CSV of invoices handed to invoicing, watched to its end."""

import asyncio
from collections.abc import Callable
from typing import Any

from chassis.clock import monotonic_seconds
from regua.demo.api import Api
from regua.stack.errors import StackError

_PAUSE_SECONDS = 0.2


async def import_csv(
    invoicing: Api,
    content: bytes,
    *,
    dry_run: bool = False,
    within_seconds: float = 600,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Upload the file, wait for the operation to end, and return it with the import's figures and its row errors."""
    accepted = await invoicing.ask(
        "POST",
        "/v1/imports",
        content=content,
        params={"dry_run": "true"} if dry_run else {},
        headers={"content-type": "text/csv"},
    )
    operation = await _ended(invoicing, accepted, within_seconds, say)
    import_id = operation["id"]
    progress = await invoicing.get(f"/v1/imports/{import_id}")
    errors = await invoicing.all(f"/v1/imports/{import_id}/errors")
    return {"operation": operation, "progress": progress, "errors": errors}


async def _ended(
    invoicing: Api, accepted: dict[str, Any], within_seconds: float, say: Callable[[str], None]
) -> dict[str, Any]:
    end = monotonic_seconds() + within_seconds
    operation, told = accepted, -1
    while operation["state"] not in {"succeeded", "failed"}:
        if monotonic_seconds() >= end:
            raise StackError(f"the import did not end within {within_seconds:.0f} s")
        await asyncio.sleep(_PAUSE_SECONDS)
        operation = await invoicing.get(f"/v1/operations/{accepted['id']}")
        if operation["done"] != told:
            told = operation["done"]
            say(f"imported {told} rows")
    return operation
