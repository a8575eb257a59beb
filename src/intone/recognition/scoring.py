"""The clips of a table -> predictions as rows, which verification, calibration and evaluation stand on."""

from collections.abc import Sequence
from functools import cache, partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone import labels
from intone.audio.search import read_clip
from intone.errors import CorpusError, RecordingError, TooShort
from intone.files import told, write_text
from intone.parallel import mapped
from intone.recognition.analysis import analyse
from intone.recognition.model_file import Model, load_model
from intone.recognition.options import Options
from intone.tables.cells import restored, to_csv

if TYPE_CHECKING:
    import pandas as pd

Rows = NDArray[np.float64]


def answered(
    model: Path, table: "pd.DataFrame", *, fold: int = -1, tell_sex: bool = False, jobs: int | None = None
) -> "pd.DataFrame":
    """Every clip answered as a user gets it, as rows: clip, fold, actor, truth, a probability for every class, sex.

    Speech is found first. The sex is left to the network and stands as detected, unless the clip's own is given to it
    (`tell_sex`). A clip that is refused has empty probabilities and no sex. Where the network has an OOD score, the
    last column is `ood_score`.
    """
    import pandas as pd

    found = list(mapped(partial(_serve, model), _asked(table, tell_sex), title="answering", jobs=jobs))
    probabilities = np.stack([row for row, _, _ in found])
    classes = labels.scheme(_load(model).settings.classes).classes
    rows = pd.DataFrame({"clip": table["clip"], "fold": fold, "actor": table["actor"], "truth": table["class"]})
    columns = {name: probabilities[:, i] for i, name in enumerate(classes)}
    rows = rows.assign(**columns, sex=[sex for _, sex, _ in found])
    ood_score = np.array([np.nan if score is None else score for _, _, score in found])
    return rows if np.isnan(ood_score).all() else rows.assign(ood_score=ood_score)


def as_verified(model: Path, table: "pd.DataFrame", *, jobs: int | None = None) -> Rows:
    """Probabilities of the model's labels for every clip, as the original verifies: (clips, labels).

    The whole clip is cleaned, cut into chunks one after the other, and their probabilities pooled. A clip without a
    chunk has a row of NaN.
    """
    return np.stack(list(mapped(partial(_verify, model), list(table["path"]), title="verifying", jobs=jobs)))


@cache
def _model(path: Path, changed_ns: int) -> Model:
    del changed_ns  # part of the key: a file that was written anew is another model
    return load_model(path)


def _load(path: Path) -> Model:
    return _model(path, path.stat().st_mtime_ns)


def _asked(table: "pd.DataFrame", tell_sex: bool) -> list[tuple[str, str]]:
    """Path and sex of every clip, the latter "auto" where it is left to the network."""
    return [(path, sex if tell_sex else "auto") for path, sex in zip(table["path"], table["sex"], strict=True)]


def _serve(model: Path, asked: tuple[str, str]) -> tuple[Rows, str, float | None]:
    clip, sex = asked
    loaded = _load(model)
    signal = read_clip(clip)
    try:
        found = analyse(loaded, [signal], Options(sex, speakers=1))
    except RecordingError:
        return np.full(len(loaded.settings.labels) // len(loaded.settings.sexes), np.nan), "", None
    return found.whole, found.sex, found.ood_score


def _verify(model: Path, clip: str) -> Rows:
    loaded = _load(model)
    try:
        return loaded.settings.front_end.pool(loaded.probabilities(read_clip(clip)))
    except TooShort:
        return np.full(len(loaded.settings.labels), np.nan)


KEYS = ("clip", "fold", "actor", "truth")


DETECTED_SEX = "sex"
"""The column of the detected sex, which not all rows have."""


OOD_SCORE = "ood_score"
"""The column that says how far each clip lies from the training data, which not all rows have."""


def write_rows(path: Path, rows: "pd.DataFrame") -> None:
    """Write out-of-fold predictions, with probabilities to six digits; those of a refused clip are empty."""
    write_text(path, to_csv(rows))


def read_rows(path: Path, *more: str) -> "pd.DataFrame":
    """Out-of-fold predictions from a file, with the columns `more` besides; a CorpusError where columns are missing."""
    import pandas as pd

    with told(path):
        text = path.read_text(encoding="utf-8")
    # A clip may be called 007 or NA.
    rows = pd.read_csv(StringIO(text), dtype={"clip": str, "truth": str}, na_values=[""], keep_default_na=False)
    rows = rows.rename(columns={"strangeness": OOD_SCORE})  # its name in version 0.2
    texts = rows.select_dtypes(exclude=["number", "bool"]).columns
    rows = rows.assign(**{name: rows[name].map(restored) for name in texts})
    values = rows[list(classes_of(rows, more))]
    if not {*KEYS, *more} <= set(rows.columns) or not all(kind.kind == "f" for kind in values.dtypes) or values.empty:
        raise CorpusError(f"{path} does not hold out-of-fold predictions: the columns are "
                          f"{', '.join((*more, *KEYS))} and one probability a class.")
    return rows


def classes_of(rows: "pd.DataFrame", more: Sequence[str] = ()) -> tuple[str, ...]:
    """The columns that hold the probability of a class."""
    return tuple(column for column in rows.columns if column not in (*KEYS, DETECTED_SEX, OOD_SCORE, *more))
