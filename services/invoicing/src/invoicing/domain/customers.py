"""A customer as it is registered and changed: every field checked, the snapshot whole, what changed by name."""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, ValidationError

from brasil import taxid
from brasil.errors import BrasilError
from chassis.errors import Fault, InvalidError
from contracts.base import Instant, Record
from contracts.customers import (
    ChannelPreference,
    Contact,
    ContactAddress,
    ContactDays,
    Customer,
    CustomerFlag,
    Personal,
    PostalAddress,
    SealedPersonal,
)
from contracts.fields import Channel, Code, IbgeCode, Language, Reference, ShortText, TimeZone, Uf
from invoicing.domain import contacts as addresses
from invoicing.domain.contacts import AddressError
from invoicing.domain.places import place
from invoicing.domain.refusals import fault, refuse

UpdateReason = Literal[
    "data_corrected",
    "contacts_changed",
    "preferences_changed",
    "opted_out",
    "opted_in",
    "contact_invalidated",
    "flags_changed",
    "segment_changed",
]
MOST_CONTACTS = 50
_REASON_OF: Mapping[str, UpdateReason] = {
    "contacts": "contacts_changed",
    "channels": "preferences_changed",
    "contact_days": "preferences_changed",
    "flags": "flags_changed",
    "segment": "segment_changed",
    "tags": "segment_changed",
}


class ContactInput(Record):
    """One way to reach the customer. `contact_id` names one that exists; left out, it is new."""

    contact_id: UUID | None = None
    channel: Channel
    role: Literal["payer", "finance", "owner", "representative", "guarantor", "other"] = "payer"
    name: ShortText
    address: str = Field(min_length=3, max_length=320)
    authorised: bool = Field(True, strict=True)
    language: Language | None = None
    status: Literal["active", "unconfirmed", "invalid", "opted_out", "wrong_person"] = "active"
    lawful_basis: Literal["contract", "credit_protection", "legitimate_interest", "consent"] = "contract"
    confirmed_at: Instant | None = None


class CustomerInput(Record):
    """A payer to be registered. State or city (IBGE) is needed; the time zone follows from them unless given."""

    external_id: Reference
    name: ShortText
    tax_id: str = Field(min_length=11, max_length=20, description="CPF or CNPJ, punctuation allowed")
    uf: Uf | None = None
    city_code: IbgeCode | None = None
    time_zone: TimeZone | None = None
    language: Language = "pt-BR"
    postal_address: PostalAddress | None = None
    contacts: tuple[ContactInput, ...] = Field((), max_length=MOST_CONTACTS)
    channels: tuple[ChannelPreference, ...] = ()
    contact_days: ContactDays = ContactDays()
    flags: tuple[CustomerFlag, ...] = ()
    segment: Code | None = None
    tags: tuple[Code, ...] = Field((), max_length=50)


def tax_id_hash(key: bytes, tax_id: str) -> str:
    """The keyed hash under which a compact tax id is looked up."""
    return hmac.digest(key, tax_id.encode(), hashlib.sha256).hex()


def register(given: CustomerInput, *, customer_id: UUID, new_id: Callable[[], UUID]) -> Customer:
    """The customer at version 1; raises `InvalidError` naming every field that is wrong."""
    return _built(given, customer_id=customer_id, version=1, new_id=new_id)


def _built(given: CustomerInput, *, customer_id: UUID, version: int, new_id: Callable[[], UUID]) -> Customer:
    faults: list[Fault] = []
    kind: Literal["person", "company"] = "person"
    number = ""
    try:
        parsed = taxid.parse(given.tax_id)
        number, kind = parsed.number, "person" if parsed.kind == "cpf" else "company"
    except BrasilError as error:
        faults.append(fault(error, "/tax_id"))
    where = None
    try:
        where = place(given.uf, given.city_code, given.time_zone)
    except BrasilError as error:
        pointer = {"city": "/city_code", "zone": "/time_zone"}.get(error.problem.field or "", "/uf")
        faults.append(fault(error, pointer))
    ways, found, wrong = _contacts(given, new_id)
    refuse([*faults, *wrong])
    assert where is not None  # noqa: S101 - refused above otherwise
    try:
        return Customer(
            customer_id=customer_id,
            version=version,
            external_id=given.external_id,
            kind=kind,
            uf=where.uf,
            city_code=where.city_code,
            time_zone=where.time_zone,
            language=given.language,
            contact_days=given.contact_days,
            channels=given.channels,
            contacts=tuple(ways),
            flags=given.flags,
            segment=given.segment,
            tags=given.tags,
            personal=Personal(
                name=given.name, tax_id=number, addresses=tuple(found), postal_address=given.postal_address
            ),
        )
    except ValidationError:
        raise InvalidError(
            "customer-contradicts-itself", "A contact or a channel stands twice, or a text has control characters."
        ) from None


def _contacts(
    given: CustomerInput, new_id: Callable[[], UUID]
) -> tuple[list[Contact], list[ContactAddress], list[Fault]]:
    ways: list[Contact] = []
    found: list[ContactAddress] = []
    faults: list[Fault] = []
    for at, one in enumerate(given.contacts):
        try:
            address = addresses.normalised(one.channel, one.address)
        except AddressError as error:
            faults.append(error.fault(f"/contacts/{at}/address"))
            continue
        contact_id = one.contact_id or new_id()
        ways.append(
            Contact(
                contact_id=contact_id,
                channel=one.channel,
                role=one.role,
                authorised=one.authorised,
                language=one.language or given.language,
                status=one.status,
                lawful_basis=one.lawful_basis,
                confirmed_at=one.confirmed_at,
            )
        )
        found.append(ContactAddress(contact_id=contact_id, name=one.name, address=address))
    return ways, found, faults


def as_input(customer: Customer) -> CustomerInput:
    """What would register the customer as it is. Raises `InvalidError` while its personal data is sealed."""
    personal = customer.readable
    if personal is None:
        raise InvalidError("customer-sealed", "The customer's personal data is sealed; it cannot be changed.")
    told = {one.contact_id: one for one in personal.addresses}
    return CustomerInput(
        external_id=customer.external_id,
        name=personal.name,
        tax_id=personal.tax_id,
        uf=customer.uf,
        city_code=customer.city_code,
        time_zone=customer.time_zone,
        language=customer.language,
        postal_address=personal.postal_address,
        contacts=tuple(
            ContactInput(
                **contact.model_dump(), name=told[contact.contact_id].name, address=told[contact.contact_id].address
            )
            for contact in customer.contacts
        ),
        channels=customer.channels,
        contact_days=customer.contact_days,
        flags=customer.flags,
        segment=customer.segment,
        tags=customer.tags,
    )


def amend(
    customer: Customer, changes: Mapping[str, Any], *, new_id: Callable[[], UUID]
) -> tuple[Customer, tuple[str, ...], UpdateReason] | None:
    """The next version, the snapshot's fields that differ, and why; None where nothing differs.

    `changes` are fields of `CustomerInput`. A contact named by its id is changed, one without is new, one left out is
    gone. Moving state or city moves the time zone with it unless that is given too. Raises `InvalidError`.
    """
    known = {contact.contact_id for contact in customer.contacts}
    given = dict(changes)
    for at, contact in enumerate(given.get("contacts") or ()):
        if contact.contact_id is not None and contact.contact_id not in known:
            refuse([Fault(f"/contacts/{at}/contact_id", "contact.unknown", "no contact of this customer has this id")])
    if {"uf", "city_code"} & given.keys():
        given.setdefault("time_zone", None)
        if "uf" in given:
            given.setdefault("city_code", None)
        else:
            given.setdefault("uf", None)
    before = as_input(customer)
    wanted = before.model_copy(update=given)
    after = _built(wanted, customer_id=customer.customer_id, version=customer.version + 1, new_id=new_id)
    differing = changed_fields(customer, after)
    return (after, differing, reason_for(differing)) if differing else None


def changed_fields(before: Customer, after: Customer) -> tuple[str, ...]:
    """The snapshot's fields that differ, by name, without its version."""
    return tuple(
        name for name in Customer.model_fields if name != "version" and getattr(before, name) != getattr(after, name)
    )


def reason_for(changed: Sequence[str]) -> UpdateReason:
    """The one reason that covers all changed fields; several kinds together are a correction of data."""
    if set(changed) == {"contacts", "personal"}:
        return "contacts_changed"
    reasons = {_REASON_OF.get(name, "data_corrected") for name in changed}
    return reasons.pop() if len(reasons) == 1 else "data_corrected"


def next_version(customer: Customer, **changes: Any) -> Customer:
    """The snapshot with these fields changed and its version one higher."""
    values = {name: getattr(customer, name) for name in Customer.model_fields} | changes
    return Customer.model_validate({**values, "version": customer.version + 1})


def opted_out(customer: Customer, *, channel: str | None, contact_id: UUID | None) -> Customer | None:
    """The customer without this contact, this channel, or any; None where that is so already."""
    if contact_id is not None:
        return _with_status(customer, contact_id, "opted_out")
    every: tuple[Channel, ...] = ("email", "sms", "whatsapp", "voice", "letter")
    stopped = {one for one in every if channel in {None, one}}
    kept = [one for one in customer.channels if one.channel not in stopped]
    refused = [ChannelPreference(channel=one, allowed=False) for one in every if one in stopped]
    preferences = tuple(sorted([*kept, *refused], key=lambda one: every.index(one.channel)))
    if set(preferences) == set(customer.channels):
        return None
    return next_version(customer, channels=preferences)


def invalidated(customer: Customer, *, contact_id: UUID, wrong_person: bool) -> Customer | None:
    """The customer with a contact that is no use any more; None where that is known already."""
    return _with_status(customer, contact_id, "wrong_person" if wrong_person else "invalid")


def flagged(customer: Customer, flag: CustomerFlag) -> Customer | None:
    """The customer with the flag; None where it has it."""
    return None if flag in customer.flags else next_version(customer, flags=(*customer.flags, flag))


def _with_status(customer: Customer, contact_id: UUID, status: str) -> Customer | None:
    contacts = tuple(
        contact.model_copy(update={"status": status}) if contact.contact_id == contact_id else contact
        for contact in customer.contacts
    )
    return None if contacts == customer.contacts else next_version(customer, contacts=contacts)


def erased(customer: Customer, *, key_id: UUID, nonce: str, noise: str) -> Customer:
    """The customer without personal data: the block is random characters, which no key ever opened."""
    sealed = SealedPersonal(algorithm="A256GCM", key_id=key_id, nonce=nonce, ciphertext=noise)
    return next_version(customer, contacts=(), personal=sealed)
