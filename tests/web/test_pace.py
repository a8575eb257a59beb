"""Slow clients: the head of a request, the pieces of its body and of its answer have deadlines. No clock of the machine
decides: the deadlines are looked at by a clock that the test sets.
"""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from intone.web import pace
from intone.web.pace import Deadlines, Paced, has_left


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    server, client = socket.socketpair()
    with server, client:
        yield server, client


def shut(client: socket.socket) -> bool:
    """Whether the other end was shut."""
    client.setblocking(False)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False


def test_who_misses_a_deadline_is_hung_up(pair) -> None:
    server, client = pair
    clock = Clock()
    deadlines = Deadlines(clock)
    deadlines.expect(server, 10)
    clock.now = 9.9
    deadlines.shut_late()
    assert not shut(client)
    deadlines.expect(server, 5)  # a later one takes the place of the first
    clock.now = 14.8
    deadlines.shut_late()
    assert not shut(client)
    clock.now = 15
    deadlines.shut_late()
    assert shut(client)
    assert server.recv(1) == b""  # the thread that reads it sees the end


def test_who_meets_it_is_not(pair) -> None:
    server, client = pair
    clock = Clock()
    deadlines = Deadlines(clock)
    deadlines.expect(server, 10)
    deadlines.met(server)
    deadlines.met(server)
    clock.now = 100
    deadlines.shut_late()
    assert not shut(client)


def test_a_socket_that_is_closed_already_is_no_error() -> None:
    clock = Clock()
    deadlines = Deadlines(clock)
    gone = socket.socket()
    deadlines.expect(gone, 1)
    gone.close()
    clock.now = 2
    deadlines.shut_late()


class Body:
    def __init__(self, during: Callable[[], object]) -> None:
        self._during = during

    def read(self, size: int = -1) -> bytes:
        self._during()
        return b"x" * max(size, 0)


def test_every_piece_of_a_request_and_of_its_answer_has_a_deadline_and_the_work_has_none(pair) -> None:
    server, _ = pair
    clock = Clock()
    deadlines = Deadlines(clock)
    until: list[tuple[str, float | None]] = []

    def note(what: str) -> None:
        until.append((what, deadlines._until.get(server)))

    def application(environ: dict[str, Any], _start: Callable[..., Any]) -> list[bytes]:
        note("begun")
        environ["wsgi.input"].read(16_000)
        note("read")
        assert not environ[pace.LEFT]()
        return [b"a" * (pace.PIECE + 8000)]

    deadlines.expect(server, pace.HEAD_S)
    clock.now = 3.0
    environ = {"gunicorn.socket": server, "wsgi.input": Body(lambda: note("reading"))}
    sizes = []
    for piece in Paced(application, deadlines)(environ, lambda *_: None):
        note("sending")
        sizes.append(len(piece))
    note("sent")
    assert sizes == [pace.PIECE, 8000]
    first = 3 + pace.GRACE_S
    assert until == [("begun", None), ("reading", first + 2), ("read", None),
                     ("sending", first + pace.PIECE / pace.LEAST_RATE), ("sending", first + 1), ("sent", None)]


def test_an_answer_is_closed_though_its_client_has_gone(pair) -> None:
    closed = []

    class Answer:
        def __iter__(self) -> Iterator[bytes]:
            yield b"one"
            yield b"two"

        def close(self) -> None:
            closed.append(True)

    deadlines = Deadlines()
    answer = Paced(lambda *_: Answer(), deadlines)({"gunicorn.socket": pair[0], "wsgi.input": None}, lambda *_: None)
    assert next(answer) == b"one"
    answer.close()
    assert closed == [True] and not deadlines._until


def test_a_client_that_has_gone_is_seen(pair) -> None:
    server, client = pair
    assert not has_left(server)
    client.send(b"the next request")
    assert not has_left(server) and server.recv(100) == b"the next request"
    client.close()
    assert has_left(server)
    server.close()
    assert has_left(server)
