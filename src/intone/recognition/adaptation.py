"""Recordings of one person judged together: how an answer about one changes by what is known of the voice.

A network hears a voice and an emotion at once: who speaks in a low voice sounds sad to it. With more recordings of the
same person the two can be told apart. The evidence x of a clip, one number a class, is taken as a sum

    x = mean of its class  +  offset of its speaker  +  rest

(a two-way additive model, as in joint factor analysis: Kenny et al. 2007, https://doi.org/10.1109/TASL.2006.881693).
The means travel in the model file. The offset is what the clips of the speaker have in common beyond the means of their
classes, each weighted by its probability: with an emotion that is known, as in a recording of the speaker's neutral
voice, that is its own mean; otherwise the probabilities and the offset are found in turns (expectation maximisation).

What is subtracted is the offset shrunk by n / (n + `SHRINKAGE`) for n clips. Where all clips sound the same, an emotion
cannot be told from a voice: an interview that is all sad must stay sad. So the share is multiplied by how varied they
sound (`variety`), but for clips of a known emotion. The number of classes alone does not say it: where the network is
not sure of any, all clips alike have many.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intone.errors import RecognizerError

SHRINKAGE = 2.0
"""Clips that count as known beforehand, with an offset of 0."""

ROUNDS = 3
"""Turns of the expectation maximisation."""

VARIED = (2.0, 6.0)
"""Classes from which on clips count as varied at all, and as varied in full."""

TOLD = (0.2, 0.8)
"""The same for how much the clips tell apart, in nats."""


@dataclass(frozen=True)
class Adaptation:
    """How the answers of a network are adapted to a speaker.

    A network has one or more members. `weights` (members,) are the shares of their probabilities, which sum to 1.
    `means` (members, classes, classes): the evidence of a clip of each class, relative to its speaker's offset.

    The evidence of a clip is (members, 2, classes): the logits of each member, and those that are right when a
    speaker's offset is subtracted from them.
    """

    weights: tuple[float, ...]
    means: tuple[tuple[tuple[float, ...], ...], ...]

    def __post_init__(self) -> None:
        shape = np.shape(self.means)
        if len(shape) != 3 or shape[0] != len(self.weights) or shape[1] != shape[2]:
            raise RecognizerError(f"An adaptation of {len(self.weights)} members with means {shape} does not fit.")


@dataclass(frozen=True)
class Offset:
    """What sets the voice of a speaker apart, as some clips of it say.

    `values`: the mean offset of each member, (members, classes), unshrunk. `share`: how much of it counts, 0 to 1.
    """

    clips: int
    values: tuple[tuple[float, ...], ...]
    share: float = 1.0

    @property
    def trust(self) -> float:
        """The share of the offset that is subtracted, 0 to 1."""
        return self.share * self.clips / (self.clips + SHRINKAGE)

    def fits(self, adaptation: Adaptation) -> bool:
        """Whether it is of as many members and classes as a network has."""
        return np.shape(self.values) == np.shape(adaptation.means)[:2]


@dataclass(frozen=True)
class Reference:
    """What a recognizer knows of a speaker from other recordings; it holds no sound.

    `recognizer`: the version of the network that heard them, the only one that it is of use to. `sex`: as detected,
    empty where it is not the same in all recordings. `emotion`: that of the recordings where it is known, else None.
    """

    recognizer: str
    sex: str
    emotion: str | None
    offset: Offset


def offset_of_emotion(adaptation: Adaptation, evidence: NDArray[np.float64], emotion: int) -> Offset:
    """The offset from clips (clips, members, 2, classes) whose emotion is known, as the number of its class."""
    values = evidence[:, :, 1].mean(axis=0) - np.asarray(adaptation.means)[:, emotion]
    return Offset(len(evidence), _tuples(values))


def offset_of_clips(adaptation: Adaptation, evidence: NDArray[np.float64]) -> Offset:
    """The offset from clips (clips, members, 2, classes) of one speaker whose emotions are not known."""
    means = np.asarray(adaptation.means)
    shares = adapted(adaptation, evidence, None)
    found = Offset(0, _tuples(np.zeros(means.shape[:2])), variety(shares))
    for _ in range(ROUNDS):
        expected = np.einsum("nc,mck->nmk", shares, means)
        found = replace(found, clips=len(evidence), values=_tuples((evidence[:, :, 1] - expected).mean(axis=0)))
        shares = adapted(adaptation, evidence, found)
    return found


def adapted(adaptation: Adaptation, evidence: NDArray[np.float64], offset: Offset | None) -> NDArray[np.float64]:
    """Probabilities (clips, classes) from evidence (clips, members, 2, classes), with what is known of the speaker.

    Without an offset they are those of the network.
    """
    trust = offset.trust if offset else 0.0
    logits = (1 - trust) * evidence[:, :, 0] + trust * evidence[:, :, 1]
    if offset:
        logits = logits - trust * np.asarray(offset.values)
    shares = np.exp(logits - logits.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    return np.asarray(np.einsum("m,nmc->nc", np.asarray(adaptation.weights), shares))


def variety(shares: NDArray[np.float64]) -> float:
    """How varied clips sound, 0 to 1, from their probabilities (clips, classes).

    The product of two numbers. The exponential of the entropy of the mean is the number of classes that the clips have
    in effect. How much lower the entropy of each is, the mutual information of clip and class, says how much they tell
    apart; for n clips it is multiplied by n / (n - 1), as few tell less. `VARIED` and `TOLD` say from where to where
    these count.

    >>> variety(np.eye(8)), variety(np.eye(8)[:1]), variety(np.full((8, 8), 1 / 8))
    (1.0, 0.0, 0.0)
    """
    of_mean, own = float(_entropy(shares.mean(axis=0))), float(_entropy(shares).mean())
    told = (of_mean - own) * len(shares) / max(len(shares) - 1, 1)
    return _between(np.exp(of_mean), VARIED) * _between(told, TOLD)


def _entropy(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-(shares * np.log(np.maximum(shares, 1e-12))).sum(axis=-1))


def _between(value: float, bounds: tuple[float, float]) -> float:
    return float(np.clip((value - bounds[0]) / (bounds[1] - bounds[0]), 0, 1))


def _tuples(values: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(map(float, row)) for row in values)
