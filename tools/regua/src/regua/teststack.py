"""Where tests get their Kafka and PostgreSQL from; see `regua.testing`."""

import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from regua.stack import process
from regua.stack.errors import StackError
from regua.stack.home import Home, checkout_root, held


class Servers(Protocol):
    """A source of servers for tests. `hold` promises a need, the URLs start what is missing, `release` ends it."""

    def hold(self) -> None: ...
    def kafka_bootstrap(self) -> str: ...
    def postgres_admin_url(self) -> str: ...
    def release(self) -> None: ...


def open_stack(env: Mapping[str, str]) -> Servers:
    """The source that the environment asks for; nothing is started yet."""
    chosen = env.get("REGUA_TEST_STACK", "embedded")
    if chosen not in {"embedded", "containers"}:
        raise StackError("REGUA_TEST_STACK is neither `embedded` nor `containers`; set it to one of them or unset it")
    inner: Servers
    if chosen == "containers":
        from regua.stack.containers import ContainerStack

        inner = ContainerStack(env)
    else:
        inner = EmbeddedStack(env, _test_home())
    return NamedStack(env, inner)


def _test_home() -> Home:
    root = checkout_root()
    return Home((root or Path.cwd()) / ".regua" / "test")


def _say(sentence: str) -> None:
    print(f"tests: {sentence}", file=sys.__stderr__, flush=True)


class NamedStack:
    """Servers that the environment names; what it does not name comes from `inner`."""

    def __init__(self, env: Mapping[str, str], inner: Servers):
        self._kafka = env.get("KAFKA_BOOTSTRAP", "").strip()
        self._postgres = env.get("DATABASE_ADMIN_URL", "").strip()
        self._inner = inner

    def hold(self) -> None:
        if not (self._kafka and self._postgres):
            self._inner.hold()

    def kafka_bootstrap(self) -> str:
        return self._kafka or self._inner.kafka_bootstrap()

    def postgres_admin_url(self) -> str:
        return self._postgres or self._inner.postgres_admin_url()

    def release(self) -> None:
        self._inner.release()


class EmbeddedStack:
    """One embedded stack for all test processes of a checkout that run at the same time.

    Each process writes down that it uses the stack; a killed one is recognised by pid and start time. The first of a
    run wipes what an earlier one left, the last one stops the stack and deletes its data.
    """

    def __init__(self, env: Mapping[str, str], home: Home):
        # A test run never disturbs, and is never moved by, the ports a person set for their own stack.
        foreign = ("REGUA_PORT_", "REGUA_HOME", "KAFKA_BOOTSTRAP", "DATABASE_")
        self._env = {name: value for name, value in env.items() if not name.startswith(foreign)}
        self._keep = env.get("REGUA_TEST_KEEP") == "1"
        self._home = home
        self._users = home.root.with_name(f"{home.root.name}-users")
        self._held = False
        self._urls: tuple[str, str] | None = None

    @property
    def _mine(self) -> Path:
        return self._users / str(os.getpid())

    def hold(self) -> None:
        if self._held:
            return
        self._users.mkdir(parents=True, exist_ok=True)
        with held(self._users / "lock", _say, 300):
            if not self._others() and not self._keep and self._home.root.exists():
                self._down()
            self._mine.write_text(process.identity_of(os.getpid()) or "")
        self._held = True

    def kafka_bootstrap(self) -> str:
        return self._up()[0]

    def postgres_admin_url(self) -> str:
        return self._up()[1]

    def release(self) -> None:
        if not self._held:
            return
        with held(self._users / "lock", _say, 300):
            self._mine.unlink(missing_ok=True)
            if not self._others() and not self._keep:
                self._down()
        self._held = False

    def _others(self) -> list[int]:
        alive = []
        for entry in self._users.iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            if process.is_ours(int(entry.name), entry.read_text()):
                alive.append(int(entry.name))
            else:
                entry.unlink(missing_ok=True)
        return alive

    def _up(self) -> tuple[str, str]:
        if self._urls is None:
            self.hold()
            from regua.stack.up import SERVERS, Wish, up

            wish = Wish(only=SERVERS, registry_topics=False)
            with ThreadPoolExecutor(1) as pool:  # apart from the test's own event loop
                started = pool.submit(up, self._home, self._env, _say, wish).result()
            self._urls = started.kafka_bootstrap or "", started.postgres_admin_url or ""
        return self._urls

    def _down(self) -> None:
        from regua.stack.down import down

        down(self._home, self._env, lambda _: None, wipe=True, hurry=True)
