"""Several processes behind one address: what one knows the others know, and what becomes of the rest when one ends."""

import contextlib
import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from command import Ran, finish, start
from intone.web import gunicorn_server
from intone.web.state import ledger_in
from intone.web.store import Ledger
from sounds import pcm, silence, voice
from tiny_model import tiny_model
from web_server import API, HTML

SHORT = pcm(voice(3, 150), 16_000)
LONG = pcm(np.concatenate([voice(3, 120), silence(7)] * 7), 16_000)
"""70 s, of seven segments."""


def children(process: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def folder_of(worker: int) -> Path | None:
    """The folder that a process shares; None while it has not opened the ledger there."""
    for link in Path(f"/proc/{worker}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            if (opened := link.readlink()).name == "ledger.sqlite":
                return opened.parent
    return None


@dataclass(frozen=True)
class Page:
    """A page that several processes serve."""

    address: str
    process: "subprocess.Popen[str]"
    folder: Path
    """What they share."""

    @property
    def workers(self) -> list[int]:
        """The processes that serve, by their numbers."""
        return children(self.process.pid)

    @contextlib.contextmanager
    def only(self, worker: int) -> Iterator[None]:
        """Let one of them answer; the others stand still, though none in the middle of a change, for which all wait."""
        others = [one for one in self.workers if one != worker]
        try:
            until(lambda: self._stood_still(others))
            yield
        finally:
            for one in others:
                os.kill(one, signal.SIGCONT)

    def _stood_still(self, workers: list[int]) -> bool:
        for one in workers:
            os.kill(one, signal.SIGSTOP)
        until(lambda: all(re.search(r"\) T ", Path(f"/proc/{one}/stat").read_text()) for one in workers))
        with contextlib.closing(sqlite3.connect(ledger_in(self.folder), timeout=0, isolation_level=None)) as ledger:
            try:
                ledger.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                for one in workers:
                    os.kill(one, signal.SIGCONT)
                return False
        return True

    def ask(self, path: str, body: bytes | None = None, method: str | None = None, **headers: str) -> tuple[int, str, Any]:
        """Status, text and headers of an answer."""
        kind = {"Content-Type": "audio/wav"} if body else {}
        request = urllib.request.Request(self.address + path, body, kind | headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as found:
                return found.status, found.read().decode(), found.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers

    def told(self, path: str) -> dict[str, Any]:
        """The JSON at a path."""
        return json.loads(self.ask(path)[1])

    def begin(self) -> str:
        """Send the long recording; where its answer will be."""
        status, _, headers = self.ask(API, LONG)
        assert status == 202
        return headers["Location"]


@contextlib.contextmanager
def served(model: Path) -> Iterator[Page]:
    """A page of two processes."""
    process = start("serve", "--port", 0, "--processes", 2, "--recognizer", model, cwd=model.parent)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.fullmatch(r"Serving on (http://127\.0\.0\.1:\d+) \(Ctrl\+C ends it\)\n", line)
        assert address, line + finish(process).err
        until(lambda: all(map(folder_of, children(process.pid))))  # it is announced as soon as one process answers
        folder = folder_of(children(process.pid)[0])
        assert folder
        yield Page(address[1], process, folder)
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("slow") / "slow.onnx", {"male_sad": 0.7, "female_happy": 0.3}, work=2000)


@pytest.fixture(scope="module")
def page(model: Path) -> Iterator[Page]:
    with served(model) as found:
        yield found


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_any_process_answers_about_what_another_analyses(page: Page) -> None:
    first, second = page.workers
    with page.only(first):
        place = page.begin()
    with page.only(second):
        assert page.told(place)["state"] in ("waiting", "running")
        assert page.told(place)["duration_s"] == 70
        assert "intone_jobs 1.0" in page.ask("/metrics")[1]
    events = page.ask(f"{place}/events")[1]
    assert "event: progress" in events and events.rstrip().rsplit("event: ", 1)[1].startswith("done")
    with page.only(second):
        found = page.told(place)
        assert (found["state"], found["progress"], found["result"]["label"]) == ("done", 1, "sad")
        assert len(found["result"]["views"]["8"]["segments"]) == 7
        assert 'class="card answer"' in page.ask(place, **HTML)[1]
        assert page.ask(place, method="DELETE")[0] == 204
    with page.only(first):
        assert page.ask(place)[0] == 404


def test_one_can_be_cancelled_from_another_process(page: Page) -> None:
    first, second = page.workers
    before = answers(page)
    with page.only(first):
        place = page.begin()
    with page.only(second):
        assert page.ask(place, method="DELETE")[0] == 204
    until(lambda: "intone_jobs 0.0" in page.ask("/metrics")[1])
    assert answers(page) == before


def answers(page: Page) -> float:
    return float(re.search(r"^intone_answers_total (.*)$", page.ask("/metrics")[1], re.MULTILINE)[1])


def test_counts_are_those_of_all_processes(page: Page) -> None:
    before = answers(page)
    for worker in page.workers:
        with page.only(worker):
            assert page.ask(API, SHORT)[0] == 200
            assert page.ask(API, pcm(silence(1), 16_000))[0] == 422
    told = []
    for worker in page.workers:
        with page.only(worker):
            assert answers(page) == before + 2
            told.append(page.ask("/metrics")[1])
    assert told[0] == told[1]
    assert 'intone_refusals_total{problem="no-speech"} 2.0' in told[0]
    assert len(re.findall("^intone_jobs ", told[0], re.MULTILINE)) == 1


def test_the_limit_of_long_ones_counts_over_all_processes(page: Page) -> None:
    places = []
    for worker in page.workers:
        with page.only(worker):
            places += [page.begin() for _ in range(3)]  # of eight places a client has six
    for worker in page.workers:
        with page.only(worker):
            status, said, headers = page.ask(API, LONG)
            assert status == 503 and int(headers["Retry-After"]) > 0
            assert json.loads(said)["type"] == "urn:intone:busy"
    assert [page.ask(place, method="DELETE")[0] for place in places] == [204] * 6
    until(lambda: "intone_jobs 0.0" in page.ask("/metrics")[1])


def test_what_a_killed_process_was_analysing_has_failed_and_another_takes_its_place(page: Page) -> None:
    first, second = page.workers
    before = answers(page)
    with page.only(first):
        places = [page.begin() for _ in range(4)]  # two are analysed and two wait
    os.kill(first, signal.SIGKILL)
    until(lambda: page.told(places[0])["state"] == "failed")
    for place in places:
        problem = page.told(place)["problem"]
        assert problem["type"] == "urn:intone:lost" and problem["status"] == 503
        assert problem["detail"].endswith("ended before it was done: send the recording again.")
    status, said, _ = page.ask(places[0], **HTML)
    assert status == 503 and problem["detail"] in said
    assert "intone_jobs 0.0" in page.ask("/metrics")[1]
    until(lambda: len(page.workers) == 2)
    third = next(one for one in page.workers if one != second)
    with page.only(third):  # it has taken over
        assert page.ask(API, SHORT)[0] == 200
        assert page.told(places[0])["state"] == "failed"
        assert answers(page) == before + 1


def test_nobody_is_sent_away_while_processes_are_killed(page: Page) -> None:
    ended = threading.Event()
    found: list[str] = []

    def visit(_: int) -> None:
        while not ended.is_set():
            try:
                found.append(str(page.ask("/health")[0]))
            except (OSError, http.client.HTTPException) as error:  # it had its connection from the one that was killed
                found.append(repr(error))

    with ThreadPoolExecutor(4) as pool:
        visitors = [pool.submit(visit, one) for one in range(4)]
        try:
            for _ in range(2):
                killed, other = page.workers
                os.kill(killed, signal.SIGKILL)
                until(lambda killed=killed: killed not in page.workers and len(page.workers) == 2)
                with page.only(next(one for one in page.workers if one != other)):  # until the next one answers
                    page.ask("/health")
            until(lambda: found.count("200") > 20)
        finally:
            ended.set()
        for visitor in visitors:
            visitor.result(60)
    assert len(found) - found.count("200") <= 8  # at most one of each visitor and kill
    assert not [one for one in found if "refused" in one]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_request_in_flight_is_answered_before_the_end(model: Path, ending: signal.Signals) -> None:
    with served(model) as page, ThreadPoolExecutor(1) as pool:
        folder = page.folder
        assert folder.stat().st_mode & 0o777 == 0o700
        shared = Ledger(ledger_in(folder))
        followed = urllib.request.urlopen(f"{page.address}{page.begin()}/events")
        assert followed.readline() == b"event: progress\n"
        asked = pool.submit(page.ask, API, SHORT)
        until(lambda: shared.ask("SELECT * FROM places WHERE desk = 'answers'"))
        page.process.send_signal(ending)
        assert asked.result(60)[0] == 200
        with followed:
            assert b"event: cancelled\n" in followed.read()
        assert finish(page.process) == Ran(0, "", "")
        assert not folder.exists()


def test_the_processes_end_with_the_one_that_started_them(model: Path) -> None:
    with served(model) as page:
        folder, workers = page.folder, page.workers
        page.process.kill()
        until(lambda: not any(Path(f"/proc/{one}/cmdline").exists() for one in workers))
        assert not folder.exists()


def test_what_cannot_begin_says_why_as_one_process_would(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    one, two = (finish(start("serve", "--port", 0, "--recognizer", tmp_path / "bad.onnx", "--processes", number))
                for number in (1, 2))
    assert one.sentence == two.sentence
    assert one.status == two.status == 1


def test_a_folder_that_is_left_is_removed_and_one_that_is_used_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gunicorn_server, "MEMORY", tmp_path)
    left = tmp_path / "intone-page-left"
    left.mkdir()
    os.utime(left, (0, 0))
    (tmp_path / "another").mkdir()
    with gunicorn_server.shared_folder() as used:
        os.utime(used, (0, 0))
        with gunicorn_server.shared_folder() as other:
            assert {one.name for one in tmp_path.iterdir()} == {used.name, other.name, "another"}
        assert used.exists() and not other.exists()
    assert [one.name for one in tmp_path.iterdir()] == ["another"]
