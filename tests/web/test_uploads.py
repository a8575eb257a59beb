"""Nothing of an upload is left: not in a temporary folder, not in shared memory, not in what the server writes."""

import contextlib
import http.client
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from load import API, Server, ask, form, served
from sounds import pcm, silence, voice
from tiny_model import tiny_model

NAME = "Secret-Patient-4711.wav"
SHARED = Path("/dev/shm")


@pytest.fixture(scope="module")
def recognizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("model") / "tiny.onnx", {"male_sad": 0.7, "female_happy": 0.3})


@pytest.fixture(scope="module")
def long() -> bytes:
    """A recording that becomes a job, and that Werkzeug by itself would put into a file."""
    return pcm(voice(150, 120, 1), 16_000)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def shared() -> set[Path]:
    """What processes on this machine keep in shared memory."""
    return set(SHARED.iterdir()) if SHARED.is_dir() else set()


def with_samples(paths: set[Path], recording: bytes) -> list[Path]:
    """Those files that hold a part of a recording."""
    part, found = recording[20_000:20_064], []
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_file() and part in path.read_bytes():
                found.append(path)
    return found


@contextlib.contextmanager
def no_file_opened(server: Server, folder: Path) -> Iterator[None]:
    """Fails where a process of the server has a file in a folder open meanwhile, and be it a deleted one.

    gunicorn has one of its own, in which it never writes: its age tells that a process lives.
    """
    ended, seen = threading.Event(), set[str]()

    def look() -> None:
        parent = psutil.Process(server.process.pid)
        while not ended.wait(0.002):
            for process in [parent, *parent.children(recursive=True)]:
                for link in Path(f"/proc/{process.pid}/fd").iterdir():
                    with contextlib.suppress(OSError):
                        if link.stat().st_size or "wgunicorn-" not in link.readlink().name:
                            seen.add(str(link.readlink()))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert seen, "nothing was looked at"
    assert [one for one in seen if one.startswith((str(folder), str(SHARED)))] == []


def job(address: str, recording: bytes) -> str:
    """Begin the analysis of a long recording; returns where its answer will be."""
    said = ask(address, recording, 0)
    assert said.status == 202, said
    return f"{API}/{json.loads(said.body)['id']}"


def requested(address: str, method: str, path: str) -> bytes:
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    with contextlib.closing(connection):
        connection.request(method, path)
        return connection.getresponse().read()


def ended(address: str, path: str) -> None:
    """Wait until a job has ended."""
    while json.loads(requested(address, "GET", path))["state"] in ("waiting", "running"):
        time.sleep(0.02)


def half_sent(address: str, recording: bytes) -> socket.socket:
    """A client that has sent half of a form."""
    place = urlsplit(address)
    body, headers = form(recording)
    head = f"POST {API} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nContent-Type: {headers['Content-Type']}\r\n\r\n"
    client = socket.create_connection((place.hostname, place.port), timeout=30)
    client.sendall(head.encode() + body[: len(body) // 2])
    return client


def test_nothing_of_an_upload_is_ever_in_a_file(recognizer: Path, long: bytes, tmp_path: Path) -> None:
    folder, before = tmp_path / "temporary", shared()
    folder.mkdir()
    with served(tmp_path, "--recognizer", recognizer, TMPDIR=str(folder)) as server:
        with no_file_opened(server, folder):
            assert ask(server.address, pcm(voice(40, 150, 2), 16_000), 0).status == 200
            assert ask(server.address, pcm(silence(40), 16_000), 0).status == 422
            assert ask(server.address, long[: len(long) // 3], 0).status == 422
            ended(server.address, job(server.address, long))
            assert requested(server.address, "DELETE", job(server.address, long)) == b""
            half_sent(server.address, long).close()
            assert requested(server.address, "GET", "/health")
        assert files(folder) == []
        assert with_samples(shared() - before, long) == []
    assert {path.name for path in tmp_path.iterdir()} <= {"temporary", "errors.txt"}


@pytest.mark.parametrize("attribution", ["while it is sent", "while it is heard"])
def test_killed_and_started_again_nothing_is_left(recognizer: Path, long: bytes, tmp_path: Path, attribution: str) -> None:
    folder, before = tmp_path / "temporary", shared()
    folder.mkdir()
    with served(tmp_path, "--recognizer", recognizer, TMPDIR=str(folder)) as server:
        if attribution == "while it is sent":
            client = half_sent(server.address, long)
        else:
            job(server.address, long)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(20)
        if attribution == "while it is sent":
            client.close()
    with served(tmp_path, "--recognizer", recognizer, TMPDIR=str(folder)) as server:
        assert ask(server.address, pcm(voice(1, 150, 2), 16_000), 0).status == 200
        assert files(folder) == []
        assert with_samples(shared() - before, long) == []


def test_what_the_server_writes_has_no_voice_and_no_name(recognizer: Path, tmp_path: Path) -> None:
    with served(tmp_path, "--recognizer", recognizer) as server:
        place = urlsplit(server.address)
        for content in (pcm(voice(1, 150, 2), 16_000), pcm(silence(1), 16_000), b"no recording", b""):
            body, headers = form(content)
            body = body.replace(b'filename="clip"', f'filename="{NAME}"'.encode())
            assert NAME.encode() in body
            connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
            for path in (API, "/", f"/{NAME}"):
                connection.request("POST", path, body, {**headers, "Referer": f"http://x/{NAME}", "User-Agent": NAME})
                said = connection.getresponse()
                assert NAME.encode() not in said.read(), f"{said.status} at {path}"
            connection.close()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.stdout is not None
        written = server.process.stdout.read() + server.errors.read_text()
        assert server.process.wait(20) == 0
    assert written == "", "a server that answers says nothing"
    assert [path.name for path in tmp_path.iterdir()] == ["errors.txt"]
