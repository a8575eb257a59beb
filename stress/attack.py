"""What a client can do to the page with little: each attack on a page of its own, with what it cost.

    python stress/attack.py [--only NAME] [--to results/attack.json]     (make attack)

`intone serve` is started as a person starts it, with its own recognizer, and answers two clips. Then it is attacked.
Meanwhile a visitor asks `/health` and sends a clip, again and again. Counted are the memory of all its processes above
what they had before, their processor time until they rest, and what clients and visitor were told. An attack has failed
where both stay within its bounds, `/health` always answers, and the page still answers a clip afterwards.
"""

import argparse
import http.client
import json
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import psutil

import bombs
from intone.files import write_json
from load import API, Server, form, served
from sounds import encode, pcm, voice

REST_S = 1.0
"""A page rests when it took less than a tenth of one core for so long."""

LEAST_VISITS = 5
"""A visitor asks so often, though an attack is over by then."""

PATIENCE_S = 180.0
"""How long an attack may keep a page from its rest."""


@dataclass(frozen=True)
class Request:
    """What one client does. `leaves`: it hangs up as soon as it has sent all."""

    body: bytes = b""
    path: str = API
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    leaves: bool = False


@dataclass(frozen=True)
class Attack:
    """Requests that are sent at once, and what they may cost: MB above the resting page, and seconds of processor."""

    requests: Callable[[Server], Sequence[Request]]
    most_mb: float
    most_cpu_s: float


def upload(content: bytes, path: str = API, *, leaves: bool = False, **fields: str) -> Request:
    """A file as a form."""
    body, headers = form(content)
    for name, value in fields.items():
        border = body[: body.index(b"\r\n")]
        body = border + f'\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() + body
    return Request(body, path, headers=headers, leaves=leaves)


CORRECTION = {"emotion": "sad", "sex": "female", "agree": "true"}


def _of(content: Callable[[], bytes], times: int = 1, **more: Any) -> Callable[[Server], list[Request]]:
    return lambda _: [upload(content(), **more)] * times


def _hours(hours: float) -> bytes:
    """Hours of silence as FLAC: 50 kB each."""
    return bombs.flac_of_silence(3600 * hours, rate=16_000, channels=1)


def _annotations(size: int) -> bytes:
    segment = b'{"start_s":0,"end_s":1,"label":"sad","probabilities":{"sad":1}},'
    return b'{"segments":[' + segment * (size // len(segment)) + b"{}]}"


def _listeners(server: Server) -> list[Request]:
    status, body = told(server.address, upload(encode(voice(120.0), "mp3")))
    assert status == 202, body
    return [Request(path=f"{API}/{json.loads(body)['id']}/events", method="GET")] * 300


JSON = {"Content-Type": "application/json"}

ATTACKS = {
    "MP4 whose tables state 80 million samples (5 kB)": Attack(_of(lambda: bombs.mp4(80_000_000)), 300, 10),
    "the same in two tracks, four at once": Attack(_of(lambda: bombs.mp4(80_000_000, tracks=2), 4), 600, 20),
    "MP4 of eight tracks with edit lists (11 kB), four at once": Attack(
        _of(lambda: bombs.mp4(600_000, edits=30, tracks=8), 4), 600, 20),
    "fragments that state a million samples each (133 kB)": Attack(_of(lambda: bombs.fragments(2000, 1_000_000)), 300, 10),
    "a cover of 81 million points in an m4a (630 kB)": Attack(
        _of(lambda: bombs.with_cover("m4a", bombs.picture(9000))), 300, 10),
    "the same in an mp3": Attack(_of(lambda: bombs.with_cover("mp3", bombs.picture(9000))), 300, 10),
    "FLAC of eight channels at 655 kHz, two hours (2.8 MB), twice": Attack(
        _of(lambda: bombs.flac_of_silence(7400), 2), 600, 60),
    "MP4 of two hours (7 kB), four times, the clients leave": Attack(
        _of(lambda: bombs.mp4(350_000, chunks=500), 4, leaves=True), 600, 60),
    "Speex of noise in Matroska (92 kB)": Attack(_of(bombs.speex_in_matroska), 300, 10),
    "two hours of silence as a correction (28 kB), five at once": Attack(
        _of(lambda: _hours(2), 5, path="/api/v1/corrections", **CORRECTION), 600, 40),
    "a correction of 40 MB that is no form": Attack(
        lambda _: [Request(b"emotion=sad&" * 3_300_000, "/api/v1/corrections",
                           headers={"Content-Type": "application/x-www-form-urlencoded"})], 300, 10),
    "annotations of 60 MB": Attack(lambda _: [Request(_annotations(60_000_000), "/api/v1/annotations", headers=JSON)],
                                   300, 10),
    "annotations of 16 MB, four at once": Attack(
        lambda _: [Request(_annotations(15_900_000), "/api/v1/annotations", headers=JSON)] * 4, 600, 60),
    "300 listeners of one analysis": Attack(_listeners, 300, 60),
    "two hours on the page without a script, four times": Attack(_of(lambda: _hours(2), 4, path="/"), 600, 120),
    "\"why\" about two hours, four times": Attack(_of(lambda: _hours(2), 4, explain="true"), 600, 60),
    "another name for this machine (DNS rebinding)": Attack(
        lambda _: [Request(path=path, method=method, headers={"Host": "rebound.example"}) for path, method in
                   (("/", "GET"), ("/metrics", "GET"), (API, "POST"), ("/api/v1/corrections", "POST"))], 50, 10),
}


# What is done.


def told(address: str, one: Request) -> tuple[int, bytes]:
    """Send a request over a connection of its own; its status and body, 0 where there is none."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE_S)
    try:
        connection.request(one.method, one.path, one.body or None, {"Connection": "close", **one.headers})
        if one.leaves:
            return 0, b"left"
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def drip(server: Server, begun: bytes, clients: int, seconds: float) -> list[int]:
    """Clients that send the beginning of a request and then a byte a second; the status of each, 0 for none."""
    place = urlsplit(server.address)
    slow = [socket.create_connection((place.hostname, place.port), timeout=PATIENCE_S) for _ in range(clients)]
    for one in slow:
        with suppress(OSError):
            one.sendall(begun)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for one in slow:
            with suppress(OSError):
                one.send(b"x")
        time.sleep(1.0)
    statuses = []
    for one in slow:
        one.setblocking(False)
        try:
            said = one.recv(100)
            statuses.append(int(said.split(b" ")[1]) if said.startswith(b"HTTP/1.") else 0)
        except OSError:
            statuses.append(0)
        one.close()
    return statuses


HEAD = b"POST /api/v1/analyses HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: audio/wav\r\n"
DRIPS = {
    "300 heads that drip for 20 s": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", 300),
    "300 bodies that drip for 20 s": (HEAD + b"Content-Length: 1000000\r\n\r\n" + bytes(1000), 300),
    "a body of 600 MB that drips for 20 s": (HEAD + b"Content-Length: 600000000\r\n\r\n" + bytes(1000), 1),
    "a body of 299 MB that drips for 20 s": (HEAD + b"Content-Length: 299000000\r\n\r\n" + bytes(1000), 1),
}
"""How each of so many clients begins; then it sends a byte a second."""


# What it costs.


class Visitor:
    """Asks a page for its health and for an answer all the time; `health` and `answers` are what came."""

    def __init__(self, address: str) -> None:
        self.health: Counter[int] = Counter()
        self.answers: Counter[int] = Counter()
        self._address, self._ended = address, threading.Event()
        self._threads = [threading.Thread(target=self._again, args=(one, counted)) for one, counted in (
            (Request(method="GET", path="/health"), self.health), (upload(pcm(voice(2.0), 16_000)), self.answers))]

    def __enter__(self) -> "Visitor":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        end = time.monotonic() + PATIENCE_S
        while min(self.health.total(), self.answers.total()) < LEAST_VISITS and time.monotonic() < end:
            time.sleep(0.1)
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _again(self, one: Request, counted: Counter[int]) -> None:
        while not self._ended.wait(0.2):
            counted[told(self._address, one)[0]] += 1


@contextmanager
def costs(server: Server) -> Iterator[dict[str, float]]:
    """The most memory of a server above what it has now, in MB, and the processor time until it rests."""
    found, idle, used = dict[str, float](), server.megabytes(), _cpu_s(server)
    most, ended = [idle], threading.Event()

    def look() -> None:
        while not ended.wait(0.02):
            with suppress(psutil.Error):
                most[0] = max(most[0], server.megabytes())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
        end, rested = time.monotonic() + PATIENCE_S, 0.0
        while rested < REST_S and time.monotonic() < end:
            before = _cpu_s(server)
            time.sleep(0.5)
            rested = rested + 0.5 if _cpu_s(server) - before < 0.05 else 0.0
    finally:
        ended.set()
        thread.join()
    found |= {"idle_mb": round(idle), "mb": round(most[0] - idle), "cpu_s": round(_cpu_s(server) - used, 1)}


def _cpu_s(server: Server) -> float:
    return sum(one.cpu_times().user + one.cpu_times().system for one in server.processes())


def attacked(name: str, folder: Path, *words: object) -> dict[str, Any]:
    """One attack on a page of its own, started with `words`: what it cost, what was said, and what was wrong."""
    drips = DRIPS.get(name)
    attack = ATTACKS.get(name) or Attack(lambda _: [], 300, 30)
    with served(folder, *words) as server:
        for suffix in ("wav", "mp3"):  # so that everything is loaded
            assert told(server.address, upload(encode(voice(2.0), suffix)))[0] == 200
        requests = attack.requests(server)
        size = sum(len(one.body) for one in requests) + (len(drips[0]) * drips[1] if drips else 0)
        with costs(server) as cost, Visitor(server.address) as visitor:
            if drips:
                statuses = drip(server, *drips, seconds=20.0)
            else:
                with ThreadPoolExecutor(len(requests)) as pool:
                    statuses = [status for status, _ in pool.map(lambda one: told(server.address, one), requests)]
        after = told(server.address, upload(encode(voice(2.0), "wav")))[0]
        clean = ended(server)
    found = {"bytes": size, "requests": len(requests) + (drips[1] if drips else 0), **cost, "said": _counted(statuses),
             "health": _counted(visitor.health.elements()), "visitor": _counted(visitor.answers.elements()),
             "after": after, "ended": clean}
    return found | {"wrong": faults(found, attack)}


def faults(found: dict[str, Any], attack: Attack) -> list[str]:
    """What an attack did that it must not be able to do."""
    return [what for what, holds in {
        f"{found['mb']:.0f} MB above {attack.most_mb:g}": found["mb"] > attack.most_mb,
        f"{found['cpu_s']:.0f} s of processor above {attack.most_cpu_s:g}": found["cpu_s"] > attack.most_cpu_s,
        "/health did not answer": set(found["health"]) != {"200"},
        "a visitor was told neither an answer nor to come back": not {"200"} <= set(found["visitor"]) <= {"200", "503"},
        f"afterwards a clip got {found['after']}": found["after"] != 200,
        f"the page ended with {found['ended']}": found["ended"] != 0,
        "500 was said": "500" in found["said"],
    }.items() if holds]


def _counted(statuses: Iterable[int]) -> dict[str, int]:
    """How often each status came; 0 stands for none."""
    return dict(sorted(Counter(map(str, statuses)).items()))


def ended(server: Server) -> int:
    """The status of a page after SIGTERM; -1 where it does not end."""
    server.process.send_signal(signal.SIGTERM)
    try:
        return server.process.wait(60)
    except subprocess.TimeoutExpired:
        return -1


# Attacks of another kind: each says in a word what came, and whether that is right.


def ended_in_long_work(folder: Path) -> tuple[str, bool]:
    """SIGTERM while a long recording is analysed."""
    with served(folder) as server:
        status, _ = told(server.address, upload(encode(voice(600.0), "mp3")))
        time.sleep(1.0)
        found = ended(server)
        said = server.errors.read_text()
    return f"{status}, then status {found}", (status, found, said) == (202, 0, "")


def few_descriptors(folder: Path) -> tuple[str, bool]:
    """A page that may open few files, and many connections."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    with served(folder) as server:
        for one in server.processes():
            resource.prlimit(one.pid, resource.RLIMIT_NOFILE, (100, 100))
        place = urlsplit(server.address)
        many = [socket.create_connection((place.hostname, place.port), timeout=PATIENCE_S) for _ in range(300)]
        used = _cpu_s(server)
        time.sleep(6.0)
        used = _cpu_s(server) - used
        for one in many:
            one.close()
        after = told(server.address, Request(method="GET", path="/health"))[0]
        logged = server.errors.stat().st_size
    return f"{used:.1f} s of processor in 6 s, {logged} bytes logged, then {after}", (
        used < 3.0 and logged < 10_000 and after == 200)


def module_in_the_folder(folder: Path) -> tuple[str, bool]:
    """Modules of Python's names in the folder where the page is started."""
    for name in ("random", "numpy", "gunicorn", "json"):
        (folder / f"{name}.py").write_text("open('was-run', 'w')\n")
    command = [str(Path(sys.executable).with_name("intone"))]
    with served(folder, "--processes", 2, command=command) as server:
        status = told(server.address, upload(encode(voice(2.0), "wav")))[0]
    run = (folder / "was-run").exists()
    return f"{status}, {'run' if run else 'not run'}", status == 200 and not run


OTHERS = {
    "SIGTERM while a long recording is analysed": ended_in_long_work,
    "300 connections where 100 files may be open": few_descriptors,
    "modules named json, random, numpy in the folder": module_in_the_folder,
}


def main(words: Sequence[str] | None = None) -> int:
    """Run all attacks, or one; the status is 1 where one succeeded."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=(*ATTACKS, *DRIPS, *OTHERS), metavar="NAME")
    parser.add_argument("--to", type=Path)
    options = parser.parse_args(words)
    found: dict[str, Any] = {"attacks": {}, "others": {}}
    for name in (*ATTACKS, *DRIPS, *OTHERS):
        if options.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                if name in OTHERS:
                    said, right = OTHERS[name](Path(folder))
                    found["others"][name] = {"said": said, "wrong": [] if right else [said]}
                else:
                    found["attacks"][name] = attacked(name, Path(folder))
            print(name, json.dumps((found["attacks"] | found["others"])[name]), flush=True)
    if options.to:
        write_json(options.to, found)
    return 1 if any(one["wrong"] for one in (found["attacks"] | found["others"]).values()) else 0


if __name__ == "__main__":
    sys.exit(main())
