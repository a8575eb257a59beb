"""The measured reliability of the bundled recognizer: what an answer says of it is what the predictions give."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import intone
from intone.audio import RATE, read_mono
from intone.audio.augment import at_speed, clipped, with_noise
from intone.labels import EMOTIONS, SCHEMES
from intone.language import Texts
from intone.recognition.model_file import load_model
from intone.recognition.published import CLIPPED, FEWEST, NOISY, RECORDED, Bin, PublishedResults, results_of
from intone.recognition.recognizer import load
from intone.web.template_filters import odds
from sounds import noise, voice
from tiny_model import tiny_model

ROOT = Path(__file__).resolve().parents[2]
@pytest.fixture(scope="module")
def results() -> PublishedResults:
    found = results_of(intone.load().identity.version)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def predictions() -> pd.DataFrame:
    """The committed predictions for corpora that were left out, about as many of each as of the smallest."""
    corpora = [pd.read_csv(ROOT / "results" / "unseen-corpora" / f"{name}.csv") for name in load().models[0].settings.data]
    least = min(len(one) for one in corpora)
    return pd.concat([one.iloc[:: max(1, len(one) // least)] for one in corpora])


def reliability(rows: pd.DataFrame, scheme: str) -> pd.DataFrame:
    """The probability of every answer in a scheme, and whether it was right; in columns of pandas."""
    groups = SCHEMES[scheme].groups
    sums = pd.DataFrame({name: rows[list(emotions)].sum(axis=1) for name, emotions in groups.items()})
    truth = rows["truth"].map({emotion: name for name, emotions in groups.items() for emotion in emotions})
    outside = 1 - sums.sum(axis=1) / rows[list(EMOTIONS)].sum(axis=1).clip(upper=1)
    kept = truth.notna() & (outside <= sums.max(axis=1))
    shares = sums[kept].div(sums[kept].sum(axis=1), axis=0)
    return pd.DataFrame({"probability": shares.max(axis=1), "right": shares.idxmax(axis=1) == truth[kept]})


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_sentence_is_what_the_committed_predictions_give(
    results: PublishedResults, predictions: pd.DataFrame, scheme: str
) -> None:
    measured, bins = reliability(predictions, scheme), results.reliability[scheme][RECORDED]
    assert sum(one.answers for one in bins) == len(measured)
    assert sum(one.answers >= FEWEST for one in bins) >= 3
    for low, high in [(one.low, one.high) for one in bins]:
        found, middle = results.reliable(scheme, RECORDED, (low + high) / 2), measured["probability"]
        assert results.reliable(scheme, NOISY, (low + high) / 2) is None  # not measured
        own = measured[(middle >= low) & ((middle < high) | (high == 1))]
        if len(own) < FEWEST:
            assert found is None
            continue
        assert found is not None
        share = own["right"].mean()
        right = ">99%" if share > 0.99 else f"{round(share, 4):.0%}"
        assert odds(found, Texts("en")) == (
            f"In a test with recordings from elsewhere, {right} of the {len(own)} answers with such a probability "
            f"({100 * low:.0f} to {100 * high:.0f}%) were right.")


def test_certainty_belongs_to_the_last_bin_and_what_was_not_measured_to_none() -> None:
    last, few = Bin(0.9, 1.0, 100, 0.95), Bin(0.8, 0.9, FEWEST - 1, 0.5)
    made = PublishedResults("0", "", {}, {}, {"2": {RECORDED: (few, last)}}, "somebody")
    assert [made.reliable("2", RECORDED, one) is not None for one in (0.7, 0.85, 0.9, 1.0)] == [False, False, True, True]
    assert made.reliable("8", RECORDED, 1.0) is None and made.reliable("2", NOISY, 1.0) is None


def test_only_the_version_that_was_measured_has_results(tmp_path: Path) -> None:
    assert results_of("0123456789ab") is None
    assert load(tiny_model(tmp_path / "tiny.onnx", {"male_sad": 1.0})).predict(voice(2), RATE).reliability is None


MEASURED = PublishedResults("", "RAVDESS", {}, {}, {"2": {name: (Bin(0.7, 0.8, 100 + number, 0.7),) for number, name in
                                                       enumerate((RECORDED, NOISY, CLIPPED))}}, "somebody")
CLEAN = np.pad(voice(2), RATE // 2)
HISS = with_noise(CLEAN, noise(3), 8)


@pytest.mark.parametrize(("signal", "options", "ood_above", "condition"), [
    (CLEAN, {}, None, RECORDED), (HISS, {}, None, NOISY), (clipped(CLEAN, 0.3), {}, None, CLIPPED),
    (clipped(with_noise(CLEAN, noise(3), 3), 0.1), {}, None, None),  # both
    (CLEAN, {"sex": "male"}, None, None), (CLEAN, {"classes": 8}, None, None), (CLEAN, {}, 1.0, None)],
    ids=["clean", "noisy", "clipped", "both", "sex chosen", "other classes", "out of distribution"])
def test_an_answer_says_what_was_measured_for_its_kind_of_recording_or_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, signal: np.ndarray, options: dict[str, object],
    ood_above: float | None, condition: str | None
) -> None:
    path = tiny_model(tmp_path / "tiny.onnx", {"male_sad": 0.75, "male_happy": 0.25}, ood_score=1.2, ood_above=ood_above)
    version = load_model(path).version
    monkeypatch.setattr("intone.recognition.decision.results_of", {version: MEASURED}.get)
    found = load(path).predict(signal, RATE, **{"classes": 2, **options})
    assert (found.reliability and found.reliability.condition) == condition
    if condition == RECORDED:
        assert found.to_dict()["reliability"] == {"low": 0.7, "high": 0.8, "answers": 100, "right": 0.7,
                                                  "condition": RECORDED, "measured_on": "somebody"}
    else:
        assert ("reliability" in found.to_dict()) == (condition is not None)


def test_answers_about_ravdess_say_how_often_such_were_right(ravdess_dir: Path) -> None:
    recognizer, said = intone.load(), 0
    for clip in sorted(ravdess_dir.rglob("*.wav"))[::40]:
        found = recognizer.predict(clip, classes=8)
        if found.reliability:
            said += 1
            assert found.reliability.low <= found.probabilities[found.label] <= found.reliability.high
            assert found.reliability.answers >= FEWEST
        assert recognizer.predict(at_speed(read_mono(clip), 1.7), RATE, sex="male").reliability is None
    assert said >= 3


def test_a_recognizer_explains_itself(tmp_path: Path) -> None:
    tiny = load(tiny_model(tmp_path / "tiny.onnx", {"male_sad": 1.0}, classes="8", sex="male"))
    assert repr(tiny) == (f"<Recognizer tiny {tiny.identity.version}: 2, 3, 8, stress classes of male speech at 16 kHz; "
                          "trained on made; licence none>")
    bundled = repr(intone.load())
    assert "female and male speech at 16 kHz; trained on crema-d, emospeech-command, nemo, ravdess" in bundled
    assert "licence ODbL 1.0 and CC BY-NC-SA 4.0" in bundled
    measured = results_of(intone.load().identity.version)
    assert measured is not None and (uar := measured.schemes["8"]["all"].uar) > 0.77
    assert "unseen speakers of RAVDESS" in bundled and f"UAR {uar:.1%} of 8" in bundled


FILES = {"default": "unseen-corpora", "crema-d": "unseen-corpora-crema-d"}
"""Predictions for corpora that were left out, by bundled recognizer."""


def left_out(name: str) -> pd.DataFrame:
    """As many clips of every left-out corpus, as `tools/bundle.py` calibrates on."""
    corpora = {path.stem: pd.read_csv(path) for path in sorted((ROOT / "results" / FILES[name]).glob("*.csv"))}
    trained = set(load().models[0].settings.data)  # the others are for evaluation only
    parts = [rows.iloc[:: max(1, len(rows) // 900)] for corpus, rows in corpora.items() if corpus in trained]
    assert len(parts) == len(trained) - (name == "crema-d")
    return pd.concat(parts).dropna(subset=list(EMOTIONS))


@pytest.mark.parametrize("name", FILES)
def test_the_thresholds_inside_the_bundled_files_mean_what_the_committed_predictions_say(name: str) -> None:
    known, rows = load(name).models[0].settings.confidence, left_out(name)
    assert set(known) == set(SCHEMES)
    for scheme, one in known.items():
        groups = SCHEMES[scheme].groups
        sums = pd.DataFrame({group: rows[list(emotions)].sum(axis=1) for group, emotions in groups.items()})
        truth = rows["truth"].map({emotion: group for group, emotions in groups.items() for emotion in emotions})
        shares = sums.div(sums.sum(axis=1), axis=0)[truth.notna()]
        right = shares.idxmax(axis=1) == truth[truth.notna()]
        reached = shares.max(axis=1) >= (one.threshold or 0)
        assert one.coverage == pytest.approx(reached.mean(), abs=2e-3)
        assert one.precision == pytest.approx(right[reached].mean(), abs=5e-3)
        assert one.threshold is None or one.precision >= (0.9 if scheme == "2" else 0.8) - 5e-3
        assert one.measured_on.startswith("the left-out corpora ")


def test_no_confident_answer_stands_beside_a_share_that_is_not(results: PublishedResults) -> None:
    """Of answers that reach the threshold far more than half were right, whatever bin they are of."""
    (model,) = intone.load().models
    for scheme in model.settings.confidence:
        bins = results.reliability[scheme][RECORDED]
        for one in (model.settings.confidence[scheme], model.settings.likely[scheme]):
            assert one.threshold is not None and one.threshold in [each.low for each in bins]
        least = model.settings.confidence[scheme].threshold
        clear = [each for each in bins if each.high > least and each.answers >= FEWEST]
        assert clear and all(each.right >= 0.7 for each in clear)
