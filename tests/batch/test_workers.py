"""Workers of this machine: nothing that befalls one is felt by another, or by the work."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing import active_children, connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

import psutil
import pytest

from batch_work import at_length, at_once, never_begun, wrong
from intone.batch.work import Outcome, Question
from intone.batch.workers import Work, Worker, Workers
from intone.parallel import WorkerError


@pytest.fixture
def processes() -> Iterator[Callable[[], list[SpawnProcess]]]:
    """Those that hear, of which this process is the parent. None of them is left in the end."""
    before = set(active_children())

    def found() -> list[SpawnProcess]:
        return sorted(set(active_children()) - before, key=lambda one: one.pid)

    yield found
    assert not found()


@contextmanager
def workers_of(work: Work, *recordings: str) -> Iterator[Workers]:
    with closing(Workers(work, Question())) as workers:
        for recording in recordings:
            workers.ask(recording)
        yield workers


def answered(workers: Workers) -> dict[str, Outcome | None]:
    found: dict[str, Outcome | None] = {}
    while workers.busy:
        found.update(workers.answers())
    return found


def test_a_worker_that_is_killed_before_it_hears_is_told_of(processes):
    with workers_of(at_once, "a") as workers:
        processes()[0].kill()  # it has hardly begun
        assert answered(workers) == {"a": None}
        workers.ask("b")
        assert answered(workers)["b"].recording == "b"


def test_a_worker_that_is_killed_while_idle_costs_nothing(processes):
    with workers_of(at_once, "a") as workers:
        assert answered(workers)["a"]
        process = processes()[0]
        process.kill()
        process.join()
        workers.ask("b")
        assert answered(workers)["b"]


def test_a_worker_that_is_killed_while_it_answers_leaves_no_half_answer(processes):
    with workers_of(at_length, "a") as workers:
        assert connection.wait([one.pipe for one in workers._working], 30)
        processes()[0].kill()
        assert answered(workers) == {"a": None}
        workers.ask("a")
        assert len(answered(workers)["a"].told["text"]) == 10_000_000  # as a whole one has


def test_workers_that_are_killed_at_any_moment_keep_nobody_waiting(processes):
    rng = random.Random(0)
    left, done, rounds = [str(number) for number in range(600)], set(), 0
    with workers_of(at_once) as workers:
        while left or workers.busy:
            while left and workers.busy < 3:
                workers.ask(left.pop())
            rounds += 1
            if rounds % 20 == 0:  # ten times at least
                rng.choice(processes()).kill()
            for recording, outcome in workers.answers():
                done.add(recording) if outcome else left.append(recording)
    assert len(done) == 600


@pytest.mark.usefixtures("processes")
def test_what_the_work_raises_is_raised_here():
    with workers_of(wrong, "a name") as workers, pytest.raises(ValueError, match="a name"):
        list(workers.answers())


@pytest.mark.usefixtures("processes")
def test_a_worker_that_cannot_begin_ends_the_work():
    with workers_of(never_begun, "a") as workers, pytest.raises(WorkerError, match="ended before it could work"):
        list(workers.answers())


def test_a_script_without_a_guard_is_told_why(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED, encoding="utf-8")
    ran = subprocess.run([sys.executable, script], check=False, capture_output=True, text=True, env=environment(),
                         timeout=60)
    assert "bootstrapping phase" in ran.stderr  # Python's own words, of the worker
    assert "WorkerError: A worker process ended before it could work" in ran.stderr
    assert ran.returncode == 1


def test_no_more_processes_is_one_sentence(monkeypatch):
    def none_left(_):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(SpawnProcess, "start", none_left)
    with pytest.raises(WorkerError, match=r"cannot be started \(Resource temporarily unavailable\): choose fewer"):
        Worker(at_once, Question())


UNGUARDED = """
from batch_work import at_once
from intone.batch import engines
from intone.batch.work import Question

print(list(engines.local(2, at_once)(Question(), ["a", "b", "c"])))
"""

PARENT = """
from batch_work import without_end
from intone.batch.work import Question
from intone.batch.workers import Workers

if __name__ == "__main__":
    workers = Workers(without_end, Question())
    for recording in "ab":
        workers.ask(recording)
    print("begun", flush=True)
    input()
"""


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "support")}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_the_process_that_they_work_for_and_say_nothing(tmp_path, how):
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=environment())
    assert parent.stdout.readline() == b"begun\n"
    begun = psutil.Process(parent.pid).children(recursive=True)
    assert len(begun) >= 2
    parent.send_signal(how)
    _, said = parent.communicate(timeout=30)
    assert not said
    assert not psutil.wait_procs(begun, 30)[1]
