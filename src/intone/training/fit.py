"""A run from its clips to its recognizer, whatever its recipe trains."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from intone.files import alone
from intone.recognition.model_file import RECOGNIZER
from intone.training.calibrate import finish
from intone.training.distributed import ranks
from intone.training.recipes import trainer
from intone.training.run import RunSettings

if TYPE_CHECKING:
    import pandas as pd


def fit(
    table: "pd.DataFrame", settings: RunSettings, folder: Path, *, cache: Path | None = None,
    evaluation: Path | None = None, jobs: int | None = None,
) -> Path:
    """Train, calibrate and export into a folder, or go on with what is there; returns the model file.

    `table` and `settings` are those of `run.plan`. `cache` is where what was made of the clips is kept for other runs.
    `evaluation` is the folder of an evaluation, whose validating speakers calibrate where none validates here. Of
    several `ranks` the first one calibrates and exports. A FileError where another process trains into the folder.
    """
    with alone(folder) if ranks().first else nullcontext():
        trainer(settings.recipe).train(table, settings, folder, cache_in=cache, jobs=jobs)
        return finish(folder, table, evaluation=evaluation, jobs=jobs) if ranks().first else folder / RECOGNIZER
