"""The proof finds what it is there to find: each defect planted on purpose breaks the invariant that it should."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chassis.proof.plants import PLANTS

pytestmark = [pytest.mark.io, pytest.mark.campaign, pytest.mark.timeout(600)]

FOUND = {
    "delete-before-ack": ("relay.send", "C1"),
    "new-id-at-each-sending": ("relay.delete", "C2"),
    "no-inbox": ("relay.delete", "C5"),
    "park-event-not-key": ("consumer.park", "C5"),
    "positions-ahead": ("consumer.commit", "C5"),
}


def test_every_plant_is_tried() -> None:
    assert set(FOUND) == set(PLANTS)


@pytest.mark.parametrize("plant", sorted(FOUND))
async def test_a_planted_defect_is_found(crash_points: Callable[..., Awaitable[Any]], plant: str) -> None:
    step, invariant = FOUND[plant]
    report = await crash_points(
        *("--only", "deliver", "--steps", step, "--workers", "1", "--patience", "25", "--plant", plant)
    )
    assert any(f": {invariant}: " in violation for violation in report["violations"]), report["violations"]
