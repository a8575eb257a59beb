"""Recipes: every constant of a training, under a name."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from intone.envelope import EnvelopeSettings
from intone.errors import UsageError
from intone.features import MfccSettings
from intone.front_end import LogMel, MfccChunks


@dataclass(frozen=True)
class Recipe:
    """How the network on MFCC is trained.

    `draws`: random chunks for every chunk's length of sound. `adam_epsilon` is that of Keras.
    `validation_share` is the share of chunks that validates with
    `--validation chunks`; `held_out_share` the share of the voices of either sex with `--validation actors`.
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

    `encoder` is a folder or a name on the hub; `layers` are those whose mean and deviation over time it reads, 0 being
    the encoder's stem. `penalty` weighs the squares of the weights, which belong to standardised features.
    """

    name: str
    encoder: str
    front_end: LogMel = field(default_factory=LogMel)
    model: Literal["encoder-probe"] = "encoder-probe"
    layers: tuple[int, ...] = (2, 3, 4)
    penalty: float = 1e-3
    held_out_share: float = 1 / 6


AnyRecipe = Recipe | ProbeRecipe


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
                pooling="product",
                sharpness=2.0,
            ),
            epochs=6,
            batch=256,
            draws=1,
        ),
    )
}


def probe(encoder: str) -> ProbeRecipe:
    """The recipe of a linear probe on an encoder, a folder or a name on the hub."""
    return ProbeRecipe(f"{Path(encoder).name} probe", encoder)


def recipe(name: str) -> Recipe:
    """The recipe of that name; a UsageError lists the others."""
    if name not in RECIPES:
        raise UsageError(f"There is no recipe '{name}': choose {' or '.join(RECIPES)}.")
    return RECIPES[name]
