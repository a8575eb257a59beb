"""An ensemble: its graph answers the mean of its members, and computes once what they share."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest

from intone.corpora import open_corpora
from intone.errors import RecognizerError, UsageError
from intone.labels import EMOTIONS
from intone.recognition.adaptation import adapted
from intone.recognition.model_file import RECOGNIZER, load_model
from intone.training import ensemble, recipes, run
from intone.training.fit import fit
from intone.training.onnx_export import set_settings
from small_corpus import write_corpus
from sounds import voice
from tiny_encoder import write_encoder

WEIGHTS = (0.25, 0.75)


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two probes of other layers of one encoder, one with a calibration of its own."""
    folder = tmp_path_factory.mktemp("members")
    encoder = write_encoder(folder / "encoder")
    table = open_corpora([str(write_corpus(folder / "corpus", actors=(1, 2, 3, 4)))])
    paths = []
    for layers in ((1, 2), (2, 3)):
        recipe = replace(recipes.on_encoder(str(encoder), "probe"), layers=layers, views=1, penalty=0.3)
        clips, settings = run.plan(table, recipe, validation="none")
        paths.append(fit(clips, settings, folder / str(layers[0]), cache=folder / "features", jobs=1))
    proto = onnx.load(paths[1])
    set_settings(proto, replace(load_model(paths[1]).settings, temperature=1.7, prior_correction={"calm": 2.0}))
    onnx.save(proto, paths[1])
    return paths


def merged(members: list[Path], to: Path, *, own: bool = True) -> Path:
    settings = replace(load_model(members[0]).settings, name="both")
    means = {} if own else {0: tuple(tuple(row) for row in np.eye(8).tolist())}
    return ensemble.merge(members, WEIGHTS, settings, means, to / RECOGNIZER)


@pytest.mark.parametrize("seconds", [0.3, 2.0])
def test_it_answers_the_mean_of_its_members(members: list[Path], tmp_path: Path, seconds: float) -> None:
    both = load_model(merged(members, tmp_path))
    wanted = sum(weight * load_model(path).answer(voice(seconds)) for weight, path in zip(WEIGHTS, members, strict=True))
    np.testing.assert_allclose(both.probabilities(voice(seconds))[0], wanted, atol=1e-5)


@pytest.mark.parametrize("own", [True, False])
def test_its_evidence_gives_its_answer(members: list[Path], tmp_path: Path, own: bool) -> None:
    both = load_model(merged(members, tmp_path, own=own))
    adaptation = both.settings.adaptation
    assert adaptation is not None and adaptation.weights == WEIGHTS
    evidence = both.judged(voice(1.0)).evidence
    assert evidence is not None and evidence.shape == (2, 2, 8)
    np.testing.assert_allclose(adapted(adaptation, evidence[None], None)[0],
                               both.probabilities(voice(1.0))[0].reshape(2, 8).sum(0), atol=0.02)
    if not own:
        assert adaptation.means[0] == tuple(tuple(row) for row in np.eye(8).tolist())
        np.testing.assert_array_equal(evidence[0, 0], evidence[0, 1])


def test_what_members_share_is_computed_once(members: list[Path], tmp_path: Path) -> None:
    both = onnx.load(merged(members, tmp_path))
    alone = [onnx.load(path) for path in members]

    def count(proto: onnx.ModelProto, kind: str) -> int:
        return sum(node.op_type == kind for node in proto.graph.node)

    assert count(both, "Conv") == count(alone[0], "Conv")
    gelu = [count(one, "Gelu") for one in alone]
    assert count(both, "Gelu") == max(gelu) < sum(gelu)  # the layers of one encoder, as many as the deeper one has
    assert both.ByteSize() < 0.75 * sum(one.ByteSize() for one in alone)


def test_members_must_fit(members: list[Path], tmp_path: Path) -> None:
    settings = load_model(members[0]).settings
    with pytest.raises(UsageError, match="sum to 1"):
        ensemble.merge(members, (0.5, 0.4), settings, {}, tmp_path / RECOGNIZER)
    proto = onnx.load(members[0])
    set_settings(proto, replace(settings, adaptation=None))
    onnx.save(proto, tmp_path / "plain.onnx")
    with pytest.raises(RecognizerError, match="no evidence"):
        ensemble.merge([tmp_path / "plain.onnx", members[1]], WEIGHTS, settings, {}, tmp_path / RECOGNIZER)
    assert not (tmp_path / RECOGNIZER).exists()


def rows(seed: int, clips: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"clip": [f"clip {number}" for number in range(clips)], "fold": 0, "actor": np.arange(clips) % 5,
                          "truth": [EMOTIONS[number % 8] for number in range(clips)]})
    return table.assign(**dict(zip(EMOTIONS, rng.dirichlet(np.ones(8), clips).T, strict=True)), ood_score=0.0)


def test_predictions_are_the_means_of_those_of_the_members() -> None:
    one, other = rows(0), rows(1)
    other.loc[3, list(EMOTIONS)] = np.nan
    found = ensemble.mean_rows([one, other[::-1].iloc[:-1]], WEIGHTS)
    assert list(found["clip"]) == list(one["clip"][1:]) and "ood_score" not in found
    wanted = (0.25 * one[list(EMOTIONS)] + 0.75 * other[list(EMOTIONS)])[1:]
    np.testing.assert_allclose(found[list(EMOTIONS)], wanted)
    with pytest.raises(UsageError, match="other emotions"):
        ensemble.mean_rows([one, other.assign(truth="sad")], WEIGHTS)


def test_means_are_relative_to_each_speaker() -> None:
    """Evidence that is class mean + offset of the speaker gives the means back, up to what all classes share."""
    rng = np.random.default_rng(0)
    table = rows(0)
    means, offsets = rng.normal(size=(8, 8)), rng.normal(size=(5, 8))
    numbers = table["truth"].map(EMOTIONS.index).to_numpy()
    table[list(EMOTIONS)] = np.exp(means[numbers] + offsets[table["actor"]] - 3)
    found = np.array(ensemble.means_of(table, EMOTIONS))
    np.testing.assert_allclose(found, means - means.mean(axis=0), atol=0.1)
