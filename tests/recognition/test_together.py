"""A recognizer that has heard a voice before: a reference, several recordings of one person, and what does not fit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from intone import Recognizer
from intone.audio import RATE, Signal
from intone.errors import NoSpeech, NotAudio, RecordingError, UnfitReference, UsageError
from intone.labels import EMOTIONS
from intone.recognition.adaptation import Offset
from intone.recognition.model_file import RECOGNIZER, load_model
from intone.recognition.options import Options
from intone.recognition.recognizer import load
from sounds import pcm, silence, voice
from taking_turns import Turns
from tiny_model import tiny_adaptable, tiny_model

DARK = voice(2, 110, 1)
"""A man who sounds sad."""
BRIGHT = np.diff(voice(2.5, 200, 3), prepend=np.float32(0)) * np.float32(3)
"""A woman who sounds happy."""
EIGHT = Options(schemes=("8",))


@pytest.fixture
def adaptable(tmp_path: Path) -> Recognizer:
    return load(tiny_adaptable(tmp_path / "tiny.onnx"))


def saved(folder: Path, *signals: Signal) -> list[Path]:
    paths = [folder / f"{number}.wav" for number in range(len(signals))]
    for path, signal in zip(paths, signals, strict=True):
        path.write_bytes(pcm(signal, RATE))
    return paths


def answers(recognizer: Recognizer, paths: list[Path], options: Options = EIGHT) -> list:
    return [one["8"] if isinstance(one, dict) else one
            for ((_, one),) in recognizer.answers_together(paths, options)]


# A reference


def test_a_voice_that_sounds_sad_by_nature_sounds_less_so_beside_its_own_neutral(
    adaptable: Recognizer, tmp_path: Path
) -> None:
    (path,) = saved(tmp_path, DARK)
    plain = adaptable.predict(path, classes=8)
    reference = adaptable.reference(path)
    assert (reference.sex, reference.emotion, reference.offset.clips) == ("male", "neutral", 1)
    found = adaptable.adapted(reference).predict(path, classes=8)
    assert plain.label == "sad" and found.probabilities["sad"] < plain.probabilities["sad"]
    assert sum(found.probabilities.values()) == pytest.approx(1)
    told = found.adapted_to
    assert told is not None and (told.segments, told.emotion, told.label) == (1, "neutral", "sad")
    assert told.probability == plain.probabilities["sad"]
    apart = [abs(found.probabilities[name] - plain.probabilities[name]) for name in EMOTIONS]
    assert told.moved == pytest.approx(sum(apart) / 2, abs=1e-6)
    assert adaptable.answer(path, options=replace(EIGHT, reference=reference))["8"] == found
    assert plain == adaptable.predict(path, classes=8)


def test_more_references_count_more(adaptable: Recognizer, tmp_path: Path) -> None:
    one, two = saved(tmp_path, DARK, voice(2, 112, 5))
    moved = [adaptable.adapted(adaptable.reference(*paths)).predict(one).adapted_to.moved for paths in ([one], [one, two])]
    assert 0 < moved[0] < moved[1]


def test_a_reference_of_the_other_sex_is_left_out_with_a_reason(adaptable: Recognizer, tmp_path: Path) -> None:
    man, woman = saved(tmp_path, DARK, BRIGHT)
    plain, found = adaptable.predict(woman), adaptable.adapted(adaptable.reference(man)).predict(woman)
    assert found.adapted_to is None and found.probabilities == plain.probabilities
    assert found.reasons[-1].startswith("The reference is of a male voice, and this one sounds female")


@pytest.mark.parametrize("change", [{"recognizer": "0"}, {"offset": Offset(1, ((0.0, 0.0),))}])
def test_a_reference_of_another_recognizer_is_left_out_with_a_reason(
    adaptable: Recognizer, tmp_path: Path, change: dict
) -> None:
    (path,) = saved(tmp_path, DARK)
    found = adaptable.adapted(replace(adaptable.reference(path), **change)).predict(path)
    assert found.adapted_to is None
    assert "made with another recognizer" in found.reasons[-1]


def test_a_reference_of_two_voices_or_without_speech_is_refused(adaptable: Recognizer, tmp_path: Path) -> None:
    man, woman, nothing = saved(tmp_path, DARK, BRIGHT, silence(2))
    with pytest.raises(UnfitReference, match="some female: give recordings of one person"):
        adaptable.reference(man, woman)
    with pytest.raises(NoSpeech):
        adaptable.reference(man, nothing)
    with pytest.raises(UnfitReference, match="A single segment"):
        adaptable.reference(man, nothing, emotion=None)
    with pytest.raises(UsageError, match="does not know 'bored': choose one of neutral"):
        adaptable.reference(man, emotion="bored")
    with pytest.raises(UsageError, match="No recording of the voice"):
        adaptable.reference()


def test_a_reference_in_which_two_people_speak_is_refused(
    adaptable: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intone.recognition.analysis.Diarization", Turns)
    (path,) = saved(tmp_path, np.concatenate([DARK, silence(1), DARK]))
    with pytest.raises(UnfitReference, match="Several people speak in a recording of the voice"):
        adaptable.reference(path)
    assert adaptable.reference(path, emotion=None).offset.clips == 2


def test_a_recognizer_without_evidence_cannot_be_adapted(tmp_path: Path) -> None:
    plain = load(tiny_model(tmp_path / "plain.onnx", {"male_sad": 1.0}))
    (path,) = saved(tmp_path, DARK)
    assert not plain.adaptable
    for asked in (lambda: plain.reference(path), lambda: plain.answers_together([path])):
        with pytest.raises(UsageError, match="cannot be adapted to a speaker"):
            asked()


# Several recordings of one person


def test_one_recording_is_unchanged(adaptable: Recognizer, tmp_path: Path) -> None:
    path, nothing = saved(tmp_path, DARK, silence(2))
    assert answers(adaptable, [path]) == [adaptable.predict(path, classes=8)]
    found = answers(adaptable, [nothing, path, tmp_path / "no recording"])
    assert isinstance(found[0], NoSpeech) and isinstance(found[2], RecordingError)
    assert found[1] == adaptable.predict(path, classes=8)


def test_recordings_that_all_sound_alike_stay_as_they_are(adaptable: Recognizer, tmp_path: Path) -> None:
    paths = saved(tmp_path, *(voice(2, 110 + seed, seed) for seed in range(4)))
    for path, found in zip(paths, answers(adaptable, paths), strict=True):
        plain = adaptable.predict(path, classes=8)
        assert found.label == plain.label == "sad"
        assert found.adapted_to.segments == 4 and found.adapted_to.moved < 0.1


def test_recordings_that_differ_are_compared_with_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intone.recognition.adaptation.VARIED", (1.0, 2.0))  # this network knows two emotions
    monkeypatch.setattr("intone.recognition.adaptation.TOLD", (0.0, 0.1))
    recognizer = load(tiny_adaptable(tmp_path / "tiny.onnx"))
    paths = saved(tmp_path, DARK, BRIGHT)
    for path, found in zip(paths, answers(recognizer, paths), strict=True):
        assert found.adapted_to.segments == 2 and found.adapted_to.emotion is None
        assert found.adapted_to.moved > 0
        assert found.adapted_to.label == recognizer.predict(path, classes=8).label


def test_what_is_no_recording_does_not_stop_the_others(adaptable: Recognizer, tmp_path: Path) -> None:
    one, two = saved(tmp_path, DARK, DARK)
    (tmp_path / "text.wav").write_text("no sound")
    found = answers(adaptable, [one, tmp_path / "text.wav", two])
    assert isinstance(found[1], NotAudio) and found[0].adapted_to.segments == found[2].adapted_to.segments == 2
    found = answers(adaptable, [one, two], replace(EIGHT, channel=2))
    assert all(isinstance(one, RecordingError) for one in found)


def test_other_persons_are_not_asked_for_at_once(adaptable: Recognizer, tmp_path: Path) -> None:
    paths = saved(tmp_path, DARK, DARK)
    for options in (replace(EIGHT, channel="each"), replace(EIGHT, reference=adaptable.reference(*paths))):
        with pytest.raises(UsageError, match="compared with each other"):
            adaptable.answers_together(paths, options)


def test_each_network_of_a_pair_takes_only_its_own_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = load_model(tiny_adaptable(tmp_path / "detector.onnx"))
    monkeypatch.setattr("intone.recognition.networks._sex_detector", lambda: made)
    for sex in ("male", "female"):
        (tmp_path / sex).mkdir()
        tiny_adaptable(tmp_path / sex / RECOGNIZER, sex=sex)
    pair = load(tmp_path)
    man, woman = saved(tmp_path, DARK, BRIGHT)
    adapted = pair.adapted(pair.reference(man))
    assert adapted.predict(man).adapted_to is not None
    assert adapted.predict(woman).adapted_to is None


def test_recordings_of_one_person_have_one_speaker(
    adaptable: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intone.recognition.analysis.Diarization", Turns)
    monkeypatch.setattr(Turns, "asked", [])
    talk = np.concatenate([DARK, silence(1), BRIGHT])
    paths = saved(tmp_path, talk, DARK)
    for options in (EIGHT, replace(EIGHT, speakers=1)):
        assert not answers(adaptable, paths, options)[0].speakers
    adaptable.reference(*paths, emotion=None)
    assert Turns.asked == [1] * 6
    with pytest.raises(UsageError, match="Recordings of one person have one speaker"):
        answers(adaptable, paths, replace(EIGHT, speakers=2))


# Several people in one recording


def talk(turns: int) -> Signal:
    """A dark and a bright voice in turn, as they speak in several ways."""
    said = [one for number in range(turns) for one in (voice(2, 110, 1 + number % 3), silence(1), BRIGHT, silence(1))]
    return np.concatenate(said)


@pytest.mark.parametrize(("turns", "judged_together"), [(3, False), (4, True), (6, True)])
def test_each_of_several_speakers_is_judged_by_all_that_this_one_says(
    adaptable: Recognizer, monkeypatch: pytest.MonkeyPatch, turns: int, judged_together: bool
) -> None:
    monkeypatch.setattr("intone.recognition.analysis.Diarization", Turns)
    found = adaptable.predict(talk(turns), RATE, classes=8)
    assert [one.number for one in found.speakers] == [1, 2]
    for one in found.speakers:
        told = one.adapted_to
        assert (told is not None) == judged_together
        if told:
            assert (told.segments, told.emotion) == (turns, None)
        theirs = [part.probabilities for part in found.segments if part.speaker == one.number]
        seconds = [part.end_s - part.start_s for part in found.segments if part.speaker == one.number]
        mean = np.average([[shares[name] for name in EMOTIONS] for shares in theirs], axis=0, weights=seconds)
        assert mean == pytest.approx([one.probabilities[name] for name in EMOTIONS], abs=0.01)


def test_what_two_people_say_is_not_judged_together_where_one_is_said_to_speak(adaptable: Recognizer) -> None:
    assert adaptable.predict(talk(6), RATE, classes=8, speakers=1).adapted_to is None
