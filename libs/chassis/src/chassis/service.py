"""A service on a page: `Service(…)` in its `main.py`, and `build_app`, which makes the whole process of it.

The app's lifespan checks the database and the broker (`chassis.preflight`), starts relay, consumer, schedules and
jobs under supervision, and stops them in order: requests first, then the workers, which finish and commit what they
have begun and leave their group, then the pool and the exporter.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI

from chassis import (
    docs_page,
    health,
    http_errors,
    openapi,
    operations,
    problems,
    readiness,
    runtime,
    telemetry,
    workers,
)
from chassis.clock import VirtualClock
from chassis.consumer import Subscriptions
from chassis.edge import Edge, UploadLimit
from chassis.metrics import Metric
from chassis.problems import ProblemType
from chassis.runtime import Runtime
from chassis.schedules import Schedules
from chassis.settings import ServiceSettings
from chassis.watermark import Sources

_log = structlog.get_logger("chassis.service")


@dataclass(frozen=True)
class Job:
    """Something to do again and again in every process; it must not matter if two processes do it at once."""

    name: str
    every_seconds: float
    run: Callable[[Runtime], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Service:
    """Everything that makes one service; `name` is its package, its Kafka group and its producer name."""

    name: str
    title: str
    description: str
    settings: type[ServiceSettings]
    migrations: Path
    routers: Sequence[APIRouter] = ()
    subscriptions: Subscriptions | None = None
    schedules: Schedules | None = None
    sources: Sources | None = None
    jobs: Sequence[Job] = ()
    uploads: Sequence[UploadLimit] = ()
    problems: Sequence[ProblemType] = ()
    metrics: Sequence[Metric] = ()
    version: str = "1.0.0"

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that the service reads."""
        return self.subscriptions.topics if self.subscriptions is not None else ()


def build_app(service: Service, settings: ServiceSettings | None = None, *, kit: Runtime | None = None) -> FastAPI:
    """The ASGI app of the service, with its workers in the lifespan. `kit` replaces the parts (tests)."""
    parts = kit or runtime.build(service.name, settings or service.settings.load())
    parts.metrics.declare(*service.metrics)
    problems.declare(*service.problems)
    crew = workers.Crew(service, parts)
    readiness.install(service, parts, crew)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await crew.start()
        try:
            yield
        finally:
            parts.health.stopping = True
            await crew.stop()
            await parts.dispose()

    app = FastAPI(
        title=service.title,
        description=service.description,
        version=service.version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        telemetry=telemetry.fastapi_settings(parts.telemetry),
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.kit = parts
    app.state.crew = crew
    http_errors.install(app)
    _add_routes(app, service, parts, crew)
    openapi.install(app)
    app.add_middleware(
        Edge,
        max_body_bytes=parts.settings.http_max_body_bytes,
        timeout_seconds=parts.settings.http_timeout_seconds,
        measure=parts.metrics.request,
        uploads=service.uploads,
    )
    return app


def _add_routes(app: FastAPI, service: Service, parts: Runtime, crew: "workers.Crew") -> None:
    app.include_router(health.probes_router(parts.health))
    app.include_router(problems_pages())
    if parts.settings.http_operations_port is None:
        _add_operations(app, parts, crew)
    if parts.settings.docs:
        app.include_router(docs_page.router(service.title))
    app.include_router(operations.router)
    for router in service.routers:
        app.include_router(router)


def _add_operations(app: FastAPI, parts: Runtime, crew: "workers.Crew") -> None:
    app.include_router(health.operations_router(parts.metrics, crew.quiescence))
    if parts.settings.regua_testing_endpoints and isinstance(parts.clock, VirtualClock):
        app.include_router(health.clock_router(parts.clock))


def operations_app(app: FastAPI) -> FastAPI:
    """The app of the operations port: probes, metrics and internals, nothing else."""
    parts: Runtime = app.state.kit
    crew: workers.Crew = app.state.crew
    inner = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, telemetry={"tracing": False, "metrics": False})
    inner.include_router(health.probes_router(parts.health))
    _add_operations(inner, parts, crew)
    http_errors.install(inner)
    return inner


def problems_pages() -> APIRouter:
    """`/problems/<slug>`: what a problem type means and what to do."""
    from pydantic_core import to_json
    from starlette.responses import Response

    routes = APIRouter(include_in_schema=False)

    @routes.get("/problems/{slug}")
    async def problem_page(slug: str) -> Response:
        kind = problems.types().get(slug)
        if kind is None:
            return problems.response("not-found")
        document: Mapping[str, Any] = {
            "type": f"/problems/{slug}",
            "title": kind.title,
            "status": kind.status,
            "remedy": kind.remedy,
        }
        return Response(to_json(document), media_type="application/json", headers={"cache-control": "max-age=3600"})

    return routes
