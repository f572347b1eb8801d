"""The whole platform in one home: embedded servers, five services, the outside world, one virtual clock."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

import httpx2

from chassis.clock import VirtualClock
from chassis.ids import Ids, RandomIds
from regua.demo import outside as world
from regua.demo.outside import Outside
from regua.demo.tenant import Tenant, make_tenant
from regua.quiet import Answer, Waited, read_answer, wait_quiet
from regua.stack import process, state
from regua.stack.databases import SERVICES
from regua.stack.down import down
from regua.stack.errors import StackError
from regua.stack.home import Home
from regua.stack.up import Wish, up

Say = Callable[[str], None]
_FOREIGN = ("KAFKA_", "DATABASE_", "REGUA_PORT_", "REGUA_HOME", "REGUA_CLOCK", "REGUA_ENV", "HTTP_PORT", "HTTP_HOST", *(
    f"{name.upper()}_" for name in SERVICES
))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to bring up. `portfolio` is the file of the debtors who act by themselves; None lets nobody act."""

    home: Home
    start: datetime
    seed: int = 1
    portfolio: Path | None = None
    fresh: bool = True


class Platform:
    """What runs, and the two things a run is made of: move the clock, wait until quiet."""

    def __init__(
        self,
        *,
        home: Home,
        clock: VirtualClock,
        services: Mapping[str, str],
        database_urls: Mapping[str, str],
        kafka_bootstrap: str,
        outside: Outside,
        simulators: Sequence[str] = (),
    ):
        self.home = home
        self.clock = clock
        self.services = dict(services)
        self.database_urls = dict(database_urls)
        self.kafka_bootstrap = kafka_bootstrap
        self.outside = outside
        self.watched = self.services | {name: outside.url(name) for name in simulators}
        self.parked_keys = 0
        self.owner_urls: dict[str, str] = {}
        self.ids: Ids = RandomIds()
        self.seconds_waited = 0.0
        self.rounds = 0
        self._client: httpx2.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        self._client = httpx2.AsyncClient(timeout=30, trust_env=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    @property
    def client(self) -> httpx2.AsyncClient:
        """A client for addresses that need no key: simulators, probes, what a debtor follows."""
        if self._client is None:
            raise RuntimeError("the platform is not open: use `async with`")
        return self._client

    async def tenant(self, name: str, tenant_id: UUID | None = None) -> Tenant:
        """A tenant with a key for every service."""
        return await make_tenant(
            tenant_id or self.ids.new_id(),
            services=self.services,
            database_urls=self.database_urls,
            clock=self.clock,
            ids=self.ids,
            name=name,
        )

    async def move(self, instant: datetime, *, within_seconds: float = 120) -> Waited:
        """Set the clock for everybody and wait until nothing is left to do."""
        self.clock.set(instant)
        return await self.quiet(within_seconds=within_seconds)

    async def quiet(self, *, within_seconds: float = 120) -> Waited:
        """Wait until nobody, inside or outside, has anything left to do at this instant; raises `StackError`."""
        waited = await wait_quiet(self.watched, self._ask, timeout_seconds=within_seconds, pause_seconds=0.02)
        self.seconds_waited += waited.seconds
        self.rounds += waited.rounds
        self.parked_keys = waited.parked_keys
        if not waited.quiet:
            told = "; ".join(f"{name}: {', '.join(reasons)}" for name, reasons in waited.reasons.items())
            raise StackError(f"the platform did not become quiet within {within_seconds:.0f} s ({told})")
        return waited

    def kill(self, service: str) -> None:
        """Kill a service's process at once, as a machine that fails would."""
        part = state.load(self.home.state_file).parts[service]
        process.kill(part.pid, part.identity)

    def stop_services(self) -> None:
        """Ask every service to stop, and wait until they have."""
        down(self.home, _env(this_env(), None), lambda _: None, only=frozenset(self.services))

    def start_again(self) -> None:
        """Start whatever does not run, with the settings it had."""
        up(self.home, _env(this_env(), self.outside), lambda _: None, Wish())

    async def _ask(self, url: str) -> Answer:
        try:
            got = await self.client.get(f"{url}/internal/quiescence")
            return read_answer(got.json())
        except (httpx2.HTTPError, ValueError) as error:
            return Answer((f"nobody answers ({type(error).__name__})",))


def start(plan: Plan, env: Mapping[str, str], say: Say) -> Platform:
    """Bring everything up in the plan's home and return it; raises `StackError` with the remedy."""
    if plan.fresh:
        stop(plan.home, env, say, wipe=True)
    plan.home.make()
    outside = _outside(plan.home)
    clock = f"virtual:{plan.home.clock_file}"
    VirtualClock.create(plan.home.clock_file, plan.start)
    wish = Wish(
        virtual=plan.start,
        service_env=world.service_env(outside),
        programs=world.programs(
            outside, data=plan.home.root / "outside", clock=clock, seed=plan.seed, portfolio=plan.portfolio
        ),
    )
    started = up(plan.home, _env(env, outside), say, wish)
    made = Platform(
        home=plan.home,
        clock=VirtualClock(plan.home.clock_file),
        services=started.services,
        database_urls={name: urls["app_url"] for name, urls in started.databases.items()},
        kafka_bootstrap=started.kafka_bootstrap or "",
        outside=outside,
        simulators=world.names(with_debtors=plan.portfolio is not None),
    )
    made.owner_urls = {name: urls["owner_url"] for name, urls in started.databases.items()}
    return made


def _outside(home: Home) -> Outside:
    """The outside that the home already has, else a new one."""
    try:
        return world.read_outside(home.root)
    except StackError:
        outside = world.choose(str(home.root), SERVICES)
        world.write_outside(home.root, outside)
        return outside


def stop(home: Home, env: Mapping[str, str], say: Say, *, wipe: bool = False) -> None:
    """Stop what runs in the home; `wipe` deletes its data."""
    if home.root.exists():
        down(home, _env(env, None), say, wipe=wipe, hurry=wipe)
        if wipe:
            shutil.rmtree(home.root / "outside", ignore_errors=True)


def _env(env: Mapping[str, str], outside: Outside | None) -> dict[str, str]:
    """The environment without what names other servers, and with the ports that were chosen."""
    kept = {name: value for name, value in env.items() if not name.startswith(_FOREIGN)}
    if outside is not None:
        kept |= {f"REGUA_PORT_{name.upper()}": str(outside.ports[name]) for name in SERVICES}
    return kept


def this_env() -> dict[str, str]:
    """The process's environment."""
    return dict(os.environ)


__all__ = ["Plan", "Platform", "StackError", "start", "stop", "this_env"]
