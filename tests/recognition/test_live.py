"""A recording that goes on: its states are calm and cost the same all the time, its answer is that of the whole."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import intone
from intone import Recognizer
from intone.audio import RATE, Signal, resample
from intone.errors import Damaged, NoSpeech, UsageError
from intone.recognition import live
from intone.recognition.live import Live, State
from intone.recognition.model_file import Judged, Model
from sounds import noise, pcm, silence, voice
from tiny_model import tiny_model, tiny_pair

ANSWER = {"male_sad": 0.5, "male_angry": 0.3, "female_calm": 0.2}


@pytest.fixture
def tiny(tmp_path: Path) -> Recognizer:
    return intone.load(tiny_model(tmp_path / "tiny.onnx", ANSWER, confidence={"2": 0.9, "8": 0.4}))


@pytest.fixture
def talk() -> Signal:
    """A dozen seconds: three voices and their pauses."""
    return np.concatenate([silence(0.4), voice(2.5, 110), silence(1.2), voice(1.6, 220, seed=1), silence(1.0),
                           voice(3.0, 150, seed=2), silence(1.6)])


def blocks(signal: NDArray[Any], size: int = 4000) -> Iterator[NDArray[Any]]:
    return (signal[at : at + size] for at in range(0, len(signal), size))


class Counted:
    """Counts how often a network is asked, and what it is given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        real = Model.judged

        def judged(model: Model, segment: Signal) -> Judged:
            self.sizes.append(len(segment))
            return real(model, segment)

        monkeypatch.setattr(Model, "judged", judged)


def test_the_answer_is_that_of_the_finished_recording(recognizer: Recognizer, talk: Signal) -> None:
    spoken = (talk * 32767).astype(np.int16)
    one = recognizer.live(blocks(spoken), classes=2)
    states = list(one)
    wanted = recognizer.predict(io.BytesIO(pcm(spoken, RATE)), classes=2)
    assert one.answer().to_dict() == wanted.to_dict()
    assert [state.time_s for state in states] == [*range(1, 12), len(talk) / RATE]
    found = [(one.start_s, one.end_s) for one in one.segments]
    assert len(found) == len(wanted.segments) == 3
    assert np.abs(np.array(found) - [(one.start_s, one.end_s) for one in wanted.segments]).max() < 0.1
    assert [one for state in states for one in state.ended] == one.segments
    assert [one.label for one in one.segments] == [one.label for one in wanted.segments]


def test_a_state_says_what_is_heard_now(tiny: Recognizer, talk: Signal) -> None:
    first, *states = tiny.live(blocks(talk))
    assert (first.label, first.probability, first.shares, first.confidence) == (None, None, {}, "unclear")
    assert repr(first) == "<State 1.0 s: nothing yet; speaking>"
    assert states[0].label == "sad" and states[0].probability == pytest.approx(0.5)
    assert states[0].shares["angry"] == pytest.approx(0.3) and sum(states[0].shares.values()) == pytest.approx(1)
    assert states[0].confidence == "clear" and 0.2 < (states[0].since_s or 0) < 0.6
    assert {state.speaking for state in states} == {True, False}
    assert [state.since_s for state in states if state.ended][-1] is None


def test_where_most_lies_outside_the_classes_it_is_neither(tmp_path: Path, talk: Signal) -> None:
    other = intone.load(tiny_model(tmp_path / "other.onnx", {"male_surprised": 0.7, "male_sad": 0.3}))
    last = list(other.live(blocks(talk), classes=2))[-1]
    assert (last.label, last.confidence) == ("neither", "unclear")
    assert last.shares == pytest.approx({"negative": 0.3, "positive": 0.0, "neither": 0.7}, abs=1e-6)


def test_what_is_out_of_distribution_is_unclear(tmp_path: Path, talk: Signal) -> None:
    odd = intone.load(tiny_model(tmp_path / "odd.onnx", ANSWER, ood_score=5.0, ood_above=2.0, confidence={"8": 0.4}))
    assert list(odd.live(blocks(talk)))[-1].confidence == "unclear"


def test_a_second_costs_one_run_of_the_network_and_one_for_each_segment(
    tiny: Recognizer, talk: Signal, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, before = Counted(monkeypatch), 0
    for state in tiny.live(blocks(np.concatenate([talk, voice(40), talk]))):
        assert len(counted.sizes) - before <= 1 + len(state.ended)
        before = len(counted.sizes)
    assert max(counted.sizes) <= 16 * RATE and before > 20


def test_an_hour_costs_per_second_what_a_minute_does(tiny: Recognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty minutes: the network gets as much sound in the last of them as in the second."""
    minute = np.concatenate([voice(4, 110), silence(1), voice(20, 150, seed=3), silence(2), voice(3, seed=4), silence(30)])
    counted, sums, before = Counted(monkeypatch), list[int](), 0
    for state in tiny.live(block for _ in range(20) for block in blocks(minute, RATE)):
        if state.time_s % 60 == 0 and state.time_s:
            sums.append(sum(counted.sizes) - before)
            before = sum(counted.sizes)
    assert len(sums) == 21 and sums[-1] == 0
    assert sums[19] == pytest.approx(sums[1], rel=0.02)


def test_what_is_silent_costs_no_run(tiny: Recognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(monkeypatch)
    assert [state.label for state in tiny.live(blocks(noise(10, rms=1e-3)))] == [None] * 11
    assert counted.sizes == []


def test_a_block_of_several_seconds_has_one_state(tiny: Recognizer, talk: Signal, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(monkeypatch)
    states = list(tiny.live(blocks(talk, 5 * RATE + 100)))
    assert [int(state.time_s) for state in states] == [5, 10, 11, 11] and len(counted.sizes) <= 4 + 3
    assert sum(len(state.ended) for state in states) == 3


def test_the_size_of_a_block_changes_nothing(tiny: Recognizer, talk: Signal) -> None:
    wanted = list(tiny.live(blocks(talk, RATE)))
    assert list(tiny.live(blocks(talk, 997))) == wanted
    assert len(wanted) == 12


@pytest.mark.parametrize("rate", [8000, 44_100, 48_000])
def test_other_rates_are_resampled_without_a_seam(tiny: Recognizer, talk: Signal, rate: int) -> None:
    other = resample(talk, RATE, rate)
    one, same = tiny.live(blocks(other), rate), tiny.live(blocks(talk))
    assert [state.time_s for state in one][:-1] == [state.time_s for state in same][:-1]
    found, wanted = [[(each.start_s, each.end_s) for each in each.segments] for each in (one, same)]
    assert np.abs(np.array(found) - wanted).max() < 0.1
    assert one.answer().duration_s == pytest.approx(len(talk) / RATE, abs=0.001)


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int32, np.uint8])
def test_samples_of_any_kind_are_kept(tiny: Recognizer, talk: Signal, kind: type) -> None:
    samples = talk.astype(kind) if np.dtype(kind).kind == "f" else (
        talk.astype(np.float64) * np.iinfo(kind).max / (2 if kind is np.uint8 else 1) + (128 if kind is np.uint8 else 0)).astype(kind)
    one = tiny.live(blocks(samples))
    assert len(list(one)) == 12 and len(one.segments) == 3
    assert one.answer().label == "sad" and one.answer().duration_s == pytest.approx(len(talk) / RATE, abs=1e-3)


def test_it_ends_when_no_more_is_kept(tiny: Recognizer) -> None:
    def endless() -> Iterator[Signal]:
        while True:
            yield voice(1.0)

    one = tiny.live(endless(), max_seconds=2.5)
    assert [state.time_s for state in one] == [1.0, 2.0, 2.5]
    assert one.answer().duration_s == 2.5


def test_there_may_be_nothing_to_answer_on(tiny: Recognizer) -> None:
    one = tiny.live(blocks(silence(2)))
    assert {state.label for state in one} == {None}
    with pytest.raises(NoSpeech):
        one.answer()
    with pytest.raises(intone.RecordingError):
        list(nothing := tiny.live([]))
        nothing.answer()


def test_the_voice_chooses_the_network_of_a_pair(tmp_path: Path, talk: Signal) -> None:
    pair = intone.load(tiny_pair(tmp_path))
    assert {state.label for state in pair.live(blocks(talk))} - {None} <= {"sad", "happy"}
    assert list(pair.live(blocks(talk), sex="female"))[-1].label == "happy"
    assert list(pair.live(blocks(talk), sex="male"))[-1].label == "sad"


@pytest.mark.parametrize(("block", "rate", "said"), [
    (np.zeros((10, 2), np.float32), RATE, "samples \\(samples,\\) of one channel"),
    (np.zeros(10, np.int64), RATE, "and this one is int64"), (np.zeros(10, "S1"), RATE, "of one channel"),
    (np.zeros(10), 44_100.5, "give a whole number"), (np.zeros(10), 10, "from 1000 to 768000")])
def test_what_is_no_block_is_wrong_use(block: NDArray[Any], rate: float, said: str, tiny: Recognizer) -> None:
    with pytest.raises(UsageError, match=said):
        list(tiny.live([block], rate))


def test_wrong_use_is_told_before_anything_is_heard(tiny: Recognizer) -> None:
    for choice in ({"classes": 7}, {"sex": "none"}, {"speakers": 0}):
        with pytest.raises(UsageError):
            tiny.live([], **choice)
    with pytest.raises(UsageError, match="of one type"):
        list(tiny.live([np.zeros(10, np.int16), np.zeros(10, np.float32)]))
    with pytest.raises(Damaged):
        list(tiny.live([np.full(RATE, np.nan)]))


def test_the_window_is_bounded_and_the_public_names_are_there() -> None:
    assert 0 < live.STEP_S <= live.WINDOW_S <= 8.0
    assert Live.__doc__ and State.__doc__ and Recognizer.live.__doc__
