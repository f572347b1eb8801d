"""Waiting until the platform is quiet: every outbox empty, every position at the end, no due work.

One quiet round proves little, since a fact may be on its way between two services that were asked one after the
other. Quiet means: two rounds in a row in which every service is quiet and no activity count moved.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from chassis.clock import monotonic_seconds


@dataclass(frozen=True)
class Answer:
    """What one service said: its reasons for not being quiet (none: quiet), and a count that grows with all it does."""

    reasons: tuple[str, ...] = ()
    activity: int = 0
    parked_keys: int = 0


@dataclass(frozen=True)
class Waited:
    """The end of the wait: whether it became quiet, after how long, and why not, by service."""

    quiet: bool
    seconds: float
    reasons: Mapping[str, tuple[str, ...]]
    rounds: int
    parked_keys: int = 0


Ask = Callable[[str], Awaitable[Answer]]


async def wait_quiet(
    services: Mapping[str, str], ask: Ask, *, timeout_seconds: float, pause_seconds: float = 0.05
) -> Waited:
    """Ask every service (name → address) in rounds until all are quiet twice with the same activity."""
    began = monotonic_seconds()
    before: dict[str, Answer] | None = None
    latest: dict[str, Answer] = {}
    asked = list(services)
    rounds = 0
    while True:
        rounds += 1
        latest |= dict(zip(asked, await asyncio.gather(*(ask(services[name]) for name in asked)), strict=True))
        busy = [name for name, answer in latest.items() if answer.reasons]
        waited = monotonic_seconds() - began
        whole = len(asked) == len(services)
        if not busy and whole and before == latest:
            return Waited(True, waited, {}, rounds, sum(answer.parked_keys for answer in latest.values()))
        before = dict(latest) if whole and not busy else None
        if waited >= timeout_seconds:
            reasons = {name: latest[name].reasons for name in busy}
            return Waited(False, waited, reasons or {"platform": ("it is still at work",)}, rounds)
        # Whoever is at work is asked again until it is not: only rounds over all can prove that all are quiet.
        asked = busy or list(services)
        await asyncio.sleep(pause_seconds)


def read_answer(body: object) -> Answer:
    """Read the body of `GET /internal/quiescence`; anything unexpected counts as not quiet."""
    if not isinstance(body, dict):
        return Answer(("its answer is not a JSON object",))
    reasons, activity, parked = (body.get(name) for name in ("reasons", "activity", "parked_keys"))
    told = tuple(_sentence(reason) for reason in reasons) if isinstance(reasons, list) else ()
    if body.get("quiet") is not True and not told:
        told = ("it does not say that it is quiet",)
    return Answer(told, activity if isinstance(activity, int) else 0, parked if isinstance(parked, int) else 0)


def _sentence(reason: object) -> str:
    if isinstance(reason, dict):
        return str(reason.get("detail") or reason.get("reason") or reason)
    return str(reason)


async def ask_over_http(services: Mapping[str, str], timeout_seconds: float) -> Waited:
    """`wait_quiet` over each service's `GET /internal/quiescence`, on one connection per service."""
    import httpx2

    async with httpx2.AsyncClient(timeout=10, trust_env=False) as client:

        async def ask(url: str) -> Answer:
            try:
                got = await client.get(f"{url}/internal/quiescence")
            except httpx2.HTTPError as error:
                return Answer((f"nobody answers ({type(error).__name__})",))
            if got.status_code not in {200, 503}:
                return Answer((f"it answers {got.status_code}",))
            try:
                return read_answer(got.json())
            except ValueError:
                return Answer(("its answer is not JSON",))

        return await wait_quiet(services, ask, timeout_seconds=timeout_seconds)
