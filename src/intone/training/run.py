"""A training run: a folder with its settings, history, checkpoint, best weights and exported recognizer.

    settings.json           everything that decides the result; a run goes on only with the same
    history.csv             loss and accuracy of every epoch
    checkpoint.safetensors  weights and optimizer after the last epoch, or within it
    best.safetensors        weights of the epoch that is kept
    validation.csv          predictions for the speakers that validated, before the calibration
    recognizer.onnx         the exported network, with labels, settings and scaling

A *pair* is a folder with two runs, `female` and `male`, of the same recipe and classes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from intone import dataclass_json, labels
from intone.corpora.splits import last_speakers, speakers
from intone.corpora.table import assign, labelled
from intone.errors import IntoneError, TrainingError, UsageError
from intone.files import read_json, write_json
from intone.labels import SEXES
from intone.training.recipes import AnyRecipe, ProbeRecipe, Recipe, TunedRecipe, trainer

if TYPE_CHECKING:
    import pandas as pd

Kind = TypeVar("Kind", Recipe, ProbeRecipe, TunedRecipe)
Validation = Literal["actors", "chunks", "none"]

SEED = 1
"""The seed of a run unless another is asked for."""

SETTINGS, HISTORY = "settings.json", "history.csv"
CHECKPOINT, BEST = "checkpoint.safetensors", "best.safetensors"
VALIDATION = "validation.csv"

FEATURES = "features"
"""Folder of a run in which what was made of the clips is kept, so that an interrupted run goes on."""


@dataclass(frozen=True)
class RunSettings:
    """What decides the result of a training.

    `held_out` and `validating` are speakers as `corpus:actor`: the first are never used, the second choose the epoch.
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

    def recipe_of(self, kind: type[Kind]) -> Kind:
        """The recipe, for the trainer of this kind of recipe."""
        assert isinstance(self.recipe, kind)
        return self.recipe


def open_run(folder: Path, wanted: RunSettings) -> None:
    """Start a run in a folder, or go on with the one that is there; a TrainingError if that has other settings."""
    path = folder / SETTINGS
    if not path.is_file():
        if folder.is_dir() and any(child for child in folder.iterdir() if not child.name.startswith(".")):
            raise TrainingError(f"The folder {folder} holds other things than a run: choose a new folder.")
        write_json(path, dataclass_json.to_dict(wanted))
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
        return dataclass_json.from_dict(RunSettings, _of_today(values))
    except (ValueError, IntoneError) as error:
        raise TrainingError(f"{folder / SETTINGS} is not one that this version writes ({error}): train again into a "
                            "new folder.") from error


def _of_today(values: Any) -> Any:
    """Settings that version 0.2 wrote with the names of today: `unlikely` was renamed to `logit_adjustment`."""
    if not (isinstance(values, dict) and isinstance(values.get("recipe"), dict) and "unlikely" in values["recipe"]):
        return values
    recipe = {("logit_adjustment" if name == "unlikely" else name): value for name, value in values["recipe"].items()}
    return {**values, "recipe": recipe}


def runs_in(folder: Path) -> list[Path]:
    """The folders of a pair's runs, or else the folder itself."""
    pair = [folder / sex for sex in SEXES if (folder / sex / SETTINGS).is_file()]
    return [folder] if (folder / SETTINGS).is_file() or not pair else pair


def digest(table: "pd.DataFrame") -> str:
    """A short digest of which clips a table has and how they are labelled."""
    labelled_as = table["label"].fillna(table["class"])
    lines = "\n".join(f"{corpus}/{clip}={label}"
                      for corpus, clip, label in zip(table["corpus"], table["clip"], labelled_as, strict=True))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def usable(assigned: "pd.DataFrame", recipe: AnyRecipe) -> "pd.DataFrame":
    """The clips of `assign` that a recipe can learn from; a CorpusError where there are none."""
    return labelled(assigned) if trainer(recipe).needs_sex else assigned


def plan(
    table: "pd.DataFrame", recipe: AnyRecipe, *, sex: str = "both", classes: int | str = 8, seed: int = SEED,
    validation: Validation = "actors", held_out: Sequence[str] = (), validating: Sequence[str] | None = None,
) -> tuple["pd.DataFrame", RunSettings]:
    """The clips of a training with their labels, and the settings of its run.

    `held_out` and `validating` name speakers as `corpus:actor`; without `validating`, validation by actors takes the
    last sixth of either sex. The table comes back without the held-out speakers, and without the clips that the recipe
    cannot learn from (`usable`). What would stop the training or the export hours later is an error here: a label
    without clips.
    """
    if validation not in ("actors", "chunks", "none"):
        raise UsageError(f"There is no validation '{validation}': choose actors, chunks or none.")
    chosen = assign(table, classes, sex)
    _check_known(held_out, set(speakers(chosen)))
    chosen = usable(chosen, recipe)
    chosen = chosen[~speakers(chosen).isin(held_out)].reset_index(drop=True)
    if validation != "actors":
        validating = ()
    elif validating is None:
        validating = last_speakers(chosen, recipe.held_out_share)
    else:
        validating = sorted(set(validating) & set(speakers(chosen)))
    if validation == "actors" and not validating:
        raise TrainingError("The data has too few speakers to validate on held-out ones: use --validation chunks, or a "
                            "corpus with more speakers.")
    outputs = labels.network_labels(classes, sex)
    _check_labels(chosen[~speakers(chosen).isin(validating)], outputs, recipe)
    return chosen, RunSettings(recipe, sex, str(labels.scheme(classes).name), outputs, seed, validation,
                               tuple(sorted(held_out)), tuple(sorted(validating)), digest(chosen))


def plan_pair(
    table: "pd.DataFrame", recipe: AnyRecipe, folder: Path, *, held_out: Sequence[str] = (), **options: Any
) -> dict[Path, tuple["pd.DataFrame", RunSettings]]:
    """The plans of a run for each sex, by their folders in that of the pair; the options are those of `plan`.

    `held_out` are speakers of either sex. A TrainingError where the folder is that of a run.
    """
    if (folder / SETTINGS).is_file():
        raise TrainingError(f"The folder {folder} holds a run of its own: choose a new folder for a pair.")
    _check_known(held_out, set(speakers(table)))
    of = {sex: set(speakers(table[table["sex"] == sex])) for sex in SEXES}
    return {folder / sex: plan(table, recipe, sex=sex, held_out=[one for one in held_out if one in of[sex]], **options)
            for sex in SEXES}


def _check_known(held_out: Sequence[str], known: set[str]) -> None:
    if unknown := set(held_out) - known:
        raise UsageError(f"There is no speaker {min(unknown)} to hold out: the data has {len(known)} speakers, such as "
                         f"{min(known)}.")


def _check_labels(training: "pd.DataFrame", outputs: Sequence[str], recipe: AnyRecipe) -> None:
    """A TrainingError where there is nothing to learn a label from.

    Where not every label is needed, an emotion that no corpus has is never answered; but either sex must have the same
    emotions.
    """
    found = set(training["label"].dropna())
    if not trainer(recipe).needs_every_label:
        known = set(training["class"])
        outputs = [label for label in outputs if labels.split_label(label)[1] in known]
        if len(known) < 2:
            raise TrainingError(f"All clips to train on are {', '.join(known) or 'left out'}: use a corpus with at "
                                "least two emotions.")
    if missing := [label for label in outputs if label not in found and trainer(recipe).needs_sex]:
        raise TrainingError(f"No clip to train on is labelled {missing[0]} ({len(missing)} of {len(outputs)} labels "
                            "are missing): use a corpus that has them all, or fewer classes.")
