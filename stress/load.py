"""The page under twice the load that it can bear: every answer right, the others told to come back, memory flat.

    python stress/load.py [--minutes 10] [--seed 0] [--recognizer FILE] [--to results/load.json]     (make load)

`intone serve` is started on a free port of this machine. What it answers to each of twelve files is asked once. Then:

* clients: 1, 8 and 64 visitors at once send clips of four seconds as the page does, and wait where they are told to;
* capacity: as many clients as there are cores, one request after the other;
* load: requests at twice that rate, at random moments that wait for no answer. Each gets the known answer of its file,
  or 503 with `Retry-After`; nothing else is allowed. The memory of the server is read every second;
* ending: SIGTERM with requests in flight. Each gets its whole answer or none, and the status is 0.
"""

import argparse
import http.client
import json
import os
import platform
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import numpy as np
import psutil

from intone.files import write_json
from intone.parallel import cores
from sounds import encode, noise, pcm, silence, voice

API = "/api/v1/analyses"
TIMES = 2
"""How many times its capacity the server is asked for."""

OUTSTANDING = 128
"""Requests that are open at once, at most; what comes then is not sent, and told."""

PATIENCE_S = 60.0
"""How long an answer, and the end of the server, may take."""

MOST_RISE = 2.0
"""MB a minute that the server's memory may rise by after the first minute.

An answer concerns some 100 kB of file and 250 kB of samples. With ten answers a second, one of a hundred that left its
recording behind would be 2 MB a minute. The allocator's own steps are smaller over nine minutes.
"""

SETTLING_S = 60.0
"""Until then memory may rise: buffers and threads are made when they are first needed."""


@dataclass(frozen=True)
class Said:
    """What a server said to a request: status, type, `Retry-After`, body; how long it took, from when it was due.

    `status` is 0 where no byte of an answer came, and -1 where only a part of one did.
    """

    status: int
    body: bytes = b""
    retry_after: str | None = None
    seconds: float = 0.0

    @property
    def refused(self) -> bool:
        """Whether a client was told properly to come back."""
        return self.status == 503 and bool(re.fullmatch(r"[1-9]\d*", self.retry_after or "")) and bool(self.body)


# What is sent.


def clips() -> dict[str, bytes]:
    """Files of several lengths and formats, a silent one, noise, and two that are broken."""
    stereo = np.stack([voice(3, 130, 5), voice(3, 131, 6)], axis=1)
    return {
        "1 s wav": pcm(voice(1, 110, 1), 16_000), "4 s wav": pcm(voice(4, 120, 2), 44_100),
        "4 s webm": encode(voice(4, 200, 3), "webm"), "2 s flac": encode(voice(2, 210, 4), "flac"),
        "3 s stereo": pcm(stereo, 48_000), "3 s mp3": encode(voice(3, 150, 7), "mp3"),
        "8 s m4a": encode(voice(8, 180, 8), "m4a"), "12 s ogg": encode(voice(12, 100, 9), "ogg"),
        "silent": pcm(silence(2), 16_000), "noise": pcm(noise(2), 16_000),
        "cut": pcm(voice(4, 140, 10), 16_000)[:40_000], "no recording": b"%PDF-1.7\n" + bytes(range(256)) * 40,
    }


def form(content: bytes) -> tuple[bytes, dict[str, str]]:
    """A file as a form, as a browser sends it: the body and its headers."""
    border = "intone-load-border"
    head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="clip"\r\n\r\n'
    return head.encode() + content + f"\r\n--{border}--\r\n".encode(), {
        "Content-Type": f"multipart/form-data; boundary={border}"}


def ask(address: str, content: bytes, due: float, headers: dict[str, str] | None = None) -> Said:
    """Send a file over a connection of its own."""
    place = urlsplit(address)
    body, described = form(content)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE_S)
    status = 0
    try:
        connection.request("POST", API, body, {**described, "Connection": "close", **(headers or {})})
        response = connection.getresponse()
        status = -1
        body = response.read()
        return Said(response.status, body, response.getheader("Retry-After"), time.monotonic() - due)
    except (OSError, http.client.HTTPException) as error:
        half = isinstance(error, http.client.BadStatusLine) and error.line.strip("'\" ")
        return Said(-1 if half and not isinstance(error, http.client.RemoteDisconnected) else status, repr(error).encode())
    finally:
        connection.close()


def without_nonce(body: bytes) -> bytes:
    """A page without the word that is another every time."""
    return re.sub(rb'nonce="[^"]*"', b"", body)


# The server.


@dataclass
class Server:
    """An `intone serve` that runs, where it listens, and the MB of memory that it and its children had, by seconds."""

    process: "subprocess.Popen[str]"
    address: str
    errors: Path
    memory: list[tuple[float, float]] = field(default_factory=list)

    def megabytes(self) -> float:
        """Its memory now; what processes share is counted once."""
        return sum(one.memory_full_info().pss for one in self.processes()) / 1e6

    def processes(self) -> list[psutil.Process]:
        """All of its processes."""
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]


@contextmanager
def served(folder: Path, *words: object, command: Sequence[str] = (sys.executable, "-m", "intone"),
           **environment: str) -> Iterator[Server]:
    """Start `intone serve` in a folder; it is killed in the end, if it has not ended by then."""
    errors = folder / "errors.txt"
    with errors.open("w") as file, subprocess.Popen(
            [*command, "serve", "--port", "0", *map(str, words)], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=file, env={**os.environ, **environment}) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.match(r"Serving on (http://\S+)", line)
            assert found, f"the server did not start: {line}{errors.read_text()}"
            yield Server(process, found[1], errors)
        finally:
            process.kill()


@contextmanager
def watched(server: Server, every_s: float = 1.0) -> Iterator[None]:
    """Read the memory of a server all the time."""
    ended, began = threading.Event(), time.monotonic()

    def look() -> None:
        while not ended.wait(every_s):
            server.memory.append((time.monotonic() - began, server.megabytes()))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


# What comes of it.


@dataclass
class Tally:
    """What requests came to."""

    answered: list[float] = field(default_factory=list)
    refused: int = 0
    held_back: int = 0
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, name: str, said: Said, known: bytes) -> None:
        """Count what was said about a file of which this answer is known."""
        with self.lock:
            if said.status > 0 and said.body == known:
                self.answered.append(said.seconds)
            elif said.refused:
                self.refused += 1
            else:
                self.wrong.append(f"{name}: {said.status} {said.body[:200]!r}")

    @property
    def requests(self) -> int:
        """All that were sent."""
        return len(self.answered) + self.refused + len(self.wrong)

    def told(self, seconds: float) -> dict[str, Any]:
        """As numbers, with the first of what was wrong."""
        p50, p99 = np.percentile(self.answered, [50, 99]) if self.answered else (np.nan, np.nan)
        return {"requests": self.requests, "answers": len(self.answered), "refused": self.refused,
                "wrong": len(self.wrong), "what_was_wrong": self.wrong[:10],
                "answers_a_second": round(len(self.answered) / seconds, 2), "p50_s": round(float(p50), 3),
                "p99_s": round(float(p99), 3)}


def known_answers(address: str, files: dict[str, bytes]) -> dict[str, bytes]:
    """What a server says to each file, twice the same."""
    found = {}
    for name, content in files.items():
        first, second = (ask(address, content, time.monotonic()) for _ in range(2))
        assert first.body == second.body and first.status in (200, 415, 422), f"{name}: {first} {second}"
        found[name] = first.body
    assert sum(b'"label"' in body for body in found.values()) >= len(files) // 2, "hardly anything is answered"
    return found


def closed_loop(clients: int, seconds: float, one: Callable[[random.Random], Said | None], seed: int = 0) -> float:
    """`clients` that ask `one` after the other, and wait where they are told to come back; returns the seconds it took.

    Each asks once at least, however busy the machine is.
    """
    began = time.monotonic()

    def client(number: int) -> None:
        rng = random.Random(f"{seed} {number}")
        left = seconds
        while left > 0:
            said = one(rng)
            left = began + seconds - time.monotonic()
            if said and said.refused:
                time.sleep(max(0.0, min(left, float(said.retry_after or 1))))

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, range(clients)))
    return time.monotonic() - began


def page_clients(address: str, clients: int, seconds: float) -> dict[str, Any]:
    """What visitors of the page get who send clips of four seconds."""
    as_page = {"Accept": "text/html"}
    files = [pcm(voice(4, pitch, pitch), 16_000) for pitch in (110, 150, 190, 230)]
    known = [without_nonce(ask(address, one, 0, as_page).body) for one in files]
    tally = Tally()

    def one(rng: random.Random) -> Said:
        which = rng.randrange(len(files))
        said = ask(address, files[which], time.monotonic(), as_page)
        tally.add("4 s", Said(said.status, without_nonce(said.body), said.retry_after, said.seconds), known[which])
        return said

    return tally.told(closed_loop(clients, seconds, one))


def capacity(address: str, files: dict[str, bytes], known: dict[str, bytes], seconds: float) -> float:
    """Answers a second with one client a core."""
    tally, names = Tally(), list(files)

    def one(rng: random.Random) -> None:
        name = rng.choice(names)
        tally.add(name, ask(address, files[name], time.monotonic()), known[name])

    took = closed_loop(cores(), seconds, one)
    assert not tally.wrong, tally.wrong[:3]
    return len(tally.answered) / took


def open_loop(address: str, files: dict[str, bytes], known: dict[str, bytes], rate: float, seconds: float,
              seed: int) -> Tally:
    """Requests at random moments, `rate` a second, whether the ones before are answered or not; the first at once."""
    rng, tally, names = random.Random(seed), Tally(), list(files)
    free = threading.BoundedSemaphore(OUTSTANDING)

    def send(name: str, due: float) -> None:
        try:
            tally.add(name, ask(address, files[name], due), known[name])
        finally:
            free.release()

    began = due = time.monotonic()
    with ThreadPoolExecutor(OUTSTANDING) as pool:
        while due < began + seconds:
            time.sleep(max(0.0, due - time.monotonic()))
            name = rng.choice(names)
            if free.acquire(blocking=False):
                pool.submit(send, name, due)
            else:
                tally.held_back += 1
            due += rng.expovariate(rate)
    return tally


def rise(memory: Sequence[tuple[float, float]], after_s: float) -> dict[str, Any]:
    """Memory minute by minute, in the first and in the last, and the slope of a line through all after `after_s` seconds."""
    times, values = np.array(memory).T
    later = times > after_s
    slope = 60 * np.polyfit(times[later], values[later], 1)[0] if later.sum() > 2 else np.nan
    minutes = [round(float(values[(times > start) & (times <= start + 60)].mean()), 1)
               for start in range(0, int(times[-1]) - 29, 60)]
    return {"minutes_mb": minutes, "first_minute_mb": round(float(values[times <= 60].mean()), 1),
            "last_minute_mb": round(float(values[times > times[-1] - 60].mean()), 1),
            "most_mb": round(float(values.max()), 1), "rise_mb_a_minute": round(float(slope), 2)}


def ending(server: Server, content: bytes, known: bytes, number: int = 8) -> dict[str, Any]:
    """Ask the server to end with requests in flight: how many of them were answered, refused, not begun, or cut."""
    with ThreadPoolExecutor(number) as pool:
        asked = [pool.submit(ask, server.address, content, time.monotonic()) for _ in range(number)]
        while _open(server) < number and not any(one.done() for one in asked):
            time.sleep(0.001)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        said = [one.result() for one in asked]
        status = server.process.wait(PATIENCE_S)
        took = time.monotonic() - began
    whole = sum(one.body == known for one in said)
    refused, none = sum(one.refused for one in said), sum(one.status == 0 for one in said)
    return {"in_flight": number, "answered": whole, "refused": refused, "not_begun": none,
            "cut": number - whole - refused - none, "status": status, "seconds": round(took, 2)}


def _open(server: Server) -> int:
    """Connections that clients have with the server."""
    port = urlsplit(server.address).port
    return sum(one.status == psutil.CONN_ESTABLISHED and one.laddr.port == port
               for process in server.processes() for one in process.net_connections("tcp"))


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {"cores": cores(), "processor": model[1] if model else platform.machine(), "python": platform.python_version()}


def measured(minutes: float, seed: int, *words: object, clients: Sequence[int] = (1, 8, 64),
             client_s: float = 20.0) -> dict[str, Any]:
    """All of it, as it is written down; `words` go to `intone serve`."""
    files, seconds = clips(), 60 * minutes
    with tempfile.TemporaryDirectory(prefix="intone-load-") as folder, served(Path(folder), *words) as server:
        known = known_answers(server.address, files)
        visitors = {str(number): page_clients(server.address, number, min(client_s, seconds)) for number in clients}
        most = capacity(server.address, files, known, min(client_s, seconds))
        with watched(server, min(1.0, seconds / 20)):
            tally = open_loop(server.address, files, known, TIMES * most, seconds, seed)
        found = {"minutes": minutes, "seed": seed, "machine": machine(), "capacity": round(most, 2),
                 "asked_a_second": round(TIMES * most, 2), **tally.told(seconds), "held_back": tally.held_back,
                 "memory": rise(server.memory, min(SETTLING_S, seconds / 2)), "clients": visitors,
                 "ending": ending(server, files["4 s wav"], known["4 s wav"])}
        found["said"] = server.errors.read_text()
    return found


def faults(found: dict[str, Any]) -> list[str]:
    """What should not have been, as sentences. Memory is judged where there was time for it to settle."""
    end, odd = found["ending"], []
    for name, one in {"under load": found, **{f"with {n} clients": one for n, one in found["clients"].items()}}.items():
        if one["wrong"] or not one["answers"]:
            odd.append(f"{one['wrong']} of {one['requests']} requests {name} got something else than their answer.")
    if found["minutes"] >= 2 and not found["memory"]["rise_mb_a_minute"] <= MOST_RISE:
        odd.append(f"Memory rises by {found['memory']['rise_mb_a_minute']} MB a minute.")
    if end["cut"] or end["status"] or end["seconds"] > PATIENCE_S:
        odd.append(f"The server ended with status {end['status']} and cut {end['cut']} answers.")
    if found["said"]:
        odd.append(f"The server said: {found['said'][:300]}")
    return odd


def main() -> int:
    """Load the server; 1 where something was wrong."""
    parser = argparse.ArgumentParser(description="Ask the page for twice what it can answer.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--recognizer", type=Path, help="another recognizer")
    parser.add_argument("--to", type=Path, help="a JSON file for what came of it")
    chosen = parser.parse_args()
    words = ["--recognizer", chosen.recognizer.resolve()] if chosen.recognizer else []
    found = measured(chosen.minutes, chosen.seed, *words)
    print(json.dumps(found, indent=2))
    if chosen.to:
        write_json(chosen.to, found)
    odd = faults(found)
    print(*odd, sep="\n")
    return 1 if odd else 0


if __name__ == "__main__":
    sys.exit(main())
