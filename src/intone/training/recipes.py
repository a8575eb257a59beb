"""Recipes: every constant of a training, under a name."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from intone.audio.envelope import EnvelopeSettings
from intone.errors import UsageError
from intone.features import MfccSettings
from intone.features.front_end import LogMel, MfccChunks, Waveform


@dataclass(frozen=True)
class Recipe:
    """How the network on MFCC is trained.

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

    def with_epochs(self, epochs: int | None) -> "Recipe":
        """The same recipe with another number of epochs; None leaves it."""
        if epochs is not None and epochs < 1:
            raise UsageError(f"{epochs} epochs cannot be trained: at least 1.")
        return self if epochs is None else replace(self, epochs=epochs)


@dataclass(frozen=True)
class ProbeRecipe:
    """How a linear probe on a frozen encoder is fitted.

    `encoder` is a folder or a name on the hub, `front_end` what it hears; `layers` are those whose mean and deviation
    over time it reads, 0 being the encoder's stem. What it learns of an emotion it learns from women and men together.
    `penalty` weighs the squares of the weights, which belong to standardised features.
    """

    name: str
    encoder: str
    front_end: LogMel | Waveform
    model: Literal["encoder-probe"] = "encoder-probe"
    layers: tuple[int, ...] = (1, 2, 3)
    penalty: float = 3e-2
    held_out_share: float = 1 / 6


@dataclass(frozen=True)
class TunedRecipe:
    """How layers of an encoder are trained further.

    `encoder` is a folder or a name on the hub, `front_end` what it hears. The stem and the first `frozen` layers stay
    as they are, all weights of the next `tuned` ones learn, on the means of every `stride` tokens. An epoch takes
    spoken RAVDESS twice, songs once, and beside it `others` random clips of each other corpus, each varied anew. The
    rates rise over the first `warm_up` of the steps and fall along a cosine to zero, so that the last epoch is the one
    to keep; a layer learns `layer_decay` times as fast as the one above it. `longest_s` seconds are heard of a clip
    while training. From the logits of emotions that the corpus of a clip does not have, `unlikely` is taken. With
    `precision` "mixed" what can be is multiplied in bfloat16, by a processor or GPU that does so itself.
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
    unlikely: float = 3.0
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

    def with_epochs(self, epochs: int | None) -> "TunedRecipe":
        """The same recipe with another number of epochs; None leaves it."""
        if epochs is not None and epochs < 1:
            raise UsageError(f"{epochs} epochs cannot be trained: at least 1.")
        return self if epochs is None else replace(self, epochs=epochs)


AnyRecipe = Recipe | ProbeRecipe | TunedRecipe


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


ON_ENCODERS = ("tuned", "probe")


def on_encoder(encoder: str, name: str = "tuned") -> ProbeRecipe | TunedRecipe:
    """The recipe of that name on an encoder, a folder or a name on the hub; a UsageError lists the others.

    What the encoder hears is read from its settings; a TrainingError where there is none.
    """
    from intone.training.encoders import front_end_of  # PyTorch, which no other recipe needs

    if name not in ON_ENCODERS:
        raise UsageError(f"There is no recipe '{name}' for an encoder: choose {' or '.join(ON_ENCODERS)}.")
    title = f"{Path(encoder).name} {name}"
    heard = front_end_of(encoder)
    return ProbeRecipe(title, encoder, heard) if name == "probe" else TunedRecipe(title, encoder, heard)


def recipe(name: str) -> Recipe:
    """The recipe of that name; a UsageError lists the others."""
    if name not in RECIPES:
        raise UsageError(f"There is no recipe '{name}': choose {' or '.join(RECIPES)}.")
    return RECIPES[name]
