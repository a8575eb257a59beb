"""What the frozen part of an encoder says of clips: computed once, kept in files, read again and again.

A clip may be encoded as it was recorded (variation 0) and in random variations of it (1, 2, ...), each drawn by the
clip's name and the number of the variation alone. Its states are (tokens, width), one token every 20 ms.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from intone import audio, folds
from intone.encoder import Encoder, load_encoder
from intone.errors import CorpusError, NoSpeech, RecordingError
from intone.files import told, write_whole
from intone.front_end import LogMel
from intone.parallel import mapped
from intone.perturbations import Surroundings, varied
from intone.speech import SpeechSettings, find_speech

if TYPE_CHECKING:
    import pandas as pd

BABBLERS = 12
"""Clips that the babble in the variations of a group of voices is made of."""


@dataclass(frozen=True)
class StateSettings:
    """What decides the states of a clip: an encoder's folder or name, how many of its layers, and what it hears."""

    encoder: str
    layers: int
    front_end: LogMel


def encode(
    table: "pd.DataFrame", settings: StateSettings, folder: Path, *, variation: int = 0, jobs: int | None = None
) -> list[Path]:
    """The files with the states of every clip of a table, in its order; what is in the folder already is kept."""
    paths = [Path(path) for path in table["path"]]
    wanted = [(path, _kept(path, settings, folder, variation)) for path in paths]
    groups = _groups(table)
    todo = [(path, kept, groups[i]) for i, (path, kept) in enumerate(wanted) if not kept.is_file()]
    work = partial(_encode_clip, settings=settings, variation=variation, babblers=_babblers(table, groups))
    title = f"encoding, variation {variation}" if variation else "encoding"
    for _ in mapped(work, todo, title=title, jobs=jobs):
        pass
    return [kept for _, kept in wanted]


def read_states(path: Path) -> NDArray[np.float16]:
    """The states in a file that `encode` wrote, (tokens, width)."""
    with told(path):
        return np.asarray(np.load(path, allow_pickle=False))


def spoken(signal: audio.Signal) -> audio.Signal:
    """A signal from its first to its last speech; the whole where none is found, for an actor may whisper."""
    try:
        spans = find_speech(signal)
    except NoSpeech:
        return signal
    return signal[spans[0].start : spans[-1].end]


def _kept(path: Path, settings: StateSettings, folder: Path, variation: int) -> Path:
    """Where the states of a clip are kept: the name tells everything that decides them."""
    stat = path.stat()
    key = f"{path.name} {stat.st_size} {stat.st_mtime_ns} {settings} {SpeechSettings()}"
    return folder / f"{path.stem}-{variation}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npy"


def _groups(table: "pd.DataFrame") -> Sequence[str]:
    """Voices that test in the same fold: only among them may one be heard behind the other."""
    tested = table["corpus"].map(lambda name: name in ("ravdess", "crema-d"))
    numbers = table["actor"].where(tested)
    return [f"{corpus}/{folds.tested_in(corpus, int(actor)) if one else -1}"
            for corpus, actor, one in zip(table["corpus"], numbers, tested, strict=True)]


def _babblers(table: "pd.DataFrame", groups: Sequence[str]) -> Mapping[str, Sequence[Path]]:
    """Clips of each group whose voices make its babble, chosen by their names."""
    found: dict[str, list[Path]] = {}
    order = sorted(range(len(table)), key=lambda i: hashlib.sha256(table["clip"].iloc[i].encode()).digest())
    for i in order:
        found.setdefault(groups[i], []).append(Path(table["path"].iloc[i]))
    return {group: paths[:BABBLERS] for group, paths in found.items()}


def _encode_clip(
    job: tuple[Path, Path, str], settings: StateSettings, variation: int, babblers: Mapping[str, Sequence[Path]]
) -> None:
    path, kept, group = job
    signal = _read(path)
    if variation:
        seed = int.from_bytes(hashlib.sha256(f"{path.stem} {variation}".encode()).digest()[:8], "big")
        voices = [_babbler(one) for one in babblers[group]]
        signal = varied(signal, Surroundings(np.random.default_rng(seed), voices))
    torch.set_num_threads(1)
    with torch.inference_mode():
        states = _encoder(settings.encoder, settings.layers)(torch.from_numpy(settings.front_end(spoken(signal))))[-1]
    with write_whole(kept) as part, part.open("wb") as file:
        np.save(file, states.numpy().astype(np.float16), allow_pickle=False)


def _read(path: Path) -> audio.Signal:
    try:
        return audio.read_mono(path)
    except RecordingError as error:
        raise CorpusError(f"The clip {path} cannot be used: {error}") from error


@cache
def _babbler(path: Path) -> audio.Signal:
    return _read(path)


@cache
def _encoder(name: str, layers: int) -> Encoder:
    return load_encoder(name, layers)
