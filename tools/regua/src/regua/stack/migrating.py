"""Bringing a service's database to its newest revision before the service starts."""

import subprocess
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from regua.stack import postgres, services
from regua.stack.engine import Engine
from regua.stack.errors import StackError
from regua.stack.services import Program

_SECONDS = 300
_ONE_AT_A_TIME = threading.Lock()  # alembic keeps its context in the module


def migrate(engine: Engine, program: Program, env: Mapping[str, str]) -> None:
    """Run what is missing; nothing when the migrations are those it last ran with. Raises `StackError`.

    A database of this stack is migrated here, which spares a process per service; one that the environment names is
    migrated by the service's own command, which knows its TLS settings.
    """
    mark = services.migrations_mark(program.name)
    if engine.state.migrated.get(program.name) == mark:
        return
    log = engine.home.logs / f"{program.name}.out"
    folder = services.migrations_folder(program.name)
    if folder is None or engine.env.get(f"DATABASE_URL_{program.name.upper()}"):
        done = _by_command(program, env, log, engine.home.root)
    else:
        done = _here(folder, program.env, log)
    if not done:
        lines = postgres.last_lines(log)
        quoted = f": {lines[-1]}" if lines else ""
        raise StackError(f"{program.name}'s migrations failed; see `regua logs {program.name}`{quoted}")
    engine.state.migrated[program.name] = mark


def _here(folder: Path, settings: Mapping[str, str], log: Path) -> bool:
    from chassis import migrations

    role = urlsplit(settings["DATABASE_URL"]).username or ""
    try:
        with _ONE_AT_A_TIME:
            migrations.upgrade_blocking(folder, settings["DATABASE_OWNER_URL"], app_role=role)
    except Exception:  # noqa: BLE001 - whatever a revision raises belongs in the service's log, with its place
        with log.open("a", encoding="utf-8") as out:
            traceback.print_exc(file=out)
        return False
    return True


def _by_command(program: Program, env: Mapping[str, str], log: Path, cwd: Path) -> bool:
    with log.open("ab") as out:
        done = subprocess.run(
            program.prepare, env=dict(env), cwd=cwd, stdout=out, stderr=out, timeout=_SECONDS, check=False
        )
    return done.returncode == 0
