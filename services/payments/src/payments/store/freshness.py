"""Up to when everything that each outside source had is known here; told with the relay's watermarks."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from chassis.db import Tx

_ADVANCE = """
insert into source_freshness as own (source, tenant_id, account_id, fresh_until) values ($1, $2, $3, $4)
on conflict (source) do update set fresh_until = greatest(own.fresh_until, excluded.fresh_until)
"""
_ALL = "select source, fresh_until from source_freshness"
_ONE = "select fresh_until from source_freshness where source = $1"
_FORGET = "delete from source_freshness where account_id = $1 and tenant_id = $2"


def source(kind: str, tenant_id: UUID, account_id: UUID) -> str:
    """The source's name: `bank.` or `psp.`, the tenant's id, and the end of the account's (64 characters at most)."""
    return f"{kind}.{tenant_id.hex}.{account_id.hex[-12:]}"


async def advance(tx: Tx, name: str, *, account_id: UUID, fresh_until: datetime) -> None:
    """Everything the source had before this instant is known; an earlier instant changes nothing."""
    await (await tx.connection()).execute(_ADVANCE, name, tx.tenant_id, account_id, fresh_until)


async def until(tx: Tx, name: str) -> datetime | None:
    """How fresh a source is, if anything is known of it."""
    found: datetime | None = await (await tx.connection()).fetchval(_ONE, name)
    return found


async def forget(tx: Tx, account_id: UUID) -> None:
    """The account is closed: nobody waits for its source any more."""
    await (await tx.connection()).execute(_FORGET, account_id, tx.tenant_id)


async def sources(tx: Tx) -> Mapping[str, datetime]:
    """Every source and how fresh it is, of all tenants; what the relay says with its watermarks."""
    rows = await (await tx.connection()).fetch(_ALL)
    return {row["source"]: row["fresh_until"] for row in rows}
