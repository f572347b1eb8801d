"""What makes two hand-offs the same: the invoices, the step, its occurrence, the channel and the recipient.

The claim is unique in the database, so a second hand-off of the same thing is impossible whatever is replayed,
restarted or asked for again.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID


def claim_key(*, invoice_ids: Iterable[UUID], step_key: str, occurrence: int, channel: str, contact_id: UUID) -> str:
    """SHA-256, in hexadecimal, over the sorted invoice ids and the rest; the order of invoices does not matter."""
    parts = [*sorted(str(invoice_id) for invoice_id in set(invoice_ids)), step_key, str(occurrence), channel]
    return hashlib.sha256("\n".join([*parts, str(contact_id)]).encode()).hexdigest()
