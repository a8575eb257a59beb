"""A training run: a folder with its settings, history, checkpoint, best weights and exported recognizer.

    settings.json           everything that decides the result; a run goes on only with the same
    history.csv             loss and accuracy of every epoch
    checkpoint.safetensors  weights and optimizer after the last epoch, or within it
    best.safetensors        weights of the epoch that is kept
    validation.csv          answers for the voices that validated, before the calibration
    recognizer.onnx         the exported network, with labels, settings and scaling
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from intone import settings
from intone.errors import IntoneError, TrainingError
from intone.files import read_json, write_json
from intone.recipe import AnyRecipe, ProbeRecipe, Recipe, TunedRecipe

if TYPE_CHECKING:
    import pandas as pd

Validation = Literal["actors", "chunks", "none"]

SEED = 1
"""The seed of a run unless another is asked for."""

SETTINGS, HISTORY = "settings.json", "history.csv"
CHECKPOINT, BEST, RECOGNIZER = "checkpoint.safetensors", "best.safetensors", "recognizer.onnx"
VALIDATION = "validation.csv"


@dataclass(frozen=True)
class RunSettings:
    """What decides the result of a training.

    `held_out` and `validating` are voices as `corpus:actor`: the first are never used, the second choose the epoch.
    `clips` is a digest of the names and labels of all clips. `labels` are the network's outputs in their order.
    """

    recipe: AnyRecipe
    sex: str
    classes: str
    labels: tuple[str, ...]
    seed: int
    validation: Validation
    held_out: tuple[str, ...]
    validating: tuple[str, ...]
    clips: str

    @property
    def cnn(self) -> Recipe:
        """The recipe, of a run that trains the network on MFCC."""
        assert isinstance(self.recipe, Recipe)
        return self.recipe

    @property
    def probe(self) -> ProbeRecipe:
        """The recipe, of a run that fits a probe on an encoder."""
        assert isinstance(self.recipe, ProbeRecipe)
        return self.recipe

    @property
    def tuned(self) -> TunedRecipe:
        """The recipe, of a run that trains layers of an encoder."""
        assert isinstance(self.recipe, TunedRecipe)
        return self.recipe


def open_run(folder: Path, wanted: RunSettings) -> None:
    """Start a run in a folder, or go on with the one that is there; a TrainingError if that has other settings."""
    path = folder / SETTINGS
    if not path.is_file():
        if folder.is_dir() and any(child for child in folder.iterdir() if not child.name.startswith(".")):
            raise TrainingError(f"The folder {folder} holds other things than a run: choose a new folder.")
        write_json(path, settings.to_dict(wanted))
        return
    found = read_run(folder)
    if found != wanted:
        differing = [name for name in vars(wanted) if getattr(found, name) != getattr(wanted, name)]
        raise TrainingError(f"The folder {folder} holds a run with another {' and '.join(differing)}: choose another "
                            "folder, or the same settings to go on.")


def read_run(folder: Path) -> RunSettings:
    """The settings of a run; a TrainingError where the folder holds none."""
    if not (folder / SETTINGS).is_file():
        raise TrainingError(f"The folder {folder} holds no run: name the folder that `intone train` wrote.")
    values = read_json(folder / SETTINGS)
    try:
        return settings.from_dict(RunSettings, values)
    except (ValueError, IntoneError) as error:
        raise TrainingError(f"{folder / SETTINGS} is not one that this version writes ({error}): train again into a "
                            "new folder.") from error


def voices(table: "pd.DataFrame") -> "pd.Series[str]":
    """Each clip's voice as `corpus:actor`."""
    return table["corpus"] + ":" + table["actor"].astype(str)


def digest(table: "pd.DataFrame") -> str:
    """A short digest of which clips a table has and how they are labelled."""
    lines = "\n".join(f"{row.corpus}/{row.clip}={row.label}" for row in table.itertuples())
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def last_voices(table: "pd.DataFrame", share: float) -> tuple[str, ...]:
    """The last `share` of the voices of either sex and each corpus, at least one of each that has two or more."""
    chosen: list[str] = []
    for _, group in table.assign(voice=voices(table)).groupby(["corpus", "sex"], sort=True):
        actors = list(group.drop_duplicates("voice").sort_values("actor")["voice"])
        if len(actors) > 1:
            chosen += actors[-max(1, round(share * len(actors))) :]
    return tuple(chosen)
