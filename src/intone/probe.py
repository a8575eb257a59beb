"""A linear probe: what the middle layers of a frozen speech encoder know of emotion.

    intone train ravdess=DIR crema-d=DIR --model openai/whisper-base --to RUN

Mean and standard deviation over time of some layers -> one linear layer -> softmax. Nothing of the encoder is trained,
so that every clip is put through it once, and the fit itself is a convex problem of seconds. The loss of a clip runs
over the emotions that its corpus has: a clip of CREMA-D, which knows no calm, says nothing about calm.
"""

from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from intone import labels, run, states
from intone.encoder import Encoder, load_encoder, pooled
from intone.parallel import mapped
from intone.recipe import ProbeRecipe
from intone.run import RunSettings
from intone.states import StateSettings
from intone.weights import load_weights, save_weights

if TYPE_CHECKING:
    import pandas as pd

FEATURES = "features"
"""Folder of a run in which the states of every clip are kept, so that an interrupted run goes on."""


class Probe(nn.Module):
    """Encoder, pooling and linear layer: log-mel (1, bands, frames) -> logits (1, labels)."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, encoder: Encoder, layers: Sequence[int], outputs: int) -> None:
        super().__init__()
        self.encoder, self.layers = encoder, tuple(layers)
        size = len(self.layers) * 2 * encoder.width
        self.linear = nn.Linear(size, outputs)
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("deviation", torch.ones(size))

    def forward(self, log_mel: Tensor) -> Tensor:
        read = pooled(self.encoder(log_mel))[list(self.layers)].reshape(1, -1)
        logits: Tensor = self.linear((read - self.mean) / self.deviation)
        return logits


def train(
    table: "pd.DataFrame", settings: RunSettings, folder: Path, *, cache_in: Path | None = None, jobs: int | None = None
) -> None:
    """Fit the probe of a run on the clips of `plan`; writes `best.safetensors` into its folder.

    `cache_in` shares what the encoder says of clips between runs; without it that is kept in the run's folder.
    """
    recipe = settings.probe
    run.open_run(folder, settings)
    if (folder / run.BEST).is_file():
        return
    features = layers_of(table, recipe, cache_in or folder / FEATURES, jobs=jobs).reshape(len(table), -1)
    validating = run.voices(table).isin(settings.validating).to_numpy()
    classes = np.array([settings.labels.index(label) for label in table["label"]])
    allowed, weights = allowed_labels(table, settings.labels), importance(table)
    mean, deviation = features[~validating].mean(axis=0), features[~validating].std(axis=0) + 1e-6
    scaled = (features - mean) / deviation
    weight, bias = fit(scaled[~validating], classes[~validating], allowed[~validating], weights[~validating],
                       recipe.penalty)
    bias[torch.from_numpy(~allowed[~validating].any(axis=0))] = NEVER
    save_weights(folder / run.BEST, {"linear.weight": weight, "linear.bias": bias,
                                     "mean": torch.from_numpy(mean), "deviation": torch.from_numpy(deviation)}, {})


def network(folder: Path) -> Probe:
    """The trained probe of a run, with its encoder."""
    made = run.read_run(folder)
    tensors, _ = load_weights(folder / run.BEST)
    probe = Probe(load_encoder(made.probe.encoder, max(made.probe.layers)), made.probe.layers, len(made.labels))
    probe.load_state_dict(tensors, strict=False)  # the encoder has its own weights
    return probe.eval()


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


def fit(
    features: NDArray[np.float32], classes: NDArray[np.int64], allowed: NDArray[np.bool_], weights: NDArray[np.float32],
    penalty: float,
) -> tuple[Tensor, Tensor]:
    """Weights (labels, features) and biases (labels,) of a logistic regression over the allowed labels.

    Minimises the weighted mean of the cross-entropy plus `penalty` times the squared weights, by L-BFGS.
    """
    x, y = torch.from_numpy(features), torch.from_numpy(classes)
    forbidden, w = torch.from_numpy(~allowed), torch.from_numpy(weights)
    weight = torch.zeros(allowed.shape[1], features.shape[1], requires_grad=True)
    bias = torch.zeros(allowed.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=200, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        logits = (x @ weight.T + bias).masked_fill(forbidden, -1e9)
        value = (w * nn.functional.cross_entropy(logits, y, reduction="none")).sum() / w.sum()
        value = value + penalty * weight.square().sum()
        value.backward()  # type: ignore[no-untyped-call]  # torch has no annotation here
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weight.detach(), bias.detach()


def layers_of(
    table: "pd.DataFrame", recipe: ProbeRecipe, folder: Path, *, jobs: int | None = None
) -> NDArray[np.float32]:
    """Pooled layers of every clip of a table, (clips, layers read, 2 width).

    The states of the lowest layer that is read are kept in `folder`, a file a clip; the layers above are put on top.
    """
    lowest = min(recipe.layers)
    kept = states.encode(table, StateSettings(recipe.encoder, lowest, recipe.front_end), folder, jobs=jobs)
    work = partial(_pooled_layers, encoder=recipe.encoder, layers=recipe.layers)
    return np.stack(list(mapped(work, kept, title="pooling", jobs=jobs)))


def _pooled_layers(kept: Path, encoder: str, layers: tuple[int, ...]) -> NDArray[np.float32]:
    torch.set_num_threads(1)
    lowest = min(layers)
    hidden = torch.from_numpy(states.read_states(kept).astype(np.float32))[None]
    above = [hidden]
    with torch.inference_mode():
        for layer in _encoder(encoder, max(layers)).layers[lowest:]:
            above.append(layer(above[-1], None))
        found = pooled(torch.cat([above[number - lowest] for number in layers]))
    return found.numpy()


@cache
def _encoder(name: str, layers: int) -> Encoder:
    return load_encoder(name, layers)
