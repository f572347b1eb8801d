"""Customers: registered once, changed with a reason, silenced where they or the outside asked for it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.db import Tx
from chassis.errors import ConflictError
from chassis.etag import check_if_match
from contracts.customers import Customer
from contracts.fields import Actor
from contracts.invoicing import CustomerRegistered, CustomerUpdated
from contracts.notifier import ContactInvalidated, ContactOptedOut
from invoicing import config
from invoicing.domain import customers as rules
from invoicing.domain.customers import CustomerInput, UpdateReason
from invoicing.store import customers


def hash_of(customer: Customer) -> str | None:
    """The keyed hash of the tax id, None while it is sealed."""
    personal = customer.readable
    return rules.tax_id_hash(config.tax_id_key(), personal.tax_id) if personal else None


async def register(tx: Tx, given: CustomerInput, *, changed_by: Actor = "integration") -> Customer:
    """Register a payer. Raises `InvalidError`; `ConflictError` where its external id or tax id is known already."""
    customer = rules.register(given, customer_id=tx.ids.new_id(), new_id=tx.ids.new_id)
    hashed = hash_of(customer)
    known = await customers.directory(tx, external_ids=[customer.external_id], hashes=[hashed or ""])
    if customer.external_id in known.by_external_id:
        raise ConflictError("customer-external-id-taken", "A customer with this external id exists; change that one.")
    if hashed in known.by_hash:
        raise ConflictError("customer-tax-id-known", "A customer with this tax id exists; find it by its tax id.")
    await customers.insert(tx, [customer], {customer.customer_id: hashed})
    tx.publish(CustomerRegistered(customer=customer, changed_by=changed_by))
    return customer


async def amend(
    tx: Tx, customer_id: UUID, changes: Mapping[str, Any], *, if_match: str | None, changed_by: Actor = "operator"
) -> Customer:
    """Change a payer's data. Raises `NotFoundError`, `PreconditionError`, `InvalidError`, `ConflictError`."""
    before = await customers.load(tx, customer_id, lock=True)
    check_if_match(if_match, before.version)
    amended = rules.amend(before, changes, new_id=tx.ids.new_id)
    if amended is None:
        return before
    after, changed, reason = amended
    hashed = hash_of(after)
    known = await customers.directory(tx, external_ids=[after.external_id], hashes=[hashed or ""])
    for found in (known.by_external_id.get(after.external_id), known.by_hash.get(hashed or "")):
        if found is not None and found.customer_id != customer_id:
            raise ConflictError("customer-known", "Another customer has this external id or tax id.")
    await customers.update(tx, [after], {customer_id: hashed})
    tx.publish(CustomerUpdated(customer=after, changed_by=changed_by, reason=reason, changed=changed))
    return after


async def apply_opt_outs(tx: Tx, events: Sequence[Any]) -> None:
    """`contact.opted_out`: the customers without these channels or contacts."""
    held = await customers.load_many(tx, [event.data.customer_id for event in events], lock=True)
    for event in events:
        fact: ContactOptedOut = event.data
        before = held.get(fact.customer_id)
        after = rules.opted_out(before, channel=fact.channel, contact_id=fact.contact_id) if before else None
        await _changed(tx, held, before, after, "opted_out", cause=event.id)


async def apply_invalidations(tx: Tx, events: Sequence[Any]) -> None:
    """`contact.invalidated`: the customers with contacts that are no use any more."""
    held = await customers.load_many(tx, [event.data.customer_id for event in events], lock=True)
    for event in events:
        fact: ContactInvalidated = event.data
        before = held.get(fact.customer_id)
        wrong = fact.reason == "wrong_person"
        after = rules.invalidated(before, contact_id=fact.contact_id, wrong_person=wrong) if before else None
        await _changed(tx, held, before, after, "contact_invalidated", cause=event.id)


async def change(tx: Tx, before: Customer, after: Customer | None, reason: UpdateReason, changed_by: Actor) -> None:
    """Keep and publish the next version of a customer that was loaded with a lock; nothing where there is none."""
    await _changed(tx, {}, before, after, reason, cause=None, changed_by=changed_by)


async def _changed(
    tx: Tx,
    held: dict[UUID, Customer],
    before: Customer | None,
    after: Customer | None,
    reason: UpdateReason,
    *,
    cause: UUID | None,
    changed_by: Actor = "system",
) -> None:
    if before is None or after is None:
        return
    held[after.customer_id] = after
    await customers.update(tx, [after])
    changed = rules.changed_fields(before, after)
    fact = CustomerUpdated(customer=after, changed_by=changed_by, reason=reason, changed=changed)
    tx.publish(fact, causation_id=cause)
