"""Speech in a signal that still comes in: its segments are those of the whole, and it remembers little."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from intone.audio import RATE, Signal
from intone.audio.live import MOST, LiveSpeech, Spoken
from intone.audio.vad import WINDOW, Detector, Span, SpeechSettings, find_speech, segments, voiced_runs
from sounds import noise, silence, tone, voice

SETTINGS = SpeechSettings()
RUNS = st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.4, 0.45, 0.6, 0.9, 1.0]), st.integers(1, 60)), max_size=30)
"""Probabilities of a voice, and for how many windows each lasts: at most two seconds."""


class Canned(Detector):
    """Says what it is told, one window after the other."""

    def __init__(self, probability: NDArray[np.float32]) -> None:
        self._probability, self._at = probability, 0

    def __call__(self, block: Signal, _peak: float) -> NDArray[np.float32]:
        self._at += len(block) // WINDOW
        return self._probability[self._at - len(block) // WINDOW : self._at]


def heard(signal: Signal, size: int, speech: LiveSpeech | None = None) -> list[Spoken]:
    speech = speech or LiveSpeech()
    ended = [one for at in range(0, len(signal), size) for one in speech.add(signal[at : at + size])]
    return ended + speech.end()


def talk(pauses: list[float]) -> Signal:
    """Voices with pauses between them."""
    parts = [silence(0.5)]
    for number, pause in enumerate(pauses):
        parts += [voice(1.0 + 0.4 * (number % 3), 110 + 30 * (number % 4), seed=number), silence(pause)]
    return np.concatenate(parts)


@pytest.mark.parametrize("size", [160, 4000, RATE, 100 * RATE])
def test_the_segments_are_those_of_the_finished_recording(size: int) -> None:
    signal = talk([0.3, 0.9, 0.5, 1.5, 0.1, 0.4, 2.0])
    wanted, found = find_speech(signal), heard(signal, size)
    assert len(wanted) > 3 and len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert abs(one.span.start - other.start) <= 3 * WINDOW and abs(one.span.end - other.end) <= 3 * WINDOW
        assert np.array_equal(one.signal, signal[one.span.start : one.span.end])


@given(RUNS, st.sampled_from([1, 7, 31, 200]))
def test_whatever_the_detector_says_they_are_those_of_the_whole(runs: list[tuple[float, int]], size: int) -> None:
    probability = np.concatenate([np.full(length, value, np.float32) for value, length in [*runs, (0.0, 1)]])
    signal, speech = noise(len(probability) * WINDOW / RATE), LiveSpeech()
    speech._detector = Canned(probability)
    found = [one.span for one in heard(signal, size * WINDOW, speech)]
    wanted = segments(probability, voiced_runs(probability), len(signal))
    longest = MOST * SETTINGS.longest_s * RATE
    if all(one.end - one.start < SETTINGS.longest_s * RATE - WINDOW for one in wanted):
        assert found == wanted
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert sum(one.speech_s for one in found) == pytest.approx(sum(one.speech_s for one in wanted), abs=1.0)
    assert all(one.end - one.start <= longest for one in found)


def test_a_segment_ends_as_soon_as_nothing_can_be_joined_to_it() -> None:
    speech = LiveSpeech()
    assert speech.add(np.concatenate([silence(0.5), voice(1.5)])) == [] and speech.speaking
    assert speech.open is not None and speech.open.span.speech_s > 1
    assert speech.add(silence(0.6)) == [] and not speech.speaking
    (ended,) = speech.add(silence(0.4))
    assert ended.span == speech_of(np.concatenate([silence(0.5), voice(1.5), silence(1.0)]))
    assert speech.open is None and speech.end() == [] and speech.samples == 3 * RATE


def speech_of(signal: Signal) -> Span:
    (found,) = find_speech(signal)
    return found


def test_what_is_remembered_does_not_grow() -> None:
    """Minutes of silence, and minutes of speech without any pause: neither is kept."""
    speech, most = LiveSpeech(), MOST * SETTINGS.longest_s * RATE + 2 * RATE
    for signal in (noise(60, rms=1e-3), voice(90)):
        for at in range(0, len(signal), RATE):
            ended = speech.add(signal[at : at + RATE])
            assert len(speech._signal) <= most and len(speech._probability) <= most / WINDOW
            assert all(len(one.signal) <= most for one in ended)
    assert speech.samples == 150 * RATE


def test_tones_are_no_speech_and_noise_before_the_first_word_is_none() -> None:
    assert heard(np.concatenate([tone(220, 2), tone(277, 2), tone(330, 2)]), RATE) == []
    assert heard(noise(5, rms=0.003), RATE) == []
    assert heard(silence(3), RATE) == [] and heard(silence(0), RATE) == []


def test_a_detector_that_goes_on_says_what_one_for_the_whole_says() -> None:
    signal = voice(2.0)[: 62 * WINDOW]
    whole, parts = Detector()(signal, 0.5), Detector()
    found = [parts(signal[at : at + 5 * WINDOW], 0.5) for at in range(0, len(signal), 5 * WINDOW)]
    assert np.allclose(np.concatenate(found), whole, atol=1e-5)
    assert len(Detector()(silence(0), 1.0)) == 0
