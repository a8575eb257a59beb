"""`python -m intone` is the command `intone`."""

import os
import sys

# `-m` puts the current folder first, so that a numpy.py beside the recordings would be imported. intone may lie there.
if __name__ == "__main__" and not sys.flags.safe_path and sys.path[0] != os.path.dirname(os.path.dirname(__file__)):  # noqa: PTH120  # pathlib is not imported yet
    del sys.path[0]

from intone.cli import main

if __name__ == "__main__":
    sys.exit(main())
