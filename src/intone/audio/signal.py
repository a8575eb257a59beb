"""From the bytes of a recording to a signal.

A *signal* is float32, mono, of shape (samples,), nominally in [-1, 1], at `RATE` samples a second. Times are seconds.
The bytes become blocks (channels, samples) -> one channel -> 16 kHz, of which no more than a block is in memory at a
time: `decoding` decodes, soxr resamples. Training and serving both come through here.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from intone.audio import decoding
from intone.errors import Damaged, RecordingError, UsageError

RATE = 16_000
"""Samples a second of every signal inside intone."""

MAX_SECONDS = 2 * 3600.0
"""Decoded seconds at which reading stops with TooLong: an hour of silence fits into half a megabyte of FLAC."""

MAX_HEARD_SECONDS = 24 * 3600.0
"""The same for a `Sound`, of which only one block is in memory at a time."""

SUFFIXES = (".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".mp4", ".webm", ".mkv", ".mov", ".aac", ".aiff",
            ".aif")
"""File names that a folder is searched for."""

_CANCELLED = 0.01  # of the channels' mean power: below it a mix has lost what they hold

_LOUDEST = 2.0**32  # times full scale: what was exported without scaling is below it

Signal = NDArray[np.float32]
Source = str | Path | IO[bytes]


@dataclass(frozen=True)
class Channel:
    """One signal of a recording. `number` counts from 1; None is the mean of all channels."""

    number: int | None
    signal: Signal


@dataclass(frozen=True)
class Sound:
    """One signal of a recording, to be iterated over as often as needed, a block (samples,) at a time.

    `number` as in `Channel`; `seconds` is its length where that is known before it is decoded, else None. Iterating
    raises NotAudio, Damaged or TooLong, each with a sentence that does not name the file.
    """

    blocks: Callable[[], Iterator[Signal]]
    number: int | None = None
    seconds: float | None = None

    def __iter__(self) -> Iterator[Signal]:
        return self.blocks()


def sound(channel: Channel) -> Sound:
    """A signal that is in memory."""
    return Sound(lambda: iter([channel.signal]), channel.number, len(channel.signal) / RATE)


def sounds(source: Source, channel: str | int = "mix", *, max_seconds: float = MAX_HEARD_SECONDS) -> list[Sound]:
    """The signals of a recording, to be decoded while they are iterated over; else as `read`.

    For "each" the recording is decoded once for every channel.
    """
    check_channel(channel)
    opened = _opener(source)
    if channel != "each":
        return [Sound(partial(_one, opened, channel, max_seconds), channel if isinstance(channel, int) else None)]
    channels = next((len(block) for block in _blocks(opened, channel, max_seconds)), 0)
    return [Sound(partial(_one, opened, number, max_seconds), number) for number in range(1, channels + 1)]


def read(source: Source, channel: str | int = "mix", *, max_seconds: float = MAX_SECONDS) -> list[Channel]:
    """The signals of a recording in any format that intone takes, of any rate, depth and channel count.

    `source` is a path, or a binary file object, which is read from its beginning. `channel` is "mix" (the mean of
    all; where they cancel one another in the first `decoding.BLOCK` values that are not silent, the loudest), "each"
    (one signal a channel) or a number from 1. Raises NotAudio, Damaged, TooLong or UsageError, each with a sentence
    that does not name the file.
    """
    check_channel(channel)
    return _named(np.concatenate(list(_blocks(_opener(source), channel, max_seconds)), axis=1), channel)


def read_mono(source: Source, *, max_seconds: float = MAX_SECONDS) -> Signal:
    """The mean of all channels of a recording, as one signal; the errors of `read`."""
    return read(source, max_seconds=max_seconds)[0].signal


def from_samples(samples: NDArray[Any], rate: float, channel: str | int = "mix") -> list[Channel]:
    """The signals of samples that are in memory: (samples,) or (samples, channels), integers or floats.

    Integers are divided by their type's full scale; `rate` is in samples a second, 1000 to 768000.
    """
    check_channel(channel)
    array = np.asarray(samples)
    if array.ndim not in (1, 2) or 0 in array.shape[1:] or array.dtype.kind not in "iuf":
        raise UsageError(f"Samples are numbers of shape (samples,) or (samples, channels), not {array.dtype} of shape "
                         f"{array.shape}.")
    if not 1000 <= rate <= 768_000:
        raise UsageError(f"A rate of {rate} samples a second cannot be resampled: 1000 to 768000 can.")
    scale = {"i": 2.0 ** (8 * array.itemsize - 1), "u": 2.0 ** (8 * array.itemsize - 1), "f": 1.0}[array.dtype.kind]
    values = (array.astype(np.float64) - (scale if array.dtype.kind == "u" else 0)) / scale
    with np.errstate(over="ignore"):  # an infinity is refused below
        block = np.ascontiguousarray(np.atleast_2d(values.T), np.float32)
    _check_finite(block)
    return _named(resample(_Choice(channel)(block), rate), channel)


def check_channel(channel: str | int) -> None:
    """A UsageError unless it is "mix", "each" or a number from 1."""
    if channel in ("mix", "each") or (isinstance(channel, int) and channel >= 1):
        return
    raise UsageError(f"There is no channel '{channel}' to choose: mix, each, or a number from 1.")


_Opener = Callable[[], IO[bytes]]


def _opener(source: Source) -> _Opener:
    """A function that opens a source anew; a file object is rewound, and what can be read only once is copied."""
    try:
        if not isinstance(source, str | Path):
            file = _rewindable(source)
        elif (copy := _streamed(Path(source))) is not None:
            file = copy
        else:
            return lambda: _open_path(Path(source))
    except OSError as error:
        raise _unreadable(error) from error
    return lambda: cast(IO[bytes], _Borrowed(file))


def _streamed(path: Path) -> IO[bytes] | None:
    """A copy of what a pipe or a device gives, such as /dev/stdin; None for other paths."""
    if path.is_file() or path.is_dir() or not path.exists():
        return None
    with _open_path(path) as file:
        return None if file.seekable() else _rewindable(file)


def _rewindable(file: IO[bytes]) -> IO[bytes]:
    from intone.audio.buffering import rewindable  # what it imports, a recording in a file does not need

    return rewindable(file)


class _Borrowed:
    """A file object that belongs to the caller, and stays open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __enter__(self) -> IO[bytes]:
        return self._file

    def __exit__(self, *_: object) -> None:
        pass


def _open_path(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:  # no name has a NUL
        raise _unreadable(error) from error


def _unreadable(error: OSError | ValueError) -> RecordingError:
    reason = getattr(error, "strerror", None) or error
    return RecordingError(f"The file cannot be read ({reason}): name one that is there and that you may read.")


def _one(opened: _Opener, channel: str | int, max_seconds: float) -> Iterator[Signal]:
    """The blocks of one channel, (samples,)."""
    return (block[0] for block in _blocks(opened, channel, max_seconds))


def _blocks(opened: _Opener, channel: str | int, max_seconds: float) -> Iterator[Signal]:
    """The wanted channels of a recording, (channels, samples) at `RATE`, a block at a time."""
    with opened() as file:
        try:
            budget = decoding.Budget(file.seek(0, os.SEEK_END))
            for block in _resampled(decoding.blocks(file, max_seconds, budget), channel):
                budget.pause()
                yield block
                budget.go_on()
        except OSError as error:
            raise _unreadable(error) from error


class _Choice:
    """The wanted channels of blocks (channels, samples), still two-dimensional.

    Whether the mean of all loses nearly everything, as in opposite phase, is judged by the first block with any sound.
    """

    def __init__(self, channel: str | int) -> None:
        self._wanted, self._judged = channel, channel != "mix"

    def __call__(self, block: Signal) -> Signal:
        if not self._judged and block.any():
            self._wanted, self._judged = _loudest_of_cancelled(block) or "mix", True
        if self._wanted == "mix":
            return block if len(block) == 1 else block.mean(axis=0, keepdims=True)
        if isinstance(self._wanted, int):
            if self._wanted > len(block):
                raise UsageError(f"The recording has {len(block)} channel{'s' * (len(block) > 1)}, so there is no "
                                 f"channel {self._wanted}.")
            return block[self._wanted - 1 : self._wanted]
        return block


def _loudest_of_cancelled(block: Signal) -> int | None:
    """The number of the loudest channel where the mean of all has lost nearly everything."""
    if len(block) == 1:
        return None
    power = np.einsum("ij,ij->i", block, block, dtype=np.float64)
    mix = block.mean(axis=0)
    return 1 + int(power.argmax()) if float(np.dot(mix, mix)) < _CANCELLED * power.mean() else None


def _resampled(blocks: Iterator[tuple[Signal, int]], channel: str | int) -> Iterator[Signal]:
    """The wanted channels of blocks at `RATE`, without a seam: bit for bit what one call for the whole would give."""
    chosen, stream, channels = _Choice(channel), None, 0
    for block, rate in blocks:
        _check_finite(block)
        wanted = chosen(block)
        channels = channels or len(wanted)
        if len(wanted) != channels:
            raise Damaged("The number of channels changes within the recording: export it again.")
        if rate == RATE:
            yield np.ascontiguousarray(wanted)
            continue
        import soxr

        stream = stream or soxr.ResampleStream(rate, RATE, channels, dtype="float32", quality="HQ")
        step = max(1, decoding.BLOCK * rate // (RATE * channels))  # a low rate would make 16 times the block
        for start in range(0, wanted.shape[1], step):
            yield _rows(stream.resample_chunk(_columns(wanted[:, start : start + step])), channels)
    if stream:
        yield _rows(stream.resample_chunk(np.zeros((0, channels), np.float32), last=True), channels)


def _check_finite(block: Signal) -> None:
    if not np.isfinite(block).all():
        raise Damaged("The recording holds samples that are not numbers (NaN or infinity): export it again.")
    if block.size and max(float(block.max()), -float(block.min())) > _LOUDEST:
        raise Damaged("The recording holds samples that no microphone gives (thousands of millions of times full "
                      "scale): export it again.")


def _named(signals: Signal, channel: str | int) -> list[Channel]:
    """Signals (channels, samples) with their numbers."""
    if channel == "each":
        return [Channel(number, signal) for number, signal in enumerate(signals, start=1)]
    return [Channel(channel if isinstance(channel, int) else None, signals[0])]


def resample(samples: Signal, rate: float, to: float = RATE) -> Signal:
    """Samples (channels, samples) or (samples,) at another rate, by soxr's high-quality band-limited interpolation.

    A signal without components above half its rate is the sum over n of x[n] sinc(rate t - n), and can be read at any
    time t (Shannon 1949, https://doi.org/10.1109/JRPROC.1949.232969). To a lower rate the sinc is stretched to half of
    that rate, which removes what would fold back (aliasing). The infinite sinc is windowed (Smith and Gossett 1984,
    https://doi.org/10.1109/ICASSP.1984.1172555). soxr's HQ keeps 20 bits.
    """
    if rate == to:
        return np.ascontiguousarray(samples, np.float32)
    import soxr

    resampled = soxr.resample(_columns(samples), rate, to, quality="HQ").T
    return np.ascontiguousarray(resampled)


def _columns(samples: Signal) -> Signal:
    """As soxr takes it: (samples, channels)."""
    return np.ascontiguousarray(samples.T, np.float32)


def _rows(resampled: Signal, channels: int) -> Signal:
    """As soxr gives it -> (channels, samples)."""
    return np.ascontiguousarray(resampled.reshape(-1, channels).T)
