"""How sure is sure: factor and temperature of the probabilities, and from which one on answers were right often enough.

All are found on answers for speakers that did not train. A network that is too sure of itself is brought to earth by a
temperature over 1 (Guo et al. 2017, https://arxiv.org/abs/1706.04599). Emotions that only some corpora have are learned
as rarer than they are: their probabilities take a factor (as for other class priors: Saerens et al. 2002,
https://doi.org/10.1162/089976602753284446).
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

WANTED = 0.8
"""Share of right answers that makes an answer sure."""

COVERAGE = 0.8
"""Share of the answers that may be sure: the least likely fifth is not, however good the recognizer."""

LEAST = 10
"""Answers that must stand behind a threshold."""

HOTTEST = 5.0

LARGEST_FACTOR = 8.0


def weighed(
    probabilities: NDArray[np.float64], classes: Sequence[str], factors: Mapping[str, float]
) -> NDArray[np.float64]:
    """Probabilities (..., classes) times the factors of their classes, normalised along the last axis.

    A class without a factor keeps its weight; without any factor nothing changes.
    """
    if not factors:
        return probabilities
    found = probabilities * np.array([factors.get(name, 1.0) for name in classes])
    return np.asarray(found / found.sum(axis=-1, keepdims=True))


def factors(
    probabilities: NDArray[np.float64], truth: NDArray[np.int64], allowed: NDArray[np.bool_], classes: Sequence[str]
) -> dict[str, float]:
    """The factor, by class, of those that some rows may have and others not: one for all, from 1/8 to 8.

    It gives the truth the smallest cross-entropy. `probabilities` (n, classes), `truth` (n,) indices of classes,
    `allowed` (n, classes) the classes that can be true of a row: the others are left out.
    """
    rare = np.asarray(allowed.any(axis=0) & ~allowed.all(axis=0))
    if not rare.any():
        return {}
    rows, masked = np.arange(len(truth)), np.where(allowed, probabilities, 0)
    tried, losses = np.geomspace(1 / LARGEST_FACTOR, LARGEST_FACTOR, 121), []
    for one in tried:
        found = np.where(rare, one, 1.0) * masked
        shares = found[rows, truth] / np.maximum(found.sum(axis=1), 1e-12)
        losses.append(-np.log(np.maximum(shares, 1e-12)).mean())
    best = float(tried[int(np.argmin(losses))])
    return {name: best for number, name in enumerate(classes) if rare[number]}


def tempered(probabilities: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """p^(1 / temperature), normalised along the last axis; 1 leaves them as they are."""
    if temperature == 1:
        return probabilities
    logarithms = np.log(np.maximum(probabilities, 1e-300)) / temperature
    shares = np.exp(logarithms - logarithms.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))


def temperature(
    probabilities: NDArray[np.float64], truth: NDArray[np.int64], allowed: NDArray[np.bool_] | None = None
) -> float:
    """The temperature from 0.2 to 5 with which the truth gets the smallest cross-entropy.

    `probabilities` (n, classes) and `truth` (n,) indices of classes; `allowed` (n, classes) are the classes that can be
    true of a row, as CREMA-D has no calm: the others are left out. 1 where there are no rows.
    """
    if not len(truth):
        return 1.0
    masked = probabilities if allowed is None else np.where(allowed, probabilities, 0)
    rows = np.arange(len(truth))
    heats = np.geomspace(1 / HOTTEST, HOTTEST, 200)
    losses = [-np.log(np.maximum(tempered(masked, heat)[rows, truth], 1e-12)).mean() for heat in heats]
    return float(heats[int(np.argmin(losses))])


def sure_above(
    probabilities: NDArray[np.float64], truth: NDArray[np.int64], wanted: float = WANTED, share: float = COVERAGE
) -> float | None:
    """The lowest top probability from which on the share of right answers is at least `wanted`.

    It is no lower than what the surest `share` of the answers reach. `probabilities` (n, classes) sum to 1 a row,
    `truth` (n,) are indices of classes. None where no threshold with at least `LEAST` answers above it does.
    """
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    order = np.argsort(-top, kind="stable")
    number = np.arange(1, len(order) + 1)
    shares = np.cumsum(right[order]) / number
    # Equal probabilities stand or fall together: a threshold may only lie where the next one is lower.
    ends = np.append(top[order][:-1] > top[order][1:], True) & (number >= LEAST)
    good = np.flatnonzero(ends & (shares >= wanted))
    if not len(good):
        return None
    return float(max(top[order][good[-1]], top[order][max(0, round(share * len(order)) - 1)]))
