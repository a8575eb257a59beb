"""A run from its clips to its recognizer, whatever its recipe trains."""

from pathlib import Path
from typing import TYPE_CHECKING

from intone import probe, training
from intone.export import finish
from intone.recipe import ProbeRecipe
from intone.run import RunSettings

if TYPE_CHECKING:
    import pandas as pd


def fit(
    table: "pd.DataFrame", settings: RunSettings, folder: Path, *, cache: Path | None = None, jobs: int | None = None
) -> Path:
    """Train, calibrate and export into a folder, or go on with what is there; returns the model file.

    `table` and `settings` are those of `training.plan`. `cache` is where a probe keeps what its encoder says of clips.
    """
    if isinstance(settings.recipe, ProbeRecipe):
        probe.train(table, settings, folder, cache_in=cache, jobs=jobs)
    else:
        training.train(table, settings, folder, jobs=jobs)
    return finish(folder, table, jobs=jobs)
