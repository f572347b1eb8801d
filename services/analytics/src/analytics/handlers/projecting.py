"""Every fact of the platform, folded into the projections. Nothing is decided and nothing is published."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from analytics.domain.days import day_of
from analytics.domain.entries import entry_of
from analytics.domain.rows import rows_of
from analytics.due_work import forecast_tomorrow
from analytics.store import projecting
from chassis.db import Tx
from contracts.base import Event
from contracts.dunning import DecisionRecorded
from contracts.envelope import Envelope


async def project(tx: Tx, events: Sequence[Envelope[Event]]) -> None:
    """Put the events of one topic on the timelines and fold them into the facts, as one set."""
    await _record(tx, events)
    await projecting.add_facts(tx, (row for event in events for row in rows_of(event)))


async def decisions_recorded(tx: Tx, events: Sequence[Envelope[DecisionRecorded]]) -> None:
    """Decisions were taken: they are counted by day, each once however often it is told."""
    new = await _record(tx, events)
    found = {event.id: event.data for event in events if event.id in new}
    await projecting.count_decisions(tx, [_counted(fact) for fact in found.values()])


async def _record(tx: Tx, events: Sequence[Envelope[Event]]) -> set[UUID]:
    """The timelines; with a tenant's first fact its forecasts begin. Returns the ids of events not told before."""
    if await projecting.meet_tenant(tx):
        await forecast_tomorrow(tx)
    return await projecting.add_entries(tx, [entry_of(event) for event in events])


def _counted(fact: Any) -> tuple[date, str, str, str]:
    step_key = getattr(fact.outcome, "step_key", None) or ""
    return day_of(fact.evaluated_at), fact.outcome.kind, step_key, fact.reasons[0].code
