"""A call with a person on each channel: one answer, in which each channel is a speaker."""

import io
from itertools import pairwise

import numpy as np
import pytest

from intone import Recognizer
from intone.audio import RATE
from intone.audio.windows import WINDOW_S
from intone.errors import NoSpeech, UsageError
from intone.recognition.formats import FORMATS
from intone.recognition.options import Options
from intone.recognition.recognizer import load
from sounds import noise, pcm, silence, voice
from tiny_model import tiny_model

ANN, BOB = np.diff(voice(2.5, 200, 3), prepend=np.float32(0)) * np.float32(3), voice(2, 110, 1)
"""Ann sounds bright, which is happy here, and Bob dull, which is sad."""

TAKEN = "Each channel holds a voice of its own, as in a call, and is taken as one speaker."
HISS = 1e-4


@pytest.fixture
def recognizer(tmp_path) -> Recognizer:
    return load(tiny_model(tmp_path / "tilted.onnx", {"male_sad": 0.02, "male_happy": 0.98}, {"male_sad": 0.1, "male_happy": -0.1}))


def call(*turns: str, leak: float = 0.1) -> np.ndarray:
    """Turns with a second after each: "A" is Ann on the second channel, "B" Bob on the first, "AB" both at once."""
    first, second = [], []
    for turn in turns:
        said = {"A": ANN, "B": BOB}
        length = max(len(said[who]) for who in turn) + RATE
        first.append(np.pad(said["B"], (0, length - len(BOB))) if "B" in turn else np.zeros(length, np.float32))
        second.append(np.pad(said["A"], (0, length - len(ANN))) if "A" in turn else np.zeros(length, np.float32))
    one, two = np.concatenate(first), np.concatenate(second)
    hiss = noise(len(one) / RATE, rms=HISS)
    return np.stack([one + leak * two + hiss, two + leak * one - hiss], axis=1).astype(np.float32)


def turns(found) -> list[tuple[int, float, float, str]]:
    """In the order of `HEARD`."""
    return sorted(((one.speaker, one.start_s, one.end_s, one.label) for one in found.segments),
                  key=lambda one: (round(one[1]), one[0]))


TALK = call("A", "B", "A", "AB")
HEARD = [(2, 0.0, 2.5, "happy"), (1, 3.5, 5.5, "sad"), (2, 6.5, 9.0, "happy"), (1, 10.0, 12.0, "sad"), (2, 10.0, 12.5, "happy")]
"""Who speaks from when to when, and how that sounds."""


@pytest.mark.parametrize("asked", [{}, {"speakers": "auto"}, {"speakers": "channels"}])
@pytest.mark.parametrize("source", ["samples", "file"])
def test_each_channel_is_a_speaker_and_a_leak_is_no_turn(recognizer, source, asked):
    given = (TALK, RATE) if source == "samples" else (io.BytesIO(pcm(TALK, RATE, subtype="FLOAT")),)
    found = recognizer.predict(*given, classes=8, **asked)
    assert [(who, label) for who, _, _, label in turns(found)] == [(who, label) for who, _, _, label in HEARD]
    for (_, start, end, _), (_, wanted_start, wanted_end, _) in zip(turns(found), HEARD, strict=True):
        assert (start, end) == pytest.approx((wanted_start, wanted_end), abs=0.45)
    assert [(one.number, one.channel, one.label) for one in found.speakers] == [(1, 1, "sad"), (2, 2, "happy")]
    assert not any(one.overlap for one in found.segments) and found.channel is None
    assert all(a.start_s <= b.start_s for a, b in pairwise(found.segments))
    assert (TAKEN in found.reasons) == (asked != {"speakers": "channels"})
    assert not any("were mixed" in reason for reason in found.reasons)
    assert sum(one.share for one in found.speakers) == pytest.approx(1)


def test_the_whole_is_the_mean_of_both(recognizer):
    found = recognizer.predict(TALK, RATE, classes=8)
    bob, ann = found.speakers
    assert ann.probabilities["sad"] < found.probabilities["sad"] < bob.probabilities["sad"]
    assert found.duration_s == pytest.approx(len(TALK) / RATE, abs=0.001) and found.confidence == "unclear"


def test_a_number_of_speakers_is_told_apart_in_the_mix(recognizer):
    found = recognizer.predict(TALK, RATE, speakers=1)
    assert found.speakers == () and any("were mixed" in reason for reason in found.reasons)


def test_one_who_never_speaks_is_nobody(recognizer):
    samples = call("A", "A", leak=0.03)
    found = recognizer.predict(samples, RATE, classes=8, speakers="channels")
    assert found.speakers == () and found.label == "happy"
    with pytest.raises(NoSpeech):
        recognizer.predict(np.stack([silence(3), noise(3, rms=0.01)], axis=1), RATE, speakers="channels")


def test_what_cannot_be_is_said(recognizer):
    for source in (ANN, ANN[:, None]):
        with pytest.raises(UsageError, match="cannot have a speaker on each: choose auto"):
            recognizer.predict(source, RATE, speakers="channels")
    with pytest.raises(UsageError, match="leave the channel 'each' out"):
        Options(speakers="channels", channel="each")
    found = recognizer.predict_many([(ANN, RATE), (TALK, RATE)], speakers="channels")
    assert found["error"].notna().tolist() == [True, False] and found["speakers"].tolist()[1] == 2


def test_a_long_call_is_one_before_anything_is_analysed_twice(recognizer):
    samples = np.concatenate([TALK] * (2 + round(WINDOW_S * RATE / len(TALK))))
    done = list[float]()
    found = recognizer.predict_schemes(samples, RATE, schemes=("8",), progress=done.append)["8"]
    assert [one.channel for one in found.speakers] == [1, 2] and TAKEN in found.reasons
    assert done == sorted(done) and done[-1] == 1
    assert {label for who, _, _, label in turns(found) if who == 2} == {"happy"}


def test_both_at_once_are_there_in_every_format(recognizer):
    found = recognizer.predict(TALK, RATE, classes=8)
    both = [one for one in found.segments if one.start_s > 9]
    assert len(both) == 2 and both[0].end_s > both[1].start_s
    assert len(FORMATS["audacity"].write(found).splitlines()) == len(found.segments)
    assert FORMATS["webvtt"].write(found).count("-->") == len(found.segments)
    lines = [line.split() for line in FORMATS["rttm"].write(found).splitlines()]
    assert [(line[2], line[7]) for line in lines] == [(str(one.speaker), str(one.speaker)) for one in found.segments]
    assert all(float(line[4]) == pytest.approx(one.end_s - one.start_s) for line, one in zip(lines, found.segments, strict=True))
    assert FORMATS["textgrid"].write(found).count("IntervalTier") == 2
