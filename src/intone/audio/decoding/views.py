"""Parts of a file, as files of their own."""

import io
import os
from dataclasses import dataclass
from typing import IO, cast

_MOST_TAGS = 10
_FOOTER = 0x10  # a flag: behind the tag is its header again


@dataclass(frozen=True)
class Part:
    """A part of a file, from `start` to `end`, that is a recording by itself.

    `mended`: what is to stand at some places instead, (where in the file, bytes). `stated`: how many times as much
    sound its header states as is there, more than 1 where it is cut off; None where only FFmpeg can tell.
    """

    start: int
    end: int
    mended: tuple[tuple[int, bytes], ...] = ()
    stated: float | None = None


def opened(file: IO[bytes], part: Part) -> IO[bytes]:
    """A part of a file as a file, which is read through the whole one."""
    return file if part == Part(0, size_of(file), stated=part.stated) else cast(IO[bytes], _View(file, part))


class _View(io.RawIOBase):
    """A part of a file. It does not close the file."""

    def __init__(self, file: IO[bytes], part: Part) -> None:
        self._file, self._part, self._at = file, part, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._part.end - self._part.start}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Up to `size` bytes, as they are to stand there."""
        start = self._part.start + self._at
        left = max(0, self._part.end - start)
        self._file.seek(start)
        found = self._file.read(left if size is None or size < 0 else min(size, left))
        self._at += len(found)
        for where, wanted in self._part.mended:
            if where < start + len(found) and start < where + len(wanted):
                found = _with(found, where - start, wanted)
        return found


def _with(found: bytes, at: int, wanted: bytes) -> bytes:
    """Bytes with others in their place, from `at`, of which some may lie outside."""
    first, last = max(0, at), min(len(found), at + len(wanted))
    return found[:first] + wanted[first - at : last - at] + found[last:]


def read(file: IO[bytes], size: int) -> bytes:
    """`size` bytes, fewer only at the end of the file: a file object may return fewer at a time."""
    parts = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def behind_tag(file: IO[bytes]) -> int:
    """Where a recording begins: behind the tags (ID3v2) that players put before it, at 0 without one."""
    at = 0
    for _ in range(_MOST_TAGS):
        file.seek(at)
        head = read(file, 10)
        if not head.startswith(b"ID3") or len(head) < 10:
            break
        size = sum(byte << 7 * place for place, byte in enumerate(reversed(head[6:])))
        at += 10 + size + 10 * bool(head[5] & _FOOTER)
    return at


def size_of(file: IO[bytes]) -> int:
    """The bytes of a file, which is at its end then."""
    return file.seek(0, os.SEEK_END)
