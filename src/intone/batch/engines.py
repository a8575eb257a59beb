"""Work for many recordings at once: in processes of this machine, or on a Dask cluster.

An engine takes addresses and yields outcomes as they come, in any order, each address once, whatever befalls a worker.
A recording whose worker dies is tried once more, alone; if that worker dies as well it is reported, not tried again.
Only a few recordings wait in an engine at a time, so that a million cost no more memory than a thousand.
"""

import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any

from intone.batch.work import Outcome, Question, analyse, failed
from intone.batch.workers import Work, Workers
from intone.errors import IntoneError
from intone.parallel import keep_memory

Engine = Callable[[Question, Sequence[str]], Iterator[Outcome]]

KILLED = "Its worker process was ended twice while hearing it, perhaps for want of memory: hear it alone, or cut it."

_PATIENCE_S = 10.0  # to find a scheduler

_WAITING = 4  # recordings for each worker that are handed out at a time

_WAITING_AT_LEAST = 64  # on a cluster, which answers some at a time

_ASKED_EVERY_S = 1.0  # how many workers a cluster has


class ClusterError(IntoneError):
    """A cluster that cannot be reached, or that was lost."""


def local(jobs: int, work: Work = analyse) -> Engine:
    """`jobs` processes of this machine."""
    return partial(_local, jobs, work)


def _local(jobs: int, work: Work, question: Question, recordings: Sequence[str]) -> Iterator[Outcome]:
    left, again = deque(recordings), list[str]()
    with _one_thread(), closing(Workers(work, question)) as workers:
        while left or workers.busy:
            while left and workers.busy < jobs:
                workers.ask(left.popleft())
            for recording, outcome in workers.answers():
                if outcome:
                    yield outcome
                else:
                    again.append(recording)
        workers.close()  # for a recording that needs all the memory
        for recording in again:
            workers.ask(recording)
            for _, outcome in workers.answers():
                yield outcome or failed(recording, KILLED)


def _one_thread() -> Any:
    """An environment for workers in which no library starts threads of its own."""
    from unittest.mock import patch

    return patch.dict(os.environ, {"OMP_NUM_THREADS": "1"})


def dask(address: str, jobs: int, announce: Callable[[str], object], work: Work = analyse) -> Engine:
    """A Dask cluster: that of a scheduler's address, or with "local" one of `jobs` processes on this machine.

    `announce` is told where its dashboard is.
    """
    return partial(_dask, address, jobs, announce, work)


def _dask(
    address: str, jobs: int, announce: Callable[[str], object], work: Work, question: Question,
    recordings: Sequence[str],
) -> Iterator[Outcome]:
    from concurrent.futures import CancelledError

    from distributed import Client, KilledWorker, LocalCluster

    with _one_thread():
        try:
            cluster = LocalCluster(n_workers=jobs, threads_per_worker=1) if address == "local" else None
            client = Client(cluster or address, timeout=_PATIENCE_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterError(f"There is no Dask scheduler at {address} ({error}): name one as tcp://HOST:8786, or "
                               "local.") from error
    try:
        announce(client.dashboard_link)
        yield from _on(client, partial(_on_dask, work, question), deque(recordings), KilledWorker)
    except (CancelledError, OSError) as error:
        raise ClusterError(f"The Dask scheduler at {address} was lost: start it again, then the same command; what is "
                           "done stays.") from error
    finally:
        client.close()
        if cluster:
            cluster.close()


def _on_dask(work: Work, question: Question, recording: str) -> Outcome:
    keep_memory()
    return work(question, recording)


def _on(
    client: Any, work: Callable[[str], Outcome], left: deque[str], died: type[BaseException]
) -> Iterator[Outcome]:
    """The outcomes of a cluster's workers, which may come and go."""
    from distributed import as_completed

    again, most, asked = deque[str](), 0, -math.inf
    coming, names = as_completed(loop=client.loop, with_results=True, raise_errors=False), dict[str, str]()

    def hand_out() -> None:
        nonlocal most, asked
        if time.monotonic() - asked > _ASKED_EVERY_S:
            most, asked = max(_WAITING_AT_LEAST, _WAITING * sum(client.nthreads().values())), time.monotonic()
        some = [left.popleft() for _ in range(min(len(left), most - len(names)))]
        futures = client.map(work, some, pure=False) if some else []
        names.update(zip((future.key for future in futures), some, strict=True))
        coming.update(futures)

    hand_out()
    for some in coming.batches():  # all that is there: to ask for each by itself, the scheduler would be waited for
        for future, result in some:
            recording = names.pop(future.key)
            if isinstance(result, Outcome):  # also where its worker has died since, and it is to be computed again
                yield result
                continue
            error = result[1] if isinstance(result, tuple) else result
            if not isinstance(error, died):
                raise error
            again.append(recording)
        hand_out()
    while again:
        recording = again.popleft()
        future = client.submit(work, recording, pure=False)
        try:
            outcome = future.result()
        except died:
            outcome = failed(recording, KILLED)
        yield outcome
