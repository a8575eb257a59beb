"""waitress serves the application: `run` until Ctrl+C or SIGTERM, `in_background` as long as a with block lasts."""

import logging
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import waitress
from flask import Flask
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from intone.errors import UsageError
from intone.parallel import share_memory
from intone.web import bodies
from intone.web.state import State

_BEGUN_S = 1.0  # a request that has arrived is begun at once, where not all threads are busy

_CANCELLED_S = 5.0  # a job notices between two segments that it is no longer wanted


def run(app: Flask, host: str, port: int) -> None:
    """Serve an application in the main thread until Ctrl+C or SIGTERM; UsageError where the address is not free."""
    with bound(host, port) as listener:
        attend(app, listener, lambda: announce(listener, host))


def attend(app: Flask, listener: socket.socket, ready: Callable[[], object]) -> None:
    """Serve an application on a socket in the main thread until Ctrl+C or SIGTERM; `ready` is called as it begins."""
    share_memory()
    channels: dict[int, Any] = {}
    with ended_by_sigterm():
        server = _server(app, listener, channels)
        ready()
        try:
            wasyncore.loop(server.adj.asyncore_loop_timeout, server.adj.asyncore_use_poll, channels)
        except (SystemExit, KeyboardInterrupt):
            _state(app).jobs.close()  # who follows one is told, instead of being waited for
            end_requests(server.task_dispatcher)
            _state(app).jobs.close()  # those that a request in flight began
            _state(app).jobs.join(_CANCELLED_S)
        finally:
            wasyncore.close_all(channels)


@contextmanager
def in_background(app: Flask, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an application in a thread; yields its address, such as `http://127.0.0.1:40123`."""
    channels: dict[int, Any] = {}
    with bound(host, port) as listener:
        server = _server(app, listener, channels)
        thread = threading.Thread(target=server.run, name="intone-page", daemon=True)
        thread.start()
        try:
            yield address(listener, host)
        finally:
            _state(app).jobs.close()
            server.trigger.pull_trigger(lambda: wasyncore.close_all(channels))
            thread.join()
            end_requests(server.task_dispatcher)


def _state(app: Flask) -> State:
    found: State = app.extensions["intone"]
    return found


def address(listener: socket.socket, host: str) -> str:
    """The address to type into a browser."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"


def announce(listener: socket.socket, host: str) -> None:
    """Say where the page is."""
    print(f"Serving on {address(listener, host)} (Ctrl+C ends it)", flush=True)


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


def _server(app: Flask, listener: socket.socket, channels: dict[int, Any]) -> Any:
    """A waitress server that keeps requests in memory, and reads a too large one up to twice the limit to say so."""
    settings = _state(app).settings
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = waitress.create_server(
        app,
        map=channels,
        sockets=[listener],
        threads=settings.at_once + settings.waiting + settings.jobs_at_once + settings.jobs_waiting + 4,
        max_request_body_size=2 * settings.max_bytes,
        inbuf_overflow=2 * settings.max_bytes + 1,
        asyncore_use_poll=hasattr(select, "poll"),
        ident=None,
    )
    bodies.limit(server, _state(app).room)
    return server


def end_requests(dispatcher: ThreadedTaskDispatcher) -> None:
    """Let the requests that have arrived be answered, and end the threads.

    By itself waitress ends idle threads first, and drops what has arrived and is not begun.
    """
    until = time.monotonic() + _BEGUN_S
    while dispatcher.queue and time.monotonic() < until:
        time.sleep(0.01)
    dispatcher.shutdown()


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM raise SystemExit in the main thread, as long as a with block lasts."""
    def end(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
