"""Front end and calibration inside a network: what numpy computes, on any sound, and taken off again."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.testing import assert_allclose
from onnx import TensorProto, helper

from intone import labels
from intone.audio import RATE
from intone.errors import TooShort
from intone.features.front_end import FrontEnd, LogMel, MfccChunks, Waveform
from intone.onnx_session import session
from intone.recognition.model_file import ModelSettings, load_model
from intone.training.onnx_export import set_settings
from intone.training.onnx_graph import with_samples, without_samples
from sounds import noise, tone, voice
from tiny_log_mel import tiny_log_mel_model
from tiny_model import tiny_settings

TIME = np.arange(2 * RATE) / RATE
SOUNDS = {
    "voice": voice(2.0), "noise": noise(3.0), "tone": tone(1000, 1.0), "quiet": 1e-4 * voice(1.0),
    "sweep": np.sin(2 * np.pi * (100 + 900 * TIME) * TIME), "click": np.eye(1, RATE, 5000)[0],
    "burst": np.where(TIME < 1, noise(2.0), 1e-5 * noise(2.0)), "odd": voice(1.0)[:-77], "short": noise(0.1),
    "long": noise(31.0), "digital silence": np.zeros(RATE),
}


def hearing(front_end: FrontEnd, **changes: object) -> tuple[onnx.ModelProto, ModelSettings]:
    """A network that answers the features themselves, and takes samples."""
    settings = tiny_settings(front_end=front_end, **changes)
    probabilities = np.full((1, len(settings.labels)), 1 / len(settings.labels), np.float32)
    shape = [1, front_end.bands, "frames"] if isinstance(front_end, LogMel) else [1, "samples"]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["features"], ["heard"]), helper.make_node("Identity", ["flat"], ["probabilities"])],
        "hearing", [helper.make_tensor_value_info("features", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, len(settings.labels)]),
         helper.make_tensor_value_info("heard", TensorProto.FLOAT, shape)],
        [onnx.numpy_helper.from_array(probabilities, "flat")])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    with_samples(made, settings)
    onnx.checker.check_model(made, full_check=True)
    return made, settings


@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("front_end", [LogMel(), LogMel(bands=128, longest_s=8.0), Waveform(), Waveform(normalized=False)], ids=str)
def test_the_graph_hears_what_numpy_computes(front_end, name):
    signal = SOUNDS[name].astype(np.float32)
    found, = session(hearing(front_end)[0].SerializeToString()).run(["heard"], {"samples": signal})
    wanted = front_end(signal)
    assert found.dtype == np.float32
    assert_allclose(found, wanted, atol=1e-6)
    assert front_end.heard_s(len(signal)) == pytest.approx(front_end.seconds(wanted))


@pytest.mark.parametrize("front_end", [LogMel(), Waveform()], ids=lambda one: one.kind)
def test_what_was_added_is_taken_off_again_and_replaced(front_end):
    made, settings = hearing(front_end)
    again = onnx.load_from_string(made.SerializeToString())
    with_samples(again, settings)
    assert again.SerializeToString() == made.SerializeToString()
    without_samples(again)
    assert [one.name for one in again.graph.input] == ["features"]
    assert {one.name for one in again.graph.output} == {"probabilities", "heard"}
    assert [node.op_type for node in again.graph.node] == ["Identity", "Identity"]
    once = again.SerializeToString()
    without_samples(again)
    assert again.SerializeToString() == once


def test_a_network_of_chunks_stays_as_it_is():
    made = onnx.ModelProto()
    with_samples(made, tiny_settings(front_end=MfccChunks()))
    assert made == onnx.ModelProto()


@pytest.fixture
def before(tmp_path) -> Path:
    """A model file that takes the log-mel spectrogram, as those of format 6 do."""
    return tiny_log_mel_model(tmp_path / "before.onnx")


def test_a_file_that_takes_samples_answers_as_before(before, tmp_path):
    old = load_model(before)
    changes = {"prior_correction": {"calm": 3.0}, "temperature": 1.7}
    settings = tiny_settings(front_end=LogMel(), **changes)
    proto = onnx.load(before)
    set_settings(proto, settings)
    (path := tmp_path / "now.onnx").write_bytes(proto.SerializeToString())
    new = load_model(path)
    assert new.takes_samples and not old.takes_samples
    for signal in (voice(2.0), noise(0.5), voice(9.0)):
        assert_allclose(new.probabilities(signal), old.probabilities(signal), atol=1e-6)
        wanted = new.calibrated(old.probabilities(signal)[0], labels_of(new))
        found = new.judged(signal)
        assert_allclose(found.row, wanted, atol=1e-6)
        assert found.row.sum() == pytest.approx(1, abs=1e-12)
        assert found.seconds == old.judged(signal).seconds


def labels_of(model) -> list[str]:
    return [labels.split_label(label)[1] for label in model.settings.labels]


def test_too_little_speech_is_told_by_both(before, tmp_path):
    proto = onnx.load(before)
    set_settings(proto, tiny_settings(front_end=LogMel()))
    (path := tmp_path / "now.onnx").write_bytes(proto.SerializeToString())
    for one in (before, path):
        with pytest.raises(TooShort, match=r"Only 0.05 s of speech was found, and an answer needs 0.1 s"):
            load_model(one).judged(noise(0.05))
