"""The first half of sending: in a transaction of its own, ask the last gate, write the text, claim the hand-off.

When this transaction is committed the claim stands, whatever happens next. It waits for no lock that the caller may
hold: it only reads, and inserts claims.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from brasil.errors import BrasilError
from chassis.clock import monotonic_seconds
from chassis.db import Tx
from contracts.dunning import ChannelPlan
from notifier.domain.claim import claim_key
from notifier.domain.facts import MessageFacts, question
from notifier.domain.gate import SEND_ALLOWANCE, Verdict, ask
from notifier.domain.steps import of_channel
from notifier.handlers.claiming import Claimed, Desk, Recipient, claim
from notifier.parts import Parts
from notifier.rendering.engine import RenderError
from notifier.store import attempts, facts, freshness, messages, templates
from notifier.store.attempts import Attempt
from notifier.store.messages import FINAL, Message


@dataclass(frozen=True)
class Planned:
    """What one message comes to. Exactly one of the last four says it; none of them means that nothing is to do."""

    message: Message
    channel_index: int
    before: tuple[Attempt, ...] = ()
    claimed: tuple[Claimed, ...] = ()
    found_sending: tuple[Attempt, ...] = ()
    hold: Verdict | None = None
    over: Verdict | None = None


@dataclass(frozen=True)
class _Draft:
    """A message on its way through the plan."""

    message: Message
    facts: MessageFacts
    before: tuple[Attempt, ...]


@dataclass(frozen=True)
class Plan:
    """The messages planned together, and until when (monotonic seconds) their hand-offs may begin."""

    planned: tuple[Planned, ...]
    begin_until: float


async def plan(parts: Parts, tenant_id: UUID, message_ids: Sequence[UUID]) -> Plan:
    """Ask the gate about these messages and claim what may leave; committed when it returns."""
    began = monotonic_seconds()
    async with parts.database.unit_of_work(tenant_id=tenant_id, name="claim") as tx:
        drafts, settled = await _load(tx, message_ids)
        claims = _claim_keys(drafts)
        taken = await attempts.claimed(tx, list(claims.values()))
        texts = await templates.published(tx, [draft.message.request.template_key for draft in drafts])
        desk = Desk(parts, tx, texts)
        planned = list(settled)
        wanted: list[Claimed] = []
        for draft in drafts:
            result, chosen = _decide(desk, draft, claims, taken)
            planned.append(result)
            wanted += chosen
        won = await attempts.claim(tx, [item.attempt for item in wanted])
        await messages.mark_sending(tx, [item.attempt.message_id for item in wanted])
    kept = {
        item.message.message_id: tuple(claim for claim in item.claimed if claim.attempt.attempt_id in won)
        for item in planned
    }
    return Plan(tuple(_with_claims(item, kept) for item in planned), began + SEND_ALLOWANCE.total_seconds())


def _with_claims(item: Planned, kept: Mapping[UUID, tuple[Claimed, ...]]) -> Planned:
    if not item.claimed:
        return item
    own = kept[item.message.message_id]
    # Somebody else claimed the very same between our look and our insert: then it is theirs.
    over = None if own else Verdict(act="suppress", reason="already_sent", checks=("already_sent",))
    return Planned(item.message, item.channel_index, item.before, own, over=over)


async def _load(tx: Tx, message_ids: Sequence[UUID]) -> tuple[list[_Draft], list[Planned]]:
    """Drafts of the messages that are to be decided; the others are settled as they are."""
    rows = await messages.read(tx, message_ids)
    before = await attempts.of_messages(tx, list(rows))
    drafts, settled = [], []
    debtors = await facts.debtors(tx, [row.request.customer_id for row in rows.values()])
    fresh = await freshness.fresh_until(tx, list(debtors))
    wanted = [item.invoice_id for row in rows.values() for item in row.request.invoices]
    invoices = await facts.invoices(tx, wanted, now=tx.now)
    for message_id, row in rows.items():
        own = tuple(before[message_id])
        sending = tuple(attempt for attempt in own if attempt.state == "sending")
        if row.state in FINAL or row.state == "unknown" or sending:
            settled.append(Planned(row, row.channel_index, own, found_sending=sending))
            continue
        known = {
            item.invoice_id: invoices[item.invoice_id] for item in row.request.invoices if item.invoice_id in invoices
        }
        customer_id = row.request.customer_id
        own_facts = MessageFacts(row.request, debtors[customer_id], known, fresh[customer_id], row.stale_since)
        drafts.append(_Draft(row, own_facts, own))
    return drafts, settled


def _channels(message: Message) -> list[tuple[int, ChannelPlan]]:
    return list(enumerate(message.request.channels))[message.channel_index :]


def _claim_keys(drafts: Sequence[_Draft]) -> dict[tuple[UUID, int, UUID], str]:
    return {
        (draft.message.message_id, index, contact_id): claim_key(
            invoice_ids=[item.invoice_id for item in draft.message.request.invoices],
            step_key=draft.message.request.step_key,
            occurrence=draft.message.request.occurrence,
            channel=plan.channel,
            contact_id=contact_id,
        )
        for draft in drafts
        for index, plan in _channels(draft.message)
        for contact_id in plan.contact_ids
    }


def _decide(
    desk: Desk, draft: _Draft, claims: Mapping[tuple[UUID, int, UUID], str], taken: set[str]
) -> tuple[Planned, list[Claimed]]:
    message = draft.message
    last: Verdict | None = None
    for index, channel in _channels(message):
        recipients = [
            Recipient(channel.channel, contact_id, claims[message.message_id, index, contact_id])
            for contact_id in channel.contact_ids
        ]
        verdicts = [_verdict(desk, draft, to, taken) for to in recipients]
        answer = of_channel(verdicts)
        last = answer.verdict
        if answer.act == "next":
            continue
        if answer.act == "hold":
            return Planned(message, index, draft.before, hold=answer.verdict), []
        if answer.act == "suppress":
            return Planned(message, index, draft.before, over=answer.verdict), []
        sending = [(to, verdict) for to, verdict in zip(recipients, verdicts, strict=True) if verdict.act == "send"]
        try:
            claimed = [
                claim(desk, draft.facts, replace(to, number=number), verdict)
                for number, (to, verdict) in enumerate(sending, 1)
            ]
        except (RenderError, BrasilError):
            over = Verdict(act="suppress", reason="template_invalid", checks=("template_invalid",))
            return Planned(message, index, draft.before, over=over), []
        return Planned(message, index, draft.before, tuple(claimed)), claimed
    assert last is not None  # noqa: S101 - a request names at least one channel with a recipient
    return Planned(message, len(message.request.channels) - 1, draft.before, over=last), []


def _verdict(desk: Desk, draft: _Draft, to: Recipient, taken: set[str]) -> Verdict:
    if to.channel not in desk.parts.providers:
        return Verdict(act="suppress", reason="no_usable_contact", checks=("no_usable_contact",))
    asked = question(
        draft.facts,
        channel=to.channel,
        contact_id=to.contact_id,
        now=desk.tx.now,
        claimed_before=to.claim_key in taken,
    )
    return ask(asked)
