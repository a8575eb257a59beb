"""One function over many items: in their order, and without a process that outlives the one that asked."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from command import poisoned
from intone.parallel import WorkerError, mapped, started_with
from worker_tasks import ended, slow, square

PROGRAM = """
import sys
from intone.parallel import mapped
from worker_tasks import slow
if __name__ == "__main__":
    list(mapped(slow, [sys.argv[1]] * 64, title="waiting", jobs=2))
"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_results_come_in_the_order_of_the_items(jobs: int) -> None:
    assert list(mapped(square, range(40), title="squares", jobs=jobs)) == [one * one for one in range(40)]


def test_a_worker_that_is_ended_is_told() -> None:
    with pytest.raises(WorkerError, match="ended from outside"):
        list(mapped(ended, range(40), title="ending", jobs=2))


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_the_process_that_started_it(sent: signal.Signals, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, "utf-8")
    mark = tmp_path / "marks"
    mark.mkdir()
    asked = subprocess.Popen([sys.executable, program, mark], env={"PYTHONPATH": str(Path(slow.__code__.co_filename).parent)},
                             stderr=subprocess.DEVNULL)
    try:
        workers = _until(lambda: found if len(found := [int(one.name) for one in mark.iterdir()]) == 2 else None)
        assert all(_runs(one) for one in workers)
        asked.send_signal(sent)
        asked.wait()
        _until(lambda: not any(_runs(one) for one in workers))
    finally:
        asked.kill()
        asked.wait()


ELSEWHERE = """
from intone.batch import engines
from intone.batch.work import Question
from intone.parallel import mapped
from batch_work import at_once
from worker_tasks import square
if __name__ == "__main__":
    print(len(list({})))
"""


@pytest.mark.parametrize("work", [
    "mapped(square, range(40), title='squares', jobs=2)", "engines.local(1)(Question(), ['a.wav'])",
    "engines.dask('local', 1, str, at_once)(Question(), ['a.wav'])"], ids=["mapped", "batch", "dask"])
def test_no_process_imports_what_lies_in_the_current_folder(work: str, tmp_path: Path) -> None:
    """A person stands in a folder of someone else's recordings, and a numpy.py lies beside them."""
    (program := tmp_path / "program.py").write_text(ELSEWHERE.format(work), "utf-8")
    folders = [str(Path(slow.__code__.co_filename).parent), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders))}
    ended = subprocess.run([sys.executable, program], cwd=poisoned(tmp_path / "here"), env=environment, check=False,
                           capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stdout.strip()) == (0, "40" if "mapped" in work else "1"), ended.stderr


def test_processes_are_started_with_variables_that_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTONE_ONE", "before")
    with started_with(INTONE_ONE="1", INTONE_OTHER="2"):
        assert (os.environ["INTONE_ONE"], os.environ["INTONE_OTHER"]) == ("1", "2")
    assert os.environ["INTONE_ONE"] == "before" and "INTONE_OTHER" not in os.environ


def _runs(process: int) -> bool:
    """Whether a process is there and not just waited for."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    return False


def _until(seen):
    """What is seen at last, within a minute."""
    until = time.monotonic() + 60
    while not (found := seen()):
        assert time.monotonic() < until
        time.sleep(0.05)
    return found
