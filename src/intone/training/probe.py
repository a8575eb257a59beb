"""A linear probe: a linear classifier of emotion on the layers of a frozen speech encoder.

    intone train ravdess=DIR crema-d=DIR --model openai/whisper-base --to RUN

Statistics pooling (mean and standard deviation over time) of some layers -> one linear layer -> softmax. The encoder is
not trained: every clip goes through it once, and the fit itself is a convex problem of seconds. The softmax of a clip
runs over the emotions that its corpus has: a clip from a corpus without calm is no evidence about calm.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from intone import labels
from intone.corpora import splits
from intone.training import encoder_cache, run
from intone.training.checkpoint import load_weights, save_weights
from intone.training.distributed import ranks
from intone.training.encoder_cache import StateSettings
from intone.training.encoders import Encoder, load_encoder, pooled
from intone.training.novelty import Standard
from intone.training.recipes import ProbeRecipe
from intone.training.run import FEATURES, RunSettings
from intone.training.targets import NEVER, allowed_labels, importance

if TYPE_CHECKING:
    import pandas as pd


class Reading(nn.Module):
    """The linear layer: mean and deviation over time of layers, (clips, layers, 2 width) -> logits (clips, labels).

    Layers are counted from the stem, which is 0. Every feature is standardised and clipped first (`Standard`), so that
    an out-of-distribution sound cannot decide an answer by one extreme feature.
    """

    def __init__(self, layers: Sequence[int], width: int, outputs: int) -> None:
        super().__init__()
        self.layers = list(layers)
        size = len(self.layers) * 2 * width
        self.standard, self.linear = Standard(size), nn.Linear(size, outputs)

    def forward(self, found: Tensor) -> Tensor:
        logits: Tensor = self.linear(self.standard(self.features(found)))
        return logits

    def features(self, found: Tensor) -> Tensor:
        """The features that the layer reads, (clips, n)."""
        return found[:, self.layers].flatten(1)


class Probe(nn.Module):
    """Encoder, pooling and linear layer: the encoder's input of one clip -> logits (1, labels)."""

    def __init__(self, encoder: Encoder, reading: Reading) -> None:
        super().__init__()
        self.encoder, self.reading = encoder, reading

    def forward(self, features: Tensor) -> Tensor:
        return self.judged(features)[0]

    def judged(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (1, labels) and ood_score (1,)."""
        found = pooled(self.encoder(features))[None]
        return self.reading(found), self.reading.standard.ood_score(self.reading.features(found))


def train(
    table: "pd.DataFrame", settings: RunSettings, folder: Path, *, cache_in: Path | None = None, jobs: int | None = None
) -> None:
    """Fit the probe of a run on the clips of `run.plan`; writes `best.safetensors` into its folder.

    `cache_in` shares the pooled states of clips between runs; without it they are kept in the run's folder.
    """
    recipe = settings.recipe_of(ProbeRecipe)
    if not ranks().first:
        return  # a fit of seconds is not shared
    run.open_run(folder, settings)
    if (folder / run.BEST).is_file():
        return
    kept = StateSettings(recipe.encoder, max(recipe.layers), recipe.front_end)
    files = encoder_cache.encode(table, kept, cache_in or folder / FEATURES, jobs=jobs)
    save_weights(folder / run.BEST, fitted(table, settings, files).state_dict(), {})


def fitted(table: "pd.DataFrame", settings: RunSettings, files: Sequence[Path]) -> Reading:
    """The linear layer fitted on the clips of speakers that do not validate; `files` are those of `encode`."""
    recipe = settings.recipe_of(ProbeRecipe)
    trains = [int(row) for row in np.flatnonzero(~splits.speakers(table).isin(settings.validating).to_numpy())]
    found = torch.from_numpy(np.stack([encoder_cache.read_pooled(files[row]) for row in trains]))
    reading = Reading(recipe.layers, found.shape[2] // 2, len(settings.labels))
    reading.standard.learn(reading.features(found))
    classes = np.array([settings.labels.index(label) for label in table["label"]])[trains]
    allowed, weights = allowed_labels(table, settings.labels)[trains], importance(table)[trains]
    weight, bias = fit(reading.standard(reading.features(found)).numpy(), classes, allowed, weights, recipe.penalty,
                       labels.parts(settings.labels))
    bias[torch.from_numpy(~allowed.any(axis=0))] = NEVER
    reading.linear.weight.data, reading.linear.bias.data = weight, bias
    return reading


def network(folder: Path) -> Probe:
    """The trained probe of a run, with its encoder."""
    made = run.read_run(folder)
    recipe = made.recipe_of(ProbeRecipe)
    encoder = load_encoder(recipe.encoder, max(recipe.layers))
    reading = Reading(recipe.layers, encoder.width, len(made.labels))
    reading.load_state_dict(load_weights(folder / run.BEST)[0])
    return Probe(encoder, reading).eval()


def fit(
    features: NDArray[np.float32], classes: NDArray[np.int64], allowed: NDArray[np.bool_], weights: NDArray[np.float32],
    penalty: float, parts: NDArray[np.int64],
) -> tuple[Tensor, Tensor]:
    """Weights (labels, features) and biases (labels,) of a logistic regression over the allowed labels.

    The weights of a label are the sum of those of its `parts` (labels, n), its class and its sex: w_label = w_class +
    w_sex. An emotion is then learned from the clips of both sexes. Minimises

        sum_i v_i CE(softmax over the allowed labels of clip i) / sum_i v_i  +  penalty * sum of the squared weights

    by L-BFGS, with the importance v_i of each clip. The features are standardised, so that one penalty fits all. The
    logit of a label that is not allowed is -1e9: its probability is 0, and so is its gradient.
    """
    x, y = torch.from_numpy(features), torch.from_numpy(classes)
    forbidden, w = torch.from_numpy(~allowed), torch.from_numpy(weights)
    weight = torch.zeros(int(parts.max()) + 1, features.shape[1], requires_grad=True)
    bias = torch.zeros(len(weight), requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=200, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        logits = (x @ weight.T + bias)[:, parts].sum(2).masked_fill(forbidden, -1e9)
        value = (w * nn.functional.cross_entropy(logits, y, reduction="none")).sum() / w.sum()
        value = value + penalty * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return weight.detach()[parts].sum(1), bias.detach()[parts].sum(1)
