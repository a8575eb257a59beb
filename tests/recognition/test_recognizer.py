import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from intone import Prediction, Recognizer
from intone.audio import RATE, read_mono
from intone.audio.augment import clipped, with_noise
from intone.errors import NoSpeech, NotAudio, RecognizerError, RecordingError, TooLong, TooShort, UsageError
from intone.labels import EMOTIONS, SCHEMES, scheme
from intone.recognition.calibration import ConfidenceThreshold
from intone.recognition.model_file import RECOGNIZER, load_model
from intone.recognition.options import Options
from intone.recognition.prediction import RecognizerIdentity
from intone.recognition.recognizer import load
from sounds import encode, noise, pcm, silence, tone, voice
from taking_turns import Turns
from tiny_model import tiny_model, tiny_pair

EIGHT = {"female_neutral": 0.02, "female_calm": 0.03, "female_happy": 0.05, "female_sad": 0.28, "female_angry": 0.1,
         "female_surprised": 0.12, "male_neutral": 0.1, "male_calm": 0.05, "male_happy": 0.17, "male_disgust": 0.08}
"""Female 0.6, male 0.4."""

BRIGHT = np.diff(voice(2.5, 200, 3), prepend=np.float32(0)) * np.float32(3)
DULL = voice(2, 110, 1)
TILT = {"male_sad": 0.1, "male_happy": -0.1}
"""The darker the voice, the sadder: MFCC coefficient 1 of DULL is 25, of BRIGHT 14."""
MAN, WOMAN = DULL, BRIGHT
"""As `detector` hears them."""


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "tiny.onnx"


@pytest.fixture
def eight(path) -> Recognizer:
    """Answers EIGHT, whatever it hears."""
    return load(tiny_model(path, EIGHT))


@pytest.fixture
def tilted(tmp_path) -> Recognizer:
    """Hears a dark voice as sad, a bright one as happy."""
    return load(tiny_model(tmp_path / "tilted.onnx", {"male_sad": 0.02, "male_happy": 0.98}, TILT))


@pytest.fixture
def detector(tmp_path, monkeypatch) -> None:
    """What detects the sex for networks of one sex hears a dark voice as male, a bright one as female."""
    made = load_model(tiny_model(tmp_path / "detector.onnx", {"male_calm": 0.02, "female_calm": 0.98},
                                 {"male_calm": 0.1, "female_calm": -0.1}))
    monkeypatch.setattr("intone.recognition.networks._sex_detector", lambda: made)


# The scheme and the sex.


@pytest.mark.parametrize("classes", [2, 3, 8, "stress", "2"])
@pytest.mark.parametrize("sex", ["auto", "male", "female"])
def test_a_scheme_is_a_sum_of_emotions(eight, classes, sex):
    found = eight.predict(voice(1), RATE, classes=classes, sex=sex)
    sexes = ("male", "female") if sex == "auto" else (sex,)
    total = sum(EIGHT.get(f"{one}_{emotion}", 0) for one in sexes for emotion in EMOTIONS)
    emotions = {emotion: sum(EIGHT.get(f"{one}_{emotion}", 0) for one in sexes) / total for emotion in EMOTIONS}
    sums = {name: sum(emotions[one] for one in group) for name, group in scheme(classes).groups.items()}
    assert found.outside == pytest.approx(1 - sum(sums.values()), abs=1e-5)
    assert found.probabilities == pytest.approx({name: mass / sum(sums.values()) for name, mass in sums.items()}, abs=1e-5)
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert tuple(found.probabilities) == scheme(classes).classes
    assert found.label == max({**sums, "neither": found.outside}.items(), key=lambda one: one[1])[0]
    assert found.shares == pytest.approx({**sums, **({"neither": found.outside} if found.outside else {})}, abs=1e-5)
    assert found.sex == ("female" if sex == "auto" else sex)


def test_a_voice_that_is_none_of_the_classes_is_neither(path):
    recognizer = load(tiny_model(path, {"male_neutral": 0.6, "male_angry": 0.3, "male_happy": 0.1}))
    found = recognizer.predict(voice(1), RATE, classes=2)
    assert found.label == "neither"
    assert found.outside == pytest.approx(0.6, abs=1e-5)
    assert found.probabilities == pytest.approx({"negative": 0.75, "positive": 0.25}, abs=1e-5)
    assert not found.confident
    assert found.reasons[0] == "It sounds rather neutral, which is none of these."
    assert [one.label for one in found.segments] == ["neither"]
    assert recognizer.predict(voice(1), RATE, classes=3).label == "neutral"


def test_a_label_has_no_sex(eight):
    assert eight.predict(voice(1), RATE, classes=8).label in EMOTIONS
    assert eight.predict(voice(1), RATE, classes=8).label == "sad"
    assert eight.predict(voice(1), RATE, classes=8, sex="male").label == "happy"


@pytest.mark.parametrize("classes", ["2", "3", "stress"])
def test_a_network_of_one_scheme_answers_only_that(path, classes):
    one = scheme(classes).classes[0]
    recognizer = load(tiny_model(path, {f"male_{one}": 0.7, f"female_{one}": 0.3}, classes=classes))
    assert recognizer.schemes() == (classes,)
    found = recognizer.predict(voice(1), RATE, classes=classes)
    assert (found.label, found.sex) == (one, "male")
    assert found.outside == pytest.approx(0, abs=1e-6)
    for other in set(SCHEMES) - {classes}:
        with pytest.raises(UsageError, match=f"trained for {classes} classes and cannot answer {other}"):
            recognizer.predict(voice(1), RATE, classes=other)


@pytest.mark.usefixtures("detector")
def test_a_network_of_one_sex_answers_only_that(path):
    recognizer = load(tiny_model(path, {"female_sad": 1.0}, sex="female"))
    for sex in ("auto", "female"):
        found = recognizer.predict(WOMAN, RATE, sex=sex)
        assert (found.label, found.sex) == ("sad", "female")
    with pytest.raises(UsageError, match="trained on female speakers only: choose --sex female"):
        recognizer.predict(voice(1), RATE, sex="male")


def test_each_sex_may_have_its_own_network(tmp_path):
    models = {sex: load_model(tiny_model(tmp_path / f"{sex}.onnx", answer, sex=sex)) for sex, answer in (
        ("both", {"female_calm": 1.0}), ("male", {"male_sad": 1.0}), ("female", {"female_angry": 1.0}))}
    recognizer = Recognizer(models)
    found = {sex: recognizer.predict(voice(1), RATE, sex=sex, classes=8) for sex in ("auto", "male", "female")}
    assert {sex: one.label for sex, one in found.items()} == {"auto": "calm", "male": "sad", "female": "angry"}
    assert found["male"].recognizer.version == models["male"].version
    assert recognizer.identity.version == models["both"].version
    assert recognizer.models == (models["both"], models["male"], models["female"])


@pytest.mark.usefixtures("detector")
def test_of_a_pair_the_one_for_the_sex_answers(tmp_path):
    pair = load(tiny_pair(tmp_path, confidence={"8": 0.5}))
    both = np.stack([np.pad(MAN, (0, len(WOMAN) - len(MAN))), WOMAN], axis=1)
    detected = pair.predict_channels(both, RATE, classes=8)
    chosen = [pair.predict(MAN, RATE, classes=8, sex=sex) for sex in ("male", "female")]
    for sex, one, other in zip(("male", "female"), detected, chosen, strict=True):
        alone = load(tmp_path / sex)
        assert (one.sex, one.label, one.recognizer) == (sex, {"male": "sad", "female": "happy"}[sex], alone.identity)
        assert (other.sex, other.label, other.recognizer) == (one.sex, one.label, one.recognizer)
        assert one.confident and other.confident
        assert one == alone.predict(both, RATE, classes=8, channel=one.channel)


def test_a_pair_says_what_it_is(tmp_path):
    pair = load(tiny_pair(tmp_path))
    male, female = (load(tmp_path / sex) for sex in ("male", "female"))
    assert pair.identity == RecognizerIdentity(
        "tiny male and tiny female", f"{male.identity.version}+{female.identity.version}", EMOTIONS)
    assert (pair.sexes, pair.schemes()) == (("female", "male"), tuple(SCHEMES))
    assert [model.settings.name for model in pair.models] == ["tiny male", "tiny female"]
    assert repr(pair) == (f"<Recognizer tiny male and tiny female {pair.identity.version}: 2, 3, 8, stress classes of female "
                          "and male speech at 16 kHz; trained on made; licence none>")
    tiny_model(tmp_path / "male" / RECOGNIZER, {"male_sad": 1.0}, sex="male", data=("other",), licence="mine")
    assert (load(tmp_path).data, load(tmp_path).licence) == (("made", "other"), "mine; none")


@pytest.mark.usefixtures("detector")
def test_the_sex_is_detected_in_the_first_window_with_speech(tmp_path, monkeypatch):
    pair, shares = load(tiny_pair(tmp_path)), []
    late = np.concatenate([silence(130), WOMAN, silence(130), np.tile(MAN, 3)])
    found = pair.answer(late, RATE, Options(schemes=("2",)), progress=shares.append)["2"]
    assert (found.sex, found.label, len(found.segments) > 1) == ("female", "positive", True)
    assert shares == sorted(shares) and (shares[0], shares[-1]) == (0, 1)
    with pytest.raises(NoSpeech, match="silent"):
        pair.predict(silence(130), RATE)
    with pytest.raises(TooShort, match="long"):
        pair.predict(WOMAN[: RATE // 5], RATE)
    monkeypatch.delattr("intone.recognition.networks._sex_detector")
    assert pair.predict(late, RATE, sex="male").sex == "male"  # nothing to detect


@pytest.mark.usefixtures("detector")
def test_a_recording_of_the_other_sex_is_told_and_not_confident(path):
    men = load(tiny_model(path, {"male_sad": 1.0}, sex="male", confidence={"2": 0.5}))
    found = men.predict(WOMAN, RATE, classes=2)
    assert (found.sex, found.label, found.confident) == ("female", "negative", False)
    assert found.reasons == ("This recognizer was trained on men only, and the voice sounds female: use one that was trained "
                             "on women, or choose the sex if it was detected wrongly.",)
    assert men.predict(MAN, RATE, classes=2).confident and men.predict(MAN, RATE).sex == "male"
    told = men.predict(WOMAN, RATE, sex="male", classes=2)
    assert (told.sex, told.confident, told.reasons) == ("male", True, ())


def test_a_folder_that_is_half_a_pair_is_told(tmp_path):
    tiny_pair(tmp_path / "pair")
    (tmp_path / "pair" / "male" / RECOGNIZER).unlink()
    with pytest.raises(RecognizerError, match=r"pair/male holds no recognizer\.onnx: name the folder of a finished"):
        load(tmp_path / "pair")
    for other in ({"sex": "female"}, {"sex": "male", "classes": "stress"}):
        label = f"{other['sex']}_stressed" if "classes" in other else "female_sad"
        tiny_model(tmp_path / "pair" / "male" / RECOGNIZER, {label: 1.0}, **other)
        with pytest.raises(RecognizerError, match="are no pair, one for each sex and both of the same classes: train them"):
            load(tmp_path / "pair")


@pytest.mark.parametrize(("choice", "said"), [
    ({"classes": 7}, "no scheme with 7 classes: choose 2, 3, 8 or stress"), ({"classes": "happy"}, "no scheme"),
    ({"sex": "both"}, "no sex 'both' to choose"), ({"sex": "Male"}, "no sex"), ({"channel": "left"}, "no channel 'left'"),
    ({"channel": 2}, "There is no channel 2: the last one of the recording is 1"), ({"channel": "each"}, "call predict_channels"),
    *(({"speakers": one}, f"no number of speakers {one!r} to choose: auto, channels, or 1 to 8") for one in (0, 9, -1, True, 2.0, "two"))])
def test_a_choice_that_does_not_exist_is_told(eight, choice, said):
    with pytest.raises(UsageError, match=said) as told:
        eight.predict(voice(1), RATE, **choice)
    assert (told.value.http_status, told.value.exit_status) == (400, 2)


def test_choices_are_checked_before_anything_is_read(eight):
    with pytest.raises(UsageError, match="no scheme"):
        eight.predict("/no/such/file.wav", classes=7)


# The answer.


def test_the_answer_tells_who_answered_about_what(eight, path, tmp_path):
    recording = tmp_path / "voice.wav"
    recording.write_bytes(pcm(voice(2), RATE))
    found = eight.predict(recording)
    assert isinstance(found, Prediction)
    assert found.file == str(recording)
    assert found.duration_s == 2.0
    assert found.channel is None
    assert found.recognizer == eight.identity
    assert (found.recognizer.name, found.recognizer.classes) == ("tiny", EMOTIONS)
    assert found.recognizer.version == load_model(path).version
    assert eight.predict(recording, file="her voice.wav").file == "her voice.wav"
    assert eight.predict(io.BytesIO(pcm(voice(2), RATE))).file is None
    assert eight.predict(str(recording)).file == str(recording)


def test_a_path_a_file_and_samples_get_the_same_answer(tilted, tmp_path):
    content = encode(DULL, "flac")
    (tmp_path / "voice.flac").write_bytes(content)
    expected = tilted.predict(io.BytesIO(content), classes=8)
    assert expected.label == "sad"
    for found in (tilted.predict(tmp_path / "voice.flac", classes=8, file=None),
                  tilted.predict(read_mono(io.BytesIO(content)), RATE, classes=8)):
        assert found.probabilities == expected.probabilities
        assert found.segments == expected.segments


def test_samples_need_their_rate(eight):
    with pytest.raises(UsageError, match="Samples need their rate"):
        eight.predict(voice(1))


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 48_000])
def test_samples_of_every_rate_are_heard_alike(tilted, rate):
    other = soxr.resample(DULL, RATE, rate)
    assert tilted.predict(other, rate, classes=8).label == "sad"
    assert tilted.predict(other, rate).duration_s == pytest.approx(2, abs=0.01)


def test_every_channel_has_its_own_answer(tilted):
    n = min(len(DULL), len(BRIGHT))
    both = np.stack([DULL[:n], BRIGHT[:n]], axis=1)
    found = tilted.predict_channels(both, RATE, classes=8)
    assert [(one.channel, one.label) for one in found] == [(1, "sad"), (2, "happy")]
    assert tilted.predict(both, RATE, classes=8, channel=2).probabilities == found[1].probabilities
    assert [one.channel for one in tilted.predict_channels(both, RATE, channel="mix")] == [None]


def test_a_silent_channel_does_not_keep_the_others_from_an_answer(tilted):
    for place in (0, 1):
        both = np.stack([silence(2) if place == 0 else DULL, DULL if place == 0 else silence(2)], axis=1)
        (found,) = tilted.predict_channels(both, RATE, classes=8)
        assert (found.channel, found.label) == (2 - place, "sad")
        told = dict(tilted.answer_channels(both, RATE, classes=8))
        assert told[2 - place] == found
        assert isinstance(told[1 + place], NoSpeech)
        assert "The recording is silent" in str(told[1 + place])
        with pytest.raises(NoSpeech, match="silent"):
            tilted.predict(both, RATE, channel=1 + place)
        assert tilted.predict(both, RATE, classes=8).probabilities == pytest.approx(found.probabilities, abs=0.02)
    with pytest.raises(NoSpeech, match="The recording is silent"):
        tilted.predict_channels(np.zeros((RATE, 2)), RATE)
    for asked in (tilted.predict, tilted.predict_channels):
        with pytest.raises(UsageError, match="There is no channel '0' to choose"):
            asked(both, RATE, channel=0)
    assert len(tilted.answer_channels(np.zeros((RATE, 2)), RATE)) == 2


def test_channels_in_opposite_phase_are_answered(tilted):
    found = tilted.predict(np.stack([DULL, -DULL], axis=1), RATE, classes=8)
    assert [one for one in found.reasons if "opposite phase" in one]
    assert replace(found, reasons=()) == replace(tilted.predict(DULL, RATE, classes=8), reasons=())


def test_several_schemes_are_read_from_one_hearing(eight):
    found = eight.predict_schemes(voice(1), RATE, schemes=["2", "8", "stress"])
    assert list(found) == ["2", "8", "stress"]
    for name, one in found.items():
        assert one == eight.predict(voice(1), RATE, classes=name)


# Speakers.


@pytest.fixture
def asked(monkeypatch) -> list[int | None]:
    """What is asked of the diarization, in whose place people take turns."""
    monkeypatch.setattr("intone.recognition.analysis.Diarization", Turns)
    monkeypatch.setattr(Turns, "asked", [])
    return Turns.asked


TALK = np.concatenate([DULL, silence(1), BRIGHT, silence(1), DULL])


def test_every_method_passes_the_number_of_speakers_on(tilted, asked):
    both = np.stack([TALK, TALK], axis=1)
    for choice, wanted in (({}, None), ({"speakers": "auto"}, None), ({"speakers": 1}, 1), ({"speakers": 3}, 3)):
        tilted.predict(TALK, RATE, **choice)
        tilted.predict([(TALK, RATE)], **choice)
        tilted.predict_many([(TALK, RATE)], **choice)
        tilted.predict_schemes(TALK, RATE, schemes=("2",), **choice)
        tilted.predict_channels(both, RATE, channel="mix", **choice)
        tilted.answer_channels(both, RATE, channel=2, **choice)
        tilted.answer_channels(both, RATE, **choice)
        # Of several channels each has one speaker, unless the number is said.
        assert asked == [wanted] * 6 + [wanted or 1] * 2
        asked.clear()


@pytest.mark.usefixtures("asked")
def test_each_of_several_speakers_has_an_answer(tilted):
    found = tilted.predict(TALK, RATE, classes=8)
    assert [(one.number, one.label) for one in found.speakers] == [(1, "sad"), (2, "happy")]
    assert [one.speaker for one in found.segments] == [1, 2, 1]
    assert (found.confidence, found.confident) == ("unclear", False) and "2 people speak here" in found.reasons[0]
    for one, alone in zip(found.speakers, (np.concatenate([DULL, silence(1), DULL]), BRIGHT), strict=True):
        assert one.probabilities == pytest.approx(tilted.predict(alone, RATE, classes=8).probabilities, abs=0.02)
    one = tilted.predict(TALK, RATE, classes=8, speakers=1)
    assert tilted.predict(TALK, RATE, classes=8, speakers=2) == found
    three = tilted.predict(DULL, RATE, classes=8, speakers=3)
    assert "Of 3 speakers that were asked for, 1 could be told apart." in three.reasons
    assert one.speakers == () and "speakers" not in one.to_dict() and not [why for why in one.reasons if "people" in why]
    assert one.probabilities == found.probabilities
    assert tilted.predict_many([(TALK, RATE), (DULL, RATE), (silence(1), RATE)])["speakers"].tolist()[:2] == [2, 1]


# Segments.


def test_segments_say_how_each_part_sounds(tilted):
    signal = np.concatenate([silence(0.5), DULL, silence(1), BRIGHT, silence(0.5)])
    found = tilted.predict(signal, RATE, classes=8)
    assert [one.label for one in found.segments] == ["sad", "happy"]
    times = np.array([(one.start_s, one.end_s) for one in found.segments])
    assert times == pytest.approx(np.array([(0.5, 2.5), (3.5, 6)]), abs=0.3)
    for one in found.segments:
        assert sum(one.probabilities.values()) == pytest.approx(1)
        assert max(one.probabilities, key=lambda name: one.probabilities[name]) == one.label


def test_the_whole_is_the_mean_of_the_segments_by_their_length(tilted):
    signal = np.concatenate([DULL, silence(1), BRIGHT, silence(1), DULL[: RATE // 2]])
    found = tilted.predict(signal, RATE, classes=8)
    front_end = tilted.models[0].settings.front_end
    rows = [len(front_end(signal[round(one.start_s * RATE) : round(one.end_s * RATE)])) for one in found.segments]
    assert len(rows) == 3
    assert len(set(rows)) == 3
    for name in EMOTIONS:
        by_segment = [one.probabilities[name] for one in found.segments]
        assert found.probabilities[name] == pytest.approx(np.average(by_segment, weights=rows), abs=1e-6)
    assert abs(found.probabilities["sad"] - np.mean([one.probabilities["sad"] for one in found.segments])) > 0.01


def test_what_is_no_speech_does_not_count(tilted):
    signal = np.concatenate([noise(3, rms=0.01), DULL, noise(3, rms=0.01)])
    model = tilted.models[0]
    everything = model.probabilities(signal).mean(axis=0)
    assert everything[model.settings.labels.index("male_sad")] < 0.3, "noise is bright"
    found = tilted.predict(signal, RATE, classes=8)
    assert len(found.segments) == 1
    assert found.probabilities["sad"] > 0.5


# What makes an answer confident.

SAD_OR_HAPPY = {"male_sad": 0.7001, "male_happy": 0.2999}


@pytest.mark.parametrize(("needed", "confident"), [(0.5, True), (0.7, True), (0.71, False), (0.99, False)])
def test_an_answer_is_confident_from_its_threshold_on(path, needed, confident):
    found = load(tiny_model(path, SAD_OR_HAPPY, confidence={"2": needed})).predict(voice(2), RATE, classes=2)
    assert found.confident is confident
    assert found.confidence == ("clear" if confident else "unclear")
    assert found.reasons == ()


@pytest.mark.parametrize(("seconds", "reasons"), [(0.8, ("Only 0.8 s of speech was found.",)), (1.2, ())])
def test_less_than_a_second_of_speech_is_never_clear(path, seconds, reasons):
    recognizer = load(tiny_model(path, SAD_OR_HAPPY, confidence={"2": 0.5}))
    found = recognizer.predict(np.concatenate([silence(1), voice(seconds), silence(1)]), RATE, classes=2)
    assert (found.confidence, found.reasons[:1]) == ("unclear" if reasons else "clear", reasons)


@pytest.mark.parametrize(("clear", "likely", "confidence"), [
    (0.7, 0.5, "clear"), (0.71, 0.7, "likely"), (0.71, 0.71, "unclear"), (None, 0.7, "likely"), (None, None, "unclear")])
def test_confidence_has_three_steps(path, clear, likely, confidence):
    thresholds = {"confidence": {"2": ConfidenceThreshold(clear)}, "likely": {"2": ConfidenceThreshold(likely)}}
    found = load(tiny_model(path, SAD_OR_HAPPY, **thresholds)).predict(voice(2), RATE, classes=2)
    assert (found.confidence, found.confident) == (confidence, confidence == "clear")


@pytest.mark.parametrize(("clear", "likely", "said"), [
    (ConfidenceThreshold(0.8, 0.913, 0.64, "unseen speakers"), ConfidenceThreshold(0.6, 0.7, 0.8, "unseen speakers"),
     "Measured on unseen speakers: 91% of the clear answers were right, and 70% of the likely and clear ones."),
    (ConfidenceThreshold(0.8, 0.913, 0.64), None, "Measured on its calibration: 91% of the clear answers were right."),
    (ConfidenceThreshold(None, 0.43, 1.0, "unseen speakers"), ConfidenceThreshold(0.6, 0.7, 0.8, "unseen speakers"),
     "Measured on unseen speakers: 70% of the likely answers were right; too few for any to be clear."),
    (ConfidenceThreshold(None, 0.43, 1.0, "unseen speakers"), None,
     "Measured on unseen speakers: too few answers were right for any to be clear."),
    (ConfidenceThreshold(0.8), None, "How often the clear answers of this recognizer are right is not known."),
])
def test_what_the_steps_of_confidence_mean_is_what_was_measured(path, clear, likely, said):
    made = tiny_model(path, SAD_OR_HAPPY, confidence={"2": clear}, likely={"2": likely} if likely else {})
    assert load(made).scale(2) == said


def test_an_answer_in_classes_that_were_not_calibrated_is_never_confident(path):
    found = load(tiny_model(path, {"male_sad": 1.0}, confidence={"8": 0.1}))
    assert not found.predict(voice(2), RATE, classes=2).confident
    assert found.scale(2) == (
        "This recognizer was not calibrated for these classes, so that none of its answers is clear.")


@pytest.mark.parametrize(("ood_above", "confident"), [(1.3, True), (1.1, False), (None, True)])
def test_what_is_out_of_distribution_is_not_confident(path, ood_above, confident):
    made = tiny_model(path, {"male_sad": 1.0}, confidence={"2": 0.5}, ood_score=1.2, ood_above=ood_above)
    found = load(made).predict(voice(2), RATE, classes=2)
    assert found.confident is confident
    assert found.label == "negative"
    assert found.reasons == (() if confident else (
        "The recording sounds unlike those that this recognizer was trained on (it is out of distribution), so that its "
        "measured results do not hold here: the voice, its speed or the bandwidth may be unusual.",))


def test_little_speech_is_said(path):
    found = load(tiny_model(path, {"male_sad": 1.0}, confidence={"2": 0.5})).predict(voice(0.6), RATE, classes=2)
    assert found.reasons == ("Only 0.6 s of speech was found.",)
    assert found.confidence == "unclear"


def test_a_noisy_and_a_clipped_recording_are_answered_with_a_remark(path):
    recognizer = load(tiny_model(path, {"male_sad": 1.0}, confidence={"2": 0.5}))
    signal = np.pad(voice(2), RATE // 2)
    noisy = recognizer.predict(with_noise(signal, noise(3), 8), RATE, classes=2)
    assert noisy.confident
    assert len(noisy.reasons) == 1
    assert noisy.reasons[0].startswith("The recording is noisy (about ")
    assert recognizer.predict(clipped(signal, 0.3), RATE).reasons == (
        "The recording is clipped (its loudest parts are cut off): record it again at a lower level.",)


# What cannot be answered.


@pytest.mark.parametrize(("sound", "error", "said"), [
    (silence(3), NoSpeech, "The recording is silent"), (noise(3), NoSpeech, "No voice was found"),
    (tone(440, 3), NoSpeech, "No voice was found"),
    (voice(1)[:1500], TooShort, r"0\.09 s long, and an answer needs at least 0\.3 s of speech: record a longer"),
    (voice(1)[:4700], TooShort, r"0\.29 s long, and an answer needs"),
    (np.pad(voice(0.2), RATE), TooShort, r"Only 0\.[12]\d s of speech was found, and an answer needs at least 0\.3 s"),
    (silence(0.05), TooShort, r"0\.05 s long"), (silence(0), TooShort, r"0\.00 s long")],
    ids=["silence", "noise", "tone", "short voice", "nearly long enough", "a syllable", "short silence", "nothing"])
def test_fault_3_silence_noise_and_a_moment_are_no_emotion(eight, sound, error, said):
    with pytest.raises(error, match=said) as told:
        eight.predict(sound, RATE)
    assert told.value.http_status == 422


def test_a_recording_that_cannot_be_read_is_told(eight, tmp_path):
    with pytest.raises(NotAudio):
        eight.predict(io.BytesIO(b"<html>"))
    with pytest.raises(RecordingError, match="No such file"):
        eight.predict(tmp_path / "none.wav")
    with pytest.raises(TooLong, match="longer than"):
        eight.predict(io.BytesIO(pcm(voice(3), RATE)), max_seconds=2)


@settings(max_examples=30)
@given(st.floats(0.05, 3), st.floats(-40, 12), st.sampled_from([voice, noise, silence]), st.integers(0, 3))
def test_any_sound_is_answered_or_told(tmp_path_factory, seconds, decibels, maker, channels):
    path = tiny_model(tmp_path_factory.getbasetemp() / "any.onnx", EIGHT)
    signal = maker(seconds) * np.float32(10 ** (decibels / 20))
    samples = np.stack([signal] * channels, axis=1) if channels else signal
    try:
        found = load(path).predict(samples, RATE)
    except RecordingError:
        return
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert 0 <= found.segments[0].start_s < found.segments[-1].end_s <= found.duration_s + 1e-3
