"""Export of the best network of a run to ONNX, with its settings inside. `intone train` does it at its end."""

import json
import logging
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch

from intone import labels, run, scoring, settings
from intone.calibration import sure_above
from intone.errors import TrainingError
from intone.files import write_whole
from intone.model_file import METADATA_KEY, ModelSettings, load_model
from intone.network import MfccCnn, Probabilities
from intone.weights import load_weights

if TYPE_CHECKING:
    import pandas as pd

LICENCES = {"ravdess": "CC BY-NC-SA 4.0", "crema-d": "ODbL 1.0", "folder": "that of the recordings"}
TOLERANCE = 1e-5
"""Largest difference of a probability between PyTorch and the exported network."""


def best_network(folder: Path) -> MfccCnn:
    """The network of a run with the weights of its best epoch, ready to answer."""
    made = run.read_run(folder)
    tensors, _ = load_weights(folder / run.BEST)
    network = MfccCnn(len(made.labels), made.recipe.front_end.shape)
    network.load_state_dict(tensors)
    return network.eval()


def export(folder: Path, model: ModelSettings, to: Path) -> Path:
    """Write the best network of a run as ONNX with `model` inside; returns the path.

    The written file is run against PyTorch on random features; a TrainingError where the two differ by more than
    `TOLERANCE`, and then no file is left.
    """
    network = Probabilities(best_network(folder)).eval()
    shape = model.front_end.shape
    example = torch.randn(3, *shape, generator=torch.Generator().manual_seed(0)) * 10
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns of vision operators that nobody asked for
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(network, (example,), dynamo=True, verbose=False, input_names=["features"],
                                    output_names=["probabilities"], dynamic_shapes=({0: torch.export.Dim.DYNAMIC},))
    assert program is not None
    proto = program.model_proto
    onnx.helper.set_model_props(proto, {METADATA_KEY: json.dumps(settings.to_dict(model))})
    _strip(proto)
    with write_whole(to) as part:
        part.write_bytes(proto.SerializeToString())
        with torch.no_grad():
            wanted = network(example).numpy()
        difference = float(np.abs(load_model(part).probabilities(example.numpy()) - wanted).max())
        if not difference <= TOLERANCE:
            raise TrainingError(f"The exported network differs from the trained one by {difference:.1e}, more than "
                                f"{TOLERANCE:.0e}: update torch and onnxruntime, then export again.")
    return to


def finish(folder: Path, table: "pd.DataFrame", *, jobs: int | None = None) -> Path:
    """Export a trained run, and calibrate it on the voices that validated; returns the model file.

    `table` are the clips of the run. Without validating voices nothing says how sure an answer is, and none is.
    """
    made = run.read_run(folder)
    corpora = set(table["corpus"])
    model = ModelSettings(
        name=f"{made.recipe.model} {made.recipe.name} {made.sex}", classes=made.classes, labels=made.labels,
        front_end=made.recipe.front_end, sure_above={}, data=tuple(sorted(corpora)), licence=licence(corpora),
    )
    path = export(folder, model, folder / run.RECOGNIZER)
    voices = table[run.voices(table).isin(made.validating)].reset_index(drop=True)
    if not len(voices):
        return path
    masses = scoring.as_served(path, voices, jobs=jobs)
    return export(folder, replace(model, sure_above=_thresholds(made.classes, masses, voices)), path)


def _thresholds(classes: str, masses: scoring.Rows, table: "pd.DataFrame") -> dict[str, float]:
    """From which probability on an answer is sure, for every scheme that these masses can be read in."""
    found = {}
    for scheme in labels.SCHEMES.values() if classes == "8" else (labels.scheme(classes),):
        truth = table["class"].map(scheme.class_of) if classes == "8" else table["class"]
        inside = scheme.sums(masses) if classes == "8" else masses
        kept = truth.notna().to_numpy() & np.isfinite(masses).all(axis=1)
        indices = np.array([scheme.classes.index(name) for name in truth[kept]])
        threshold = sure_above(inside[kept] / inside[kept].sum(axis=1, keepdims=True), indices)
        if threshold is not None:
            found[scheme.name] = threshold
    return found


def licence(corpora: set[str]) -> str:
    """The licences of the data, which the weights carry."""
    return " and ".join(LICENCES[name] for name in sorted(corpora))


def _strip(proto: onnx.ModelProto) -> None:
    """Drop the notes of the exporter: they hold paths of the machine that trained."""
    proto.doc_string = ""
    for node in proto.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*proto.graph.value_info, *proto.graph.input, *proto.graph.output]:
        del value.metadata_props[:]
    for tensor in proto.graph.initializer:
        del tensor.metadata_props[:]
    del proto.graph.metadata_props[:]
