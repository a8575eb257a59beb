"""AVI, whose packets carry no times: they are counted, and an empty one marks a pause.

FFmpeg counts the blocks in a packet where the header states the bytes of one (`nBlockAlign`): an empty packet is none,
and one of E-AC-3 hundreds. Where the header states as many units of time as there are packets, each is one; it states
more where the index is that of the first gigabyte.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone.audio.decoding.views import read, size_of
from intone.language.sentences import said

if TYPE_CHECKING:
    import av

_MOST_PIECES = 1000  # of a list
_MOST_TRACKS = 8  # FFmpeg opens no more
_MOST_PACKETS = 2**20  # in the index, of all tracks: some hours

_PACKET = np.dtype([("name", "S4"), ("flags", "<u4"), ("at", "<u4"), ("size", "<u4")])

_BLOCK_AT = 12  # in the form of the sound
_IN_BLOCKS = range(0x160, 0x164)  # Windows Media, whose decoder must know the block

_LEAST_S, _SHARE = 0.5, 0.005  # so much may sound and picture differ by their clocks, and by when they are stopped

_NEVER_FILLED_IN = 0x7FFF_0000  # such a length was not


def mended(file: IO[bytes]) -> tuple[tuple[int, bytes], ...]:
    """Zeros for the blocks of every track of an AVI whose packets count as one each: (where, bytes)."""
    file.seek(0)
    head = read(file, 12)
    if head[:4] != b"RIFF" or head[8:] != b"AVI ":
        return ()
    parts = {name: (at, size) for name, at, size in _pieces(file, 12, size_of(file))}
    if b"hdrl" not in parts or b"idx1" not in parts or parts[b"idx1"][1] > _MOST_PACKETS * _PACKET.itemsize:
        return ()
    at, size = parts[b"idx1"]
    file.seek(at)
    index = read(file, size)
    packets = np.frombuffer(index, _PACKET, len(index) // _PACKET.itemsize)
    at, size = parts[b"hdrl"]
    tracks = islice((one for one in _pieces(file, at, at + size) if one[0] == b"strl"), _MOST_TRACKS)
    return tuple((place, bytes(2)) for number, (_, at, size) in enumerate(tracks)
                 if (place := _miscounted(file, at, at + size, packets["size"][packets["name"] == b"%02dwb" % number])))


def _miscounted(file: IO[bytes], at: int, end: int, sizes: NDArray[np.uint32]) -> int | None:
    """Where the block of a track is stated by which packets of these sizes do not count as many as its header means."""
    parts = {name: place for name, place, _ in _pieces(file, at, end)}
    if not sizes.size or b"strh" not in parts or b"strf" not in parts:
        return None
    file.seek(parts[b"strh"] + 32)
    length, _, _, in_samples = struct.unpack("<4I", read(file, 16).ljust(16, b"\0"))
    file.seek(parts[b"strf"])
    kind, *_, block = struct.unpack("<HHIIH", read(file, 14).ljust(14, b"\0"))
    if in_samples or kind in _IN_BLOCKS or not block or length < sizes.size:
        return None
    blocks = -(-sizes.astype(np.int64) // block)
    wrong = blocks.sum() > length or (blocks.max() == 1 and blocks.min() == 0)
    return parts[b"strf"] + _BLOCK_AT if wrong else None


def _pieces(file: IO[bytes], at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, beginning and size of the chunks there; a list has the name of what it lists."""
    for _ in range(_MOST_PIECES):
        if at + 8 > end:
            return
        file.seek(at)
        name, size, kind = struct.unpack("<4sI4s", read(file, 12).ljust(12, b"\0"))
        yield (kind, at + 12, max(0, size - 4)) if name == b"LIST" else (name, at + 8, size)
        at += 8 + size + size % 2


def unplaced(container: "av.container.InputContainer", stream: "av.AudioStream", there_s: float) -> str | None:
    """The sentence about sound of so many seconds that is shorter than the header of its track or the picture says."""
    stated_s = max((one.frames * float(one.time_base) for one in (stream, *container.streams.video)
                    if one.time_base and one.frames < _NEVER_FILLED_IN), default=0.0)
    if stated_s - there_s <= max(_LEAST_S, _SHARE * stated_s):
        return None
    return said(
        "The file states {stated_s:.1f} s, of which {there_s:.1f} s are sound: it is cut off, or its sound begins late "
        "or pauses, so that times may be too early.", stated_s=stated_s, there_s=there_s)
