"""How far the recordings of `intone predict` are, as a bar on a terminal; nothing is shown on a pipe or in a file."""

import sys
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from intone.recognition.analysis import unheeded

if TYPE_CHECKING:
    from tqdm import tqdm

MANY = 3
"""Recordings from which on the bar is there at once."""

PATIENCE_S = 1.0
"""Seconds after which it is there for fewer recordings: most are answered by then."""

STEP_S = 0.1


class Bar:
    """A bar of some recordings, of which each counts the same."""

    def __init__(self, number: int) -> None:
        self._number, self._done = number, 0
        self._shown_from = monotonic() + (0 if number >= MANY else PATIENCE_S)
        self._drawn_at = 0.0
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> "Bar":
        self._draw(0.0)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def within(self, share: float) -> None:
        """Show that so much of the recording in work is done, 0 to 1."""
        if monotonic() > self._drawn_at + STEP_S:
            self._draw(share)

    def next(self) -> None:
        """Show that the recording in work is done."""
        self._done += 1
        self._draw(0.0)

    def clear(self) -> None:
        """Make room for a line."""
        if self._bar is not None:
            self._bar.clear()

    def _draw(self, share: float) -> None:
        if monotonic() < self._shown_from:
            return
        if self._bar is None:
            from tqdm import tqdm  # its import takes as long as the analysis of a second of speech

            self._bar = tqdm(total=self._number, leave=False, bar_format="{percentage:3.0f}%|{bar}| {desc} "
                                                                         "[{elapsed}<{remaining}]")
        self._drawn_at = monotonic()
        self._bar.n = min(self._number, max(self._bar.n, self._done + share))
        recordings = "recording" if self._number == 1 else "recordings"
        self._bar.set_description_str(f"{self._done}/{self._number} {recordings}")


class NoBar:
    """A bar that nobody sees."""

    within: Callable[[float], None] = staticmethod(unheeded)

    def __enter__(self) -> "NoBar":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def next(self) -> None:
        """Nothing."""

    def clear(self) -> None:
        """Nothing."""


def bar_of(number: int) -> Bar | NoBar:
    """A bar of so many recordings where the standard error is a terminal."""
    return Bar(number) if sys.stderr is not None and sys.stderr.isatty() else NoBar()
