"""`python -m analytics.rebuild [--afresh] [--json]`: make every projection anew from the topics.

Stop the service's processes first. DATABASE_OWNER_URL is needed, as for `migrate`. A rebuild that is interrupted goes
on when it is started again.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable

from analytics.consumers import subscriptions
from analytics.rebuild.replay import Progress
from analytics.rebuild.run import rebuild
from analytics.settings import Settings
from chassis import runtime
from chassis.db import Database
from chassis.errors import ServiceError
from chassis.settings_source import SettingsError


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code (0 done, 1 refused or keys parked, 78 settings)."""
    parser = argparse.ArgumentParser(
        prog="python -m analytics.rebuild", description="Make every projection anew from the topics."
    )
    parser.add_argument("--afresh", action="store_true", help="begin again, even if an earlier rebuild did not end")
    parser.add_argument("--json", action="store_true", help="progress and result as JSON, one object a line")
    parser.add_argument(
        "--wait", type=int, default=60, metavar="SECONDS", help="for a killed process's membership to end (60)"
    )
    parsed = parser.parse_args(arguments)
    try:
        settings = Settings.load()
        done = asyncio.run(_rebuild(settings, _json if parsed.json else _text, parsed))
    except SettingsError as error:
        print(f"analytics: {error}", file=sys.stderr)
        return 78
    except ServiceError as error:
        print(f"analytics: {error.detail}", file=sys.stderr)
        return 1
    if parsed.json:
        print(json.dumps({"done": True, **done.as_json()}))
    else:
        print(f"{done.records} records in {done.seconds:.0f} s, {done.per_second} a second; {done.parked} keys parked")
    return 1 if done.parked else 0


async def _rebuild(settings: Settings, say: Callable[[Progress], None], parsed: argparse.Namespace) -> Progress:
    owner_url = settings.database_owner_url
    if owner_url is None:
        raise SettingsError("DATABASE_OWNER_URL is missing: set it to the address with the role that owns the tables")
    parts = runtime.build("analytics", settings)
    owner = Database(
        owner_url.get_secret_value(),
        clock=parts.clock,
        ids=parts.ids,
        producer_name="analytics",
        lanes=settings.outbox_lanes,
        pool_size=1,
        ssl=runtime.database_tls(settings),
    )
    try:
        return await rebuild(
            parts.database,
            owner,
            parts.kafka,
            subscriptions,
            say=say,
            afresh=parsed.afresh,
            wait_seconds=max(0, parsed.wait),
        )
    finally:
        await owner.dispose()
        await parts.dispose()


def _json(progress: Progress) -> None:
    print(json.dumps({"done": False, **progress.as_json()}), flush=True)


def _text(progress: Progress) -> None:
    left = "" if progress.left_seconds is None else f", {progress.left_seconds} s to go"
    print(f"{progress.records} of {progress.total} records, {progress.per_second} a second{left}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
