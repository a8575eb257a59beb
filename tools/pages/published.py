"""The published results of the bundled recognizer, which page and API show: `recognizers/results.json`."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

import intone
from intone.evaluation.report import Summary, summarize
from intone.labels import scheme
from intone.recognition.prediction import NEITHER, in_scheme
from intone.recognition.published import CLIPPED, NOISY, RECORDED, Bin, Metrics, PublishedResults
from intone.recognition.scoring import classes_of
from pages import conditions
from pages.committed import CLASSES, DEFAULT, SYSTEMS, Results

MEASURED_ON = "unseen speakers of RAVDESS (speech, five folds by actor, networks of the same recipe)"
RELIABILITY_OF = "unseen speakers of RAVDESS"

EDGES = tuple(round(number / 10, 1) for number in range(11))
"""Edges of the bins of an answer's probability."""

KINDS: Mapping[str, tuple[str, ...]] = {
    RECORDED: ("as recorded",), NOISY: ("white noise 10 dB", "hum 10 dB", "babble 10 dB"),
    CLIPPED: ("clipped at a third",)}
"""The corruptions that stand for each kind of recording."""


def published(results: Results) -> PublishedResults:
    """The results of the bundled recognizer."""
    rows = results.rows(SYSTEMS[DEFAULT])
    women = rows["actor"].astype(int) % 2 == 0
    parts = {"all": rows, "female": rows[women], "male": rows[~women]}
    schemes = {name: {who: _metrics(summarize(part, scheme(name))) for who, part in parts.items()} for name in CLASSES}
    by_condition = conditions.conditions(results)
    others = {name: _metrics(summarize(part)) for name, part in by_condition.items()}
    kinds = {kind: pd.concat([by_condition[name] for name in names]) for kind, names in KINDS.items()}
    reliability = {name: {kind: tuple(bins(part, name)) for kind, part in ({**kinds, RECORDED: rows}).items()}
                   for name in CLASSES}
    return PublishedResults(intone.load().identity.version, MEASURED_ON, schemes, others, reliability, RELIABILITY_OF)


def bins(rows: pd.DataFrame, name: str) -> Iterator[Bin]:
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
    numbers = np.clip(np.searchsorted(EDGES, probabilities, side="right") - 1, 0, len(EDGES) - 2)
    for number, (low, high) in enumerate(pairwise(EDGES)):
        there = numbers == number
        if there.any():
            yield Bin(low, high, int(there.sum()), round(float(np.array(right)[there].mean()), 4))


def _metrics(one: Summary) -> Metrics:
    return Metrics(one.clips, round(one.accuracy.value, 4), round(one.uar.value, 4))
