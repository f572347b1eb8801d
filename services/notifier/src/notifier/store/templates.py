"""Templates of a tenant: versions of its own that stand in for the built-in ones."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chassis.db import Tx
from contracts.notifier import TemplateRef
from notifier.domain.texts import Language
from notifier.rendering.builtins import BUILT_IN_VERSION, built_in
from notifier.rendering.engine import Document, RenderError

_PUBLISHED = """
select distinct on (template_key, language) template_key, language, template_version, document::text as document
from template where state = 'published' and template_key = any($1::text[])
order by template_key, language, template_version desc
"""
_COLUMNS = """
template_key, language, template_version, state, document::text as document, row_version, created_at, published_at
"""
_PAGE = f"""
select {_COLUMNS} from template
where ($1::text is null or (template_key, language, template_version) > ($1, $2::text, $3::int))
order by template_key, language, template_version limit $4
"""  # noqa: S608 - constant columns
_VERSION = f"""
select {_COLUMNS} from template where template_key = $1 and language = $2 and template_version = $3
"""  # noqa: S608 - constant columns
_DRAFT = f"""
select {_COLUMNS} from template where template_key = $1 and language = $2 and state = 'draft' for update
"""  # noqa: S608 - constant columns
_LAST = "select coalesce(max(template_version), 0) from template where template_key = $1 and language = $2"
_ADD = """
insert into template (tenant_id, template_key, language, template_version, state, document, created_at)
values ($1, $2, $3, $4, 'draft', $5::jsonb, $6)
"""
_CHANGE = """
update template set document = $3::jsonb, row_version = row_version + 1
where template_key = $1 and language = $2 and state = 'draft'
"""
_PUBLISH = """
update template set state = 'published', published_at = $3, row_version = row_version + 1
where template_key = $1 and language = $2 and state = 'draft'
"""


@dataclass(frozen=True)
class Template:
    """A template as it is used now."""

    reference: TemplateRef
    document: Document


class Published:
    """The tenant's own published templates; what it has none of is built in."""

    def __init__(self, own: Mapping[tuple[str, str], Template]):
        self._own = own

    def get(self, key: str, language: Language) -> Template:
        """The template of a key; raises `RenderError` where there is none."""
        own = self._own.get((key, language))
        if own is not None:
            return own
        document = built_in(key, language)
        if document is None:
            raise RenderError("template_unknown")
        return Template(TemplateRef(template_key=key, template_version=BUILT_IN_VERSION, language=language), document)


def document_of(text: str) -> Document:
    """A document from its column."""
    return Document(**json.loads(text))


async def published(tx: Tx, keys: Sequence[str]) -> Published:
    """The newest published version of each of these keys, in every language."""
    rows: list[Any] = await (await tx.connection()).fetch(_PUBLISHED, sorted(set(keys)))
    return Published(
        {
            (row["template_key"], row["language"]): Template(
                TemplateRef(
                    template_key=row["template_key"],
                    template_version=row["template_version"],
                    language=row["language"],
                ),
                document_of(row["document"]),
            )
            for row in rows
        }
    )


async def page(tx: Tx, *, after: Sequence[Any] | None, limit: int) -> list[Any]:
    """Every version of the tenant's own templates."""
    key, language, version = after or (None, None, None)
    return list(await (await tx.connection()).fetch(_PAGE, key, language, version, limit))


async def version(tx: Tx, key: str, language: str, number: int) -> Any:
    """One version, or None."""
    return await (await tx.connection()).fetchrow(_VERSION, key, language, number)


async def draft(tx: Tx, key: str, language: str) -> Any:
    """The draft, locked, or None."""
    return await (await tx.connection()).fetchrow(_DRAFT, key, language)


async def add_draft(tx: Tx, key: str, language: str, document: Document) -> int:
    """Begin the next version; the built-in one counts as the first. Returns its number."""
    connection = await tx.connection()
    last: int = await connection.fetchval(_LAST, key, language)
    number = max(last, BUILT_IN_VERSION) + 1
    await connection.execute(_ADD, tx.tenant_id, key, language, number, json.dumps(asdict(document)), tx.now)
    return number


async def change_draft(tx: Tx, key: str, language: str, document: Document) -> None:
    """Write the draft anew."""
    await (await tx.connection()).execute(_CHANGE, key, language, json.dumps(asdict(document)))


async def publish(tx: Tx, key: str, language: str) -> None:
    """The draft becomes a version that never changes."""
    await (await tx.connection()).execute(_PUBLISH, key, language, tx.now)
