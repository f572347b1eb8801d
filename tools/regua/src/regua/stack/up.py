"""Starting: everything at once, each part healthy before it is called started."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal

from chassis.clock import ClockError, VirtualClock, monotonic_seconds
from contracts.registry import topics
from regua.stack import credentials, databases, extras, kafka, postgres
from regua.stack import topics as kafka_topics
from regua.stack.databases import SERVICES, ServiceDatabase
from regua.stack.engine import Engine
from regua.stack.errors import AskedWronglyError, StackError
from regua.stack.extras import Extras
from regua.stack.home import Home, Say
from regua.stack.items import Brought, Item, bring, kafka_items, keeper_item, postgres_item, program_items
from regua.stack.services import Program, runnable, table
from regua.stack.state import Part
from regua.stack.stopping import stop_part

SERVERS = frozenset({"kafka", "postgres"})


@dataclass(kw_only=True)
class Started:
    """What `regua up` reports. URLs carry passwords and keys open doors: they go to `--json` and to nobody's log."""

    home: str
    clock: str = "system"
    seconds: float = 0
    kafka_bootstrap: str | None = None
    kafka_nodes: int = 0
    topics_made: int = 0
    postgres_admin_url: str | None = None
    databases: dict[str, dict[str, str]] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    tenant_id: str | None = None
    api_keys: dict[str, str] = field(default_factory=dict)
    parts: dict[str, dict[str, object]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What to start. `only=None` means everything this checkout can run; services bring what they stand on.

    `service_env` adds settings to single services, `programs` are further processes (providers' simulators, say) that
    are started before the services and stopped after them. `None` for either means what this home was given before.
    """

    nodes: int | None = None
    only: frozenset[str] | None = None
    virtual: datetime | None = None
    registry_topics: bool = True
    service_env: Mapping[str, Mapping[str, str]] | None = None
    programs: Sequence[Program] | None = None

    def services(self, programs: Sequence[str] = ()) -> list[str]:
        """The services asked for; raises `StackError` for a name that is none, or one that cannot be run yet."""
        can = runnable()
        if self.only is None:
            return can
        for name in sorted(self.only - SERVERS - set(programs)):
            if name not in SERVICES:
                known = ", ".join([*sorted(SERVERS), *SERVICES, *programs])
                raise AskedWronglyError(f"there is no part called {name[:40]!r}; the parts are {known}")
            if name not in can:
                raise StackError(f"{name} has no main module in this checkout, so it cannot be started")
        return [name for name in can if name in self.only]

    def wants(self, server: Literal["kafka", "postgres"]) -> bool:
        return self.only is None or server in self.only or bool(self.only & set(SERVICES))

    def program_wanted(self, name: str) -> bool:
        return self.only is None or name in self.only or bool(self.only & set(SERVICES))


def up(
    home: Home, env: Mapping[str, str], say: Say, wish: Wish | None = None, *, engine: Engine | None = None
) -> Started:
    """Start what is not running, repair what is not healthy, leave the rest alone; return what runs.

    Servers that the environment names (`KAFKA_BOOTSTRAP`, `DATABASE_URL_<SERVICE>`) are used and not started. A second
    caller waits for the first and reports the same. Raises `StackError` with the remedy.
    """
    wish = wish or Wish()
    given = [*extras.read(home).programs, *(wish.programs or ())]
    services = wish.services([program.name for program in given])
    began = monotonic_seconds()
    with home.locked(say):
        engine = engine or Engine(home, env, say)
        engine.check_disk()
        engine.reconcile()
        report = Started(home=str(home.root), clock=_clock(engine, wish.virtual))
        more = extras.remember(home, wish.service_env, wish.programs)
        asyncio.run(_up(engine, wish, services, more, report))
        report.seconds = round(monotonic_seconds() - began, 2)
    return report


async def _up(engine: Engine, wish: Wish, services: list[str], more: Extras, report: Started) -> None:
    items = [keeper_item(engine, sys.executable)]
    items += program_items(engine, [one for one in more.programs if wish.program_wanted(one.name)], "program")
    await _stop_ungiven(engine, {program.name for program in more.programs})
    named_kafka = engine.env.get("KAFKA_BOOTSTRAP", "").strip()
    named_databases = bool(services) and all(engine.env.get(f"DATABASE_URL_{name.upper()}") for name in services)
    if wish.wants("kafka") and named_kafka:
        report.kafka_bootstrap = named_kafka
        engine.say("kafka: the one that KAFKA_BOOTSTRAP names is used")
    elif wish.wants("kafka"):
        nodes = engine.kafka_nodes(wish.nodes)
        report.kafka_bootstrap, report.kafka_nodes = kafka.bootstrap(nodes), len(nodes)
        items += kafka_items(engine, nodes)
    port = 0
    if wish.wants("postgres") and named_databases:
        engine.say("postgres: the databases that DATABASE_URL_<SERVICE> name are used")
    elif wish.wants("postgres"):
        port = engine.port("postgres", "postgres")
        items.append(postgres_item(engine, port))
    engine.save()
    await _bring_all(engine, items, report)
    made = await asyncio.gather(_databases(engine, port, report), _topics(engine, wish, report))
    if services:
        found: dict[str, ServiceDatabase] = made[0]
        await _services(engine, services, found, more, report)


async def _stop_ungiven(engine: Engine, given: set[str]) -> None:
    for part in [one for one in engine.state.parts.values() if one.kind == "program" and one.name not in given]:
        outcome = await asyncio.to_thread(stop_part, part)
        engine.say(f"{part.name}: {outcome}, for it is no longer asked for")
        del engine.state.parts[part.name]


async def _databases(engine: Engine, port: int, report: Started) -> dict[str, ServiceDatabase]:
    if not port:
        return {}
    secrets = engine.secrets([postgres.SUPERUSER, *databases.role_names()])
    report.postgres_admin_url = postgres.url(postgres.SUPERUSER, secrets[postgres.SUPERUSER], port, "postgres")
    for name in await databases.ensure(report.postgres_admin_url, secrets):
        engine.state.migrated.pop(name, None)
        engine.state.keyed.discard(name)
    found = {name: databases.urls(secrets, port, name) for name in SERVICES}
    report.databases = {name: asdict(one) for name, one in found.items()}
    return found


async def _topics(engine: Engine, wish: Wish, report: Started) -> None:
    if not report.kafka_bootstrap or not wish.registry_topics:
        return
    made = await kafka_topics.ensure(report.kafka_bootstrap, list(topics().values()))
    report.topics_made = len(made.created)
    if made.created:
        engine.say(f"kafka: {len(made.created)} topics made")
    if made.changed:
        engine.say(f"kafka: the configuration of {', '.join(made.changed)} was brought to the registry's")


async def _services(
    engine: Engine, names: list[str], found: dict[str, ServiceDatabase], more: Extras, report: Started
) -> None:
    programs = table(
        names,
        ports={name: engine.port(name, name) for name in names},
        databases=found,
        kafka_bootstrap=report.kafka_bootstrap or "",
        clock=report.clock,
        env=engine.env,
        extra=more.service_env,
    )
    engine.save()
    await _bring_all(engine, program_items(engine, programs, "service"), report)
    report.services = {program.name: program.health_url.removesuffix("/readyz") for program in programs}
    await _credentials(engine, programs, report)


async def _credentials(engine: Engine, programs: Sequence[Program], report: Started) -> None:
    """Give the home's key to every service that started now, unless it runs on settings or a database of production."""
    environment = engine.env.get("REGUA_ENV", "development")
    if environment == "production":
        return
    found = credentials.ensure(engine.home, [program.name for program in programs], environment, engine.ids)
    news = [
        program
        for program in programs
        if not engine.env.get(f"DATABASE_URL_{program.name.upper()}")
        and (program.name not in engine.state.keyed or report.parts[program.name]["outcome"] != "already running")
    ]
    await credentials.give(found, news, engine.ids)
    engine.state.keyed |= {program.name for program in news}
    engine.save()
    report.tenant_id, report.api_keys = str(found.tenant_id), found.texts


async def _bring_all(engine: Engine, items: list[Item], report: Started) -> None:
    """Bring up all items at once; one that fails does not stop the others, and its sentence is raised at the end."""
    results = await asyncio.gather(*(bring(engine, item) for item in items), return_exceptions=True)
    failures = [result for result in results if isinstance(result, BaseException)]
    for failure in failures:
        if not isinstance(failure, StackError):
            raise failure
    if failures:
        raise StackError("; ".join(str(failure) for failure in failures))
    for result in results:
        if isinstance(result, Brought):
            report.parts[result.part.name] = _told(result.part, result)


def _told(part: Part, result: Brought) -> dict[str, object]:
    return {
        "kind": part.kind,
        "pid": part.pid,
        "ports": part.ports,
        "outcome": result.outcome,
        "seconds": round(result.seconds, 2),
    }


def _clock(engine: Engine, virtual: datetime | None) -> str:
    """The clock of this home's services; data made under one clock is never continued under the other."""
    if virtual is not None and engine.state.clock == "system" and engine.state.migrated:
        raise StackError(
            "this home's data was made in real time; start the virtual clock in another REGUA_HOME, "
            "or `regua down --wipe` first"
        )
    if virtual is not None:
        engine.state.clock = "virtual"
    elif not engine.state.clock:
        engine.state.clock = "system"
    if engine.state.clock == "system":
        return "system"
    try:
        clock = (
            VirtualClock.create(engine.home.clock_file, virtual) if virtual else VirtualClock(engine.home.clock_file)
        )
    except ClockError as error:
        raise StackError(str(error)) from None
    engine.say(f"clock: virtual, at {clock.now().isoformat()}")
    return f"virtual:{engine.home.clock_file}"
