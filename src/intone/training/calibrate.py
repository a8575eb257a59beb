"""The end of a training: its network is exported, and calibrated on speakers that did not train."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from numpy.typing import NDArray

from intone import labels
from intone.corpora.registry import licence
from intone.corpora.splits import FOLDS, speakers
from intone.errors import TrainingError
from intone.files import write_whole
from intone.recognition import calibration, scoring
from intone.recognition.calibration import ConfidenceThreshold
from intone.recognition.model_file import RECOGNIZER, ModelSettings
from intone.recognition.scoring import OOD_SCORE, read_rows, write_rows
from intone.training import run
from intone.training.onnx_export import best_network, export, set_settings

if TYPE_CHECKING:
    import pandas as pd


IN_DISTRIBUTION = 0.99
"""Share of the validation clips whose OOD score lies below the threshold of out of distribution."""


def finish(
    folder: Path, table: "pd.DataFrame", *, evaluation: Path | None = None, jobs: int | None = None
) -> Path:
    """Export a trained run, and calibrate it on speakers that did not train; returns the model file.

    `table` are the clips of the run. Those of the validation speakers are answered, and written as `validation.csv`.
    Where none validated, `evaluation` may be the folder of an evaluation, whose five folds validated on speakers of
    their own. Without either the recognizer is not calibrated, and none of its answers is confident.
    """
    made = run.read_run(folder)
    corpora = set(table["corpus"])
    model = ModelSettings(
        name=f"{made.recipe.title} {made.sex}", classes=made.classes, labels=made.labels,
        front_end=made.recipe.front_end, confidence={},
        data=tuple(sorted(corpora)), licence=licence(corpora),
    )
    network: Any = best_network(folder)
    if hasattr(network, "adaptation"):
        model = replace(model, adaptation=network.adaptation())
    path = folder / RECOGNIZER
    with write_whole(path) as part:  # it is there when it is calibrated, and not before
        export(network, model, part)
        rows = _validation(part, table, made, jobs)
        if rows is not None:
            write_rows(folder / run.VALIDATION, rows)
        elif evaluation is not None:
            rows = _pooled_validation(evaluation)
        if rows is not None:
            proto = onnx.load_from_string(part.read_bytes())
            set_settings(proto, calibrated(model, rows, classes_of(table)))
            part.write_bytes(proto.SerializeToString())
    return path


def _validation(path: Path, table: "pd.DataFrame", made: run.RunSettings, jobs: int | None) -> "pd.DataFrame | None":
    """Answers for the spoken clips of the speakers that validated, as rows; None without such speakers."""
    validating = speakers(table).isin(made.validating) & (table["vocal"] == "speech")
    clips = table[validating].reset_index(drop=True)
    return scoring.answered(path, clips, jobs=jobs).assign(corpus=clips["corpus"]) if len(clips) else None


def _pooled_validation(evaluation: Path) -> "pd.DataFrame":
    """The answers for the validating speakers of all five folds, with their corpora, before the calibration."""
    import pandas as pd

    paths = [evaluation / f"fold-{number}" / run.VALIDATION for number in FOLDS]
    if missing := [path for path in paths if not path.is_file()]:
        raise TrainingError(f"{missing[0]} is not there: name the folder of a finished `intone evaluate` with five "
                            "folds.")
    return pd.concat([read_rows(path, "corpus") for path in paths], ignore_index=True)


def classes_of(table: "pd.DataFrame") -> dict[str, set[str]]:
    """The classes that each corpus of a table has."""
    return {str(corpus): set(names) for corpus, names in table["class"].groupby(table["corpus"])}


def calibrated(model: ModelSettings, rows: "pd.DataFrame", known: Mapping[str, set[str]]) -> ModelSettings:
    """The settings with what validation rows say: prior correction, temperature, thresholds of confidence and OOD.

    `known` are the classes of every corpus; a clip speaks only for those of its own. Classes that only some corpora
    have share one factor.
    """
    classes = labels.scheme(model.classes).classes
    rows = rows.dropna(subset=list(classes))
    probabilities = rows[list(classes)].to_numpy(float)
    truth = rows["truth"].map(classes.index).to_numpy()
    allowed = np.array([[name in known[corpus] for name in classes] for corpus in rows["corpus"]], bool)
    allowed = allowed.reshape(probabilities.shape)
    correction = calibration.prior_correction(probabilities, truth, allowed, classes)
    probabilities = calibration.prior_corrected(probabilities, classes, correction)
    temperature = calibration.temperature(probabilities, truth, allowed)
    probabilities = calibration.temperature_scaled(probabilities, temperature)
    most = float(rows[OOD_SCORE].quantile(IN_DISTRIBUTION)) if OOD_SCORE in rows else None
    whom = f"validation speakers of {' and '.join(sorted(set(rows['corpus'])))}"
    return replace(model, prior_correction=correction, temperature=temperature, ood_above=most,
                   **thresholds(model.classes, probabilities, rows["truth"], whom))


def thresholds(
    classes: str, probabilities: scoring.Rows, truth: "pd.Series[str]", measured_on: str,
    wanted: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, Any]:
    """The two thresholds, `confidence` and `likely`, of every scheme that these probabilities can be read in.

    A scheme of which no clip is known is not calibrated, and not in them. `wanted` is the precision of a confident
    answer by scheme where it is not `calibration.WANTED_PRECISION`.
    """
    read = {scheme.name: rows for scheme in _schemes(classes)
            if len((rows := in_scheme(scheme, classes, probabilities, truth))[0])}

    def chosen(precision: Mapping[str, float]) -> dict[str, ConfidenceThreshold]:
        return {name: calibration.confidence_threshold(
            *rows, precision.get(name, calibration.WANTED_PRECISION), measured_on=measured_on)
            for name, rows in read.items()}

    return {"confidence": chosen(wanted), "likely": chosen(calibration.LIKELY_PRECISION)}


def _schemes(classes: str) -> tuple[labels.Scheme, ...]:
    return tuple(labels.SCHEMES.values()) if classes == "8" else (labels.scheme(classes),)


def in_scheme(
    scheme: labels.Scheme, classes: str, probabilities: scoring.Rows, truth: "pd.Series[str]"
) -> tuple[scoring.Rows, NDArray[np.int64]]:
    """Probabilities within a scheme (n, classes), and the truth in it (n,), of the clips that it does not leave out."""
    names = truth.map(scheme.class_of) if classes == "8" else truth
    inside = scheme.sums(probabilities) if classes == "8" else probabilities
    kept = names.notna().to_numpy()
    indices = np.array([scheme.classes.index(name) for name in names[kept]], np.int64)
    return inside[kept] / inside[kept].sum(axis=1, keepdims=True), indices
