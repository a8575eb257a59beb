"""A Dask cluster that loses its workers or its scheduler: no batch waits without an end, and what is done stays."""

import re
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from inspect import signature
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from batch_work import at_once
from dask_cluster import DaskCluster, dask_cluster
from intone.batch import cluster, engines
from intone.batch.batch import Batch, run_batch
from intone.batch.cluster import Cluster, ClusterError
from intone.batch.work import Outcome, Question
from intone.cli.commands import app
from tiny_model import tiny_model

pytestmark = pytest.mark.filterwarnings("ignore")  # distributed's own, when something of it dies

NONE = "The Dask cluster has no worker: waiting {} s for one."
AGAIN = "The Dask cluster has a worker: the work goes on."
RECORDINGS = [f"{number}.wav" for number in range(300)]  # more than are handed out at a time


@pytest.fixture
def running(tmp_path: Path) -> Iterator[DaskCluster]:
    with dask_cluster(tmp_path) as found:
        yield found


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    model = tiny_model(tmp_path / "tiny.onnx", {"male_sad": 0.7, "female_happy": 0.3}, {"male_sad": 0.1})
    return Batch(RECORDINGS, tmp_path / "answers.jsonl", Question(recognizer=str(model)))


def engine_of(running: DaskCluster, said: list[str], wait_s: float = 0, *,
              then: Callable[[], object] = lambda: None) -> engines.Engine:
    """`then` is called when the engine says that there is no worker."""
    def announce(sentence: str) -> None:
        said.append(sentence)
        if "no worker" in sentence:
            then()

    return engines.dask(running.address, 1, announce, at_once, wait_s)


def after_first(engine: engines.Engine, happens: Callable[[], object]) -> engines.Engine:
    """Something happens once the first recording is answered."""
    def disturbed(question: Question, recordings: Sequence[str]) -> Iterator[Outcome]:
        outcomes = engine(question, recordings)
        yield next(outcomes)
        happens()
        yield from outcomes

    return disturbed


def answered(batch: Batch) -> int:
    """Recordings that the journal holds."""
    return batch.journal.read_bytes().count(b"\n") - 1


def test_a_cluster_that_gets_no_worker_ends_the_batch_and_with_one_it_goes_on(running, batch):
    said: list[str] = []
    with pytest.raises(ClusterError, match=r"^No worker of the Dask cluster came within 0 s: start workers, then the same"):
        run_batch(batch, engine_of(running, said))
    assert said[1:] == [NONE.format(0)]
    assert answered(batch) == 0
    running.add_worker()
    assert run_batch(batch, engine_of(running, said)).recordings == len(RECORDINGS)
    assert batch.to.read_bytes().count(b"\n") == len(RECORDINGS)


def test_a_cluster_whose_workers_are_all_killed_ends_the_batch_and_nothing_is_lost(running, batch):
    said: list[str] = []
    workers = [running.add_worker() for _ in range(2)]
    with pytest.raises(ClusterError, match="No worker of the Dask cluster came"):
        run_batch(batch, after_first(engine_of(running, said), lambda: [one.kill() for one in workers]))
    assert said[1:] == [NONE.format(0)]
    done = answered(batch)
    assert 0 < done < len(RECORDINGS)
    running.add_worker()
    assert run_batch(batch, engine_of(running, said)).recordings == len(RECORDINGS) - done


def test_a_worker_that_comes_in_time_goes_on(running):
    said: list[str] = []
    engine = engine_of(running, said, 3600, then=running.add_worker)
    worker = running.add_worker()
    found = [one.recording for one in after_first(engine, worker.kill)(Question(), RECORDINGS)]
    assert sorted(found) == sorted(RECORDINGS)
    assert said[1:] == [NONE.format(3600), AGAIN]


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("works", [True, False], ids=["at work", "without workers"])
def test_a_scheduler_that_vanishes_is_one_sentence(running, monkeypatch, sent, works):
    monkeypatch.setattr(cluster, "_SILENCE_S", 1.0)

    def vanish() -> None:
        running.scheduler.send_signal(sent)

    if works:
        running.add_worker()
    engine = engine_of(running, [], 3600, then=vanish)
    with pytest.raises(ClusterError, match=f"^The Dask scheduler at {running.address} was lost: start it again"):
        list((after_first(engine, vanish) if works else engine)(Question(), RECORDINGS))


def test_the_dashboard_of_a_local_cluster_is_at_a_free_port_of_this_machine_alone():
    said: list[str] = []
    outcomes = engines.dask("local", 1, said.append, at_once)(Question(), ["a.wav", "b.wav"])
    next(outcomes)
    port = int(re.fullmatch(r"The dashboard of the cluster is http://127\.0\.0\.1:(\d+)/status\.", said[0])[1])
    listening = {one.laddr for one in psutil.Process().net_connections("inet") if one.status == psutil.CONN_LISTEN}
    assert [one.ip for one in listening if one.port == port] == ["127.0.0.1"]
    assert {one.ip for one in listening} == {"127.0.0.1"}
    assert len(list(outcomes)) == 1


def test_an_answer_counts_though_its_worker_has_died_since(monkeypatch):
    class Coming:
        """Dask's `as_completed`, to which the answers come, and which then has them computed again."""

        def __init__(self, **_):
            self.futures = []

        def update(self, futures):
            self.futures += futures

        def next_batch(self, block):
            assert not block  # it would wait for ever
            some, self.futures = self.futures, []
            return [(future, future.answer) for future in some]

    def handed_out(work, names, pure):
        assert not pure
        return [SimpleNamespace(key=name, status="pending", answer=work(name)) for name in names]

    monkeypatch.setattr("distributed.as_completed", Coming)
    client = SimpleNamespace(loop=None, map=handed_out, status="running", scheduler=SimpleNamespace(ncores_running=None),
                             sync=lambda *_, **__: {"worker": 1})
    outcomes = Cluster(client, print, 0).outcomes(partial(at_once, Question()), ["a.wav", "b.wav"])
    assert [name for name, outcome in outcomes if outcome] == ["a.wav", "b.wav"]


def test_the_command_waits_as_long_as_the_engine():
    assert signature(app["batch"].default_command).parameters["wait"].default == cluster.WAIT_S
