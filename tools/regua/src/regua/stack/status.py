"""An honest account of the stack: each part is asked, for a pid proves nothing. Changes nothing, waits for no lock."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from regua.stack import databases, kafka_health, postgres, process, services, state
from regua.stack.home import Home
from regua.stack.ports import HOST
from regua.stack.state import Part, State, UnreadableStateError


@dataclass(frozen=True, kw_only=True)
class PartStatus:
    """One part: whether its process is there, whether it answered, and what it said."""

    name: str
    kind: str
    running: bool
    healthy: bool
    detail: str
    pid: int | None = None
    ports: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Status:
    """All parts; `healthy` only when there is at least one and each is."""

    home: str
    healthy: bool
    detail: str
    clock: str = ""
    parts: tuple[PartStatus, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def status(home: Home, env: Mapping[str, str], timeout_seconds: float = 5) -> Status:
    """Ask every part that was started and not stopped, and the servers that the environment names."""
    try:
        written = state.load(home.state_file)
    except UnreadableStateError:
        found = process.marked(home.root)
        text = f"the state file {home.state_file} cannot be read; `regua up` sets it aside and looks up what runs"
        return Status(home=str(home.root), healthy=False, detail=f"{text} ({len(found)} processes of this home run)")
    parts = tuple(asyncio.run(_ask_all(home, env, written, timeout_seconds)))
    if not parts:
        return Status(home=str(home.root), healthy=False, detail="nothing is started here; `regua up` starts it")
    sick = [part.name for part in parts if not part.healthy]
    detail = f"not healthy: {', '.join(sick)}; `regua up` repairs what is ours" if sick else "all parts are healthy"
    return Status(home=str(home.root), healthy=not sick, detail=detail, clock=written.clock, parts=parts)


async def _ask_all(home: Home, env: Mapping[str, str], written: State, timeout_seconds: float) -> list[PartStatus]:
    asked = [_ask(home, written, part, timeout_seconds) for _, part in sorted(written.parts.items())]
    bootstrap = env.get("KAFKA_BOOTSTRAP", "").strip()
    if bootstrap and "kafka" not in {part.kind for part in written.parts.values()}:
        asked.append(_ask_named_kafka(bootstrap, timeout_seconds))
    named = {name: env.get(f"DATABASE_URL_{name.upper()}") for name in databases.SERVICES}
    asked += [_ask_named_database(name, url, timeout_seconds) for name, url in named.items() if url]
    return list(await asyncio.gather(*asked))


async def _ask(home: Home, written: State, part: Part, timeout_seconds: float) -> PartStatus:
    running = process.is_ours(part.pid, part.identity)
    problem: str | None
    detail = ""
    if not running:
        problem = f"its process (pid {part.pid}) is gone"
    elif part.kind == "kafka":
        detail, problem = await _ask_kafka(part, written.kafka_nodes, timeout_seconds)
    elif part.kind == "postgres":
        problem, detail = await _ask_postgres(home, part, timeout_seconds), "select 1 answers"
    elif part.health_url:
        problem = await services.ask(part.health_url, timeout_seconds)
        detail = "ready"
    else:
        problem, detail = None, "running"
    return PartStatus(
        name=part.name,
        kind=part.kind,
        running=running,
        healthy=problem is None,
        detail=problem or detail,
        pid=part.pid if running else None,
        ports=part.ports,
    )


async def _ask_kafka(part: Part, nodes: int, timeout_seconds: float) -> tuple[str, str | None]:
    port = next(port for name, port in part.ports.items() if not name.endswith("-controller"))
    health = await kafka_health.ask(HOST, port, timeout_seconds)
    if health is None:
        return "", "it runs but does not answer a metadata request"
    return health.sentence, None if health.healthy(nodes) else health.sentence


async def _ask_postgres(home: Home, part: Part, timeout_seconds: float) -> str | None:
    try:
        secret = state.read_secrets(home.secrets_file).get(postgres.SUPERUSER, "")
    except UnreadableStateError:
        return f"its passwords in {home.secrets_file} cannot be read"
    return await postgres.ask(
        postgres.url(postgres.SUPERUSER, secret, part.ports["postgres"], "postgres"), timeout_seconds
    )


async def _ask_named_kafka(bootstrap: str, timeout_seconds: float) -> PartStatus:
    first = bootstrap.split(",", maxsplit=1)[0].strip()
    host, _, port = first.rpartition(":")
    health = await kafka_health.ask(host, int(port), timeout_seconds) if port.isdigit() else None
    detail = health.sentence if health else "no answer to a metadata request"
    healthy = health is not None and health.healthy(1)
    return PartStatus(
        name="kafka (named by KAFKA_BOOTSTRAP)",
        kind="kafka",
        running=health is not None,
        healthy=healthy,
        detail=detail,
    )


async def _ask_named_database(service: str, url: str, timeout_seconds: float) -> PartStatus:
    problem = await postgres.ask(url, timeout_seconds)
    return PartStatus(
        name=f"database of {service} (named by DATABASE_URL_{service.upper()})",
        kind="postgres",
        running=problem is None,
        healthy=problem is None,
        detail=problem or "select 1 answers",
    )
