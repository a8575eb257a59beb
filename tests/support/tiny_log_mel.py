"""A model file for tests whose front end is the log-mel spectrogram: it hears how bright a voice is."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from intone.features.front_end import LogMel
from intone.training.onnx_graph import with_samples
from tiny_model import save, tiny_settings


def tiny_log_mel_model(path: Path, *, samples: bool = False) -> Path:
    """A network that hears a bright voice as happy and a dark one as sad, from the mean of the log-mel over time.

    It takes the log-mel spectrogram, as files of before format 7 do, or `samples`.
    """
    made = tiny_settings(front_end=LogMel())
    happy, sad = (made.labels.index(label) for label in ("male_happy", "male_sad"))
    weights, bias = np.zeros((80, len(made.labels)), np.float32), np.full(len(made.labels), -6, np.float32)
    weights[50:, happy], weights[:20, sad] = 0.08, 0.08
    bias[[happy, sad]] = 0.7, 0
    nodes = [helper.make_node("ReduceMean", ["features", "axes"], ["mean"], keepdims=0),
             helper.make_node("Gemm", ["mean", "weights", "bias"], ["logits"]),
             helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1)]
    graph = helper.make_graph(
        nodes, "tiny", [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", 80, "frames"])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", len(made.labels)])],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias"),
         numpy_helper.from_array(np.array([2]), "axes")])
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    if samples:
        with_samples(network, made)
    return save(path, network, made)
