"""One session: weights as they are, no control flow, and memory that is missing called so."""

import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import onnx
import onnxruntime as ort
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from intone import onnx_session
from intone.errors import RecognizerError
from sounds import voice

BUNDLED = sorted((Path(onnx_session.__file__).parent / "recognizers").glob("*.onnx"))


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.name)
def test_packed_weights_answer_as_the_network_says(path):
    # What the runtime does to weights of 8 bits by itself moves probabilities by a hundredth.
    plain = ort.SessionOptions()
    plain.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    exactly = ort.InferenceSession(path.read_bytes(), plain, providers=["CPUExecutionProvider"])
    ours = onnx_session.session(path)
    for seconds in (0.2, 1.5, 4.0):
        samples = voice(seconds)
        expected = exactly.run(None, {"samples": samples})
        for one, other in zip(ours.run(None, {"samples": samples}), expected, strict=True):
            assert one == pytest.approx(other, abs=1e-4)


# A loop that never ends would hold the process; a network of intone has no control flow.


def graph(*nodes: onnx.NodeProto) -> onnx.GraphProto:
    return helper.make_graph(list(nodes), "g", [], [helper.make_tensor_value_info("out", TensorProto.BOOL, None)])


TRUE = helper.make_node("Constant", [], ["out"], value=helper.make_tensor("t", TensorProto.BOOL, [], [True]))
FLAG = partial(helper.make_tensor_value_info, elem_type=TensorProto.BOOL, shape=[])
ENDLESS = graph(
    helper.make_node("Constant", [], ["go"], value=helper.make_tensor("t", TensorProto.BOOL, [], [True])),
    helper.make_node("Loop", ["", "go", "go"], ["out"], body=helper.make_graph(
        [helper.make_node("Identity", [one], [f"{one}_again"]) for one in ("going", "x")], "body",
        [helper.make_tensor_value_info("i", TensorProto.INT64, []), FLAG("going"), FLAG("x")],
        [FLAG("going_again"), FLAG("x_again")])))
BRANCH = graph(helper.make_node("If", ["go"], ["out"], then_branch=graph(TRUE), else_branch=graph(TRUE)))
SEVERAL = graph(helper.make_node("Odd", ["go"], ["out"], domain="com.microsoft", bodies=[graph(TRUE)]))


def model(whole: onnx.GraphProto, **more: object) -> bytes:
    return helper.make_model(whole, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, **more).SerializeToString()


def with_function() -> bytes:
    function = helper.make_function("own", "F", ["x"], ["y"], [helper.make_node("Identity", ["x"], ["y"])],
                                    [helper.make_opsetid("", 17)])
    return model(graph(TRUE), functions=[function])


@pytest.mark.parametrize("content", [
    model(ENDLESS), model(BRANCH), model(SEVERAL), with_function(),
    model(graph(TRUE)) + onnx.ModelProto(graph=ENDLESS).SerializeToString(),  # a reader puts both graphs together
    b"\xba\x87\x00\x01x" + model(ENDLESS),  # a field that nobody knows, its number written at length
], ids=["loop", "branch", "several", "function", "second graph", "unknown field"])
def test_control_flow_is_refused_before_it_can_run(content: bytes) -> None:
    with pytest.raises(RecognizerError, match=r"has control flow \(a loop, a branch or a function\), which no recognizer"):
        onnx_session.session(content)


def test_networks_without_it_are_none() -> None:
    vad = Path(onnx_session.__file__).parent / "audio" / "silero-vad.onnx"
    assert len(BUNDLED) == 2
    assert not any(onnx_session.has_control_flow(path.read_bytes()) for path in [*BUNDLED, vad])
    assert not onnx_session.has_control_flow(model(graph(TRUE)))


@pytest.mark.parametrize("content", [b"\x3b\x3c", b"\x3a\xff\xff\xff\xff\x0f", b"\xff" * 11, b"\x3a", b"\xba\x80\x80\x80\x80\x01",
                                     b"\x39\0", b"\0\0\0\0ORTM" + bytes(100)],
                         ids=["group", "too long", "endless number", "cut off", "large tag", "cut number", "other format"])
def test_what_is_no_protobuf_is_damaged(content: bytes) -> None:
    with pytest.raises(RecognizerError, match="damaged or not an ONNX network"):
        onnx_session.session(content)


@given(st.binary(max_size=60), st.integers(0, 200))
def test_any_bytes_are_read_to_their_end_or_refused(rest: bytes, at: int) -> None:
    whole = model(BRANCH)
    for content in (rest, whole[:at] + rest + whole[at:]):
        with suppress(ValueError):
            assert onnx_session.has_control_flow(content) in (True, False)


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("Exception during initialization: std::bad_alloc"),
                                   RuntimeError("Failed to allocate memory for requested buffer of size 9")], ids=repr)
def test_too_little_memory_is_not_called_damage(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ort, "InferenceSession", fails)
    with pytest.raises(RecognizerError, match=r"^There is too little memory for the network .*: end other programs"):
        onnx_session.session(model(graph(TRUE)))


SMALL = """
import resource, sys
from pathlib import Path
import onnxruntime, psutil
from intone.recognition import recognizer
from intone.recognition.model_file import load_model
from intone.errors import RecognizerError
space = psutil.Process().memory_info().vms + 20 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (space, space))
try:
    load_model(Path(sys.argv[1]))
except RecognizerError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a limit of memory is only kept on Linux")
def test_a_recognizer_that_does_not_fit_into_memory_says_so() -> None:
    told = subprocess.run([sys.executable, "-c", SMALL, BUNDLED[0]], capture_output=True, text=True, check=False)
    assert told.stdout.startswith("There is too little memory for the network in the model file"), told.stderr
