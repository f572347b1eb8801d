"""What a finance system sends to be billed, and the drafts that become of it."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.errors import Fault
from contracts.base import PositiveCents, Record
from contracts.charges import ChargeTerms
from contracts.fields import Code, Reference, ShortText
from contracts.invoices import DocumentReference, Instalment
from invoicing.domain.instalments import Every, occurrence, split_cents
from invoicing.domain.issuing import Draft
from invoicing.domain.places import Payer
from invoicing.domain.refusals import refuse

FIRST_YEAR, LAST_YEAR = 2001, 2077
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def _written(value: object) -> object:
    """A number is no date, whatever instant it may count."""
    if isinstance(value, date) or (isinstance(value, str) and _ISO.fullmatch(value)):
        return value
    raise PydanticCustomError("date_form", "write the date as 2026-03-31")


IsoDate = Annotated[date, BeforeValidator(_written)]
"""A day, written as ISO 8601 writes it."""

Day = Annotated[IsoDate, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]
"""A day that the bank calendar covers."""


class Billing(Record):
    """What an invoice and a document have in common. The payer is named by exactly one of its two ids."""

    customer_id: UUID | None = None
    customer_external_id: Reference | None = None
    external_id: Annotated[Reference, Field(min_length=1, max_length=72)]
    document_number: Annotated[Reference, Field(min_length=1)] | None = None
    description: Annotated[ShortText, Field(min_length=1)]
    issued_on: Day | None = None
    terms: ChargeTerms | None = None
    documents: tuple[DocumentReference, ...] = Field((), max_length=20)
    segment: Code | None = None
    product: Code | None = None
    tags: tuple[Code, ...] = Field((), max_length=50)

    @model_validator(mode="after")
    def _one_payer(self) -> "Billing":
        if (self.customer_id is None) == (self.customer_external_id is None):
            raise PydanticCustomError("payer", "name the payer by customer_id or customer_external_id, one of them")
        return self


class NewInvoice(Billing):
    """One receivable. Without `document_number` the external id stands for it, without `issued_on` today."""

    amount_cents: PositiveCents
    due_on: Day
    instalment: Instalment | None = None


class InstalmentSeries(Record):
    """Instalments of about equal amounts: `count` of them, `every` so often from `first_due_on` on."""

    count: Annotated[int, Field(ge=1, le=120, strict=True)]
    first_due_on: Day
    every: Every = "month"


class InstalmentPart(Record):
    """One instalment, as agreed."""

    due_on: Day
    amount_cents: PositiveCents


class NewDocument(Billing):
    """A document with instalments: a series over the total, or each one as agreed. Each becomes an invoice with the
    external id of the document and its number behind a dash."""

    total_cents: PositiveCents
    series: InstalmentSeries | None = None
    parts: tuple[InstalmentPart, ...] = Field((), max_length=120)

    @model_validator(mode="after")
    def _one_way(self) -> "NewDocument":
        if (self.series is None) == (not self.parts):
            raise PydanticCustomError("instalments", "give the instalments as `series` or as `parts`, one of them")
        if self.parts and sum(part.amount_cents for part in self.parts) != self.total_cents:
            raise PydanticCustomError("instalments", "the parts must add up to total_cents")
        if self.series is not None and self.total_cents < self.series.count:
            raise PydanticCustomError("instalments", "every instalment needs a cent")
        return self


def draft_of(given: NewInvoice, payer: Payer, *, today: date) -> Draft:
    """The draft of one invoice."""
    return _draft(
        given,
        payer,
        today=today,
        external_id=given.external_id,
        amount_cents=given.amount_cents,
        due_on=given.due_on,
        instalment=given.instalment or Instalment(number=1, count=1),
    )


def drafts_of(given: NewDocument, payer: Payer, *, today: date) -> list[Draft]:
    """The drafts of a document's instalments, in order; raises `InvalidError` for dates beyond the calendar."""
    parts = given.parts or _series(given)
    if parts[-1].due_on.year > LAST_YEAR:
        refuse([Fault("/series", "calendar.year", f"the last instalment must fall due by {LAST_YEAR}")])
    return [
        _draft(
            given,
            payer,
            today=today,
            external_id=f"{given.external_id}-{number}",
            amount_cents=part.amount_cents,
            due_on=part.due_on,
            instalment=Instalment(number=number, count=len(parts)),
        )
        for number, part in enumerate(parts, 1)
    ]


def _series(given: NewDocument) -> Sequence[InstalmentPart]:
    assert given.series is not None  # noqa: S101 - the model says so
    series = given.series
    amounts = split_cents(given.total_cents, series.count)
    days = [occurrence(series.first_due_on, series.every, index) for index in range(series.count)]
    last = date(LAST_YEAR, 12, 31)
    if days[-1] > last:
        refuse([Fault("/series", "calendar.year", f"the last instalment must fall due by {LAST_YEAR}")])
    return [InstalmentPart(due_on=day, amount_cents=cents) for day, cents in zip(days, amounts, strict=True)]


def _draft(
    given: Billing,
    payer: Payer,
    *,
    today: date,
    external_id: str,
    amount_cents: int,
    due_on: date,
    instalment: Instalment,
) -> Draft:
    return Draft(
        payer=payer,
        external_id=external_id,
        document_number=given.document_number or given.external_id,
        description=given.description,
        amount_cents=amount_cents,
        issued_on=given.issued_on or min(today, due_on),
        due_on=due_on,
        instalment=instalment,
        terms=given.terms,
        documents=given.documents,
        segment=given.segment,
        product=given.product,
        tags=given.tags,
    )
