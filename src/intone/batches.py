"""The clips of a fine-tuning in batches: which an epoch takes, in which variation, and how much of them is heard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from intone import run, states
from intone.probe import allowed_labels
from intone.run import RunSettings

if TYPE_CHECKING:
    import pandas as pd

_BLANKS = 2  # spans of a clip that are blanked while training, each at most an eighth of it


@dataclass(frozen=True)
class Batch:
    """Clips of about one length, filled up with zeros: `states` (n, tokens, width), `heard` (n, tokens)."""

    rows: NDArray[np.int64]
    states: Tensor
    heard: Tensor


class Clips:
    """The clips of a run with their labels, and where their states are kept, by variation."""

    def __init__(self, table: "pd.DataFrame", settings: RunSettings, files: Sequence[Sequence[Path]]) -> None:
        self.settings, self.files = settings, files
        self.labels = torch.tensor([settings.labels.index(label) for label in table["label"]])
        self.allowed = torch.from_numpy(allowed_labels(table, settings.labels))
        self.lengths = np.array([(path.stat().st_size) for path in files[0]])
        validating = run.voices(table).isin(settings.validating).to_numpy()
        self.validating = np.flatnonzero(validating & (table["vocal"] == "speech").to_numpy())
        groups = (table["corpus"] + "/" + table["vocal"]).where(table["corpus"] == "ravdess", table["corpus"])
        self.groups = {str(name): np.flatnonzero((groups == name).to_numpy() & ~validating)
                       for name in sorted(set(groups))}

    @property
    def an_epoch(self) -> int:
        """Batches in an epoch."""
        return max(1, len(self.drawn(np.random.default_rng(0))) // self.settings.tuned.batch)

    def drawn(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """The clips of an epoch: spoken RAVDESS twice, songs once, and beside it some of every other corpus."""
        most = self.settings.tuned.others if "ravdess/speech" in self.groups else None
        parts = []
        for name, rows in self.groups.items():
            if name.startswith("ravdess"):
                parts += [rows] * (2 if name == "ravdess/speech" else 1)
            else:
                parts.append(rng.permutation(rows)[:most])
        return np.concatenate(parts)

    def epoch(self, number: int) -> list[NDArray[np.int64]]:
        """The rows of every batch of an epoch: clips of about one length together, in random order."""
        rng = np.random.default_rng([self.settings.seed, number])
        rows = self.drawn(rng)
        order = np.argsort(self.lengths[rows] * rng.uniform(0.9, 1.1, len(rows)), kind="stable")
        batches = np.array_split(rows[order], self.an_epoch)
        return [batches[i] for i in rng.permutation(len(batches))]

    def varied(self, rows: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        """A batch to train on: each clip in one of its variations, cut, with short spans blanked."""
        variations = rng.integers(len(self.files), size=len(rows))
        found = [states.read_states(self.files[number][row]) for number, row in zip(variations, rows, strict=True)]
        return self._batch(rows, [_blanked(_cropped(one, rng, self.settings.tuned.longest), rng) for one in found])

    def plain(self, rows: NDArray[np.int64]) -> Iterator[Batch]:
        """Batches of clips as they were recorded, whole."""
        for some in np.array_split(rows[np.argsort(self.lengths[rows], kind="stable")], max(1, len(rows) // 32)):
            yield self._batch(some, [states.read_states(self.files[0][row]) for row in some])

    def _batch(self, rows: NDArray[np.int64], found: Sequence[NDArray[np.floating]]) -> Batch:
        tokens = max(len(one) for one in found)
        filled = np.zeros((len(found), tokens, found[0].shape[1]), np.float32)
        heard = np.zeros((len(found), tokens), bool)
        for i, one in enumerate(found):
            filled[i, : len(one)], heard[i, : len(one)] = one, True
        return Batch(rows, torch.from_numpy(filled), torch.from_numpy(heard))


def _cropped(tokens: NDArray[np.floating], rng: np.random.Generator, longest: int) -> NDArray[np.floating]:
    """At most `longest` tokens, and of every second clip a random 70 to 100 %."""
    size = min(len(tokens), longest)
    if len(tokens) > 40 and rng.random() < 0.5:
        size = min(size, int(len(tokens) * rng.uniform(0.7, 1)))
    start = int(rng.integers(len(tokens) - size + 1))
    return tokens[start : start + size]


def _blanked(tokens: NDArray[np.floating], rng: np.random.Generator) -> NDArray[np.floating]:
    """The tokens with random spans set to zero."""
    blanked = tokens.copy()
    for _ in range(_BLANKS):
        size = int(rng.integers(len(tokens) // 8 + 1))
        start = int(rng.integers(len(tokens) - size + 1))
        blanked[start : start + size] = 0
    return blanked
