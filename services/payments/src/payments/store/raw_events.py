"""Webhooks as they came, byte for byte, kept before they are answered."""

import json
from collections.abc import Mapping
from uuid import UUID

from chassis.db import Tx

_ADD = """
insert into raw_event (tenant_id, raw_event_id, account_id, received_at, headers, body)
values ($1, $2, $3, $4, $5::jsonb, $6)
"""


async def add(tx: Tx, *, account_id: UUID, headers: Mapping[str, str], body: bytes) -> UUID:
    """Keep one webhook; returns its id."""
    raw_event_id = tx.ids.new_id()
    connection = await tx.connection()
    await connection.execute(_ADD, tx.tenant_id, raw_event_id, account_id, tx.now, json.dumps(dict(headers)), body)
    return raw_event_id
