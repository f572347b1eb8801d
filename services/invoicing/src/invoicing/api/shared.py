"""What the resources of invoicing have in common."""

from contextlib import AbstractAsyncContextManager
from typing import Annotated, Literal, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from chassis.auth import require
from chassis.db import Database, Tx
from chassis.etag import etag
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from contracts.fields import ON_ONE_LINE
from contracts.invoices import Invoice

ModelT = TypeVar("ModelT", bound=BaseModel)

CustomersReader = Annotated[Principal, Depends(require("customers:read"))]
CustomersWriter = Annotated[Call, Depends(once("customers:write"))]
CustomersChanger = Annotated[Principal, Depends(require("customers:write"))]
InvoicesReader = Annotated[Principal, Depends(require("invoices:read"))]
InvoicesWriter = Annotated[Call, Depends(once("invoices:write"))]
InvoicesChanger = Annotated[Principal, Depends(require("invoices:write"))]
PlansReader = Annotated[Principal, Depends(require("plans:read"))]
PlansWriter = Annotated[Call, Depends(once("plans:write"))]
PlansChanger = Annotated[Principal, Depends(require("plans:write"))]
ResponsesReader = Annotated[Principal, Depends(require("responses:read"))]
ResponsesWriter = Annotated[Call, Depends(once("responses:write"))]

LONGEST_PRINCIPAL = 80
Text = Annotated[str | None, Query(min_length=1, max_length=80, pattern=ON_ONE_LINE)]
"""A text to look for; the database takes no control characters."""


class Closed(BaseModel):
    """A body without unknown fields."""

    model_config = ConfigDict(extra="forbid")


class Done(Closed):
    """It was done."""

    done: Literal[True] = True


def database(request: Request) -> Database:
    """The service's database."""
    found: Database = request.app.state.kit.database
    return found


def reading(request: Request, principal: Principal) -> AbstractAsyncContextManager[Tx]:
    """A transaction that only looks."""
    return database(request).unit_of_work(tenant_id=principal.tenant_id, commit=False, name="get")


def changing(request: Request, principal: Principal) -> AbstractAsyncContextManager[Tx]:
    """A transaction of a change that `If-Match` guards."""
    return database(request).unit_of_work(tenant_id=principal.tenant_id, name="change")


def who(principal: Principal) -> str:
    """The caller as the history names it."""
    return principal.subject[:LONGEST_PRINCIPAL]


def invoice_reply(status: int, invoice: Invoice) -> Reply:
    """An invoice as an answer that is stored."""
    return Reply(status, invoice, {"etag": etag(invoice.version), "location": f"/v1/invoices/{invoice.invoice_id}"})


def tagged(response: Response, version: int, body: ModelT) -> ModelT:
    """The body, with its version as ETag."""
    response.headers["etag"] = etag(version)
    return body
