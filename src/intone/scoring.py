"""Answers of a model for the clips of a table, as rows: what verification, calibration and evaluation stand on."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone import audio
from intone.errors import CorpusError, RecordingError, TooShort
from intone.model_file import Model, load_model
from intone.parallel import mapped
from intone.recognizer import hear

if TYPE_CHECKING:
    import pandas as pd

Rows = NDArray[np.float64]


def as_served(model: Path, table: "pd.DataFrame", *, jobs: int | None = None) -> Rows:
    """Masses of the model's classes for every clip, as a person gets them: (clips, classes).

    Speech is found first; the sex is left to the network. A clip that is refused has a row of NaN.
    """
    return _rows(_serve, model, list(table["path"]), "answering", jobs)


def as_verified(model: Path, table: "pd.DataFrame", *, jobs: int | None = None) -> Rows:
    """Probabilities of the model's labels for every clip, as the original verifies: (clips, labels).

    The whole clip is cleaned, cut into chunks one after the other, and their probabilities pooled. A clip without a
    chunk has a row of NaN.
    """
    return _rows(_verify, model, list(table["path"]), "verifying", jobs)


def _rows(
    function: Callable[[Path, str], Rows], model: Path, paths: Sequence[str], title: str, jobs: int | None
) -> Rows:
    return np.stack(list(mapped(partial(function, model), paths, title=title, jobs=jobs)))


@cache
def _model(path: Path, changed_ns: int) -> Model:
    del changed_ns  # part of the key: a file that was written anew is another model
    return load_model(path)


def _load(path: Path) -> Model:
    return _model(path, path.stat().st_mtime_ns)


def _serve(model: Path, clip: str) -> Rows:
    loaded = _load(model)
    signal = _signal(clip)
    try:
        return hear(loaded, signal).whole
    except RecordingError:
        return np.full(len(loaded.settings.labels) // len(loaded.settings.sexes), np.nan)


def _verify(model: Path, clip: str) -> Rows:
    loaded = _load(model)
    try:
        front_end = loaded.settings.front_end
        return front_end.pool(loaded.probabilities(front_end(_signal(clip))))
    except TooShort:
        return np.full(len(loaded.settings.labels), np.nan)


def _signal(clip: str) -> audio.Signal:
    try:
        return audio.read_mono(clip)
    except RecordingError as error:
        raise CorpusError(f"The clip {clip} cannot be used: {error}") from error
