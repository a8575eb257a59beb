"""`intone` alone: the first three things to do."""

from intone.cli.messages import show

LINES = ("intone recognises emotion in recorded speech.",
         "",
         "  intone predict recording.m4a   say how the voice in a recording sounds",
         "  intone serve                   open the page: record yourself, read the answer",
         "  intone --help                  see all that it can do")


def welcome() -> None:
    """Print them."""
    show(*LINES)
