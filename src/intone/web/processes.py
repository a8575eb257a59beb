"""Several processes behind one address: each listens on the same socket, and the system gives a visitor to one of them.

What a process needs of another is in a private folder: the ledger and Prometheus' counts. Whoever visits next is
answered by a process that lives: what one that ended was hearing has failed, and another takes its place.
"""

import json
import logging
import os
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from intone.errors import IntoneError, UsageError
from intone.web.jobs import Lost
from intone.web.problems import problem
from intone.web.server import announce, bound, ended_by_sigterm
from intone.web.settings import WebSettings
from intone.web.state import counts_in, ledger_in
from intone.web.store import Ledger
from intone.web.texts import Texts

READY = b"ready"
"""What a process says as soon as it answers."""

MEMORY = Path("/dev/shm")
"""Where files are in memory, on Linux."""

_PREFIX = "intone-page-"
_UNCLAIMED_S = 60  # a folder so young may have been made by one that has not yet claimed it
_FORGET_S = 60.0
_END_S = 12.0  # `server` lets requests in flight take 6 s, and then a job that was cancelled 5 s
_PAUSE_S = 1.0


class EndedEarly(IntoneError):
    """A process that ended before it answered anything."""


@dataclass(frozen=True)
class Duty:
    """What every process serves: a recognizer by its path, None the bundled one, within the settings of all."""

    recognizer: Path | None
    settings: WebSettings


@dataclass(frozen=True)
class Orders:
    """What one process is told: its duty, the folder it shares, and two sockets by their descriptors.

    On `listener` come visitors; `line` leads to the process that started it, and is at its end when that has gone.
    """

    duty: Duty
    folder: Path
    listener: int
    line: int


ORDERS = TypeAdapter(Orders)


@dataclass
class _Worker:
    process: "subprocess.Popen[bytes]"
    line: socket.socket
    ready: bool = False


def run_processes(host: str, port: int, duty: Duty, processes: int) -> None:
    """Serve a page with several processes until Ctrl+C or SIGTERM.

    Raises UsageError where the address is not free, and what the first process that cannot begin has to say.
    """
    if os.name != "posix":
        raise UsageError("Several processes cannot share an address on this system: choose --processes 1.")
    with bound(host, port) as listener, shared_folder() as folder, ended_by_sigterm():
        crew = _Crew(duty, listener, folder)
        try:
            crew.begin(processes)
            announce(listener, host)
            with suppress(SystemExit, KeyboardInterrupt):
                crew.watch()
        finally:
            crew.end()


class _Crew:
    """The processes that serve, and what they share."""

    def __init__(self, duty: Duty, listener: socket.socket, folder: Path) -> None:
        self._duty, self._listener, self._folder = duty, listener, folder
        self._ledger = Ledger(ledger_in(folder))
        counts_in(folder).mkdir()
        lost = Lost(Texts(duty.settings.language)("error.lost"))
        self._lost = json.dumps(problem(lost, lost.http_status, str(lost)))
        self._lines = selectors.DefaultSelector()

    @property
    def _workers(self) -> list[_Worker]:
        return [key.data for key in self._lines.get_map().values()]

    def begin(self, processes: int) -> None:
        """Start so many, and wait until all answer; raises what one says that cannot."""
        for _ in range(processes):
            self._start()
        while not all(one.ready for one in self._workers):
            for worker, said in self._heard():
                if said != READY:
                    raise _failure(worker, said)
                worker.ready = True

    def watch(self) -> None:
        """Start another where one has ended, for ever."""
        while True:
            for worker, said in self._heard():
                if said == READY:
                    worker.ready = True
                elif not said:
                    self._replace(worker)
            self._ledger.forget(self._duty.settings.kept_s)

    def end(self) -> None:
        """Let all of them end what they do."""
        workers = self._workers
        try:
            for worker in workers:
                worker.process.terminate()
            until = time.monotonic() + _END_S
            for worker in workers:
                with suppress(subprocess.TimeoutExpired):
                    worker.process.wait(max(0.0, until - time.monotonic()))
        finally:
            for worker in workers:
                worker.process.kill()
                worker.process.wait()
                worker.line.close()
            self._lines.close()

    def _start(self) -> None:
        line, theirs = socket.socketpair()
        with theirs:
            orders = Orders(self._duty, self._folder, self._listener.fileno(), theirs.fileno())
            process = subprocess.Popen(
                [sys.executable, "-m", "intone.web.worker", ORDERS.dump_json(orders).decode()],
                env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(counts_in(self._folder))},
                pass_fds=(orders.listener, orders.line), stdin=subprocess.DEVNULL,
                process_group=0)  # Ctrl+C comes to this process alone, which lets the others end
        self._lines.register(line, selectors.EVENT_READ, _Worker(process, line))

    def _heard(self) -> Iterator[tuple[_Worker, bytes]]:
        for key, _ in self._lines.select(_FORGET_S):
            yield key.data, key.data.line.recv(65_536)

    def _replace(self, worker: _Worker) -> None:
        self._lines.unregister(worker.line)
        worker.line.close()
        status = worker.process.wait()
        self._ledger.bury(worker.process.pid, self._lost)
        logging.getLogger("intone.web").warning("A process of the page has ended (status %d): another takes its place.",
                                                status)
        if not worker.ready:
            time.sleep(_PAUSE_S)  # what keeps it from beginning may last
        self._start()


def _failure(worker: _Worker, said: bytes) -> IntoneError:
    status = worker.process.wait()
    error = EndedEarly(said.decode() or f"A process of the page ended before it answered (status {status}): start it "
                       "again, or with --processes 1.")
    error.exit_status = status if said else 1
    return error


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder in memory (/dev/shm) where there is one, that only this user may read; it is gone after the block.

    Removes those that are left of pages whose processes were all killed.
    """
    import fcntl  # not on every system

    base = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    for left in base.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            _remove_unclaimed(left)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
    claim = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(claim)


def _remove_unclaimed(folder: Path) -> None:
    """Remove a folder of this user that no living process claims; OSError where one does."""
    import fcntl

    claim = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        told = os.fstat(claim)
        if told.st_uid == os.getuid() and time.time() - told.st_mtime > _UNCLAIMED_S:
            shutil.rmtree(folder)
    finally:
        os.close(claim)
