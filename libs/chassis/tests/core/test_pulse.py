"""Idle workers wake for what their own process commits and for a clock that somebody moves, and miss no beat."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chassis.clock import SystemClock, VirtualClock
from chassis.pulse import Pulse

LONG = 60.0


async def test_a_beat_wakes_everybody_who_waits() -> None:
    pulse = Pulse(SystemClock())
    seen = pulse.seen()
    waiting = [asyncio.create_task(pulse.wait(seen, LONG)) for _ in range(3)]
    await asyncio.sleep(0)
    pulse.beat()
    assert await asyncio.gather(*waiting) == [True] * 3


async def test_a_beat_between_looking_and_waiting_is_not_missed() -> None:
    pulse = Pulse(SystemClock())
    seen = pulse.seen()
    pulse.beat()
    assert await pulse.wait(seen, LONG)


async def test_without_a_beat_the_wait_ends_by_itself() -> None:
    pulse = Pulse(SystemClock())
    assert not await pulse.wait(pulse.seen(), 0.01)


async def test_a_move_of_the_virtual_clock_is_a_beat(tmp_path: Path) -> None:
    clock = VirtualClock.create(tmp_path / "clock", datetime(2026, 3, 2, tzinfo=UTC))
    pulse = Pulse(clock)
    waiting = asyncio.create_task(pulse.wait(pulse.seen(), LONG))
    await asyncio.sleep(0)
    clock.advance(timedelta(hours=1))
    assert await waiting


async def test_a_cancelled_wait_leaves_nothing_behind() -> None:
    pulse = Pulse(SystemClock())
    waiting = asyncio.create_task(pulse.wait(pulse.seen(), LONG))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert not pulse._waiting
