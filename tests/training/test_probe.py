"""The linear probe on an encoder: against scikit-learn, and a whole run on a small corpus."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from intone import labels
from intone.corpora import open_corpora, splits
from intone.features.front_end import LogMel
from intone.onnx_session import session
from intone.recognition import model_file
from intone.recognition.model_file import load_model
from intone.training import calibrate, encoder_cache, onnx_export, probe, recipes, run, targets
from intone.training.fit import fit
from small_corpus import write_corpus
from sounds import voice
from tiny_encoder import write_encoder

THREE = np.arange(3)[:, None]
"""Three labels that consist of nothing but themselves."""


@pytest.fixture(scope="module")
def encoder_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def fitted(encoder_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("probe")
    table = open_corpora([str(write_corpus(folder / "corpus", actors=(1, 2, 3, 4, 5, 6)))])
    clips, settings = run.plan(table, replace(recipes.on_encoder(str(encoder_dir), "probe"), layers=(1, 3), penalty=0.3))
    fit(clips, settings, folder / "run", jobs=1)
    return folder / "run", clips


def test_fit_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(300, 6)).astype(np.float32)
    classes = (features @ rng.normal(size=(6, 3)) + rng.normal(size=(300, 3))).argmax(axis=1)
    weight, bias = probe.fit(features, classes, np.ones((300, 3), bool), np.ones(300, np.float32), 0.01, THREE)
    other = LogisticRegression(C=1 / (2 * 300 * 0.01), tol=1e-8, max_iter=1000).fit(features, classes)
    shares = torch.softmax(torch.from_numpy(features) @ weight.T + bias, 1).numpy()
    np.testing.assert_allclose(shares, other.predict_proba(features), atol=2e-3)


def test_labels_share_what_their_parts_learn() -> None:
    """With classes and sexes that depend on different features, each is learned from the speakers of both sexes."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(400, 2)).astype(np.float32)
    parts = labels.parts(labels.network_labels(2, "both"))
    truth = 2 * (features[:, 1] > 0) + (features[:, 0] > 0)  # the second feature tells the sex
    weight, bias = probe.fit(features, truth, np.ones((400, 4), bool), np.ones(400, np.float32), 1e-3, parts)
    shares = torch.softmax(torch.from_numpy(features) @ weight.T + bias, 1).reshape(-1, 2, 2)
    torch.testing.assert_close(shares, shares.sum(2, keepdim=True) * shares.sum(1, keepdim=True))
    alone = LogisticRegression(C=1 / (400 * 1e-3), tol=1e-8, max_iter=1000).fit(features, truth % 2)
    np.testing.assert_allclose(shares.sum(1)[:, 1], alone.predict_proba(features)[:, 1], atol=5e-3)


def test_a_corpus_says_nothing_of_emotions_that_it_does_not_know() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(200, 4)).astype(np.float32)
    classes = np.where(features[:, 0] > 0, 0, 1)
    allowed = np.ones((200, 3), bool)
    allowed[:, 2] = False
    weight, bias = probe.fit(features, classes, allowed, np.ones(200, np.float32), 1e-3, THREE)
    assert float(weight[2].abs().max()) == 0 and float(bias[2]) == 0
    assert float(weight[0].abs().max()) > 0.1


def test_labels_and_importance_follow_the_corpora() -> None:
    table = pd.DataFrame({"corpus": ["ravdess"] * 4 + ["crema-d"] * 4, "vocal": "speech", "class": ["calm", *["sad"] * 4, *["angry"] * 3]})
    table["label"] = "male_" + table["class"]
    allowed = targets.allowed_labels(table, labels.network_labels(8, "male"))
    names = np.array(labels.EMOTIONS)
    assert set(names[allowed[0]]) == {"calm", "sad"} and set(names[allowed[-1]]) == {"sad", "angry"}
    weights = targets.importance(table)
    assert weights.tolist() == pytest.approx([4, 4 / 3, 4 / 3, 4 / 3, 2, 2 / 3, 2 / 3, 2 / 3])


def test_a_run_is_exported_with_packed_weights(fitted: tuple[Path, pd.DataFrame]) -> None:
    folder, _ = fitted
    model = load_model(folder / model_file.RECOGNIZER)
    assert model.settings.labels == labels.network_labels(8, "both")
    assert isinstance(model.settings.front_end, LogMel)
    network = onnx_export.best_network(folder)
    for seconds in (0.1, 0.5, 2.0):
        features = model.settings.front_end(voice(seconds))
        with torch.no_grad():
            wanted = torch.softmax(network(torch.from_numpy(features)), 1).numpy()
        np.testing.assert_allclose(model.probabilities(features), wanted, atol=0.02)
    kinds = [node.op_type for node in onnx.load(folder / model_file.RECOGNIZER).graph.node]
    assert "Softmax" in kinds


def test_ood_score_is_that_of_the_layers_that_are_read() -> None:
    torch.manual_seed(0)
    reading = probe.Reading([1, 2], 500, 16)
    known = torch.randn(300, 3, 1000)
    reading.standard.learn(reading.features(known))
    found = reading.standard.ood_score(reading.features(known))
    other = known.clone()
    other[:, 0] = 99
    torch.testing.assert_close(reading.standard.ood_score(reading.features(other)), found)
    other[:, 1, :700] += 3
    assert (reading.standard.ood_score(reading.features(other)) > 1.2 * found).all()


def test_ood_score_is_exported_and_that_of_the_validating_speakers_is_familiar(
    fitted: tuple[Path, pd.DataFrame],
) -> None:
    folder, _ = fitted
    model, network = load_model(folder / model_file.RECOGNIZER), onnx_export.best_network(folder)
    features = model.settings.front_end(voice(2.0))
    with torch.no_grad():
        wanted = float(network.judged(torch.from_numpy(features))[1])
    assert model.judged(features)[1] == pytest.approx(wanted, rel=0.05)


def test_what_nearly_all_validating_clips_lie_below_is_familiar(fitted: tuple[Path, pd.DataFrame]) -> None:
    settings = load_model(fitted[0] / model_file.RECOGNIZER).settings
    classes = ["sad", "happy"] * 100
    rows = pd.DataFrame({"corpus": "ravdess", "truth": classes, **dict.fromkeys(labels.EMOTIONS, 0.0)})
    rows["sad"], rows["happy"] = 0.6, 0.4
    known = {"ravdess": {"sad", "happy"}}
    assert calibrate.calibrated(settings, rows, known).ood_above is None
    strange = rows.assign(ood_score=np.arange(200.0))
    assert calibrate.calibrated(settings, strange, known).ood_above == pytest.approx(197.01)


def test_pack_weights_rounds_to_a_127th_of_each_channel() -> None:
    rng = np.random.default_rng(0)
    weights = (rng.normal(size=(120, 100)) * rng.uniform(0.1, 10, 100)).astype(np.float32)
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("MatMul", ["features", "w"], ["probabilities"])], "g",
        [onnx.helper.make_tensor_value_info("features", onnx.TensorProto.FLOAT, ["n", 120])],
        [onnx.helper.make_tensor_value_info("probabilities", onnx.TensorProto.FLOAT, ["n", 100])],
        [onnx.numpy_helper.from_array(weights, "w")])
    proto = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=9)
    before = len(proto.SerializeToString())
    onnx_export.pack_weights(proto)
    assert len(proto.SerializeToString()) < 0.35 * before


    found = session(proto.SerializeToString()).run(None, {"features": np.eye(120, dtype=np.float32)})[0]
    assert (np.abs(found - weights) <= np.abs(weights).max(axis=0) / 127 / 2 * 1.001).all()


def test_an_interrupted_run_goes_on_from_what_was_encoded(
    fitted: tuple[Path, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, clips = fitted
    kept = sorted((folder / run.FEATURES).glob("*.npz"))
    assert len(kept) == len(clips)
    monkeypatch.setattr(encoder_cache, "_encode_clip", lambda *_, **__: pytest.fail("a clip was encoded again"))
    (folder / run.BEST).unlink()
    probe.train(clips, run.read_run(folder), folder, jobs=1)
    assert (folder / run.BEST).is_file()


def test_the_fit_reads_the_speakers_that_train(fitted: tuple[Path, pd.DataFrame], tmp_path: Path) -> None:
    folder, clips = fitted
    settings = run.read_run(folder)
    kept = encoder_cache.StateSettings(settings.recipe.encoder, 3, settings.recipe.front_end)
    files = encoder_cache.encode(clips, kept, tmp_path, jobs=1)
    trains = np.flatnonzero(~splits.speakers(clips).isin(settings.validating))
    assert 0 < len(trains) < len(files) == len(clips)
    reading = probe.fitted(clips, settings, files)
    read = np.stack([encoder_cache.read_pooled(files[row])[list(settings.recipe.layers)].ravel() for row in trains])
    np.testing.assert_allclose(reading.standard.mean, read.mean(0), atol=1e-4)
    np.testing.assert_allclose(reading.standard.deviation, read.std(0), atol=1e-4)
