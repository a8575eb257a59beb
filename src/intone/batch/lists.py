"""Names that another program lists: `find calls -name '*.wav' | intone batch -`.

Between NUL bytes, as `find -print0` writes them, they are exact. Of a name a line, one that is there is exact too, for
names of Linux need not be text; any other is read as a cell of a table is. Blank lines and comments are skipped.
"""

import io
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from intone.audio.search import is_there, looks_like
from intone.errors import CorpusError, UsageError
from intone.tables.encoding import UTF_8, encoding_of, is_wide
from intone.tables.recordings import named

STDIN = ("-", "/dev/stdin")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # signs that names hardly have, and recordings do

LARGEST = 2**30
"""Bytes of a list at most."""


def is_list(source: str) -> bool:
    """Whether a source is the standard input, or a pipe such as bash makes of <(...)."""
    return source in STDIN or (is_there(source) and Path(source).is_fifo())


def is_comment(name: str) -> bool:
    """Whether a line of a list is a comment: it begins with #, and neither is it there nor does it look like a file.

    >>> is_comment("# calls of May"), is_comment("#1.wav")
    (True, False)
    """
    return name.startswith("#") and not looks_like(name) and not is_there(name)


def content(source: str) -> bytes:
    """All that is piped in; a UsageError where nothing is, or where it cannot be read."""
    try:
        if source not in STDIN:
            with Path(source).open("rb") as file:
                return _read(file)
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError("The standard input lists no recordings: pipe names into it, as in find calls -name "
                             "'*.wav' | intone batch -.")
        return _read(sys.stdin.buffer)
    except OSError as error:
        raise UsageError(f"The list {source} cannot be read ({error.strerror or error}): name one that can.") from error


def _read(file: IO[bytes]) -> bytes:
    found = file.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise UsageError(f"The list of recordings has more than {LARGEST / 1e9:.1f} GB: cut it into parts.")
    return found


def names(piped: bytes, note: Callable[[str], object]) -> list[str]:
    """The names in what is piped in; a UsageError where it is no list. `note` gets a sentence: how it was taken."""
    exact = [os.fsdecode(one) for one in piped.split(b"\0") if one.strip()]
    if b"\0" in piped and (not is_wide(piped[:4]) or all(map(is_there, exact))):
        found, how = exact, "names between NUL bytes"
    else:
        found, how = _of_lines(piped)
    if any(_CONTROL.search(one) and not is_there(one) for one in found):
        raise UsageError("What was piped in is no list of recordings: give a name a line; `intone predict -` takes a "
                         "recording itself.")
    if found:
        note(f"What was piped in was read as {how}: a list of recordings.")
    return found


def _of_lines(piped: bytes) -> tuple[list[str], str]:
    """The names of lines, and the encoding that they were taken for."""
    try:
        encoding = encoding_of("-", io.BytesIO(piped))
    except CorpusError:  # names of Linux that are no text
        encoding = UTF_8
    if encoding.codec.startswith("utf-") and encoding != UTF_8:  # as PowerShell writes it
        piped = piped.decode(encoding.codec).encode()
    end = b"\n" if b"\n" in piped else b"\r"  # of a Mac of long ago
    found = [_name(line, encoding.codec) for line in piped.split(end) if line.strip()]
    return [one for one in found if one and not is_comment(one)], encoding.title


def _name(line: bytes, codec: str) -> str:
    exact = os.fsdecode(line)
    if is_there(exact):
        return exact
    text = exact if codec.startswith("utf-") else line.decode(codec)
    return named(text.removesuffix("\r"), "")
