"""From the bytes of a recording to a signal.

A *signal* is float32, mono, of shape (samples,), nominally in [-1, 1], at `RATE` samples a second. Times are seconds.
The decode is a row of small steps: open -> packets -> frames -> blocks (channels, samples) -> one channel -> 16 kHz.
FFmpeg, through PyAV, decodes; soxr resamples. Training and serving both come through here.
"""

import io
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intone.errors import Damaged, NotAudio, RecordingError, TooLong, UsageError

if TYPE_CHECKING:
    import av

RATE = 16_000
"""Samples a second of every signal inside intone."""

MAX_SECONDS = 2 * 3600.0
"""Decoded seconds at which reading stops with TooLong: an hour of silence fits into half a megabyte of FLAC."""

SUFFIXES = (".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".mp4", ".webm", ".mkv", ".mov", ".aac", ".aiff",
            ".aif")
"""File names that a folder is searched for."""

# Only these demuxers, and no protocol at all: a playlist or an SDP file must not make FFmpeg open other files or
# sockets. Bytes reach it through a Python file object.
# `max_size` makes the packets of wav large: fewer calls for the same samples.
_OPTIONS = {"format_whitelist": "wav,w64,mp3,flac,ogg,matroska,webm,mov,aac,aiff", "protocol_whitelist": "",
            "max_size": "131072"}

# Containers whose header states the length, so that a cut file can be told. MP3, Ogg and AAC estimate it.
_STATES_LENGTH = {"wav", "w64", "flac", "mov", "aiff"}

_MOST_CHUNKS = 10_000  # of a WAV: a hundredth of a second

_CANCELLED = 0.01  # of the channels' mean power: below it a mix has lost what they hold

Signal = NDArray[np.float32]
Source = str | Path | IO[bytes]


@dataclass(frozen=True)
class Channel:
    """One signal of a recording. `number` counts from 1; None is the mean of all channels."""

    number: int | None
    signal: Signal


def read(source: Source, channel: str | int = "mix", *, max_seconds: float = MAX_SECONDS) -> list[Channel]:
    """The signals of a recording in any format that intone takes, of any rate, depth and channel count.

    `source` is a path, or a binary file object, which is read from its beginning. `channel` is "mix" (the mean of
    all; where they cancel one another, the loudest), "each" (one signal a channel) or a number from 1. Raises
    NotAudio, Damaged, TooLong or UsageError, each with a sentence that does not name the file.
    """
    check_channel(channel)
    if isinstance(source, str | Path):
        try:
            with Path(source).open("rb") as file:
                return read(file, channel, max_seconds=max_seconds)
        except OSError as error:
            raise RecordingError(f"The file cannot be read ({error.strerror or error}): name one that is there and "
                                 "that you may read.") from error
    return _read(source if source.seekable() else io.BytesIO(source.read()), channel, max_seconds)


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
    with np.errstate(over="ignore"):  # an infinity is told below
        block = np.ascontiguousarray(np.atleast_2d(values.T), np.float32)
    loudest = _Powers().add(block).loudest_of_cancelled() if channel == "mix" else None
    return _finish([_choose(block, loudest or channel)], rate, channel)


def check_channel(channel: str | int) -> None:
    """A UsageError unless it is "mix", "each" or a number from 1."""
    if channel in ("mix", "each") or (isinstance(channel, int) and channel >= 1):
        return
    raise UsageError(f"There is no channel '{channel}' to choose: mix, each, or a number from 1.")


def _read(file: IO[bytes], channel: str | int, max_seconds: float) -> list[Channel]:
    import av  # 0.1 s that commands without audio do not need

    file.seek(0)
    if not file.read(1):
        raise NotAudio("The file is empty: record or export it again.")
    file.seek(0)
    _check_lists(file)
    try:
        with _open(file) as container:
            if not container.streams.audio:
                raise NotAudio("The file has no audio track: choose a recording of a voice.")
            stream = container.streams.audio[0]
            powers = _Powers()
            blocks, rate = _blocks(container, stream, channel, max_seconds, powers)
            seconds = sum(block.shape[1] for block in blocks) / rate
            _check_length(container, stream, seconds, missing_bytes(file))
    except av.error.FFmpegError as error:
        raise NotAudio("The file is not a recording that can be decoded: use wav, flac, mp3, ogg, opus, m4a, mp4 or "
                       "webm.") from error
    loudest = powers.loudest_of_cancelled() if channel == "mix" else None
    if loudest:  # rare enough to read the file once more, which spares the memory of all channels
        return [Channel(None, _read(file, loudest, max_seconds)[0].signal)]
    return _finish(blocks, rate, channel)


class _Powers:
    """The power of every channel of a recording and of their mean, added up over its blocks."""

    def __init__(self) -> None:
        self._channels: NDArray[np.float64] = np.zeros(0)
        self._mix = 0.0

    def add(self, block: Signal) -> "_Powers":
        """Count a block (channels, samples); one with other channels than the first is told elsewhere."""
        if len(block) > 1 and len(self._channels) in (0, len(block)):
            power = np.einsum("ij,ij->i", block, block, dtype=np.float64)
            self._channels = power + (self._channels if len(self._channels) else 0)
            mix = block.mean(axis=0)
            self._mix += float(np.dot(mix, mix))
        return self

    def loudest_of_cancelled(self) -> int | None:
        """The number of the loudest channel where the mean of all has lost nearly everything, as in opposite phase."""
        if not len(self._channels) or self._mix >= _CANCELLED * self._channels.mean():
            return None
        return 1 + int(self._channels.argmax())


def _open(file: IO[bytes]) -> "av.container.InputContainer":
    """The container; at first from a short probe, which is eight times as fast and nearly always enough."""
    import av

    file.seek(0)
    try:
        return av.open(file, mode="r", options={**_OPTIONS, "probesize": "32768"}, metadata_errors="replace")
    except av.error.InvalidDataError:
        file.seek(0)
        return av.open(file, mode="r", options=_OPTIONS, metadata_errors="replace")


def _blocks(container: "av.container.InputContainer", stream: "av.AudioStream", channel: str | int,
            max_seconds: float, powers: _Powers) -> tuple[list[Signal], int]:
    """The wanted channels of all blocks (channels, samples) as float32, and their rate; adds to `powers` for a mix."""
    blocks, decoded, rate = [], 0, 0
    for frame in _frames(container, stream):
        rate = rate or frame.sample_rate
        if not 1000 <= rate <= 768_000:
            raise NotAudio(f"The file states {rate} samples a second, which no recording has: export it again.")
        if frame.sample_rate != rate:
            raise Damaged(f"The rate changes from {rate} to {frame.sample_rate} samples a second within the recording: "
                          "export it again.")
        decoded += frame.samples
        if decoded > max_seconds * rate:
            raise TooLong(f"The recording is longer than {_words(max_seconds)}: cut it into parts.")
        block = _array(frame)
        if channel == "mix":
            powers.add(block)
        blocks.append(_choose(block, channel))
    if not decoded:
        raise NotAudio("The file holds no sound at all: record it again.")
    return blocks, rate


def _frames(container: "av.container.InputContainer", stream: "av.AudioStream") -> Iterator["av.AudioFrame"]:
    """Decoded frames as float32; a damaged packet is passed over, the length check judges."""
    import av

    if stream.codec_context is None:
        raise NotAudio("The sound in the file is of a kind that is not known: export it as wav, flac or mp3.")
    # PyAV reads past the end of planar frames of 8 and more channels; packed ones take twice the time.
    converters: dict[Any, av.AudioResampler] = {}
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            kind = (frame.format.name, frame.layout.name, frame.sample_rate)  # a converter takes but one
            if kind not in converters:
                converters[kind] = av.AudioResampler(format="fltp" if frame.layout.nb_channels < 8 else "flt")
            yield from converters[kind].resample(frame)


def _array(frame: "av.AudioFrame") -> Signal:
    """A float32 frame, planar or packed, as (channels, samples)."""
    values = np.asarray(frame.to_ndarray(), np.float32)
    return values if frame.format.is_planar else values.reshape(frame.samples, -1).T


def missing_bytes(file: IO[bytes]) -> int:
    """Bytes that the header of a WAV states beyond the end of the file; 0 for a whole file and for other formats.

    FFmpeg takes the length of most cut WAV files from what is there, so that this alone tells.
    """
    file.seek(0)
    start = file.read(12)
    size = file.seek(0, os.SEEK_END)
    stated = int.from_bytes(start[4:8], "little") + 8
    written_as_a_stream = stated > 0x7FFF_0000  # such a header was never given its size
    if start[:4] != b"RIFF" or start[8:] != b"WAVE" or written_as_a_stream:
        return 0
    return max(0, stated - size)


def _check_lists(file: IO[bytes]) -> None:
    """Refuse a WAV whose list of notes states megabytes beyond its end: FFmpeg would search them for ten seconds."""
    size, at, name = file.seek(0, os.SEEK_END), 12, b""
    file.seek(0)
    is_wave = file.read(12)[8:] == b"WAVE"
    for _ in range(_MOST_CHUNKS):
        if not is_wave or at >= size:
            break
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8).ljust(8, b"\0"))
        at += 8 + length + length % 2
    if is_wave and (at < size or (name == b"LIST" and at > size + 2**24)):
        raise Damaged("The chunks that the file is made of do not fit its length: export it again.")


def _check_length(container: "av.container.InputContainer", stream: "av.AudioStream", seconds: float,
                  missing: int) -> None:
    if not _STATES_LENGTH & set(container.format.name.split(",")) or not stream.duration or not stream.time_base:
        return
    stated = float(stream.duration * stream.time_base)
    if seconds > 0.98 * stated:
        stated *= 1 + missing / max(container.size, 1)
    if seconds < stated - max(0.25, 0.02 * stated):
        raise Damaged(f"The file is cut off: its header states {stated:.1f} s, but only {seconds:.1f} s can be "
                      "decoded; copy or export it again.")


def _choose(block: Signal, channel: str | int) -> Signal:
    """The wanted channels of a block (channels, samples), still two-dimensional."""
    if channel == "mix":
        return block if len(block) == 1 else block.mean(axis=0, keepdims=True)
    if isinstance(channel, int):
        if channel > len(block):
            raise UsageError(f"The recording has {len(block)} channel{'s' * (len(block) > 1)}, so there is no channel "
                             f"{channel}.")
        return block[channel - 1 : channel]
    return block


def _finish(blocks: list[Signal], rate: float, channel: str | int) -> list[Channel]:
    if len({len(block) for block in blocks}) > 1:
        raise Damaged("The number of channels changes within the recording: export it again.")
    samples = np.concatenate(blocks, axis=1)
    if not np.isfinite(samples).all():
        raise Damaged("The recording holds samples that are not numbers (NaN or infinity): export it again.")
    signals = resample(samples, rate)
    if channel == "each":
        return [Channel(number, signal) for number, signal in enumerate(signals, start=1)]
    return [Channel(channel if isinstance(channel, int) else None, signals[0])]


def resample(samples: Signal, rate: float, to: float = RATE) -> Signal:
    """Samples (channels, samples) or (samples,) at another rate, by soxr's high-quality band-limited interpolation."""
    if rate == to:
        return np.ascontiguousarray(samples, np.float32)
    import soxr

    resampled = soxr.resample(np.ascontiguousarray(samples.T, np.float32), rate, to, quality="HQ").T
    return np.ascontiguousarray(resampled)


def _words(seconds: float) -> str:
    number, unit = (seconds / 3600, "hour") if seconds >= 3600 else (seconds / 60, "minute")
    return f"{number:g} {unit}{'' if number == 1 else 's'}"
