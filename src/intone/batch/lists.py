"""Names that another program lists: `find calls -name '*.wav' | intone batch -`.

A name a line, or between NUL bytes, as `find -print0` writes them. Blank lines are skipped.
"""

import codecs
import os
import re
import sys
from pathlib import Path
from typing import IO

from intone.audio.search import is_there
from intone.errors import UsageError

STDIN = ("-", "/dev/stdin")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # signs that names hardly have, and recordings do

LARGEST = 2**30
"""Bytes of a list at most."""


def is_list(source: str) -> bool:
    """Whether a source is the standard input, or a pipe such as bash makes of <(...)."""
    return source in STDIN or (is_there(source) and Path(source).is_fifo())


def names(source: str) -> list[str]:
    """The names that a list has; a UsageError where it is none, or cannot be read."""
    try:
        if source not in STDIN:
            with Path(source).open("rb") as file:
                return _parsed(_read(file))
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError("The standard input lists no recordings: pipe names into it, as in find calls -name "
                             "'*.wav' | intone batch -.")
        return _parsed(_read(sys.stdin.buffer))
    except OSError as error:
        raise UsageError(f"The list {source} cannot be read ({error.strerror or error}): name one that can.") from error


def _read(file: IO[bytes]) -> bytes:
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UsageError(f"The list of recordings has more than {LARGEST / 1e9:.1f} GB: cut it into parts.")
    return content


def _parsed(content: bytes) -> list[str]:
    """The names in a list: exact between NUL bytes; of a line the sign that Windows puts at its end is not part."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # as PowerShell writes it
        content = content.decode("utf-16", "replace").encode()
    content = content.removeprefix(codecs.BOM_UTF8)
    by_nul = b"\0" in content
    found = [os.fsdecode(one) for one in content.split(b"\0" if by_nul else b"\n") if one.strip()]
    if not by_nul:
        found = [one.removesuffix("\r") if one.endswith("\r") and not is_there(one) else one for one in found]
    if any(_CONTROL.search(one) and not is_there(one) for one in found):
        raise UsageError("What was piped in is no list of recordings: give a name a line; `intone predict -` takes a "
                         "recording itself.")
    return found
