"""The bodies of requests that arrive: kept in memory, as nothing of a recording goes to a disk, and therefore bounded.

waitress reads the body of every connection before anyone is asked about it. Here its parser counts what all of them
hold together; a request for whose body there is no room is handed on without it, and the application answers that it
is busy.
"""

import threading
from functools import partial
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

TURNED_AWAY = "HTTP_intone.full"
"""What the WSGI environment has where there was no room; the names of a client's own headers are in capitals."""


class Room:
    """Room for `most` bytes of bodies, or for a single one of any size; `held` are there."""

    def __init__(self, most: int) -> None:
        self.most, self.held = most, 0
        self._lock = threading.Lock()

    def add(self, more: int) -> None:
        """Count more bytes, or fewer: waitress reads in one thread and closes in another."""
        with self._lock:
            self.held += more


def limit(server: Any, room: Room) -> None:
    """Let a waitress server keep to the room that there is."""
    server.channel_class = type("Channel", (_Channel,), {"parser_class": partial(_Parser, room)})


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    def __init__(self, room: Room, adjustments: Any) -> None:
        super().__init__(adjustments)
        self._room, self._held = room, 0

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.body_rcv is not None and self.error is None:
            self._hold(self.body_bytes_received)
            others = self._room.held - self._held
            if others and others + max(self._held, self.content_length) > self._room.most:
                self._turn_away()
        return consumed

    def close(self) -> None:
        super().close()
        self._hold(0)

    def _hold(self, size: int) -> None:
        self._room.add(size - self._held)
        self._held = size

    def _turn_away(self) -> None:
        self.close()
        self.body_rcv = None
        self.headers.pop("CONTENT_LENGTH", None)
        self.headers |= {"CONNECTION": "close", TURNED_AWAY.removeprefix("HTTP_"): "1"}
        self.expect_continue, self.completed = False, True


class _Channel(HTTPChannel):  # type: ignore[misc]
    def handle_close(self) -> None:
        """Give back the room of a body that will never be complete."""
        super().handle_close()
        if self.request is not None:
            self.request.close()
