"""Work on many recordings at once: in processes of this machine, or on a Dask cluster.

An engine takes addresses and yields an outcome for each of them, once, in any order, also when workers die.
A recording whose worker dies is tried once more, alone. If that worker dies as well, the recording is reported.
Only a few recordings wait in an engine at a time, so that a million cost no more memory than a thousand.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial

from intone.batch.cluster import WAIT_S, Cluster, connected, dashboard
from intone.batch.work import Outcome, Question, analyse, failed
from intone.batch.workers import Work, Workers
from intone.parallel import keep_memory

Engine = Callable[[Question, Sequence[str]], Iterator[Outcome]]

KILLED = ("Its worker process was killed twice, perhaps for lack of memory: analyse this recording alone, or cut it "
          "into parts.")

_Tries = Callable[[Sequence[str]], Iterator[tuple[str, Outcome | None]]]
"""Recordings -> each with its outcome, in any order; None where the worker died."""


def local(jobs: int, work: Work = analyse) -> Engine:
    """`jobs` processes of this machine."""
    return partial(_local, jobs, work)


def dask(
    address: str, jobs: int, announce: Callable[[str], object], work: Work = analyse, wait_s: float = WAIT_S
) -> Engine:
    """A Dask cluster: that of a scheduler's address, or with "local" one of `jobs` processes of this machine.

    `announce` is given sentences for the user: where the dashboard is, and that the cluster has no worker. Where none
    comes for `wait_s` seconds, and where the scheduler is lost, the engine raises ClusterError.
    """
    return partial(_dask, address, jobs, announce, work, wait_s)


def _local(jobs: int, work: Work, question: Question, recordings: Sequence[str]) -> Iterator[Outcome]:
    def tries(some: Sequence[str]) -> Iterator[tuple[str, Outcome | None]]:
        left = deque(some)
        with closing(Workers(work, question)) as workers:  # new ones: a recording alone may need all the memory
            while left or workers.busy:
                while left and workers.busy < jobs:
                    workers.ask(left.popleft())
                yield from workers.answers()

    return _twice(tries, recordings)


def _dask(
    address: str, jobs: int, announce: Callable[[str], object], work: Work, wait_s: float, question: Question,
    recordings: Sequence[str],
) -> Iterator[Outcome]:
    with connected(address, jobs) as client:
        announce(f"The dashboard of the cluster is {dashboard(client)}.")
        cluster = Cluster(client, announce, wait_s)
        yield from _twice(partial(cluster.outcomes, partial(_on_dask, work, question)), recordings)


def _on_dask(work: Work, question: Question, recording: str) -> Outcome:
    keep_memory()
    return work(question, recording)


def _twice(tries: _Tries, recordings: Sequence[str]) -> Iterator[Outcome]:
    """The outcomes of all recordings; one whose worker dies is tried again when the others are done, alone."""
    again = list[str]()
    for recording, outcome in tries(recordings):
        if outcome:
            yield outcome
        else:
            again.append(recording)
    for recording in again:
        for _, outcome in tries([recording]):
            yield outcome or failed(recording, KILLED)
