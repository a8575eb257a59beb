import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.audio import RATE, read_mono
from intone.audio.envelope import EnvelopeSettings, envelope, mask
from intone.errors import UsageError
from sounds import noise, silence, tone, voice

PEAK = EnvelopeSettings(threshold=0.03, relative_to="peak")


def rolling(signal: np.ndarray, samples: int) -> np.ndarray:
    """The same by pandas, which the original system used."""
    return pd.Series(np.abs(signal).astype(float)).rolling(samples, min_periods=1, center=True).mean().to_numpy()


@pytest.mark.parametrize("samples", [1, 2, 799, 800, 801, 1599, 1600, 1601, 5000])
def test_it_is_the_rolling_mean_of_pandas(samples):
    signal = noise(1)[:samples] * np.linspace(0, 1, samples, dtype=np.float32)
    assert envelope(signal) == pytest.approx(rolling(signal, 1600), abs=1e-12)


@given(st.integers(0, 300), st.integers(1, 64))
def test_it_is_the_rolling_mean_of_pandas_for_odd_and_even_windows(samples, window):
    signal = noise(1, seed=samples)[:samples]
    assert envelope(signal, window / RATE) == pytest.approx(rolling(signal, window), abs=1e-12)


def test_on_a_clip_it_is_the_rolling_mean_of_pandas(clip):
    signal = read_mono(clip)
    assert np.array_equal(mask(signal, EnvelopeSettings()), rolling(signal, 1600) > 0.0005)


def test_an_even_window_reaches_one_sample_farther_back():
    signal = silence(1)
    signal[8000] = 1600
    (where,) = np.nonzero(envelope(signal))
    # Sample i averages i-800 to i+799.
    assert (where[0], where[-1]) == (8000 - 799, 8000 + 800)
    assert envelope(signal)[where] == pytest.approx(1)


def test_the_edges_average_what_is_there():
    level = envelope(np.full(3000, -0.25, np.float32))
    assert level == pytest.approx(0.25)


def test_the_threshold_itself_is_not_above_the_threshold():
    signal = np.full(4000, 0.25, np.float32)
    assert not mask(signal, EnvelopeSettings(threshold=0.25)).any()
    assert mask(signal, EnvelopeSettings(threshold=np.nextafter(0.25, 0))).all()


def test_silence_has_no_sound_whatever_it_is_compared_with():
    for settings in (EnvelopeSettings(), PEAK, EnvelopeSettings(threshold=0)):
        assert mask(silence(1), settings).tolist() == [False] * RATE
        assert mask(silence(0), settings).shape == (0,)


def test_a_pause_is_dropped_and_its_edges_stay():
    signal = np.concatenate([tone(300, 0.5), silence(1), tone(300, 0.5)])
    kept = mask(signal, EnvelopeSettings())
    assert kept[: RATE // 2].all()
    assert kept[3 * RATE // 2 :].all()
    # Half a window beside the sound is kept, less the few samples in which the mean falls below the threshold.
    assert kept[RATE // 2 : 3 * RATE // 2].sum() == pytest.approx(1600, abs=16)


@pytest.mark.parametrize("decibels", [-60, -30, 0, 30])
def test_relative_to_the_peak_the_level_does_not_matter(decibels):
    signal = np.concatenate([voice(1), noise(1, rms=1e-3), voice(0.5)])
    louder = signal * np.float32(10 ** (decibels / 20))
    assert 0.4 < mask(signal, PEAK).mean() < 0.9
    assert (mask(louder, PEAK) != mask(signal, PEAK)).sum() <= 2


def test_relative_to_full_scale_it_does_matter():
    kept = [mask(voice(1) * np.float32(gain), EnvelopeSettings()).mean() for gain in (1, 0.03, 0.01, 0.001)]
    assert kept[0] > 0.95
    assert kept[0] > kept[1] > kept[2] > kept[3] == 0


@pytest.mark.parametrize("wrong", [{"window_s": 0}, {"window_s": -1}, {"window_s": float("nan")}, {"window_s": 1e9},
                                   {"threshold": -0.1}, {"threshold": 1.1}, {"threshold": float("nan")}])
def test_settings_that_cannot_be_used_are_refused(wrong):
    with pytest.raises(UsageError, match="cannot be used: choose"):
        EnvelopeSettings(**wrong)
