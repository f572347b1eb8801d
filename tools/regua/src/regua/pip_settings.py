"""pip's configuration, for uv, which does not read it. It goes into uv's environment only, never into a file."""

import ast
import subprocess
import sys
from collections.abc import Mapping

MEANING = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
}
SECTIONS = ("global", "install", ":env:")  # the later wins, as in pip


def for_uv(listing: str, environment: Mapping[str, str]) -> dict[str, str]:
    """uv's variables for what `pip config list` printed; a variable that the environment already sets is left alone.

    Where pip separates several values by spaces or line breaks, uv wants spaces; for find-links it wants commas.
    """
    settings: dict[str, str] = {}
    lines = [line.partition("=") for line in listing.splitlines() if "=" in line]
    for section in SECTIONS:
        for key, _, quoted in lines:
            home, _, name = key.rpartition(".")
            if home == section and name in MEANING:
                values = str(ast.literal_eval(quoted)).split()
                settings[MEANING[name]] = ("," if name == "find-links" else " ").join(values)
    return {name: value for name, value in settings.items() if name not in environment}


def read() -> str:
    """What `pip config list` prints on this machine; empty when pip is not there."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL).stdout
