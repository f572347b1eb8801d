"""`python -m brasil COMMAND …`."""

import sys

from brasil.cli import main

if __name__ == "__main__":
    sys.exit(main())
