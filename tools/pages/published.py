"""The published results of the bundled recognizer, which page and API show: `recognizers/results.json`."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

import intone
from intone.evaluation.report import Summary, summarize
from intone.labels import scheme
from intone.recognition.prediction import NEITHER, in_scheme
from intone.recognition.published import RECORDED, Bin, Metrics, PublishedResults
from intone.recognition.scoring import classes_of
from pages import systems
from pages.committed import CLASSES, DEFAULT, LEFT_OUT, SYSTEMS, Results

MEASURED_ON = "unseen speakers of RAVDESS (speech, five folds by actor, networks of the same recipe)"
RELIABILITY_OF = "corpora that were left out of the training"

TENTHS = tuple(round(number / 10, 1) for number in range(11))
APART = 0.05
"""How near to a threshold of confidence a tenth is none of the edges of the bins."""


def published(results: Results) -> PublishedResults:
    """The results of the bundled recognizer."""
    rows = results.rows(SYSTEMS[DEFAULT])
    women = rows["actor"].astype(int) % 2 == 0
    parts = {"all": rows, "female": rows[women], "male": rows[~women]}
    schemes = {name: {who: _metrics(summarize(part, scheme(name))) for who, part in parts.items()} for name in CLASSES}
    reliability = {name: {RECORDED: tuple(bins(left_out(results), name, edges(name)))} for name in CLASSES}
    return PublishedResults(intone.load().identity.version, MEASURED_ON, schemes, {}, reliability, RELIABILITY_OF)


def left_out(results: Results) -> pd.DataFrame:
    """The predictions for the left-out corpora, about as many of each as of the smallest."""
    files = results.corpora(LEFT_OUT)
    parts = [results.rows(files[name]) for name in systems.settings().data]
    least = min(len(one) for one in parts)
    return pd.concat([one.iloc[:: max(1, len(one) // least)] for one in parts], ignore_index=True)


def edges(name: str) -> tuple[float, ...]:
    """The edges of the bins of an answer's probability, in a class scheme: tenths, and the thresholds of confidence.

    A bin never has answers of two steps of confidence, or a clear answer would be told how often unclear ones are
    right.
    """
    known = systems.settings()
    steps = [one.threshold for one in (known.confidence[name], known.likely[name]) if one.threshold is not None]
    inner = [tenth for tenth in TENTHS[1:-1] if all(abs(tenth - step) >= APART for step in steps)]
    return (TENTHS[0], *sorted([*inner, *steps]), TENTHS[-1])


def bins(rows: pd.DataFrame, name: str, edges: Sequence[float] = TENTHS) -> Iterator[Bin]:
    """How often answers of some probability were right, in a class scheme, where there were any.

    Clips whose emotion the scheme leaves out have no right answer in it, and are left out; so are answers "neither".
    """
    chosen, probabilities, right = scheme(name), [], []
    names = list(classes_of(rows))
    for masses, emotion in zip(rows[names].to_numpy(float), rows["truth"], strict=True):
        label, shares, _ = in_scheme(chosen, chosen.sums(masses))
        truth = chosen.class_of(emotion)
        if truth is not None and label != NEITHER and np.isfinite(masses).all():
            probabilities.append(shares[label])
            right.append(label == truth)
    numbers = np.clip(np.searchsorted(edges, probabilities, side="right") - 1, 0, len(edges) - 2)
    for number, (low, high) in enumerate(pairwise(edges)):
        there = numbers == number
        if there.any():
            yield Bin(low, high, int(there.sum()), round(float(np.array(right)[there].mean()), 4))


def _metrics(one: Summary) -> Metrics:
    return Metrics(one.clips, round(one.accuracy.value, 4), round(one.uar.value, 4))
