"""A few of the crash points, always: around the acknowledgement, and around each commit. The campaign takes all."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.io, pytest.mark.timeout(300)]

STEPS = ("relay.send", "relay.delete", "consumer.commit", "schedule.commit")


async def test_a_death_around_sending_or_committing_changes_nothing(
    crash_points: Callable[..., Awaitable[Any]],
) -> None:
    report = await crash_points("--only", "deliver", "--steps", *STEPS, "--workers", "2")
    print(report["table"])
    assert report["violations"] == []
    assert report["points"] == 2 * len(STEPS)
