"""What a clip can teach: its emotion and what listeners voted, the labels that its corpus has, how much it counts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone import labels
from intone.corpora.corpus import VOTES

if TYPE_CHECKING:
    import pandas as pd


NEVER = -1000.0
"""The bias of a label that no corpus of a training has: its probability is 0, e to the -1000."""

RAREST = 0.02
"""The share of its clips that a class counts as in a corpus that has no clip of it."""


def allowed_labels(table: "pd.DataFrame", outputs: Sequence[str]) -> NDArray[np.bool_]:
    """Which labels each clip's corpus has, (clips, labels): the emotions that occur in its speech or song."""
    groups = table["corpus"] + "/" + table["vocal"]
    known = {group: set(classes) for group, classes in table["class"].groupby(groups)}
    names = [labels.split_label(label)[1] for label in outputs]
    rows = {group: [name in classes for name in names] for group, classes in known.items()}
    return np.array([rows[group] for group in groups])


def soft(table: "pd.DataFrame", scheme: labels.Scheme, votes: float = 0.0) -> NDArray[np.float32]:
    """What the clips should be answered, (clips, classes), rows that sum to 1.

    Of a clip with listeners' votes (the columns `corpus.VOTES`) a share of `votes` is theirs: how it sounds to people,
    rather than what the actor was asked to play. Votes for emotions that the scheme leaves out do not count.
    """
    wanted = np.eye(len(scheme.classes))[table["class"].map(scheme.classes.index).to_numpy()]
    if votes and set(VOTES) <= set(table.columns):
        found = np.nan_to_num(scheme.sums(table[list(VOTES)].to_numpy(float)))
        there = found.sum(axis=1) > 0
        wanted[there] = (1 - votes) * wanted[there] + votes * found[there] / found[there].sum(axis=1, keepdims=True)
    return np.asarray(wanted, np.float32)


def log_priors(table: "pd.DataFrame", wanted: NDArray[np.float32]) -> NDArray[np.float32]:
    """The logarithm of how often each class occurs in the speech or the song of a clip's corpus, (clips, classes).

    Added to the logits z while training, p(class | clip) = softmax(z + log prior), it leaves for z what the sound says
    beyond the mix of the corpus (logit adjustment: Menon et al. 2021, https://arxiv.org/abs/2007.07314). A class that
    the corpus does not have counts as `RAREST`: that none of its clips is calm is no evidence about calm.
    """
    shares = np.zeros_like(wanted)
    for rows in _groups(table).values():
        share = np.maximum(wanted[rows].mean(axis=0), RAREST)
        shares[rows] = share / share.sum()
    return np.log(shares)


def importance(table: "pd.DataFrame") -> NDArray[np.float32]:
    """How much each clip counts in the loss, (clips,), 1 on average.

    The speech or the song of a corpus counts as the root of its number of clips: five times the clips say more, but not
    five times as much, of how the next corpus will sound.
    """
    weights = np.zeros(len(table))
    for rows in _groups(table).values():
        weights[rows] = len(rows) ** -0.5
    return np.asarray(weights / weights.mean(), np.float32)


def _groups(table: "pd.DataFrame") -> dict[str, NDArray[np.int64]]:
    """The rows of the speech and of the song of every corpus."""
    names = (table["corpus"] + "/" + table["vocal"]).to_numpy()
    return {str(name): np.flatnonzero(names == name) for name in sorted(set(names))}
