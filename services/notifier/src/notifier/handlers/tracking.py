"""Opens, clicks and refusals by link: kept at once, judged afterwards, and counted once for each verdict.

A visit is only written down while the visitor waits; what follows from it is due work. So no page waits for a lock,
and a refusal acts at once all the same.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast
from uuid import UUID, uuid5

from chassis.db import Tx
from contracts.notifier import Engagement, MessageClicked, MessageOpened
from notifier.channels.base import Accepted
from notifier.domain.engagement import judge
from notifier.domain.tokens import Token
from notifier.due_work import apply_at
from notifier.handlers import fallback
from notifier.handlers import results as writing
from notifier.handlers.results import Results
from notifier.handlers.telling import about_attempt
from notifier.parts import Parts
from notifier.store import attempts, callbacks, engagements, suppressions
from notifier.store.attempts import Attempt
from notifier.store.messages import Message

VISIT: Final = "visit"
KEPT_OF_EACH: Final = 50
"""So many of one attempt's signals of one verdict are kept in evidence; the rest are only counted."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_TARGETS: Final = frozenset({"pix", "boleto", "portal", "unsubscribe", "creditor_site", "other"})
Source = Literal["unsubscribe_link", "one_click_header"]


@dataclass(frozen=True)
class Visit:
    """Who came, as far as a request says it; the network address as a keyed hash."""

    method: str
    user_agent: str | None
    address_hash: str


@dataclass(frozen=True)
class Landing:
    """Where a link leads: what it is for and, where it is about one, the invoice."""

    target: str
    invoice_id: UUID | None = None
    trap: bool = False


def visit_of(parts: Parts, *, method: str, user_agent: str | None, address: str) -> Visit:
    """A visit as it is kept."""
    agent = _CONTROL.sub(" ", user_agent or "").strip()[:400] or None
    return Visit(method, agent, parts.address_hash(address))


async def opened(tx: Tx, token: Token, visit: Visit) -> None:
    """Something fetched the pixel of an attempt; one that is not there (any more) is ignored."""
    if visit.method != "HEAD" and await attempts.one(tx, token.attempt_id) is not None:
        await _keep(tx, token, visit, Landing("pixel"))


async def clicked(tx: Tx, token: Token, visit: Visit) -> Landing | None:
    """Something followed a link; None if there is no such link."""
    links = await attempts.links(tx, token.attempt_id)
    if token.index >= len(links):
        return None
    link = links[token.index]
    invoice_id = UUID(link["invoice_id"]) if "invoice_id" in link else None
    landing = Landing(link["target"], invoice_id, trap="trap" in link)
    await _keep(tx, token, visit, landing)
    return landing


async def unsubscribed(tx: Tx, token: Token, *, source: Source) -> bool:
    """The debtor wants no more on this contact, from now on; false if the attempt is not there."""
    found = await attempts.recipient(tx, token.attempt_id)
    if found is None:
        return False
    refusal = suppressions.New(
        customer_id=found["customer_id"],
        channel=found["channel"],
        contact_id=found["contact_id"],
        reason="opted_out",
        source=source,
        message_id=found["message_id"],
    )
    await suppressions.add(tx, [refusal])
    await _store(tx, token, f"unsubscribe {token.attempt_id}", {"source": source})
    return True


async def _keep(tx: Tx, token: Token, visit: Visit, landing: Landing) -> None:
    body = {**asdict(visit), "target": landing.target, "trap": landing.trap, "at": tx.now.isoformat()}
    await _store(tx, token, str(tx.ids.new_id()), {**body, "index": token.index})


async def _store(tx: Tx, token: Token, name: str, body: Mapping[str, Any]) -> None:
    callback_id = await callbacks.add(tx, provider=VISIT, webhook_id=name, body=json.dumps(body).encode())
    if callback_id is not None:
        await apply_at(tx, callback_id, tx.now, about={"attempt_id": str(token.attempt_id), "kind": VISIT})


async def apply(tx: Tx, results: Results, message: Message, attempt: Attempt, body: bytes) -> str:
    """Judge and tell one kept visit; returns the outcome's code."""
    kept = json.loads(body)
    if "source" in kept:
        writing.opt_out(results, message, attempt, source=kept["source"], now=tx.now)
        return "opted_out"
    engagement = _judged(attempt, kept)
    index = int(kept["index"])
    signal = f"{engagement.signal}.{index}"
    count = await engagements.note(tx, attempt.attempt_id, signal=signal, verdict=engagement.verdict)
    if count > KEPT_OF_EACH:
        return "counted_only"
    if attempt.state == "unknown":
        # Whoever shows it has it: so it had left after all.
        fallback.was_sent(results, message, attempt, Accepted(str(attempt.attempt_id)), now=tx.now)
    _tell(results, message, attempt, engagement, target=kept["target"], index=index, is_first=count == 1)
    return engagement.verdict


def _judged(attempt: Attempt, kept: Mapping[str, Any]) -> Engagement:
    at = datetime.fromisoformat(kept["at"])
    since = attempt.delivered_at or attempt.sent_at
    seconds = None if since is None else max(0, (at - since) // timedelta(seconds=1))
    signal: Literal["pixel", "link"] = "pixel" if kept["target"] == "pixel" else "link"
    judged = judge(
        signal=signal,
        user_agent=kept["user_agent"],
        seconds_after_delivery=seconds,
        method=kept["method"],
        hidden_link=kept["trap"],
    )
    return Engagement(
        occurred_at=at,
        signal=signal,
        user_agent=kept["user_agent"],
        address_hash=kept["address_hash"],
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
    target: str,
    index: int,
    is_first: bool,
) -> None:
    def opened_fact(link: Any) -> MessageOpened:
        return MessageOpened(**about_attempt(message, attempt), engagement=engagement, evidence=link)

    def clicked_fact(link: Any) -> MessageClicked:
        return MessageClicked(
            **about_attempt(message, attempt),
            link_id=uuid5(attempt.attempt_id, f"link {index}"),
            target=cast("Any", target if target in _TARGETS else "other"),
            engagement=engagement,
            evidence=link,
        )

    make = opened_fact if target == "pixel" else clicked_fact
    results.told.add(
        message,
        "opened" if target == "pixel" else "clicked",
        make if is_first else None,
        attempt_id=attempt.attempt_id,
        target=target,
        engagement=engagement.model_dump(mode="json"),
    )
