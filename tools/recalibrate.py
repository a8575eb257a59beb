"""Bring the settings inside the bundled model files to the format of today: `tools/recalibrate.py`.

What a confidence threshold means, its precision and coverage, is measured on predictions that are committed in
results/. The thresholds, the other settings and the network stay as they are: the bytes of all weights are compared.
The thresholds themselves cannot be computed again: they were chosen on the validation predictions of both corpora, of
which results/calibration/ has those of RAVDESS. `make tables` comes after it, for the version of a file changes.
"""

from dataclasses import replace
from pathlib import Path

import onnx

from intone.files import write_whole
from intone.labels import SCHEMES
from intone.recognition.calibration import ConfidenceThreshold, at_threshold
from intone.recognition.model_file import ModelSettings, load_model
from intone.recognition.scoring import classes_of, read_rows
from intone.training.calibrate import in_scheme
from intone.training.onnx_export import set_settings

ROOT = Path(__file__).resolve().parent.parent

MEASURED = {"encoder-tuned.onnx": ("ravdess-5fold/default.csv", "unseen speakers of RAVDESS"),
            "encoder-tuned-crema-d.onnx": ("across-corpora/bundled-crema-d-to-ravdess.csv",
                                           "the unseen corpus RAVDESS")}
"""By model file: predictions for speakers that did not train, and whose they are.

The first are those of the five networks of the same recipe; the second those of the file itself, for a corpus with two
more emotions than it knows.
"""


def measured(threshold: float, scheme: str, predictions: Path, measured_on: str) -> ConfidenceThreshold:
    """A threshold of a scheme with its precision and coverage on some predictions."""
    rows = read_rows(predictions)
    rows = rows.dropna(subset=list(classes_of(rows)))
    shares, truth = in_scheme(SCHEMES[scheme], "8", rows[list(classes_of(rows))].to_numpy(float), rows["truth"])
    found = at_threshold(threshold, shares.max(axis=1), shares.argmax(axis=1) == truth, measured_on)
    return replace(found, precision=round(found.precision or 0.0, 4), coverage=round(found.coverage or 0.0, 4))


def settings(of: ModelSettings, predictions: Path, measured_on: str) -> ModelSettings:
    """Settings whose thresholds say what they mean."""
    return replace(of, confidence={
        name: measured(one.threshold, name, predictions, measured_on) if one.threshold is not None else one
        for name, one in of.confidence.items()})


def rewrite(path: Path, new: ModelSettings) -> None:
    """Put settings into a model file; everything else of it stays, byte by byte."""
    network = onnx.load(path)
    graph = network.graph.SerializeToString(deterministic=True)
    set_settings(network, new)
    assert network.graph.SerializeToString(deterministic=True) == graph
    with write_whole(path) as part:
        part.write_bytes(network.SerializeToString(deterministic=True))
    assert onnx.load(path).graph.SerializeToString(deterministic=True) == graph


def main() -> None:
    for name, (predictions, measured_on) in MEASURED.items():
        path = ROOT / "src" / "intone" / "recognizers" / name
        before = load_model(path)
        rewrite(path, settings(before.settings, ROOT / "results" / predictions, measured_on))
        print(f"{name}: {before.version} is {load_model(path).version} now")
        for scheme, one in load_model(path).settings.confidence.items():
            print(f"  {scheme}: {one}")


if __name__ == "__main__":
    main()
