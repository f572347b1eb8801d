"""The log of messages asked for: what counts against the caps, and which steps a lost message gives back."""

from uuid import UUID

from chassis.db import Tx

_WITHDRAW = "update contact_log set outcome = 'withdrawn' where message_id = $1 returning case_ids::text as case_ids"
_GIVE_BACK = """
update collection_case set steps_done = steps_done - $2::text, last_reason = null, last_until = null
where case_id in (select value::uuid from jsonb_array_elements_text($1::jsonb)) and state = 'open'
"""
_FAILED = "update contact_log set outcome = 'withdrawn' where message_id = $1"


async def withdraw(tx: Tx, message_id: UUID, *, step_key: str) -> None:
    """The message never left: forget the contact and give its step back to the cases it was about."""
    connection = await tx.connection()
    case_ids = await connection.fetchval(_WITHDRAW, message_id)
    if case_ids is not None:
        await connection.execute(_GIVE_BACK, case_ids, step_key)


async def failed(tx: Tx, message_id: UUID) -> None:
    """The message surely did not arrive: the debtor was not contacted, but the step was tried."""
    connection = await tx.connection()
    await connection.execute(_FAILED, message_id)
