"""Model files for tests: one layer and a softmax over the features, in ONNX, with the settings of a recognizer."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike
from onnx import TensorProto, helper, numpy_helper

from intone import dataclass_json, labels
from intone.recognition.adaptation import Adaptation
from intone.recognition.calibration import ConfidenceThreshold
from intone.recognition.model_file import METADATA_KEY, RECOGNIZER, ModelSettings
from intone.training.recipes import recipe

FEATURES = (9, 13)


def tiny_settings(classes: str = "8", sex: str = "both", **changes: Any) -> ModelSettings:
    """Settings of a recognizer, with some changed; `confidence` may have bare thresholds."""
    values: dict[str, Any] = {"name": "tiny", "classes": classes, "labels": labels.network_labels(classes, sex),
              "front_end": recipe("level-independent").front_end, "confidence": {"2": 0.8, "8": 0.5}, "data": ("made",),
              "licence": "none"} | changes
    values["confidence"] = {name: one if isinstance(one, ConfidenceThreshold) else ConfidenceThreshold(one)
                            for name, one in values["confidence"].items()}
    return ModelSettings(**values)


def tiny_network(answer: ArrayLike, slope: ArrayLike | None = None) -> onnx.ModelProto:
    """A network that answers the probabilities `answer` (labels,).

    `slope` (labels,): how much the logarithm of each changes with the mean of MFCC coefficient 1, the tilt of the
    spectrum, over a chunk.
    """
    bias = np.log(np.maximum(np.asarray(answer, np.float32), 1e-9))
    weights = np.zeros((*FEATURES, len(bias)), np.float32)
    if slope is not None:
        weights[:, 1] = np.asarray(slope, np.float32) / FEATURES[0]
    nodes = [
        helper.make_node("Flatten", ["features"], ["flat"], axis=1),
        helper.make_node("Gemm", ["flat", "weights", "bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes, "tiny",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", *FEATURES])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", len(bias)])],
        [numpy_helper.from_array(weights.reshape(-1, len(bias)), "weights"), numpy_helper.from_array(bias, "bias")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def save(path: Path, network: onnx.ModelProto, metadata: Mapping[str, str] | ModelSettings) -> Path:
    """Write a network with settings, or with any metadata; returns the path."""
    if isinstance(metadata, ModelSettings):
        metadata = {METADATA_KEY: json.dumps(dataclass_json.to_dict(metadata))}
    helper.set_model_props(network, dict(metadata))
    path.write_bytes(network.SerializeToString())
    return path


def _tell_ood_score(network: onnx.ModelProto, ood_score: float) -> None:
    """Give a network a second output, which always says `ood_score`."""
    network.graph.node.extend([
        helper.make_node("Sub", ["flat", "flat"], ["nothing"]),
        helper.make_node("ReduceSum", ["nothing", "axes"], ["zero"], keepdims=0),
        helper.make_node("Add", ["zero", "distance"], ["ood_score"]),
    ])
    network.graph.initializer.extend([numpy_helper.from_array(np.array([1]), "axes"),
                                      numpy_helper.from_array(np.array(ood_score, np.float32), "distance")])
    network.graph.output.append(helper.make_tensor_value_info("ood_score", TensorProto.FLOAT, ["n"]))


def _tell_evidence(network: onnx.ModelProto, classes: int) -> None:
    """Give a network what an adaptation needs: the logarithm of the probability of each class, of one member."""
    network.graph.node.extend([
        helper.make_node("ReduceMean", ["probabilities", "zeroth"], ["mean"], keepdims=0),
        helper.make_node("Reshape", ["mean", "by_sex"], ["table"]),
        helper.make_node("ReduceSum", ["table", "zeroth"], ["shares"], keepdims=0),
        helper.make_node("Log", ["shares"], ["logs"]),
        helper.make_node("Concat", ["logs", "logs"], ["twice"], axis=0),
        helper.make_node("Reshape", ["twice", "shape"], ["evidence"]),
    ])
    network.graph.initializer.extend([
        numpy_helper.from_array(np.array([0]), "zeroth"), numpy_helper.from_array(np.array([-1, classes]), "by_sex"),
        numpy_helper.from_array(np.array([1, 1, 2, classes]), "shape")])
    network.graph.output.append(helper.make_tensor_value_info("evidence", TensorProto.FLOAT, [1, 1, 2, classes]))
    del network.opset_import[:]
    network.opset_import.append(helper.make_opsetid("", 18))  # ReduceMean takes its axes as an input from there on


def _take_time(network: onnx.ModelProto, size: int) -> None:
    """Make a network multiply two matrices (size, size) of random numbers before it answers."""
    softmax = network.graph.node.pop()
    network.graph.node.extend([
        helper.make_node("RandomNormal", [], ["random"], shape=[size, size]),
        helper.make_node("MatMul", ["random", "random"], ["product"]),
        helper.make_node("ReduceSum", ["product"], ["sum"], keepdims=0),
        helper.make_node("Mul", ["sum", "zero"], ["nothing"]),
        helper.make_node("Add", ["logits", "nothing"], ["same"]),
    ])
    softmax.input[0] = "same"
    network.graph.node.append(softmax)
    network.graph.initializer.append(numpy_helper.from_array(np.array(0, np.float32), "zero"))


def tiny_model(path: Path, answer: Mapping[str, float], slope: Mapping[str, float] | None = None, classes: str = "8",
               sex: str = "both", ood_score: float | None = None, work: int = 0, **changes: Any) -> Path:
    """A model file that answers the probabilities of labels in `answer`, whatever is not there being 0.

    With `work` every answer takes the time to multiply two matrices of that size: 2,000 are about 0.3 s.
    """
    made = tiny_settings(classes, sex, **changes)
    assert set(answer) | set(slope or {}) <= set(made.labels)
    network = tiny_network([answer.get(label, 0.0) for label in made.labels],
                           None if slope is None else [slope.get(label, 0.0) for label in made.labels])
    if ood_score is not None:
        _tell_ood_score(network, ood_score)
    if work:
        _take_time(network, work)
    return save(path, network, made)


def tiny_adaptable(path: Path, **changes: Any) -> Path:
    """A model file that hears a dark voice as that of a sad man, a bright one as a happy woman's, and can be adapted."""
    means = 4 * np.eye(len(labels.EMOTIONS))
    made = tiny_settings(adaptation=Adaptation((1.0,), (tuple(map(tuple, means.tolist())),)), **changes)
    answer, slope = {"male_sad": 0.02, "female_happy": 0.9}, {"male_sad": 0.1, "female_happy": -0.1}
    network = tiny_network([answer.get(label, 0.01) for label in made.labels],
                           [slope.get(label, 0.0) for label in made.labels])
    _tell_evidence(network, len(labels.EMOTIONS))
    return save(path, network, made)


def tiny_pair(folder: Path, **changes: Any) -> Path:
    """The folder of a pair: whatever they hear, the one for men answers sad, the one for women happy."""
    for sex, label in (("male", "male_sad"), ("female", "female_happy")):
        (folder / sex).mkdir(parents=True)
        tiny_model(folder / sex / RECOGNIZER, {label: 1.0}, sex=sex, name=f"tiny {sex}", **changes)
    return folder
