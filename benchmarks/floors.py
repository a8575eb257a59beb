"""What no program can go below: the multiplications of a network, and how fast this machine multiplies."""

import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE = 768
"""Rows and columns of the matrices that are multiplied to see how fast it goes."""

Shape = Sequence[int]


def operations(model: Path, inputs: Mapping[str, NDArray[Any]]) -> int:
    """Multiplications and additions in the matrix products of an ONNX network for given inputs.

    Of MatMul, Gemm, Conv and Einsum, from the shapes that their operands have when the network runs.
    """
    import onnx

    graph = onnx.load(str(model)).graph
    nodes = [node for node in graph.node if node.op_type in _COUNTED]
    shapes = _shapes(model, [name for node in nodes for name in (*node.input[:2], node.output[0])], inputs)
    return sum(_COUNTED[node.op_type](*(shapes[name] for name in (*node.input[:2], node.output[0])),
                                      {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute})
               for node in nodes)


def _shapes(model: Path, names: Sequence[str], inputs: Mapping[str, NDArray[Any]]) -> dict[str, Shape]:
    """The shapes of values inside a network, which is run once with them as outputs."""
    import onnx
    import onnxruntime as ort

    network = onnx.load(str(model))
    known: dict[str, Shape] = {one.name: one.dims for one in network.graph.initializer}
    known |= {name: value.shape for name, value in inputs.items()}
    wanted = [name for name in dict.fromkeys(names) if name not in known]
    del network.graph.output[:]
    network.graph.output.extend(onnx.ValueInfoProto(name=name) for name in wanted)
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL  # else some values are gone
    session = ort.InferenceSession(network.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return known | {name: value.shape for name, value in zip(wanted, session.run(None, dict(inputs)), strict=True)}


def _matmul(a: Shape, _: Shape, out: Shape, __: Mapping[str, Any]) -> int:
    return 2 * math.prod(out) * a[-1]


def _gemm(a: Shape, _: Shape, out: Shape, attributes: Mapping[str, Any]) -> int:
    return 2 * math.prod(out) * a[0 if attributes.get("transA") else 1]


def _conv(_: Shape, weight: Shape, out: Shape, __: Mapping[str, Any]) -> int:
    return 2 * math.prod(out) * math.prod(weight[1:])


def _einsum(a: Shape, b: Shape, _: Shape, attributes: Mapping[str, Any]) -> int:
    first, second = re.split(r",|->", attributes["equation"].decode().replace(" ", ""))[:2]
    sizes = dict(zip(first, a, strict=True)) | dict(zip(second, b, strict=True))
    return 2 * math.prod(sizes.values())


_COUNTED: dict[str, Callable[[Shape, Shape, Shape, Mapping[str, Any]], int]] = {
    "MatMul": _matmul, "Gemm": _gemm, "Conv": _conv, "Einsum": _einsum,
}


def products() -> dict[str, Callable[[], object]]:
    """One product of two square matrices of float32 by every library here, each on one thread.

    NumPy takes as many threads as the environment lets it.
    """
    a = np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32)
    found: dict[str, Callable[[], object]] = {"numpy": lambda: a @ a, "onnxruntime": _by_onnxruntime(a)}
    try:
        import torch
    except ModuleNotFoundError:
        return found
    torch.set_num_threads(1)
    tensor = torch.from_numpy(a)
    return found | {"torch": lambda: tensor @ tensor}


def _by_onnxruntime(a: NDArray[np.float32]) -> Callable[[], object]:
    import onnx

    from intone.onnx_session import session

    kind, shape = onnx.TensorProto.FLOAT, list(a.shape)
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("MatMul", ["a", "b"], ["c"])], "product",
        [onnx.helper.make_tensor_value_info("a", kind, shape)], [onnx.helper.make_tensor_value_info("c", kind, shape)],
        [onnx.numpy_helper.from_array(a, "b")])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=10)
    run = session(model.SerializeToString())
    return lambda: run.run(None, {"a": a})


def matrix_speed(times: int = 30) -> dict[str, float]:
    """Operations a second in the fastest of some products, by library."""
    return {name: 2 * SIDE**3 / min(_timed(product) for _ in range(times)) for name, product in products().items()}


def fastest() -> tuple[str, Callable[[], object]]:
    """The library that multiplies fastest here, and its product of `SIDE` x `SIDE`."""
    speeds = matrix_speed(10)
    name = max(speeds, key=lambda one: speeds[one])
    return name, products()[name]


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
