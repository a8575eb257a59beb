"""How slowly a client may send and read: whoever is slower is hung up, since its thread could answer others.

gunicorn reads and writes in the thread that answers. So each step of a client has a deadline: the head of its request,
each piece of its body, each piece of its answer. The clock of a server looks once a second for those that have passed,
and shuts their connections; the thread that waits then sees the end of the connection, as if the client had gone.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import IO, Any

HEAD_S = 10.0
"""Seconds in which the head of a request must be there."""

GRACE_S = 20.0
"""Seconds that a piece of a body or of an answer may take, more than its bytes take at `LEAST_RATE`."""

LEAST_RATE = 8_000
"""Bytes a second: a quarter of the slowest mobile networks (EDGE)."""

PIECE = 65_536
"""Bytes of an answer that are sent under one deadline."""

LEFT = "intone.left"
"""Key of a request's environment: a function that says whether its client has gone."""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Deadlines:
    """The connections of a process that something is expected from, and until when."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._until: dict[socket.socket, float] = {}
        self._lock, self._now = threading.Lock(), now

    def expect(self, of: socket.socket, within_s: float) -> None:
        """Something must have come, or gone, over a connection within so many seconds."""
        with self._lock:
            self._until[of] = self._now() + within_s

    def met(self, by: socket.socket) -> None:
        """Nothing is expected from a connection now."""
        with self._lock:
            self._until.pop(by, None)

    def shut_late(self) -> None:
        """Shut the connections whose deadline has passed."""
        with self._lock:
            late = [one for one, until in self._until.items() if until < self._now()]
            for one in late:
                del self._until[one]
        for one in late:
            with suppress(OSError):  # it is closed already
                one.shutdown(socket.SHUT_RDWR)


class Paced:
    """An application whose requests keep to the deadlines; for gunicorn, which tells the socket of a request."""

    def __init__(self, application: Application, deadlines: Deadlines) -> None:
        self._application, self._deadlines = application, deadlines

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        of: socket.socket = environ["gunicorn.socket"]
        self._deadlines.met(of)
        environ["wsgi.input"] = _Input(environ["wsgi.input"], self._deadlines, of)
        environ[LEFT] = partial(has_left, of)
        answer = self._application(environ, start_response)
        try:
            for part in answer:
                for start in range(0, max(1, len(part)), PIECE):
                    piece = part[start : start + PIECE]
                    self._deadlines.expect(of, GRACE_S + len(piece) / LEAST_RATE)
                    yield piece
                    self._deadlines.met(of)
        finally:
            self._deadlines.met(of)
            if hasattr(answer, "close"):
                answer.close()


class _Input:
    """The body of a request, each piece of which has a deadline."""

    def __init__(self, stream: IO[bytes], deadlines: Deadlines, of: socket.socket) -> None:
        self._stream, self._deadlines, self._of = stream, deadlines, of

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        self._deadlines.expect(self._of, GRACE_S + max(size, 0) / LEAST_RATE)
        try:
            return self._stream.read(size)
        finally:
            self._deadlines.met(self._of)


def has_left(client: socket.socket) -> bool:
    """Whether a client has closed its connection, from which nothing is expected now."""
    try:
        return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
