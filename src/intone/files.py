"""Files that are written whole or not at all."""

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
    """A temporary path beside `path`, which takes its place when the block ends well, and is deleted when it does not.

    The folder is made if it is missing. A full disk or a missing right becomes a FileError with a sentence.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            part.replace(path)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()


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
