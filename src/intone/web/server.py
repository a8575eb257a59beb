"""Where the page is served, and by what.

`serve` is the command: gunicorn serves on systems with fork (`gunicorn_server`), and waitress elsewhere, in one process
(`run`). `in_background` serves with waitress for as long as a with block lasts, for tests and notebooks.

gunicorn lets the application read the body of a request, so that one for which there is no room is refused before it is
read (`admission`). waitress reads all of it before it calls the application: its bodies stay in memory too, but only
the number of its connections bounds them, each with a megabyte more than `max_bytes`. Answers stay in memory within the
same bound. That is for one's own computer.
"""

import logging
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import waitress
from flask import Flask
from waitress import wasyncore

from intone.errors import UsageError, printable
from intone.parallel import share_memory
from intone.recognition.recognizer import load
from intone.web.app import create_app
from intone.web.settings import WebSettings
from intone.web.state import state_of

Listening = Callable[[str], object]
"""Is called with the address as soon as the page can be visited."""

_CONNECTIONS = 100  # of waitress; some are its own
_CANCELLED_S = 5.0  # a job notices between two segments that it is no longer wanted


def announce(where: str) -> None:
    """Say where the page is."""
    print(printable(f"Serving on {where} (Ctrl+C ends it)"), flush=True)


def serve(host: str = "127.0.0.1", port: int = 8000, recognizer: str | Path | None = None,
          settings: WebSettings | None = None, processes: int = 1, listening: Listening = announce) -> None:
    """Serve the page until Ctrl+C or SIGTERM; port 0 takes a free one.

    `recognizer` is the path of a recognizer, None the bundled one; `settings` count over all `processes`. Raises
    UsageError where the address is not free, RecognizerError where the recognizer cannot be loaded.
    """
    settings = replace(settings or WebSettings().times(processes), host=host)
    if processes > 1 and os.name != "posix":
        raise UsageError("Several processes cannot share an address on this system: choose --processes 1.")
    loaded = load(recognizer)
    if os.name == "posix":
        from intone.web import gunicorn_server  # there is no gunicorn on a system without fork

        gunicorn_server.run(lambda folder: create_app(loaded, settings, folder), host, port, settings, processes,
                            listening)
    else:
        run(create_app(loaded, settings), host, port, listening)


def run(app: Flask, host: str, port: int, listening: Listening = announce) -> None:
    """Serve with waitress in the main thread until Ctrl+C or SIGTERM; UsageError where the address is not free."""
    jobs, connections = state_of(app).jobs, dict[int, Any]()
    share_memory()
    with bound(host, port) as listener, _ended_by_signals(jobs.close):  # who follows a job is told, not waited for
        server = _waitress(app, listener, connections)
        listening(address(listener, host))
        server.run()  # until SystemExit, and until requests in flight are answered
        jobs.close()  # those that a request in flight began
        ended = jobs.join(_CANCELLED_S)
        wasyncore.close_all(connections)
    if not ended:
        os._exit(0)  # Python's end would abort in the thread that is still within the network


@contextmanager
def in_background(app: Flask, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve with waitress in a thread; yields the address, such as `http://127.0.0.1:40123`."""
    connections = dict[int, Any]()
    with bound(host, port) as listener:
        server = _waitress(app, listener, connections)
        thread = threading.Thread(target=server.run, name="intone-page", daemon=True)
        thread.start()
        try:
            yield address(listener, host)
        finally:
            state_of(app).jobs.close()
            # waitress has no public way to end a server that runs in a thread, or to close its connections.
            with suppress(OSError):  # a thread that is awake already closes the trigger before it is pulled
                server.trigger.pull_trigger(lambda: wasyncore.close_all(connections))
            thread.join()
            server.task_dispatcher.shutdown()


def address(listener: socket.socket, host: str) -> str:
    """The address to type into a browser."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"


def plainly(record: logging.LogRecord) -> bool:
    """Make what a server logs printable: it may hold the address that a client asked for."""
    record.msg, record.args = printable(record.getMessage()), ()
    return True


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens; UsageError where the address is not free."""
    if not 0 <= port <= 65_535:
        raise UsageError(f"There is no port {port}: choose a --port from 0 to 65535, where 0 is any free one.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise UsageError(f"The page cannot be served on {host}, port {port} ({reason}): choose another --host or "
                         "--port.") from error


def _waitress(app: Flask, listener: socket.socket, connections: dict[int, Any]) -> Any:
    """A waitress server that keeps requests in memory, and reads one that is a little too large to say so."""
    settings = state_of(app).settings
    most = settings.max_bytes + 1_000_000
    logging.getLogger("waitress").addFilter(plainly)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    return waitress.create_server(
        app,
        map=connections,
        sockets=[listener],
        threads=settings.at_once + settings.waiting + settings.jobs_at_once + settings.jobs_waiting
        + settings.listeners + 4,
        channel_request_lookahead=1,  # so that it can tell whether a client has gone
        connection_limit=_CONNECTIONS,
        max_request_body_size=most,
        inbuf_overflow=most + 1,
        outbuf_overflow=most + 1,
        asyncore_use_poll=hasattr(select, "poll"),
        ident=None,
    )


@contextmanager
def _ended_by_signals(first: Callable[[], object]) -> Iterator[None]:
    """Let Ctrl+C and SIGTERM call `first` and raise SystemExit in the main thread, as long as a with block lasts."""
    def end(_number: int, _frame: FrameType | None) -> None:
        first()
        sys.exit(0)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
