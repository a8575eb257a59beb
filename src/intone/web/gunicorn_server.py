"""gunicorn serves the page: one process answers, or several, and one more watches over them (systems with fork).

The recognizer is loaded once, before the processes are forked, so that they share its memory and begin at once. A
process that ends is replaced. What several of them share is in a private folder: the ledger and Prometheus' counts.
"""

import errno
import json
import logging
import os
import selectors
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import TConn, ThreadWorker

from intone.language import texts
from intone.parallel import share_memory
from intone.web.jobs import Lost
from intone.web.pace import HEAD_S, Deadlines, Paced
from intone.web.problems import problem
from intone.web.server import Listening, address, announce, bound, plainly
from intone.web.settings import WebSettings
from intone.web.state import counts_in, ledger_in, state_of
from intone.web.store import Ledger

MEMORY = Path("/dev/shm")
"""Where files are in memory, on Linux."""

THREADS = 256
"""Requests that one process reads and answers at once. A slow client keeps one of them (`pace` says how long)."""

CONNECTIONS = 1000
"""Connections of one process, those included that are kept alive."""

_PREFIX = "intone-page-"
_UNCLAIMED_S = 60  # a folder so young may have been made by one that has not yet claimed it
_FORGET_S = 60.0
_LINGER_S = 2.0  # a client that is hung up may still read its answer
_NO_DESCRIPTOR_S = 0.1  # the page waits so long where the system has no descriptor for one more connection
_ANSWER_S = 6  # what requests in flight may take after SIGTERM
_END_S = 12  # a process that has not ended by then is killed
_HUNG_S = 120  # so is one whose main loop has stood still for so long


def run(make: Callable[[Path | None], Flask], host: str, port: int, settings: WebSettings, processes: int = 1,
        listening: Listening = announce) -> None:
    """Serve a page until Ctrl+C or SIGTERM; UsageError where the address is not free.

    Each process `make`s its own application, given the folder that several of them share, None where there is one.
    """
    with bound(host, port) as listener, shared_folder() if processes > 1 else _nothing() as folder:
        if folder:
            Ledger(ledger_in(folder)).close()
            counts_in(folder).mkdir()
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts_in(folder))  # before prometheus_client is imported
        share_memory()
        _allow_descriptors()
        log = logging.getLogger("gunicorn.error")
        log.addFilter(_concerns_the_server)
        log.addFilter(plainly)
        page = _Page(make, address(listener, host), listener.detach(), settings, processes, folder, listening)
        try:
            page.run()
        except SystemExit as ended:
            if ended.code:  # gunicorn has said why
                raise


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A process that answers: gunicorn's, with deadlines for its clients. Its main loop waits for none of them."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.deadlines = Deadlines()
        self._hung_up: dict[socket.socket, float] = {}

    def load_wsgi(self) -> None:
        """Let the application keep to the deadlines."""
        super().load_wsgi()
        self.wsgi: Any = Paced(self.wsgi, self.deadlines)

    def notify(self) -> None:
        """Once a second: tell the process that watches, and look at the clock."""
        super().notify()
        self.deadlines.shut_late()
        for client in [one for one, until in self._hung_up.items() if until < time.monotonic()]:
            self._close(client)

    def accept(self, listener: socket.socket) -> None:
        """Let one in; where the system has no descriptor for it, wait a little instead of failing."""
        try:
            client, address = listener.accept()
        except BlockingIOError:  # another process was faster
            return
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                time.sleep(_NO_DESCRIPTOR_S)
            elif error.errno != errno.ECONNABORTED:
                raise
            return
        self.nr_conns += 1
        self.enqueue_req(_Connection(self.cfg, client, address, listener.getsockname(), self.hang_up))

    def handle(self, conn: Any) -> Any:
        """Read and answer a request, in a thread."""
        self.deadlines.expect(conn.sock, HEAD_S)
        try:
            return super().handle(conn)
        finally:
            self.deadlines.met(conn.sock)

    def hang_up(self, client: socket.socket) -> None:
        """Close a connection, once its client has read the answer: gunicorn would wait for that in the main loop."""
        try:
            client.setblocking(False)
            client.shutdown(socket.SHUT_WR)
            self.poller.register(client, selectors.EVENT_READ, self._drain)
        except OSError:
            client.close()
            return
        self._hung_up[client] = time.monotonic() + _LINGER_S

    def _drain(self, client: socket.socket) -> None:
        """What a client still sends would reset the connection, and lose it the answer."""
        with suppress(BlockingIOError):
            try:
                gone = not client.recv(65_536)
            except ConnectionError:
                gone = True
            if gone:
                self._close(client)

    def _close(self, client: socket.socket) -> None:
        del self._hung_up[client]
        with suppress(KeyError, ValueError):
            self.poller.unregister(client)
        client.close()


class _Connection(TConn):  # type: ignore[misc]
    """A connection that is closed by `hang_up`."""

    def __init__(self, cfg: Any, client: socket.socket, address: Any, server: Any,
                 hang_up: Callable[[socket.socket], None]) -> None:
        super().__init__(cfg, client, address, server)
        self._hang_up = hang_up

    def close(self, graceful: bool = False) -> None:
        """Close it, at once or gracefully."""
        if graceful:
            self._hang_up(self.sock)
        else:
            super().close()


class _Page(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """What gunicorn is told: settings, and what to do when a process begins and ends."""

    def __init__(self, make: Callable[[Path | None], Flask], where: str, listener: int, settings: WebSettings,
                 processes: int, folder: Path | None, listening: Listening) -> None:
        self._listening = listening
        self._make, self._where, self._listener, self._folder = make, where, listener, folder
        self._settings, self._processes = settings, processes
        self._announcement, told = os.pipe()  # holds one byte: whoever takes it tells where the page is
        os.set_blocking(self._announcement, False)
        os.write(told, b"1")
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its settings. No file and no variable of the environment changes them."""
        chosen = {
            "bind": f"fd://{self._listener}", "workers": self._processes, "worker_class": Worker,
            "threads": THREADS, "worker_connections": CONNECTIONS, "timeout": _HUNG_S, "graceful_timeout": _END_S,
            "loglevel": "error", "control_socket_disable": True, "forwarded_allow_ips": "", "forwarder_headers": "",
            "worker_tmp_dir": str(self._folder or _base()),
            "when_ready": self._ready, "post_fork": self._forked, "post_worker_init": self._begun,
            "worker_exit": self._ended, "child_exit": self._gone,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application of a process, made in that process."""
        return self._make(self._folder)

    def _ready(self, _server: Any) -> None:
        """In the process that watches: whatever asks it to end lets requests in flight be answered."""
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, lambda *_: os.kill(os.getpid(), signal.SIGTERM))

    def _forked(self, _server: Any, worker: Any) -> None:
        os.setpgid(0, 0)  # Ctrl+C comes to the process that watches alone, which lets the others end
        worker.cfg.set("graceful_timeout", _ANSWER_S)

    def _begun(self, worker: Any) -> None:
        here = state_of(self.wsgi())
        end = signal.getsignal(signal.SIGTERM)

        def end_jobs_too(number: int, frame: FrameType | None) -> None:
            end(number, frame)  # type: ignore[operator, misc]  # gunicorn has set a function
            threading.Thread(target=here.jobs.close).start()  # who follows one is told, instead of being waited for

        signal.signal(signal.SIGTERM, end_jobs_too)
        threading.Thread(target=here.jobs.forget_for_ever, args=(_FORGET_S,), daemon=True).start()
        if worker.age >= self._processes:
            with suppress(BlockingIOError):
                os.read(self._announcement, 1)
                self._listening(self._where)

    def _ended(self, _server: Any, worker: Any) -> None:
        """In a process that has answered all, or as much as there was time for."""
        if worker.booted and worker.pid == os.getpid():
            state_of(self.wsgi()).jobs.close()  # before the watching process sees the end, and calls them failed
            if self._folder and os.getppid() != worker.ppid:
                shutil.rmtree(self._folder, ignore_errors=True)  # the one that would do so has gone
            os._exit(0)  # Python would wait for the threads of clients that have stopped sending

    def _gone(self, _server: Any, worker: Any) -> None:
        """In the process that watches: what another leaves when it has ended."""
        if self._folder:
            from prometheus_client.multiprocess import mark_process_dead

            lost = Lost(texts(self._settings.language)("error.lost"))
            # Opened only here: SQLite must not be open in a process that forks.
            with closing(Ledger(ledger_in(self._folder))) as ledger:
                ledger.bury(worker.pid, json.dumps(problem(lost, lost.http_status, str(lost))))
            mark_process_dead(worker.pid, str(counts_in(self._folder)))  # type: ignore[no-untyped-call]


def _allow_descriptors() -> None:
    """Let this process and those that it forks have as many descriptors as the system lets it: one a connection."""
    import resource  # not on every system

    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(ValueError, OSError):  # macOS says "infinite" and takes less
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _concerns_the_server(record: logging.LogRecord) -> bool:
    """Whether something that gunicorn logs is more than the socket of a client that has gone or fallen silent."""
    return not (record.exc_info and isinstance(record.exc_info[1], OSError))


@contextmanager
def _nothing() -> Iterator[None]:
    yield None


def _base() -> Path:
    return MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder in memory (/dev/shm) where there is one, that only this user may read; it is gone after the block.

    It is claimed as long as a process lives that was forked within the block. Removes those that nobody claims: they
    are left of pages whose processes were all killed.
    """
    import fcntl  # not on every system

    base = _base()
    for left in base.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            _remove_unclaimed(left)
    folder, owner = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base)), os.getpid()
    claim = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX)
        yield folder
    finally:
        if os.getpid() == owner:
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
