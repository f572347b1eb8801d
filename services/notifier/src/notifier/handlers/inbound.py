"""Mail that comes back: bounces, complaints and answers, found by the signed address they came to."""

import hashlib
from collections.abc import Sequence
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Final

from chassis.db import Database, Tx
from contracts.base import PLATFORM_TENANT
from notifier.channels.base import Refused
from notifier.domain import bounces, tokens
from notifier.domain.provider_words import storable
from notifier.domain.replies import own_words
from notifier.domain.tokens import Token, TokenError
from notifier.due_work import apply_at
from notifier.handlers import fallback
from notifier.handlers import results as writing
from notifier.handlers.answers import replied
from notifier.handlers.arrivals import gave_back
from notifier.handlers.results import Results
from notifier.store import callbacks
from notifier.store.attempts import Attempt
from notifier.store.messages import Message

MAIL: Final = "mail"
LONGEST_REPLY: Final = 4_000
_SENT_TO: Final = ("to", "delivered-to", "x-original-to", "cc")


def token_of(raw: bytes, envelope_to: Sequence[str], *, key: bytes) -> Token | None:
    """The attempt a mail is about: by its envelope, else by an address in its head; None for anybody else's mail."""
    candidates = [*envelope_to]
    head = bounces.parse(raw.partition(b"\r\n\r\n")[0].partition(b"\n\n")[0][:65_536] + b"\r\n\r\n")
    for name in _SENT_TO:
        for value in head.get_all(name, [])[:10]:
            candidates += [part.strip() for part in str(value)[:2_000].split(",")]
    for candidate in candidates:
        address = candidate.rpartition("<")[2].rstrip("> ")
        try:
            return tokens.read_address(address, key=key)
        except TokenError:
            continue
    return None


async def keep(database: Database, raw: bytes, envelope_to: Sequence[str], *, key: bytes) -> bool:
    """Keep the bytes, and have them looked at; false if the mail is about none of our messages."""
    token = token_of(raw, envelope_to, key=key)
    digest = hashlib.sha256(" ".join(envelope_to).encode() + b"\n" + raw).hexdigest()
    tenant_id = token.tenant_id if token is not None else PLATFORM_TENANT
    async with database.unit_of_work(tenant_id=tenant_id, name="inbound") as tx:
        callback_id = await callbacks.add(tx, provider=MAIL, webhook_id=digest, body=raw)
        if callback_id is None or token is None:
            return token is not None
        about = {"attempt_id": str(token.attempt_id), "kind": token.kind}
        await apply_at(tx, callback_id, tx.now, about=about)
    return True


async def apply(tx: Tx, results: Results, message: Message, attempt: Attempt, *, raw: bytes, kind: str) -> str:
    """Apply one mail to its attempt; returns the outcome's code."""
    mail = bounces.parse(raw)
    if is_complaint(mail):
        writing.opt_out(results, message, attempt, source="complaint", now=tx.now)
        return "complaint"
    report = bounces.report_in(mail)
    if report is not None:
        return await _reported(tx, results, message, attempt, report)
    if kind == "bounce":
        return "not_a_report"
    if is_automatic(mail):
        return "automatic_answer"
    await replied(tx, results, message, attempt, text=storable(text_of(mail)[:LONGEST_REPLY]))
    return "replied"


async def _reported(tx: Tx, results: Results, message: Message, attempt: Attempt, report: bounces.Report) -> str:
    if report.action == "delivered" and attempt.state in {"accepted", "unknown"}:
        await fallback.arrived(tx, results, message, attempt, "smtp_dsn")
        return "delivered"
    if report.action != "failed":
        return f"report_{report.action}"
    if attempt.state == "failed":
        return "failed_before"
    is_hard = report.status_code is None or report.status_code.startswith("5")
    invalid = "hard_bounce" if report.mailbox_unknown else None
    refused = Refused("hard" if is_hard else "soft", "bounced", report.status_code, invalid)  # type: ignore[arg-type]
    gave_back(results, message, attempt, refused, now=tx.now)
    return "bounced"


def is_complaint(mail: EmailMessage) -> bool:
    """An abuse report (RFC 5965): the debtor pressed the spam button."""
    return mail.get_content_type() == "multipart/report" and mail.get_param("report-type") == "feedback-report"


def is_automatic(mail: EmailMessage) -> bool:
    """An answer that no person wrote (RFC 3834)."""
    said = str(mail.get("auto-submitted", "no")).strip().lower()
    return (
        said != "no"
        or "x-autoreply" in mail
        or str(mail.get("precedence", "")).lower() in {"bulk", "auto_reply", "junk"}
    )


def text_of(mail: EmailMessage) -> str:
    """The debtor's own words: the plain part, else the HTML's text; without what was quoted."""
    try:
        body = mail.get_body(("plain", "html"))
        content = body.get_content() if body is not None else ""
    except (LookupError, ValueError, AttributeError, AssertionError):
        # Charsets that do not exist, structures that are none: a person reads the raw mail then.
        return ""
    if not isinstance(content, str):
        return ""
    if body is not None and body.get_content_type() == "text/html":
        stripper = _Text()
        stripper.feed(content[:200_000])
        content = stripper.text()
    return own_words(content)


class _Text(HTMLParser):
    """Keeps what a person reads of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's own interface
        if tag in {"style", "script", "blockquote"}:
            self._hidden += 1
        elif tag in {"br", "p", "div", "tr"}:
            self._parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "script", "blockquote"} and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._parts.append(data)

    def text(self) -> str:
        return "".join(self._parts)
