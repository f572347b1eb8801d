"""`make chaos`: the campaign that kills processes under load. It comes with the proof work and is not there yet."""

import sys


def main() -> int:
    print(
        "chaos: the campaign is not built yet; it comes with the proof of the guarantees. "
        "What is proven today is in `make test`.",
        file=sys.stderr,
    )
    return 2


if __name__ == "__main__":
    sys.exit(main())
