"""The recordings of a folder: which files they are, and their signals."""

from pathlib import Path

from intone.audio.formats import SUFFIXES
from intone.audio.signal import Signal, read_mono
from intone.errors import CorpusError, RecordingError


def audio_files(root: Path) -> list[Path]:
    """Every audio file below a folder, sorted by path; a CorpusError where there is no such folder."""
    if not root.is_dir():
        raise CorpusError(f"There is no folder {root}: name one that exists.")
    return sorted(path for path in root.rglob("*")
                  if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith("."))


def read_clip(path: str | Path) -> Signal:
    """The signal of a clip, (samples,); a CorpusError names the clip where it cannot be used."""
    try:
        return read_mono(path)
    except RecordingError as error:
        raise CorpusError(f"The clip {path} cannot be used: {error}") from error
