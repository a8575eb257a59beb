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
from intone.recognition.adaptation import adapted
from intone.recognition.model_file import load_model
from intone.training import calibrate, encoder_cache, onnx_export, probe, recipes, run, targets
from intone.training.fit import fit
from small_corpus import write_corpus
from sounds import voice
from tiny_encoder import write_encoder


@pytest.fixture(scope="module")
def encoder_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def fitted(encoder_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("probe")
    table = open_corpora([str(write_corpus(folder / "corpus", actors=(1, 2, 3, 4, 5, 6)))])
    clips, settings = run.plan(table, replace(recipes.on_encoder(str(encoder_dir), "probe"), layers=(1, 3), views=2, penalty=0.3))
    fit(clips, settings, folder / "run", jobs=1)
    return folder / "run", clips


def fit_numpy(features: np.ndarray, wanted: np.ndarray, penalty: float, priors: np.ndarray | None = None,
              weights: np.ndarray | None = None, metric: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """`probe.fit` of arrays."""
    number, size = features.shape
    given = (features, wanted, np.zeros(wanted.shape) if priors is None else priors,
             np.ones(number) if weights is None else weights)
    weight, bias = probe.fit(*[torch.from_numpy(np.asarray(one, np.float32)) for one in given], penalty,
                             torch.from_numpy(np.asarray(np.zeros((size, size)) if metric is None else metric, np.float32)))
    return weight.numpy(), bias.numpy()


def shares(logits: np.ndarray) -> np.ndarray:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def made(number: int, classes: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(number, size)).astype(np.float32)
    return features, (features @ rng.normal(size=(size, classes)) + rng.normal(size=(number, classes))).argmax(axis=1)


def test_fit_agrees_with_scikit_learn() -> None:
    features, classes = made(300, 3, 6)
    weight, bias = fit_numpy(features, np.eye(3)[classes], 0.01)
    other = LogisticRegression(C=1 / (2 * 300 * 0.01), tol=1e-8, max_iter=1000).fit(features, classes)
    np.testing.assert_allclose(shares(features @ weight.T + bias), other.predict_proba(features), atol=2e-3)


def test_a_metric_is_a_penalty_on_the_features_that_it_stretches() -> None:
    """By substitution: with I + metric = D^2, D diagonal, it is the plain fit of features / D."""
    features, classes = made(300, 3, 4)
    stretch = np.array([1.0, 2.0, 5.0, 1.0], np.float32)
    weight, bias = fit_numpy(features, np.eye(3)[classes], 0.01, metric=np.diag(stretch**2 - 1))
    other, other_bias = fit_numpy(features / stretch, np.eye(3)[classes], 0.01)
    np.testing.assert_allclose(weight, other / stretch, atol=1e-3)
    np.testing.assert_allclose(bias, other_bias, atol=1e-3)


def test_the_mix_of_a_corpus_is_no_evidence() -> None:
    """With the log priors of a mix the biases are those of an even one (Saerens et al. 2002)."""
    features, classes = made(4000, 2, 3)
    kept = np.flatnonzero((classes == 0) | (np.arange(4000) % 5 == 0))
    prior = np.bincount(classes[kept]) / len(kept)
    priors = np.tile(np.log(prior), (len(kept), 1))
    _, bias = fit_numpy(features[kept], np.eye(2)[classes[kept]], 1e-4, priors)
    _, even_bias = fit_numpy(features, np.eye(2)[classes], 1e-4)
    assert abs((bias[0] - bias[1]) - (even_bias[0] - even_bias[1])) < 0.3
    _, skewed_bias = fit_numpy(features[kept], np.eye(2)[classes[kept]], 1e-4)
    assert abs((skewed_bias[0] - skewed_bias[1]) - (even_bias[0] - even_bias[1])) > 1


def test_voices_are_found_apart_from_emotions() -> None:
    """Of features that are class mean + offset of the speaker both come back, however uneven the classes are."""
    rng = np.random.default_rng(0)
    means, offsets = rng.normal(size=(3, 5)), rng.normal(size=(8, 5))
    means -= means.mean(axis=0)
    classes = np.concatenate([np.arange(3), rng.choice(3, 200, p=[0.8, 0.1, 0.1])])
    classes = np.concatenate([np.tile(np.arange(3), 8), classes])
    speakers = np.concatenate([np.repeat(np.arange(8), 3), rng.integers(8, size=203)])
    features = torch.from_numpy(means[classes] + offsets[speakers]).float()
    found = probe.voices_of(features, classes, speakers.astype(object), 3)
    np.testing.assert_allclose(found.means, means, atol=1e-5)
    np.testing.assert_allclose(found.offsets, offsets[speakers], atol=1e-5)


def corpora_table() -> pd.DataFrame:
    return pd.DataFrame({"corpus": ["ravdess"] * 4 + ["crema-d"] * 16, "vocal": "speech",
                         "class": ["calm", *["sad"] * 3, *["sad"] * 8, *["angry"] * 8]})


def test_targets_are_of_the_emotion_and_of_the_votes() -> None:
    table = corpora_table()
    scheme = labels.scheme(8)
    plain = targets.soft(table, scheme, votes=0.5)
    np.testing.assert_array_equal(plain.argmax(axis=1), [scheme.classes.index(one) for one in table["class"]])
    assert (plain.max(axis=1) == 1).all()  # nobody voted
    voted = table.assign(**{f"votes_{one}": np.nan for one in labels.EMOTIONS})
    voted.loc[4, [f"votes_{one}" for one in labels.EMOTIONS]] = [6.0, 0, 0, 2, 0, 0, 0, 0]
    found = targets.soft(voted, scheme, votes=0.5)
    assert found[4].tolist() == pytest.approx([0.375, 0, 0, 0.625, 0, 0, 0, 0])
    np.testing.assert_array_equal(found[:4], plain[:4])
    two = targets.soft(voted[voted["class"] != "calm"].assign(**{"class": "negative"}), labels.scheme(2), votes=0.5)
    assert two[3].tolist() == [1, 0]  # neutral is in neither class: of the rest all are negative


def test_priors_and_importance_follow_the_corpora() -> None:
    table = corpora_table()
    priors = np.exp(targets.log_priors(table, targets.soft(table, labels.scheme(8))))
    np.testing.assert_allclose(priors.sum(axis=1), 1, atol=1e-6)
    names = list(labels.EMOTIONS)
    assert priors[0, names.index("sad")] / priors[0, names.index("calm")] == pytest.approx(3)
    assert priors[0, names.index("calm")] / priors[0, names.index("angry")] == pytest.approx(0.25 / targets.RAREST)
    weights = targets.importance(table)
    assert weights.mean() == pytest.approx(1) and weights[:4].sum() / weights[4:].sum() == pytest.approx(0.5)
    allowed = targets.allowed_labels(table.assign(label="male_" + table["class"]), labels.network_labels(8, "male"))
    assert set(np.array(names)[allowed[0]]) == {"calm", "sad"}


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
        np.testing.assert_allclose(model.probabilities(voice(seconds)), wanted, atol=0.02)
    kinds = [node.op_type for node in onnx.load(folder / model_file.RECOGNIZER).graph.node]
    assert "Softmax" in kinds


def test_the_evidence_is_exported_and_gives_the_same_answer_without_a_speaker(fitted: tuple[Path, pd.DataFrame]) -> None:
    folder, _ = fitted
    model = load_model(folder / model_file.RECOGNIZER)
    adaptation = model.settings.adaptation
    assert adaptation is not None and np.shape(adaptation.means) == (1, 8, 8) and adaptation.weights == (1.0,)
    evidence = model.judged(voice(2.0)).evidence
    assert evidence is not None and evidence.shape == (1, 2, 8)
    plain = adapted(adaptation, evidence[None], None)[0]
    np.testing.assert_allclose(plain, model.probabilities(voice(2.0))[0].reshape(2, 8).sum(0), atol=1e-5)


def test_an_ood_score_has_a_threshold(fitted: tuple[Path, pd.DataFrame]) -> None:
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
    kept = sorted((folder / run.FEATURES).glob("*-states-*.npz"))
    assert len(kept) == len(clips)
    monkeypatch.setattr(encoder_cache, "_encode_clip", lambda *_, **__: pytest.fail("a clip was encoded again"))
    (folder / run.BEST).unlink()
    probe.train(clips, run.read_run(folder), folder, jobs=1)
    assert (folder / run.BEST).is_file()


def test_the_fit_reads_the_speakers_that_train(fitted: tuple[Path, pd.DataFrame], tmp_path: Path) -> None:
    folder, clips = fitted
    settings = run.read_run(folder)
    kept = encoder_cache.StateSettings(settings.recipe.encoder, 3, settings.recipe.front_end, 2)
    files = encoder_cache.encode(clips, kept, tmp_path, jobs=1)
    trains = np.flatnonzero(~splits.speakers(clips).isin(settings.validating))
    assert 0 < len(trains) < len(files) == len(clips)
    reading = probe.fitted(clips, settings, files)
    read = np.stack([encoder_cache.read_pooled(files[row])[0, list(settings.recipe.layers)].ravel() for row in trains])
    np.testing.assert_allclose(reading.mean, read.mean(0), atol=1e-4)
    np.testing.assert_allclose(reading.deviation, read.std(0), atol=1e-4)


def test_views_are_the_same_in_every_run_and_differ(fitted: tuple[Path, pd.DataFrame], tmp_path: Path) -> None:
    folder, clips = fitted
    settings = run.read_run(folder)
    kept = encoder_cache.StateSettings(settings.recipe.encoder, 3, settings.recipe.front_end, 3)
    some = clips.iloc[[4, 1]].reset_index(drop=True)
    once = [encoder_cache.read_pooled(path) for path in encoder_cache.encode(some, kept, tmp_path / "a", jobs=1)]
    again = [encoder_cache.read_pooled(path)
             for path in encoder_cache.encode(some[::-1].reset_index(drop=True), kept, tmp_path / "b", jobs=1)]
    np.testing.assert_array_equal(once[0], again[1])
    assert once[0].shape[0] == 3
    assert np.abs(once[0][0] - once[0][1]).max() > 0.01 and np.abs(once[0][1] - once[0][2]).max() > 0.01
