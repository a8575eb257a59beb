"""Recordings that were put one behind the other into a file that has no chunks: chained Ogg, and joined files.

FFmpeg reads on where the next one is of the same kind, rate and channels, at best. Each is read by itself here. MP4 and
Matroska state where they end; of the others the beginnings are searched for. Where the frames of a format need no
header, as those of MP3, AAC and AC-3, FFmpeg reads on by itself.
"""

import re
from collections.abc import Callable, Iterator
from typing import IO

from intone.audio.decoding import avi, transport
from intone.audio.decoding.bounds import Budget
from intone.audio.decoding.chunks import joined
from intone.audio.decoding.views import Part, behind_tag, read, size_of

_STEP = 2**20  # bytes that are searched at a time
_LONGEST = 64  # bytes of a beginning

_EBML, _SEGMENT = b"\x1aE\xdf\xa3", b"\x18S\x80g"

_OGG = re.compile(rb"OggS\0[\2\6]")  # a page that begins a stream
_BEGINNINGS = tuple(re.compile(how, re.DOTALL) for how in (
    rb"fLaC[\0\x80]\0\0\x22", rb"NIST_1A\n", rb"Creative Voice File\x1a", rb"FLV\x01[\1\4\5]\0\0\0\x09\0{4}",
    rb"\x1aE\xdf\xa3.{1,40}?B\x82.{1,8}?(?:webm|matroska)", rb"#!AMR(?:-WB)?(?:_MC1\.0)?\n", rb"#!iLBC[23]0\n",
    rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c",  # ASF
    rb"\xb7\xd8\x00\x20\x37\x49\xda\x11\xa6\x4e\x00\x07\xe9\x5e\xad\x8d",  # WTV
    rb"wvpk.{5}\x04.{6}\0{4}(?!\0{4}).{5}[\x08-\x0f\x18-\x1f]",  # the first block of WavPack
    rb"TTA1[\1\2]\0", rb"\.RMF\0\0\0\x12", rb"nut/multimedia container\0", rb"DSD \x1c\0{7}", rb"FRM8.{8}DSD ",
    rb"MAC .[\x0e\x0f]\0\0", rb"RIFF.{4}QLCMfmt "))
"""How recordings begin."""


def parts(file: IO[bytes], budget: Budget, notes: list[str]) -> list[Part]:
    """The recordings of a file in their order; the whole file where it is but one.

    That Ogg is chained is nothing that must be told.
    """
    size = size_of(file)
    first = behind_tag(file)
    file.seek(first)
    head = read(file, 512)
    starts = [0, *(at for at in _further(file, head, size, budget) if at > first)]
    if len(starts) > 1 and head[:4] != b"OggS":
        joined(notes, len(starts))
    mended = avi.mended(file)
    return [Part(start, end, mended) for start, end in zip(starts, [*starts[1:], size], strict=True)]


def _further(file: IO[bytes], head: bytes, size: int, budget: Budget) -> Iterator[int]:
    """Where recordings begin, of which one may be the first."""
    if head[4:8] == b"ftyp":
        yield from _by_lengths(file, size, _box, b"ftyp", budget)
        return
    if head[:4] == _EBML and not _is_live(file):
        yield from _by_lengths(file, size, _element, _EBML, budget)
    elif head[:4] == b"OggS":
        yield from (at for at in _found(file, _OGG, budget) if not _follows_one(file, at))
    elif _is_transport(head):
        yield from transport.further(file, _found(file, transport.TABLE, budget))
    elif beginning := next((how for how in _BEGINNINGS if how.match(head)), None):
        yield from _found(file, beginning, budget)


def _is_transport(head: bytes) -> bool:
    """Whether packets of 188 bytes begin there, with four bytes before each or sixteen behind, or not."""
    return any(head[at : at + 1] == head[at + size : at + size + 1] == b"G"
               for at, size in ((0, transport.PACKET), (4, transport.PACKET + 4), (0, transport.PACKET + 16)))


def _by_lengths(file: IO[bytes], size: int, piece: Callable[[IO[bytes], int], tuple[bytes, int]], first: bytes,
                budget: Budget) -> Iterator[int]:
    """Where pieces of a name are behind the first piece, each of which states its length."""
    at = 0
    while at < size:
        budget.check()
        name, length = piece(file, at)
        if at and name == first:
            yield at
        if length <= 0:
            return
        at += length


def _box(file: IO[bytes], at: int) -> tuple[bytes, int]:
    """The name and the length of a box of MP4; 0 where it goes on to the end, or is none."""
    file.seek(at)
    head = read(file, 16)
    length = int.from_bytes(head[:4], "big")
    return head[4:8], int.from_bytes(head[8:], "big") if length == 1 else length if length >= 8 else 0


def _element(file: IO[bytes], at: int) -> tuple[bytes, int]:
    """The same of an element of Matroska with a name of four bytes, as those have that are in nothing else."""
    file.seek(at)
    head = read(file, 12).ljust(12, b"\0")
    bits = 8 - head[4].bit_length()  # how many more bytes the length has
    value = int.from_bytes(head[4 : 5 + bits], "big") & (1 << 7 * (bits + 1)) - 1
    known = head[4] and value != (1 << 7 * (bits + 1)) - 1
    return head[:4], 5 + bits + value if known else 0


def _is_live(file: IO[bytes]) -> bool:
    """Whether the segment of a Matroska file has no length, as while it is recorded."""
    _, length = _element(file, 0)
    name, segment = _element(file, length)
    return name == _SEGMENT and not segment


def _found(file: IO[bytes], beginning: re.Pattern[bytes], budget: Budget) -> Iterator[int]:
    """Where a pattern is in a file."""
    at, kept = 0, b""
    while True:
        file.seek(at + len(kept))
        if not (new := read(file, _STEP)):
            return
        budget.check()
        kept += new
        for match in beginning.finditer(kept):
            if match.start() < len(kept) - _LONGEST * (len(new) == _STEP):
                yield at + match.start()
        drop = max(0, len(kept) - _LONGEST)
        at, kept = at + drop, kept[drop:]


def _follows_one(file: IO[bytes], at: int) -> bool:
    """Whether a page of Ogg that begins a stream stands right behind another such: a video begins with several."""
    first = max(0, at - 512)
    file.seek(first)
    before = read(file, at - first)
    page = before[max(0, before.rfind(b"OggS\0\2")) :]
    if not page.startswith(b"OggS\0\2") or len(page) < 28:
        return False
    return len(page) == 27 + page[26] + sum(page[27 : 27 + page[26]])
