"""The hidden states of a frozen encoder for clips, pooled over time: computed once, kept in files.

Statistics pooling: mean and standard deviation over time of every layer, of the speech in a clip.
"""

import hashlib
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from intone.audio.search import read_clip
from intone.audio.vad import SpeechSettings
from intone.features.front_end import LogMel, Waveform
from intone.files import told, write_whole
from intone.parallel import mapped
from intone.training import clip_cache
from intone.training.encoders import Encoder, load_encoder, pooled

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class StateSettings:
    """What decides the states of a clip: an encoder's folder or name, how many of its layers, and its input."""

    encoder: str
    layers: int
    front_end: LogMel | Waveform


def encode(table: "pd.DataFrame", settings: StateSettings, folder: Path, *, jobs: int | None = None) -> list[Path]:
    """The files with the states of every clip of a table, in its order; what is in the folder already is kept."""
    paths = [Path(path) for path in table["path"]]
    kept = [_kept(path, settings, folder) for path in paths]
    todo = [(path, file) for path, file in zip(paths, kept, strict=True) if not file.is_file()]
    for _ in mapped(partial(_encode_clip, settings=settings), todo, title="encoding", jobs=jobs):
        pass
    return kept


def read_pooled(path: Path) -> NDArray[np.float32]:
    """Mean and standard deviation over time of every layer in a file that `encode` wrote, (layers + 1, 2 width)."""
    with told(path), np.load(path, allow_pickle=False) as file:
        return np.asarray(file["pooled"])


def _kept(path: Path, settings: StateSettings, folder: Path) -> Path:
    """Where the states of a clip are kept: the name depends on everything that decides them."""
    stat = path.stat()
    key = f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns} {settings} {SpeechSettings()}"
    return folder / f"{path.stem}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"


def _encode_clip(job: tuple[Path, Path], settings: StateSettings) -> None:
    """Write the pooled states of a clip."""
    path, kept = job
    torch.set_num_threads(1)
    signal = clip_cache.cut(read_clip(path)).signal
    with torch.inference_mode():
        found = pooled(_encoder(settings)(torch.from_numpy(settings.front_end(signal))))
    with write_whole(kept) as part, part.open("wb") as file:
        np.savez(file, pooled=found.numpy())


@cache
def _encoder(settings: StateSettings) -> Encoder:
    return load_encoder(settings.encoder, settings.layers)
