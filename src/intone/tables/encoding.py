"""The encoding of a text file, and its lines.

A byte order mark says what a file is. Without one it is UTF-8 if all of it is, and else Windows-1252, which Excel
writes in western countries and of which Latin-1 is a part. Other code pages give other letters to the same bytes, and
nothing in a file tells them apart: they are not guessed.
"""

import codecs
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import IO

from intone.errors import CorpusError

LONGEST = 1_000_000
"""Letters that a line may have: more is no table, and would have to fit into memory."""

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Encoding:
    """An encoding by Python's name and by that of people."""

    codec: str
    title: str


UTF_8 = Encoding("utf-8", "UTF-8")
WESTERN = Encoding("cp1252", "Windows-1252")

_MARKED = (
    (codecs.BOM_UTF8, Encoding("utf-8-sig", "UTF-8 with a byte order mark")),
    (codecs.BOM_UTF32_LE, Encoding("utf-32", "UTF-32")),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, Encoding("utf-32", "UTF-32")),
    (codecs.BOM_UTF16_LE, Encoding("utf-16", "UTF-16")),
    (codecs.BOM_UTF16_BE, Encoding("utf-16", "UTF-16")),
)


def encoding_of(name: str, file: IO[bytes]) -> Encoding:
    """The encoding in which all of a file can be read; a CorpusError where there is none."""
    file.seek(0)
    head = file.read(4)
    stated = _stated(head)
    for encoding in [stated] if stated else [UTF_8, WESTERN]:
        if _fits(file, encoding.codec):
            return encoding
    expected = stated.title if stated else f"{UTF_8.title}, UTF-16 or {WESTERN.title}"
    raise CorpusError(f"{name} is no text in {expected}: save it as CSV in UTF-8.")


def is_wide(head: bytes) -> bool:
    """Whether text that begins so is UTF-16 or UTF-32, marked or not; names between NUL bytes may begin so too."""
    stated = _stated(head)
    return stated is not None and stated.codec != "utf-8-sig"


def _stated(head: bytes) -> Encoding | None:
    """The encoding that the first bytes of a text state, by a mark or by the zeros of UTF-16."""
    return next((encoding for mark, encoding in _MARKED if head.startswith(mark)), None) or _unmarked(head)


def _unmarked(head: bytes) -> Encoding | None:
    """UTF-16 without a mark: in the first letters of a table every second byte is 0."""
    match [byte == 0 for byte in head]:
        case [False, True, False, True]:
            return Encoding("utf-16-le", "UTF-16")
        case [True, False, True, False]:
            return Encoding("utf-16-be", "UTF-16")
    return None


def _fits(file: IO[bytes], codec: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for block in iter(partial(file.read, _BLOCK), b""):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def lines(name: str, file: IO[bytes], encoding: Encoding) -> Iterator[str]:
    """The lines of a file with their ends, which are \\n, \\r\\n or \\r; a CorpusError for one that is too long."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding.codec, newline="")
    try:
        for number, line in enumerate(iter(partial(text.readline, LONGEST), ""), start=1):
            if len(line) == LONGEST:
                raise CorpusError(f"Line {number} of {name} has {LONGEST:,} letters or more: it is no table with a row "
                                  "for each recording.")
            yield line
    finally:
        with suppress(ValueError):  # the file is closed by now
            text.detach()
