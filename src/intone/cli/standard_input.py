"""`-` instead of the name of a recording: the recording is piped into the command."""

import sys
from collections.abc import Sequence
from pathlib import Path

from intone.audio import Source
from intone.errors import UsageError

STDIN = Path("-")


def source_of(path: Path) -> Source:
    """What a recording that is named is read from. A file that is called `-` has its whole path as a name."""
    return sys.stdin.buffer if path == STDIN else path


def check_stdin(paths: Sequence[Path]) -> None:
    """A UsageError where the standard input is named and there is none, or where it is named twice."""
    times = paths.count(STDIN)
    if times > 1:
        raise UsageError("The standard input is one recording: name - only once.")
    if times and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageError("Nothing is piped into the standard input: name a file, or pipe a recording into it, as in "
                         "cat talk.wav | intone predict -.")
