from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from intone import onnx_session

BUNDLED = sorted((Path(onnx_session.__file__).parent / "recognizers").glob("*.onnx"))


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.name)
def test_packed_weights_answer_as_the_network_says(path):
    # What the runtime does to weights of 8 bits by itself moves probabilities by a hundredth.
    plain = ort.SessionOptions()
    plain.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    exactly = ort.InferenceSession(path.read_bytes(), plain, providers=["CPUExecutionProvider"])
    ours = onnx_session.session(path)
    for seed, frames in enumerate((20, 150, 400)):
        features = np.random.default_rng(seed).normal(0, 1, (1, 80, frames)).astype(np.float32)
        expected = exactly.run(None, {"features": features})
        for one, other in zip(ours.run(None, {"features": features}), expected, strict=True):
            assert one == pytest.approx(other, abs=1e-4)
