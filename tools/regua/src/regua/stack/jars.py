"""Kafka's jars: a committed list of exact coordinates with sha256, fetched once into the user's cache.

No file is used before its hash was checked, and none appears under its final name before it is whole. After the first
run no network is needed. A company's own Maven repository can be named in `REGUA_MAVEN_REPOSITORY`; jars that Maven
already keeps on this machine are copied when their hash is right.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from regua.stack.errors import BadHashError, DiskFullError, StackError
from regua.stack.home import Say

KAFKA_VERSION = "4.3.1"
NEEDED_MB = 150
_LINE = re.compile(r"([\w.-]+):([\w.-]+):([\w.-]+)(?::([\w.-]+))? ([0-9a-f]{64})")


@dataclass(frozen=True)
class Jar:
    """One artifact: Maven coordinates and the hash its file must have."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}{'-' + self.classifier if self.classifier else ''}.jar"


def parse_list(text: str) -> list[Jar]:
    """Read lines of `group:artifact:version[:classifier] sha256`; raises `StackError` naming the line."""
    jars = []
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise StackError(f"kafka-jars.txt line {number} is not `group:artifact:version[:classifier] sha256`")
        jars.append(Jar(found[1], found[2], found[3], found[4] or "", found[5]))
    return jars


def committed_list() -> list[Jar]:
    """The jars of the Kafka release this checkout runs."""
    return parse_list(resources.files("regua.stack").joinpath("kafka-jars.txt").read_text())


def cache_folder(env: Mapping[str, str]) -> Path:
    """`$XDG_CACHE_HOME/regua/kafka-<version>`, by default under `~/.cache`."""
    base = env.get("XDG_CACHE_HOME", "").strip()
    return (Path(base) if base else Path.home() / ".cache") / "regua" / f"kafka-{KAFKA_VERSION}"


def sha256_of(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def ensure_jars(env: Mapping[str, str], say: Say, jars: Iterable[Jar] | None = None) -> list[Path]:
    """Every jar, present and checked, in the list's order; fetches what is missing.

    Raises `BadHashError` naming the file when one has another hash than the committed list says, and `StackError`
    when one cannot be fetched.
    """
    folder = cache_folder(env)
    wanted = list(committed_list() if jars is None else jars)
    missing = [jar for jar in wanted if not (folder / jar.file_name).exists()]
    if missing:
        _fetch_all(missing, folder, env, say)
    for jar in wanted:
        path = folder / jar.file_name
        if sha256_of(path) != jar.sha256:
            raise BadHashError(
                f"{path} does not have the hash kafka-jars.txt names for it, so it was not used; "
                "delete that file and run again"
            )
    return [folder / jar.file_name for jar in wanted]


def _fetch_all(missing: list[Jar], folder: Path, env: Mapping[str, str], say: Say) -> None:
    _make_folder(folder)
    say(f"Kafka {KAFKA_VERSION}: fetching {len(missing)} jars (about 45 MB in all), once, into {folder}")
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=folder) as scratch, ThreadPoolExecutor(8) as pool:
        context = _maven(Path(scratch), env)
        futures = [pool.submit(partial(_fetch, context, jar, folder, env)) for jar in missing]
        step = max(1, len(missing) // 5)
        for done, future in enumerate(as_completed(futures), 1):
            try:
                future.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
            if done % step == 0 or done == len(missing):
                say(f"Kafka {KAFKA_VERSION}: {done} of {len(missing)} jars")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free_mb = shutil.disk_usage(folder).free >> 20
    except OSError as error:
        raise StackError(
            f"{folder} cannot be made ({error.strerror}); set XDG_CACHE_HOME to a folder you may write"
        ) from None
    if free_mb < NEEDED_MB:
        raise DiskFullError(
            f"{NEEDED_MB} MB are needed in {folder} for Kafka's jars and {free_mb} MB are free; free some"
        )


def _maven(scratch: Path, env: Mapping[str, str]) -> Any:
    import truststore

    truststore.inject_into_ssl()  # so that a company's own certificate authority is trusted as the system trusts it
    from jgo.maven import MavenContext, PythonResolver

    named = env.get("REGUA_MAVEN_REPOSITORY", "").strip().rstrip("/")
    remotes = {"named": named} if named else None
    return MavenContext(resolver=PythonResolver(), repo_cache=scratch, remote_repos=remotes, timeout=30)


def _fetch(context: Any, jar: Jar, folder: Path, env: Mapping[str, str]) -> None:
    final = folder / jar.file_name
    local = _maven_copy(jar, env)
    part = final.with_name(f"{final.name}.{os.getpid()}.part")
    try:
        if local is not None:
            shutil.copyfile(local, part)
        else:
            shutil.move(_download(context, jar), part)
        if sha256_of(part) != jar.sha256:
            raise BadHashError(
                f"{jar.file_name} was fetched but does not have the hash kafka-jars.txt names for it, "
                "so it was not used; run again, and if it stays so ask whoever runs your Maven repository or proxy"
            )
        part.replace(final)
    finally:
        part.unlink(missing_ok=True)


def _maven_copy(jar: Jar, env: Mapping[str, str]) -> Path | None:
    root = Path(env["M2_REPO"]) if env.get("M2_REPO") else Path.home() / ".m2" / "repository"
    path = root.joinpath(*jar.group.split("."), jar.artifact, jar.version, jar.file_name)
    return path if path.is_file() and sha256_of(path) == jar.sha256 else None


def _download(context: Any, jar: Jar) -> Path:
    import requests

    component = context.project(jar.group, jar.artifact).at_version(jar.version)
    for attempt in (1, 2, 3):
        artifact = component.artifact(classifier=jar.classifier)
        try:
            return Path(artifact.resolve())
        except (requests.RequestException, RuntimeError, OSError):
            Path(artifact.cached_path).unlink(missing_ok=True)
            if attempt == 3:
                raise StackError(
                    f"{jar.file_name} could not be fetched; check the network and proxy, or name your own Maven "
                    "repository in REGUA_MAVEN_REPOSITORY, and run again (what was fetched is kept)"
                ) from None
    raise AssertionError("unreachable")
