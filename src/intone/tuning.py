"""Fine-tuning: layers of a speech encoder learn further, beside a linear probe of what they were.

    intone train ravdess=DIR crema-d=DIR --model openai/whisper-base --to RUN

What stays as it is hears each clip once (`states`), as recorded and in random variations; of the rest all weights
learn, or `adapters` alone. The loss of a clip runs over the emotions that its corpus has: a clip of CREMA-D, which
knows no calm, says nothing about calm. The random numbers of a step depend on the seed, the epoch and the step alone,
so that a training that was stopped goes on within its epoch, and ends as one that was not.
"""

import math
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from intone import folds, run, states
from intone.adapters import adapt
from intone.allocator import keep_memory
from intone.batches import Batch, Clips
from intone.encoder import Encoder, load_encoder
from intone.errors import TrainingError
from intone.history import Epoch, read_history, write_history
from intone.probe import FEATURES, NEVER, Reading, fitted
from intone.ranks import Ranks, lost_told, ranks
from intone.run import RunSettings
from intone.states import StateSettings
from intone.upper import Tuned, Upper
from intone.weights import load_weights, progress, restore, save_weights

if TYPE_CHECKING:
    import pandas as pd

STEPS_KEPT = 100
"""Steps between two checkpoints within an epoch."""

UNTOUCHED = "untouched"
"""Name of the weight of the probe among the tensors of a run."""

SHARES = [round(0.05 * step, 2) for step in range(21)]
"""The weights of the probe that are compared."""


def network(folder: Path) -> Tuned:
    """The trained network of a run, with its encoder."""
    made = run.read_run(folder)
    lower, upper = _parts(made)
    reading = Reading(made.tuned.probed, lower.width, len(made.labels))
    tensors, _ = load_weights(folder / run.BEST)
    share = float(tensors.pop(UNTOUCHED))
    nn.ModuleDict({"upper": upper, "reading": reading}).load_state_dict(tensors)
    return Tuned(lower, upper, reading, share).eval()


def _parts(made: RunSettings) -> tuple[Encoder, Upper]:
    """The frozen layers, and the ones that learn as they are before the training."""
    recipe = made.tuned
    encoder = load_encoder(recipe.encoder, recipe.frozen + recipe.tuned)
    learn = encoder.take_off(recipe.frozen, recipe.stride, max(recipe.probed))
    upper = Upper(learn, encoder.width, len(made.labels), recipe.dropout, recipe.stride)
    if recipe.rank:
        for layer in upper.layers:
            adapt(layer, recipe.rank)
    return encoder, upper


def train(
    table: "pd.DataFrame", settings: RunSettings, folder: Path, *, cache_in: Path | None = None,
    evaluation: Path | None = None, jobs: int | None = None,
) -> None:
    """Tune into a folder, or go on with what is there; writes `history.csv` and `best.safetensors`.

    `table` and `settings` are those of `plan`. `cache_in` shares the states of clips between runs; without it they are
    kept in the run's folder. Where no voice validates, the folds of an `evaluation` say how much the probe weighs. The
    weights that are kept are those after the last step: the rates end at zero. Of several `ranks` each takes its share
    of a batch; the result differs by no more than the order of sums.
    """
    recipe, here = settings.tuned, ranks()
    here.first_before_others(lambda: run.open_run(folder, settings))
    if (folder / run.BEST).is_file():
        return
    kept = StateSettings(recipe.encoder, recipe.frozen, recipe.front_end, max(recipe.probed), recipe.stride)
    keep_memory()
    files = here.first_before_others(lambda: states.encode(table, kept, cache_in or folder / FEATURES,
                                                           variations=recipe.variations, jobs=jobs))
    clips = Clips(table, settings, files)
    state = _State(settings, clips, here)
    state.load(folder / run.CHECKPOINT)
    history = read_history(folder / run.HISTORY)[: state.epoch]
    while state.epoch < recipe.epochs:
        with lost_told():
            loss, accuracy = state.run_epoch(folder / run.CHECKPOINT)
        state.epoch, state.step, state.losses, state.right = state.epoch + 1, 0, 0.0, 0
        if here.first:
            history.append(Epoch(state.epoch, loss, accuracy, *state.score()))
            write_history(folder / run.HISTORY, history)
            state.save(folder / run.CHECKPOINT)
    if not here.first:
        return
    state.silence()
    alone = np.arange(len(settings.labels))[:, None]  # a label has no part that another one has
    reading = fitted(table, settings, files, recipe.probed, recipe.penalty, alone)
    trained = nn.ModuleDict({"upper": state.network, "reading": reading}).state_dict()
    share = _share_of_folds(evaluation) if evaluation else recipe.untouched
    if len(clips.validating):
        share = state.best_share(reading)
    save_weights(folder / run.BEST, trained | {UNTOUCHED: torch.tensor(share)}, {"epoch": str(recipe.epochs)})


def _share_of_folds(evaluation: Path) -> float:
    """The mean weight of the probe in the folds of an evaluation; a TrainingError where one is missing."""
    paths = [evaluation / f"fold-{number}" / run.BEST for number in folds.FOLDS]
    if missing := [path for path in paths if not path.is_file()]:
        raise TrainingError(f"{missing[0]} is not there: name the folder of a finished `intone evaluate` with five "
                            "folds.")
    return float(np.mean([float(load_weights(path)[0][UNTOUCHED]) for path in paths]))


class _State:
    """The network, the optimizer, and how far they are."""

    def __init__(self, settings: RunSettings, clips: Clips, here: Ranks) -> None:
        self.settings, self.clips, self.recipe, self.here = settings, clips, settings.tuned, here
        torch.manual_seed(settings.seed)
        _, self.network = _parts(settings)
        self.network.to(here.device)
        self.learner = here.parallel(self.network)
        self.optimizer = torch.optim.AdamW(self._groups(), weight_decay=self.recipe.weight_decay, fused=True)
        self.rates = [group["lr"] for group in self.optimizer.param_groups]
        self.epoch, self.step, self.losses, self.right = 0, 0, 0.0, 0

    def _groups(self) -> list[dict[str, object]]:
        """The weights with their rates: the head's, and a layer's the lower the deeper it lies."""
        head = [weight for name, weight in self.network.named_parameters() if not name.startswith("layers.")]
        groups: list[dict[str, object]] = [{"params": head, "lr": self.recipe.head_rate}]
        for depth, layer in enumerate(reversed(self.network.layers)):
            rate = self.recipe.learning_rate * self.recipe.layer_decay**depth
            groups.append({"params": [weight for weight in layer.parameters() if weight.requires_grad], "lr": rate})
        return groups

    def run_epoch(self, checkpoint: Path) -> tuple[float, float]:
        """What is left of an epoch: mean loss and accuracy while training."""
        batches, total = self.clips.epoch(self.epoch), self.clips.an_epoch * self.recipe.epochs
        title = f"epoch {self.epoch + 1} of {self.recipe.epochs}"
        bar = tqdm(range(self.step, len(batches)), initial=self.step, total=len(batches), desc=title, unit="batch",
                   disable=self.here.hides_bars)
        self.network.train()
        for step in bar:
            share = _rate((self.epoch * self.clips.an_epoch + step + 1) / total, self.recipe.warm_up)
            for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
                group["lr"] = rate * share
            self._learn(batches[step], step)
            self.step = step + 1
            bar.set_postfix(loss=f"{self.losses / self.step:.3f}")
            if self.step % STEPS_KEPT == 0:
                self.save(checkpoint)
        return self.losses / len(batches), self.right / sum(len(rows) for rows in batches)

    def _learn(self, rows: NDArray[np.int64], step: int) -> None:
        torch.manual_seed((self.settings.seed + 1) * 1_000_003 + self.epoch * 10_007 + step)
        batch = self.clips.varied(rows, np.random.default_rng([self.settings.seed, self.epoch, step]))
        own = self.here.share(np.arange(len(rows)))
        forbidden = self.here.here(~self.clips.allowed[rows[own]])
        classes = self.here.here(self.clips.labels[rows[own]])
        mixed = self.recipe.precision == "mixed"
        with self.here.autocast(on_processors=True) if mixed else nullcontext():
            logits = self.learner(self.here.here(batch.states[own]), self.here.here(batch.heard[own])).float()
        logits = logits.masked_fill(forbidden, -1e9)
        loss = _smooth_cross_entropy(logits, classes, forbidden, self.recipe.smoothing).sum() / len(rows)
        self.optimizer.zero_grad()
        (loss * self.here.world).backward()  # of which the mean over all processes is taken
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        lost, right = self.here.summed(float(loss.detach()), int((logits.argmax(1) == classes).sum()))
        if not math.isfinite(lost):
            raise TrainingError(f"The loss became {lost} in epoch {self.epoch + 1}: start again with a smaller "
                                "learning rate, or look for a damaged clip.")
        self.optimizer.step()
        self.losses += lost
        self.right += int(right)

    @torch.no_grad()
    def score(self) -> tuple[float, float]:
        """Cross-entropy and accuracy on the spoken clips of voices that do not train; NaN without such."""
        if not len(self.clips.validating):
            return math.nan, math.nan
        self.network.eval()
        losses, right = 0.0, 0
        for batch in self.clips.plain(self.clips.validating):
            logits = self._answers(batch).masked_fill(~self.clips.allowed[batch.rows], -1e9)
            classes = self.clips.labels[batch.rows]
            losses += float(nn.functional.cross_entropy(logits, classes, reduction="sum"))
            right += int((logits.argmax(1) == classes).sum())
        return losses / len(self.clips.validating), right / len(self.clips.validating)

    @torch.no_grad()
    def best_share(self, reading: Reading) -> float:
        """The weight of a probe, 0 to 1, with which the validating clips get the smallest cross-entropy."""
        self.network.eval()
        reading.eval()
        truths = []
        for batch in self.clips.plain(self.clips.validating):
            pooled_layers = torch.from_numpy(np.stack([states.read_pooled(self.clips.files[0][i]) for i in batch.rows]))
            logits = torch.stack([self._answers(batch), reading(pooled_layers)])
            shares = torch.softmax(logits.masked_fill(~self.clips.allowed[batch.rows], -1e9), 2)
            truths.append(shares[:, torch.arange(len(batch.rows)), self.clips.labels[batch.rows]])
        learned, known = torch.cat(truths, 1).clamp_min(1e-9)
        losses = [-((1 - share) * learned + share * known).log().mean() for share in SHARES]
        return float(SHARES[int(torch.stack(losses).argmin())])

    def _answers(self, batch: Batch) -> Tensor:
        """Logits of a batch, on the CPU."""
        logits: Tensor = self.network(self.here.here(batch.states), self.here.here(batch.heard))
        return logits.cpu()

    @torch.no_grad()
    def silence(self) -> None:
        """Let the labels that no corpus has never be answered."""
        unknown = ~self.clips.allowed.any(dim=0)
        self.network.linear.weight[unknown], self.network.linear.bias[unknown] = 0, NEVER

    def save(self, path: Path) -> None:
        """Write a checkpoint, if this is the process that writes."""
        if not self.here.first:
            return
        notes = {"epoch": self.epoch, "step": self.step, "losses": self.losses, "right": self.right}
        save_weights(path, progress(self.network, self.optimizer), {name: repr(value) for name, value in notes.items()})

    def load(self, path: Path) -> None:
        """Take up a checkpoint where there is one."""
        if not path.is_file():
            return
        tensors, notes = load_weights(path)
        restore(tensors, self.network, self.optimizer)
        self.epoch, self.step, self.right = int(notes["epoch"]), int(notes["step"]), int(notes["right"])
        self.losses = float(notes["losses"])


def _rate(done: float, warm_up: float) -> float:
    """The share of the full rate after a share `done` of the steps: up a line, then down a cosine to zero."""
    if done < warm_up:
        return done / warm_up
    return 0.5 * (1 + math.cos(math.pi * (done - warm_up) / (1 - warm_up)))


def _smooth_cross_entropy(logits: Tensor, classes: Tensor, forbidden: Tensor, smoothing: float) -> Tensor:
    """Cross-entropy of each clip with a share of the truth spread evenly over the labels that a clip may have."""
    allowed = (~forbidden).float()
    even = smoothing * allowed / allowed.sum(1, keepdim=True)
    wanted = even + (1 - smoothing) * nn.functional.one_hot(classes, logits.shape[1])
    return -(wanted * torch.log_softmax(logits, 1) * allowed).sum(1)
