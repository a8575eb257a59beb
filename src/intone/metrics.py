"""How good answers are: accuracy, UAR, macro-F1, by class and by sex, with intervals over voices.

`truth` and `answers` are sequences of class names; an answer of None is a refusal, and counts as wrong. UAR is the
unweighted average recall: the mean over the classes of the share that was found, 1 / classes for guessing. A class
that does not occur in the truth is not averaged. Everything is computed from counts (..., truth, answer), so that a
thousand draws of voices are one product.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Answers = Sequence[str | None]
Counts = NDArray[np.floating]
Metric = Callable[[Counts], NDArray[np.float64]]


def counts(truth: Sequence[str], answers: Answers, classes: Sequence[str]) -> NDArray[np.float64]:
    """How often each class was answered with each: (classes, classes + 1), the refusals in the last column."""
    index = {name: i for i, name in enumerate(classes)}
    table = np.zeros((len(classes), len(classes) + 1))
    for name, answer in zip(truth, answers, strict=True):
        table[index[name], len(classes) if answer is None else index[answer]] += 1
    return table


def accuracy(table: Counts) -> NDArray[np.float64]:
    """Share of right answers, 0 to 1: (..., classes, classes + 1) -> (...)."""
    return np.asarray(_right(table).sum(-1) / table.sum((-2, -1)))


def uar(table: Counts) -> NDArray[np.float64]:
    """Mean recall of the classes that occur in the truth, 0 to 1: (..., classes, classes + 1) -> (...)."""
    return np.asarray(np.nanmean(recalls(table), axis=-1))


def macro_f1(table: Counts) -> NDArray[np.float64]:
    """Mean of 2 right / (2 right + wrongly given + missed) over the classes that occur: counts -> (...)."""
    present = table.sum(-1)
    given = table[..., :-1].sum(-2)
    scores = np.divide(2 * _right(table), present + given, out=np.full(present.shape, np.nan), where=present > 0)
    return np.asarray(np.nanmean(scores, axis=-1))


def recalls(table: Counts) -> NDArray[np.float64]:
    """Share of each class that was found: (..., classes, classes + 1) -> (..., classes); NaN where it never occurs."""
    present = table.sum(-1)
    return np.asarray(np.divide(_right(table), present, out=np.full(present.shape, np.nan), where=present > 0))


@dataclass(frozen=True)
class Interval:
    """A value and the bounds that hold 95 % of its bootstrap values."""

    value: float
    low: float
    high: float


def over_voices(metric: Metric, by_voice: Counts, *, draws: int = 1000, seed: int = 0) -> Interval:
    """A metric of all voices together, with a 95 % interval: whole voices are drawn with replacement.

    `by_voice` are the counts of each voice, (voices, classes, classes + 1).
    """
    rng = np.random.default_rng(seed)
    chosen = rng.multinomial(len(by_voice), np.full(len(by_voice), 1 / len(by_voice)), size=draws)
    values = metric(np.tensordot(chosen, by_voice, axes=1))
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(float(metric(by_voice.sum(0))), float(low), float(high))


def calibration_error(top: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error: mean distance of confidence and accuracy in equal bins, weighted by their answers.

    Guo et al. (2017), https://arxiv.org/abs/1706.04599. `top` are the probabilities of the answers given.
    """
    which = np.minimum((top * bins).astype(int), bins - 1)
    return float(sum(abs(top[which == i].mean() - right[which == i].mean()) * (which == i).mean()
                     for i in np.unique(which)))


def coverage(top: NDArray[np.float64], right: NDArray[np.bool_], share: float) -> float:
    """Accuracy of the surest `share` of the answers, 0 to 1."""
    order = np.argsort(-top, kind="stable")[: max(1, round(share * len(top)))]
    return float(right[order].mean())


def _right(table: Counts) -> NDArray[np.float64]:
    return np.asarray(np.diagonal(table[..., :-1], axis1=-2, axis2=-1), float)
