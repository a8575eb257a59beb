"""Export: what is written answers as the trained network does, and carries all that an answer needs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
import torch

from intone import labels
from intone.corpora import open_corpora, registry
from intone.errors import TrainingError
from intone.onnx_session import session
from intone.recognition import model_file
from intone.recognition.model_file import ModelSettings, load_model
from intone.training import calibrate, cnn, onnx_export, run
from intone.training.encoders import front_end_of, load_encoder
from intone.training.finetune_network import Tuned, Upper
from intone.training.recipes import recipe
from small_corpus import write_corpus
from sounds import voice
from tiny_encoder import LARGE, WIDTH, write_wave_encoder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("export")
    table = open_corpora([str(write_corpus(folder / "corpus"))])
    clips, settings = run.plan(table, replace(recipe("level-independent"), epochs=2, batch=64), sex="male")
    cnn.train(clips, settings, folder / "run", jobs=1)
    calibrate.finish(folder / "run", clips, jobs=1)
    return folder / "run", clips


def test_exported_network_agrees_with_torch(trained: tuple[Path, pd.DataFrame]) -> None:
    folder, _ = trained
    model, network = session(folder / model_file.RECOGNIZER), onnx_export.best_network(folder)
    for rows in (1, 2, 37):
        features = np.random.default_rng(rows).normal(0, 15, (rows, 9, 13)).astype(np.float32)
        with torch.no_grad():
            wanted = torch.softmax(network(torch.from_numpy(features)), 1).numpy()
        np.testing.assert_allclose(model.run(None, {"features": features})[0], wanted, atol=1e-6)


@pytest.mark.parametrize("kind", ["wav2vec2", "hubert"])  # for WavLM `test_tuning` asks the same
def test_an_exported_encoder_of_samples_agrees_with_torch(kind: str, tmp_path: Path) -> None:
    folder = write_wave_encoder(tmp_path / "encoder", kind, **LARGE if kind == "hubert" else {})
    encoder, front_end = load_encoder(str(folder), 2), front_end_of(str(folder))
    network = Tuned(encoder, Upper(encoder.take_off(1, 4), WIDTH, labels.network_labels(8, "both"), 0.3, 4)).eval()
    made = ModelSettings("made", "8", labels.network_labels(8, "both"), front_end, {}, ("ravdess",), "none")
    model = load_model(onnx_export.export(network, made, tmp_path / "made.onnx"))
    assert model.settings == made
    for seconds in (0.1, 0.11, 1.0, 9.0):
        features = front_end(voice(seconds))
        with torch.no_grad():
            logits, ood_score = network.judged(torch.from_numpy(features))
        np.testing.assert_allclose(model.probabilities(voice(seconds)), torch.softmax(logits, 1), atol=1e-4)
        assert model.judged(voice(seconds)).ood_score == pytest.approx(float(ood_score), rel=1e-3)


class Doubled(torch.nn.Module):
    """A network with all that its graph depends on: weights, a buffer, a number and a tensor of its own."""

    def __init__(self, times: float, last: int) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(3, 4)
        self.register_buffer("offset", torch.rand(4), persistent=False)
        self.times, self.last = times, torch.tensor([last])

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.times * (self.linear(features) + self.offset)[:, self.last]
        return found


def test_a_graph_is_traced_once_for_the_same_network_and_has_the_weights_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    traced, export = [], torch.onnx.export

    def counted(network: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
        traced.append((network.times, network.last.item()))
        return export(network, *args, **kwargs)

    monkeypatch.setattr(torch.onnx, "export", counted)
    example, features = torch.rand(2, 3), torch.rand(5, 3)
    for times, last in ((2.0, 1), (2.0, 1), (3.0, 1), (2.0, 2), (2.0, 1), (3.0, 1)):
        network = Doubled(times, last)
        proto = onnx_export.graph(network, example, {0: torch.export.Dim.DYNAMIC}, ["logits"])
        found = onnxruntime.InferenceSession(proto.SerializeToString()).run(None, {"features": features.numpy()})[0]
        np.testing.assert_allclose(found, network(features).detach().numpy(), rtol=1e-5)
    assert traced == [(2.0, 1), (3.0, 1), (2.0, 2)]


def test_exported_file_carries_labels_settings_and_scaling(trained: tuple[Path, pd.DataFrame]) -> None:
    folder, _ = trained
    model, made = load_model(folder / model_file.RECOGNIZER), run.read_run(folder)
    assert model.settings.labels == labels.network_labels(8, "male") == made.labels
    assert model.settings.front_end == made.recipe.front_end
    assert model.settings.licence == "CC BY-NC-SA 4.0"
    assert model.settings.data == ("ravdess",)
    best = onnx_export.best_network(folder)
    assert float(best.maximum) > float(best.minimum)
    shifted = np.full((1, 9, 13), float(best.minimum), np.float32)
    with torch.no_grad():
        wanted = torch.softmax(best(torch.from_numpy(shifted)), 1).numpy()
    found, = session(folder / model_file.RECOGNIZER).run(None, {"features": shifted})
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_exported_file_holds_no_path_and_nothing_external(trained: tuple[Path, pd.DataFrame]) -> None:
    content = (trained[0] / model_file.RECOGNIZER).read_bytes()
    assert str(Path(onnx_export.__file__).parent).encode() not in content
    assert b"site-packages" not in content
    proto = onnx.load_from_string(content)
    onnx.checker.check_model(proto, full_check=True)
    assert not any(tensor.external_data for tensor in proto.graph.initializer)


def test_an_export_that_differs_leaves_no_file(
    trained: tuple[Path, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_model(trained[0] / model_file.RECOGNIZER).settings
    monkeypatch.setattr(onnx_export, "TOLERANCE", -1.0)
    with pytest.raises(TrainingError, match="differs from the trained one"):
        onnx_export.export(onnx_export.best_network(trained[0]), settings, tmp_path / "out.onnx")
    assert list(tmp_path.iterdir()) == []


def test_emotions_that_only_one_corpus_has_take_the_factor_that_its_clips_say() -> None:
    settings = ModelSettings("made", "8", labels.network_labels(8, "both"), recipe("original").front_end, {}, ("a",), "none")
    shares = dict.fromkeys(labels.EMOTIONS, 0.0) | {"sad": 0.6, "happy": 0.2, "calm": 0.2}
    mine = pd.DataFrame([shares] * 10).assign(corpus="a", truth=["sad"] * 4 + ["happy", "calm"] + ["calm"] * 4)
    other = pd.DataFrame([shares] * 10).assign(corpus="b", truth=["sad"] * 8 + ["happy"] * 2)
    known = {"a": {"sad", "happy", "calm"}, "b": {"sad", "happy"}}
    found = calibrate.calibrated(settings, pd.concat([mine, other]), known)
    assert found.prior_correction == {"calm": pytest.approx(4, rel=0.02)}, "half of the clips of a are calm: 0.2 f / (0.8 + 0.2 f)"
    assert calibrate.calibrated(settings, mine, {"a": known["a"]}).prior_correction == {}


def test_a_calibration_says_what_each_threshold_means_and_on_whom() -> None:
    settings = ModelSettings("made", "8", labels.network_labels(8, "both"), recipe("original").front_end, {}, ("a",), "none")
    likely, close = ({**dict.fromkeys(labels.EMOTIONS, 0.0), "sad": one, "happy": 1 - one} for one in (0.9, 0.6))
    rows = pd.DataFrame([likely] * 60 + [close] * 40).assign(corpus="a", truth=["sad"] * 57 + ["happy"] * 43)
    found = calibrate.calibrated(settings, rows, {"a": {"sad", "happy"}}).confidence
    assert set(found) == set(labels.SCHEMES)
    for one in found.values():
        assert (one.precision, one.coverage, one.measured_on) == (0.95, 0.6, "validation speakers of a")
    disgust = rows.assign(truth="disgust")
    assert set(calibrate.calibrated(settings, disgust, {"a": set(labels.EMOTIONS)}).confidence) == {"8", "stress"}


def test_licence_is_that_of_the_data() -> None:
    assert registry.licence({"ravdess", "crema-d"}) == "ODbL 1.0 and CC BY-NC-SA 4.0"
