"""What is let in: how many recordings are analysed at once, and how many bytes of requests are held.

Decoding and the network take a processor each; more of them at the same time than there are processors make everyone
wait longer. So a few run, a few wait, and the rest are refused at once (`Desk`, over all processes of a page).

Bodies stay in memory, since nothing of a recording goes to a disk, and are therefore bounded (`Room`, in each process).
They are counted as the application reads them; a request for whose body there is no room is refused before it is read.
How slowly a client may send and read is `pace`'s business.
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
    """Places for those who want something done: `at_once` have a seat, `waiting` more stand.

    Whose turn it is when a seat is free: first everyone's first place, then everyone's second, so that a client who
    took many does not keep others waiting. One client has at most `a_client` places, where that is given.
    """

    def __init__(self, ledger: Ledger, name: str, at_once: int, waiting: int, a_client: int | None = None) -> None:
        self._ledger, self._name, self._at_once, self._most = ledger, name, at_once, at_once + waiting
        self._a_client = self._most if a_client is None else a_client

    @contextmanager
    def place(self, patience_s: float, client: str = "") -> Iterator[None]:
        """Hold a seat, after standing for at most `patience_s` seconds; raises BusyError where there is none."""
        place = self.stand(client)
        try:
            if not self._ledger.wait_for(lambda: self.seated(place), patience_s):
                raise BusyError
            yield
        finally:
            self.leave(place)

    def stand(self, client: str = "") -> int:
        """Take a place; raises BusyError where all are taken, or all that one client may take."""
        with self._ledger.change() as db:
            if self.taken >= self._most or self._count("AND client = ?", client) >= self._a_client:
                raise BusyError
            values = self._name, os.getpid(), client
            rows = db.execute("INSERT INTO places (desk, process, client) VALUES (?, ?, ?) RETURNING id", values)
            return int(rows.fetchone()[0])

    def seated(self, place: int) -> bool:
        """Whether a place has a seat; takes one where it is its turn."""
        if self._count("AND id = ? AND seated", place):
            return True
        turns = self._ledger.ask(_TURNS, self._name, self._at_once - self._count("AND seated"))
        if (place,) not in turns:
            return False
        with self._ledger.change() as db:
            db.execute(_SIT, (place, self._name, self._at_once))
        return bool(self._count("AND id = ? AND seated", place))

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


_TURNS = """
SELECT id FROM (SELECT id, seated, row_number() OVER (PARTITION BY client ORDER BY seated DESC, id) AS turn
                FROM places WHERE desk = ?)
WHERE NOT seated ORDER BY turn, id LIMIT max(0, ?)"""
"""Places without a seat whose turn it is, as many as seats are free."""

_SIT = "UPDATE places SET seated = 1 WHERE id = ? AND (SELECT count(*) FROM places WHERE desk = ? AND seated) < ?"
"""Another process may have taken the seat meanwhile."""


class Room:
    """Room for `most` bytes of bodies, or for a single body of any size; `held` are there, and `tell` counts them.

    At most `at_once` bodies are received at the same time: whoever sends slowly keeps a thread meanwhile.
    """

    def __init__(self, most: int, at_once: int, tell: Callable[[int], object]) -> None:
        self.most, self.held = most, 0
        self._tell, self._lock, self._free = tell, threading.Lock(), threading.BoundedSemaphore(at_once)

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

    def begin(self) -> None:
        """Begin to receive a body; raises BusyError where as many are received as may be."""
        if not self._free.acquire(blocking=False):
            raise BusyError

    def end(self) -> None:
        """A body that was begun is received, or given up."""
        self._free.release()


class Body:
    """The body of one request, counted as it is read. A client has announced `size` bytes, or 0 if it does not say.

    BusyError at the beginning, or while it is read, where there is no room for it.
    """

    def __init__(self, stream: IO[bytes], size: int, room: Room) -> None:
        self._stream, self._size, self._room, self._held = stream, size, room, 0
        self._receiving: bool | None = None  # not yet
        if size:
            room.check(0, size)

    def read(self, size: int = -1) -> bytes:
        """The next bytes; BadRequest where the client has gone, has fallen silent, or breaks the rules of HTTP."""
        if self._receiving is None:
            self._room.begin()
            self._receiving = True
        try:
            found = self._stream.read(size)
        except Exception as error:  # each server has errors of its own for that
            raise BadRequest from error
        self._held += len(found)
        self._room.add(len(found))
        self._room.check(self._held, self._size)
        if not found or self._held == self._size:
            self._received()
        return found

    def _received(self) -> None:
        if self._receiving:
            self._room.end()
        self._receiving = False

    def close(self) -> None:
        """Give the room back."""
        self._received()
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
