
from pathlib import Path

import numpy as np
import pytest

import intone
from intone import Recognizer
from intone.audio import RATE, read_mono
from intone.errors import RecognizerError
from intone.labels import SCHEMES, network_labels
from intone.recognition.loading import BUNDLED
from intone.recognition.model_file import RECOGNIZER
from intone.recognition.recognizer import load
from sounds import voice
from tiny_model import tiny_model


def test_a_folder_of_a_run_is_loaded(tmp_path):
    tiny_model(tmp_path / RECOGNIZER, {"male_sad": 1.0})
    assert load(tmp_path).identity == load(str(tmp_path / RECOGNIZER)).identity
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecognizerError, match=r"holds no recognizer\.onnx: name the folder of a finished"):
        load(tmp_path / "empty")


@pytest.mark.parametrize("content", [b"", b"not a network", b"PK\x03\x04"])
def test_a_file_that_is_no_recognizer_is_told(tmp_path, content):
    path = tmp_path / "recognizer.onnx"
    path.write_bytes(content)
    with pytest.raises(RecognizerError, match="damaged or not an ONNX network"):
        intone.load(path)
    with pytest.raises(RecognizerError, match="No such file"):
        intone.load(path.with_name("none.onnx"))


# The bundled recognizer.


@pytest.fixture(scope="module")
def bundled() -> Recognizer:
    return intone.load()


@pytest.fixture(scope="module")
def free() -> Recognizer:
    """The one whose weights may be used commercially."""
    return intone.load("crema-d")


def test_a_bundled_recognizer_is_known_by_its_name(bundled, free, tmp_path, monkeypatch):
    assert intone.load("default").identity == bundled.identity != free.identity
    assert {path.stem for path in (Path(intone.__file__).parent / "recognizers").glob("*.toml")} == set(BUNDLED)
    monkeypatch.chdir(tmp_path)
    tiny_model(tmp_path / "crema-d", {"male_sad": 1.0})
    assert intone.load("crema-d").identity.name == "tiny"  # what lies there is meant


def test_the_recognizer_for_commercial_use_learned_from_nothing_that_forbids_it(free, clip):
    (model,) = free.models
    assert model.settings.data == ("crema-d",)
    assert model.settings.licence == "ODbL 1.0"
    found = free.predict(clip, classes=8)
    assert found.probabilities["calm"] < 1e-6 and found.probabilities["surprised"] < 1e-6
    assert found.sex == "male"


def test_recognizers_of_one_sex_have_it_detected_by_the_one_for_commercial_use(free, ravdess_dir, tmp_path):
    tiny_model(tmp_path / RECOGNIZER, {"male_sad": 1.0}, sex="male", confidence={"2": 0.5})
    men = load(tmp_path)
    for clip in sorted(ravdess_dir.rglob("*.wav"))[::24]:
        found, sex = men.predict(clip, classes=2), free.predict(clip).sex
        assert (found.sex, found.confident) == (sex, sex == "male")
        assert any("trained on men only" in reason for reason in found.reasons) == (sex == "female")


def test_the_bundled_recognizer_answers_every_scheme_for_either_sex(bundled):
    assert bundled.schemes() == tuple(SCHEMES)
    for classes in SCHEMES:
        for sex in ("auto", "male", "female"):
            found = bundled.predict(voice(1), RATE, classes=classes, sex=sex)
            assert sum(found.probabilities.values()) == pytest.approx(1)
            assert sex in ("auto", found.sex)
    for model in bundled.models:
        assert model.settings.labels == network_labels("8", "both" if len(model.settings.sexes) == 2
                                                       else model.settings.sexes[0])
        assert model.settings.licence
        assert model.settings.data


def test_fault_8_the_bundled_recognizer_does_not_hear_the_level(bundled, ravdess_dir):
    clips = sorted(ravdess_dir.rglob("*.wav"))[::24]
    assert len(clips) == 10
    for clip in clips:
        signal = read_mono(clip)
        expected = bundled.predict(signal, RATE, classes=8)
        for decibels in (-30, -20, -10, 6, 12):
            found = bundled.predict(signal * np.float32(10 ** (decibels / 20)), RATE, classes=8)
            assert found.label == expected.label
            assert found.probabilities == pytest.approx(expected.probabilities, abs=0.01)


def test_the_bundled_recognizer_does_not_always_say_the_same(bundled, ravdess_dir):
    labels = {bundled.predict(clip, classes=8).label for clip in sorted(ravdess_dir.rglob("*.wav"))[::12]}
    assert len(labels) >= 3


def test_the_bundled_recognizer_is_small_and_carries_its_calibration(bundled):
    (model,) = bundled.models
    path = Path(intone.__file__).parent / "recognizers" / "ensemble.onnx"
    assert path.stat().st_size < 25_000_000
    assert set(model.settings.confidence) == set(SCHEMES)
    assert 1 < model.settings.temperature < 3 and model.settings.prior_correction == {}
    assert model.settings.adaptation is not None and model.settings.adaptation.weights == (0.4, 0.6)
    assert model.settings.licence == "ODbL 1.0 and CC BY-NC-SA 4.0"


def test_the_bundled_recognizer_answers_half_a_second_and_says_so(bundled, clip):
    spoken = bundled.predict(clip, classes=8).segments[0]
    signal = read_mono(clip)[round(spoken.start_s * RATE) : round((spoken.start_s + 0.75) * RATE)]
    found = bundled.predict(signal, RATE, classes=8)
    assert any("of speech was found" in reason for reason in found.reasons)


def test_silence_around_and_a_dead_channel_change_little(bundled, clip):
    signal = read_mono(clip)
    expected = bundled.predict(signal, RATE, classes=8)
    for samples in (np.pad(signal, RATE), np.stack([signal, np.zeros_like(signal)], axis=1)):
        found = bundled.predict(samples, RATE, classes=8)
        assert found.label == expected.label
        assert found.probabilities == pytest.approx(expected.probabilities, abs=0.1)
