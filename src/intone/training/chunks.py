"""Random chunks of the training clips, a tenth of a second each, drawn as the original draws them.

Twice as many chunks as would fit one after the other. A class is drawn with a probability in proportion to the mean
length of its clips, then a clip of the class, then a start in the clip, both uniformly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intone.audio import RATE, Signal
from intone.errors import CorpusError
from intone.features.front_end import MfccChunks


@dataclass(frozen=True)
class Drawn:
    """Chunks of clips: `features` (n, frames, coefficients), `classes` (n,) indices of labels, `clips` (n,)."""

    features: NDArray[np.float32]
    classes: NDArray[np.int64]
    clips: NDArray[np.int64]


def how_many(signals: Sequence[Signal], chunk_s: float = 0.1, draws: int = 2) -> int:
    """`draws` int(total seconds / 0.1): with 2, the number of chunks that the original draws from cleaned clips."""
    return draws * int(sum(len(signal) for signal in signals) / RATE / chunk_s)


def class_probabilities(lengths: NDArray[np.int64], classes: NDArray[np.int64], number: int) -> NDArray[np.float64]:
    """The probability with which each of `number` classes is drawn, (number,).

    It is in proportion to the mean length of the class's clips, not to their sum, as in the original: a class with many
    clips is drawn no more often than one with few of the same length.
    """
    means = np.bincount(classes, lengths, number) / np.maximum(np.bincount(classes, minlength=number), 1)
    return np.asarray(means / means.sum())


def draw(
    signals: Sequence[Signal], classes: Sequence[int], number: int, front_end: MfccChunks, rng: np.random.Generator,
    draws: int = 2,
) -> Drawn:
    """Random chunks of cleaned signals whose classes are indices below `number`, and their features.

    Clips that are shorter than a chunk are left out; a CorpusError where a class has none left.
    """
    lengths = np.array([len(signal) for signal in signals])
    labels = np.asarray(classes)
    usable = lengths >= front_end.chunk
    members = [np.flatnonzero((labels == one) & usable) for one in range(number)]
    if empty := sum(not len(one) for one in members):
        raise CorpusError(f"{empty} of {number} classes have no clip with {front_end.chunk_s:g} s of sound: use a "
                          "corpus that has them all, or fewer classes.")
    n = how_many(signals, front_end.chunk_s, draws)
    drawn = rng.choice(number, n, p=class_probabilities(lengths[usable], labels[usable], number))
    within = rng.random(n)
    clips = np.array([members[one][int(u * len(members[one]))] for one, u in zip(drawn, within, strict=True)])
    starts = rng.integers(0, lengths[clips] - front_end.chunk, endpoint=True)
    leveled = [front_end.leveled(signal) for signal in signals]
    chunks = np.stack([leveled[clip][start : start + front_end.chunk]
                       for clip, start in zip(clips, starts, strict=True)])
    return Drawn(front_end.features(chunks), drawn, clips)
