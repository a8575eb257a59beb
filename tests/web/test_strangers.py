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

from web_server import API, IMPATIENT, SERVERS, Served, post, served, tone, wav


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
    assert status == 200 and found["label"] == "sad"


@pytest.mark.parametrize(("content", "status"), [
    (head("/", "GET", X=300_000 * "a"), b"431"),
    (head("/", "GET") * 2, b"200"),
    (b"GET / HTTP/9.9\r\n\r\n", b"505|400|421"),
    (b"\0\1\2\3" * 100 + b"\r\n\r\n", b"400|501|404|405"),
    (head(70_000 * "/a", "GET"), b"404|414|431"),
    (head(**{"Content-Length": "many"}), b"400"),
    (head(**{"Content-Length": -5}), b"400"),
    (head(**{"Transfer-Encoding": "chunked"}) + b"zz\r\nnonsense\r\n", b"400"),
    (head(**{"Transfer-Encoding": "gzip"}) + b"x", b"501|400"),
    (head(**{"Content-Length": 3, "Transfer-Encoding": "chunked"}) + b"0\r\n\r\n", b"400|415|422"),
    (head(**{"Content-Length": 300_000, "Content-Type": "audio/wav"}) + 300_000 * b"x", b"413"),
    (head(**{"Content-Length": 5, "Content-Type": "multipart/form-data"}) + b"hello", b"400"),
    (head(**{"Transfer-Encoding": "chunked", "Content-Type": "audio/wav"})
     + (b"4000\r\n" + 0x4000 * b" " + b"\r\n") * 20 + b"0\r\n\r\n", b"413"),
    (head("/api/v1/annotations", **{"Content-Length": 300_000, "Content-Type": "application/json"}) + 300_000 * b" ", b"413"),
    (head("/api/v1/annotations", **{"Transfer-Encoding": "chunked", "Content-Type": "application/json"})
     + (b"4000\r\n" + 0x4000 * b" " + b"\r\n") * 20 + b"0\r\n\r\n", b"413"),
    (head("/%2e%2e/%2e%2e/etc/passwd", "GET"), b"404|400"),
    (head("/static/..%2f..%2fapp.py", "GET"), b"404|400"),
], ids=["large header", "two at once", "no such version", "no HTTP", "long path", "length of letters", "negative length",
        "broken chunks", "unknown coding", "two lengths", "too large", "no boundary", "too large in chunks", "large answer", "large answer in chunks", "out of the folder", "out of static"])
def test_a_request_against_the_rules_is_refused_and_the_next_is_answered(address, content, status):
    said = answered(address, content)
    assert said.startswith(b"HTTP/1."), said[:100]
    assert any(said.split(b" ", 2)[1] == one for one in status.split(b"|")), said[:200]
    assert b"Traceback" not in said and b"root:" not in said
    works(address)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_an_endless_body_is_refused_at_the_bound(kind):
    with served("gunicorn", "WebSettings(annotation_bytes=100_000)") as found, connected(found.address) as one:
        one.sendall(head("/api/v1/annotations", **{"Transfer-Encoding": "chunked", "Content-Type": kind}))
        with contextlib.suppress(ConnectionError):
            for _ in range(50 if "json" in kind else 1):  # never the last one
                one.sendall(b"4000\r\n" + 0x4000 * b" " + b"\r\n")
        assert one.recv(12) == (b"HTTP/1.1 413" if "json" in kind else b"HTTP/1.1 415")


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
        answer |= {"duration_s": 1e5, "segments": [segment | {"start_s": at, "end_s": at + 1} for at in range(24_000)]}
        content = json.dumps(answer).encode()
        with connected(page.address) as one:
            one.sendall(opening(len(content), "/api/v1/annotations?format=textgrid", **{"Content-Type": "application/json"}))
            one.sendall(content)
            received = b""
            while b"ooTextFile" not in received:  # the rest, some megabytes, waits
                received += (part := one.recv(100))
                assert part, received
            assert received.startswith(b"HTTP/1.1 200")
            opened = descriptors([page.process.pid, *page.workers])
            assert [link for link in opened if link.startswith(("/tmp", tempfile.gettempdir()))] == []
            while not received.endswith(b'"\n'):
                received = received[-10:] + (part := one.recv(1_000_000))
                assert part


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


# Slow clients and those that stay: gunicorn's threads must not wait for them. The deadlines are short here


QUICK = IMPATIENT + "pace.LEAST_RATE = 1e6; gunicorn_server.THREADS = 16; "


@pytest.fixture
def crowded() -> Iterator[Served]:
    """A page with 16 threads, of which 6 receive bodies and 4 follow analyses."""
    settings = "WebSettings(job_from_s=2, bodies_at_once=6, listeners=4)"
    with served("gunicorn", settings, "StandIn(step=lambda: time.sleep(30))", first=QUICK) as found:
        yield found


def healthy(address: str) -> bool:
    with urllib.request.urlopen(f"{address}/health", timeout=60) as found:
        return found.status == 200


def ends(one: socket.socket) -> bytes:
    """What a connection says until the server ends it."""
    one.settimeout(60)
    said = b""
    with contextlib.suppress(ConnectionError):
        while part := one.recv(65_536):
            said += part
    return said


def test_heads_that_drip_are_hung_up(crowded):
    slow = [connected(crowded.address) for _ in range(40)]
    for one in slow:
        one.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
    assert healthy(crowded.address)
    for one in slow:
        assert ends(one) == b""
        one.close()


def test_bodies_that_drip_leave_threads_for_others_and_are_hung_up(crowded):
    slow = [connected(crowded.address) for _ in range(40)]
    for one in slow:
        one.sendall(opening(100_000) + b"x")
    assert healthy(crowded.address)
    said = [ends(one) for one in slow]
    assert any(one.startswith(b"HTTP/1.1 503") for one in said)  # there were six already
    for one in slow:
        one.close()
    assert answered(crowded.address, opening(5) + b"hello").startswith(b"HTTP/1.1 415")


def test_clients_that_do_not_read_their_answer_are_hung_up(crowded):
    slow = [connected(crowded.address) for _ in range(20)]
    for one in slow:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.sendall(200 * head("/static/vendor/uplot/uPlot.esm.js", "GET"))
    assert healthy(crowded.address)
    for one in slow:
        one.close()


def test_clients_that_stay_after_their_answer_keep_nobody_waiting(crowded):
    stay = [connected(crowded.address) for _ in range(40)]
    for one in stay:
        one.sendall(head("/health", "GET", Connection="close"))
    assert all(b"200 OK" in one.recv(4096) for one in stay)
    begun = time.process_time()
    assert healthy(crowded.address)
    for one in stay:
        assert ends(one).count(b"HTTP/1.1") == 0
        one.close()
    assert time.process_time() - begun < 20


def test_many_listeners_keep_nobody_waiting(crowded):
    status, job = post(crowded.address, wav(tone("sad", 3)))
    assert status == 202
    events = [connected(crowded.address) for _ in range(40)]
    for one in events:
        one.sendall(head(f"{API}/{job['id']}/events", "GET"))
    assert all(one.recv(4096) for one in events)
    assert healthy(crowded.address)
    for one in events:
        one.close()
    assert healthy(crowded.address)


def test_work_whose_client_has_gone_ends():
    with served("gunicorn", "WebSettings(at_once=1)", "StandIn(step=lambda: time.sleep(0.2))") as page:
        for _ in range(8):  # two seconds each
            with connected(page.address) as one:
                content = wav(tone("sad", 1))
                one.sendall(head(**{"Content-Length": len(content), "Content-Type": "audio/wav"}) + content)
        assert post(page.address, wav(tone("sad", 1)))[0] == 200
        assert counted(page.address, "intone_answers_total") <= 2


def test_without_descriptors_the_page_waits_and_goes_on():
    few = "import resource; gunicorn_server._allow_descriptors = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60)); "
    with served("gunicorn", "WebSettings()", first=few) as page:
        many = [connected(page.address) for _ in range(100)]
        for one in many:
            one.close()
        assert healthy(page.address)
        page.process.terminate()
        assert page.finish() == (0, "", "")
