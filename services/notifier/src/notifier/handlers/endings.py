"""How hand-offs ended: written down, told, and what comes next for the message."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from contracts.notifier import MessageFailed, MessageSent
from notifier.channels.base import Accepted, NotStarted, Outcome, Refused, Unknown
from notifier.domain.gate import Verdict
from notifier.domain.steps import after_handoffs, ask_again_at, closes_as_failed, retry_at
from notifier.handlers.results import Results, invalidate, opt_out, suppress
from notifier.handlers.telling import about_attempt, proof_of
from notifier.store.attempts import Attempt, AttemptEnd
from notifier.store.messages import Message

DEFAULT_FALLBACK_MINUTES: Final = 240
"""When mail that nobody returned counts as delivered, where the request names no time."""


def held(
    results: Results, message: Message, verdict: Verdict, *, channel_index: int, now: datetime, soon: datetime
) -> None:
    """The message waits for the instant that the verdict names."""
    stale = verdict.reason == "stale_facts"
    again = soon if stale else verdict.ask_again_at or now
    results.move(message, "waiting", verdict.reason, channel_index=channel_index, soft_tries=message.soft_tries)
    results.sends.append((message.message_id, again))
    if stale:
        results.parts.count("regua_notifier_held_stale")


def over(results: Results, message: Message, verdict: Verdict, before: Sequence[Attempt], *, now: datetime) -> None:
    """The gate let nothing pass. What had been accepted stays sent; what had failed has failed now for good."""
    if any(attempt.state in {"accepted", "delivered"} for attempt in before):
        results.move(message, "sent", verdict.reason)
        return
    failed = [attempt for attempt in before if attempt.state == "failed"]
    if failed and closes_as_failed(verdict.reason, had_left=any(attempt.sent_at is not None for attempt in failed)):
        _failed(results, message, failed[-1], Refused("provider", "no_channel_left"), now=now, final=True)
        results.move(message, "failed", "no_channel_left")
        return
    suppress(results, message, verdict.reason, verdict.checks, now=now)


def handed(
    results: Results,
    message: Message,
    own: Sequence[Attempt],
    outcomes: Mapping[UUID, Outcome],
    before: Sequence[Attempt],
    *,
    channel_index: int,
    now: datetime,
) -> None:
    """Write down how the hand-offs on one channel ended, and what comes next for the message."""
    kinds = {attempt.attempt_id: _kind(outcomes[attempt.attempt_id]) for attempt in own}
    again = retry_at(message.soft_tries, now=now, not_after=message.request.not_after)
    has_next = channel_index + 1 < len(message.request.channels)
    accepted_before = any(attempt.state in {"accepted", "delivered"} for attempt in before)
    ending = after_handoffs(kinds.values(), retry=again, has_next=has_next, accepted_before=accepted_before)
    last = own[-1].attempt_id
    for attempt in own:
        outcome = outcomes[attempt.attempt_id]
        is_final = ending == "failed" and attempt.attempt_id == last
        soft_again = again if ending == "retry" else None
        _attempt_ended(results, message, attempt, outcome, now=now, final=is_final, again=soft_again)
    channel = own[0].channel
    if ending == "sent":
        sent(results, message, channel=channel, channel_index=channel_index, now=now)
    elif ending == "unknown":
        # Without a way to ask, the message counts as gone: it is never repeated by itself.
        results.move(message, "unknown", "no_answer", channel_index=channel_index, channel=channel)
    elif ending == "retry":
        late = "soft" not in kinds.values()
        tries = message.soft_tries + (0 if late else 1)
        results.move(message, "waiting", "retry", channel_index=channel_index, soft_tries=tries)
        results.sends.append((message.message_id, now if late or again is None else again))
    elif ending == "next_channel":
        next_channel(results, message, channel_index=channel_index, now=now)
    else:
        results.move(message, "failed", "no_channel_left", channel_index=channel_index, channel=channel)


def sent(results: Results, message: Message, *, channel: str, channel_index: int, now: datetime) -> None:
    """A provider has it; look later whether it arrived."""
    results.move(message, "sent", None, channel_index=channel_index, channel=channel, sent_at=now)
    minutes = message.request.fallback_after_minutes or DEFAULT_FALLBACK_MINUTES
    results.checks.append((message.message_id, now + timedelta(minutes=minutes)))


def next_channel(results: Results, message: Message, *, channel_index: int, now: datetime) -> None:
    """The next channel of the request has its turn; it passes the gate like any other."""
    results.move(message, "waiting", "next_channel", channel_index=channel_index + 1)
    results.sends.append((message.message_id, now))


def _kind(outcome: Outcome) -> str:
    match outcome:
        case Accepted():
            return "accepted"
        case Unknown():
            return "unknown"
        case NotStarted():
            return "not_started"
        case Refused(failure="soft"):
            return "soft"
    return "refused"


def _attempt_ended(
    results: Results,
    message: Message,
    attempt: Attempt,
    outcome: Outcome,
    *,
    now: datetime,
    final: bool,
    again: datetime | None,
) -> None:
    match outcome:
        case Accepted():
            accepted(results, message, attempt, outcome, now=now)
        case Refused():
            refused(results, message, attempt, outcome, now=now, final=final, again=again)
        case Unknown():
            unknown(results, message, attempt, outcome, now=now)
        case NotStarted():
            results.ends.append(
                AttemptEnd(attempt.attempt_id, "not_started", reason=outcome.reason, failed_at=now, released=True)
            )


def accepted(results: Results, message: Message, attempt: Attempt, outcome: Accepted, *, now: datetime) -> None:
    """The provider took it."""

    def make(link: Any) -> MessageSent:
        return MessageSent(
            **about_attempt(message, attempt),
            template=attempt.template,
            quoted=attempt.quoted,
            provider_message_id=outcome.provider_message_id,
            sent_at=now,
            content_hash=attempt.content_hash,
            evidence=link,
        )

    results.ends.append(
        AttemptEnd(attempt.attempt_id, "accepted", sent_at=now, provider_message_id=outcome.provider_message_id)
    )
    results.told.add(
        message,
        "sent",
        make,
        attempt_id=attempt.attempt_id,
        provider_message_id=outcome.provider_message_id,
        **proof_of(message, attempt),
    )


def refused(
    results: Results,
    message: Message,
    attempt: Attempt,
    outcome: Refused,
    *,
    now: datetime,
    final: bool,
    again: datetime | None,
) -> None:
    """The provider did not take it, or gave it back."""
    is_soft = outcome.failure == "soft"
    results.ends.append(
        AttemptEnd(
            attempt.attempt_id,
            "failed",
            failed_at=now,
            failure=outcome.failure,
            reason=outcome.reason,
            status_code=outcome.status_code,
            released=is_soft,
        )
    )
    _failed(results, message, attempt, outcome, now=now, final=final, again=again if is_soft else None)
    if outcome.invalid is not None:
        invalidate(results, message, attempt, outcome.invalid, now=now, status_code=outcome.status_code)
    if outcome.opted_out:
        opt_out(results, message, attempt, source="provider_list", now=now)


def unknown(results: Results, message: Message, attempt: Attempt, outcome: Unknown, *, now: datetime) -> None:
    """Nobody knows. A provider that can be asked is asked; else the message has failed in an unknown way, for good."""
    provider = results.parts.providers.get(attempt.channel)
    results.parts.count("regua_notifier_unknown", attempt.channel)
    results.ends.append(AttemptEnd(attempt.attempt_id, "unknown", reason=outcome.reason, failure="unknown"))
    if provider is not None and provider.can_look_up:
        results.told.add(
            message, "unknown", None, attempt_id=attempt.attempt_id, reason=outcome.reason, **proof_of(message, attempt)
        )
        first = ask_again_at(0, now=now)
        results.resolves.append((attempt.attempt_id, first or now))
        return
    _failed(results, message, attempt, outcome, now=now, final=True)


def _failed(
    results: Results,
    message: Message,
    attempt: Attempt,
    outcome: Refused | Unknown,
    *,
    now: datetime,
    final: bool,
    again: datetime | None = None,
) -> None:
    kind = outcome.failure if isinstance(outcome, Refused) else "unknown"
    status = outcome.status_code if isinstance(outcome, Refused) else None

    def make(link: Any) -> MessageFailed:
        return MessageFailed(
            **about_attempt(message, attempt),
            failure=kind,
            reason=outcome.reason,
            status_code=status,
            provider_message_id=attempt.provider_message_id,
            failed_at=now,
            retry_at=again if not final and kind in {"soft", "provider"} else None,
            final=final,
            evidence=link,
        )

    results.told.add(
        message,
        "failed",
        make,
        attempt_id=attempt.attempt_id,
        failure=kind,
        reason=outcome.reason,
        status_code=status,
        final=final,
        **proof_of(message, attempt),
    )
