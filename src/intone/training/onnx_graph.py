"""Operations that are added to an ONNX graph: a front end before a network, and the calibration behind it.

A network is exported from features to probabilities. What a model file holds takes samples: the one graph hears the
same in Python and in a browser, which has no numpy. What is added has names of its own, so that it can be taken off
again, where an ensemble is made of networks, or a calibration is made anew.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from intone import labels
from intone.audio import RATE
from intone.features.front_end import LogMel, Waveform
from intone.features.spectral import slaney_filters
from intone.recognition.model_file import ModelSettings

FRONT_END, CALIBRATION = "front-end/", "calibration/"

_HOP, _WINDOW = 160, 400  # samples of `features.log_mel`: a step of 10 ms, a window of 25 ms


def operation(graph: onnx.GraphProto, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
    """Add an operation with one output; returns the output's name."""
    graph.node.append(helper.make_node(kind, inputs, [output], **attributes))
    return output


def constant(graph: onnx.GraphProto, name: str, value: NDArray[np.generic] | np.generic) -> str:
    """Add a constant; returns its name."""
    graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
    return name


def factors(settings: ModelSettings, classes: Sequence[str]) -> NDArray[np.float32]:
    """The prior correction of some classes, 1 where there is none."""
    return np.array([settings.prior_correction.get(name, 1.0) for name in classes], np.float32)


def calibrated(graph: onnx.GraphProto, name: str, settings: ModelSettings, prefix: str) -> str:
    """Add the prior correction and the temperature (`recognition.calibration`) to probabilities (1, labels)."""
    def at(step: str) -> str:
        return prefix + step

    corrected = operation(graph, "Mul", [name, constant(graph, at("factors"), factors(
        settings, [labels.split_label(label)[1] for label in settings.labels]))], at("corrected"))
    raised = operation(graph, "Pow", [corrected, constant(graph, at("power"), np.float32(1 / settings.temperature))],
                  at("raised"))
    total = operation(graph, "ReduceSum", [raised, constant(graph, at("axes"), np.array([1], np.int64))], at("total"))
    return operation(graph, "Div", [raised, total], at("shares"))


def with_samples(proto: onnx.ModelProto, settings: ModelSettings) -> None:
    """Let a network take samples (samples,), the speech of one segment, and answer calibrated probabilities.

    It answers those before the calibration too, as `uncalibrated`. What was added before is replaced. A network of
    chunks stays as it is: it takes the features that cleaning leaves of a whole recording.
    """
    front_end = settings.front_end
    if not isinstance(front_end, LogMel | Waveform):
        return
    without_samples(proto)
    graph = proto.graph
    rest = list(graph.node)
    del graph.node[:], graph.input[:]
    graph.input.append(helper.make_tensor_value_info("samples", TensorProto.FLOAT, ["samples"]))
    scaled = _at_peak(graph, round(front_end.longest_s * RATE))
    if isinstance(front_end, LogMel):
        _log_mel(graph, scaled, front_end.bands)
    else:
        _waveform(graph, scaled, normalized=front_end.normalized)
    graph.node.extend(rest)
    _rename(graph, {"probabilities": "uncalibrated"})
    shares = calibrated(graph, "uncalibrated", settings, CALIBRATION)
    operation(graph, "Identity", [shares], "probabilities")
    graph.output.insert(0, helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, len(settings.labels)]))


def without_samples(proto: onnx.ModelProto) -> None:
    """Take the front end and the calibration off a network: it takes features again."""
    graph = proto.graph
    if [one.name for one in graph.input] != ["samples"]:
        return
    last = next(one for one in graph.node if one.output[0] == "probabilities")
    kept = [one for one in graph.node if one is not last and not _added(one.output[0]) and one.output[0] != "features"]
    weights = [one for one in graph.initializer if not _added(one.name)]
    outputs = [one for one in graph.output if one.name != "probabilities"]
    bands = [one.dims[1] for one in graph.initializer if one.name == FRONT_END + "bands"]
    shape: list[str | int] = [1, *bands, "frames" if bands else "samples"]
    del graph.node[:], graph.initializer[:], graph.output[:], graph.input[:]
    graph.input.append(helper.make_tensor_value_info("features", TensorProto.FLOAT, shape))
    graph.node.extend(kept)
    graph.initializer.extend(weights)
    graph.output.extend(outputs)
    _rename(graph, {"uncalibrated": "probabilities"})


def _added(name: str) -> bool:
    return name.startswith((FRONT_END, CALIBRATION))


def _rename(graph: onnx.GraphProto, names: dict[str, str]) -> None:
    """Call some values of a graph otherwise."""
    for one in graph.node:
        one.input[:] = [names.get(name, name) for name in one.input]
        one.output[:] = [names.get(name, name) for name in one.output]
    for value in graph.output:
        value.name = names.get(value.name, value.name)


class _Builder:
    """Operations of the front end, whose names follow one another."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.graph = graph

    def __call__(self, kind: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        return operation(self.graph, kind, inputs, FRONT_END + name, **attributes)

    def constant(self, name: str, value: NDArray[np.generic] | np.generic) -> str:
        return constant(self.graph, FRONT_END + name, value)

    def whole(self, name: str, *numbers: int) -> str:
        return self.constant(name, np.array(numbers, np.int64))


def _at_peak(graph: onnx.GraphProto, longest: int) -> str:
    """The first samples, at most `longest`, divided by the largest of them; as numbers of 64 bits from there on."""
    op = _Builder(graph)
    cut = op("Slice", ["samples", op.whole("begin", 0), op.whole("longest", longest)], "cut")
    peak = op("ReduceMax", [op("Abs", [cut], "size")], "peak", keepdims=0)
    scaled = op("Div", [cut, op("Max", [peak, op.constant("tiny", np.float32(1e-9))], "divisor")], "at-peak")
    return op("Cast", [scaled], "precise", to=TensorProto.DOUBLE)


def _waveform(graph: onnx.GraphProto, scaled: str, *, normalized: bool) -> None:
    """`features.Waveform`: x, or (x - mean) / sqrt(variance + 1e-7)."""
    op, found = _Builder(graph), scaled
    if normalized:
        centred = op("Sub", [scaled, op("ReduceMean", [scaled], "mean", keepdims=0)], "centred")
        power = op("ReduceMean", [op("Mul", [centred, centred], "squares")], "variance", keepdims=0)
        found = op("Div", [centred, op("Sqrt", [op("Add", [power, op.constant("almost", np.float64(1e-7))], "above")],
                                       "deviation")], "normalized")
    _give(graph, found)


def _log_mel(graph: onnx.GraphProto, scaled: str, bands: int) -> None:
    """`features.log_mel` of an even number of frames, in numbers of 64 bits, as numpy computes it.

    The window w is symmetric, w[n] = w[N - n], and w[0] = 0. So the spectrum of a frame x of N samples is

        re X[k] =  sum over n = 1 .. N/2 - 1 of (x[n] + x[N - n]) w[n] cos(2 pi k n / N)  +  x[N/2] w[N/2] cos(pi k)
        im X[k] = -sum over n = 1 .. N/2 - 1 of (x[n] - x[N - n]) w[n] sin(2 pi k n / N)

    which are two products of matrices, half as large as those of the definition. A browser has no other fast way.
    """
    op, half = _Builder(graph), _WINDOW // 2
    padded = op("Pad", [scaled, op.whole("edges", half, half)], "padded", mode="reflect")
    pairs = op("Div", [op("Shape", [scaled], "count"), op.whole("pair", 2 * _HOP)], "pairs")
    frames = op("Squeeze", [op("Mul", [pairs, op.whole("two", 2)], "even")], "frames")
    numbers = op("Range", [op.constant("from", np.int64(0)), frames, op.constant("by", np.int64(1))], "numbers")
    starts = op("Mul", [numbers, op.constant("hop", np.int64(_HOP))], "starts")
    places = op("Add", [op("Unsqueeze", [starts, op.whole("second", 1)], "column"),
                        op.constant("offsets", np.arange(_WINDOW, dtype=np.int64))], "places")
    cut = op("Gather", [padded, places], "windows", axis=0)
    axis = op.whole("axis", 1)
    rising = op("Slice", [cut, op.whole("one", 1), op.whole("half", half), axis], "rising")
    falling = op("Slice", [cut, op.whole("last", _WINDOW - 1), op.whole("centre", half), axis, op.whole("back", -1)],
                 "falling")
    middle = op("Slice", [cut, op.whole("middle-from", half), op.whole("middle-to", half + 1), axis], "middle")
    n, k = np.arange(_WINDOW)[:, None], np.arange(half + 1)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * n / _WINDOW)
    cosines, sines = (window * wave(2 * np.pi * n * k / _WINDOW) for wave in (np.cos, np.sin))
    even = op("Concat", [op("Add", [rising, falling], "sums"), middle], "even-part", axis=1)
    real = op("MatMul", [even, op.constant("cosines", cosines[1 : half + 1])], "real")
    odd = op("Sub", [rising, falling], "differences")
    imaginary = op("MatMul", [odd, op.constant("sines", sines[1:half])], "imaginary")
    power = op("Add", [op("Mul", [real, real], "real-2"), op("Mul", [imaginary, imaginary], "imaginary-2")], "power")
    energies = op("MatMul", [power, op.constant("bands", slaney_filters(bands, _WINDOW).T.copy())], "energies")
    above = op("Max", [energies, op.constant("floor", np.float64(1e-10))], "above")
    levels = op("Mul", [op("Log", [op("Transpose", [above], "by-band", perm=[1, 0])], "logarithms"),
                        op.constant("to-base-10", np.float64(1 / np.log(10)))], "levels")
    lowest = op("Sub", [op("ReduceMax", [levels], "top", keepdims=0), op.constant("range", np.float64(8))], "lowest")
    shown = op("Add", [op("Max", [levels, lowest], "raised"), op.constant("four", np.float64(4))], "shifted")
    _give(graph, op("Div", [shown, FRONT_END + "four"], "scaled"))


def _give(graph: onnx.GraphProto, found: str) -> None:
    """The features of one segment, as the network takes them."""
    op = _Builder(graph)
    one = op("Unsqueeze", [found, op.whole("first", 0)], "segment")
    operation(graph, "Cast", [one], "features", to=TensorProto.FLOAT)
