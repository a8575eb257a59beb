"""From the bytes of a recording to a signal.

A *signal* is float32, mono, of shape (samples,), nominally in [-1, 1], at `RATE` samples a second. Times are seconds.
The bytes become blocks (channels, samples) -> one channel -> 16 kHz, of which no more than a block is in memory at a
time: `decoding` decodes, soxr resamples. Training and serving both come through here.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from intone.audio import decoding
from intone.audio.choice import MOST_TRIED, Choice, check_choice, number_of
from intone.audio.decoding import bounds
from intone.audio.decoding.bounds import Budget
from intone.audio.decoding.chunks import note
from intone.audio.decoding.tracks import DEFAULT
from intone.audio.levels import Levels
from intone.errors import Damaged, RecordingError, UsageError
from intone.language.sentences import said

RATE = 16_000
"""Samples a second of every signal inside intone."""

MAX_SECONDS = 2 * 3600.0
"""Decoded seconds at which reading stops with TooLong: an hour of silence fits into half a megabyte of FLAC."""

MAX_HEARD_SECONDS = 24 * 3600.0
"""The same for a `Sound`, of which only one block is in memory at a time."""

LOUDEST = 2.0**32  # times full scale: what was exported without scaling is below it

Signal = NDArray[np.float32]
Source = str | Path | IO[bytes]


@dataclass(frozen=True)
class Channel:
    """One signal of a recording. `number` counts from 1; None is the mean of all channels.

    `notes`, `levels` and `track` as in `Sound`.
    """

    number: int | None
    signal: Signal
    notes: tuple[str, ...] = ()
    levels: Levels = field(default_factory=Levels)
    track: int | None = None


@dataclass(frozen=True)
class Sound:
    """One signal of a recording, to be iterated over as often as needed, a block (samples,) at a time.

    `number` as in `Channel`; `seconds` is its length where that is known before it is decoded, else None. Iterating
    raises NotAudio, Damaged or TooLong, each with a sentence that does not name the file. After it was iterated over
    all of these are there: `notes` are sentences about how the recording was read, that whoever gets an answer must
    know; `levels` are those of the samples as they were decoded; `others()` are the channels of a mix, each alone, that
    may hold a voice which is lost in it. `lines()` are all channels of a mix, at most `MOST_TRIED`, each without the
    voices of the others (`crosstalk`); none of a recording of one channel. `apart()` says whether each of them seems to
    have a voice of its own, as in a call, by what was iterated over so far. `track` is the number of the track where
    each was asked for. Within `searched()` a Damaged says so where looking for a voice takes longer than the file is
    worth (`bounds.Budget`).
    """

    blocks: Callable[[], Iterator[Signal]]
    number: int | None = None
    seconds: float | None = None
    notes: list[str] = field(default_factory=list)
    levels: Levels = field(default_factory=Levels)
    others: Callable[[], "list[Sound]"] = list
    track: int | None = None
    lines: Callable[[], "list[Sound]"] = list
    apart: Callable[[], bool] = bool
    searched: Callable[[], AbstractContextManager[None]] = nullcontext

    def __iter__(self) -> Iterator[Signal]:
        return self.blocks()


def sound(channel: Channel) -> Sound:
    """A signal that is in memory."""
    return Sound(lambda: iter([channel.signal]), channel.number, len(channel.signal) / RATE, list(channel.notes),
                 channel.levels, track=channel.track)


def sounds(
    source: Source, channel: str | int = "mix", *, track: str | int = DEFAULT, max_seconds: float = MAX_HEARD_SECONDS
) -> list[Sound]:
    """The signals of a recording, to be decoded while they are iterated over; else as `read`.

    For "each" the recording is decoded once for every channel, or for every track.
    """
    check_choice(channel, track)
    reading = _Reading(_opener(source), channel, track, max_seconds)
    return [one.sound() for one in reading.each()]


def sounds_of_samples(samples: NDArray[Any], rate: float, channel: str | int = "mix") -> list[Sound]:
    """The same of samples in memory; arguments and errors of `from_samples`."""
    found = [sound(one) for one in from_samples(samples, rate, channel)]
    if channel != "mix" or np.ndim(samples) == 1:
        return found

    from intone.audio.channels import OWN_VOICES  # a recording of one channel does without

    def each() -> list[Sound]:
        return sounds_of_samples(samples, rate, "each")[:MOST_TRIED]

    def lines() -> list[Sound]:
        return _lines_of(each()) if np.shape(samples)[1] > 1 else []

    return [replace(one, others=each, lines=lines, apart=partial(one.notes.__contains__, OWN_VOICES)) for one in found]


def _lines_of(each: Sequence[Sound]) -> list[Sound]:
    """Channels that are in memory, each without the voices of the others."""
    from intone.audio.crosstalk import without_crosstalk

    whole = np.stack([np.concatenate(list(one)) for one in each])
    apart = np.concatenate(list(without_crosstalk([whole])), axis=1)
    return [replace(one, blocks=partial(_at_once, signal)) for one, signal in zip(each, apart, strict=True)]


def _at_once(signal: Signal) -> Iterator[Signal]:
    yield signal


def read(
    source: Source, channel: str | int = "mix", *, track: str | int = DEFAULT, max_seconds: float = MAX_SECONDS
) -> list[Channel]:
    """The signals of a recording in any format that intone takes, of any rate, depth and channel count.

    `source` is a path, or a binary file object, which is read from its beginning. `channel` is "mix" (the mean of all;
    where they cancel one another the loudest, `channels`), "each" (one signal a channel) or a number from 1. `track` is
    "default" (`tracks`), "each" or a number from 1. Raises NotAudio, Damaged, TooLong or UsageError, each with a
    sentence that does not name the file.
    """
    check_choice(channel, track)
    reading = _Reading(_opener(source), channel, track, max_seconds)
    return [found for one in (reading.each() if track == "each" else [reading]) for found in one.read()]


def read_mono(source: Source, *, max_seconds: float = MAX_SECONDS) -> Signal:
    """The mean of all channels of a recording, as one signal; the errors of `read`."""
    return read(source, max_seconds=max_seconds)[0].signal


def from_samples(samples: NDArray[Any], rate: float, channel: str | int = "mix") -> list[Channel]:
    """The signals of samples that are in memory: (samples,) or (samples, channels), integers or floats.

    Integers are divided by their type's full scale; `rate` is in samples a second, 1000 to 768000.
    """
    check_choice(channel)
    array = np.asarray(samples)
    if array.ndim not in (1, 2) or 0 in array.shape[1:] or array.dtype.kind not in "iuf":
        raise UsageError(f"Samples are numbers of shape (samples,) or (samples, channels), not {array.dtype} of shape "
                         f"{array.shape}.")
    if not 1000 <= rate <= 768_000:
        raise UsageError(f"A rate of {rate} samples a second cannot be resampled: 1000 to 768000 can.")
    block = np.ascontiguousarray(np.atleast_2d(in_full_scale(array).T))
    chosen = Choice(channel, Levels())
    signals = resample(chosen(block, rate), rate)
    return _named(signals, channel, tuple(chosen.notes()), chosen.levels)


def in_full_scale(samples: NDArray[Any]) -> Signal:
    """Samples of integers or floats as float32 from -1 to 1; Damaged where one is no number, or no microphone's."""
    kind = samples.dtype.kind
    scale = 1.0 if kind == "f" else 2.0 ** (8 * samples.itemsize - 1)
    values = (samples.astype(np.float64) - (scale if kind == "u" else 0)) / scale
    with np.errstate(over="ignore"):  # an infinity is refused below
        found = values.astype(np.float32)
    _check_finite(found)
    return found


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
    from intone.audio.decoding.buffering import rewindable  # what it imports, a recording in a file does not need

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
    return RecordingError(said(
        "The file cannot be read ({reason}): name one that is there and that you may read.", reason=reason))


@dataclass(frozen=True)
class _Reading:
    """How a recording is read, with what is found on the way."""

    opened: _Opener
    channel: str | int
    track: str | int
    max_seconds: float
    notes: list[str] = field(default_factory=list)
    levels: Levels = field(default_factory=Levels)
    tried: list[int] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)

    def each(self) -> "list[_Reading]":
        """One reading for every channel, or for every track, that is asked for."""
        if self.track == "each":
            with self._file() as file:
                return [self._with(track=number) for number in range(1, 1 + len(decoding.tracks_of(file)))]
        if self.channel == "each":
            return [self._with(channel=number) for number in range(1, 1 + self._channels())]
        return [self]

    def _channels(self) -> int:
        return next((len(block) for block in self._with(channel="each").blocks()), 0)

    def _with(self, **other: str | int) -> "_Reading":
        kept = ("opened", "channel", "track", "max_seconds", "budget")
        return _Reading(**{name: getattr(self, name) for name in kept} | other)

    def sound(self) -> Sound:
        """What is to be iterated over."""
        return Sound(lambda: (block[0] for block in self.blocks()), number_of(self.channel), None, self.notes,
                     self.levels, lambda: [self._with(channel=number).sound() for number in self.tried],
                     number_of(self.track), self._lines if self.channel == "mix" else list,
                     lambda: any(one.apart for one in self.choices), self.budget.searched)

    def _lines(self) -> list[Sound]:
        channels = self._channels()
        return [self._with(channel="each")._line(number) for number in range(min(channels, MOST_TRIED))
                if channels > 1]

    def _line(self, number: int) -> Sound:
        from intone.audio.crosstalk import without_crosstalk

        return Sound(lambda: (block[number] for block in without_crosstalk(self.blocks())), number + 1, None,
                     self.notes, self.levels, track=number_of(self.track))

    def read(self) -> list[Channel]:
        """All of it, in memory."""
        signals = np.concatenate(list(self.blocks()), axis=1)
        return _named(signals, self.channel, tuple(self.notes), self.levels, number_of(self.track))

    @contextmanager
    def _file(self) -> Iterator[IO[bytes]]:
        with self.opened() as file:
            try:
                yield file
            except OSError as error:
                raise _unreadable(error) from error

    def blocks(self) -> Iterator[Signal]:
        """The wanted channels of a recording, (channels, samples) at `RATE`, a block at a time."""
        with self._file() as file, self._counted(file) as budget:
            chosen = Choice(self.channel, self.levels)
            self.choices[:] = [chosen]
            decoded = decoding.blocks(file, self.max_seconds, budget, self.notes, self.track)
            if self.channel != "mix":
                decoded = _alike(decoded, self.notes)
            for block in _resampled(decoded, chosen):
                budget.pause()
                yield block
                budget.go_on()
                budget.check()
            for one in chosen.notes():
                note(self.notes, one)
            self.tried[:] = chosen.worth_trying

    @contextmanager
    def _counted(self, file: IO[bytes]) -> Iterator[Budget]:
        self.budget.begin(file.seek(0, os.SEEK_END))
        try:
            yield self.budget
        finally:
            self.budget.pause()


def _resampled(blocks: Iterator[tuple[Signal, int]], chosen: Choice) -> Iterator[Signal]:
    """The wanted channels of blocks at `RATE`, without a seam: bit for bit what one call for the whole would give.

    Where the rate changes, each part is resampled by itself.
    """
    stream, before = None, 0
    for block, rate in blocks:
        _check_finite(block)
        wanted = chosen(block, rate)
        if stream and rate != before:
            yield _rest(stream, len(wanted))
            stream = None
        before = rate
        if rate == RATE:
            yield np.ascontiguousarray(wanted)
            continue
        import soxr

        stream = stream or soxr.ResampleStream(rate, RATE, len(wanted), dtype="float32", quality="HQ")
        step = max(1, bounds.BLOCK * rate // (RATE * len(wanted)))  # a low rate would make 16 times the block
        for start in range(0, wanted.shape[1], step):
            yield _rows(stream.resample_chunk(_columns(wanted[:, start : start + step])), len(wanted))
    if stream:
        yield _rest(stream, len(wanted))


def _rest(stream: Any, channels: int) -> Signal:
    """What a resampler still holds, (channels, samples)."""
    return _rows(stream.resample_chunk(np.zeros((0, channels), np.float32), last=True), channels)


def _alike(blocks: Iterator[tuple[Signal, int]], notes: list[str]) -> Iterator[tuple[Signal, int]]:
    """Blocks with as many channels as the first, of each of which others have the one that they have, or the mean."""
    channels = 0
    for block, rate in blocks:
        channels = channels or len(block)
        if len(block) != channels:
            note(notes, said(
                "The number of channels is {before} at the beginning and {after} later: from there on each is the mean "
                "of all.", before=channels, after=len(block)))
        yield block if len(block) == channels else np.repeat(block.mean(axis=0, keepdims=True), channels, axis=0), rate


def _check_finite(block: Signal) -> None:
    if not np.isfinite(block).all():
        raise Damaged(said("The recording holds samples that are not numbers (NaN or infinity): export it again."))
    if block.size and max(float(block.max()), -float(block.min())) > LOUDEST:
        raise Damaged(said(
            "The recording holds samples that no microphone gives (thousands of millions of times full scale): export"
            " it again."))


def _named(
    signals: Signal, channel: str | int, notes: tuple[str, ...], levels: Levels, track: int | None = None
) -> list[Channel]:
    """Signals (channels, samples) with their numbers."""
    numbers = range(1, 1 + len(signals)) if channel == "each" else [number_of(channel)]
    return [Channel(number, signal, notes, levels, track) for number, signal in zip(numbers, signals, strict=True)]


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
