"""`python -m regua.create_topics`: make every topic of the registry on the Kafka that KAFKA_BOOTSTRAP names, and end.

Compose runs it once before the services. Topics that are there get the registry's configuration; nothing is deleted.
"""

import asyncio
import os
import sys

from contracts.registry import topics
from regua.stack.errors import StackError
from regua.stack.topics import ensure


def main() -> int:
    """Exit code 0 when all topics are there, 1 when one cannot be, 2 when no broker is named."""
    bootstrap = os.environ.get("KAFKA_BOOTSTRAP", "")
    if not bootstrap:
        print("topics: name the broker in KAFKA_BOOTSTRAP, e.g. kafka:9092", file=sys.stderr)
        return 2
    try:
        made = asyncio.run(ensure(bootstrap, list(topics().values())))
    except StackError as error:
        print(f"topics: {error}", file=sys.stderr)
        return 1
    print(f"topics: {len(made.created)} made, {len(made.changed)} corrected, {made.kept} were there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
