"""One way to run an ONNX network: one thread that never spins, nothing read but the bytes that are given.

A network is refused before the runtime sees it where it has control flow: a loop without an end would hold the process
for ever.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from intone.errors import RecognizerError

if TYPE_CHECKING:
    import onnxruntime

# Some builds of onnxruntime send usage data unless this is set.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

NO_MEMORY = ("There is too little memory for the network in the model file: end other programs, or name a smaller "
             "recognizer.")


def session(model: bytes | Path, threads: int = 1) -> "onnxruntime.InferenceSession":
    """An onnxruntime session of a model; a RecognizerError where the bytes are not a network that can be run.

    One thread by default: by itself the runtime would take every core, and keep them spinning between two calls.
    A model reads no other file: its bytes are given, and weights outside of them are refused. So is control flow.
    """
    import onnxruntime as ort  # 0.1 s that commands without a network do not need

    ort.set_default_logger_severity(4)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Weights of 8 bits become floats once, here. By default the runtime keeps them as integers and rounds the other
    # factor of each product to 8 bits as well: that costs a third more time, and up to 0.02 of a probability.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    # Even from bytes the runtime would read external weights from the working directory.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", os.devnull)
    # Its other format is not the one in which control flow is looked for.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    try:
        content = model.read_bytes() if isinstance(model, Path) else model
        if has_control_flow(content):
            raise RecognizerError("The network in the model file has control flow (a loop, a branch or a function), "
                                  "which no recognizer needs: name one that `intone train` wrote.")
        return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except OSError as error:
        raise RecognizerError(f"The model file {model!s} cannot be read ({error.strerror or error}): name one that "
                              "`intone train` wrote.") from error
    except RecognizerError:
        raise
    except Exception as error:  # onnxruntime raises RuntimeError and a dozen classes of its own without a common root
        if wants_memory(error):
            raise RecognizerError(NO_MEMORY) from error
        raise RecognizerError("The model file is damaged or not an ONNX network: name one that `intone train` "
                              "wrote.") from error


def wants_memory(error: BaseException) -> bool:
    """Whether an error of Python or of onnxruntime says that memory could not be allocated."""
    signs = ("bad_alloc", "bad allocation", "allocate memory")
    return isinstance(error, MemoryError) or any(sign in str(error) for sign in signs)


# The fields of onnx.proto that lead to subgraphs: model -> graph -> node -> attribute -> graph; model -> function.
_GRAPH, _TRAINING, _FUNCTIONS = 7, 20, 25
_NODE, _ATTRIBUTE = 1, 5
_SUBGRAPHS = {6, 11}

_DEEP, _I64, _I32 = 2, 1, 5  # wire types: bytes with their length before them, 8 bytes, 4 bytes


def has_control_flow(model: bytes) -> bool:
    """Whether the bytes of an ONNX network hold a subgraph or a function; ValueError where they are no protobuf.

    Every loop and every branch has a subgraph. Weights are stepped over, so it takes a hundredth of what loading does.
    """
    view = memoryview(model)
    for field, graph in _fields(view):
        if field in (_TRAINING, _FUNCTIONS):
            return True
        for node in _below(graph, _NODE) if field == _GRAPH else ():
            if any(inner in _SUBGRAPHS for attribute in _below(node, _ATTRIBUTE) for inner, _ in _fields(attribute)):
                return True
    return False


def _below(message: memoryview, wanted: int) -> Iterator[memoryview]:
    return (content for field, content in _fields(message) if field == wanted)


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The number and the content of each field of a protobuf message that has a length; the others are stepped over.

    Stricter than the runtime: what it might read in another way is refused.
    """
    at, end = 0, len(message)
    while at < end:
        tag, at = _varint(message, at)
        kind, size = tag & 7, 0
        if tag >= 2**32 or kind not in (0, _I64, _DEEP, _I32):
            raise ValueError("no field of a protobuf")
        if kind == 0:
            _, at = _varint(message, at)
        elif kind == _DEEP:
            size, at = _varint(message, at)
        else:
            size = 8 if kind == _I64 else 4
        if size > end - at:
            raise ValueError("a field that ends after its message")
        if kind == _DEEP:
            yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number in groups of 7 bits, and where it ends."""
    value = 0
    for place, byte in enumerate(message[at : at + 10]):
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return value, at + place + 1
    raise ValueError("a number without an end")
