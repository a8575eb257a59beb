"""Export of the best network of a run to ONNX, with its settings inside. `intone train` does it at its end."""

import json
import logging
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from torch import nn

from intone import calibration, folds, labels, probe, run, scoring, settings, tuning
from intone.audio import RATE
from intone.errors import TrainingError
from intone.files import write_whole
from intone.model_file import METADATA_KEY, ModelSettings, load_model
from intone.network import MfccCnn, Probabilities
from intone.recipe import ProbeRecipe, Recipe, TunedRecipe
from intone.report import STRANGENESS, read_rows, write_rows
from intone.weights import load_weights

if TYPE_CHECKING:
    import pandas as pd

LICENCES = {"ravdess": "CC BY-NC-SA 4.0", "crema-d": "ODbL 1.0", "folder": "that of the recordings"}
TOLERANCE = 1e-5
"""Largest difference of a probability between PyTorch and the exported network."""

FAMILIAR = 0.99
"""Share of the clips of voices that did not train that are no stranger than what counts as familiar."""

PACKED_TOLERANCE = 0.05
"""The same where the weights are kept as 8-bit integers; what that costs in accuracy is measured on whole folds."""


def best_network(folder: Path) -> nn.Module:
    """The network of a run with its best weights, ready to answer."""
    made = run.read_run(folder)
    if isinstance(made.recipe, ProbeRecipe):
        return probe.network(folder)
    if isinstance(made.recipe, TunedRecipe):
        return tuning.network(folder)
    tensors, _ = load_weights(folder / run.BEST)
    network = MfccCnn(len(made.labels), made.cnn.front_end.shape)
    network.load_state_dict(tensors)
    return network.eval()


def export(network: nn.Module, model: ModelSettings, to: Path) -> Path:
    """Write a network that answers logits as ONNX with `model` inside; returns the path.

    Large weights are kept as 8-bit integers. The written file is run against PyTorch on the features of noise; a
    TrainingError where a probability differs by more than the tolerance, and then no file is left.
    """
    outputs = ["probabilities", "strangeness"] if hasattr(network, "judged") else ["probabilities"]
    network = Probabilities(network).eval()
    packed = model.front_end.kind != "mfcc-chunks"  # an encoder, which takes one sound of any length
    noise = np.random.default_rng(0).normal(0, 0.1, 3 * model.front_end.shortest + RATE).astype(np.float32)
    example = torch.from_numpy(model.front_end(noise))
    growing = {example.ndim - 1 if packed else 0: torch.export.Dim.DYNAMIC}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns of vision operators that nobody asked for
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(network, (example,), dynamo=True, verbose=False, input_names=["features"],
                                    output_names=outputs, dynamic_shapes=(growing,))
    assert program is not None
    proto = program.model_proto
    _set_settings(proto, model)
    _strip(proto)
    if packed:
        pack_weights(proto)
    tolerance = PACKED_TOLERANCE if packed else TOLERANCE
    with write_whole(to) as part:
        part.write_bytes(proto.SerializeToString())
        with torch.no_grad():
            made = network(example)
        wanted = (made[0] if isinstance(made, tuple) else made).numpy()
        difference = float(np.abs(load_model(part).probabilities(example.numpy()) - wanted).max())
        if not difference <= tolerance:
            raise TrainingError(f"The exported network differs from the trained one by {difference:.1e}, more than "
                                f"{tolerance:.0e}: update torch and onnxruntime, then export again.")
    return to


def finish(
    folder: Path, table: "pd.DataFrame", *, evaluation: Path | None = None, jobs: int | None = None
) -> Path:
    """Export a trained run, and calibrate it on voices that did not train; returns the model file.

    `table` are the clips of the run. Those of the voices that validated are answered, and written as `validation.csv`.
    Where none validated, `evaluation` may be the folder of an evaluation, whose five folds validated on voices of
    their own. Without either nothing says how sure an answer is, and none is.
    """
    made = run.read_run(folder)
    corpora = set(table["corpus"])
    model = ModelSettings(
        name=_name(made), classes=made.classes, labels=made.labels, front_end=made.recipe.front_end, sure_above={},
        data=tuple(sorted(corpora)), licence=licence(corpora),
    )
    path = folder / run.RECOGNIZER
    with write_whole(path) as part:  # it is there when it is calibrated, and not before
        export(best_network(folder), model, part)
        rows = _validation(part, table, made, jobs)
        if rows is not None:
            write_rows(folder / run.VALIDATION, rows)
        elif evaluation is not None:
            rows = _pooled_validation(evaluation)
        if rows is not None:
            proto = onnx.load_from_string(part.read_bytes())
            _set_settings(proto, calibrated(model, rows, classes_of(table)))
            part.write_bytes(proto.SerializeToString())
    return path


def _name(made: run.RunSettings) -> str:
    recipe = made.recipe
    return f"{recipe.model} {recipe.name} {made.sex}" if isinstance(recipe, Recipe) else f"{recipe.model} {made.sex}"


def _validation(path: Path, table: "pd.DataFrame", made: run.RunSettings, jobs: int | None) -> "pd.DataFrame | None":
    """Answers for the spoken clips of the voices that validated, as rows; None without such voices."""
    validating = run.voices(table).isin(made.validating) & (table["vocal"] == "speech")
    voices = table[validating].reset_index(drop=True)
    return scoring.answered(path, voices, jobs=jobs).assign(corpus=voices["corpus"]) if len(voices) else None


def _pooled_validation(evaluation: Path) -> "pd.DataFrame":
    """The answers for the validating voices of all five folds, with their corpora, before the calibration."""
    import pandas as pd

    paths = [evaluation / f"fold-{number}" / run.VALIDATION for number in folds.FOLDS]
    if missing := [path for path in paths if not path.is_file()]:
        raise TrainingError(f"{missing[0]} is not there: name the folder of a finished `intone evaluate` with five "
                            "folds.")
    return pd.concat([read_rows(path, "corpus") for path in paths], ignore_index=True)


def classes_of(table: "pd.DataFrame") -> dict[str, set[str]]:
    """The classes that each corpus of a table has."""
    return {str(corpus): set(names) for corpus, names in table["class"].groupby(table["corpus"])}


def calibrated(model: ModelSettings, rows: "pd.DataFrame", known: Mapping[str, set[str]]) -> ModelSettings:
    """The settings with what validation rows say: factors, temperature, thresholds, that of strangeness among them.

    `known` are the classes of every corpus; a clip speaks only for those of its own. Classes that only some corpora
    have share a factor.
    """
    classes = labels.scheme(model.classes).classes
    rows = rows.dropna(subset=list(classes))
    masses = rows[list(classes)].to_numpy(float)
    truth = rows["truth"].map(classes.index).to_numpy()
    allowed = np.array([[name in known[corpus] for name in classes] for corpus in rows["corpus"]], bool)
    allowed = allowed.reshape(masses.shape)
    factors = calibration.factors(masses, truth, allowed, classes)
    masses = calibration.weighed(masses, classes, factors)
    heat = calibration.temperature(masses, truth, allowed)
    found = calibration.tempered(masses, heat)
    familiar = float(rows[STRANGENESS].quantile(FAMILIAR)) if STRANGENESS in rows else None
    return replace(model, factors=factors, temperature=heat, familiar_below=familiar,
                   sure_above=_thresholds(model.classes, found, rows["truth"]))


def _set_settings(proto: onnx.ModelProto, model: ModelSettings) -> None:
    onnx.helper.set_model_props(proto, {METADATA_KEY: json.dumps(settings.to_dict(model))})


def _thresholds(classes: str, masses: scoring.Rows, truth: "pd.Series[str]") -> dict[str, float]:
    """From which probability on an answer is sure, for every scheme that these masses can be read in."""
    found = {}
    for scheme in labels.SCHEMES.values() if classes == "8" else (labels.scheme(classes),):
        names = truth.map(scheme.class_of) if classes == "8" else truth
        inside = scheme.sums(masses) if classes == "8" else masses
        kept = names.notna().to_numpy()
        indices = np.array([scheme.classes.index(name) for name in names[kept]])
        threshold = calibration.sure_above(inside[kept] / inside[kept].sum(axis=1, keepdims=True), indices)
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


def pack_weights(proto: onnx.ModelProto, least: int = 10_000) -> None:
    """Replace large float weights by 8-bit integers with one scale for each output channel.

    The runtime turns them back into floats when it loads the network, so that it computes as before, with weights
    that are rounded to 1/127 of the largest of their channel.
    """
    graph = proto.graph
    for tensor in [one for one in graph.initializer if one.data_type == onnx.TensorProto.FLOAT]:
        values = onnx.numpy_helper.to_array(tensor)
        if values.size < least or values.ndim < 2:
            continue
        axis = 0 if values.ndim == 3 else 1  # convolutions have their outputs first, products last
        others = tuple(i for i in range(values.ndim) if i != axis)
        scale = np.maximum(np.abs(values).max(axis=others), 1e-12) / 127
        shape = [-1 if i == axis else 1 for i in range(values.ndim)]
        whole = np.round(values / scale.reshape(shape)).astype(np.int8)
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(whole, f"{name}_int8"))
        graph.initializer.append(onnx.numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale"))
        node = onnx.helper.make_node("DequantizeLinear", [f"{name}_int8", f"{name}_scale"], [name], axis=axis)
        graph.node.insert(0, node)
