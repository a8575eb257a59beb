"""A Dask cluster on free ports of this machine; its scheduler and its workers are processes that a test may end."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from distributed import Client

HERE = Path(__file__).resolve().parent


class DaskCluster:
    """A scheduler at `address`, which has no workers until they are added."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", file)
        _until(lambda: _written(file), self.scheduler)
        self.address = str(json.loads(file.read_text("utf-8"))["address"])

    def add_worker(self) -> "subprocess.Popen[bytes]":
        """A worker that its scheduler knows; it is not started again when it dies."""
        with Client(self.address, set_as_default=False) as client:
            before = len(client.nthreads())
            worker = self._start("worker", self.address, "--nthreads", "1", "--no-nanny", "--local-directory", self._folder)
            _until(lambda: len(client.nthreads()) > before, worker)
        return worker

    def _start(self, *words: object) -> "subprocess.Popen[bytes]":
        known = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])  # workers import `batch_work`
        process = subprocess.Popen([sys.executable, "-m", "dask", *map(str, words), "--no-dashboard"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": known})
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process


@contextmanager
def dask_cluster(folder: Path) -> Iterator[DaskCluster]:
    """A cluster whose processes are gone in the end; what they write lies in `folder`."""
    with ExitStack() as stack:
        yield DaskCluster(folder, stack)


def _written(file: Path) -> bool:
    """Whether a file holds the whole of its JSON: the scheduler opens it first, and writes it then."""
    try:
        return bool(json.loads(file.read_text("utf-8")))
    except (FileNotFoundError, json.JSONDecodeError):
        return False


def _until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    while not ready():
        assert process.poll() is None, f"{process.args} ended"
        time.sleep(0.05)
