"""How far the analysis of a file is, whatever its header says, by the place in the file where it is read.

A header may state no length, as that of a browser's recording, or a wrong one. The length of the whole is estimated
from the seconds that were decoded up to that place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast

from intone.audio import RATE, Signal, Sound


class Counted:
    """A binary file that can be rewound, and where it is read: what is looked at before or at its end plays no part."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.at, self.samples = file, 0, 0
        self._size = file.seek(0, 2)

    def read(self, size: int = -1) -> bytes:
        """As of any file."""
        part = self._file.read(size)
        self.at = self._file.tell()
        return part

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def followed(self, sound: Sound) -> Sound:
        """A sound of this file, which is counted while it is decoded."""
        def blocks() -> Iterator[Signal]:
            self.at = self.samples = 0
            for block in sound:
                self.samples += len(block)
                yield block

        return replace(sound, blocks=blocks)

    def expected_s(self) -> float | None:
        """The seconds of the whole, as far as that can be told by now."""
        share = min(1.0, self.at / max(1, self._size))
        return self.samples / RATE / share if share else None


@contextmanager
def counted(source: Path | IO[bytes]) -> Iterator[Counted | None]:
    """A file that is counted; None for a pipe, and for what cannot be opened, which whoever reads it says."""
    if not isinstance(source, Path):
        yield Counted(source) if source.seekable() else None
        return
    try:
        file = source.open("rb") if source.is_file() else None
    except OSError:
        file = None
    if file is None:
        yield None
        return
    with file:
        yield Counted(file)


def readable(file: Counted) -> IO[bytes]:
    """The same, as types see it."""
    return cast(IO[bytes], file)
