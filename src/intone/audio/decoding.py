"""From the bytes of a recording to blocks of samples (channels, samples), float32, with their rate.

Whole WAV files of 16-bit integers or of floats are read as they stand; everything else is decoded by FFmpeg, through
PyAV, in a row of small steps: open -> packets -> frames -> blocks, of which no more than one is in memory at a time.

A file may be made to do harm: a few kilobytes can state millions of samples, or hold hours. Four bounds see to that
(tests/audio/test_bombs.py): FFmpeg allocates no more at a time than `_allocations_bounded` lets it, opens at most
`_MOST_STREAMS` tracks, decodes sound alone (`_sound_decoders`), and takes no more processor time than `Budget` has.
"""

import ctypes
import os
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import thread_time
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intone.audio import tracks
from intone.audio.formats import DEMUXERS, of_demuxer
from intone.errors import Damaged, NotAudio, TooLong

if TYPE_CHECKING:
    import av

# Only these demuxers, and no protocol at all: a playlist or an SDP file must not make FFmpeg open other files or
# sockets. Bytes reach it through a Python file object.
# `max_size` makes the packets of wav large: fewer calls for the same samples.
_MOST_STREAMS = 8  # tracks of sound, pictures and subtitles
_OPTIONS = {"format_whitelist": DEMUXERS, "protocol_whitelist": "",
            "max_size": "131072", "max_streams": str(_MOST_STREAMS)}

_SMALL = 16_000_000
_ANY_SIZE = 2**31 - 1  # FFmpeg's own limit of one allocation
_OPEN_SIZES: list[int] = []
_SIZES_LOCK = threading.Lock()

_MOST_CHUNKS = 10_000  # of a WAV: a hundredth of a second

_LOWEST_RATE, _HIGHEST_RATE = 1000, 768_000

_PLAIN = {(1, 16): "<i2", (3, 32): "<f4"}  # codes and bits of the samples that are read without FFmpeg

_ONE_TRACK = (tracks.Track(1),)

_MOST_CHANNELS = 64  # more are left to FFmpeg

BLOCK = 2**21
"""Values in a block, about: 8 MB, 44 s of one channel at 48 kHz."""

Block = NDArray[np.float32]


@dataclass(frozen=True)
class _Chunk:
    """A chunk of a WAV: its name, the bytes that it states, and where they begin."""

    name: bytes
    length: int
    start: int


@dataclass(frozen=True)
class _Plain:
    """Where the samples of a WAV lie, in bytes, and what they are."""

    start: int
    length: int
    channels: int
    rate: int
    kind: np.dtype[Any]


@dataclass
class Budget:
    """Processor seconds that a file of `size` bytes may take; more for every second that is decoded of it.

    On one core of a laptop a second of stereo takes 1 to 3 ms as AAC, Opus or MP3, and has 2 to 16 kB. So what a
    recorder writes needs a tenth of this. Only the thread that makes it counts, and not while it is paused.
    """

    size: int
    decoded_s: float = 0.0
    _spent_s: float = 0.0
    _since_s: float = field(default_factory=thread_time)

    @property
    def allowed_s(self) -> float:
        """What it has for what was decoded until now."""
        return 5.0 + 2e-6 * self.size + 0.004 * self.decoded_s

    def check(self) -> None:
        """Raise Damaged where it is used up."""
        if self._spent_s + thread_time() - self._since_s > self.allowed_s:
            raise Damaged("The file takes many times as long to decode as a recording of its length and size: export "
                          "its sound again, as wav, flac or mp3.")

    def pause(self) -> None:
        """Stop counting."""
        self._spent_s += thread_time() - self._since_s

    def go_on(self) -> None:
        """Count again."""
        self._since_s = thread_time()


def blocks(
    file: IO[bytes], max_seconds: float, budget: Budget, notes: list[str] | None = None,
    track: str | int = tracks.DEFAULT
) -> Iterator[tuple[Block, int]]:
    """The samples of a recording, (channels, samples), and their rate, 1000 to 768000 a second.

    `track` is a number from 1, or "default" (`tracks`). What whoever gets an answer must know of how it was read is
    added to `notes`, each a sentence, once. Whoever takes a
    block may pause the budget. Raises NotAudio, Damaged or TooLong, each with a sentence that does not
    name the file; an OSError of the file is let through.
    """
    notes = [] if notes is None else notes
    file.seek(0)
    if not file.read(1):
        raise NotAudio("The file is empty: record or export it again.")
    chunks = _wave_chunks(file)
    plain = _plain(file, chunks)
    if plain is None:
        yield from _by_ffmpeg(file, max_seconds, budget, notes, track)
        return
    tracks.chosen(_ONE_TRACK, track)
    yield from _read_plain(file, plain, max_seconds)


def tracks_of(file: IO[bytes]) -> tuple[tracks.Track, ...]:
    """The tracks of sound in a file; the errors of `blocks`."""
    if _plain(file, _wave_chunks(file)):
        return _ONE_TRACK
    with _opened(file, file.seek(0, os.SEEK_END)) as container:
        return tracks.described(container)


def note(notes: list[str], sentence: str) -> None:
    """Add a sentence unless it is there: a recording may be decoded several times."""
    if sentence not in notes:
        notes.append(sentence)


def missing_bytes(file: IO[bytes]) -> int:
    """Bytes that the header of a WAV states beyond the end of the file; 0 for a whole file and for other formats.

    FFmpeg takes the length of most cut WAV files from their size, so that only this shows that they are cut.
    """
    file.seek(0)
    start = file.read(12)
    size = file.seek(0, os.SEEK_END)
    stated = int.from_bytes(start[4:8], "little") + 8
    written_as_a_stream = stated > 0x7FFF_0000  # such a header was never given its size
    if start[:4] != b"RIFF" or start[8:] != b"WAVE" or written_as_a_stream:
        return 0
    return max(0, stated - size)


def _wave_chunks(file: IO[bytes]) -> list[_Chunk]:
    """The chunks of a WAV in their order, none of another file.

    Refuses one whose list of notes states megabytes beyond its end: FFmpeg would search them for ten seconds.
    """
    size, at, found = file.seek(0, os.SEEK_END), 12, list[_Chunk]()
    file.seek(0)
    if file.read(12)[8:] != b"WAVE":
        return []
    while at < size and len(found) < _MOST_CHUNKS:
        file.seek(at)
        name, length = struct.unpack("<4sI", _read(file, 8).ljust(8, b"\0"))
        found.append(_Chunk(name, length, at + 8))
        at += 8 + found[-1].length + found[-1].length % 2
    if at < size or (found and found[-1].name == b"LIST" and at > size + 2**24):
        raise Damaged("The chunks that the file is made of do not fit its length: export it again.")
    return found


def _plain(file: IO[bytes], chunks: list[_Chunk]) -> _Plain | None:
    """Where the samples of a WAV of integers or floats lie; None for other files, and where anything in it is odd.

    FFmpeg takes ten times as long for a clip of 3.5 s (6 ms, not 0.6), most of it to open the file, and importing it
    takes 65 ms. It also looks for compressed sound that is declared as PCM (S/PDIF), which is read as noise here, as by
    most players.
    """
    file.seek(0)
    in_order = [one.name for one in chunks if one.name in (b"fmt ", b"data")] == [b"fmt ", b"data"]
    if file.read(4) != b"RIFF" or not in_order or missing_bytes(file):
        return None
    stated, data = (next(one for one in chunks if one.name == name) for name in (b"fmt ", b"data"))
    file.seek(stated.start)
    code, channels, rate, bytes_a_second, frame, bits = struct.unpack("<HHIIHH", _read(file, 16).ljust(16, b"\0"))
    usual = (code, bits) in _PLAIN and (frame, bytes_a_second) == (channels * bits // 8, rate * frame)
    whole = data.start + data.length <= file.seek(0, os.SEEK_END) and frame and data.length % frame == 0
    if not (usual and whole and data.length and channels <= _MOST_CHANNELS and _LOWEST_RATE <= rate <= _HIGHEST_RATE):
        return None
    return _Plain(data.start, data.length, channels, rate, np.dtype(_PLAIN[code, bits]))


def _read_plain(file: IO[bytes], plain: _Plain, max_seconds: float) -> Iterator[tuple[Block, int]]:
    """The blocks of a WAV of integers or floats."""
    frame = plain.channels * plain.kind.itemsize
    if plain.length // frame > max_seconds * plain.rate:
        raise _too_long(max_seconds)
    scale = np.float32(2 ** (8 * plain.kind.itemsize - 1)) if plain.kind.kind == "i" else None
    file.seek(plain.start)
    left = plain.length
    while left:
        size = min(left, BLOCK // plain.channels * frame)
        taken = _read(file, size)
        if len(taken) < size:
            raise Damaged("The file became shorter while it was read: choose it again.")
        left -= len(taken)
        samples = np.frombuffer(taken, plain.kind).reshape(-1, plain.channels)
        block = np.ascontiguousarray(samples.T, np.float32)
        yield block / scale if scale else block, plain.rate


def _read(file: IO[bytes], size: int) -> bytes:
    """`size` bytes, fewer only at the end of the file: a file object may return fewer at a time."""
    parts = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _by_ffmpeg(
    file: IO[bytes], max_seconds: float, budget: Budget, notes: list[str], track: str | int
) -> Iterator[tuple[Block, int]]:
    number = track
    if not isinstance(number, int):
        with _opened(file, budget.size) as container:
            found = tracks.described(container)
            if len(found) == 1:
                yield from _grouped(_decoded(container, 1, file, max_seconds, budget))
                return
        chosen = tracks.chosen(found, track, lambda one: _peaks(file, one.number, max_seconds, budget))
        note(notes, tracks.note_of(found, chosen))
        number = chosen.number
    with _opened(file, budget.size) as container:
        tracks.chosen(tracks.described(container), number)
        yield from _grouped(_decoded(container, number, file, max_seconds, budget))


def _peaks(file: IO[bytes], number: int, max_seconds: float, budget: Budget) -> Iterator[float]:
    """The peak of every frame of a track, as far as it can be read."""
    with suppress(NotAudio, Damaged), _opened(file, budget.size) as container:
        for block, _ in _decoded(container, number, file, max_seconds, budget):
            yield float(np.abs(block).max(initial=0.0))


@contextmanager
def _opened(file: IO[bytes], size: int) -> Iterator["av.container.InputContainer"]:
    """A file with a track of sound at least, opened by FFmpeg."""
    import av  # 0.1 s that a plain WAV does not need

    try:
        with _allocations_bounded(size), _open(file) as container:
            if not container.streams.audio:
                raise NotAudio("The file has no audio track: choose a recording of a voice.")
            yield container
    except av.error.MemoryError as error:
        raise NotAudio(f"The file states more than {_MOST_STREAMS} tracks, or larger tables than a recording has: "
                       "export its sound alone, as wav, flac or mp3.") from error
    except av.error.FFmpegError as error:
        raise NotAudio("The file is not a recording that can be decoded: use wav, flac, mp3, ogg, opus, m4a, mp4 or "
                       "webm.") from error


def _open(file: IO[bytes]) -> "av.container.InputContainer":
    """The container; at first from a short probe, which is eight times as fast and nearly always enough."""
    import av

    options = {**_OPTIONS, "codec_whitelist": _sound_decoders()}
    file.seek(0)
    try:
        return av.open(file, mode="r", options={**options, "probesize": "32768"}, metadata_errors="replace")
    except av.error.InvalidDataError:
        file.seek(0)
        return av.open(file, mode="r", options=options, metadata_errors="replace")


@cache
def _sound_decoders() -> str:
    """FFmpeg's decoders of sound: to find out what a file holds it would decode its cover too."""
    import av

    found = []
    for name in sorted(av.codecs_available):
        with suppress(ValueError):  # it only encodes
            if av.Codec(name, "r").type == "audio":
                found.append(name)
    return ",".join(found)


@contextmanager
def _allocations_bounded(size: int) -> Iterator[None]:
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
    """FFmpeg's `av_max_alloc`, which PyAV does not offer: of PyAV's own library, or of the one beside it."""
    import av

    beside = Path(av.__file__).parents[1].glob("av.libs/*avutil*")
    for library in (av._core.__file__, *beside):
        with suppress(OSError, AttributeError):
            return ctypes.CDLL(str(library)).av_max_alloc
    raise RuntimeError("PyAV is installed without FFmpeg's libavutil: install its wheel.")


def _decoded(
    container: "av.container.InputContainer", number: int, file: IO[bytes], max_seconds: float, budget: Budget
) -> Iterator[tuple[Block, int]]:
    """The samples of every frame, (channels, samples) as float32, and their rate; at the end the length is checked."""
    stream = container.streams.audio[number - 1]
    decoded, rate = 0, 0
    for frame in _frames(container, stream, budget):
        rate = rate or frame.sample_rate
        if not _LOWEST_RATE <= rate <= _HIGHEST_RATE:
            raise NotAudio(f"The file states {rate} samples a second, which no recording has: export it again.")
        if frame.sample_rate != rate:
            raise Damaged(f"The rate changes from {rate} to {frame.sample_rate} samples a second within the recording: "
                          "export it again.")
        decoded += frame.samples
        if decoded > max_seconds * rate:
            raise _too_long(max_seconds)
        budget.decoded_s = decoded / rate
        yield _array(frame), rate
    if not decoded:
        raise NotAudio("The file holds no sound at all: record it again.")
    _check_length(container, stream, decoded / rate, missing_bytes(file))


def _grouped(frames: Iterator[tuple[Block, int]]) -> Iterator[tuple[Block, int]]:
    """Frames joined into blocks of about `BLOCK` values; a block has as many channels as its frames."""
    kept: list[Block] = []
    rate, values = 0, 0
    for frame, rate in frames:
        if kept and (values >= BLOCK or len(frame) != len(kept[0])):
            yield np.concatenate(kept, axis=1), rate
            kept, values = [], 0
        kept.append(frame)
        values += frame.size
    if kept:
        yield np.concatenate(kept, axis=1), rate


def _frames(
    container: "av.container.InputContainer", stream: "av.AudioStream", budget: Budget
) -> Iterator["av.AudioFrame"]:
    """Decoded frames as float32; a damaged packet is skipped, and the check of the length decides."""
    import av

    if stream.codec_context is None:
        raise NotAudio("The sound in the file is of a kind that is not known: export it as wav, flac or mp3.")
    # PyAV reads past the end of planar frames of 8 and more channels; packed ones take twice the time.
    converters: dict[Any, av.AudioResampler] = {}
    for packet in container.demux(stream):
        budget.check()
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            kind = (frame.format.name, frame.layout.name, frame.sample_rate)  # a converter takes but one
            if kind not in converters:
                converters[kind] = av.AudioResampler(format="fltp" if frame.layout.nb_channels < 8 else "flt")
            yield from converters[kind].resample(frame)


def _array(frame: "av.AudioFrame") -> Block:
    """A float32 frame, planar or packed, as (channels, samples)."""
    values = np.asarray(frame.to_ndarray(), np.float32)
    return values if frame.format.is_planar else values.reshape(frame.samples, -1).T


def _check_length(container: "av.container.InputContainer", stream: "av.AudioStream", seconds: float,
                  missing: int) -> None:
    if not of_demuxer(container.format.name).states_length or not stream.duration or not stream.time_base:
        return
    stated = float(stream.duration * stream.time_base)
    if seconds > 0.98 * stated:
        stated *= 1 + missing / max(container.size, 1)
    if seconds < stated - max(0.25, 0.02 * stated):
        raise Damaged(f"The file is cut off: its header states {stated:.1f} s, but only {seconds:.1f} s can be "
                      "decoded; copy or export it again.")


def _too_long(seconds: float) -> TooLong:
    number, unit = (seconds / 3600, "hour") if seconds >= 3600 else (seconds / 60, "minute")
    return TooLong(f"The recording is longer than {number:g} {unit}{'' if number == 1 else 's'}: cut it into parts.")
