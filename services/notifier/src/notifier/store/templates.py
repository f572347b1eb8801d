"""Templates of a tenant: versions of its own that stand in for the built-in ones."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
