"""The hand-off itself: outside every transaction's locks, many at a time, each only while its verdict is young."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

import structlog

from notifier.channels.base import NotStarted, Outcome, Unknown
from notifier.handlers.claiming import Claimed
from notifier.parts import Parts

FAN_OUT: Final = 32
_HANGS: Final = 2
_log = structlog.get_logger("notifier.handover")


async def hand_over(parts: Parts, claims: Sequence[Claimed], *, begin_until: float) -> dict[UUID, Outcome]:
    """Hand everything over; what each provider answered is remembered at once, by attempt."""
    slots = asyncio.Semaphore(FAN_OUT)

    async def one(claim: Claimed) -> None:
        async with slots:
            outcome = await _one(parts, claim, begin_until=begin_until)
        parts.remember(claim.attempt.attempt_id, outcome)

    async with asyncio.TaskGroup() as group:
        for claim in claims:
            group.create_task(one(claim))
    return {claim.attempt.attempt_id: parts.outcomes[claim.attempt.attempt_id] for claim in claims}


async def _one(parts: Parts, claim: Claimed, *, begin_until: float) -> Outcome:
    handoff = replace(claim.handoff, begin_until=begin_until)
    if parts.stopping:
        return NotStarted("stopping")
    if handoff.too_late:
        # The verdict speaks of the instant at which it was given; a payment may have come since.
        return NotStarted("verdict_too_old")
    try:
        # Adapters have time limits of their own and know how far they came; this one is for an adapter that hangs.
        with parts.in_flight():
            async with asyncio.timeout(_HANGS * parts.settings.notifier_provider_timeout_seconds):
                return await parts.providers[handoff.channel].send(handoff)
    except TimeoutError:
        return Unknown("timeout")
    except Exception as error:  # noqa: BLE001 - whatever broke in an adapter, nobody knows how far it came
        _log.error("provider adapter failed", channel=claim.attempt.channel, error=type(error).__name__)
        return Unknown("adapter_failed")
