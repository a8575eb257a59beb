"""How good answers are: accuracy, UAR, macro-F1, by class and by sex, with intervals over voices.

`truth` and `answers` are sequences of class names; an answer of None is a refusal, and counts as wrong. UAR is the
unweighted average recall: the mean over the classes of the share that was found, 1 / classes for guessing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, recall_score

Answers = Sequence[str | None]
Metric = Callable[[Sequence[str], Answers, Sequence[str]], float]
REFUSED = "refused"


def accuracy(truth: Sequence[str], answers: Answers, classes: Sequence[str]) -> float:
    """Share of right answers, 0 to 1."""
    del classes
    return float(accuracy_score(truth, _named(answers)))


def uar(truth: Sequence[str], answers: Answers, classes: Sequence[str]) -> float:
    """Mean recall of the classes that occur in the truth, 0 to 1."""
    present = [one for one in classes if one in set(truth)]
    return float(recall_score(truth, _named(answers), labels=present, average="macro", zero_division=0))


def macro_f1(truth: Sequence[str], answers: Answers, classes: Sequence[str]) -> float:
    """Mean F1 of the classes that occur in the truth, 0 to 1."""
    present = [one for one in classes if one in set(truth)]
    return float(f1_score(truth, _named(answers), labels=present, average="macro", zero_division=0))


def recalls(truth: Sequence[str], answers: Answers, classes: Sequence[str]) -> dict[str, float]:
    """Recall of every class, 0 to 1; a class that does not occur is left out."""
    present = [one for one in classes if one in set(truth)]
    found = recall_score(truth, _named(answers), labels=present, average=None, zero_division=0)
    return dict(zip(present, map(float, found), strict=True))


def confusion(truth: Sequence[str], answers: Answers, classes: Sequence[str]) -> NDArray[np.int64]:
    """Counts (truth, answer), both in the order of `classes` with the refusals as the last column and row."""
    return np.asarray(confusion_matrix(truth, _named(answers), labels=[*classes, REFUSED]))


@dataclass(frozen=True)
class Interval:
    """A value and the bounds that hold 95 % of its bootstrap values."""

    value: float
    low: float
    high: float


def over_voices(
    metric: Metric, truth: Sequence[str], answers: Answers, classes: Sequence[str], voices: Sequence[object],
    *, draws: int = 1000, seed: int = 0,
) -> Interval:
    """A metric with a 95 % interval: whole voices are drawn with replacement, `draws` times."""
    rng = np.random.default_rng(seed)
    names, index = np.unique(np.asarray([str(voice) for voice in voices]), return_inverse=True)
    rows = [np.flatnonzero(index == i) for i in range(len(names))]
    truth_array, answer_array = np.asarray(truth, object), np.asarray(answers, object)
    values = []
    for _ in range(draws):
        chosen = np.concatenate([rows[i] for i in rng.integers(0, len(rows), len(rows))])
        values.append(metric(list(truth_array[chosen]), list(answer_array[chosen]), classes))
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(metric(truth, answers, classes), float(low), float(high))


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


def _named(answers: Answers) -> list[str]:
    return [REFUSED if answer is None else answer for answer in answers]
