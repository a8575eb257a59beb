"""Files that can be read from any place: what can be read only once, such as a pipe, is copied first.

A copy is in memory while it is small and else in a temporary file, which is gone with the process however it ends.
"""

import tempfile
from typing import IO

from intone.errors import RecordingError, TooLong, UsageError
from intone.language.sentences import said

LARGEST = 2**32
"""Bytes of a copy at most: as many as a WAV file can have."""

IN_MEMORY = 2**24
"""Bytes up to which a copy stays in memory."""

_PIECE = 2**20


class _Copy(tempfile.SpooledTemporaryFile[bytes]):
    """A copy that is closed when nobody uses it any more."""

    def __del__(self) -> None:
        self.close()


def rewindable(file: IO[bytes]) -> IO[bytes]:
    """The file itself where it can be rewound, else a copy of what it still gives; the errors of `copied`."""
    seekable = getattr(file, "seekable", None)  # what is only readable need not have it
    return file if seekable and seekable() else copied(file)


def copied(file: IO[bytes]) -> IO[bytes]:
    """A copy of what a file still gives, at its beginning; an OSError of the file is let through.

    Raises TooLong beyond `LARGEST` bytes, RecordingError where the disk has no room, UsageError for a file of text.
    """
    copy, size = _Copy(max_size=IN_MEMORY), 0
    while piece := file.read(_PIECE):
        if not isinstance(piece, bytes | bytearray | memoryview):
            raise UsageError('The file is opened as text: open it as bytes, by open(path, "rb").')
        size += len(piece)
        if size > LARGEST:
            raise TooLong(said(
                "More than {size:.1f} GB came from a pipe or an archive: cut the recording into parts, or save it as "
                "a file and name that.", size=LARGEST / 1e9))
        _append(copy, piece)
    copy.seek(0)
    return copy


def _append(copy: IO[bytes], piece: bytes) -> None:
    try:
        copy.write(piece)
    except OSError as error:
        raise RecordingError(said(
            "There is no room in {folder} for a copy of the recording ({reason}): free some space, or save it as a "
            "file and name that.", folder=tempfile.gettempdir(), reason=error.strerror or error)) from error
