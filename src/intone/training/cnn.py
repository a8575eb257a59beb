"""Training the network on MFCC: one loop, a checkpoint after every epoch, the best epoch kept.

    intone train DIR --sex male --classes 2 --recipe original --validation chunks --to RUN

The random numbers of an epoch depend on the seed and the epoch alone, so that an interrupted training that goes on
ends with the same weights as one that was never stopped.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from intone.audio import Signal
from intone.corpora import cleaning, splits
from intone.errors import TrainingError
from intone.training import run
from intone.training.checkpoint import load_weights, progress, restore, save_weights
from intone.training.chunks import Drawn, draw
from intone.training.distributed import Ranks, lost_told, ranks
from intone.training.history import Epoch, read_history, write_history
from intone.training.recipes import Recipe
from intone.training.run import RunSettings

if TYPE_CHECKING:
    import pandas as pd


def train(table: "pd.DataFrame", settings: RunSettings, folder: Path, *, cache_in: Path | None = None,
          jobs: int | None = None) -> list[Epoch]:
    """Train into a folder, or go on with what is there; returns the history.

    `table` and `settings` are those of `run.plan`. Afterwards `best.safetensors` holds the weights of the epoch with
    the best validation accuracy (of the last epoch where nothing validates). Nothing is kept in `cache_in`: the chunks
    are drawn in memory.
    """
    del cache_in
    here, recipe = ranks(), settings.recipe_of(Recipe)
    here.first_before_others(lambda: run.open_run(folder, settings))
    history = read_history(folder / run.HISTORY)
    if len(history) >= recipe.epochs and (folder / run.BEST).is_file() and _epochs_kept(folder) == len(history):
        return history
    signals = cleaning.signals(table, recipe.front_end.envelope, jobs=jobs)
    train_set, validation_set = chunk_sets(table, signals, settings)
    state = _State(settings, train_set, here)
    history = history[: state.load(folder / run.CHECKPOINT)] if (folder / run.CHECKPOINT).is_file() else []
    bar = tqdm(range(len(history), recipe.epochs), initial=len(history), total=recipe.epochs, desc="training",
               unit="epoch", disable=here.hides_bars)
    for number in bar:
        with lost_told():
            learned = state.run_epoch(number, train_set)
        history.append(Epoch(number + 1, *learned, *state.score(validation_set)))
        line = history[-1]
        bar.set_postfix(loss=f"{line.loss:.3f}", accuracy=f"{line.accuracy:.3f}", val=f"{line.validation_accuracy:.3f}")
        if not math.isfinite(line.loss):
            raise TrainingError(f"The loss became {line.loss} in epoch {line.epoch}: start again with a smaller "
                                "learning rate.")
        if not here.first:
            continue
        if _is_best(history):
            save_weights(folder / run.BEST, state.network.state_dict(), {"epoch": str(line.epoch)})
        write_history(folder / run.HISTORY, history)
        state.save(folder / run.CHECKPOINT, number + 1)
    return history


def _epochs_kept(folder: Path) -> int:
    """The epochs that the checkpoint of a run has behind it; a full disk may have left out the last."""
    path = folder / run.CHECKPOINT
    return int(load_weights(path)[1]["epochs"]) if path.is_file() else 0


def chunk_sets(table: "pd.DataFrame", signals: Sequence[Signal], settings: RunSettings) -> tuple[Drawn, Drawn | None]:
    """The chunks that train and those that validate, drawn with the run's seed.

    By actors, either set is drawn from its own clips. By chunks, as the original did it, the last tenth of one set:
    chunks of the same files, which overlap those that train.
    """
    recipe, number = settings.recipe_of(Recipe), len(settings.labels)
    classes = [settings.labels.index(label) for label in table["label"]]
    validating = splits.speakers(table).isin(settings.validating).to_numpy()

    def drawn(which: np.ndarray, stream: int) -> Drawn:
        rng = np.random.default_rng([settings.seed, stream])
        clips = [int(i) for i in np.flatnonzero(which)]
        return draw([signals[i] for i in clips], [classes[i] for i in clips], number, recipe.front_end, rng,
                    recipe.draws)

    if settings.validation == "actors":
        return drawn(~validating, 0), drawn(validating, 1)
    everything = drawn(~validating, 0)
    if settings.validation == "none":
        return everything, None
    cut = round(len(everything.classes) * (1 - recipe.validation_share))
    return (Drawn(everything.features[:cut], everything.classes[:cut], everything.clips[:cut]),
            Drawn(everything.features[cut:], everything.classes[cut:], everything.clips[cut:]))


def class_weights(classes: np.ndarray, number: int) -> Tensor:
    """Balanced class weights, as scikit-learn's `compute_class_weight`; (number,).

    Of n chunks in C classes, each chunk of a class with n_c of them weighs n / (C n_c). All chunks of a class together
    then weigh n / C, whatever the class, and the mean weight of a chunk is 1, so that the learning rate means the same.
    """
    counts = np.bincount(classes, minlength=number)
    return torch.tensor(len(classes) / (number * np.maximum(counts, 1)), dtype=torch.float32)


def network(folder: Path) -> "MfccCnn":
    """The network of a run with its best weights, ready to answer."""
    made = run.read_run(folder)
    found = MfccCnn(len(made.labels), made.recipe_of(Recipe).front_end.shape)
    found.load_state_dict(load_weights(folder / run.BEST)[0])
    return found.eval()


class _State:
    """The network, the optimizer and the loss of a run."""

    def __init__(self, settings: RunSettings, training: Drawn, here: Ranks) -> None:
        self.settings, self.recipe, self.here = settings, settings.recipe_of(Recipe), here
        torch.manual_seed(settings.seed)
        number = len(settings.labels)
        self.network = MfccCnn(number, self.recipe.front_end.shape)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # its stub lacks this form
        self.network.minimum.fill_(float(training.features.min()))
        self.network.maximum.fill_(float(training.features.max()))
        self.network.to(here.device)
        self.learner = here.parallel(self.network)
        self.weights = class_weights(training.classes, number).to(here.device)
        self.optimizer = torch.optim.Adam(self.network.parameters(), self.recipe.learning_rate,
                                          eps=self.recipe.adam_epsilon)

    def run_epoch(self, number: int, data: Drawn) -> tuple[float, float]:
        """One pass in random order: mean weighted loss and accuracy while training."""
        torch.manual_seed((self.settings.seed + 1) * 100_003 + number)
        self.network.train()
        order = torch.randperm(len(data.classes))
        features, classes = torch.from_numpy(data.features), torch.from_numpy(data.classes)
        losses, right = 0.0, 0.0
        for rows in tqdm(torch.split(order, self.recipe.batch), leave=False, unit="batch",
                         disable=self.here.hides_bars):
            own = self.here.share(rows)
            truth = self.here.here(classes[own])
            with self.here.autocast():
                logits = self.learner(self.here.here(features[own])).float()
            weight = self.weights.cpu()[classes[rows]].sum()
            loss = cross_entropy(logits, truth, self.weights, reduction="sum") / weight
            self.optimizer.zero_grad()
            (loss * self.here.world).backward()  # DistributedDataParallel divides the summed gradients by the world
            self.optimizer.step()
            losses += float(loss.detach()) * len(rows)
            right += int((logits.argmax(1) == truth).sum())
        losses, right = self.here.summed(losses, right)
        return losses / len(order), right / len(order)

    @torch.no_grad()
    def score(self, data: Drawn | None) -> tuple[float, float]:
        """Loss and accuracy on chunks that do not train; NaN where there are none."""
        if data is None:
            return math.nan, math.nan
        self.network.eval()
        parts = [self.network(self.here.here(part)) for part in torch.split(torch.from_numpy(data.features), 2048)]
        logits, classes = torch.cat(parts), torch.from_numpy(data.classes).to(self.here.device)
        return float(cross_entropy(logits, classes, self.weights)), float((logits.argmax(1) == classes).double().mean())

    def save(self, path: Path, epochs: int) -> None:
        save_weights(path, progress(self.network, self.optimizer), {"epochs": str(epochs)})

    def load(self, path: Path) -> int:
        """Take up a checkpoint; returns the epochs that it has behind it."""
        tensors, notes = load_weights(path)
        restore(tensors, self.network, self.optimizer)
        return int(notes["epochs"])


def _is_best(history: Sequence[Epoch]) -> bool:
    """Whether the last epoch is the best so far; without validation the last one always is."""
    accuracies = [line.validation_accuracy for line in history]
    return math.isnan(accuracies[-1]) or accuracies[-1] > max(accuracies[:-1], default=-1.0)


class MfccCnn(nn.Module):
    """The original's CNN: 3x3 convolutions (16, 32, 64, 128), max-pool 2x2, dropout 0.5, dense 128, 64 and classes.

    498,882 parameters with two classes and chunks of 9 frames x 13 coefficients. Input (n, frames, coefficients) as
    the front end gives it, output logits (n, classes). The input is scaled to 0..1 with the minimum and the maximum
    over the whole training set, which are part of the network. Weights start as in Keras: Glorot uniform, biases zero.
    """

    minimum: Tensor
    maximum: Tensor

    def __init__(self, classes: int, shape: tuple[int, int] = (9, 13)) -> None:
        super().__init__()
        widths = (1, 16, 32, 64, 128)
        layers: list[nn.Module] = []
        for i in range(4):
            layers += [nn.Conv2d(widths[i], widths[i + 1], 3, padding="same"), nn.ReLU()]
        self.convolutions = nn.Sequential(*layers, nn.MaxPool2d(2), nn.Dropout(0.5), nn.Flatten())
        pooled = widths[-1] * (shape[0] // 2) * (shape[1] // 2)
        self.dense = nn.Sequential(nn.Linear(pooled, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(),
                                   nn.Linear(64, classes))
        self.register_buffer("minimum", torch.tensor(0.0))
        self.register_buffer("maximum", torch.tensor(1.0))
        self.apply(_keras_start)

    def forward(self, features: Tensor) -> Tensor:
        scaled = (features - self.minimum) / (self.maximum - self.minimum)
        logits: Tensor = self.dense(self.convolutions(scaled.unsqueeze(1)))
        return logits


def parameters(network: nn.Module) -> int:
    """The number of trained weights."""
    return sum(weight.numel() for weight in network.parameters())


def _keras_start(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
