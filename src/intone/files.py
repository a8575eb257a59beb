"""Files that are written whole or not at all, and folders that one process locks for itself."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from intone.errors import IntoneError


class FileError(IntoneError):
    """A file or folder that cannot be read or written."""


@contextmanager
def write_whole(path: Path) -> Iterator[Path]:
    """A temporary path in the folder of `path`, which replaces it at the end of the block; deleted after an exception.

    The folder is made if it is missing. A full disk or a missing permission becomes a FileError. Another process that
    writes the same file waits; the temporary file of a process that was killed is overwritten.
    """
    part = path.with_name(f".{path.name}.part")
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _own(part):
            try:
                yield part
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise


@contextmanager
def _own(part: Path) -> Iterator[None]:
    """An empty file that no other process writes meanwhile."""
    while True:
        with part.open("ab") as file:
            if lock(file.fileno(), part, wait=True):  # else another process has just moved it into place
                file.truncate(0)
                yield
                return


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Make a folder, and lock it for this process until the block ends; a FileError where another process has it."""
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
    if os.name == "nt":  # where no folder can be opened
        yield
        return
    with told(folder):
        opened = os.open(folder, os.O_RDONLY)
    try:
        if not lock(opened, folder):
            raise FileError(f"Another `intone` is writing into {folder} now: wait for it, or choose another folder.")
        yield
    finally:
        os.close(opened)


def lock(opened: int, path: Path, *, wait: bool = False) -> bool:
    """Lock the open descriptor of a path until it is closed or this process ends, however it ends.

    False where another process has locked it, or where the path is another file by now. On a system or a filesystem
    without such locks it is always True.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return True
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(opened), path.stat())
    return False


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn an OSError about `path` into a FileError with a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise FileError(f"The disk is full while writing {path}: free some space, then start again; what is done "
                            "stays.") from error
        raise FileError(f"{path} cannot be written or read ({error.strerror or error}): choose a folder that you may "
                        "write to.") from error


def write_text(path: Path, text: str) -> None:
    """Write a text file whole."""
    with write_whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: Path, values: Any) -> None:
    """Write a JSON file whole, indented, with a newline at the end."""
    write_text(path, json.dumps(values, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """The content of a JSON file; a FileError where it cannot be read or is not JSON."""
    with told(path):
        content = path.read_bytes()
    try:
        return json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path} is damaged (it is not JSON): delete it and start again.") from error
