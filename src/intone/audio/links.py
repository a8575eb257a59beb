"""Recordings that were put one behind the other into a file that is no WAV: chained Ogg, and joined files.

FFmpeg reads on where the next one is of the same kind, rate and channels, at best. Each is read by itself here.
"""

import re
from collections.abc import Iterator
from typing import IO

from intone.audio.bounds import Budget
from intone.audio.chunks import joined
from intone.audio.views import Part, read, size_of

_STEP = 2**20  # bytes that are searched at a time
_LONGEST = 64  # bytes of a beginning

_BEGINNINGS = {
    b"OggS": re.compile(rb"OggS\0[\2\6]"),  # a page that begins a stream
    b"fLaC": re.compile(rb"fLaC[\0\x80]\0\0\x22"), b"NIST_1A": re.compile(rb"NIST_1A\n"),
    b"Creative": re.compile(rb"Creative Voice File\x1a"),
    b"FLV\1": re.compile(rb"FLV\x01[\1\4\5]\0\0\0\x09\0{4}"),
    b"\x1aE\xdf\xa3": re.compile(rb"\x1aE\xdf\xa3.{1,40}?B\x82.{1,8}?(?:webm|matroska)", re.DOTALL),
    b"ftyp": re.compile(rb"\0\0\0.ftyp(?:isom|iso[2-9]|mp4[12]|M4[AVB] |qt  |3g[p2].|dash|MSNV|f4v )\0", re.DOTALL),
}
"""How a recording begins, by the first bytes of the file (of MP4: after its length)."""


def parts(file: IO[bytes], budget: Budget, notes: list[str]) -> list[Part]:
    """The recordings of a file in their order; the whole file where it is but one.

    That Ogg is chained is nothing that must be told.
    """
    size = size_of(file)
    file.seek(0)
    head = read(file, 8)
    beginning = next((how for first, how in _BEGINNINGS.items() if head.startswith(first) or head[4:] == first), None)
    starts = [0]
    for at in _found(file, beginning, budget) if beginning else ():
        if at > starts[-1] and not (head[:4] == b"OggS" and _follows_one(file, at)):
            starts.append(at)
    if len(starts) > 1 and head[:4] != b"OggS":
        joined(notes, len(starts))
    return [Part(start, end) for start, end in zip(starts, [*starts[1:], size], strict=True)]


def _found(file: IO[bytes], beginning: re.Pattern[bytes], budget: Budget) -> Iterator[int]:
    """Where a pattern is in a file, but for its first byte."""
    at, kept = 0, b""
    while True:
        file.seek(at + len(kept))
        if not (new := read(file, _STEP)):
            return
        budget.check()
        kept += new
        for match in beginning.finditer(kept):
            if match.start() + at and match.start() < len(kept) - _LONGEST * (len(new) == _STEP):
                yield at + match.start()
        drop = max(0, len(kept) - _LONGEST)
        at, kept = at + drop, kept[drop:]


def _follows_one(file: IO[bytes], at: int) -> bool:
    """Whether a page of Ogg that begins a stream stands right behind another such: a video begins with several."""
    file.seek(max(0, at - 512))
    before = read(file, at - max(0, at - 512))
    start = before.rfind(b"OggS\0\2")
    page = before[start:]
    if start < 0 or len(page) < 27:
        return False
    segments = page[26]
    return len(page) == 27 + segments + sum(page[27 : 27 + segments])
