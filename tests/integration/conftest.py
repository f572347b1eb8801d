"""The whole platform, once for all use cases: real Kafka, PostgreSQL, SMTP and HTTP, five services, one virtual clock.

Every use case has a tenant of its own, so none sees another's facts; the clock is everybody's, so it only goes forward.
`REGUA_TEST_KEEP=1` leaves the platform running for the next run.
"""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regua.demo import platform
from regua.stack.home import Home, checkout_root, held

sys.path.insert(0, str(Path(__file__).parent))

from world import World

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LONGEST_RUN_SECONDS = 1800


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "running" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def running() -> Iterator[platform.Platform]:
    """The platform, started for the first use case and stopped, with its data, after the last."""
    root = checkout_root()
    assert root is not None
    keep = os.environ.get("REGUA_TEST_KEEP") == "1"
    home = Home(root / ".regua" / "e2e")
    home.root.parent.mkdir(parents=True, exist_ok=True)
    # One run at a time: a second one would move the clock under the first one's feet.
    with held(home.root.with_name("e2e.lock"), _say, LONGEST_RUN_SECONDS):
        plan = platform.Plan(home=home, start=START, fresh=not keep)
        yield platform.start(plan, platform.this_env(), _say)
        if not keep:
            platform.stop(home, platform.this_env(), lambda _: None, wipe=True)


def _say(sentence: str) -> None:
    print(f"platform: {sentence}", file=sys.__stderr__, flush=True)


@pytest.fixture
async def world(running: platform.Platform, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """The platform as one company with its own debtors sees it."""
    async with running, World.open(running, request.node.name) as opened:
        yield opened
