"""The server: where it listens and how it ends."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from waitress.task import ThreadedTaskDispatcher

from intone.errors import UsageError
from intone.web import create_app
from intone.web.server import end_requests, in_background, run
from web_server import StandIn, post, tone, wav

# The server


SERVE = "from web_server import StandIn; from intone.web import create_app; from intone.web.server import run; " \
        "run(create_app(StandIn()), '127.0.0.1', 0)"


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_server_says_where_it_is_and_ends_cleanly(ending: signal.Signals) -> None:
    folders = [str(Path(__file__).parents[1] / "support"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders))}
    with subprocess.Popen([sys.executable, "-W", "error", "-c", SERVE], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.fullmatch(r"Serving on (http://127\.0\.0\.1:\d+) \(Ctrl\+C ends it\)\n", line)
        assert address, line + process.communicate()[1]
        assert post(address[1], wav(tone("sad")))[0] == 200
        process.send_signal(ending)
        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 0


def test_an_address_that_cannot_be_used_is_an_error() -> None:
    app = create_app(StandIn())
    with in_background(app) as address, pytest.raises(UsageError, match=r"\(Address already in use\): choose another"):
        run(app, "127.0.0.1", int(address.rsplit(":", 1)[1]))
    with pytest.raises(UsageError, match=r"cannot be served on no\.such\.host\.invalid, port 0 \("):
        run(app, "no.such.host.invalid", 0)
    with pytest.raises(UsageError, match="There is no port 70000"):
        run(app, "127.0.0.1", 70_000)


class Request:
    """What waitress has read whole, and a thread is to answer."""

    ended = ""

    def service(self) -> None:
        time.sleep(0.2)
        self.ended = "answered"

    def cancel(self) -> None:
        self.ended = "dropped"


def test_a_request_that_has_arrived_is_answered_before_the_end() -> None:
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(1)
    requests = [Request() for _ in range(3)]  # the threads of waitress end before they look for more
    for request in requests:
        dispatcher.add_task(request)
    end_requests(dispatcher)
    assert [request.ended for request in requests] == ["answered"] * 3
    assert not dispatcher.threads
