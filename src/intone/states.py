"""What the frozen part of an encoder says of clips: computed once, kept in files, read again and again.

A clip may be encoded as it was recorded (variation 0) and in random variations of it (1, 2, ...), each drawn by the
clip's name and the number of the variation alone. Kept are the states of the last layer, (tokens, width), one token
every 20 ms, and the mean and deviation over time of every layer.
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
from intone.front_end import LogMel, Waveform
from intone.parallel import mapped
from intone.perturbations import Surroundings, varied
from intone.speech import SpeechSettings, find_speech

if TYPE_CHECKING:
    import pandas as pd

MARGIN = 4800
"""Samples around the speech that a variation may hear: 0.3 s."""

BABBLERS = 12
"""Clips that the babble in the variations of a group of voices is made of."""


@dataclass(frozen=True)
class StateSettings:
    """What decides the states of a clip: an encoder's folder or name, how many of its layers, and what it hears.

    The layers above those up to `read` hear the means of every `stride` tokens; they are pooled, their states not kept.
    """

    encoder: str
    layers: int
    front_end: LogMel | Waveform
    read: int = 0
    stride: int = 1


def encode(
    table: "pd.DataFrame", settings: StateSettings, folder: Path, *, variations: int = 0, jobs: int | None = None
) -> list[list[Path]]:
    """The files with the states of every clip of a table, in its order: as recorded, then of every variation.

    What is in the folder already is kept.
    """
    paths, groups = [Path(path) for path in table["path"]], _groups(table)
    wanted = [[_kept(path, settings, folder, number) for number in range(variations + 1)] for path in paths]
    todo = [(path, files, group) for path, files, group in zip(paths, wanted, groups, strict=True)
            if not all(file.is_file() for file in files)]
    work = partial(_encode_clip, settings=settings, babblers=_babblers(table, groups))
    for _ in mapped(work, todo, title="encoding", jobs=jobs):
        pass
    return [list(files) for files in zip(*wanted, strict=True)]


def read_states(path: Path) -> NDArray[np.float16]:
    """The states of the last layer in a file that `encode` wrote, (tokens, width)."""
    return np.asarray(_read_file(path, "states"))


def read_pooled(path: Path) -> NDArray[np.float32]:
    """Mean and deviation over time of every layer in a file that `encode` wrote, (layers + 1, 2 width)."""
    return np.asarray(_read_file(path, "pooled"))


def _read_file(path: Path, name: str) -> NDArray[np.floating]:
    with told(path), np.load(path, allow_pickle=False) as file:
        return np.asarray(file[name])


def spoken(signal: audio.Signal, margin: int = 0) -> audio.Signal:
    """A signal from its first to its last speech, with at most `margin` samples around it.

    The whole where no speech is found, for an actor may whisper.
    """
    try:
        spans = find_speech(signal)
    except NoSpeech:
        return signal
    return signal[max(0, spans[0].start - margin) : spans[-1].end + margin]


def _kept(path: Path, settings: StateSettings, folder: Path, variation: int) -> Path:
    """Where the states of a clip are kept: the name tells everything that decides them."""
    stat = path.stat()
    key = f"{path.name} {stat.st_size} {stat.st_mtime_ns} {settings} {SpeechSettings()}"
    return folder / f"{path.stem}-{variation}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"


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
    job: tuple[Path, Sequence[Path], str], settings: StateSettings, babblers: Mapping[str, Sequence[Path]]
) -> None:
    """Write the states of a clip and of its variations, where they are missing.

    Speech is found once, in the recording; a variation hears a random bit of what surrounds it, as a detector that is
    led astray by noise would leave it.
    """
    path, files, group = job
    recorded = _read(path)
    voices = [_babbler(one) for one in babblers[group]] if len(files) > 1 else []
    for variation, kept in enumerate(files):
        if kept.is_file():
            continue
        if variation:
            seed = int.from_bytes(hashlib.sha256(f"{path.stem} {variation}".encode()).digest()[:8], "big")
            rng = np.random.default_rng(seed)
            signal = varied(spoken(recorded, int(rng.integers(MARGIN))), Surroundings(rng, voices))
        else:
            signal = spoken(recorded)
        _write_states(signal, kept, settings)


def _write_states(signal: audio.Signal, kept: Path, settings: StateSettings) -> None:
    torch.set_num_threads(1)
    with torch.inference_mode():
        encoder = _encoder(settings)
        states = encoder(torch.from_numpy(settings.front_end(signal)))
        found = encoder.pooled(states)
    with write_whole(kept) as part, part.open("wb") as file:
        np.savez(file, states=states[-1].numpy().astype(np.float16), pooled=found.numpy())


def _read(path: Path) -> audio.Signal:
    try:
        return audio.read_mono(path)
    except RecordingError as error:
        raise CorpusError(f"The clip {path} cannot be used: {error}") from error


@cache
def _babbler(path: Path) -> audio.Signal:
    return _read(path)


@cache
def _encoder(settings: StateSettings) -> Encoder:
    encoder = load_encoder(settings.encoder, max(settings.layers, settings.read))
    encoder.take_off(settings.layers, settings.stride, settings.read)
    return encoder
