"""WAV, RF64 and Wave64 files of integers of 16 or 32 bits or of floats, read as they stand.

FFmpeg takes ten times as long for a clip of 3.5 s (6 ms, not 0.6), most of it to open the file, and importing it takes
65 ms. It also looks for compressed sound that is declared as PCM (S/PDIF), which is read as noise here, as by most
players. And it takes integers of 24 bits in four bytes for packed ones in RF64 and Wave64, and in WAV for floats where
the header states 24 bits.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

import numpy as np

from intone.audio.decoding import bounds
from intone.audio.decoding.bounds import HIGHEST_RATE, LOWEST_RATE, Block, too_long
from intone.audio.decoding.chunks import Form
from intone.audio.decoding.views import read
from intone.errors import Damaged, NotAudio
from intone.language.sentences import said

_KINDS = {(1, 16): "i2", (1, 32): "i4", (3, 32): "f4"}  # codes and bits of the samples

_EXTENSIBLE = 0xFFFE
_FURTHER = bytes.fromhex("000000001000800000aa00389b71")  # what stands behind the code of a wave that is extensible

_MOST_CHANNELS = 64  # more are left to FFmpeg


@dataclass(frozen=True)
class Plain:
    """Where the samples of a WAV lie, in bytes, and what they are: integers are to be moved up by `moved` bits."""

    start: int
    length: int
    channels: int
    rate: int
    kind: np.dtype[Any]
    moved: int = 0


def plain(file: IO[bytes], form: Form) -> Plain | None:
    """Where the samples of a WAV of integers or floats lie; None for other files, and where anything in it is odd.

    NotAudio for what FFmpeg would read as noise.
    """
    in_order = [one for one in form.chunks if one.name[:4] in (b"fmt ", b"data")]
    order = form.kind.length[0]
    names = [one.name[:4] for one in in_order[:2]]
    if form.kind.form.upper() != b"WAVE" or names != [b"fmt ", b"data"] or form.missing:
        return None
    stated, data = in_order[:2]
    file.seek(stated.start)
    head = read(file, min(stated.stated, 40)).ljust(40, b"\0")
    code, channels, rate, bytes_a_second, frame, bits = struct.unpack(f"{order}HHIIHH", head[:16])
    if code == _EXTENSIBLE and head[26:] == _FURTHER:
        code, = struct.unpack(f"{order}H", head[24:26])
    held = 32 if code == 1 and 16 < bits < 32 and frame == 4 * channels else bits
    usual = (code, held) in _KINDS and (frame, bytes_a_second) == (channels * held // 8, rate * frame) and frame
    if not (usual and channels <= _MOST_CHANNELS and LOWEST_RATE <= rate <= HIGHEST_RATE):
        if order == ">" and bits > 8:  # FFmpeg does not turn the bytes, and gives noise
            raise NotAudio(said("The file is a WAV whose numbers stand the other way round (RIFX): export it again."))
        return None
    length = form.there - form.there % frame if form.unfinished else form.there
    if not length or length % frame:
        return None
    found = Plain(data.start, length, channels, rate, np.dtype(order + _KINDS[code, held]))
    return found if held == bits else _moved(file, found, bits)


def _moved(file: IO[bytes], found: Plain, bits: int) -> Plain | None:
    """The same of integers of so many bits in the lower of four bytes (ALSA) or the upper; None for floats (Cool Edit).
    """
    below = floats = True
    file.seek(found.start)
    for left in range(found.length, 0, -bounds.BLOCK):
        taken = read(file, min(left, bounds.BLOCK))
        values = np.frombuffer(taken, found.kind, len(taken) // 4)
        below = below and bool(np.isin(values >> bits, (0, -1)).all())
        floats = floats and bool((np.abs(values.view(found.kind.str.replace("i", "f"))) < 2**25).all())
    if floats and not below:
        return None
    return replace(found, moved=32 - bits) if below else found


def samples(file: IO[bytes], found: Plain, max_seconds: float) -> Iterator[tuple[Block, int]]:
    """The blocks of such a WAV, and their rate; TooLong at once where they are more than these seconds."""
    frame = found.channels * found.kind.itemsize
    if found.length // frame > max_seconds * found.rate:
        raise too_long(max_seconds)
    scale = np.float32(2 ** (8 * found.kind.itemsize - 1)) if found.kind.kind == "i" else None
    file.seek(found.start)
    left = found.length
    while left:
        size = min(left, bounds.BLOCK // found.channels * frame)
        taken = read(file, size)
        if len(taken) < size:
            raise Damaged(said("The file became shorter while it was read: choose it again."))
        left -= len(taken)
        values = np.frombuffer(taken, found.kind).reshape(-1, found.channels)
        block = np.ascontiguousarray((values << found.moved if found.moved else values).T, np.float32)
        yield block / scale if scale else block, found.rate
