"""From a path or a name to the models of a recognizer: which files they are, and whether they go together."""

import tomllib
from pathlib import Path

from intone import labels
from intone.errors import RecognizerError
from intone.recognition.model_file import RECOGNIZER, Model, load_model

DEFAULT = "default"
FREE = "crema-d"
BUNDLED = (DEFAULT, FREE)
"""The recognizers that come with intone: the default one, and one whose weights may be used commercially."""


def place_of(path: str | Path | None) -> str:
    """Where a recognizer lies: the name of a bundled one, without a path `DEFAULT`, else an absolute path."""
    given = Path(path or DEFAULT).expanduser()
    return str(given) if str(given) in BUNDLED and (path is None or not given.exists()) else str(given.absolute())


def models_of(place: str) -> dict[str, Model]:
    """The models of a bundled recognizer, in a file, or in the folder of a training run or of a pair.

    By the sex that each covers: male, female or both.
    """
    return _together(files_of(place))


def files_of(place: str) -> list[Path]:
    """The model files of a bundled recognizer, in a file, or in the folder of a training run or of a pair."""
    if place in BUNDLED:
        return _bundled_files(place)
    return _files(Path(place)) if Path(place).is_dir() else [Path(place)]


def _files(folder: Path) -> list[Path]:
    """The model file in the folder of a run, or both in that of a pair; a RecognizerError where one is missing."""
    pair = [folder / sex / RECOGNIZER for sex in labels.SEXES]
    wanted = [folder / RECOGNIZER]
    if not wanted[0].is_file() and any(path.is_file() for path in pair):
        wanted = pair
    for path in wanted:
        if not path.is_file():
            raise RecognizerError(f"The folder {path.parent} holds no {RECOGNIZER}: name the folder of a finished "
                                  "`intone train`, or a model file.")
    return wanted


def _together(paths: list[Path]) -> dict[str, Model]:
    """The networks in some model files; a RecognizerError where they do not go together."""
    models = {_covers(model): model for model in map(load_model, paths)}
    if len(models) < len(paths) or len({model.settings.classes for model in models.values()}) > 1:
        raise RecognizerError(f"The model files in {paths[0].parent} and {paths[-1].parent} are no pair, one for each "
                              "sex and both of the same classes: train them with `intone train --sex each`.")
    return models


def bundled(name: str) -> dict[str, Model]:
    """The networks that `recognizers/NAME.toml` names."""
    return _together(_bundled_files(name))


def _bundled_files(name: str) -> list[Path]:
    """The files that `recognizers/NAME.toml` names: the one place that says which are used."""
    folder = Path(__file__).parents[1] / "recognizers"
    try:
        names = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))["recognizers"]
    except OSError as error:
        raise RecognizerError("The installation lacks its bundled recognizer: install intone again.") from error
    return [folder / name for name in names]


def _covers(model: Model) -> str:
    return "both" if len(model.settings.sexes) == 2 else model.settings.sexes[0]
