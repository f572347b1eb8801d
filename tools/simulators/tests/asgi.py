"""A simulator inside the test's own process, behind the same HTTP application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from chassis.clock import VirtualClock
from simulators.outside.host import Simulator, World, application

START = datetime(2026, 3, 5, 12, tzinfo=UTC)


def world(folder: Path, seed: int = 1) -> World:
    return World(folder / "data", VirtualClock.create(folder / "clock", START), seed)


@asynccontextmanager
async def inside(simulator: Simulator) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the simulator while it lives; what its routes raise is raised here."""
    app = application(simulator)
    async with app.router.lifespan_context(app):
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://inside") as client:
            yield client
