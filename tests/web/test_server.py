"""The servers, one process each: where they listen, how they end, and what gunicorn does with its processes."""

import errno
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from waitress.trigger import trigger as Trigger  # noqa: N812 - a class

from intone.errors import UsageError
from intone.web import WebSettings, create_app, gunicorn_server
from intone.web.server import in_background, run
from tiny_model import tiny_model
from web_server import API, IMPATIENT, SERVERS, StandIn, post, served, tone, wav

ENDINGS = [("waitress", signal.SIGTERM), ("waitress", signal.SIGINT), ("gunicorn", signal.SIGTERM),
           ("gunicorn", signal.SIGINT), ("gunicorn", signal.SIGHUP)]


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


# Where they listen, and how they end


@pytest.mark.parametrize(("name", "ending"), ENDINGS)
def test_a_server_says_where_it_is_and_ends_cleanly(name: str, ending: signal.Signals) -> None:
    with served(name) as page:
        assert post(page.address, wav(tone("sad")))[0] == 200
        processes = page.workers
        assert len(processes) == (name == "gunicorn")
        page.process.send_signal(ending)
        assert page.finish() == (0, "", "")
        assert not any(Path(f"/proc/{one}").exists() for one in processes)


@pytest.mark.parametrize("name", SERVERS)
def test_requests_in_flight_are_answered_before_the_end(name: str) -> None:
    inside = "StandIn(meet=lambda: (os.write(1, b'inside\\n'), time.sleep(0.5)))"
    with served(name, "WebSettings(at_once=8)", inside) as page, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(post, page.address, wav(tone("sad"))) for _ in range(8)]
        assert page.process.stdout is not None
        assert [page.process.stdout.readline() for _ in asked] == ["inside\n"] * 8
        page.process.send_signal(signal.SIGTERM)
        assert [one.result(60)[0] for one in asked] == [200] * 8
        assert page.finish() == (0, "", "")


@pytest.mark.parametrize(("name", "ending"), ENDINGS)
def test_who_follows_a_long_recording_is_told_that_it_is_cancelled(name: str, ending: signal.Signals) -> None:
    with served(name, "WebSettings(job_from_s=2)", "StandIn(step=lambda: time.sleep(1))") as page:
        status, found = post(page.address, wav(tone("sad", 3)))
        assert status == 202
        with urllib.request.urlopen(f"{page.address}{API}/{found['id']}/events", timeout=60) as followed:
            assert followed.readline() == b"event: progress\n"
            page.process.send_signal(ending)
            assert b"event: cancelled\n" in followed.read()
        assert page.finish() == (0, "", "")


def test_an_address_that_cannot_be_used_is_an_error() -> None:
    app, settings = create_app(StandIn()), WebSettings()
    for serve in (lambda host, port: run(app, host, port),
                  lambda host, port: gunicorn_server.run(lambda folder: app, host, port, settings)):
        with in_background(app) as address, pytest.raises(UsageError, match=r"\(Address already in use\): choose another"):
            serve("127.0.0.1", int(address.rsplit(":", 1)[1]))
        with pytest.raises(UsageError, match=r"cannot be served on no\.such\.host\.invalid, port 0 \("):
            serve("no.such.host.invalid", 0)
        with pytest.raises(UsageError, match="There is no port 70000"):
            serve("127.0.0.1", 70_000)


def test_a_page_in_a_thread_that_is_awake_as_it_ends_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread may close its trigger before it is pulled."""
    pull = Trigger._physical_pull

    def too_late(trigger: Trigger) -> None:
        pull(trigger)
        until(lambda: trigger._closed)
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr(Trigger, "_physical_pull", too_late)
    with in_background(create_app(StandIn())) as address:
        port = urlsplit(address).port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=60)


def test_what_a_server_logs_cannot_change_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    with in_background(create_app(StandIn())):
        logging.getLogger("waitress").error("Exception while serving %s", "/\x1b[31m\x9b\u202e")
    assert caplog.messages == ["Exception while serving /\\x1b[31m\\x9b\\u202e"]


# gunicorn


def test_a_process_that_is_killed_is_replaced_and_says_so() -> None:
    with served("gunicorn", "WebSettings(job_from_s=2)", "StandIn(step=lambda: time.sleep(1))") as page:
        job = post(page.address, wav(tone("sad", 3)))[1]["id"]
        killed, = page.workers
        os.kill(killed, signal.SIGKILL)
        until(lambda: page.workers and killed not in page.workers)
        assert post(page.address, wav(tone("sad")))[0] == 200
        with pytest.raises(urllib.error.HTTPError) as unknown:
            urllib.request.urlopen(f"{page.address}{API}/{job}")
        assert unknown.value.code == 404
        unknown.value.close()
        page.process.terminate()
        status, out, err = page.finish()
        assert (status, out) == (0, "") and "SIGKILL" in err and err.count("\n") == 1


def test_the_process_that_answers_ends_with_the_one_that_watches() -> None:
    with served("gunicorn", "WebSettings(job_from_s=2)", "StandIn(step=lambda: time.sleep(1))") as page:
        post(page.address, wav(tone("sad", 3)))
        worker, = page.workers
        page.process.kill()
        until(lambda: not Path(f"/proc/{worker}/cmdline").exists())


@pytest.mark.parametrize("sent", [f"POST {API} HTT", f"POST {API} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nx"])
def test_a_client_that_has_stopped_sending_is_given_up(sent: str) -> None:
    with served("gunicorn", first=IMPATIENT) as page:
        place = urlsplit(page.address)
        with socket.create_connection((place.hostname, place.port), timeout=60) as silent:
            silent.sendall(sent.encode())
            found = silent.recv(1000)
            assert found == b"" or found.startswith(b"HTTP/1.1 400")
        page.process.terminate()
        assert page.finish() == (0, "", "")


@pytest.mark.parametrize("processes", ["1", "2"])
def test_nothing_in_the_current_folder_is_run_and_no_variable_changes_what_is_served(processes: str, tmp_path: Path) -> None:
    model = tiny_model(tmp_path / "tiny.onnx", {"male_sad": 0.7})
    for name in ("gunicorn.conf.py", "config.py", "flask.py", "gunicorn.py", "wsgi.py", "intone.py", "random.py", "numpy.py", "socket.py"):
        (tmp_path / name).write_text("open('ran', 'w').close()")
    environment = {**os.environ, "GUNICORN_CMD_ARGS": "--bind 127.0.0.1:1 --pythonpath . --config gunicorn.conf.py",
                   "WEB_CONCURRENCY": "7", "SCRIPT_NAME": ""}
    with subprocess.Popen([sys.executable, "-P", "-m", "intone", "serve", "--port", "0", "--recognizer", model,
                           "--processes", processes],
                          cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert address
        assert post(address[0], wav(tone("sad")))[0] == 422  # a tone is no speech
        process.terminate()
    assert process.returncode == 0 and not (tmp_path / "ran").exists()
