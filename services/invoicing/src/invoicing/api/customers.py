"""Customers: registered, read, changed, erased."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from brasil import taxid
from brasil.errors import BrasilError
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.etag import IfMatch, IfNoneMatch, etag, not_modified
from chassis.idempotency import Reply
from contracts.customers import ChannelPreference, ContactDays, Customer, CustomerFlag, PostalAddress
from contracts.fields import Code, IbgeCode, Language, Reference, ShortText, TimeZone, Uf
from invoicing import config
from invoicing.api.examples import CustomerBody
from invoicing.api.shared import (
    Closed,
    CustomersChanger,
    CustomersReader,
    CustomersWriter,
    Text,
    changing,
    reading,
    tagged,
)
from invoicing.domain.billing import IsoDate
from invoicing.domain.customers import MOST_CONTACTS, ContactInput, tax_id_hash
from invoicing.domain.refusals import refused
from invoicing.handlers import customers as handlers
from invoicing.handlers import erasure
from invoicing.store import customers as store

router = APIRouter(tags=["customers"])
_NULLABLE = frozenset({"uf", "city_code", "time_zone", "postal_address", "segment"})


class Registered(Closed):
    """A customer that is now known. Personal data is left out: this answer is kept for repeats of the request."""

    customer_id: UUID
    version: int
    external_id: str
    kind: Literal["person", "company"]
    uf: str
    city_code: str
    time_zone: str
    contact_ids: list[UUID]


class CustomerLine(Closed):
    """A customer in a list."""

    customer_id: UUID
    version: int
    external_id: str
    kind: Literal["person", "company"]
    name: str = Field(description="empty once it is erased")
    uf: str
    city_code: str
    time_zone: str
    segment: str | None
    erased: bool
    created_at: datetime
    updated_at: datetime


class CustomerChange(Closed):
    """Fields to change; what is left out stays. `contacts` are written whole."""

    external_id: Reference | None = None
    name: ShortText | None = None
    tax_id: str | None = Field(None, min_length=11, max_length=20)
    uf: Uf | None = None
    city_code: IbgeCode | None = None
    time_zone: TimeZone | None = None
    language: Language | None = None
    postal_address: PostalAddress | None = None
    contacts: tuple[ContactInput, ...] | None = Field(None, max_length=MOST_CONTACTS)
    channels: tuple[ChannelPreference, ...] | None = None
    contact_days: ContactDays | None = None
    flags: tuple[CustomerFlag, ...] | None = None
    segment: Code | None = None
    tags: tuple[Code, ...] | None = Field(None, max_length=50)

    @model_validator(mode="after")
    def _null_where_it_may_be(self) -> "CustomerChange":
        for name in self.model_fields_set - _NULLABLE:
            if getattr(self, name) is None:
                raise PydanticCustomError("null", "leave `{field}` out instead of sending null", {"field": name})
        return self

    def given(self) -> dict[str, Any]:
        """What is to change, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Erasure(Closed):
    """Why a payer's personal data goes, and when that was asked for."""

    reason: Literal["data_subject_request", "retention_ended", "court_order", "tenant_closed"]
    requested_on: IsoDate


class Erased(Closed):
    """The customer without personal data."""

    customer_id: UUID
    version: int


@router.post("/customers", status_code=201)
async def register_customer(body: CustomerBody, call: CustomersWriter) -> Registered:
    """Register a payer. CPF or CNPJ is checked; the time zone follows from state and city."""

    async def effect(tx: Tx) -> Reply:
        made = await handlers.register(tx, body)
        answer = Registered(
            customer_id=made.customer_id,
            version=made.version,
            external_id=made.external_id,
            kind=made.kind,
            uf=made.uf,
            city_code=made.city_code,
            time_zone=made.time_zone,
            contact_ids=[contact.contact_id for contact in made.contacts],
        )
        return Reply(201, answer, {"etag": etag(1), "location": f"/v1/customers/{made.customer_id}"})

    return await call.once(effect)  # type: ignore[return-value]


@router.get("/customers")
async def list_customers(
    *,
    request: Request,
    response: Response,
    principal: CustomersReader,
    tax_id: Annotated[Text, Query(description="CPF or CNPJ")] = None,
    external_id: Text = None,
    name: Annotated[Text, Query(description="how the name begins")] = None,
    uf: Uf | None = None,
    segment: Text = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[CustomerLine]:
    """Customers, the longest known first."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    hashed = None
    if tax_id is not None:
        try:
            hashed = tax_id_hash(config.tax_id_key(), taxid.validate(tax_id))
        except BrasilError as error:
            raise refused(error, "/tax_id") from None
    async with reading(request, principal) as tx:
        found = await store.page(
            tx,
            tax_id_hash=hashed,
            external_id=external_id,
            name_prefix=name,
            uf=uf,
            segment=segment,
            after=keyset.after,
            limit=limit + 1,
        )
    rows = [CustomerLine(**dict(row)) for row in found]
    page, headers = keyset.page(rows, lambda row: (row.created_at, row.customer_id))
    response.headers.update(headers)
    return page


@router.get("/customers/{customer_id}", responses={304: {"description": "Still current"}})
async def get_customer(
    customer_id: UUID,
    request: Request,
    response: Response,
    principal: CustomersReader,
    if_none_match: IfNoneMatch = None,
) -> Customer:
    """One customer whole, personal data included."""
    async with reading(request, principal) as tx:
        found = await store.load(tx, customer_id)
    unchanged = not_modified(if_none_match, found.version)
    return unchanged or tagged(response, found.version, found)  # type: ignore[return-value]


@router.patch("/customers/{customer_id}", openapi_extra={"responses": {"409": {"$ref": "#/components/responses/409"}}})
async def change_customer(
    *,
    customer_id: UUID,
    body: CustomerChange,
    request: Request,
    response: Response,
    principal: CustomersChanger,
    if_match: IfMatch = None,
) -> Customer:
    """Change a payer's data."""
    async with changing(request, principal) as tx:
        after = await handlers.amend(tx, customer_id, body.given(), if_match=if_match)
    return tagged(response, after.version, after)


@router.post("/customers/{customer_id}/erase")
async def erase_customer(customer_id: UUID, body: Erasure, call: CustomersWriter) -> Erased:
    """Erase a payer's personal data for good. Refused while the payer owes something; books and history stay."""

    async def effect(tx: Tx) -> Reply:
        version = await erasure.erase(tx, customer_id, reason=body.reason, requested_on=body.requested_on)
        return Reply(200, Erased(customer_id=customer_id, version=version))

    return await call.once(effect)  # type: ignore[return-value]
