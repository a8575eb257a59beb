"""Ctrl+C as the end of what goes on, and not of the command: the second time it interrupts as usual."""

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


class Ending:
    """Within the block, Ctrl+C is noted, and ends what is waited for."""

    def __init__(self) -> None:
        self.asked = False
        self._waits = False
        self._before: Any = None

    def __enter__(self) -> "Ending":
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def wait(self, until: Callable[[], T]) -> T | None:
        """What a function returns that may wait long; None where Ctrl+C ended it."""
        try:
            self._waits = True
            return None if self.asked else until()
        except KeyboardInterrupt:
            if not self._waits:
                raise
            return None
        finally:
            self._waits = False

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        again, self.asked = self.asked, True
        if self._waits or again:
            raise KeyboardInterrupt
