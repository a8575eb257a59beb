"""What glibc's allocator does with the memory that is freed. Where there is no glibc, nothing is done.

Network, decoder and NumPy all ask it for the memory of a recording: some megabytes, and soon again.
"""

import ctypes
from contextlib import suppress
from functools import cache

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
