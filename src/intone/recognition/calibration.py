"""Probabilities -> calibrated ones: prior correction, temperature, confidence thresholds.

All three are fitted on predictions for speakers that did not train, and travel in the model file. `probabilities` are
(n, classes) with rows that sum to 1; `truth` are (n,) indices of classes; `allowed` (n, classes) says which classes can
be true of a row: CREMA-D, for one, has no calm.

An answer takes them in this order: prior correction, temperature, threshold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WANTED_PRECISION = 0.8
"""Share of right answers that a confidence threshold must reach."""

LIKELY_PRECISION = {"2": 0.75, "3": 0.7, "8": 0.6, "stress": 0.75}
"""The same, by scheme, of the lower threshold, from which an answer is likely. Chance is right more often of two."""

MOST_COVERAGE = 0.8
"""Share of the answers that may be confident: the least likely are not, however good the recognizer."""

FEWEST = 10
"""Answers that must stand behind a threshold."""

HIGHEST_TEMPERATURE = 5.0

LARGEST_CORRECTION = 8.0


@dataclass(frozen=True)
class ConfidenceThreshold:
    """The probability from which on an answer is confident, and what it bought where it was measured.

    `threshold`: None where no threshold reached the wanted precision. `precision`: the share of right answers among
    those that reach it. `coverage`: the share of all answers that reach it. Without a threshold these two are those of
    all answers. Both are None where they are unknown, as in model files of format 3. `measured_on`: the recordings
    behind both, in words.

    >>> found = ConfidenceThreshold(0.7, 0.9, 0.6, "speakers that did not train")
    >>> found.reached_by(0.65)
    False
    """

    threshold: float | None
    precision: float | None = None
    coverage: float | None = None
    measured_on: str = ""

    def reached_by(self, probability: float) -> bool:
        """Whether an answer of this probability is confident."""
        return self.threshold is not None and probability >= self.threshold


# Prior correction (Saerens et al. 2002, https://doi.org/10.1162/089976602753284446).
#
# By Bayes a classifier's p(c | x) is p(x | c) π(c) / p(x), with the shares π(c) of the classes in its training data.
# Where classes have other shares π'(c), p'(c | x) is proportional to p(c | x) π'(c) / π(c): each class takes a factor,
# and the rest is normalised. Emotions that only some corpora have are learned as rarer than they are, since the clips
# of the other corpora never are of them. By how much is not known, so their one common factor is fitted.


def prior_corrected(
    probabilities: NDArray[np.float64], classes: Sequence[str], correction: Mapping[str, float]
) -> NDArray[np.float64]:
    """Probabilities (..., classes) times the factors of their classes, normalised along the last axis.

    A class without a factor keeps its weight; without any factor nothing changes.

    >>> prior_corrected(np.array([0.5, 0.5]), ("calm", "sad"), {"calm": 3.0})
    array([0.75, 0.25])
    """
    if not correction:
        return probabilities
    found = probabilities * np.array([correction.get(name, 1.0) for name in classes])
    return np.asarray(found / found.sum(axis=-1, keepdims=True))


def prior_correction(
    probabilities: NDArray[np.float64], truth: NDArray[np.int64], allowed: NDArray[np.bool_], classes: Sequence[str]
) -> dict[str, float]:
    """The factor, by class, of the classes that only some rows may have: one for all of them, from 1/8 to 8.

    It gives the truth the smallest cross-entropy, each row among its allowed classes. Empty where all rows may have the
    same classes.

    >>> everything = np.array([[True, True], [True, True]])
    >>> prior_correction(np.array([[0.9, 0.1], [0.4, 0.6]]), np.array([0, 1]), everything, ("calm", "sad"))
    {}
    """
    rare = np.asarray(allowed.any(axis=0) & ~allowed.all(axis=0))
    if not rare.any():
        return {}
    rows, masked = np.arange(len(truth)), np.where(allowed, probabilities, 0)
    tried, losses = np.geomspace(1 / LARGEST_CORRECTION, LARGEST_CORRECTION, 121), []
    for factor in tried:
        found = np.where(rare, factor, 1.0) * masked
        shares = found[rows, truth] / np.maximum(found.sum(axis=1), 1e-12)
        losses.append(-np.log(np.maximum(shares, 1e-12)).mean())
    best = float(tried[int(np.argmin(losses))])
    return {name: best for number, name in enumerate(classes) if rare[number]}


# Temperature scaling (Guo et al. 2017, https://arxiv.org/abs/1706.04599).
#
# Networks trained on few labels are overconfident: their logits z are too large. One number T > 1 divides them,
# softmax(z / T), which changes no order of the classes. From the probabilities p = softmax(z) alone it comes out the
# same: z is log p plus a constant of the row, which softmax ignores, so softmax(log p / T) is p^(1/T), normalised.


def temperature_scaled(probabilities: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """p^(1 / temperature), normalised along the last axis; 1 leaves them as they are.

    >>> temperature_scaled(np.array([0.8, 0.2]), 2.0).round(3)
    array([0.667, 0.333])
    """
    if temperature == 1:
        return probabilities
    logarithms = np.log(np.maximum(probabilities, 1e-300)) / temperature
    shares = np.exp(logarithms - logarithms.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))


def temperature(
    probabilities: NDArray[np.float64], truth: NDArray[np.int64], allowed: NDArray[np.bool_] | None = None
) -> float:
    """The temperature from 0.2 to 5 with which the truth has the smallest cross-entropy; 1 without rows.

    Each row is judged among its allowed classes. A network that says 90 % and is right two times in three is
    overconfident:

    >>> said = np.tile([0.9, 0.1], (3, 1))
    >>> found = temperature(said, np.array([0, 0, 1]))
    >>> temperature_scaled(said, found)[0].round(2)
    array([0.67, 0.33])
    """
    if not len(truth):
        return 1.0
    masked = probabilities if allowed is None else np.where(allowed, probabilities, 0)
    rows = np.arange(len(truth))
    tried = np.geomspace(1 / HIGHEST_TEMPERATURE, HIGHEST_TEMPERATURE, 200)
    losses = [-np.log(np.maximum(temperature_scaled(masked, one)[rows, truth], 1e-12)).mean() for one in tried]
    return float(tried[int(np.argmin(losses))])


# Confidence threshold (selective prediction: Geifman and El-Yaniv 2017, https://arxiv.org/abs/1705.08500).
#
# Whoever relies only on answers whose top probability reaches a threshold relies on a share of them, the coverage, of
# which another share is right, the precision. A higher threshold trades coverage for precision. The one that is chosen
# is the lowest that reaches the wanted precision, so that coverage is as large as may be.


def confidence_threshold(
    probabilities: NDArray[np.float64], truth: NDArray[np.int64], wanted: float = WANTED_PRECISION,
    most: float = MOST_COVERAGE, measured_on: str = "",
) -> ConfidenceThreshold:
    """The lowest threshold whose precision is at least `wanted`, with its precision and coverage on these rows.

    It is no lower than what the most likely share `most` of the answers reach. Its `threshold` is None where none with
    at least `FEWEST` answers above it has that precision.

    >>> top = np.array([0.95] * 9 + [0.9] * 3 + [0.55] * 8)
    >>> right = np.array([True] * 11 + [False] * 9)
    >>> confidence_threshold(np.stack([top, 1 - top], axis=1), np.where(right, 0, 1))
    ConfidenceThreshold(threshold=0.9, precision=0.9166666666666666, coverage=0.6, measured_on='')
    """
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    order = np.argsort(-top, kind="stable")
    number = np.arange(1, len(order) + 1)
    precisions = np.cumsum(right[order]) / number
    # Equal probabilities stand or fall together: a threshold may only lie where the next one is lower.
    ends = np.append(top[order][:-1] > top[order][1:], True) & (number >= FEWEST)
    good = np.flatnonzero(ends & (precisions >= wanted))
    if not len(good):
        return at_threshold(None, top, right, measured_on)
    least = top[order][max(0, round(most * len(order)) - 1)]
    return at_threshold(float(max(top[order][good[-1]], least)), top, right, measured_on)


def at_threshold(
    threshold: float | None, top: NDArray[np.float64], right: NDArray[np.bool_], measured_on: str = ""
) -> ConfidenceThreshold:
    """A threshold with its precision and coverage on answers of the probabilities `top` (n,), of which some are right.

    >>> at_threshold(0.8, np.array([0.9, 0.8, 0.6, 0.5]), np.array([True, False, True, True])).precision
    0.5
    """
    reached = top >= (-np.inf if threshold is None else threshold)
    if not reached.any():
        return ConfidenceThreshold(threshold, None, 0.0 if len(top) else None, measured_on)
    return ConfidenceThreshold(threshold, float(right[reached].mean()), float(reached.mean()), measured_on)
