"""Makes this checkout ready to work: a virtual environment with the locked packages and our own members.

Called by every make target. Needs only Python 3.11 or newer; runs on older ones just far enough to say so. It does
nothing, and needs no network, when the environment already matches the lock and the member list. Everything
it makes is inside the checkout (`.venv`); pip keeps its own download cache in the user's cache folder.
"""

import glob
import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "ready")
NEEDED_MB = 2500


def stop(sentence):
    """One sentence for a person, then exit code 2."""
    sys.stderr.write("setup: " + sentence + "\n")
    raise SystemExit(2)


def say(sentence):
    sys.stdout.write("setup: " + sentence + "\n")
    sys.stdout.flush()


def members():
    found = []
    for pattern in ("libs/*", "services/*", "tools/*"):
        for path in glob.glob(os.path.join(ROOT, pattern, "pyproject.toml")):
            found.append(os.path.dirname(path))
    return sorted(found)


def fingerprint():
    digest = hashlib.sha256()
    digest.update((sys.version + VENV).encode())
    names = [os.path.join(ROOT, "requirements.lock"), os.path.abspath(__file__)]
    names += [os.path.join(path, "pyproject.toml") for path in members()]
    for name in names:
        with open(name, "rb") as handle:
            digest.update(name[len(ROOT) :].encode() + b"\0" + handle.read())
    return digest.hexdigest()


def ready(mark):
    try:
        with open(STAMP) as handle:
            return handle.read().strip() == mark and os.path.exists(python())
    except OSError:
        return False


def python():
    return os.path.join(VENV, "bin", "python")


def run(command, failure):
    environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    if subprocess.call(command, cwd=ROOT, env=environment) != 0:
        stop(failure)


def check_machine():
    if sys.version_info < (3, 11):
        stop(
            "Python 3.11 or newer is needed and this is %d.%d; install it and name it, e.g. make PYTHON=python3.12 test"
            % sys.version_info[:2]
        )
    if not sys.platform.startswith(("linux", "darwin")):
        stop("Linux or macOS is needed (on Windows use WSL); this is " + sys.platform)
    free_mb = shutil.disk_usage(ROOT).free // (1 << 20)
    if free_mb < NEEDED_MB:
        stop(
            "%d MB of free disk are needed for the packages and there are %d MB; free some and run again"
            % (NEEDED_MB, free_mb)
        )


def make_environment():
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        stop("Python's venv module is missing; install it (on Debian: apt install python3-venv) and run again")
    if os.path.exists(VENV):
        shutil.rmtree(VENV)
    say("making .venv with Python %d.%d.%d" % sys.version_info[:3])
    venv.EnvBuilder(with_pip=True, symlinks=True).create(VENV)


def install(found):
    say("installing the locked packages, hashes checked (about two minutes on the first run)")
    run(
        [
            python(),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--progress-bar",
            "on" if sys.stdout.isatty() else "off",
            "-r",
            "requirements.lock",
        ],
        "the locked packages could not be installed: see pip's message above; if no registry was reached, "
        "check the network and pip's configuration, then run again (what was downloaded is kept)",
    )
    say("installing this checkout's %d members" % len(found))
    command = [python(), "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    for path in found:
        command += ["--editable", path]
    run(command, "the members could not be installed: see pip's message above")
    subprocess.call([python(), "-m", "compileall", "-q", "libs", "services", "tools"], cwd=ROOT)


def main():
    check = sys.version_info >= (3, 11)
    mark = fingerprint() if check else ""
    if check and ready(mark):
        return
    check_machine()
    started = time.monotonic()
    make_environment()
    install(members())
    with open(STAMP, "w") as handle:
        handle.write(mark + "\n")
    say("ready in %d s" % (time.monotonic() - started))


if __name__ == "__main__":
    main()
