"""How many recordings are heard at once, over all processes of a page.

Decoding and the network take a processor each; more of them at the same time than there are processors make everyone
wait longer, so a few run, a few wait, and the rest are told so at once.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from intone.web.store import Ledger


class BusyError(Exception):
    """Too many recordings wait already, or this one waited too long."""


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
