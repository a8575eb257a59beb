"""Channels with a voice each: what leaks from one into the other is silent, and nothing else is."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intone.audio import RATE, sounds, sounds_of_samples
from intone.audio.crosstalk import FRAME, HELD, without_crosstalk
from intone.audio.decoding import bounds
from intone.audio.vad import find_speech
from sounds import noise, pcm, silence, voice

ANN, BOB = voice(3, 200, 1), voice(3, 110, 2)
EDGE = (HELD + 1) * FRAME
"""Samples after a change of the speaker in which a channel may still be open, or opens."""


def call(leak: float, delay: int = 320) -> np.ndarray:
    """Ann, Bob, Ann, then both at once, each on a channel, with the other's voice quieter and a little later on it."""
    first, second = np.concatenate([ANN, 0 * BOB, ANN, ANN]), np.concatenate([0 * ANN, BOB, 0 * ANN, BOB])
    return np.stack([first + leak * np.roll(second, delay), second + leak * np.roll(first, delay)]).astype(np.float32)


def apart(samples: np.ndarray, *cuts: int) -> np.ndarray:
    return np.concatenate(list(without_crosstalk(np.split(samples, cuts, axis=1))), axis=1)


@pytest.mark.parametrize("leak", [0.15, 0.1, 0.03])
def test_a_leak_is_silent_and_a_voice_is_as_it_was(leak):
    samples = call(leak)
    found = apart(samples)
    for turn, (own, other) in enumerate([(0, 1), (1, 0), (0, 1)]):
        inside = slice(turn * len(ANN) + EDGE, (turn + 1) * len(ANN))
        assert not found[other, inside].any()
        assert np.array_equal(found[own, inside], samples[own, inside])


def test_a_leak_is_no_turn():
    raw, found = call(0.2), apart(call(0.2))
    assert sum(span.speech_s for span in find_speech(raw[1])) > 11, "without it, Bob says all that Ann says"
    assert sum(span.speech_s for span in find_speech(found[1])) < 7


def test_who_speaks_at_once_is_kept_on_either_channel():
    samples = call(0.1)
    both = slice(3 * len(ANN) + EDGE, None)
    assert np.array_equal(apart(samples)[:, both], samples[:, both])


def test_noise_on_all_channels_is_kept():
    samples = np.stack([noise(2, rms=0.01), noise(2, rms=0.02, seed=1)])
    assert np.array_equal(apart(samples), samples)


def test_there_is_no_step_where_a_channel_opens():
    still = np.full(RATE, 0.5, np.float32)
    samples = np.stack([np.concatenate([still, 0 * still]), 0.1 * np.concatenate([still, still])])
    assert np.abs(np.diff(apart(samples)[1])).max() < 0.05 / FRAME + 1e-6


@given(st.lists(st.integers(0, 12 * RATE), max_size=5).map(sorted))
@settings(max_examples=20)
def test_blocks_of_any_size_give_the_same(cuts):
    assert np.array_equal(apart(call(0.2), *cuts), apart(call(0.2)))


def test_nothing_is_nothing():
    assert list(without_crosstalk([])) == []


# The lines of a recording.


@pytest.fixture(params=["file", "samples"])
def opened(request, monkeypatch):
    """A function that opens samples (samples, channels) at 16 kHz."""
    monkeypatch.setattr(bounds, "BLOCK", RATE // 2 + 1)
    return (lambda samples: sounds(io.BytesIO(pcm(samples, RATE, subtype="FLOAT")))[0]) if request.param == "file" else (
        lambda samples: sounds_of_samples(samples, RATE)[0])


def test_the_lines_of_a_call_are_its_channels_without_leaks(opened):
    samples = call(0.2)
    sound = opened(samples.T)
    list(sound)
    assert sound.apart()
    for number, (line, wanted) in enumerate(zip(sound.lines(), apart(samples), strict=True), start=1):
        assert line.number == number
        assert np.array_equal(np.concatenate(list(line)), wanted)
        assert np.array_equal(np.concatenate(list(line)), wanted), "as often as needed"


@pytest.mark.parametrize("samples", [np.stack([ANN, ANN], axis=1), np.stack([ANN, 0.5 * ANN], axis=1),
                                     np.stack([ANN, silence(3)], axis=1)], ids=["twice", "quieter", "one silent"])
def test_one_voice_is_no_call(opened, samples):
    sound = opened(samples)
    list(sound)
    assert not sound.apart() and len(sound.lines()) == 2


def test_one_channel_has_no_lines(opened):
    for samples in (ANN, ANN[:, None]):
        sound = opened(samples)
        list(sound)
        assert not sound.apart() and sound.lines() == []


def test_at_most_eight_channels_are_lines(opened):
    assert [one.number for one in opened(np.tile(ANN[:RATE, None], 9)).lines()] == list(range(1, 9))
