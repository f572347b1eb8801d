"""`python -m analytics.dump [--rows FILE]`: hash every projection, and write each row to a file if asked to."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from analytics.dump.digest import Digest, digest
from analytics.settings import Settings
from chassis import runtime
from chassis.settings_source import SettingsError


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code (0 done, 78 settings)."""
    parser = argparse.ArgumentParser(prog="python -m analytics.dump", description="Hash all projections, canonically.")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="write every row to this file, one JSON a line")
    parsed = parser.parse_args(arguments)
    try:
        settings = Settings.load()
    except SettingsError as error:
        print(f"analytics: {error}", file=sys.stderr)
        return 78
    with ExitStack() as stack:
        write: Callable[[str, str], Any] | None = None
        if parsed.rows is not None:
            file = stack.enter_context(parsed.rows.open("w", encoding="utf-8"))

            def write(table: str, line: str) -> None:
                file.write(f'{{"table": "{table}", "row": {line}}}\n')

        found = asyncio.run(_digest(settings, write))
    print(json.dumps(found.as_json(), indent=2))
    return 0


async def _digest(settings: Settings, write: Callable[[str, str], Any] | None) -> Digest:
    parts = runtime.build("analytics", settings)
    try:
        return await digest(parts.database, write=write)
    finally:
        await parts.dispose()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
