"""`python -m chassis.proof <campaign>`: try to break delivery, and print what held.

Servers: `KAFKA_BOOTSTRAP` and `DATABASE_ADMIN_URL` (a superuser's URL). Exit code 1 if anything was violated.
"""

import argparse
import json
import os
import sys

from chassis.proof import crashpoints, scenarios
from chassis.proof.plants import PLANTS
from chassis.proof.scenarios import SCENARIOS
from chassis.proof.worlds import Worlds


def main() -> int:
    """Run one campaign from the command line."""
    parser = argparse.ArgumentParser(prog="python -m chassis.proof", description=__doc__)
    campaigns = parser.add_subparsers(dest="campaign", required=True)
    points = campaigns.add_parser("crashpoints", help="a death before and after every step")
    points.add_argument("--occurrences", type=int, default=1, help="how many times of each step (0: all)")
    points.add_argument("--workers", type=int, default=3)
    points.add_argument("--only", nargs="*", default=(), choices=[one.name for one in SCENARIOS])
    points.add_argument("--steps", nargs="*", default=(), metavar="STEP", help="only at these steps")
    points.add_argument(
        "--patience", type=float, default=scenarios.LONGEST_RUN_SECONDS, metavar="SECONDS", help="longest time of a run"
    )
    points.add_argument("--plant", choices=sorted(PLANTS), help="with this defect: violations must be found")
    points.add_argument("--json", action="store_true", help="print the figures as JSON instead of a table")
    arguments = parser.parse_args()
    postgres, kafka = os.environ.get("DATABASE_ADMIN_URL"), os.environ.get("KAFKA_BOOTSTRAP")
    if not postgres or not kafka:
        parser.error("set KAFKA_BOOTSTRAP and DATABASE_ADMIN_URL to servers that may be used for tests")
    scenarios.LONGEST_RUN_SECONDS = arguments.patience
    if arguments.plant:
        PLANTS[arguments.plant]()
    report = crashpoints.run(
        lambda: Worlds(postgres, kafka),
        occurrences=arguments.occurrences,
        workers=arguments.workers,
        only=arguments.only,
        steps=arguments.steps,
    )
    print(json.dumps(report.as_json(), indent=2) if arguments.json else report.table())
    for line in report.violations:
        print(line, file=sys.stderr)
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
