"""What a clip can teach: the labels that its corpus has, and how much it counts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone import labels

if TYPE_CHECKING:
    import pandas as pd


def allowed_labels(table: "pd.DataFrame", outputs: Sequence[str]) -> NDArray[np.bool_]:
    """Which labels each clip's corpus has, (clips, labels): the emotions that occur in its speech or song."""
    groups = table["corpus"] + "/" + table["vocal"]
    known = {group: set(classes) for group, classes in table["class"].groupby(groups)}
    names = [labels.split_label(label)[1] for label in outputs]
    rows = {group: [name in classes for name in names] for group, classes in known.items()}
    return np.array([rows[group] for group in groups])


NEVER = -1000.0
"""The logit, before the others, of a label that no corpus of a training has: it is never answered."""


def importance(table: "pd.DataFrame") -> NDArray[np.float32]:
    """How much each clip counts, (clips,), 1 in the mean of its group: labels equally, RAVDESS speech twice."""
    groups = table["corpus"] + "/" + table["vocal"]
    sizes = table.groupby([groups, table["label"]])["label"].transform("size")
    counts = table["label"].groupby(groups).transform("nunique")
    totals = groups.map(groups.value_counts())
    double = 1 + ((table["corpus"] == "ravdess") & (table["vocal"] == "speech"))
    return np.asarray(totals / (counts * sizes) * double, np.float32)
