"""Erasing a payer: the personal data goes, the books stay."""

from datetime import date
from typing import Literal
from uuid import UUID

from chassis.db import Tx
from chassis.errors import ConflictError
from chassis.ids import new_secret
from contracts.invoicing import CustomerErased
from invoicing.domain.customers import erased
from invoicing.store import customers

Reason = Literal["data_subject_request", "retention_ended", "court_order", "tenant_closed"]


async def erase(tx: Tx, customer_id: UUID, *, reason: Reason, requested_on: date) -> int:
    """Overwrite the payer's personal data; returns the customer's new version.

    Raises `NotFoundError`; `ConflictError` while an invoice is open (LGPD art. 16, I and art. 7, X keep the data until
    then) or where it is erased already.
    """
    before = await customers.load(tx, customer_id, lock=True)
    if before.readable is None:
        raise ConflictError("customer-erased", "The customer's personal data is gone already.")
    if await customers.owes(tx, customer_id):
        raise ConflictError("customer-owes", "Settle, cancel or write off the customer's open invoices first.")
    key_id = tx.ids.new_id()
    after = erased(before, key_id=key_id, nonce=new_secret(12), noise=new_secret(16))
    await customers.erase(tx, after)
    tx.publish(
        CustomerErased(
            customer_id=customer_id,
            customer_version=after.version,
            reason=reason,
            requested_on=requested_on,
            key_id=key_id,
        )
    )
    return after.version
