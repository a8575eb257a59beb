"""One way to run an ONNX network: one thread that never spins, nothing read but the bytes that are given."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from intone.errors import RecognizerError

if TYPE_CHECKING:
    import onnxruntime

# Some builds of onnxruntime send usage data unless this is set.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


def session(model: bytes | Path, threads: int = 1) -> "onnxruntime.InferenceSession":
    """An onnxruntime session of a model; a RecognizerError where the bytes are not a network that can be run.

    One thread by default: by itself the runtime would take every core, and keep them spinning between two calls.
    A model reads no other file: its bytes are given, and weights outside of them are refused.
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
    try:
        content = model.read_bytes() if isinstance(model, Path) else model
        return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"], enable_fallback=0)
    except OSError as error:
        raise RecognizerError(f"The model file {model!s} cannot be read ({error.strerror or error}): name one that "
                              "`intone train` wrote.") from error
    except Exception as error:  # onnxruntime raises RuntimeError and a dozen classes of its own without a common root
        raise RecognizerError("The model file is damaged or not an ONNX network: name one that `intone train` "
                              "wrote.") from error
