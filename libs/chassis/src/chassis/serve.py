"""One process of a service: API and workers on one event loop, stopped gracefully by SIGTERM or SIGINT.

Stopping: no new connections; requests in flight get two fifths of the grace time; then the workers finish what they
have begun, commit, and leave their group; then the exit code is 0. A second signal ends it at once.
"""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import structlog
import uvicorn
import uvloop

from chassis import logs
from chassis.service import Service, build_app, operations_app
from chassis.settings import ServiceSettings

_log = structlog.get_logger("chassis.serve")


class _Server(uvicorn.Server):
    """Leaves signals to us: the library raises them again after a clean stop, and the exit code would be theirs."""

    def __init__(self, config: uvicorn.Config, *, announce: Callable[[], None] | None = None):
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so once connections are really taken."""
        await super().startup(sockets)
        if self.started and self._announce is not None:
            self._announce()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(service: Service, settings: ServiceSettings) -> int:
    """Serve until told to stop; returns the exit code. Raises `SettingsError` when the start is refused."""
    logs.configure(
        service=service.name,
        level=settings.log_level,
        form=settings.log_format,
        exception_texts=settings.exception_texts,
    )
    return uvloop.run(_serve(service, settings))


async def _serve(service: Service, settings: ServiceSettings) -> int:
    app = build_app(service, settings)
    api_socket = _listen(settings.http_host, settings.http_port)

    def announce() -> None:
        _log.info(
            "serving",
            service_version=service.version,
            listening=_address(api_socket),
            environment=settings.regua_env,
        )

    server = _Server(_config(app, settings, lifespan="on"), announce=announce)
    operations: _Server | None = None
    side: asyncio.Task[None] | None = None
    if settings.http_operations_port is not None:
        operations_socket = _listen(settings.http_host, settings.http_operations_port)
        operations = _Server(_config(operations_app(app), settings, lifespan="off"))
        side = asyncio.create_task(operations.serve([operations_socket]))
    _on_signals(server)
    _settle_memory()
    await server.serve([api_socket])
    if operations is not None and side is not None:
        operations.should_exit = True
        await side
    refused: Exception | None = app.state.crew.refused
    if refused is not None:
        raise refused
    _log.info("stopped")
    return 0 if server.started else 3


def _config(app: Any, settings: ServiceSettings, *, lifespan: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="none",
        http="httptools",
        ws="none",
        lifespan=lifespan,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=max(1, int(settings.http_grace_seconds * 0.4)),
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.setblocking(False)
    return listening


def _address(listening: socket.socket) -> str:
    host, port, *_ = listening.getsockname()
    return f"{host}:{port}"


def _on_signals(server: _Server) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if server.should_exit:
            server.force_exit = True
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


def _settle_memory() -> None:
    """What lives as long as the process is never collected again, and collections become rare: their pauses are the
    tail of every latency."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
