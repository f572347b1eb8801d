"""Starting: everything at once, each part healthy before it is called started."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

from chassis.clock import monotonic_seconds
from regua.stack import kafka, kafka_health, postgres
from regua.stack.engine import Engine
from regua.stack.home import Home, Say
from regua.stack.jars import ensure_jars
from regua.stack.java import find_java
from regua.stack.kafka import Node
from regua.stack.ports import HOST
from regua.stack.state import Part

HUNG_SECONDS = 15


@dataclass(kw_only=True)
class Started:
    """What `regua up` reports. URLs of PostgreSQL carry passwords: they go to `--json` and to nobody's log."""

    home: str
    seconds: float = 0
    kafka_bootstrap: str | None = None
    kafka_nodes: int = 0
    postgres_admin_url: str | None = None
    parts: dict[str, dict[str, object]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class _Wait:
    part: Part
    ready: Callable[[], Awaitable[object]]
    fresh: bool


def up(
    home: Home,
    env: Mapping[str, str],
    say: Say,
    *,
    nodes: int | None = None,
    only: frozenset[str] = frozenset({"kafka", "postgres"}),
    engine: Engine | None = None,
) -> Started:
    """Start what is not running, repair what is not healthy, leave the rest alone; return what runs.

    A second caller waits for the first and reports the same. Raises `StackError` with the remedy.
    """
    started = monotonic_seconds()
    with home.locked(say):
        engine = engine or Engine(home, env, say)
        engine.check_disk()
        engine.reconcile()
        report = Started(home=str(home.root))
        cluster = engine.kafka_nodes(nodes) if "kafka" in only else []
        port = engine.port("postgres", "postgres") if "postgres" in only else 0
        engine.save()
        with ThreadPoolExecutor(2) as pool:
            jobs = [pool.submit(_kafka, engine, cluster)] if cluster else []
            jobs += [pool.submit(_postgres, engine, port)] if port else []
            waits = [wait for job in jobs for wait in job.result()]
        asyncio.run(_settle(engine, waits, report, started))
        if cluster:
            report.kafka_bootstrap = kafka.bootstrap(cluster)
            report.kafka_nodes = len(cluster)
        if port:
            secret = engine.secrets([postgres.SUPERUSER])[postgres.SUPERUSER]
            report.postgres_admin_url = postgres.url(postgres.SUPERUSER, secret, port, "postgres")
        report.seconds = round(monotonic_seconds() - started, 2)
    return report


async def _settle(engine: Engine, waits: list[_Wait], report: Started, started: float) -> None:
    async def one(wait: _Wait) -> None:
        began = monotonic_seconds()
        seconds = 90 if wait.fresh else HUNG_SECONDS
        await engine.until(wait.part, lambda: asyncio.ensure_future(wait.ready()), seconds)
        took = monotonic_seconds() - (started if wait.fresh else began)
        engine.say(f"{wait.part.name}: {'started' if wait.fresh else 'already running'} ({took:.1f} s)")
        report.parts[wait.part.name] = {
            "pid": wait.part.pid,
            "ports": wait.part.ports,
            "outcome": "started" if wait.fresh else "already running",
            "seconds": round(took, 2),
        }

    async with asyncio.TaskGroup() as group:
        for wait in waits:
            group.create_task(one(wait))


def _kafka(engine: Engine, nodes: list[Node]) -> list[_Wait]:
    def ready(node: Node) -> Callable[[], Awaitable[object]]:
        return lambda: kafka_health.wait_ready(HOST, node.port, len(nodes))

    waits = []
    missing = []
    for node in nodes:
        part = engine.running(f"kafka-{node.number}")
        if part is None:
            missing.append(node)
        else:
            waits.append(_Wait(part, ready(node), fresh=False))
    if not missing:
        return waits
    java = find_java(engine.env)
    jars = ensure_jars(engine.env, engine.say)
    env = engine.clean_env

    def start(node: Node) -> _Wait:
        command = kafka.prepare(
            engine.home, node, nodes, cluster_id=engine.state.cluster_id, java=java, jars=jars, env=env
        )
        ports = {"kafka" if len(nodes) == 1 else f"kafka-{node.number}": node.port}
        ports |= {f"{name}-controller": node.controller_port for name in list(ports)}
        part = Part(name=f"kafka-{node.number}", kind="kafka", pid=0, identity="", ports=ports)
        part = engine.start(part, command, env=env, cwd=engine.home.kafka(node.number))
        return _Wait(part, ready(node), fresh=True)

    with ThreadPoolExecutor(len(missing)) as pool:
        return waits + list(pool.map(start, missing))


def _postgres(engine: Engine, port: int) -> list[_Wait]:
    secret = engine.secrets([postgres.SUPERUSER])[postgres.SUPERUSER]
    dsn = postgres.url(postgres.SUPERUSER, secret, port, "postgres")
    part = engine.running("postgres")
    if part is not None:
        return [_Wait(part, lambda: postgres.wait_ready(dsn), fresh=False)]
    data, programs = postgres.prepare(engine.home, postgres.find_programs(engine.env), secret, engine.clean_env)
    part = Part(name="postgres", kind="postgres", pid=0, identity="", ports={"postgres": port})
    env = {**engine.clean_env, "LC_ALL": "C"}
    part = engine.start(part, postgres.argv(programs, data, port), env=env, cwd=data.parent, account=postgres.account())
    return [_Wait(part, lambda: postgres.wait_ready(dsn), fresh=True)]
