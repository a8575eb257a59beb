"""Clients that do not keep to the rules: slow ones, broken ones, and those that send too much of everything."""

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from intone.web import WebSettings, create_app
from intone.web.server import in_background
from web_server import API, StandIn, post, tone, wav


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with in_background(create_app(StandIn(), WebSettings(max_bytes=200_000))) as found:
        yield found


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


def test_a_client_that_hangs_up_leaves_nothing_behind(address, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = descriptors()
    for sent in (10, 200, 50_000):
        with connected(address) as one:
            one.sendall((head(**{"Content-Length": 150_000, "Content-Type": "audio/wav"}) + 60_000 * b"x")[:sent])
    with connected(address) as one:  # and one that does not wait for its answer
        content = wav(tone("sad", 1))
        one.sendall(head(**{"Content-Length": len(content), "Content-Type": "audio/wav"}) + content)
    works(address)
    end = time.monotonic() + 10
    while descriptors() > before and time.monotonic() < end:
        time.sleep(0.05)
    assert descriptors() <= before
    assert list(tmp_path.iterdir()) == []


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
