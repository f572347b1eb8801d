"""`python -m notifier.verify FILE`: check a downloaded evidence file, offline. Exit status 0 if it is whole, else 1."""

import sys
from pathlib import Path

from notifier.domain.evidence_file import check


def main(arguments: list[str]) -> int:
    """Check each file; one line says what was found."""
    if not arguments:
        sys.stderr.write("usage: python -m notifier.verify FILE...\n")
        return 2
    broken = 0
    for name in arguments:
        try:
            found = check(Path(name).read_text(encoding="utf-8").split("\n"))
        except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
            broken += 1
            sys.stdout.write(f"{name}: NOT whole: {error}\n")
            continue
        sys.stdout.write(
            f"{name}: whole: {found.entries} entries about invoice {found.invoice_id}, {found.links} links between "
            f"them, last hash {found.last_hash}\n"
        )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
