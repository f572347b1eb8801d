"""The `regua` command. Pure commands start without importing anything else."""

import importlib
import sys
from collections.abc import Sequence

PURE = ("boleto", "pix", "bank-file", "nfe", "charges", "calendar", "tax-id")


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code: 0 good, 1 it went wrong, 2 it was called wrongly."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    first = arguments[0] if arguments else ""
    if first in PURE:
        # mypy and readers find the parser there; here only the dispatch matters.
        sys.exit(importlib.import_module("brasil.cli").main(arguments, prog="regua"))
    if first == "contracts":
        sys.exit(importlib.import_module("regua.contracts").main(arguments[1:]))
    sys.exit(importlib.import_module("regua.cli").run(arguments))


if __name__ == "__main__":
    main()
