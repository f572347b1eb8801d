"""The stack of one home: what is written down, reconciled with what really runs."""

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from chassis.clock import monotonic_seconds
from chassis.ids import Ids, RandomIds, new_secret
from regua.stack import postgres, process, state
from regua.stack.errors import DiedError, DiskFullError, StackError
from regua.stack.home import Home, Say
from regua.stack.kafka import Node, new_cluster_id
from regua.stack.ports import asked_port, choose
from regua.stack.state import Part
from regua.stack.stopping import stop_part

NEEDED_MB = 600
STRIPPED = (
    "REGUA_PORT_",
    "REGUA_HOME",
    "REGUA_MAVEN_",
    "REGUA_POSTGRES_",
    "REGUA_KAFKA_",
    "REGUA_TEST_",
    "REGUA_STACK",
)


def free_megabytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free >> 20


class Engine:
    """Starts and reconciles the processes of one home. Every public method is called with the home's lock held."""

    def __init__(
        self,
        home: Home,
        env: Mapping[str, str],
        say: Say,
        *,
        ids: Ids | None = None,
        free_mb: Callable[[Path], int] = free_megabytes,
    ):
        self.home = home
        self.env = env
        self.say = say
        self.ids = ids or RandomIds()
        self.free_mb = free_mb
        self.state = state.State()
        self._writing = threading.Lock()

    @property
    def clean_env(self) -> dict[str, str]:
        """The environment a part starts with: ours without the settings that are the stack's own."""
        return {name: value for name, value in self.env.items() if not name.startswith(STRIPPED)}

    def check_disk(self) -> None:
        """Raises `DiskFullError` rather than start a database that would stop half-way."""
        free = self.free_mb(self.home.root)
        if free < NEEDED_MB:
            raise DiskFullError(
                f"{NEEDED_MB} MB of free disk are needed in {self.home.root} and {free} MB are free; "
                "free some and run again"
            )

    def reconcile(self) -> None:
        """Load the state and make it true: forget what died, adopt what a killed launcher left running."""
        try:
            self.state = state.load(self.home.state_file)
        except state.UnreadableStateError:
            aside = state.set_aside(self.home.state_file)
            self.say(f"the state file could not be read; it was moved to {aside.name} and what runs was looked up anew")
            self.state = state.State()
        for part in list(self.state.parts.values()):
            if not process.is_ours(part.pid, part.identity):
                self.say(f"{part.name} (pid {part.pid}) is not running any more")
                del self.state.parts[part.name]
        self._adopt()
        if not self.state.kafka_nodes:
            self.state.kafka_nodes = len(list(self.home.root.glob("kafka-*/data/meta.properties")))
        self.save()

    def _adopt(self) -> None:
        known = {part.pid for part in self.state.parts.values()}
        for found in process.marked(self.home.root):
            if found.pid in known:
                continue
            try:
                part = Part.model_validate({**found.part, "pid": found.pid, "identity": found.identity})
            except ValueError:
                continue
            if part.name in self.state.parts:
                self.say(f"a second {part.name} (pid {part.pid}) was left over and is stopped")
                stop_part(part, grace_seconds=10)
                continue
            self.say(f"{part.name} (pid {part.pid}) was started by a launcher that did not finish: it is kept")
            self.state.parts[part.name] = part
            for port_name, port in part.ports.items():
                self.state.ports.setdefault(port_name, port)

    def save(self) -> None:
        with self._writing:
            try:
                state.save(self.home.state_file, self.state)
            except OSError as error:
                raise DiskFullError(f"{self.home.state_file} cannot be written: {error.strerror}") from None

    def running(self, name: str) -> Part | None:
        part = self.state.parts.get(name)
        return part if part is not None and process.is_ours(part.pid, part.identity) else None

    def port(self, name: str, part_name: str) -> int:
        """The port called `name`, kept while its part runs, else chosen (asked for, last one, free)."""
        part = self.running(part_name)
        if part is not None and name in part.ports:
            self.state.ports[name] = part.ports[name]
            return part.ports[name]
        taken = {port for other, port in self.state.ports.items() if other != name}
        asked, last = asked_port(self.env, name), self.state.ports.get(name)
        port, moved = choose(name, asked=asked, last=last, taken=taken, seed=f"{self.home.root} {name}")
        if moved:
            self.say(moved)
        self.state.ports[name] = port
        return port

    def kafka_nodes(self, wanted: int | None) -> list[Node]:
        """The nodes of this home's Kafka; raises `StackError` when its data is of another size of cluster."""
        have = self.state.kafka_nodes
        if have and wanted and have != wanted:
            raise StackError(
                f"this home's Kafka has {have} node{'s' if have > 1 else ''}; `regua down --wipe` deletes its data, "
                f"or set REGUA_HOME to another folder to start {wanted}"
            )
        self.state.kafka_nodes = have or wanted or 1
        if not self.state.cluster_id:
            self.state.cluster_id = new_cluster_id(self.ids)
        count = self.state.kafka_nodes
        nodes = []
        for number in range(1, count + 1):
            name = f"kafka-{number}"
            port_name = "kafka" if count == 1 else name
            port = self.port(port_name, name)
            nodes.append(Node(number, port, self.port(f"{port_name}-controller", name)))
        return nodes

    def secrets(self, names: list[str]) -> dict[str, str]:
        """The password of each role, made once."""
        try:
            have = state.read_secrets(self.home.secrets_file)
        except state.UnreadableStateError:
            raise StackError(
                f"{self.home.secrets_file} cannot be read and holds the passwords of this home's PostgreSQL; "
                "put it back from a copy, or `regua down --wipe` to begin anew"
            ) from None
        missing = [name for name in names if name not in have]
        if missing:
            have |= {name: new_secret(18) for name in missing}
            state.write_private(self.home.secrets_file, state.dump_secrets(have))
        return have

    def start(
        self, part: Part, argv: list[str], *, env: Mapping[str, str], cwd: Path, account: str | None = None
    ) -> Part:
        """Start a part and write it down; `part` names it, its ports and its fingerprint."""
        what = process.Launch(
            argv=argv,
            env=env,
            log=self.home.logs / f"{part.name}.out",
            cwd=cwd,
            mark=part.model_dump(exclude={"pid", "identity"}),
            account=account,
        )
        pid, identity = process.launch(what, self.home.root)
        started = part.model_copy(update={"pid": pid, "identity": identity})
        with self._writing:
            self.state.parts[part.name] = started
        self.save()
        return started

    async def until(self, part: Part, ready: Callable[[], Awaitable[object]], seconds: float) -> None:
        """Wait for `ready`; raises `DiedError` when the part dies first, `StackError` when the time is over."""
        waiting = asyncio.ensure_future(ready())
        end = monotonic_seconds() + seconds
        try:
            while not waiting.done():
                await asyncio.wait([waiting], timeout=0.2)
                if waiting.done():
                    break
                lines = postgres.last_lines(self.home.logs / f"{part.name}.out")
                quoted = f": {lines[-1]}" if lines else ""
                if not process.is_ours(part.pid, part.identity):
                    raise DiedError(f"{part.name} stopped while starting; see `regua logs {part.name}`{quoted}")
                if monotonic_seconds() >= end:
                    raise StackError(
                        f"{part.name} did not answer within {seconds:.0f} s; see `regua logs {part.name}`{quoted}"
                    )
            waiting.result()
        finally:
            waiting.cancel()
