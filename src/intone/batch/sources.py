"""From what is named to the addresses of recordings: folders, globs, tables, lists, archives and object stores.

An address is a path, or, with `://` in it, `zip://MEMBER::ARCHIVE` or whatever fsspec opens: `s3://calls/a.wav`,
`https://host/a.mp3`. A path is taken as it is, whatever signs are in it.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from intone.audio import SUFFIXES
from intone.audio.search import has_signs, is_folder, is_there, named, search
from intone.batch import archives, lists, stores
from intone.errors import IntoneError, RecordingError, UsageError
from intone.recognition.cells import restored

TABLES = (".csv", ".parquet")
"""Suffixes of a table with a column of addresses."""

COLUMNS = ("recording", "path", "file", "address", "audio", "url")
"""Names of that column, the first that is there counts."""


def addresses(
    source: str, column: str | None = None, *, tell: Callable[[str], object] = lambda _: None
) -> list[str]:
    """The addresses of all recordings that a source names, each once.

    A file or folder that is there is that, whatever its name; only otherwise a path is a glob. A folder and an archive
    are searched for recordings, in the order of their names; a glob too. A table (.csv or .parquet) has them in
    `column`, by default the first of `COLUMNS`; relative paths in it count from its folder. A list is the standard
    input, `-`, or a pipe (`lists`). What else there is, is one recording. `tell` is given each sentence about what is
    left out though it looks like a recording. Raises UsageError where there is none.
    """
    if not source:  # it would be the current folder
        raise UsageError("The source is empty: name a folder, a glob, a table or an address.")
    source = source.removeprefix("file://")
    is_table = _suffix(source) in TABLES and not is_folder(source)
    if column is not None and not is_table:
        raise UsageError(f"--column {column} is for a table of recordings, and {source} is none: name a .csv or "
                         ".parquet file.")
    notes: list[str] = []
    if is_table:
        found = _in_table(source, column)
    elif lists.is_list(source):
        found = [address for name in lists.names(source) for address in _of_name(name, notes)]
    else:
        found = _of_source(source, notes)
    if not found:
        raise UsageError(" ".join(notes) or f"{source} holds no recordings: name a folder, a glob, a table or an "
                         f"address with files such as {', '.join(SUFFIXES[:8])}.")
    for note in notes:
        tell(note)
    return list(dict.fromkeys(found))


@contextmanager
def opened(address: str) -> Iterator[IO[bytes]]:
    """The recording at an address, as a file object; a RecordingError where there is none that can be read."""
    try:
        file = _file(address)
    except ImportError as error:
        raise UsageError(f"{address} needs another package ({error}).") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise RecordingError(f"The file cannot be read ({reason}): name one that is there and that you may "
                             "read.") from error
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


def _in_table(source: str, column: str | None) -> list[str]:
    try:
        with _file(source) as file:
            content = file.read()
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(f"The table {source} cannot be read ({error}): see that it is there.") from error
    try:
        names, values = _parquet(content, column) if _suffix(source) == ".parquet" else _csv(content, column)
    except IntoneError:
        raise
    except Exception as error:  # pyarrow's errors, and what a damaged table makes of csv
        raise UsageError(f"The table {source} is damaged ({error}): export it again.") from error
    if values is None:
        asked = f"no column {column}" if column else f"none of the columns {', '.join(COLUMNS)}"
        raise UsageError(f"The table {source} has {asked}, only {', '.join(names) or 'none'}: choose one with "
                         "--column.")
    folder = source.rpartition("/")[0]
    return [_beside(folder, value) for value in values if value]


def _beside(folder: str, address: str) -> str:
    """An address in a table, which counts from the table's folder where it is relative."""
    if "://" in address or address.startswith("/") or Path(address).is_absolute():
        return address
    return f"{folder}/{address}" if folder else address


def _chosen(names: Sequence[str], column: str | None) -> str | None:
    wanted = (column,) if column else COLUMNS
    return next((name for name in wanted if name in names), None)


def _csv(content: bytes, column: str | None) -> tuple[Sequence[str], list[str] | None]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    names = list(reader.fieldnames or [])
    chosen = _chosen(names, column)
    return names, [restored(row[chosen] or "") for row in reader] if chosen else None


def _parquet(content: bytes, column: str | None) -> tuple[Sequence[str], list[str] | None]:
    import pyarrow.parquet

    names = list(pyarrow.parquet.read_schema(io.BytesIO(content)).names)
    chosen = _chosen(names, column)
    if not chosen:
        return names, None
    values = pyarrow.parquet.read_table(io.BytesIO(content), columns=[chosen]).column(chosen).to_pylist()
    return names, [str(value) if value is not None else "" for value in values]
