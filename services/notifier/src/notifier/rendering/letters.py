"""One whole letter for one channel: the words, the links with their targets, and the hash of all of it."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from contracts.customers import ContactAddress
from contracts.fields import Channel
from notifier.domain.letter import Links, facts_of
from notifier.domain.quoting import Quote
from notifier.domain.texts import Language
from notifier.rendering.builtins import block
from notifier.rendering.engine import Document, fill, safe, short_of, subject_of

LinkOf = Callable[[int], str]
"""The address of the attempt's link with this index."""


@dataclass(frozen=True)
class Addresses:
    """Where an attempt's links, pixel and unsubscribe page stand; made by whoever holds the key."""

    link: LinkOf
    pixel: str
    unsubscribe: str


@dataclass(frozen=True)
class Letter:
    """What leaves. `links` are the targets by index: `target` and, where it is about one, `invoice_id`."""

    subject: str | None
    text: str
    html: str | None
    links: list[dict[str, str]] = field(default_factory=list)
    unsubscribe_link: str = ""

    @property
    def content_hash(self) -> str:
        """SHA-256 over the words, in the canonical form that a downloaded letter can be checked by."""
        return content_hash(subject=self.subject, text=self.text, html=self.html)


def content_hash(*, subject: str | None, text: str, html: str | None) -> str:
    """SHA-256, in hexadecimal, of a letter's words."""
    words = json.dumps([subject, text, html], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


TRAP: Final = {"target": "other", "trap": "yes"}
"""A link that no person can see: whoever follows it is a machine."""


def compose(
    document: Document,
    quotes: Sequence[Quote],
    recipient: ContactAddress,
    *,
    language: Language,
    channel: Channel,
    addresses: Addresses,
) -> Letter:
    """Render a letter; raises `notifier.rendering.engine.RenderError`."""
    if channel != "email":
        links = [{"target": "portal"}] if channel == "whatsapp" else []
        places = Links(portal=addresses.link(0) if links else "")
        facts = facts_of(quotes, recipient, language=language, channel=channel, links=places)
        facts["items"] = facts["codes"]
        return Letter(None, short_of(document, facts, channel=channel), None, links)
    targets, places = _mail_links(quotes, addresses)
    facts = facts_of(quotes, recipient, language=language, channel=channel, links=places)
    subject = subject_of(document, {**facts, "items": ""})
    around = {
        **facts,
        "subject": subject,
        "unsubscribe_link": addresses.unsubscribe,
        "pixel_link": addresses.pixel,
        "trap_link": addresses.link(len(targets) - 1),
    }
    text = _wrapped(document.text, facts, around, language=language, is_html=False)
    html = _wrapped(document.html, facts, around, language=language, is_html=True)
    return Letter(subject, text, html, targets, addresses.unsubscribe)


def _mail_links(quotes: Sequence[Quote], addresses: Addresses) -> tuple[list[dict[str, str]], Links]:
    targets: list[dict[str, str]] = []

    def link(target: str, invoice_id: UUID) -> str:
        targets.append({"target": target, "invoice_id": str(invoice_id)})
        return addresses.link(len(targets) - 1)

    ids = [quote.facts.invoice.invoice_id for quote in quotes]
    places = Links(
        boleto=tuple(link("boleto", invoice_id) for invoice_id in ids),
        pix=tuple(link("pix", invoice_id) for invoice_id in ids),
        unsubscribe=addresses.unsubscribe,
    )
    targets.append(TRAP)
    return targets, places


def _wrapped(source: str, facts: dict[str, Any], around: dict[str, Any], *, language: Language, is_html: bool) -> str:
    def mark(text: str) -> str:
        return safe(text) if is_html else text

    items = fill(block("items", language, is_html=is_html), facts, is_html=is_html).strip()
    body = fill(source, {**facts, "items": mark(items)}, is_html=is_html)
    return (
        fill(block("layout", language, is_html=is_html), {**around, "body": mark(body)}, is_html=is_html).strip() + "\n"
    )
