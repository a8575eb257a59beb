"""From what is named to the addresses of recordings: folders, globs, tables, lists, archives and object stores.

An address is a path, or, with `://` in it, `zip://MEMBER::ARCHIVE` or whatever fsspec opens: `s3://calls/a.wav`,
`https://host/a.mp3`. A path is taken as it is, whatever signs are in it.
"""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TypeVar

from intone.audio import SUFFIXES
from intone.audio.search import has_signs, is_folder, is_there, named, once, search
from intone.batch import archives, lists, stores
from intone.batch.listed import is_listed, listed
from intone.batch.listed import people as said_in_table
from intone.errors import RecordingError, UsageError
from intone.language.sentences import said
from intone.tables import SUFFIXES as TABLES
from intone.tables import is_table
from intone.tables.recordings import folder_of


def piped(source: str) -> bytes | None:
    """What is piped in, where a source is the standard input or a pipe, which can be read only once."""
    return lists.content(source) if lists.is_list(source) else None


def addresses(
    source: str, column: str | None = None, *, tell: Callable[[str], object] = lambda _: None,
    note: Callable[[str], object] = lambda _: None, content: bytes | None = None,
) -> list[str]:
    """The addresses of all recordings that a source names, each once.

    A file or folder that is there is that, whatever its name; only otherwise a path is a glob. A folder and an archive
    are searched for recordings, in the order of their names; a glob too. A table has them in `column`, by default one
    with a word for recordings; relative paths in it count from its folder. The standard input, `-`, and a pipe have a
    list of names (`lists`) or a table, `content` where it was read already (`piped`). What else there is, is one
    recording. `tell` is given each sentence about what is left out though it looks like a recording, `note` one about
    how a table or a list was read. Raises UsageError where there is none.
    """
    if not source:  # it would be the current folder
        raise UsageError("The source is empty: name a folder, a glob, a table or an address.")
    source = source.removeprefix("file://")
    content = piped(source) if content is None else content
    tabular = _is_tabular(source, content, column)
    if column is not None and not tabular:
        raise UsageError(_NO_TABLE.format(option=f"--column {column}", source=source))
    notes: list[str] = []
    if tabular:
        found = _in_table(source, content, lambda name, file: listed(name, file, column, note))
    elif content is not None:
        found = _of_list(lists.names(content, note), notes)
    else:
        found = _of_source(source, notes)
    if not found:
        raise UsageError(" ".join(notes) or f"{source} holds no recordings: name a folder, a glob, a table or an "
                         f"address with files such as {', '.join(SUFFIXES[:8])}.")
    for one in notes:
        tell(one)
    return list(dict.fromkeys(found))


def people(
    source: str, recordings: Sequence[str], column: str | None = None, speaker: str | None = None,
    content: bytes | None = None,
) -> dict[str, str]:
    """Who speaks in each of the `recordings` of a source, by its address; who is not known is left out.

    A table says it in the column `speaker` (`listed.people`); of any other source those of a folder are of one person.
    `content` is what was piped in.
    """
    source = source.removeprefix("file://")
    if not _is_tabular(source, content, column):
        if speaker is not None:
            raise UsageError(_NO_TABLE.format(option=f"--speaker-column {speaker}", source=source))
        return {one: folder_of(one) for one in recordings}
    return _in_table(source, content, lambda name, file: said_in_table(name, file, column, speaker))


@contextmanager
def opened(address: str) -> Iterator[IO[bytes]]:
    """The recording at an address, as a file object; a RecordingError where there is none that can be read."""
    try:
        file = _file(address)
    except ImportError as error:
        raise UsageError(f"{address} needs another package ({error}).") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise RecordingError(said(
            "The file cannot be read ({reason}): name one that is there and that you may read.",
            reason=reason)) from error
    with file:
        yield file


def _file(address: str) -> IO[bytes]:
    if "://" not in address:
        return Path(address).open("rb")
    return archives.member(address) if address.startswith(archives.ZIP) else stores.file(address)


def size(address: str) -> int:
    """Bytes of the recording at an address; 0 where the store does not tell."""
    with opened(address) as file:
        return file.seek(0, io.SEEK_END) if file.seekable() else 0


def _suffix(source: str) -> str:
    """The suffix of a path, or of an address without what follows the path in it."""
    return PurePosixPath(stores.path_of(source.partition("::")[0]) if "://" in source else source).suffix.lower()


def _of_source(source: str, notes: list[str]) -> list[str]:
    """The recordings of a folder, an archive, a glob or a store; a file by itself."""
    if "://" in source or _is_archive(source):
        return _of_address(source, notes)
    if not is_folder(source) and (is_there(source) or not has_signs(source)):
        return [source]  # where there is none, its answer says so
    found = named(Path(source).absolute())  # a worker of a cluster may stand in another folder
    notes += found.notes
    return [str(path) for path in found.recordings]


def _of_list(names: Sequence[str], notes: list[str]) -> list[str]:
    """The same for the names in a list; `find` names a folder, what is in it and a link to it, and each file is one."""
    found = [address for name in names for address in _of_name(name, notes)]
    return once(found) if any(map(is_folder, names)) else found


def _of_name(name: str, notes: list[str]) -> list[str]:
    """The same for a name in a list, which is never a glob, and an address only for a recording."""
    if is_folder(name):
        found = search(Path(name))
        notes += found.notes
        return [str(path) for path in found.recordings]
    return _of_address(name, notes) if _is_archive(name) else [name]


def _is_archive(source: str) -> bool:
    return _suffix(source) == archives.SUFFIX and not is_folder(source)


def _of_address(source: str, notes: list[str]) -> list[str]:
    """The recordings of an archive or a store."""
    if _is_archive(source) and not source.startswith(archives.ZIP):
        source = f"{archives.ZIP}::{source}"
    searched = archives.search if source.startswith(archives.ZIP) else stores.search
    try:
        found, left_out = searched(source)
    except ImportError as error:
        raise UsageError(f"{source} needs another package ({error}).") from error
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise UsageError(f"{source} cannot be searched ({error}): see that it is there and that you may read "
                         "it.") from error
    notes += left_out
    return found


_NO_TABLE = ("{option} is for a table of recordings, and {source} is none: name a file with one of the suffixes "
             + ", ".join(TABLES) + ".")

T = TypeVar("T")


def _is_tabular(source: str, content: bytes | None, column: str | None) -> bool:
    if content is not None:
        return is_listed(io.BytesIO(content), column)
    return is_table(source) and not is_folder(source)


def _in_table(source: str, content: bytes | None, read: Callable[[str, IO[bytes]], T]) -> T:
    """What `read` finds in a table, by its name and its file; one that is piped in lies in the current folder."""
    if content is not None:
        return read("-", io.BytesIO(content))
    try:
        with _file(source) as file:
            return read(source, file if file.seekable() else io.BytesIO(file.read()))
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(f"The table {source} cannot be read ({error}): see that it is there.") from error
