"""Opens, clicks and one-click refusals: the raw fact is kept, judged, and counted once for each verdict."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, cast
from uuid import UUID, uuid5

from chassis.db import Tx
from contracts.notifier import Engagement, MessageClicked, MessageOpened
from notifier.channels.base import Accepted
from notifier.domain.engagement import judge
from notifier.domain.tokens import Token
from notifier.handlers import fallback
from notifier.handlers import results as writing
from notifier.handlers.results import Results
from notifier.handlers.telling import about_attempt
from notifier.parts import Parts
from notifier.store import attempts, engagements, messages, suppressions
from notifier.store.attempts import Attempt
from notifier.store.messages import Message

KEPT_OF_EACH: Final = 50
"""So many of one attempt's signals of one verdict are kept in evidence; the rest are only counted."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_TARGETS: Final = frozenset({"pix", "boleto", "portal", "unsubscribe", "creditor_site", "other"})


@dataclass(frozen=True)
class Visit:
    """Who came, as far as a request says it."""

    method: str
    user_agent: str | None
    address: str


@dataclass(frozen=True)
class Landing:
    """Where a link leads: what it is for and, where it is about one, the invoice."""

    target: str
    invoice_id: UUID | None = None
    trap: bool = False


async def opened(tx: Tx, parts: Parts, token: Token, visit: Visit) -> None:
    """Something fetched the pixel of an attempt; one that is not there (any more) is ignored."""
    attempt = await attempts.one(tx, token.attempt_id)
    if attempt is not None and visit.method != "HEAD":
        await _engaged(tx, parts, attempt, visit=visit, landing=Landing("pixel"), token=token)


async def clicked(tx: Tx, parts: Parts, token: Token, visit: Visit) -> Landing | None:
    """Something followed a link; None if there is no such link."""
    attempt = await attempts.one(tx, token.attempt_id)
    links = await attempts.links(tx, token.attempt_id) if attempt is not None else []
    if attempt is None or token.index >= len(links):
        return None
    link = links[token.index]
    invoice_id = UUID(link["invoice_id"]) if "invoice_id" in link else None
    landing = Landing(link["target"], invoice_id, trap="trap" in link)
    await _engaged(tx, parts, attempt, visit=visit, landing=landing, token=token)
    return landing


async def _engaged(tx: Tx, parts: Parts, attempt: Attempt, *, visit: Visit, landing: Landing, token: Token) -> None:
    signal: Literal["pixel", "link"] = "pixel" if landing.target == "pixel" else "link"
    engagement = _judged(tx, parts, attempt, visit, signal, hidden_link=landing.trap)
    count = await engagements.note(tx, attempt.attempt_id, signal=f"{signal}.{token.index}", verdict=engagement.verdict)
    if count > KEPT_OF_EACH:
        return
    results = Results(parts)
    message = (await messages.lock(tx, [attempt.message_id]))[attempt.message_id]
    if attempt.state == "unknown":
        # Whoever shows it has it: so it had left after all.
        fallback.was_sent(results, message, attempt, Accepted(str(attempt.attempt_id)), now=tx.now)
    _tell(results, message, attempt, engagement, landing=landing, index=token.index, is_first=count == 1)
    await results.save(tx)


def _judged(
    tx: Tx, parts: Parts, attempt: Attempt, visit: Visit, signal: Literal["pixel", "link"], *, hidden_link: bool
) -> Engagement:
    since = attempt.delivered_at or attempt.sent_at
    seconds = None if since is None else max(0, (tx.now - since) // timedelta(seconds=1))
    agent = _CONTROL.sub(" ", visit.user_agent or "").strip()[:400] or None
    judged = judge(
        signal=signal,
        user_agent=agent,
        seconds_after_delivery=seconds,
        method=visit.method,
        hidden_link=hidden_link,
    )
    return Engagement(
        occurred_at=tx.now,
        signal=signal,
        user_agent=agent,
        address_hash=parts.address_hash(visit.address),
        seconds_after_delivery=seconds,
        verdict=judged.verdict,
        verdict_reason=judged.reason,
    )


def _tell(
    results: Results,
    message: Message,
    attempt: Attempt,
    engagement: Engagement,
    *,
    landing: Landing,
    index: int,
    is_first: bool,
) -> None:
    def opened_fact(link: Any) -> MessageOpened:
        return MessageOpened(**about_attempt(message, attempt), engagement=engagement, evidence=link)

    def clicked_fact(link: Any) -> MessageClicked:
        return MessageClicked(
            **about_attempt(message, attempt),
            link_id=uuid5(attempt.attempt_id, f"link {index}"),
            target=cast("Any", landing.target if landing.target in _TARGETS else "other"),
            engagement=engagement,
            evidence=link,
        )

    make = opened_fact if landing.target == "pixel" else clicked_fact
    results.told.add(
        message,
        "opened" if landing.target == "pixel" else "clicked",
        make if is_first else None,
        attempt_id=attempt.attempt_id,
        target=landing.target,
        engagement=engagement.model_dump(mode="json"),
    )


async def unsubscribed(
    tx: Tx, parts: Parts, token: Token, *, source: Literal["unsubscribe_link", "one_click_header"]
) -> bool:
    """The debtor wants no more on this contact; false if the attempt is not there. Twice is the same as once."""
    attempt = await attempts.one(tx, token.attempt_id)
    if attempt is None:
        return False
    message = (await messages.lock(tx, [attempt.message_id]))[attempt.message_id]
    customer_id = message.request.customer_id
    if not await suppressions.stands(tx, customer_id, contact_id=attempt.contact_id, reason="opted_out"):
        results = Results(parts)
        writing.opt_out(results, message, attempt, source=source, now=tx.now)
        await results.save(tx)
    return True
