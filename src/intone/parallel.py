"""One function over many items: in several processes with a progress bar, or in threads."""

import ctypes
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from threading import Thread
from typing import TypeVar

from intone.errors import IntoneError

Item = TypeVar("Item")
Result = TypeVar("Result")


class WorkerError(IntoneError):
    """A worker process that ended before its work."""


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def mapped(
    function: Callable[[Item], Result], items: Sequence[Item], *, title: str, jobs: int | None = None
) -> Iterator[Result]:
    """`function` of every item, in their order, with a bar on the terminal. `jobs` processes; None: one a core."""
    # What a single recording does not need.
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    from tqdm import tqdm

    jobs = min(jobs or cores(), len(items) // 16 + 1)
    bar = tqdm(total=len(items), desc=title, unit="clip", disable=None)
    with bar:
        if jobs == 1:
            for item in items:
                yield function(item)
                bar.update()
            return
        # Not forked: a copy of a process whose threads hold locks can hang.
        with (started_with(**SAFE),
              ProcessPoolExecutor(jobs, get_context("spawn"), initializer=begin_worker) as pool):
            try:
                for result in pool.map(function, items, chunksize=8):
                    yield result
                    bar.update()
            except BrokenProcessPool as error:
                raise WorkerError("A worker process was ended from outside, perhaps for want of memory: start again "
                                  "with --jobs 1.") from error
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def in_threads(
    function: Callable[[Item], Result], items: Sequence[Item], *, threads: int | None = None, name: str
) -> Iterator[Result]:
    """`function` of every item, in their order, in so many threads; None: one a core. For what frees Python's lock."""
    threads = min(threads or cores(), len(items))
    if threads < 2:
        yield from map(function, items)
        return
    from concurrent.futures import ThreadPoolExecutor  # what is short does without

    with ThreadPoolExecutor(threads, name) as pool:
        yield from pool.map(function, items)


SAFE = {"PYTHONSAFEPATH": "1"}
"""What keeps a Python process from importing modules that lie in the current folder, where recordings may lie too."""

WORKER = {"OMP_NUM_THREADS": "1", **SAFE}
"""What a worker process is started with: one thread in numpy and the like, for each core has a process."""


@contextmanager
def started_with(**variables: str) -> Iterator[None]:
    """Processes that are started within the block have these variables in their environment."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)  # `multiprocessing` gives no process an environment of its own
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            os.environ.update({name: value} if value is not None else {})


def begin_worker() -> None:
    """What a worker process does first."""
    keep_memory()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one that started it is killed: by itself it would wait for work for ever."""
    from multiprocessing import parent_process

    if parent := parent_process():
        parent.join()
        os._exit(1)


_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt, in malloc.h


_KEPT = 2**25  # the most that glibc takes


_ARENAS = 2


@cache
def keep_memory() -> None:
    """Let this process keep what it frees.

    The memory of a recording is asked for again with the next one, and to hand it back meanwhile costs up to a third of
    the time of work on many short ones. Dask even tells glibc to hand back at once whatever is freed.
    """
    _set(_TRIM_THRESHOLD, _KEPT)
    _set(_MMAP_THRESHOLD, _KEPT)


@cache
def share_memory() -> None:
    """Let the threads of this process share two arenas, to be called before they are started.

    Otherwise each thread has one of its own, and what one has freed another cannot use: memory rises for as long as
    there is a thread that has not yet met the largest recordings.
    """
    _set(_ARENA_MAX, _ARENAS)


def _set(parameter: int, value: int) -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(parameter, value)
