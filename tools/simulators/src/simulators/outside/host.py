"""One simulator as an HTTP process: what all of them answer, faults in front, the journal behind."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.clock import Clock
from simulators.outside.deliveries import Deliveries, Sign
from simulators.outside.faults import FaultError, Faults, fault_of
from simulators.outside.journal import Entry, Fact, Journal

ALWAYS: Final = ("/healthz", "/faults", "/truth", "/internal/quiescence")
LARGEST_PAGE: Final = 10_000
CLIENT_TIMEOUT_SECONDS: Final = 20.0

Body = Mapping[str, Any]


@dataclass(frozen=True)
class World:
    """What a simulator is started with."""

    data: Path
    clock: Clock
    seed: int


class Refused(Exception):  # noqa: N818 - an answer, not an accident
    """The request is answered with this status and body."""

    def __init__(self, status: int, body: Body):
        super().__init__(status)
        self.status = status
        self.body = body


def refuse(status: int, code: str, detail: str) -> Refused:
    """A refusal with a stable code and one sentence."""
    return Refused(status, {"code": code, "detail": detail})


class Simulator:
    """State is a fold of the journal: `apply` alone changes it, `record` writes and applies."""

    name = "simulator"
    client: httpx2.AsyncClient
    """Open from `start` to `stop`."""
    sign: Sign | None = None
    token: str | None = None
    """Where given, requests under `guarded_paths` need it as bearer token."""
    guarded_paths: tuple[str, ...] = ()

    def __init__(self, world: World):
        self.world = world
        self.faults = Faults(world.seed)
        self.journal = Journal(world.data / f"{self.name}.sqlite")
        self.deliveries = Deliveries(world.clock, self.record, self._signed)
        self.addresses: dict[str, str] = {}
        self.activity = 0
        """The position of the last entry: it grows with everything the simulator does."""

    def restore(self) -> None:
        """Fold what the journal holds; once, before the first request."""
        for entry in self.journal.entries():
            self._take(entry)

    def routes(self) -> Sequence[Route]:
        raise NotImplementedError

    def apply(self, entry: Entry) -> None:
        raise NotImplementedError

    def busy(self) -> bool:
        """Whether it is doing something besides deliveries right now."""
        return False

    async def start(self) -> None:
        """Open what is more than HTTP."""

    async def stop(self) -> None:
        """Close it."""

    def record(self, facts: Sequence[Fact]) -> list[Entry]:
        """Write facts at the clock's instant, all or none, and let them count."""
        entries = self.journal.append(self.world.clock.now(), facts)
        for entry in entries:
            self._take(entry)
        return entries

    def _take(self, entry: Entry) -> None:
        self.activity = entry.position
        if entry.kind == "fault.ordered":
            self.faults.order(fault_of(entry.body))
        elif entry.kind == "faults.cleared":
            self.faults.clear()
        elif entry.kind.startswith("delivery."):
            self.deliveries.apply(entry)
        else:
            self.apply(entry)

    def _signed(self, delivery_id: str, body: bytes) -> Mapping[str, str]:
        return self.sign(delivery_id, body) if self.sign else {}


async def json_body(request: Request) -> Any:
    """The request's JSON object; raises `Refused` 400."""
    try:
        body = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise refuse(400, "json", "the body must be JSON") from None
    if not isinstance(body, dict):
        raise refuse(400, "json", "the body must be a JSON object")
    return body


def whole(request: Request, name: str, default: int, *, least: int = 0, most: int = 2**62) -> int:
    """A whole number of the query; raises `Refused` 400."""
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise refuse(400, "query", f"{name} must be a whole number from {least} to {most}")
    return int(text)


def application(simulator: Simulator) -> Starlette:
    """The ASGI application of a simulator."""

    async def healthz(request: Request) -> Response:  # noqa: ARG001
        return JSONResponse({"status": "ok", "simulator": simulator.name})

    async def truth(request: Request) -> Response:
        after = whole(request, "after", 0)
        limit = whole(request, "limit", 1_000, least=1, most=LARGEST_PAGE)
        lines = [entry.line() + "\n" for entry in simulator.journal.entries(after=after, limit=limit)]
        return Response("".join(lines), media_type="application/x-ndjson")

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            try:
                fault = fault_of(await json_body(request))
            except FaultError as error:
                raise refuse(422, "fault", str(error)) from None
            simulator.record([("fault.ordered", fault.kind, fault.as_json())])
        elif request.method == "DELETE":
            simulator.record([("faults.cleared", "all", {})])
        return JSONResponse({"faults": [fault.as_json() for fault in simulator.faults.all()]})

    async def quiescence(request: Request) -> Response:  # noqa: ARG001
        due = simulator.deliveries.due()
        reasons = [{"kind": "delivery", "detail": "deliveries under way", "count": due}] if due else []
        if simulator.busy():
            reasons.append({"kind": "busy", "detail": "acting at this instant", "count": 1})
        told = {"quiet": not reasons, "activity": simulator.activity, "reasons": reasons, "parked_keys": 0}
        return JSONResponse(told)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:  # noqa: ARG001
        simulator.restore()
        # One client for the whole life: a client's TLS setting takes longer to make than most requests take.
        simulator.client = httpx2.AsyncClient(timeout=CLIENT_TIMEOUT_SECONDS)
        await simulator.start()
        worker = asyncio.create_task(simulator.deliveries.work())
        try:
            if simulator.addresses:
                _tell(simulator.world.data / "address.json", simulator.addresses)
            yield
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker
            await simulator.stop()
            await simulator.client.aclose()
            simulator.journal.close()

    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/truth", truth),
            Route("/faults", faults, methods=["GET", "POST", "DELETE"]),
            Route("/internal/quiescence", quiescence),
            *simulator.routes(),
        ],
        lifespan=life,
        exception_handlers={Refused: _refused, HTTPException: _no_such},
    )
    app.add_middleware(_Gate, simulator=simulator)
    return app


async def _refused(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, Refused)  # noqa: S101 - registered for this class alone
    return JSONResponse(dict(error.body), error.status)


async def _no_such(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, HTTPException)  # noqa: S101
    return JSONResponse({"code": "http", "detail": error.detail}, error.status_code)


class _Gate:
    """Dead, slow and without a token: decided before a request is looked at."""

    def __init__(self, app: ASGIApp, simulator: Simulator):
        self._app = app
        self._simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            await self._app(scope, receive, send)
            return
        simulator, name = self._simulator, f"{scope['method']} {scope['path']}"
        now = simulator.world.clock.now()
        if simulator.faults.hit("dead", now, name):
            await JSONResponse({"code": "dead", "detail": "out of order"}, 503)(scope, receive, send)
            return
        if slow := simulator.faults.hit("slow", now, name):
            await asyncio.sleep(slow.seconds)
        token = simulator.token
        if token and scope["path"].startswith(simulator.guarded_paths):
            given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
            if given != f"Bearer {token}":
                refused = JSONResponse({"code": "token", "detail": "the bearer token is missing or wrong"}, 401)
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _tell(path: Path, addresses: Mapping[str, str]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(dict(addresses)))
    fresh.rename(path)


def serve(simulator: Simulator, host: str, port: int) -> None:
    """Run until SIGTERM or SIGINT. Port 0 takes a free one; `address.json` in the data folder says which."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(1024)
    simulator.addresses["http"] = f"http://{host}:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        application(simulator),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
        lifespan="on",
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
