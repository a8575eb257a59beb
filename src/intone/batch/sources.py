"""From what is named to the addresses of recordings: folders, globs, tables and object stores, through fsspec.

An address is a path, or whatever fsspec opens: `s3://calls/a.wav`, `https://host/a.mp3`, `zip://a.wav::calls.zip`.
"""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from intone.audio import SUFFIXES
from intone.batch.listed import listed
from intone.errors import RecordingError, UsageError
from intone.tables import SUFFIXES as TABLES
from intone.tables import is_table


def addresses(
    source: str, column: str | None = None, *, note: Callable[[str], object] = lambda _: None
) -> list[str]:
    """The addresses of all recordings that a source names, each once.

    A folder and an archive are searched for audio files, in the order of their names; a glob too. A table has them in
    `column`, by default one with a word for recordings; relative paths in it count from its folder. What else there is,
    is one recording. `note` gets a sentence about how a table was read. Raises UsageError where there is none.
    """
    if not source:  # fsspec would take the current folder
        raise UsageError("The source is empty: name a folder, a glob, a table or an address.")
    source = _archive(source)
    if is_table(source) and not Path(source).is_dir():
        found = _in_table(source, column, note)
    elif column is not None:
        raise UsageError(f"--column {column} is for a table of recordings, and {source} is none: name a file with one "
                         f"of the suffixes {', '.join(TABLES)}.")
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


def _in_table(source: str, column: str | None, note: Callable[[str], object]) -> list[str]:
    import fsspec

    try:
        with fsspec.open(source, "rb") as file:
            return listed(source, file if file.seekable() else io.BytesIO(file.read()), column, note)
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(f"The table {source} cannot be read ({error}): see that it is there.") from error
