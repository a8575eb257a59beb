"""Fine-tuning: layers of a speech encoder learn emotion.

    intone train ravdess=DIR crema-d=DIR --model openai/whisper-base --to RUN

The stem of the encoder and its frozen layers process each clip augmented anew (`finetune_batches`); all weights of the
layers above learn.

Corpora have different emotions: one may have no clip that is calm. A network could learn from that to recognise the
corpus (its microphones, its rooms) and to call nothing in it calm, which is worth nothing elsewhere. Logit adjustment
(Menon et al. 2021, https://arxiv.org/abs/2007.07314) takes this reason away: while training, the logits z of the
emotions that the clip's corpus does not have are lowered by a constant a, `TunedRecipe.logit_adjustment`,

    p(label | clip) = softmax(z - a [the corpus does not have the label])

which is a prior of e^-a (1/20 with a = 3) for such a label against one of the corpus. The prior says already that the
label is unlikely there, and little is left for the network to learn. A finite a still lets it learn that a clip that is
clearly angry is not calm. Without the adjustment, at test time, no corpus is assumed.

The random numbers of a step depend on the seed, the epoch and the step alone, so that a training that was stopped goes
on within its epoch, and ends with the same weights as one that was not.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from intone.errors import TrainingError
from intone.parallel import keep_memory
from intone.training import clip_cache, run
from intone.training.checkpoint import load_weights, progress, restore, save_weights
from intone.training.distributed import Ranks, lost_told, ranks
from intone.training.encoders import Encoder, load_encoder
from intone.training.finetune_batches import Batch, Clips
from intone.training.finetune_network import Tuned, Upper
from intone.training.history import Epoch, read_history, write_history
from intone.training.recipes import TunedRecipe
from intone.training.run import FEATURES, RunSettings
from intone.training.targets import NEVER

if TYPE_CHECKING:
    import pandas as pd

STEPS_KEPT = 100
"""Steps between two checkpoints within an epoch."""

STANDARDS = 2000
"""Clips, at most, over which the statistics of the head's features are taken."""


def network(folder: Path) -> Tuned:
    """The trained network of a run, with its encoder."""
    lower, upper = _parts(run.read_run(folder))
    upper.load_state_dict(load_weights(folder / run.BEST)[0])
    return Tuned(lower, upper).eval()


def _parts(made: RunSettings) -> tuple[Encoder, Upper]:
    """The frozen layers, and the ones that learn as they are before the training."""
    recipe = made.recipe_of(TunedRecipe)
    encoder = load_encoder(recipe.encoder, recipe.frozen + recipe.tuned)
    learn = encoder.take_off(recipe.frozen, recipe.stride)
    return encoder, Upper(learn, encoder.width, made.labels, recipe.dropout, recipe.stride)


def train(
    table: "pd.DataFrame", settings: RunSettings, folder: Path, *, cache_in: Path | None = None,
    jobs: int | None = None,
) -> None:
    """Fine-tune into a folder, or go on with what is there; writes `history.csv` and `best.safetensors`.

    `table` and `settings` are those of `run.plan`. `cache_in` shares the speech of the clips between runs; without it
    that is kept in the run's folder. The weights that are kept are those after the last step: the rates end at zero. Of
    several `ranks` each takes its share of a batch; the result differs by no more than the order of sums.
    """
    recipe, here = settings.recipe_of(TunedRecipe), ranks()
    here.first_before_others(lambda: run.open_run(folder, settings))
    if (folder / run.BEST).is_file():
        return
    keep_memory()
    files = here.first_before_others(lambda: clip_cache.keep(table, cache_in or folder / FEATURES, jobs=jobs))
    state = _State(table, settings, files, here)
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
    if here.first:
        state.finish()
        save_weights(folder / run.BEST, state.network.state_dict(), {"epoch": str(recipe.epochs)})


class _State:
    """The network, the optimizer, and how far they are."""

    def __init__(self, table: "pd.DataFrame", settings: RunSettings, files: Sequence[Path], here: Ranks) -> None:
        self.settings, self.recipe, self.here = settings, settings.recipe_of(TunedRecipe), here
        torch.manual_seed(settings.seed)
        encoder, self.network = _parts(settings)
        self.clips = Clips(table, settings, files, encoder)
        self.network.to(here.device)
        self.learner = here.parallel(self.network)
        self.optimizer = torch.optim.AdamW(self._groups(), weight_decay=self.recipe.weight_decay, fused=True)
        self.rates = [group["lr"] for group in self.optimizer.param_groups]
        self.epoch, self.step, self.losses, self.right = 0, 0, 0.0, 0

    def _groups(self) -> list[dict[str, object]]:
        """The weights with their learning rates: the head's, and for a layer the lower the deeper it lies.

        Layer d below the top learns with rate * layer_decay^d (Howard & Ruder 2018): lower layers are more general.
        """
        head = [weight for name, weight in self.network.named_parameters() if not name.startswith("layers.")]
        groups: list[dict[str, object]] = [{"params": head, "lr": self.recipe.head_rate}]
        for depth, layer in enumerate(reversed(self.network.layers)):
            rate = self.recipe.learning_rate * self.recipe.layer_decay**depth
            groups.append({"params": [weight for weight in layer.parameters() if weight.requires_grad], "lr": rate})
        return groups

    def run_epoch(self, checkpoint: Path) -> tuple[float, float]:
        """What is left of an epoch: mean loss and accuracy while training."""
        batches = self.clips.epoch(self.epoch)
        total = len(batches) * self.recipe.epochs
        title = f"epoch {self.epoch + 1} of {self.recipe.epochs}"
        bar = tqdm(range(self.step, len(batches)), initial=self.step, total=len(batches), desc=title, unit="batch",
                   disable=self.here.hides_bars)
        self.network.train()
        with ThreadPoolExecutor(1) as ahead:  # augments the next batch while the network learns from this one
            coming = ahead.submit(self._augmented, batches, self.step)
            for step in bar:
                batch = coming.result()
                if step + 1 < len(batches):
                    coming = ahead.submit(self._augmented, batches, step + 1)
                share = _rate((self.epoch * len(batches) + step + 1) / total, self.recipe.warm_up)
                for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
                    group["lr"] = rate * share
                self._learn(batch, len(batches[step]), step)
                self.step = step + 1
                bar.set_postfix(loss=f"{self.losses / self.step:.3f}")
                if self.step % STEPS_KEPT == 0:
                    self.save(checkpoint)
        return self.losses / len(batches), self.right / sum(len(rows) for rows in batches)

    def _augmented(self, batches: Sequence[NDArray[np.int64]], step: int) -> Batch:
        """This process's share of a batch."""
        places = self.here.share(np.arange(len(batches[step])))
        with self._precision():
            return self.clips.augmented(batches[step][places], places, (self.settings.seed, self.epoch, step))

    def _precision(self) -> AbstractContextManager[Any]:
        """In which products are computed: half precision where that is wanted and this device has it."""
        return self.here.autocast(on_processors=True) if self.recipe.precision == "mixed" else nullcontext()

    def _learn(self, batch: Batch, size: int, step: int) -> None:
        """Learn from this process's share of a batch of `size` clips."""
        torch.manual_seed((self.settings.seed + 1) * 1_000_003 + self.epoch * 10_007 + step)
        forbidden = self.here.here(~self.clips.allowed[batch.rows])
        classes = self.here.here(self.clips.labels[batch.rows])
        with self._precision():
            logits = self.learner(self.here.here(batch.states), self.here.here(batch.mask)).float()
        logits = logits - self.recipe.logit_adjustment * forbidden
        loss = _smooth_cross_entropy(logits, classes, forbidden, self.recipe.smoothing).sum() / size
        self.optimizer.zero_grad()
        (loss * self.here.world).backward()  # DistributedDataParallel divides the summed gradients by the world
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
        """Cross-entropy and accuracy on the spoken clips of speakers that do not train; NaN where there are none."""
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

    def _answers(self, batch: Batch) -> Tensor:
        """Logits of a batch, on the CPU."""
        logits: Tensor = self.network(self.here.here(batch.states), self.here.here(batch.mask))
        return logits.cpu()

    @torch.no_grad()
    def finish(self) -> None:
        """Exclude the labels that no corpus has from all answers, and take the statistics of the head's features."""
        learned = self.network.parts.cpu()[self.clips.allowed.any(dim=0)]
        unknown = ~torch.isin(torch.arange(len(self.network.linear.bias)), learned)
        self.network.linear.weight[unknown], self.network.linear.bias[unknown] = 0, NEVER
        self.network.eval()
        rows = np.random.default_rng(self.settings.seed).permutation(np.concatenate(list(self.clips.groups.values())))
        seen = [self.network.pooled(self.here.here(batch.states), self.here.here(batch.mask))
                for batch in self.clips.plain(rows[:STANDARDS])]
        self.network.standard.learn(self.network.means(torch.cat(seen)))

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
    """The share of the full learning rate after a share `done` of the steps: linear warm-up, then cosine decay to 0.

    (1 + cos(pi x)) / 2 falls from 1 to 0 as x goes from 0, the end of the warm-up, to 1 (Loshchilov & Hutter 2017).
    """
    if done < warm_up:
        return done / warm_up
    return 0.5 * (1 + math.cos(math.pi * (done - warm_up) / (1 - warm_up)))


def _smooth_cross_entropy(logits: Tensor, classes: Tensor, forbidden: Tensor, smoothing: float) -> Tensor:
    """Cross-entropy of each clip with label smoothing over the labels that its corpus has.

    The target is s / n for each of the n allowed labels, and 1 - s more for the true one (Szegedy et al. 2016).
    """
    allowed = (~forbidden).float()
    even = smoothing * allowed / allowed.sum(1, keepdim=True)
    wanted = even + (1 - smoothing) * nn.functional.one_hot(classes, logits.shape[1])
    return -(wanted * torch.log_softmax(logits, 1)).sum(1)
