"""From what is named to the addresses of recordings: folders, globs, tables and object stores, through fsspec.

An address is a path, or whatever fsspec opens: `s3://calls/a.wav`, `https://host/a.mp3`, `zip://a.wav::calls.zip`.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from intone.audio import SUFFIXES
from intone.errors import IntoneError, RecordingError, UsageError
from intone.recognition.cells import restored

TABLES = (".csv", ".parquet")
"""Suffixes of a table with a column of addresses."""

COLUMNS = ("recording", "path", "file", "address", "audio", "url")
"""Names of that column, the first that is there counts."""


def addresses(source: str, column: str | None = None) -> list[str]:
    """The addresses of all recordings that a source names, each once.

    A folder and an archive are searched for audio files, in the order of their names; a glob too. A table (.csv or
    .parquet) has them in `column`, by default the first of `COLUMNS`; relative paths in it count from its folder. What
    else there is, is one recording. Raises UsageError where there is none.
    """
    if not source:  # fsspec would take the current folder
        raise UsageError("The source is empty: name a folder, a glob, a table or an address.")
    source = _archive(source)
    if _suffix(source) in TABLES:
        found = _in_table(source, column)
    elif column is not None:
        raise UsageError(f"--column {column} is for a table of recordings, and {source} is none: name a .csv or "
                         ".parquet file.")
    else:
        found = _in_store(source)
    if not found:
        raise UsageError(f"{source} holds no recordings: name a folder, a glob, a table or an address with files such "
                         f"as {', '.join(SUFFIXES)}.")
    return list(dict.fromkeys(found))


@contextmanager
def opened(address: str) -> Iterator[IO[bytes]]:
    """The recording at an address, as a file object that can be read from any place; a RecordingError otherwise."""
    import fsspec

    try:
        there = fsspec.open(address, "rb")
        file: IO[bytes] = there.__enter__()
    except ImportError as error:
        raise UsageError(f"{address} needs another package ({error}).") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise RecordingError(f"The file cannot be read ({reason}): name one that is there and that you may "
                             "read.") from error
    try:
        yield file
    finally:
        there.__exit__(None, None, None)


def size(address: str) -> int:
    """Bytes of the recording at an address; 0 where the store does not tell."""
    with opened(address) as file:
        return file.seek(0, io.SEEK_END) if file.seekable() else 0


def _archive(source: str) -> str:
    """A zip archive as fsspec names what is in it."""
    if source.endswith(".zip") and not source.startswith("zip://"):
        return f"zip://::{source}"
    return source


def _suffix(address: str) -> str:
    return PurePosixPath(address.partition("::")[0].partition("?")[0]).suffix.lower()


def _is_audio(name: str) -> bool:
    return _suffix(name) in SUFFIXES and not PurePosixPath(name).name.startswith(".")


def _in_store(source: str) -> list[str]:
    """The audio files of a folder or a glob of any store; a file by itself."""
    import fsspec

    head, *rest = source.split("::", 1)
    has_signs = any(sign in head for sign in ("*[" if head.startswith(("http://", "https://")) else "*?["))
    if _is_audio(head) and not has_signs and "://" in source:
        return [source]  # a store need not be searched for it
    try:
        fs, path = fsspec.core.url_to_fs(source)
        if has_signs:
            names = [name for name in fs.glob(path) if _is_audio(name) and not fs.isdir(name)]
        elif fs.isdir(path):
            names = [name for name in fs.find(path) if _is_audio(name)]
        else:
            return [source]
    except ImportError as error:
        raise UsageError(f"{source} needs another package ({error}).") from error
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise UsageError(f"{source} cannot be searched ({error}): see that it is there and that you may read "
                         "it.") from error
    return [_address(fs, name, head, rest) for name in sorted(names)]


def _address(fs: Any, name: str, head: str, rest: Sequence[str]) -> str:
    """What names a file of a store again: a plain path for a local one."""
    if rest:
        return f"{head.partition('://')[0]}://{name}::{rest[0]}"
    return name if "://" not in head else str(fs.unstrip_protocol(name))


def _in_table(source: str, column: str | None) -> list[str]:
    import fsspec

    try:
        with fsspec.open(source, "rb") as file:
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
