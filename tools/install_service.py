"""Installs what one service needs, and nothing else, into an environment: the image's build calls it.

`python tools/install_service.py SERVICE PYTHON` collects the outside needs of the service and of the members it stands
on, lets pip resolve them within the lock, and installs exactly those lines of requirements.lock, hashes checked.
Standard library and pip only: it runs before anything is installed.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"


def canonical(name: str) -> str:
    """The one spelling of a package's name (PyPA name normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def outside_needs(root: Path, service: str) -> list[str]:
    """What the service and the members under it ask for from outside, sorted."""
    folders = {
        path.parent.name: path for home in ("libs", "services") for path in root.glob(f"{home}/*/pyproject.toml")
    }
    waiting, seen, needs = [service], set(), set()
    while waiting:
        member = waiting.pop()
        seen.add(member)
        asked = tomllib.loads(folders[member].read_text(encoding="utf-8"))["project"].get("dependencies", [])
        for need in asked:
            name = re.split(r"[^A-Za-z0-9_.-]", need, maxsplit=1)[0]
            if name in folders:
                waiting += [name] if name not in seen else []
            else:
                needs.add(need)
    return sorted(needs)


def only(lock: str, names: set[str]) -> str:
    """The lock's entries (a pin line and its hash lines) of those packages."""
    entries = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
    return "".join(entry for entry in entries if canonical(entry.partition("==")[0]) in names)


def main(service: str, python: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        report, chosen, bounds = Path(folder, "report.json"), Path(folder, "chosen.txt"), Path(folder, "bounds.txt")
        lock = LOCK.read_text(encoding="utf-8")
        # pip takes bounds without hashes here; the installation below checks every hash.
        bounds.write_text("".join(re.findall(r"^\S.*?(?= \\$)|\n", lock, flags=re.MULTILINE)), encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "install", "--quiet"]
        pip += ["--only-binary", ":all:"]
        needs = outside_needs(ROOT, service)
        subprocess.run(
            [*pip, "--dry-run", "--ignore-installed", "--report", str(report), "-c", str(bounds), *needs], check=True
        )
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
        names = {canonical(item["metadata"]["name"]) for item in found}
        chosen.write_text(only(lock, names), encoding="utf-8")
        subprocess.run([*pip, "--no-deps", "--require-hashes", "-r", str(chosen)], check=True)
    print(f"{service}: {len(names)} locked packages")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python tools/install_service.py SERVICE PYTHON")
    sys.exit(main(sys.argv[1], sys.argv[2]))
