"""A longer recording in a few lines: by hand on small answers, and what must hold for any."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.labels import EMOTIONS
from intone.recognition.prediction import Prediction, RecognizerIdentity, Segment
from intone.recognition.summary import FEWEST, LONG_S, Change, summary


def segment(start_s: float, seconds: float, label: str, share: float = 0.6) -> Segment:
    rest = (1 - share) / (len(EMOTIONS) - 1)
    return Segment(start_s, start_s + seconds, label, {name: share if name == label else rest for name in EMOTIONS})


def answer(label: str, *segments: Segment, duration_s: float | None = None) -> Prediction:
    return Prediction("talk.wav", duration_s or segments[-1].end_s + 1, label, dict.fromkeys(EMOTIONS, 1 / 8), 0.0, False, (),
                      "female", segments, RecognizerIdentity("mine", "0", EMOTIONS))


def test_an_even_conversation_has_no_one_answer() -> None:
    found = summary(answer("neutral", segment(0, 10, "neutral"), segment(12, 10, "angry"), segment(24, 10, "happy")))
    assert found is not None
    assert not found.holds
    assert found.shares == pytest.approx({"neutral": 1 / 3, "angry": 1 / 3, "happy": 1 / 3})
    assert found.changes == (Change(12, "angry"), Change(24, "happy"))
    assert found.valence == (0.0, -1.0, 1.0)


def test_an_answer_holds_where_most_of_the_speech_has_it() -> None:
    many = [segment(3 * number, 2, "sad") for number in range(12)]
    found = summary(answer("sad", *many, segment(40, 1, "happy", 0.9)))
    assert found is not None
    assert found.holds and found.shares == pytest.approx({"sad": 24 / 25, "happy": 1 / 25})
    assert found.changes == (), "one odd second is no change"
    assert [one.label for one in found.strongest] == ["sad", "sad", "happy"] and found.strongest[-1].start_s == 40
    assert not summary(answer("happy", *many)).holds, "the label of the whole is another"


def test_a_change_begins_where_a_label_begins_to_last() -> None:
    found = summary(answer("calm", segment(0, 6, "calm"), segment(6, 1, "sad"), segment(7, 6, "calm"),
                           segment(13, 2, "angry"), segment(15, 3, "angry"), segment(18, 6, "calm")))
    assert found is not None
    assert found.changes == (Change(13, "angry"), Change(18, "calm"))


def test_neutral_moments_are_the_strongest_only_where_there_are_no_others() -> None:
    calm = [segment(10 * number, 9, "neutral", 0.5 + number / 10) for number in range(4)]
    found = summary(answer("neutral", *calm))
    assert found is not None and [one.start_s for one in found.strongest] == [10, 20, 30]
    found = summary(answer("neutral", *calm, segment(50, 1, "angry", 0.3)))
    assert found is not None and [one.label for one in found.strongest] == ["angry"]


def test_a_short_recording_has_its_answer_alone() -> None:
    three = [segment(4 * number, 3, "sad") for number in range(FEWEST)]
    assert summary(answer("sad", *three, duration_s=LONG_S)) is None
    assert summary(answer("sad", *three, duration_s=LONG_S + 0.1)) is not None
    assert summary(answer("sad", *three[1:], duration_s=60)) is None
    assert "summary" not in answer("sad", *three, duration_s=LONG_S).to_dict()


@given(st.lists(st.tuples(st.sampled_from(EMOTIONS), st.floats(0.05, 8), st.floats(0, 3), st.floats(0.2, 0.99)),
                min_size=FEWEST, max_size=40), st.sampled_from(EMOTIONS))
def test_of_any_recording_it_says_only_what_its_segments_say(drawn: list[tuple[str, float, float, float]], label: str) -> None:
    at, segments = 0.0, []
    for name, seconds, pause, share in drawn:
        segments.append(segment(round(at, 3), round(seconds, 3), name, share))
        at += seconds + pause
    told = answer(label, *segments, duration_s=at + LONG_S)
    found = summary(told)
    assert found is not None
    assert sum(found.shares.values()) == pytest.approx(1)
    assert list(found.shares.values()) == sorted(found.shares.values(), reverse=True)
    assert all(one in segments for one in found.strongest) and 1 <= len(found.strongest) <= 3
    starts = [one.start_s for one in found.strongest]
    assert starts == sorted(starts)
    times = [one.time_s for one in found.changes]
    assert times == sorted(times) and set(times) <= {one.start_s for one in segments}
    assert all(first.label != second.label for first, second in zip(found.changes, found.changes[1:], strict=False))
    assert all(-1 <= one <= 1 for one in found.valence)
    signs = {"sad": -1, "angry": -1, "fearful": -1, "disgust": -1, "calm": 1, "happy": 1}
    mean = sum(signs.get(name, 0) * share for name, share in found.shares.items())
    assert sum(found.valence) / 3 == pytest.approx(mean, abs=2e-3), "the thirds have the mean of the whole"
    plain = told.to_dict()["summary"]
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
