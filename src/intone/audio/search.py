"""Which files of a folder are recordings."""

from pathlib import Path

from intone.audio.signal import SUFFIXES
from intone.errors import CorpusError


def audio_files(root: Path) -> list[Path]:
    """Every audio file below a folder, sorted by path; a CorpusError where there is no such folder."""
    if not root.is_dir():
        raise CorpusError(f"There is no folder {root}: name one that exists.")
    return sorted(path for path in root.rglob("*")
                  if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith("."))
