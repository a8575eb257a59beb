"""The hidden states of a frozen encoder for clips, pooled over time: computed once, kept in files.

Statistics pooling: mean and standard deviation over time of every layer, of the speech in a clip. Of every clip there
are several views: itself, and the same clip augmented (`audio.augment.augmented`), cut short now and then. A view
depends on its number and on the clip's name alone, so that it is the same in every run.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from intone.audio import RATE, Signal
from intone.audio.augment import Surroundings, augmented
from intone.audio.vad import SpeechSettings
from intone.features.front_end import LogMel, Waveform
from intone.files import told, write_whole
from intone.parallel import mapped
from intone.training import clip_cache
from intone.training.encoders import Encoder, load_encoder, pooled

if TYPE_CHECKING:
    import pandas as pd

LONGEST_S = 3.5
"""Seconds of a clip that an augmented view has, at most."""

_SHORT_S = (0.4, 1.2)
_SHORT, _CUT = 0.15, 0.35  # shares of the augmented views: cut to a word or so, and to a part of the clip


@dataclass(frozen=True)
class StateSettings:
    """What decides the states of a clip: an encoder's folder or name, how many of its layers, its input, the views."""

    encoder: str
    layers: int
    front_end: LogMel | Waveform
    views: int = 1


@dataclass(frozen=True)
class _Job:
    """A clip by its name, the file with its speech, those of its babblers, and where its states are kept."""

    clip: str
    speech: Path
    babblers: tuple[Path, ...]
    kept: Path


def encode(table: "pd.DataFrame", settings: StateSettings, folder: Path, *, jobs: int | None = None) -> list[Path]:
    """The files with the states of every clip of a table, in its order; what is in the folder already is kept."""
    speech = clip_cache.keep(table, folder, jobs=jobs)
    kept = [_kept(Path(path), settings, folder) for path in table["path"]]
    behind = clip_cache.babblers(table, speech)
    todo = [_Job(*parts) for parts in zip(table["clip"], speech, behind, kept, strict=True) if not parts[3].is_file()]
    for _ in mapped(partial(_encode_clip, settings=settings), todo, title="encoding", jobs=jobs):
        pass
    return kept


def read_pooled(path: Path) -> NDArray[np.float32]:
    """Mean and deviation over time of every layer in a file that `encode` wrote, (views, layers + 1, 2 width).

    The first view is the clip itself.
    """
    with told(path), np.load(path, allow_pickle=False) as file:
        return np.asarray(file["pooled"], np.float32)


def _kept(path: Path, settings: StateSettings, folder: Path) -> Path:
    """Where the states of a clip are kept: the name depends on everything that decides them."""
    stat = path.stat()
    key = f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns} {settings} {SpeechSettings()}"
    return folder / f"{path.stem}-states-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"


def _encode_clip(job: _Job, settings: StateSettings) -> None:
    """Write the pooled states of every view of a clip."""
    torch.set_num_threads(1)
    front_end, encoder = settings.front_end, _encoder(settings)
    with torch.inference_mode():
        views = _views(job, settings.views, front_end.shortest)
        found = [pooled(encoder(torch.from_numpy(front_end(view)))) for view in views]
    with write_whole(job.kept) as part, part.open("wb") as file:  # half precision: 11 bits, noise has fewer
        np.savez(file, pooled=torch.stack(found).numpy().astype(np.float16))


def _views(job: _Job, number: int, shortest: int) -> Iterator[Signal]:
    """The speech of a clip, then `number` - 1 augmented views of it, none of fewer than `shortest` samples."""
    spoken = clip_cache.read(job.speech)
    yield spoken.signal
    name = int(hashlib.sha256(job.clip.encode()).hexdigest()[:8], 16)
    for view in range(1, number):
        rng = np.random.default_rng([view, name])
        signal = spoken.loosely(int(rng.integers(clip_cache.MARGIN)) if rng.random() < 0.6 else 0)
        signal = augmented(_cropped(signal, rng), Surroundings(rng, clip_cache.signals(job.babblers)))
        yield np.pad(signal, (0, max(0, shortest - len(signal))))  # a faster clip may be too short


def _cropped(signal: Signal, rng: np.random.Generator) -> Signal:
    """At most `LONGEST_S` of a signal, of some only a part, and of a few a short one."""
    size, kind = min(len(signal), round(LONGEST_S * RATE)), rng.random()
    if kind < _SHORT:
        size = min(size, round(rng.uniform(*_SHORT_S) * RATE))
    elif kind < _SHORT + _CUT:
        size = min(size, round(rng.uniform(0.6, 1) * len(signal)))
    start = int(rng.integers(len(signal) - size + 1))
    return signal[start : start + size]


@cache
def _encoder(settings: StateSettings) -> Encoder:
    return load_encoder(settings.encoder, settings.layers)
