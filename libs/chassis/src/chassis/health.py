"""What the platform asks a process: alive? ready? what are you counting? are you quiet?

`/healthz` only says that the event loop turns: a restart cures nothing else. `/readyz` is false, with reasons, when the
database is away or behind the code's migrations, when a background task is dead or behind its limit, or while stopping.
Kafka being away is reported but does not make a service unready: the API keeps accepting, that is what the outbox is
for. Answers name no host and quote no error.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic_core import to_json
from starlette.responses import Response

from chassis.clock import ClockError, VirtualClock, monotonic_seconds
from chassis.errors import InvalidError
from chassis.metrics import CONTENT_TYPE, Metrics

_log = structlog.get_logger("chassis.health")
_CHECK_SECONDS: Final = 3.0
_KEPT_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be. Only a `blocking` one makes the service unready."""

    code: str
    detail: str
    blocking: bool = True


Check = Callable[[], Awaitable[Finding | None]]


class Health:
    """The checks of one process; a verdict is kept for a second, so that asking often costs nothing."""

    def __init__(self, metrics: Metrics):
        self._checks: dict[str, Check] = {}
        self._metrics = metrics
        self._verdict: tuple[float, list[Finding]] | None = None
        self._lock = asyncio.Lock()
        self.stopping = False

    def add(self, name: str, check: Check) -> None:
        """Ask `check` from now on; None means that all is well."""
        self._checks[name] = check

    def forget(self) -> None:
        """Ask anew at the next question."""
        self._verdict = None

    async def findings(self) -> list[Finding]:
        """Everything that is not as it should be."""
        if self.stopping:
            return [Finding("stopping", "the process is stopping")]
        async with self._lock:
            now = monotonic_seconds()
            if self._verdict is None or now - self._verdict[0] > _KEPT_SECONDS:
                results = await asyncio.gather(*(self._ask(name, check) for name, check in self._checks.items()))
                found = [finding for finding in results if finding is not None]
                self._verdict = (monotonic_seconds(), found)
                self._metrics.set("regua_ready", not any(finding.blocking for finding in found))
            return self._verdict[1]

    async def _ask(self, name: str, check: Check) -> Finding | None:
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                return await check()
        except TimeoutError:
            return Finding(f"{name}-silent", f"{name} did not answer within {_CHECK_SECONDS:g} seconds")
        except Exception as error:  # noqa: BLE001 - a check that fails is a finding, whatever failed
            _log.warning("check failed", check=name, error=type(error).__name__)
            return Finding(f"{name}-away", f"{name} cannot be reached")


Quiescence = Callable[[], Awaitable[Mapping[str, Any]]]


def probes_router(health: Health) -> APIRouter:
    """Liveness and readiness, outside the API document; they need no credential and tell no secret."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/healthz")
    async def healthz() -> Response:
        return _json(200, {"alive": True})

    @routes.get("/readyz")
    async def readyz() -> Response:
        found = await health.findings()
        blocking = [finding for finding in found if finding.blocking]
        document = {
            "ready": not blocking,
            "reasons": [{"code": finding.code, "detail": finding.detail} for finding in blocking],
            "degraded": [{"code": finding.code, "detail": finding.detail} for finding in found if not finding.blocking],
        }
        return _json(503 if blocking else 200, document)

    return routes


class Instant(BaseModel):
    """Where the virtual clock is, or is to be moved to."""

    model_config = ConfigDict(extra="forbid")

    now: AwareDatetime


def clock_router(clock: VirtualClock) -> APIRouter:
    """Read and move the platform's virtual clock; only ever served where settings ask for testing endpoints."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/internal/clock")
    async def read_clock() -> Instant:
        return Instant(now=clock.now())

    @routes.put("/internal/clock")
    async def move_clock(wanted: Instant) -> Instant:
        try:
            clock.set(wanted.now)
        except ClockError as error:
            raise InvalidError("invalid-input", str(error)) from None
        return Instant(now=clock.now())

    return routes


def operations_router(metrics: Metrics, quiescence: Quiescence | None) -> APIRouter:
    """Metrics and internals: on the operations port in production, on the API's port elsewhere."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/metrics")
    async def exposition() -> Response:
        return Response(metrics.exposition(), media_type=CONTENT_TYPE)

    if quiescence is not None:

        @routes.get("/internal/quiescence")
        async def quiet() -> Response:
            return _json(200, await quiescence())

    return routes


def _json(status: int, document: Mapping[str, Any]) -> Response:
    return Response(to_json(document), status_code=status, media_type="application/json")
