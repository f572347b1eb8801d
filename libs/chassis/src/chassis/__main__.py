"""`python -m chassis <service> [serve|migrate|…]`."""

import sys

from chassis.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
