"""Each part of the stack as something to bring up: how to start it, and what says that it is ready."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chassis.clock import monotonic_seconds
from regua.stack import kafka, kafka_health, postgres, services
from regua.stack.archive import ensure_archive
from regua.stack.engine import Engine
from regua.stack.errors import DiedError, StackError
from regua.stack.jars import ensure_jars
from regua.stack.java import Java, find_java
from regua.stack.kafka import Node
from regua.stack.migrating import migrate
from regua.stack.ports import HOST
from regua.stack.services import Program
from regua.stack.state import Part
from regua.stack.stopping import stop_part

START_SECONDS = 90.0
HUNG_SECONDS = 15.0
STOP_SECONDS = 5.0
START_TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Item:
    """One part: `start` launches it (in a thread), `ready` returns once it is healthy."""

    name: str
    start: Callable[[], Part]
    ready: Callable[[], Awaitable[object]]
    fingerprint: str = ""


@dataclass(frozen=True)
class Brought:
    """How one part came up, and after how many seconds it was healthy."""

    part: Part
    outcome: Literal["started", "already running", "restarted"]
    seconds: float


async def bring(engine: Engine, item: Item) -> Brought:
    """Bring one part to health: keep it, start it, or replace one that hangs or was started differently."""
    began = monotonic_seconds()
    outcome: Literal["started", "already running", "restarted"] = "started"
    part = engine.running(item.name)
    if part is not None:
        reason = await _unfit(engine, part, item)
        if reason is None:
            outcome = "already running"
        else:
            engine.say(f"{item.name} (pid {part.pid}) {reason}: it is restarted")
            await asyncio.to_thread(stop_part, part, grace_seconds=STOP_SECONDS)
            part, outcome = None, "restarted"
    if part is None:
        part = await _start(engine, item)
    seconds = monotonic_seconds() - began
    if part.kind != "keeper":
        engine.say(f"{item.name}: {outcome} ({seconds:.1f} s)")
    return Brought(part, outcome, seconds)


async def _unfit(engine: Engine, part: Part, item: Item) -> str | None:
    if part.fingerprint != item.fingerprint:
        return "was started with other settings"
    try:
        await engine.until(part, item.ready, HUNG_SECONDS)
    except StackError:
        return f"did not answer within {HUNG_SECONDS:.0f} s"
    return None


async def _start(engine: Engine, item: Item) -> Part:
    # A database that was killed has helpers which live on for a moment and keep its memory: try again shortly.
    for left in range(START_TRIES - 1, -1, -1):
        part = await asyncio.to_thread(item.start)
        try:
            await engine.until(part, item.ready, START_SECONDS)
        except DiedError:
            if part.kind != "postgres" or not left:
                raise
            await asyncio.sleep(0.7)
        else:
            return part
    raise AssertionError("unreachable")


def kafka_items(engine: Engine, nodes: list[Node]) -> list[Item]:
    """The nodes of the cluster; the jars are looked at once, and only if a node has to be started."""
    tools: list[tuple[Java, list[Path], Path | None]] = []
    guard = threading.Lock()

    def look() -> tuple[Java, list[Path], Path | None]:
        with guard:
            if not tools:
                java, jars = find_java(engine.env), ensure_jars(engine.env, engine.say)
                tools.append((java, jars, ensure_archive(java, jars, engine.clean_env, engine.say)))
            return tools[0]

    def item(node: Node) -> Item:
        name = f"kafka-{node.number}"
        port_name = "kafka" if len(nodes) == 1 else name
        ports = {port_name: node.port, f"{port_name}-controller": node.controller_port}

        def start() -> Part:
            java, jars, archive = look()
            env = engine.clean_env
            command = kafka.prepare(
                engine.home,
                node,
                nodes,
                cluster_id=engine.state.cluster_id,
                java=java,
                jars=jars,
                archive=archive,
                env=env,
            )
            part = Part(name=name, kind="kafka", pid=0, identity="", ports=ports)
            return engine.start(part, command, env=env, cwd=engine.home.kafka(node.number))

        return Item(name=name, start=start, ready=lambda: kafka_health.wait_ready(HOST, node.port, len(nodes)))

    return [item(node) for node in nodes]


def postgres_item(engine: Engine, port: int) -> Item:
    """The database server."""
    secret = engine.secrets([postgres.SUPERUSER])[postgres.SUPERUSER]
    dsn = postgres.url(postgres.SUPERUSER, secret, port, "postgres")

    def start() -> Part:
        programs = postgres.find_programs(engine.env)
        data, programs = postgres.prepare(engine.home, programs, secret, engine.clean_env)
        part = Part(name="postgres", kind="postgres", pid=0, identity="", ports={"postgres": port})
        env = {**engine.clean_env, "LC_ALL": "C"}
        command = postgres.argv(programs, data, port)
        return engine.start(part, command, env=env, cwd=data.parent, account=postgres.account())

    return Item(name="postgres", start=start, ready=lambda: postgres.wait_ready(dsn))


def keeper_item(engine: Engine, python: str) -> Item:
    """The small process that keeps logs within their limit."""

    def start() -> Part:
        part = Part(name="log-keeper", kind="keeper", pid=0, identity="")
        command = [python, "-m", "regua.stack.keeper", str(engine.home.root)]
        return engine.start(part, command, env=engine.clean_env, cwd=engine.home.root)

    return Item(name="log-keeper", start=start, ready=_at_once)


async def _at_once() -> None:
    return None


def program_items(engine: Engine, programs: Sequence[Program], kind: Literal["service", "program"]) -> list[Item]:
    """Processes of the table; a service is migrated first when its migrations are not those it last ran with."""

    def item(program: Program) -> Item:
        env = program.whole_env(engine.clean_env)

        def start() -> Part:
            if program.prepare:
                migrate(engine, program, env)
            part = Part(
                name=program.name,
                kind=kind,
                pid=0,
                identity="",
                ports={program.name: program.port},
                fingerprint=program.fingerprint,
                health_url=program.health_url,
            )
            return engine.start(part, list(program.argv), env=env, cwd=engine.home.root)

        return Item(
            name=program.name,
            start=start,
            ready=lambda: services.wait_ready(program.health_url),
            fingerprint=program.fingerprint,
        )

    return [item(program) for program in programs]
