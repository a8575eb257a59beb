"""Recipes: every constant of a training, under a name; and what trains each kind of recipe."""

from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from intone.audio.envelope import EnvelopeSettings
from intone.errors import UsageError
from intone.features import MfccSettings
from intone.features.front_end import LogMel, MfccChunks, Waveform

if TYPE_CHECKING:
    import pandas as pd
    from torch import nn

    from intone.training.run import RunSettings


@dataclass(frozen=True)
class Recipe:
    """How the CNN on MFCC is trained.

    `draws`: random chunks for every chunk's length of sound. `adam_epsilon` is that of Keras.
    `validation_share` is the share of chunks that validates with
    `--validation chunks`; `held_out_share` the share of the speakers of either sex with `--validation actors`.
    """

    name: str
    front_end: MfccChunks
    model: Literal["mfcc-cnn"] = "mfcc-cnn"
    epochs: int = 60
    batch: int = 2048
    draws: int = 2
    learning_rate: float = 1e-3
    adam_epsilon: float = 1e-7
    validation_share: float = 0.1
    held_out_share: float = 1 / 6

    @property
    def title(self) -> str:
        """What a recognizer of this recipe is called."""
        return f"{self.model} {self.name}"

    def with_epochs(self, epochs: int | None) -> "Recipe":
        """The same recipe with another number of epochs; None leaves it."""
        return _with_epochs(self, epochs)


@dataclass(frozen=True)
class ProbeRecipe:
    """How a linear probe on a frozen encoder is fitted.

    `encoder` is a folder or a name on the hub, `front_end` makes its input. The probe reads the mean and the standard
    deviation over time of `layers`, 0 being the encoder's stem, of each clip in `views`: itself, and augmented. It
    learns an emotion from women and men together.

    `penalty` weighs the squares of the weights (L2), which belong to standardised features; by `nuisance` a weight pays
    also for what speakers, corpora and corruptions change along it. `votes` is the share that listeners' votes have in
    what a clip should be answered, where its corpus has them.
    """

    name: str
    encoder: str
    front_end: LogMel | Waveform
    model: Literal["encoder-probe"] = "encoder-probe"
    layers: tuple[int, ...] = (2, 3, 4)
    views: int = 3
    penalty: float = 1e-2
    nuisance: float = 1.0
    votes: float = 0.0
    held_out_share: float = 1 / 6

    @property
    def title(self) -> str:
        """What a recognizer of this recipe is called."""
        return self.model

    def with_epochs(self, epochs: int | None) -> "ProbeRecipe":
        """The recipe itself: a fit to the end has no epochs, and a number of them is a UsageError."""
        if epochs is not None:
            raise UsageError("A probe on an encoder has no epochs: leave --epochs out.")
        return self


@dataclass(frozen=True)
class TunedRecipe:
    """How layers of an encoder are fine-tuned.

    `encoder` is a folder or a name on the hub, `front_end` makes its input. The stem and the first `frozen` layers stay
    as they are. All weights of the next `tuned` layers learn, on the means of every `stride` tokens.

    An epoch takes the clips of each corpus as often as the corpus states (`Corpus.draws`), and `others` random clips of
    every corpus that states nothing; each is augmented anew. At most `longest_s` seconds of a clip are taken.

    The learning rates rise over the first `warm_up` of the steps and fall along a cosine to zero, so that the last
    epoch is kept. A layer learns `layer_decay` times as fast as the one above it.

    `logit_adjustment` is subtracted from the logits of the emotions that the corpus of a clip does not have (see
    `finetune`). With `precision` "mixed", products are computed in bfloat16 where the processor or the GPU has it.
    """

    name: str
    encoder: str
    front_end: LogMel | Waveform
    model: Literal["encoder-tuned"] = "encoder-tuned"
    frozen: int = 2
    tuned: int = 2
    stride: int = 2
    epochs: int = 8
    batch: int = 32
    others: int = 6000
    longest_s: float = 3.0
    logit_adjustment: float = 3.0
    precision: Literal["single", "mixed"] = "mixed"
    learning_rate: float = 1.5e-4
    layer_decay: float = 0.8
    head_rate: float = 1e-3
    weight_decay: float = 0.05
    warm_up: float = 0.1
    dropout: float = 0.3
    smoothing: float = 0.1
    held_out_share: float = 1 / 6

    def __post_init__(self) -> None:
        if self.frozen < 0 or self.tuned < 1:
            raise UsageError(f"{self.frozen} frozen layers and {self.tuned} that learn cannot be trained: let at least "
                             "1 learn.")

    @property
    def title(self) -> str:
        """What a recognizer of this recipe is called."""
        return self.model

    def with_epochs(self, epochs: int | None) -> "TunedRecipe":
        """The same recipe with another number of epochs; None leaves it."""
        return _with_epochs(self, epochs)


AnyRecipe = Recipe | ProbeRecipe | TunedRecipe
Epochs = TypeVar("Epochs", Recipe, TunedRecipe)


def _with_epochs(recipe: Epochs, epochs: int | None) -> Epochs:
    if epochs is not None and epochs < 1:
        raise UsageError(f"{epochs} epochs cannot be trained: at least 1.")
    return recipe if epochs is None else replace(recipe, epochs=epochs)


@dataclass(frozen=True)
class Trainer:
    """What trains a kind of recipe.

    `module` has the functions `train` and `network`, and needs PyTorch, so that it is imported when they are called.
    `unit` is what the accuracies of its history count. `keeps` is the epoch whose weights are kept: the best on the
    validation, or the last. With `needs_every_label` there must be clips of every label; otherwise an emotion that no
    corpus has is never answered. With `needs_sex` clips of speakers whose sex is unknown teach nothing, and are left
    out.
    """

    module: str
    unit: Literal["chunks", "clips"]
    keeps: Literal["best", "last"]
    needs_every_label: bool
    needs_sex: bool

    def train(self, table: "pd.DataFrame", settings: "RunSettings", folder: Path, *, cache_in: Path | None = None,
              jobs: int | None = None) -> None:
        """Train into the folder of a run, or go on with what is there; `best.safetensors` is in it afterwards.

        `table` and `settings` are those of `run.plan`. `cache_in` is where what was made of the clips is kept for
        other runs; the run's own folder by default.
        """
        import_module(self.module).train(table, settings, folder, cache_in=cache_in, jobs=jobs)

    def network(self, folder: Path) -> "nn.Module":
        """The network of a run with its best weights, ready to answer."""
        network: nn.Module = import_module(self.module).network(folder)
        return network


TRAINERS = {
    "mfcc-cnn": Trainer("intone.training.cnn", "chunks", "best", needs_every_label=True, needs_sex=True),
    "encoder-probe": Trainer("intone.training.probe", "clips", "last", needs_every_label=False, needs_sex=False),
    "encoder-tuned": Trainer("intone.training.finetune", "clips", "last", needs_every_label=False, needs_sex=True),
}
"""The trainer of each kind of recipe, by its `model`."""


def trainer(recipe: AnyRecipe) -> Trainer:
    """What trains a recipe."""
    return TRAINERS[recipe.model]


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("original", MfccChunks()),
        Recipe(
            "level-independent",
            MfccChunks(
                envelope=EnvelopeSettings(threshold=0.03, relative_to="peak"),
                mfcc=MfccSettings(floor=1e-6),
                level_dbfs=-20.0,
            ),
            epochs=6,
            batch=256,
            draws=1,
        ),
    )
}


ON_ENCODERS = ("tuned", "probe", "probe-votes")


def on_encoder(encoder: str, name: str = "tuned") -> ProbeRecipe | TunedRecipe:
    """The recipe of that name on an encoder, a folder or a name on the hub; a UsageError lists the others.

    The encoder's own settings say what its input is; a TrainingError where there is no such encoder.
    """
    from intone.training.encoders import front_end_of  # PyTorch, which no other recipe needs

    if name not in ON_ENCODERS:
        raise UsageError(f"There is no recipe '{name}' for an encoder: choose {', '.join(ON_ENCODERS[:-1])} or "
                         f"{ON_ENCODERS[-1]}.")
    title = f"{Path(encoder).name} {name}"
    front_end = front_end_of(encoder)
    if name == "tuned":
        return TunedRecipe(title, encoder, front_end)
    probe = ProbeRecipe(title, encoder, front_end)
    # Of one corpus alone little is known of how others differ: its speakers and the corruptions must say it all.
    return replace(probe, penalty=3e-3, nuisance=10.0, votes=0.5) if name == "probe-votes" else probe


def recipe(name: str) -> Recipe:
    """The recipe of that name; a UsageError lists the others."""
    if name not in RECIPES:
        raise UsageError(f"There is no recipe '{name}': choose {' or '.join(RECIPES)}.")
    return RECIPES[name]
