"""Templates: what is built in, versions of the tenant's own, and previews."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chassis.auth import require
from chassis.cursors import LIMIT_DEFAULT, Cursor, Keyset, Limit, Page
from chassis.db import Tx
from chassis.errors import NotFoundError
from chassis.etag import IfMatch, check_if_match, etag
from chassis.idempotency import Call, Reply, once
from chassis.principal import Principal
from notifier.domain.texts import Language, segments
from notifier.handlers import templates as handlers
from notifier.rendering.builtins import BUILT_IN_VERSION, KEYS, LANGUAGES, built_in
from notifier.rendering.engine import LONGEST_PART, Document
from notifier.store import templates as store

router = APIRouter(tags=["templates"])
Reader = Annotated[Principal, Depends(require("templates:read"))]
Writer = Annotated[Call, Depends(once("templates:write"))]
Key = Annotated[str, Path(max_length=64, pattern=r"^[a-z][a-z0-9_.-]*$")]
Source = Annotated[str, Field(max_length=LONGEST_PART, pattern=r"^[^\x00]*$")]


class TemplateText(BaseModel):
    """The words: of mails the subject, the text and the HTML; `short` is for SMS and WhatsApp."""

    model_config = ConfigDict(extra="forbid")

    subject: Source
    text: Source
    html: Source
    short: Source

    def document(self) -> Document:
        return Document(self.subject, self.text, self.html, self.short)


class TemplateVersion(BaseModel):
    """One version of a template. Version 1 is built in; a published version never changes."""

    model_config = ConfigDict(extra="forbid")

    template_key: str
    language: Language
    template_version: int
    state: Literal["built_in", "draft", "published"]
    document: TemplateText
    created_at: datetime | None
    published_at: datetime | None


class Preview(BaseModel):
    """What to look at: a text of yours, or without `document` the template that is in use."""

    model_config = ConfigDict(extra="forbid")

    language: Language = "pt-BR"
    channel: Literal["email", "sms", "whatsapp"] = "email"
    invoice_id: UUID | None = None
    document: TemplateText | None = None


class Rendered(BaseModel):
    """The letter. `segments` is how many parts an SMS has."""

    model_config = ConfigDict(extra="forbid")

    subject: str | None
    text: str
    html: str | None
    segments: int | None


def _of(row: Any) -> TemplateVersion:
    return TemplateVersion(
        template_key=row["template_key"],
        language=row["language"],
        template_version=row["template_version"],
        state=row["state"],
        document=TemplateText(**asdict(store.document_of(row["document"]))),
        created_at=row["created_at"],
        published_at=row["published_at"],
    )


def _built_in(key: str, language: Language) -> TemplateVersion:
    document = built_in(key, language)
    if document is None:
        raise NotFoundError("template-unknown", f"There is no such template; built in are {', '.join(KEYS)}.")
    return TemplateVersion(
        template_key=key,
        language=language,
        template_version=BUILT_IN_VERSION,
        state="built_in",
        document=TemplateText(**asdict(document)),
        created_at=None,
        published_at=None,
    )


async def _reply(tx: Tx, status: int, key: str, language: Language, number: int) -> Reply:
    row = await store.version(tx, key, language, number)
    location = f"/v1/templates/{key}/{language}/versions/{number}"
    return Reply(status, _of(row), {"etag": etag(row["row_version"]), "location": location})


@router.get("/templates")
async def list_templates(
    *, request: Request, response: Response, principal: Reader, cursor: Cursor = None, limit: Limit = LIMIT_DEFAULT
) -> Page[TemplateVersion]:
    """Every version of the tenant's own templates."""
    keyset = Keyset.of(request, principal, cursor=cursor, limit=limit)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        rows = [_of(row) for row in await store.page(tx, after=keyset.after, limit=limit + 1)]
    page, headers = keyset.page(rows, lambda row: (row.template_key, row.language, row.template_version))
    response.headers.update(headers)
    return page


@router.get("/templates/built-in")
async def list_built_in_templates(principal: Reader) -> list[TemplateVersion]:  # noqa: ARG001 - it guards the route
    """The templates that come with the product."""
    return [_built_in(key, language) for key in KEYS for language in LANGUAGES]


@router.get("/templates/{template_key}/{language}/versions/{template_version}")
async def get_template_version(
    *,
    template_key: Key,
    language: Language,
    template_version: Annotated[int, Path(ge=1, le=2**31 - 1)],
    request: Request,
    response: Response,
    principal: Reader,
) -> TemplateVersion:
    """One version of a template."""
    if template_version == BUILT_IN_VERSION:
        return _built_in(template_key, language)
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        row = await store.version(tx, template_key, language, template_version)
    if row is None:
        raise NotFoundError("template-unknown", "There is no such version.")
    response.headers["etag"] = etag(row["row_version"])
    return _of(row)


@router.post("/templates/{template_key}/{language}/draft", status_code=201)
async def create_template_draft(
    template_key: Key, language: Language, body: TemplateText, call: Writer
) -> TemplateVersion:
    """Begin the next version of a template; a key of your own can be used in a régua as well."""

    async def effect(tx: Tx) -> Reply:
        number = await handlers.create(tx, template_key, language, body.document())
        return await _reply(tx, 201, template_key, language, number)

    return await call.once(effect)  # type: ignore[return-value]


@router.put("/templates/{template_key}/{language}/draft")
async def change_template_draft(
    *, template_key: Key, language: Language, body: TemplateText, call: Writer, if_match: IfMatch = None
) -> TemplateVersion:
    """Write the draft anew."""

    async def effect(tx: Tx) -> Reply:
        draft = await store.draft(tx, template_key, language)
        if draft is not None:
            check_if_match(if_match, draft["row_version"])
        number = await handlers.change(tx, template_key, language, body.document())
        return await _reply(tx, 200, template_key, language, number)

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/templates/{template_key}/{language}/publish")
async def publish_template(template_key: Key, language: Language, call: Writer) -> TemplateVersion:
    """Check the draft and publish it: what it may not use, what it must name; each fault has its place."""

    async def effect(tx: Tx) -> Reply:
        number = await handlers.publish(tx, template_key, language)
        return await _reply(tx, 200, template_key, language, number)

    return await call.once(effect)  # type: ignore[return-value]


@router.post("/templates/{template_key}/preview")
async def preview_template(template_key: Key, body: Preview, request: Request, principal: Reader) -> Rendered:
    """The letter as it would leave now about an invoice, to a recipient who is made up; nothing is sent or kept."""
    async with request.app.state.kit.database.unit_of_work(tenant_id=principal.tenant_id, commit=False) as tx:
        letter = await handlers.preview(
            tx,
            key=template_key,
            language=body.language,
            document=body.document.document() if body.document else None,
            channel=body.channel,
            invoice_id=body.invoice_id,
        )
    parts = segments(letter.text) if body.channel == "sms" else None
    return Rendered(subject=letter.subject, text=letter.text, html=letter.html, segments=parts)
