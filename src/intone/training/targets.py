"""What a clip can teach: the labels that its corpus has, and how much it counts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone import labels
from intone.corpora.registry import facts

if TYPE_CHECKING:
    import pandas as pd


NEVER = -1000.0
"""The bias of a label that no corpus of a training has: its probability is 0, e to the -1000."""


def allowed_labels(table: "pd.DataFrame", outputs: Sequence[str]) -> NDArray[np.bool_]:
    """Which labels each clip's corpus has, (clips, labels): the emotions that occur in its speech or song."""
    groups = table["corpus"] + "/" + table["vocal"]
    known = {group: set(classes) for group, classes in table["class"].groupby(groups)}
    names = [labels.split_label(label)[1] for label in outputs]
    rows = {group: [name in classes for name in names] for group, classes in known.items()}
    return np.array([rows[group] for group in groups])


def draws(table: "pd.DataFrame") -> NDArray[np.int64]:
    """How often an epoch takes each clip, (clips,), as its corpus states (`Corpus.draws`), or 1."""
    pairs = zip(table["corpus"], table["vocal"], strict=True)
    return np.array([facts(name).draws.get(vocal, 1) for name, vocal in pairs], np.int64)


def importance(table: "pd.DataFrame") -> NDArray[np.float32]:
    """How much each clip counts in the loss, (clips,).

    In a group of N clips (the speech or the song of a corpus) with C labels, a clip of a label with n clips weighs
    N / (C n): the labels weigh the same, and the mean over the group is 1, so that a corpus weighs as many clips as it
    has. That is the "balanced" weight of scikit-learn's `compute_class_weight`, taken for each group. It is multiplied
    by how often an epoch would take the clip (`draws`).
    """
    groups = table["corpus"] + "/" + table["vocal"]
    sizes = table.groupby([groups, table["label"]])["label"].transform("size")
    counts = table["label"].groupby(groups).transform("nunique")
    totals = groups.map(groups.value_counts())
    return np.asarray(totals / (counts * sizes) * draws(table), np.float32)
