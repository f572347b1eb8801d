"""The services as processes: what each is started with, and how to tell that it is ready."""

import asyncio
import hashlib
import importlib.util
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regua.stack.databases import SERVICES, ServiceDatabase
from regua.stack.ports import HOST


@dataclass(frozen=True, kw_only=True)
class Program:
    """One process of the table: a name, how to start it, and the address that answers 200 when it is ready."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    port: int
    health_url: str
    prepare: tuple[str, ...] = ()

    def whole_env(self, env: Mapping[str, str]) -> dict[str, str]:
        """The environment it runs in: the given one without what would contradict its own settings."""
        contradicting = ("DATABASE_URL", "DATABASE_OWNER_URL")
        return {**{name: value for name, value in env.items() if not name.startswith(contradicting)}, **self.env}

    @property
    def fingerprint(self) -> str:
        """Changes when anything it is started with changes: a running process with another one is restarted."""
        told = json.dumps([self.argv, sorted(self.env.items())])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def runnable() -> list[str]:
    """The services of this checkout that can be run, in the order they are started."""
    return [name for name in SERVICES if importlib.util.find_spec(name) and importlib.util.find_spec(f"{name}.main")]


def table(
    names: Sequence[str],
    *,
    ports: Mapping[str, int],
    databases: Mapping[str, ServiceDatabase],
    kafka_bootstrap: str,
    clock: str,
    env: Mapping[str, str],
    extra: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Program]:
    """The process table of the services; `extra` is each one's own settings, by name.

    What a person set in the environment for a service wins over ours.
    """
    programs = []
    for name in names:
        given: dict[str, str] = {
            "REGUA_ENV": env.get("REGUA_ENV", "development"),
            "REGUA_CLOCK": clock,
            "HTTP_HOST": HOST,
            "HTTP_PORT": str(ports[name]),
            "KAFKA_BOOTSTRAP": kafka_bootstrap,
            "DATABASE_URL": env.get(f"DATABASE_URL_{name.upper()}") or databases[name].app_url,
            "DATABASE_OWNER_URL": env.get(f"DATABASE_OWNER_URL_{name.upper()}") or databases[name].owner_url,
            **(extra or {}).get(name, {}),
        }
        command = (sys.executable, "-m", "chassis", name)
        programs.append(
            Program(
                name=name,
                argv=(*command, "serve"),
                env=given,
                port=ports[name],
                health_url=f"http://{HOST}:{ports[name]}/readyz",
                prepare=(*command, "migrate"),
            )
        )
    return programs


def migrations_folder(name: str) -> Path | None:
    """The folder of a service's migrations, beside its source."""
    found = importlib.util.find_spec(name)
    folders = (
        [Path(path).parent.parent / "migrations" for path in (found.submodule_search_locations or [])] if found else []
    )
    return next((folder for folder in folders if (folder / "env.py").is_file()), None)


def migrations_mark(name: str) -> str:
    """A hash of a service's migrations and of the helpers they call: equal means nothing new to migrate."""
    digest = hashlib.sha256()
    folder = migrations_folder(name)
    helpers = [importlib.util.find_spec(helper) for helper in ("chassis.migrations", "chassis.api_tables")]
    files = sorted(folder.rglob("*.py")) if folder else []
    files += [Path(helper.origin) for helper in helpers if helper and helper.origin]
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


async def ask(url: str, timeout_seconds: float = 3) -> str | None:
    """`None` when the address answers 200, else why not."""
    import httpx2

    try:
        async with httpx2.AsyncClient(timeout=timeout_seconds, trust_env=False) as client:
            answer = await client.get(url)
    except httpx2.HTTPError as error:
        return f"nobody answers ({type(error).__name__})"
    return None if answer.status_code == 200 else f"it answers {answer.status_code}"


async def wait_ready(url: str) -> None:
    """Ask until the address answers 200."""
    while await ask(url) is not None:  # noqa: ASYNC110 - a service that starts tells nobody
        await asyncio.sleep(0.1)
