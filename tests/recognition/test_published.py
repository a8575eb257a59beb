"""The measured reliability of the bundled recognizer: what an answer says of it is what the predictions give."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import intone
from intone.audio import RATE, read_mono
from intone.audio.augment import at_speed, clipped, with_noise
from intone.labels import EMOTIONS, SCHEMES
from intone.recognition.model_file import load_model
from intone.recognition.published import CLIPPED, FEWEST, NOISY, RECORDED, Bin, PublishedResults, results_of
from intone.recognition.recognizer import load
from intone.web.template_filters import odds
from intone.web.texts import Texts
from sounds import noise, voice
from tiny_model import tiny_model, tiny_settings

ROOT = Path(__file__).resolve().parents[2]
NOISES = {"white noise 10 dB", "hum 10 dB", "babble 10 dB"}


@pytest.fixture(scope="module")
def results() -> PublishedResults:
    found = results_of(intone.load().identity.version)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def predictions() -> dict[str, pd.DataFrame]:
    """The committed predictions of each kind of recording."""
    corrupted = pd.read_csv(ROOT / "results" / "robustness" / "default.csv")
    return {RECORDED: pd.read_csv(ROOT / "results" / "ravdess-5fold" / "default.csv"),
            NOISY: corrupted[corrupted["condition"].isin(NOISES)],
            CLIPPED: corrupted[corrupted["condition"] == "clipped at a third"]}


def reliability(rows: pd.DataFrame, scheme: str) -> pd.DataFrame:
    """By tenth of the probability, how many answers had it and what share of them was right; in columns of pandas."""
    groups = SCHEMES[scheme].groups
    sums = pd.DataFrame({name: rows[list(emotions)].sum(axis=1) for name, emotions in groups.items()})
    truth = rows["truth"].map({emotion: name for name, emotions in groups.items() for emotion in emotions})
    inside = sums.sum(axis=1) / rows[list(EMOTIONS)].sum(axis=1).clip(upper=1)
    kept = truth.notna() & (inside >= 0.5)
    shares = sums[kept].div(sums[kept].sum(axis=1), axis=0)
    table = pd.DataFrame({"tenth": (shares.max(axis=1) * 10).astype(int).clip(upper=9),
                          "right": shares.idxmax(axis=1) == truth[kept]})
    return table.groupby("tenth")["right"].agg(["size", "mean"])


@pytest.mark.parametrize("condition", [RECORDED, NOISY, CLIPPED])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_sentence_is_what_the_committed_predictions_give(
    results: PublishedResults, predictions: dict[str, pd.DataFrame], scheme: str, condition: str
) -> None:
    measured = reliability(predictions[condition], scheme)
    assert (measured["size"] >= FEWEST).sum() >= 3
    test = "a test" if condition == RECORDED else f"a test with {condition} recordings"
    for tenth in range(10):
        found = results.reliable(scheme, condition, tenth / 10 + 0.05)
        if tenth not in measured.index or measured["size"][tenth] < FEWEST:
            assert found is None
            continue
        assert found is not None
        share = measured["mean"][tenth]
        right = ">99%" if share > 0.99 else f"{round(share, 4):.0%}"
        assert odds(found, Texts("en")) == (
            f"In {test} (unseen speakers of RAVDESS), {right} of the {measured['size'][tenth]} answers with such a "
            f"probability ({10 * tenth}% to {10 * tenth + 10}%) were right.")


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
    found = load(path).predict(signal, RATE, **options)
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
    assert "female and male speech at 16 kHz; trained on crema-d, ravdess; licence ODbL 1.0 and CC BY-NC-SA 4.0" in bundled
    assert "unseen speakers of RAVDESS" in bundled and "UAR 75.8% of 8" in bundled


def test_the_thresholds_inside_the_bundled_files_mean_what_the_committed_predictions_say(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    import recalibrate

    for name, (file, measured_on) in recalibrate.MEASURED.items():
        known = load_model(Path(intone.__file__).parent / "recognizers" / name).settings.confidence
        rows = pd.read_csv(ROOT / "results" / file)
        assert set(known) == set(SCHEMES)
        for scheme, one in known.items():
            groups = SCHEMES[scheme].groups
            sums = pd.DataFrame({group: rows[list(emotions)].sum(axis=1) for group, emotions in groups.items()})
            truth = rows["truth"].map({emotion: group for group, emotions in groups.items() for emotion in emotions})
            shares = sums.div(sums.sum(axis=1), axis=0)[truth.notna()]
            reached = shares.max(axis=1) >= one.threshold
            right = shares.idxmax(axis=1) == truth[truth.notna()]
            assert one.coverage == pytest.approx(reached.mean(), abs=1e-4)
            assert one.precision == pytest.approx(right[reached].mean(), abs=1e-4)
            assert one.measured_on == measured_on


def test_new_settings_leave_the_network_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    import onnx
    import recalibrate

    path = tiny_model(tmp_path / "tiny.onnx", {"male_sad": 1.0})
    before = onnx.load(path).graph
    recalibrate.rewrite(path, tiny_settings(confidence={"2": 0.9}))
    assert onnx.load(path).graph == before
    assert load_model(path).settings == tiny_settings(confidence={"2": 0.9})
