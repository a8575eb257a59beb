"""Clients that do not keep to the rules: slow ones, broken ones, and those that send too much of everything."""

import contextlib
import json
import re
import socket
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from web_server import API, SERVERS, Served, post, served, tone, wav


@pytest.fixture(scope="module", params=SERVERS)
def page(request: pytest.FixtureRequest) -> Iterator[Served]:
    with served(request.param, "WebSettings(max_bytes=200_000)") as found:
        yield found


@pytest.fixture
def address(page: Served) -> str:
    return page.address


def connected(address: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((place.hostname, place.port), timeout=10)


def answered(address: str, content: bytes) -> bytes:
    """What the server says to some bytes, until it closes or falls silent."""
    with connected(address) as one:
        with contextlib.suppress(ConnectionError):  # it may hang up before all is sent
            one.sendall(content)
        found = b""
        with contextlib.suppress(ConnectionError, TimeoutError):
            while part := one.recv(65_536):
                found += part
                if b"\r\n\r\n" in found and len(found) > 300:
                    break
    return found


def head(path: str = API, method: str = "POST", **headers: object) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def works(address: str) -> None:
    """The server still answers what it is asked."""
    status, found = post(address, wav(tone("sad", 1)))
    assert status == 200 and found["label"] == "negative"


@pytest.mark.parametrize(("content", "status"), [
    (head("/", "GET", X=300_000 * "a"), b"431"),
    (head("/", "GET") * 2, b"200"),
    (b"GET / HTTP/9.9\r\n\r\n", b"505|400|200"),
    (b"\0\1\2\3" * 100 + b"\r\n\r\n", b"400|501|404|405"),
    (b"GET " + 70_000 * b"/a" + b" HTTP/1.1\r\n\r\n", b"404|414|431"),
    (head(**{"Content-Length": "many"}), b"400"),
    (head(**{"Content-Length": -5}), b"400"),
    (head(**{"Transfer-Encoding": "chunked"}) + b"zz\r\nnonsense\r\n", b"400"),
    (head(**{"Transfer-Encoding": "gzip"}) + b"x", b"501|400"),
    (head(**{"Content-Length": 3, "Transfer-Encoding": "chunked"}) + b"0\r\n\r\n", b"400|415|422"),
    (head(**{"Content-Length": 300_000, "Content-Type": "audio/wav"}) + 300_000 * b"x", b"413"),
    (head(**{"Content-Length": 5, "Content-Type": "multipart/form-data"}) + b"hello", b"400"),
    (head("/%2e%2e/%2e%2e/etc/passwd", "GET"), b"404|400"),
    (head("/static/..%2f..%2fapp.py", "GET"), b"404|400"),
], ids=["large header", "two at once", "no such version", "no HTTP", "long path", "length of letters", "negative length",
        "broken chunks", "unknown coding", "two lengths", "too large", "no boundary", "out of the folder", "out of static"])
def test_a_request_against_the_rules_is_refused_and_the_next_is_answered(address, content, status):
    said = answered(address, content)
    assert said.startswith(b"HTTP/1."), said[:100]
    assert any(said.split(b" ", 2)[1] == one for one in status.split(b"|")), said[:200]
    assert b"Traceback" not in said and b"root:" not in said
    works(address)


def test_slow_clients_keep_nobody_waiting(address):
    slow = [connected(address) for _ in range(40)]
    try:
        for number, one in enumerate(slow):
            one.sendall(head(**{"Content-Length": 100_000, "Content-Type": "audio/wav"})[: 20 + number])
        started = time.monotonic()
        works(address)
        assert time.monotonic() - started < 5
        for one in slow:
            one.sendall(b"x")
        works(address)
    finally:
        for one in slow:
            one.close()
    works(address)


def test_a_client_that_hangs_up_leaves_nothing_behind(page):
    address, processes = page.address, [page.process.pid, *page.workers]
    works(address)
    before = descriptors(processes)
    for sent in (10, 200, 50_000):
        with connected(address) as one:
            one.sendall((head(**{"Content-Length": 150_000, "Content-Type": "audio/wav"}) + 60_000 * b"x")[:sent])
    with connected(address) as one:  # and one that does not wait for its answer
        content = wav(tone("sad", 1))
        one.sendall(head(**{"Content-Length": len(content), "Content-Type": "audio/wav"}) + content)
    works(address)
    end = time.monotonic() + 20
    while len(descriptors(processes)) > len(before) and time.monotonic() < end:
        time.sleep(0.05)
    assert len(descriptors(processes)) <= len(before)
    assert [one for one in descriptors(processes) if one.startswith("/tmp")] == []


def descriptors(processes: list[int]) -> list[str]:
    """What some processes have open."""
    found = []
    for link in [link for one in processes for link in Path(f"/proc/{one}/fd").iterdir()]:
        with contextlib.suppress(OSError):
            found.append(str(link.readlink()))
    return found


@pytest.mark.parametrize("server", SERVERS)
def test_a_long_answer_that_is_not_read_lies_in_no_file(server):
    """waitress by itself puts into a file what of an answer is over a megabyte."""
    with served(server) as page:
        _, answer = post(page.address, wav(tone("sad", 1)))
        segment = answer["segments"][0]
        answer |= {"duration_s": 1e5, "segments": [segment | {"start_s": at, "end_s": at + 1} for at in range(100_000)]}
        content = json.dumps(answer).encode()
        with connected(page.address) as one:
            one.sendall(opening(len(content), "/api/v1/annotations?format=textgrid", **{"Content-Type": "application/json"}))
            one.sendall(content)
            received = b""
            while b"ooTextFile" not in received:  # the rest, some ten megabytes, waits
                received += one.recv(100)
            assert received.startswith(b"HTTP/1.1 200")
            opened = descriptors([page.process.pid, *page.workers])
            assert [link for link in opened if link.startswith(("/tmp", tempfile.gettempdir()))] == []
            while not received.endswith(b'"\n'):
                received = received[-10:] + one.recv(1_000_000)


# The bodies of all requests together: gunicorn lets the application read them, in pieces of 64 kB


@pytest.fixture
def narrow() -> Iterator[tuple[str, Callable[..., None]]]:
    """A page that holds 200 kB of bodies, and what waits until it holds so many bytes."""
    with served("gunicorn", "WebSettings(max_bytes=200_000, held_bytes=200_000)") as found:
        def until_held(least: int, most: int = 1_000_000) -> None:
            end = time.monotonic() + 20
            while not least <= (held := counted(found.address, "intone_held_bytes")) <= most:
                assert time.monotonic() < end, held
                time.sleep(0.02)

        yield found.address, until_held


def counted(address: str, name: str) -> float:
    with urllib.request.urlopen(f"{address}/metrics") as found:
        return float(re.search(rf"^{re.escape(name)} (\S+)$", found.read().decode(), re.MULTILINE)[1])


def opening(size: int, path: str = API, **more: object) -> bytes:
    return head(path, **{"Content-Length": size, "Content-Type": "audio/wav"} | more)


def test_a_body_for_which_there_is_no_room_is_turned_away_before_it_is_read(narrow):
    address, until_held = narrow
    with connected(address) as large:
        large.sendall(opening(150_000) + 140_000 * b"x")
        until_held(130_000)
        for accept, kind in (("application/json", b"application/problem+json"), ("text/html", b"text/html")):
            said = answered(address, opening(100_000, Accept=accept))
            assert said.startswith(b"HTTP/1.1 503") and b"\r\nRetry-After: 5\r\n" in said and kind in said
        said = answered(address, opening(100_000, Expect="100-continue"))
        assert b"HTTP/1.1 503" in said
        works(address)  # there is room for a small one
        assert counted(address, 'intone_refusals_total{problem="busy"}') == 3
        large.sendall(10_000 * b"x")
        assert large.recv(20).startswith(b"HTTP/1.1 415")
    until_held(0, most=0)
    assert answered(address, opening(150_000) + 150_000 * b"x").startswith(b"HTTP/1.1 415")  # and now for a large one


def test_what_is_not_read_is_no_request(narrow):
    address, until_held = narrow
    with connected(address) as large, connected(address) as refused:
        large.sendall(opening(150_000) + 140_000 * b"x")
        until_held(130_000)
        refused.sendall(opening(100_000) + head("/health", "GET"))
        said = b""
        while part := refused.recv(65_536):
            said += part
        assert said.startswith(b"HTTP/1.1 503") and said.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_that_grow_beyond_the_room_are_turned_away(narrow, chunked):
    address, until_held = narrow
    begun = head(**{"Transfer-Encoding": "chunked"}) + b"30000\r\n" if chunked else opening(190_000)
    with connected(address) as first, connected(address) as second:
        for one in (first, second):  # neither holds anything yet
            one.sendall(begun + b"x")
        first.sendall(150_000 * b"x")
        until_held(130_000)
        with contextlib.suppress(ConnectionError):
            second.sendall(150_000 * b"x")
        assert second.recv(20).startswith(b"HTTP/1.1 503")
        until_held(130_000, most=135_000)


def test_the_room_of_those_that_hang_up_is_free_again(narrow):
    address, until_held = narrow
    for _ in range(3):
        with connected(address) as one:
            one.sendall(opening(190_000) + 180_000 * b"x")
            until_held(130_000)
        until_held(0, most=0)
    assert answered(address, opening(190_000) + 190_000 * b"x").startswith(b"HTTP/1.1 415")
    until_held(0, most=0)
