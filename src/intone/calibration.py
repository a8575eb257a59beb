"""How sure is sure: the probability from which answers were right often enough on voices that did not train."""

import numpy as np
from numpy.typing import NDArray

WANTED = 0.8
"""Share of right answers that makes an answer sure."""

LEAST = 10
"""Answers that must stand behind a threshold."""


def sure_above(probabilities: NDArray[np.float64], truth: NDArray[np.int64], wanted: float = WANTED) -> float | None:
    """The lowest top probability from which on the share of right answers is at least `wanted`.

    `probabilities` (n, classes) sum to 1 a row, `truth` (n,) are indices of classes. None where no threshold with at
    least `LEAST` answers above it does.
    """
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    order = np.argsort(-top, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    # Equal probabilities stand or fall together: a threshold may only lie where the next one is lower.
    ends = np.append(top[order][:-1] > top[order][1:], True) & (np.arange(1, len(order) + 1) >= LEAST)
    good = np.flatnonzero(ends & (shares >= wanted))
    return float(top[order][good[-1]]) if len(good) else None
