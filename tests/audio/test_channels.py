"""Channels that cancel one another, that hold different people, and samples with a constant offset."""

import io

import numpy as np
import pytest
import soxr

from intone.audio import RATE, Signal, from_samples, read, sounds
from intone.audio.decoding import bounds
from intone.audio.vad import find_speech
from sounds import correlation, noise, pcm, silence, tone, voice

VOICE, OTHER = voice(3), voice(3, pitch=220, seed=5)
STEREO = [np.stack([VOICE, share * VOICE], axis=1) for share in (1, 0.5, 0)]


def opposite(signal: Signal, common: Signal | float = 0.0) -> np.ndarray:
    return np.stack([common + signal, common - signal], axis=1).astype(np.float32)


def heard(samples: np.ndarray, rate: int = RATE) -> tuple[Signal, str]:
    """What is read of a file, which is that of the same samples in memory."""
    (one,) = read(io.BytesIO(pcm(samples, rate, subtype="FLOAT")))
    (other,) = from_samples(samples, rate)
    assert np.array_equal(one.signal, other.signal) and one.notes == other.notes
    return one.signal, " ".join(one.notes)


def level(decibels: float) -> float:
    return float(np.sqrt(np.mean(VOICE**2)) * 10 ** (decibels / 20))


HUM = np.sum([tone(50 * k, 3, peak=1.0 / k) for k in range(1, 6)], axis=0)  # 50 to 250 Hz
COMMON = {"nothing": silence(3), "offset": 0.01 + silence(3), "hiss": noise(3, rms=level(-15)),
          "hum": (HUM / HUM.std() * level(-15)).astype(np.float32), "loud hum": (HUM / HUM.std() * level(10)).astype(np.float32),
          "rumble": tone(40, 3, peak=0.4)}


@pytest.mark.parametrize("common", COMMON)
@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_opposite_phase_is_found_beside_what_the_channels_share(common, rate):
    part = 0.5 * (VOICE - VOICE.mean())
    signal, said = heard(soxr.resample(opposite(part, COMMON[common]), RATE, rate, quality="HQ"), rate)
    assert max(correlation(signal, COMMON[common] + sign * part) for sign in (1, -1)) > 0.98
    assert "opposite phase" in said


def test_a_beep_first_does_not_hide_it():
    beep = tone(1000, 1)
    signal, said = heard(np.concatenate([np.stack([beep, beep], axis=1), opposite(0.3 * VOICE)]))
    assert correlation(np.sign(signal[RATE:] @ VOICE) * signal[RATE:], VOICE) > 0.99 and "opposite phase" in said


def test_a_second_person_in_opposite_phase_does_not_disappear():
    samples = np.concatenate([np.stack([VOICE, VOICE], axis=1), opposite(OTHER)])
    signal, said = heard(samples)
    assert correlation(signal[: len(VOICE)], VOICE) > 0.99 and correlation(signal[len(VOICE) :], OTHER) > 0.99
    assert said == ("The channels cancel one another where they are mixed (opposite phase), so that channel 1 was analysed "
                    "there alone.")


def test_one_who_comes_late_does_not_disappear_either(monkeypatch):
    monkeypatch.setattr(bounds, "BLOCK", 2 * RATE)
    samples = np.concatenate([np.stack([VOICE, VOICE], axis=1)] * 4 + [opposite(OTHER[:RATE])])
    (sound,) = sounds(io.BytesIO(pcm(samples, RATE, subtype="FLOAT")))
    for _ in range(2):
        signal = np.concatenate(list(sound))
        assert correlation(signal[-RATE:], OTHER[:RATE]) > 0.99
        assert np.array_equal(signal[: 3 * RATE], VOICE)
        assert len(sound.notes) == 1


@pytest.mark.parametrize("samples", STEREO, ids=["the same twice", "panned", "one dead channel"])
def test_ordinary_stereo_is_the_mean_to_the_last_bit(samples):
    signal, said = heard(samples)
    assert np.array_equal(signal, samples.mean(axis=1)) and said == ""


@pytest.mark.parametrize("delay", [1, 5, 11, 48])
def test_two_microphones_at_a_distance_are_mixed(delay):
    samples = np.stack([VOICE, 0.8 * np.roll(VOICE, delay)], axis=1).astype(np.float32)
    signal, said = heard(samples)
    assert np.array_equal(signal, samples.mean(axis=1)) and said == ""


@pytest.mark.parametrize("channels", [3, 6, 8, 16])
def test_one_voice_on_one_of_many_channels_is_mixed(channels):
    samples = np.zeros((len(VOICE), channels), np.float32)
    samples[:, channels // 2] = VOICE
    assert heard(samples) == (pytest.approx(samples.mean(axis=1), abs=1e-7), "")


def call(crosstalk: float = 0.0) -> np.ndarray:
    """Two people in turn, each on a channel."""
    first, second = np.concatenate([VOICE, 0 * VOICE] * 2), np.concatenate([0 * OTHER, OTHER] * 2)
    hiss = noise(12, rms=1e-3)
    return np.stack([first + crosstalk * second + hiss, second + crosstalk * first - hiss], axis=1)


@pytest.mark.parametrize("crosstalk", [0.0, 0.1])
def test_two_people_on_two_channels_are_told(crosstalk):
    samples = call(crosstalk)
    signal, said = heard(samples)
    assert np.allclose(signal, samples.mean(axis=1), atol=1e-7)
    assert said == ("The channels hold different voices in turn, as those of a call do, and were mixed: choose the speakers "
                    "'channels', so that each channel is one of them.")
    for channel in (1, 2, "each"):
        assert not any(one.notes for one in read(io.BytesIO(pcm(samples, RATE)), channel))


def test_one_person_with_a_noise_of_the_other_channel_in_the_pauses_is_no_call():
    samples = np.stack([np.concatenate([VOICE, silence(1)] * 2), noise(8, rms=1e-3)], axis=1)
    assert heard(samples)[1] == ""


def test_where_the_mix_hides_a_voice_its_channels_are_offered():
    samples = np.stack([0.05 * VOICE, noise(3, rms=0.2)], axis=1).astype(np.float32)
    (sound,) = sounds(io.BytesIO(pcm(samples, RATE, subtype="FLOAT")))
    assert sound.others() == []
    list(sound)
    others = sound.others()
    assert [one.number for one in others] == [2, 1]
    assert np.array_equal(np.concatenate(list(others[1])), samples[:, 0])


@pytest.mark.parametrize("samples", [VOICE, STEREO[0]], ids=["mono", "the same twice"])
def test_where_there_is_nothing_else_nothing_is_offered(samples):
    (sound,) = sounds(io.BytesIO(pcm(samples, RATE)))
    list(sound)
    assert sound.others() == []


# A constant offset.


@pytest.mark.parametrize("offset", [0.1, -0.5, 1.0, 2.0])
@pytest.mark.parametrize("rate", [RATE, 48_000])
def test_a_large_offset_is_taken_away(offset, rate):
    centred = (VOICE - VOICE.mean()) / np.abs(VOICE).max() / 4
    samples = soxr.resample(centred, RATE, rate, quality="HQ") + offset / 4
    signal, _ = heard(samples.astype(np.float32), rate)
    assert np.abs(signal - centred)[400:-400].max() < 1e-3
    assert find_speech(signal) == find_speech(centred)


def test_every_channel_has_an_offset_of_its_own():
    samples = np.stack([VOICE - VOICE.mean() + 0.5, OTHER - OTHER.mean() - 0.25], axis=1)
    for one, wanted in zip(from_samples(samples, RATE, "each"), (VOICE, OTHER), strict=True):
        assert np.abs(one.signal - (wanted - wanted.mean())).max() < 1e-6


def test_a_small_offset_is_left():
    signal = (VOICE - VOICE.mean() + 0.01).astype(np.float32)
    assert np.array_equal(from_samples(signal, RATE)[0].signal, signal)


def test_an_offset_is_taken_from_short_blocks_too(monkeypatch):
    monkeypatch.setattr(bounds, "BLOCK", RATE - 1)
    samples = (VOICE - VOICE.mean() + 1).astype(np.float32)
    signal = np.concatenate(list(sounds(io.BytesIO(pcm(samples, RATE, subtype="FLOAT")))[0]))
    assert np.abs(signal - (samples - 1)).max() < 0.01
