"""How many recordings are heard at once.

Decoding and the network take a processor each; more of them at the same time than there are processors make everyone
wait longer, so a few run, a few wait, and the rest are told so at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class BusyError(Exception):
    """Too many recordings wait already, or this one waited too long."""


class Desk:
    """`at_once` callers are inside `place()`, `waiting` more wait for at most `patience_s` seconds."""

    def __init__(self, at_once: int, waiting: int, patience_s: float) -> None:
        self._seats = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._patience_s = patience_s

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a seat, after waiting for one; raises BusyError where there is none."""
        with _held(self._places, 0), _held(self._seats, self._patience_s):
            yield


@contextmanager
def _held(semaphore: threading.BoundedSemaphore, timeout_s: float) -> Iterator[None]:
    if not semaphore.acquire(timeout=timeout_s):
        raise BusyError
    try:
        yield
    finally:
        semaphore.release()
