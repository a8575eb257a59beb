"""What the processes of one page share: who has a place at which desk, and the long recordings with their answers.

SQLite keeps it: in memory where one process serves the page, in a private folder where several do (`gunicorn_server`).
It never holds a recording, but the answers in it hold the peaks of their waveforms.
"""

import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS places (
    id INTEGER PRIMARY KEY AUTOINCREMENT, desk TEXT NOT NULL, process INTEGER NOT NULL, client TEXT NOT NULL DEFAULT '',
    seated INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS jobs (
    name TEXT PRIMARY KEY, process INTEGER NOT NULL, duration_s REAL NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
    progress REAL NOT NULL DEFAULT 0, told TEXT, ended REAL);
"""
_GLANCE_S = 0.02  # how often one who waits looks for what another process has changed
_LOCKED_S = 30.0


class Ledger:
    """The tables `places` and `jobs`, for any thread; `path` is a file that several processes open, None memory."""

    def __init__(self, path: Path | None = None) -> None:
        self._changed = threading.Condition()
        self._glance_s = None if path is None else _GLANCE_S
        self._db = sqlite3.connect(path or ":memory:", timeout=_LOCKED_S, isolation_level=None, check_same_thread=False)
        self.close = weakref.finalize(self, self._db.close)
        self.close.atexit = False  # threads may still ask it then
        self._db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA secure_delete=ON; {_TABLES}")

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self._changed:
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction: nobody changes anything meanwhile, and it is undone where the block fails."""
        with self._changed:
            self._db.execute("BEGIN IMMEDIATE")
            with self._db:
                yield self._db
            self._changed.notify_all()

    def wait_for(self, holds: Callable[[], bool], patience_s: float | None = None) -> bool:
        """Wait until something holds, for at most `patience_s` seconds; whether it does."""
        until = None if patience_s is None else time.monotonic() + patience_s
        with self._changed:
            while not (held := holds()):
                left_s = None if until is None else until - time.monotonic()
                if left_s is not None and left_s <= 0:
                    break
                self._changed.wait(min((one for one in (left_s, self._glance_s) if one is not None), default=None))
            return held

    def wake(self) -> None:
        """Let everyone in this process who waits look again."""
        with self._changed:
            self._changed.notify_all()

    def forget(self, kept_s: float) -> None:
        """Forget jobs that ended more than `kept_s` seconds ago."""
        with self.change() as db:
            db.execute("DELETE FROM jobs WHERE ended < ?", (time.monotonic() - kept_s,))

    def bury(self, process: int, told: str) -> None:
        """Free the places of a process that has ended; what it was analysing has failed, as the problem `told` says."""
        with self.change() as db:
            db.execute("DELETE FROM places WHERE process = ?", (process,))
            db.execute("UPDATE jobs SET state = 'failed', told = ?, ended = ? WHERE process = ? AND ended IS NULL",
                       (told, time.monotonic(), process))
