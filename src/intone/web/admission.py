"""What is let in: how many recordings are analysed at once, and how many bytes of requests are held.

Decoding and the network take a processor each; more of them at the same time than there are processors make everyone
wait longer. So a few run, a few wait, and the rest are refused at once (`Desk`, over all processes of a page).

Bodies stay in memory, since nothing of a recording goes to a disk, and are therefore bounded (`Room`, in each process).
They are counted as the application reads them; a request for whose body there is no room is refused before it is read.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from flask import Flask, g, request
from werkzeug.exceptions import BadRequest

from intone.web.store import Ledger


class BusyError(Exception):
    """Too many recordings wait already, or this one waited too long, or there is no room for it."""


class Desk:
    """A row of places, in the order in which they were taken: the first `at_once` have a seat, `waiting` more stand."""

    def __init__(self, ledger: Ledger, name: str, at_once: int, waiting: int) -> None:
        self._ledger, self._name, self._at_once, self._most = ledger, name, at_once, at_once + waiting

    @contextmanager
    def place(self, patience_s: float) -> Iterator[None]:
        """Hold a seat, after standing for at most `patience_s` seconds; raises BusyError where there is none."""
        place = self.stand()
        try:
            if not self._ledger.wait_for(lambda: self.seated(place), patience_s):
                raise BusyError
            yield
        finally:
            self.leave(place)

    def stand(self) -> int:
        """Take the next place; raises BusyError where all are taken."""
        with self._ledger.change() as db:
            if self.taken >= self._most:
                raise BusyError
            values = self._name, os.getpid()
            rows = db.execute("INSERT INTO places (desk, process) VALUES (?, ?) RETURNING id", values)
            return int(rows.fetchone()[0])

    def seated(self, place: int) -> bool:
        """Whether a place has come so far to the front that it has a seat."""
        return self._count("AND id < ?", place) < self._at_once

    def leave(self, place: int) -> None:
        """Give a place back."""
        with self._ledger.change() as db:
            db.execute("DELETE FROM places WHERE id = ?", (place,))

    @property
    def taken(self) -> int:
        """Places that are taken, with a seat or without."""
        return self._count("")

    def _count(self, those: str, *values: object) -> int:
        found: int = self._ledger.ask(f"SELECT count(*) FROM places WHERE desk = ? {those}", self._name, *values)[0][0]
        return found


class Room:
    """Room for `most` bytes of bodies, or for a single body of any size; `held` are there, and `tell` counts them."""

    def __init__(self, most: int, tell: Callable[[int], object]) -> None:
        self.most, self.held = most, 0
        self._tell, self._lock = tell, threading.Lock()

    def check(self, own: int, expected: int) -> None:
        """Raise BusyError where a body of which `own` bytes are held would have no room beside the others."""
        others = self.held - own
        if others and others + max(own, expected) > self.most:
            raise BusyError

    def add(self, more: int) -> None:
        """Count more bytes, or fewer."""
        with self._lock:
            self.held += more
        self._tell(more)


class Body:
    """The body of one request, counted as it is read. A client has announced `size` bytes, or 0 if it does not say.

    BusyError at the beginning, or while it is read, where there is no room for it.
    """

    def __init__(self, stream: IO[bytes], size: int, room: Room) -> None:
        self._stream, self._size, self._room, self._held = stream, size, room, 0
        if size:
            room.check(0, size)

    def read(self, size: int = -1) -> bytes:
        """The next bytes; BadRequest where the client has gone, has fallen silent, or breaks the rules of HTTP."""
        try:
            found = self._stream.read(size)
        except Exception as error:  # each server has errors of its own for that
            raise BadRequest from error
        self._held += len(found)
        self._room.add(len(found))
        self._room.check(self._held, self._size)
        return found

    def close(self) -> None:
        """Give the room back."""
        self._room.add(-self._held)
        self._held = 0


def limit_bodies(app: Flask, room: Room) -> None:
    """Let the requests of an application keep to the room that there is."""
    def enter() -> None:
        g.body = Body(request.environ["wsgi.input"], request.content_length or 0, room)
        request.environ["wsgi.input"] = g.body

    def leave(_error: BaseException | None) -> None:
        if "body" in g:
            g.body.close()

    app.before_request(enter)
    app.teardown_request(leave)
