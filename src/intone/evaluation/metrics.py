"""How good answers are: accuracy, UAR, macro-F1, by class and by sex, with intervals over speakers.

`truth` and `answers` are sequences of class names; an answer of None is a refusal, and counts as wrong. UAR is the
unweighted average recall: the mean over the classes of the share that was found, 1 / classes for guessing (Schuller et
al. 2009, https://doi.org/10.21437/Interspeech.2009-103). A class that does not occur in the truth is not averaged.

Every metric is computed from confusion counts C (..., truth, answer). The counts of a draw of speakers are a weighted
sum of the counts of each speaker, so that a thousand draws are one product of matrices. scikit-learn, which counts anew
for every draw, takes 350 times as long for the same numbers; the tests hold these metrics to its.
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
    """Mean recall of the classes that occur in the truth, 0 to 1: (..., classes, classes + 1) -> (...).

    NaN where no class occurs: a draw of speakers may leave out all of one sex.
    """
    found = recalls(table)
    known = np.isfinite(found).sum(-1)
    return np.asarray(np.divide(np.nansum(found, axis=-1), known, out=np.full(known.shape, np.nan), where=known > 0))


def macro_f1(table: Counts) -> NDArray[np.float64]:
    """Mean F1 of the classes that occur: (..., classes, classes + 1) -> (...).

    F1 is the harmonic mean of precision = right / given and recall = right / present, 2 right / (given + present).
    """
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


def over_speakers(metric: Metric, by_speaker: Counts, *, draws: int = 1000, seed: int = 0) -> Interval:
    """A metric of all speakers together, with a 95 % interval by the bootstrap over speakers.

    `by_speaker` are the counts of each speaker, (speakers, classes, classes + 1). Clips of one speaker resemble one
    another, so that clips drawn singly would give too narrow an interval: what is drawn, with replacement, are whole
    speakers, as many as there are. The interval reaches from the 2.5th to the 97.5th percentile of the metric over the
    draws (Efron 1979, https://doi.org/10.1214/aos/1176344552).
    """
    return _interval(metric(by_speaker.sum(0)), metric(_totals(by_speaker, draws, seed)))


def difference(metric: Metric, one: Counts, other: Counts, *, draws: int = 1000, seed: int = 0) -> Interval:
    """A metric of one minus that of the other, paired: every draw takes the same speakers of both.

    Both are counts of the same speakers, (speakers, classes, classes + 1).
    """
    drawn = metric(_totals(one, draws, seed)) - metric(_totals(other, draws, seed))
    return _interval(metric(one.sum(0)) - metric(other.sum(0)), drawn)


def speakers_drawn(speakers: int, *, draws: int = 1000, seed: int = 0) -> NDArray[np.int64]:
    """How often each speaker is in each draw, (draws, speakers); the same for the same number of speakers."""
    # S draws with replacement from S speakers: how often each occurs is multinomial with p = 1 / S.
    return np.random.default_rng(seed).multinomial(speakers, np.full(speakers, 1 / speakers), size=draws)


def _totals(by_speaker: Counts, draws: int, seed: int) -> NDArray[np.float64]:
    """The counts of each draw, sum over s of weight[draw, s] C[s]: (draws, classes, classes + 1)."""
    return np.tensordot(speakers_drawn(len(by_speaker), draws=draws, seed=seed), by_speaker, axes=1)


def _interval(value: NDArray[np.float64] | float, drawn: NDArray[np.float64]) -> Interval:
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Interval(float(value), float(low), float(high))


def calibration_error(top: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error (ECE), 0 to 1.

    A calibrated recognizer is right in 7 of 10 answers of probability 0.7. The answers are sorted by their probability
    `top` into bins of equal width, and ECE = sum over bins of n_bin / n |mean confidence - accuracy| (Guo et al. 2017,
    https://arxiv.org/abs/1706.04599).
    """
    return float(calibration_gap(calibration_counts(top, right, bins=bins).sum(0))) if len(top) else 0.0


def reliability(
    top: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15, least: int = 1,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Mean confidence, accuracy and number of the answers in each of the bins of `calibration_error`.

    Bins with fewer than `least` answers are left out.
    """
    table = calibration_counts(top, right, bins=bins).sum(0)
    confidence, accuracy_, number = table[table[:, 2] >= least].T
    return confidence / number, accuracy_ / number, number.astype(np.int64)


def calibration_counts(
    top: NDArray[np.float64], right: NDArray[np.bool_], speaker: NDArray[np.intp] | int = 0, bins: int = 15
) -> NDArray[np.float64]:
    """What `calibration_gap` takes, (speakers, bins, 3): the sum of the probabilities, right answers, and answers.

    `speaker` is the number of each clip's speaker, (clips,).
    """
    table = np.zeros((int(np.max(speaker, initial=0)) + 1, bins, 3))
    which = np.minimum((top * bins).astype(int), bins - 1)
    np.add.at(table, (np.broadcast_to(speaker, which.shape), which), np.stack([top, right, np.ones(len(top))], axis=-1))
    return table


def calibration_gap(table: Counts) -> NDArray[np.float64]:
    """The ECE of `calibration_error` from its counts: (..., bins, 3) -> (...); NaN without answers."""
    answers = table[..., 2].sum(-1)
    gaps = np.abs(table[..., 0] - table[..., 1]).sum(-1)
    return np.asarray(np.divide(gaps, answers, out=np.full(answers.shape, np.nan), where=answers > 0))


def ratio(table: Counts) -> NDArray[np.float64]:
    """The first of two counts as a share of the second: (..., 2) -> (...); NaN where the second is 0."""
    part, whole = table[..., 0], table[..., 1]
    return np.asarray(np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0))


def auroc_over_speakers(
    score: NDArray[np.float64], right: NDArray[np.bool_], speaker: NDArray[np.intp], *, draws: int = 1000,
    seed: int = 0,
) -> Interval | None:
    """How well a score tells right answers from wrong ones: the area under the ROC curve (AUROC), 0 to 1.

    It is the share of the pairs of a right and a wrong answer in which the right one has the higher score, equal scores
    counting half: 0.5 tells nothing (Hanley and McNeil 1982, https://doi.org/10.1148/radiology.143.1.7063747). None
    where there is no such pair. `speaker` is the number of each clip's speaker, (clips,).

    The pairs are counted by the speakers of both answers, W (speakers, speakers), so that those of a draw that takes
    speaker s w(s) times are the sum over s and t of w(s) W(s, t) w(t).
    """
    if right.all() or not right.any():
        return None
    speakers = int(speaker.max()) + 1
    order = np.argsort(score[~right], kind="stable")
    wrong = score[~right][order]
    below = np.zeros((len(wrong) + 1, speakers))  # how many of the lowest wrong answers are of each speaker
    np.cumsum(np.eye(speakers)[speaker[~right][order]], axis=0, out=below[1:])
    ends = [np.searchsorted(wrong, score[right], side) for side in ("left", "right")]
    table = np.zeros((speakers, speakers, 2))  # pairs that the right answer wins, and all pairs
    np.add.at(table, speaker[right], np.stack([(below[ends[0]] + below[ends[1]]) / 2,
                                               np.broadcast_to(below[-1], (len(ends[0]), speakers))], axis=-1))
    weight = speakers_drawn(speakers, draws=draws, seed=seed).astype(float)
    drawn = np.einsum("ds,stp,dt->dp", weight, table, weight, optimize=True)
    return _interval(ratio(table.sum((0, 1))), ratio(drawn))


def coverage(top: NDArray[np.float64], right: NDArray[np.bool_], share: float) -> float:
    """Accuracy of the most confident `share` of the answers, 0 to 1."""
    order = np.argsort(-top, kind="stable")[: max(1, round(share * len(top)))]
    return float(right[order].mean())


def coverage_over_speakers(
    top: NDArray[np.float64], right: NDArray[np.bool_], speaker: NDArray[np.intp], share: float, *,
    draws: int = 1000, seed: int = 0,
) -> Interval:
    """`coverage` with a 95 % interval over speakers; the most confident answers are chosen anew in every draw.

    `speaker` is the number of each clip's speaker, (clips,).
    """
    order = np.argsort(-top, kind="stable")
    weight = speakers_drawn(int(speaker.max()) + 1, draws=draws, seed=seed)[:, speaker[order]]
    kept = weight * (np.cumsum(weight, axis=1) <= np.maximum(1, share * weight.sum(axis=1, keepdims=True)))
    number = kept.sum(axis=1)
    drawn = np.divide(kept @ right[order].astype(float), number, out=np.full(len(kept), np.nan), where=number > 0)
    return _interval(coverage(top, right, share), drawn)


def _right(table: Counts) -> NDArray[np.float64]:
    return np.asarray(np.diagonal(table[..., :-1], axis1=-2, axis2=-1), float)
