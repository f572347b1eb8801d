"""Write-offs that wait for a second person."""

from dataclasses import dataclass
from uuid import UUID

from chassis.db import Tx

_FIND = "select reason, requested_by from write_off_request where tenant_id = $1 and invoice_id = $2"
_ASK = """
insert into write_off_request (tenant_id, invoice_id, reason, requested_by, requested_at) values ($1, $2, $3, $4, $5)
"""
_DONE = "delete from write_off_request where tenant_id = $1 and invoice_id = $2"


@dataclass(frozen=True)
class Asked:
    """Who asked, and why."""

    reason: str
    requested_by: str


async def find(tx: Tx, invoice_id: UUID) -> Asked | None:
    """The request that waits; the lock on its invoice guards it."""
    row = await (await tx.connection()).fetchrow(_FIND, tx.tenant_id, invoice_id)
    return None if row is None else Asked(**dict(row))


async def ask(tx: Tx, invoice_id: UUID, *, reason: str, principal: str) -> None:
    """Let it wait for a second person."""
    await (await tx.connection()).execute(_ASK, tx.tenant_id, invoice_id, reason, principal, tx.now)


async def done(tx: Tx, invoice_id: UUID) -> None:
    """It waits no longer."""
    await (await tx.connection()).execute(_DONE, tx.tenant_id, invoice_id)
