"""Export of the best network of a run to ONNX, with its settings inside. `intone train` does it at its end."""

import json
import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxscript.optimizer
import torch
from torch import Tensor, nn

from intone import dataclass_json
from intone.audio import RATE
from intone.errors import TrainingError
from intone.files import write_whole
from intone.recognition.model_file import METADATA_KEY, ModelSettings, load_model
from intone.training import run
from intone.training.onnx_graph import with_samples
from intone.training.recipes import trainer

TOLERANCE = 1e-5
"""Largest difference of a probability between PyTorch and the exported network."""

PACKED_TOLERANCE = 0.05
"""The same where the weights are kept as 8-bit integers; the cost in accuracy is measured on whole folds."""


def best_network(folder: Path) -> nn.Module:
    """The network of a run with its best weights, ready to answer."""
    return trainer(run.read_run(folder).recipe).network(folder)


def export(network: nn.Module, model: ModelSettings, to: Path) -> Path:
    """Write a network that answers logits as ONNX with `model` inside; returns the path.

    Large weights are kept as 8-bit integers. The written file is run against PyTorch on the features of noise; a
    TrainingError where a probability differs by more than the tolerance, and then no file is left.
    """
    outputs = ["probabilities", *([str(network.extra)] if hasattr(network, "extra") else [])]
    network = Probabilities(network).eval()
    packed = model.front_end.kind != "mfcc-chunks"  # an encoder, which takes one sound of any length
    noise = np.random.default_rng(0).normal(0, 0.1, 3 * model.front_end.shortest + RATE).astype(np.float32)
    example = torch.from_numpy(model.front_end(noise))
    growing = {example.ndim - 1 if packed else 0: torch.export.Dim.DYNAMIC}
    proto = graph(network, example, growing, outputs)
    if packed:
        pack_weights(proto)
    set_settings(proto, model)
    tolerance = PACKED_TOLERANCE if packed else TOLERANCE
    with write_whole(to) as part:
        part.write_bytes(proto.SerializeToString())
        with torch.no_grad():
            made = network(example)
        wanted = (made[0] if isinstance(made, tuple) else made).numpy()
        difference = float(np.abs(load_model(part).probabilities(noise) - wanted).max())
        if not difference <= tolerance:
            raise TrainingError(f"The exported network differs from the trained one by {difference:.1e}, more than "
                                f"{tolerance:.0e}: update torch and onnxruntime, then export again.")
    return to


_traced: dict[str, onnx.ModelProto] = {}
"""The graphs of this process by what they are of. A network is traced in seconds, and the networks of the folds of an
evaluation differ in their weights alone."""


def graph(network: nn.Module, example: Tensor, growing: dict[int, Any], outputs: list[str]) -> onnx.ModelProto:
    """A network as a graph of ONNX; `growing` are the axes of the example that have any length."""
    tensors = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    shapes = {name: (one.dtype, one.shape) for name, one in tensors.items()}
    known = str((network, [*map(_plain, network.modules())], shapes, example.shape, growing, outputs))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        if known not in _traced:
            logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns of vision operators nobody asked for
            program = torch.onnx.export(
                network, (example,), dynamo=True, verbose=False, input_names=["features"], output_names=outputs,
                dynamic_shapes=(growing,), optimize=False)  # which would give weights other names
            assert program is not None
            _traced[known] = program.model_proto
        traced = onnx.ModelProto()
        traced.CopyFrom(_traced[known])
        for tensor in traced.graph.initializer:
            if tensor.name in tensors:
                tensor.CopyFrom(onnx.numpy_helper.from_array(tensors[tensor.name].detach().numpy(), tensor.name))
        found: onnx.ModelProto = onnxscript.optimizer.optimize(traced)
    strip(found)
    return found


def _plain(module: nn.Module) -> dict[str, object]:
    """What a module is besides its weights and its parts, such as the layers that it reads."""
    return {name: value.tolist() if isinstance(value, Tensor) else value for name, value in vars(module).items()
            if isinstance(value, int | float | str | list | tuple | Tensor)}


def set_settings(proto: onnx.ModelProto, model: ModelSettings) -> None:
    """Put the settings of a recognizer into a network, in place of earlier ones, its front end and its calibration."""
    with_samples(proto, model)
    onnx.helper.set_model_props(proto, {METADATA_KEY: json.dumps(dataclass_json.to_dict(model))})


def strip(proto: onnx.ModelProto) -> None:
    """Drop the exporter's notes: they hold paths of the machine that trained."""
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

    A weight w becomes round(w / s), -127 to 127, with s = max |w| / 127 over its channel (symmetric, so that 0 stays
    0; Jacob et al. 2018, https://arxiv.org/abs/1712.05877). The runtime turns it back into s round(w / s) when it loads
    the network, and computes in floats as before. Rounding is off by s / 2 at most: by 1/254 of the largest weight of
    the channel. One scale a channel keeps a channel of small weights from being rounded by the largest of another.
    """
    graph = proto.graph
    outputs_first = {name for node in graph.node if node.op_type == "Conv" for name in node.input}  # others: second
    for tensor in [one for one in graph.initializer if one.data_type == onnx.TensorProto.FLOAT]:
        values = onnx.numpy_helper.to_array(tensor)
        if values.size < least or values.ndim < 2:
            continue
        axis = 0 if tensor.name in outputs_first else 1
        others = tuple(i for i in range(values.ndim) if i != axis)
        scale = np.maximum(np.abs(values).max(axis=others), 1e-12) / 127
        shape = [-1 if i == axis else 1 for i in range(values.ndim)]
        whole = np.round(values / scale.reshape(shape)).astype(np.int8)
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(whole, f"{name}_int8"))
        graph.initializer.append(onnx.numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale"))
        node = onnx.helper.make_node("DequantizeLinear", [f"{name}_int8", f"{name}_scale"], [name], axis=axis)
        graph.node.insert(0, node)


class Probabilities(nn.Module):
    """A network with the softmax behind it: the graph that is exported.

    A network that names an `extra` output has a method `judged`, features -> logits and that output.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, features: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        judged: Any = getattr(self.network, "judged", None)
        if judged is None:
            return torch.softmax(self.network(features), dim=-1)
        logits, extra = judged(features)
        return torch.softmax(logits, dim=-1), extra
