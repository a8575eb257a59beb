"""The speech in clips, with a margin around it: found once, kept in files.

A network is trained on speech, for it answers on speech. While training, a clip comes each time with another part of
its margin, as a voice detector leaves it that noise misleads.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from intone.audio import Signal
from intone.audio.search import read_clip
from intone.audio.vad import SpeechSettings, find_speech
from intone.corpora import splits
from intone.errors import NoSpeech
from intone.files import told, write_whole
from intone.parallel import mapped

if TYPE_CHECKING:
    import pandas as pd

MARGIN = 4800
"""Samples that are kept on either side of the speech: 0.3 s."""

BABBLERS = 12
"""Clips from which the babble behind the clips of one fold is made."""

_FULL = 32767


@dataclass(frozen=True)
class Spoken:
    """A signal with speech from sample `start` to sample `end`."""

    around: Signal
    start: int
    end: int

    @property
    def signal(self) -> Signal:
        """The speech, without the margin."""
        return self.around[self.start : self.end]

    def loosely(self, margin: int) -> Signal:
        """The speech with at most `margin` samples more on either side."""
        return self.around[max(0, self.start - margin) : self.end + margin]


def cut(signal: Signal) -> Spoken:
    """A signal from its first to its last speech with `MARGIN` around it.

    The whole signal where no speech is found: an actor may whisper.
    """
    try:
        spans = find_speech(signal)
    except NoSpeech:
        return Spoken(signal, 0, len(signal))
    first = max(0, spans[0].start - MARGIN)
    return Spoken(signal[first : spans[-1].end + MARGIN], spans[0].start - first, spans[-1].end - first)


def keep(table: "pd.DataFrame", folder: Path, *, jobs: int | None = None) -> list[Path]:
    """Files with the speech of every clip of a table, in its order; what is in the folder already is not made again."""
    paths = [Path(path) for path in table["path"]]
    kept = [_kept(path, folder) for path in paths]
    todo = [(path, file) for path, file in zip(paths, kept, strict=True) if not file.is_file()]
    for _ in mapped(_keep_clip, todo, title="finding speech", jobs=jobs):
        pass
    return kept


def babblers(table: "pd.DataFrame", files: Sequence[Path]) -> list[tuple[Path, ...]]:
    """For every clip of a table the files of those that may babble behind it; `files` are those of `keep`.

    They are of speakers that test in the same fold of the same corpus. Otherwise a speaker that tests would be in the
    training after all, in the background.
    """
    groups = [f"{corpus}/{fold}" for corpus, fold in zip(table["corpus"], splits.fold_of(table), strict=True)]
    chosen: dict[str, tuple[Path, ...]] = {}
    digests = [hashlib.sha256(clip.encode()).hexdigest() for clip in table["clip"]]
    for row in sorted(range(len(digests)), key=lambda row: digests[row]):
        chosen[groups[row]] = (*chosen.get(groups[row], ()), files[row])[:BABBLERS]
    return [chosen[group] for group in groups]


def read(path: Path) -> Spoken:
    """What is in a file that `keep` wrote."""
    with told(path), np.load(path, allow_pickle=False) as file:
        around = file["around"] * (file["peak"] / np.float32(_FULL))
        start, end = (int(file[name]) for name in ("start", "end"))
    return Spoken(around, start, end)


@cache
def signals(files: tuple[Path, ...]) -> list[Signal]:
    """The speech in some files of `keep`, read once."""
    return [read(file).signal for file in files]


def _kept(path: Path, folder: Path) -> Path:
    """Where the speech of a clip is kept: the name depends on the file and on the settings of the voice detector."""
    stat = path.stat()
    key = f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns} {MARGIN} {SpeechSettings()}"
    return folder / f"{path.stem}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"


def _keep_clip(job: Sequence[Path]) -> None:
    path, kept = job
    spoken = cut(read_clip(path))
    peak = np.float32(max(float(np.abs(spoken.around).max(initial=0.0)), 1e-9))
    with write_whole(kept) as part, part.open("wb") as file:  # 16 bits of its peak: half of a float's space
        np.savez(file, around=np.round(spoken.around / peak * _FULL).astype(np.int16), peak=peak, start=spoken.start,
                 end=spoken.end)
