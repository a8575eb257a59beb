"""A Dask cluster whose workers and scheduler may vanish: no call waits without an end.

By itself the client of Dask waits for ever, and without a word, for a cluster that has lost its last worker, and for a
scheduler that is there and does not answer. Here the scheduler is asked once a second which workers take work.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from intone.batch.work import Outcome
from intone.errors import IntoneError
from intone.parallel import SAFE, WORKER, started_with

WAIT_S = 120.0
"""Seconds that a batch waits for a worker while its cluster has none."""

_CONNECT_S = 10.0  # to find a scheduler

_SILENCE_S = 60.0  # a busy scheduler may take seconds; one that takes longer than this is lost

_ASK_EVERY_S = 1.0  # which workers there are

_POLL_S = 0.01  # between two looks for answers

_TASKS_PER_THREAD = 4  # recordings that are handed out at a time

_TASKS_AT_LEAST = 64  # since a cluster answers some at a time


class ClusterError(IntoneError):
    """A cluster that cannot be reached, that was lost, or that has no workers."""


@contextmanager
def connected(address: str, jobs: int) -> Iterator[Any]:
    """A client of the scheduler at `address`, or with "local" of a cluster of `jobs` processes of this machine.

    Raises ClusterError where there is none, and where it is lost within the block.
    """
    import dask
    from distributed import Client, LocalCluster
    from distributed.client import ClosedClientError

    with ExitStack() as stack:
        # Workers of this machine that die are started again. Dask closes one for good that is not there again after
        # 15 s, which a busy machine can take; all of them can be lost that way.
        stack.enter_context(dask.config.set({"distributed.deploy.lost-worker-timeout": "365 days"}))
        stack.enter_context(started_with(**SAFE))  # for those too
        try:
            target: Any = address
            if address == "local":
                with started_with(**WORKER):
                    target = LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address="127.0.0.1:0")
                stack.callback(_close, target)
            client = Client(target, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError, RuntimeError) as error:
            raise ClusterError(f"There is no Dask scheduler at {address} ({error}): name one as tcp://HOST:8786, or "
                               "local.") from error
        stack.callback(_close, client)
        try:
            yield client
        except (CancelledError, ClosedClientError, OSError) as error:
            raise ClusterError(f"The Dask scheduler at {address} was lost: start it again, then the same command; what "
                               "is done stays.") from error


def _close(what: Any) -> None:
    """Close a client or a cluster; one that does not answer is left as it is."""
    with suppress(OSError):
        what.close(timeout=_SILENCE_S)


class Cluster:
    """Work on the workers of a client's cluster, which may come and go.

    While there is no worker, `announce` is given a sentence, and after `wait_s` seconds a ClusterError is raised.
    """

    def __init__(self, client: Any, announce: Callable[[str], object], wait_s: float) -> None:
        self._client, self._announce, self._wait_s = client, announce, wait_s
        self._threads = 0
        self._asked_at = float("-inf")
        self._asked_in_vain = 0

    def outcomes(
        self, work: Callable[[str], Outcome], recordings: Sequence[str]
    ) -> Iterator[tuple[str, Outcome | None]]:
        """What `work` answers for each recording, in any order; None where several workers died of it.

        Raises ClusterError where no worker comes, OSError and CancelledError where the scheduler is lost, and what the
        work raised.
        """
        from distributed import as_completed

        left, names = deque(recordings), dict[str, str]()
        coming = as_completed(loop=self._client.loop, with_results=True, raise_errors=False)
        while left or names:
            self._watch()
            most = max(_TASKS_AT_LEAST, _TASKS_PER_THREAD * self._threads)
            some = [left.popleft() for _ in range(min(len(left), most - len(names)))]
            futures = self._client.map(work, some, pure=False) if some else []
            names.update(zip((future.key for future in futures), some, strict=True))
            coming.update(futures)
            answers = coming.next_batch(block=False)
            for future, result in answers:
                yield names.pop(future.key), _outcome(result)
            if not answers:
                time.sleep(_POLL_S)

    def _watch(self) -> None:
        """Ask once a second which workers take work. A wait is so many questions: a pause of this process is none."""
        if time.monotonic() - self._asked_at < _ASK_EVERY_S:
            return
        self._threads = sum(_asked(self._client, "ncores_running").values())
        self._asked_at = time.monotonic()
        if self._threads and self._asked_in_vain > 1:
            self._announce("The Dask cluster has a worker: the work goes on.")
        self._asked_in_vain = 0 if self._threads else self._asked_in_vain + 1
        if self._asked_in_vain == 2:
            self._announce(f"The Dask cluster has no worker: waiting {self._wait_s:.0f} s for one.")
        if self._asked_in_vain > 2 + self._wait_s / _ASK_EVERY_S:
            raise ClusterError(f"No worker of the Dask cluster came within {self._wait_s:.0f} s: start workers, then "
                               "the same command; what is done stays.")


def dashboard(client: Any) -> str:
    """The address of the dashboard of a client's cluster. Raises OSError where the scheduler does not answer."""
    from distributed.utils import format_dashboard_link

    if client.cluster:
        return str(client.cluster.dashboard_link)
    host = client.scheduler.address.partition("://")[2].rpartition(":")[0]
    return str(format_dashboard_link(host, _asked(client, "identity")["services"]["dashboard"]))


def _asked(client: Any, question: str) -> Any:
    """What the scheduler says to a question of Dask's protocol. Raises OSError where it does not answer."""
    scheduler = client.scheduler
    if scheduler is None or client.status != "running":
        raise ConnectionError("The client has lost its scheduler.")
    return client.sync(getattr(scheduler, question), callback_timeout=_SILENCE_S)


def _outcome(result: Any) -> Outcome | None:
    """What Dask gives for a recording: its outcome, also where its worker has died since, or the error of the work."""
    from distributed import KilledWorker

    if isinstance(result, Outcome):
        return result
    error = result[1] if isinstance(result, tuple) else result
    if isinstance(error, KilledWorker):
        return None
    raise error
