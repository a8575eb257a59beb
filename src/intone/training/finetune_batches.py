"""The clips of a fine-tuning in batches: which clips an epoch takes, their augmentation, the states of the encoder.

A clip is augmented anew each time (`audio.augment.augmented`), by random numbers that depend on the seed, the epoch,
the step, its place in the batch and the clip alone. The frozen layers of the encoder then process it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from intone.audio import RATE, Signal
from intone.audio.augment import Surroundings, augmented
from intone.corpora import splits
from intone.corpora.registry import facts
from intone.training import clip_cache
from intone.training.encoders import FEWEST, Encoder
from intone.training.recipes import TunedRecipe
from intone.training.run import RunSettings
from intone.training.targets import allowed_labels

if TYPE_CHECKING:
    import pandas as pd

_MASKS = 2  # bands of the spectrum and spans of time that are hidden while training (SpecAugment, Park et al. 2019)
_WIDEST_BAND, _WIDEST_SPAN = 1 / 6, 1 / 8  # shares of all bands and of the tokens
_SHORTEST_CUT_S = 0.8


@dataclass(frozen=True)
class Batch:
    """Clips of about one length: `states` (n, tokens, width), zeros where `mask` (n, tokens) is False."""

    rows: NDArray[np.int64]
    states: Tensor
    mask: Tensor


class Clips:
    """The clips of a run with their labels, and the frozen part of the encoder.

    `files` are those of `clip_cache.keep`.
    """

    def __init__(
        self, table: "pd.DataFrame", settings: RunSettings, files: Sequence[Path], encoder: Encoder
    ) -> None:
        self.settings, self.files, self.encoder = settings, files, encoder
        self.recipe = settings.recipe_of(TunedRecipe)
        self.labels = torch.tensor([settings.labels.index(label) for label in table["label"]])
        self.allowed = torch.from_numpy(allowed_labels(table, settings.labels))
        self.lengths = np.array([(path.stat().st_size) for path in files])
        self.babblers = clip_cache.babblers(table, files)
        validating = splits.speakers(table).isin(settings.validating).to_numpy()
        self.validating = np.flatnonzero(validating & (table["vocal"] == "speech").to_numpy())
        kinds = [(corpus, vocal, facts(corpus).draws) for corpus, vocal in
                 zip(table["corpus"], table["vocal"], strict=True)]
        names = np.array([f"{corpus}/{vocal}" if draws else corpus for corpus, vocal, draws in kinds], object)
        self.groups = {str(name): np.flatnonzero((names == name) & ~validating) for name in sorted(set(names))}
        self.times = {f"{corpus}/{vocal}": draws.get(vocal, 1) for corpus, vocal, draws in kinds if draws}
        self.most = self.recipe.others if any(name.endswith("/speech") for name in self.times) else None

    @property
    def an_epoch(self) -> int:
        """Batches in an epoch."""
        return max(1, len(self.drawn(np.random.default_rng(0))) // self.recipe.batch)

    def drawn(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """The clips of an epoch: those of a corpus as often as it states, and some of every other corpus."""
        return np.concatenate([np.tile(rows, self.times[name]) if name in self.times else
                               rng.permutation(rows)[: self.most] for name, rows in self.groups.items()])

    def epoch(self, number: int) -> list[NDArray[np.int64]]:
        """The rows of every batch of an epoch: clips of about one length together, in random order."""
        rng = np.random.default_rng([self.settings.seed, number])
        rows = self.drawn(rng)
        order = np.argsort(self.lengths[rows] * rng.uniform(0.9, 1.1, len(rows)), kind="stable")
        batches = np.array_split(rows[order], self.an_epoch)
        return [batches[i] for i in rng.permutation(len(batches))]

    def augmented(self, rows: NDArray[np.int64], places: NDArray[np.int64], seed: Sequence[int]) -> Batch:
        """A batch to train on, or a share of one: each clip augmented, with bands and spans hidden.

        `places` are those of the clips in the whole batch.
        """
        rngs = [np.random.default_rng([*seed, int(place), int(row)]) for place, row in zip(places, rows, strict=True)]
        features = [self._heard(int(row), rng) for row, rng in zip(rows, rngs, strict=True)]
        states = [_hidden(one, rng) for one, rng in zip(self._states(features), rngs, strict=True)]
        return self._batch(rows, states)

    def plain(self, rows: NDArray[np.int64]) -> Iterator[Batch]:
        """Batches of clips as they were recorded, whole."""
        for some in np.array_split(rows[np.argsort(self.lengths[rows], kind="stable")], max(1, len(rows) // 32)):
            signals = [clip_cache.read(self.files[row]).signal for row in some]
            yield self._batch(some, self._states([self._features(signal) for signal in signals]))

    def _heard(self, row: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """The encoder's input of a clip while training."""
        recipe, clip = self.recipe, clip_cache.read(self.files[row])
        signal = clip.loosely(int(rng.integers(clip_cache.MARGIN)) if rng.random() < 0.6 else 0)
        around = Surroundings(rng, clip_cache.signals(self.babblers[row]))
        features = self._features(augmented(_cropped(signal, rng, round(recipe.longest_s * RATE)), around))
        return _masked(features, rng) if recipe.front_end.kind == "log-mel" else features

    def _features(self, signal: Signal) -> NDArray[np.float32]:
        """The encoder's input of a signal; a signal that is too short, as a faster clip may be, is filled up."""
        front_end = self.recipe.front_end
        return front_end(np.pad(signal, (0, max(0, front_end.shortest - len(signal)))))

    @torch.no_grad()
    def _states(self, features: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """The hidden states of the frozen part of the encoder, (tokens, width) of each."""
        return [self.encoder(torch.from_numpy(one))[-1].float().numpy() for one in features]

    def _batch(self, rows: NDArray[np.int64], states: Sequence[NDArray[np.float32]]) -> Batch:
        tokens = max((len(one) for one in states), default=FEWEST)
        filled = np.zeros((len(states), tokens, self.encoder.width), np.float32)
        mask = np.zeros((len(states), tokens), bool)
        for i, one in enumerate(states):
            filled[i, : len(one)], mask[i, : len(one)] = one, True
        return Batch(rows, torch.from_numpy(filled), torch.from_numpy(mask))


def _cropped(signal: Signal, rng: np.random.Generator, longest: int) -> Signal:
    """At most `longest` samples, and of every second clip that is not short a random 70 to 100 %."""
    size = min(len(signal), longest)
    if len(signal) > _SHORTEST_CUT_S * RATE and rng.random() < 0.5:
        size = min(size, int(len(signal) * rng.uniform(0.7, 1)))
    start = int(rng.integers(len(signal) - size + 1))
    return signal[start : start + size]


def _masked(log_mel: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """A log-mel (1, bands, frames) with random bands at the mean of the whole."""
    masked, bands = log_mel.copy(), log_mel.shape[1]
    for _ in range(_MASKS):
        size = int(rng.integers(int(bands * _WIDEST_BAND) + 1))
        start = int(rng.integers(bands - size + 1))
        masked[:, start : start + size] = log_mel.mean()
    return masked


def _hidden(tokens: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The tokens with random spans set to zero."""
    hidden = tokens.copy()
    for _ in range(_MASKS):
        size = int(rng.integers(int(len(tokens) * _WIDEST_SPAN) + 1))
        start = int(rng.integers(len(tokens) - size + 1))
        hidden[start : start + size] = 0
    return hidden
