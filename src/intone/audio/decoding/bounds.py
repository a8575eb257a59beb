"""What a file may cost: processor time, memory, and the length of a recording.

A file may be made to do harm: a few kilobytes can state millions of samples, or hold hours. Bounds see to that
(tests/audio/test_bombs.py): `Budget` has so much processor time, FFmpeg allocates no more at a time than
`allocations_bounded` lets it, and no more seconds are given than are asked for.
"""

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intone.errors import Damaged, TooLong
from intone.language.sentences import said

BLOCK = 2**21
"""Values in a block, about: 8 MB, 44 s of one channel at 48 kHz."""

Block = NDArray[np.float32]
"""Samples, (channels, samples)."""

LOWEST_RATE, HIGHEST_RATE = 1000, 768_000
"""Samples a second of a recording."""

NO_SOUND = said("The file holds no sound at all: record it again.")

_SMALL = 16_000_000
_ANY_SIZE = 2**31 - 1  # FFmpeg's own limit of one allocation
_OPEN_SIZES: list[int] = []
_SIZES_LOCK = threading.Lock()


@dataclass
class Budget:
    """Processor seconds that a file of `size` bytes may take, in all passes over it together.

    They are more for every second that is decoded in the longest pass, and not for those of the others: a recording may
    be decoded several times, to find the track with sound or the channel with a voice. On one core of a laptop a second
    of stereo takes 1 to 3 ms as AAC, Opus or MP3, and has 2 to 16 kB. So a pass over what a recorder writes needs a
    tenth of this. Only the thread that decodes counts, and what whoever takes the blocks does with them counts only
    while a voice is searched for (`searched`).

    `at_s`: the seconds that were decoded in this pass; `decoded_s`: those of the longest.
    """

    size: int = 0
    decoded_s: float = 0.0
    at_s: float = 0.0
    _searches: bool = False
    _spent_s: float = 0.0
    _since_s: float | None = field(default_factory=thread_time)

    @property
    def allowed_s(self) -> float:
        """What it has for what was decoded until now."""
        return 5.0 + 2e-6 * self.size + 0.004 * self.decoded_s

    def begin(self, size: int) -> None:
        """Begin a pass."""
        self.size, self.at_s = size, 0.0
        self.go_on()

    def reach(self, at_s: float) -> None:
        """Note how many seconds were decoded in this pass."""
        self.at_s, self.decoded_s = at_s, max(self.decoded_s, at_s)

    def check(self) -> None:
        """Raise Damaged where it is used up; while a voice is searched for, where half of it is."""
        now_s = 0.0 if self._since_s is None else thread_time() - self._since_s
        if self._spent_s + now_s > self.allowed_s * (0.5 if self._searches else 1):
            raise Damaged(said(
                "The file takes many times as long to decode as a recording of its length and size: export its sound "
                "again, as wav, flac or mp3."))

    def pause(self) -> None:
        """Stop counting until `go_on`, unless a voice is searched for."""
        if not self._searches and self._since_s is not None:
            self._spent_s, self._since_s = self._spent_s + thread_time() - self._since_s, None

    def go_on(self) -> None:
        """Count again."""
        if not self._searches:
            self._since_s = thread_time()

    @contextmanager
    def searched(self) -> Iterator[None]:
        """A voice is searched for in some passes, of which all counts; the other half is left to who answers about it.
        """
        self.go_on()
        self._searches = True
        try:
            yield
        finally:
            self._searches = False
            self.pause()


@contextmanager
def allocations_bounded(size: int) -> Iterator[None]:
    """Let FFmpeg allocate at most 16 MB at a time, or twice the bytes of the file.

    Its tables take 24 bytes for a sample of an MP4, of which a recording has one for 20 bytes and more. The limit is
    one for the whole process, so the largest file that is open decides; where none is, FFmpeg's own holds.
    """
    _change_open(_OPEN_SIZES.append, size)
    try:
        yield
    finally:
        _change_open(_OPEN_SIZES.remove, size)


def _change_open(change: Callable[[int], None], size: int) -> None:
    with _SIZES_LOCK:
        change(size)
        most = min(_ANY_SIZE, max(_SMALL, 2 * max(_OPEN_SIZES))) if _OPEN_SIZES else _ANY_SIZE
        _limit_of_allocations()(ctypes.c_size_t(most))


@cache
def _limit_of_allocations() -> Callable[[ctypes.c_size_t], object]:
    """FFmpeg's `av_max_alloc`, which PyAV does not offer."""
    function: Callable[[ctypes.c_size_t], object] = of_ffmpeg("avutil", "av_max_alloc")
    return function


@cache
def of_ffmpeg(library: str, name: str) -> Any:
    """A function of one of FFmpeg's libraries: of PyAV's own, or of the one beside it."""
    import av

    beside = Path(av.__file__).parents[1].glob(f"av.libs/*{library}*")
    for one in (av._core.__file__, *beside):
        with suppress(OSError, AttributeError):
            return getattr(ctypes.CDLL(str(one)), name)
    raise RuntimeError(f"PyAV is installed without FFmpeg's lib{library}: install its wheel.")


def too_long(seconds: float) -> TooLong:
    """The error about a recording of more seconds than these."""
    if seconds == 3600:
        return TooLong(said("The recording is longer than an hour: cut it into parts."))
    if seconds > 3600:
        return TooLong(said("The recording is longer than {hours:g} hours: cut it into parts.", hours=seconds / 3600))
    if seconds == 60:
        return TooLong(said("The recording is longer than a minute: cut it into parts."))
    return TooLong(said("The recording is longer than {minutes:g} minutes: cut it into parts.", minutes=seconds / 60))


def within(blocks: Iterator[tuple[Block, int]], max_seconds: float) -> Iterator[tuple[Block, int]]:
    """Blocks and their rates, until they are more than so many seconds; then TooLong."""
    passed_s, samples, last = 0.0, 0, 0
    for block, rate in blocks:
        if rate != last:
            passed_s, samples, last = passed_s + samples / (last or 1), 0, rate
        samples += block.shape[1]
        if passed_s + samples / rate > max_seconds:
            raise too_long(max_seconds)
        yield block, rate
