"""Zip archives: what is in one, and its members as files, by their exact names, whatever signs are in these.

The address of a member is `zip://MEMBER::ARCHIVE`, in which the archive is a path or another address.
"""

import re
import struct
import zipfile
import zlib
from functools import lru_cache
from lzma import LZMAError
from pathlib import Path
from typing import IO

from intone.audio.decoding.buffering import copied
from intone.audio.search import chosen, fits, is_file, is_hidden
from intone.batch import stores
from intone.errors import Damaged, RecordingError

ZIP, SUFFIX = "zip://", ".zip"

_CHAINED = re.compile(r"[a-z][a-z0-9+.-]*://|[a-z]+::")

_DAMAGED = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, ValueError, struct.error)
"""What reading a damaged archive raises."""

_ENCRYPTED = 0x1  # a bit of a member's flags (APPNOTE 4.4.4)


def parted(address: str) -> tuple[str, str]:
    """`zip://a.wav::b.zip` -> (a.wav, b.zip), also where there is `::` in a name.

    The archive is the first end of the address that is a file, else the first that is an address, else the last.
    """
    parts = address.removeprefix(ZIP).split("::")
    splits = [("::".join(parts[:n]), "::".join(parts[n:])) for n in range(1, len(parts))] or [(parts[0], "")]
    return next((one for known in (is_file, _CHAINED.match) for one in splits if known(one[1])), splits[-1])


def search(address: str) -> tuple[list[str], list[str]]:
    """The addresses of the recordings in an archive, by name, and sentences about what is left out.

    Before the archive the address names a member, a folder or a glob, or nothing for all that is in it. Raises OSError
    or BadZipFile where it cannot be read.
    """
    inside, archive = parted(address)
    names = sorted({one.filename for one in _archive(archive).infolist() if not one.is_dir()})
    recordings, notes = chosen(_inside(names, inside.rstrip("/")), archive)
    if inside in names:
        recordings, notes = [inside], []
    nested = [name for name in _inside(names, inside) if name.lower().endswith(SUFFIX) and not is_hidden(name)]
    if nested:
        notes.append(f"{archive} holds other archives ({len(nested)}, such as {nested[0]}), which are not searched: "
                     "unpack it, and name its folder.")
    return [f"{ZIP}{name}::{archive}" for name in recordings], notes


def member(address: str) -> IO[bytes]:
    """A copy of a member. The errors of `copied` and `search`, and Damaged where it cannot be unpacked."""
    name, archive = parted(address)
    opened = _archive(archive)
    try:
        info = opened.getinfo(name)
    except KeyError as error:
        raise RecordingError(f"There is no {name} in {archive}: name one of its members.") from error
    if info.flag_bits & _ENCRYPTED:
        raise RecordingError("It is encrypted in its archive: unpack that with its password, and name the folder.")
    try:
        with opened.open(info) as file:
            return copied(file)
    except NotImplementedError as error:
        raise RecordingError(f"It is compressed in a way that is not known here ({error}): unpack its archive, and "
                             "name the folder.") from error
    except _DAMAGED as error:
        raise Damaged(f"It is damaged in its archive ({error}): copy that again.") from error


def _inside(names: list[str], wanted: str) -> list[str]:
    """The names that a folder of an archive holds, or else that a glob matches."""
    if not wanted:
        return names
    below = [name for name in names if name.startswith(f"{wanted.rstrip('/')}/")]
    return below or [name for name in names if fits(name.split("/"), wanted.split("/"))]


def _archive(archive: str) -> zipfile.ZipFile:
    """An archive, which stays open: its list of members is read once for all of them."""
    if not is_file(archive):
        return _opened(archive, 0, 0)
    stat = Path(archive).stat()
    return _opened(archive, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _opened(archive: str, _time: int, _size: int) -> zipfile.ZipFile:
    file = stores.file(archive) if "://" in archive else archive
    try:
        return zipfile.ZipFile(file)
    except (*_DAMAGED, NotImplementedError) as error:
        raise zipfile.BadZipFile(str(error)) from error
