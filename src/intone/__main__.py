"""`python -m intone` is the command `intone`."""

import sys

from intone.cli import main

if __name__ == "__main__":
    sys.exit(main())
