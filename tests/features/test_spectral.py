import librosa
import numpy as np
import pytest
import python_speech_features as psf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from intone.audio import RATE, read_mono
from intone.errors import UsageError
from intone.features import MfccSettings, log_filter_bank, log_mel, mel_filters, mfcc, slaney_filters, spectrum
from intone.features.spectral import _dct
from sounds import noise, silence, tone, voice

ORIGINAL = MfccSettings()


def oracle_mfcc(signal: np.ndarray) -> np.ndarray:
    """The library whose definition the original system used, in float64."""
    return psf.mfcc(signal.astype(np.float64), RATE, winlen=0.025, winstep=0.01, numcep=13, nfilt=26, nfft=512,
                    preemph=0.97, ceplifter=22, appendEnergy=True)


def oracle_log_filter_bank(signal: np.ndarray) -> np.ndarray:
    return psf.logfbank(signal.astype(np.float64), RATE, winlen=0.025, winstep=0.01, nfilt=26, nfft=512, preemph=0.97)


SIGNALS = {
    "noise": noise(1), "voice": voice(1), "tone": tone(1000, 1), "quiet": noise(1, rms=1e-6), "chunk": noise(0.1),
    "silence": silence(0.1), "silent at the end": np.concatenate([noise(0.06), silence(0.2)]),
    "silent at first": np.concatenate([silence(0.05), tone(200, 0.07)]), "shorter than a frame": noise(0.02),
    "one sample": noise(1)[:1], "constant": np.full(1600, 0.3, np.float32),
}


@pytest.mark.parametrize("name", SIGNALS)
def test_mfcc_and_filter_bank_are_those_of_python_speech_features(name):
    signal = SIGNALS[name]
    assert np.abs(mfcc(signal, ORIGINAL) - oracle_mfcc(signal)).max() < 1e-8
    assert np.abs(log_filter_bank(signal, ORIGINAL) - oracle_log_filter_bank(signal)).max() < 1e-8


def test_on_real_clips_they_are_those_of_python_speech_features(ravdess_dir):
    clips = sorted(ravdess_dir.rglob("*.wav"))[::24]
    assert len(clips) == 10
    for clip in clips:
        signal = read_mono(clip)
        assert np.abs(mfcc(signal, ORIGINAL) - oracle_mfcc(signal)).max() < 1e-4
        assert np.abs(log_filter_bank(signal, ORIGINAL) - oracle_log_filter_bank(signal)).max() < 1e-4


@given(arrays(np.float32, st.integers(1, 3000), elements=st.floats(-1, 1, width=32)))
def test_on_any_signal_they_are_those_of_python_speech_features(signal):
    # Where a sum is nearly zero, the order of the additions is visible in its logarithm.
    wanted, found = oracle_mfcc(signal), mfcc(signal, ORIGINAL)
    assert found.shape == wanted.shape
    loud = np.exp(oracle_log_filter_bank(signal)).min(axis=1) > 1e-12
    assert np.abs(found - wanted)[loud].max(initial=0) < 1e-4


@given(st.integers(1, 10_000))
def test_frames_are_counted_as_by_python_speech_features(samples):
    assert ORIGINAL.frames(samples) == psf.sigproc.framesig(np.zeros(samples), 400, 160).shape[0]
    assert mfcc(np.ones(samples), ORIGINAL).shape == (ORIGINAL.frames(samples), 13)


def test_a_tenth_of_a_second_has_nine_frames():
    assert ORIGINAL.frames(1600) == 9
    assert (ORIGINAL.window, ORIGINAL.step) == (400, 160)


@pytest.mark.parametrize("function", [mfcc, log_filter_bank])
def test_many_at_once_are_the_same_as_one_by_one(function):
    signals = noise(2).reshape(20, 1600)
    signals[3] = 0
    together = function(signals, ORIGINAL)
    assert np.allclose(together, [function(one, ORIGINAL) for one in signals], rtol=0, atol=1e-10)
    assert np.array_equal(function(signals.reshape(4, 5, 1600), ORIGINAL).reshape(together.shape), together)


def test_silent_frames_have_the_logarithm_of_the_machine_epsilon():
    epsilon = np.log(np.finfo(float).eps)
    assert (log_filter_bank(silence(0.1), ORIGINAL) == epsilon).all()
    assert (mfcc(silence(0.1), ORIGINAL)[:, 0] == epsilon).all()
    # A constant spectrum has no other cepstrum than the zeroth.
    assert np.abs(mfcc(silence(0.1), ORIGINAL)[:, 1:]).max() < 1e-10


def test_the_floor_hides_what_lies_below_it():
    floored = MfccSettings(floor=1e-6)
    assert (log_filter_bank(silence(0.1), floored) == np.log(1e-6)).all()
    assert np.array_equal(mfcc(silence(0.1), floored), mfcc(noise(0.1, rms=1e-6), floored))
    loud = noise(0.1, rms=0.5)
    assert np.array_equal(mfcc(loud, floored), mfcc(loud, ORIGINAL))


def test_coefficient_0_is_the_energy_and_louder_changes_nothing_else():
    signal = voice(1)
    quiet, loud = mfcc(signal, ORIGINAL), mfcc(signal * np.float32(2), ORIGINAL)
    assert loud[:, 0] - quiet[:, 0] == pytest.approx(np.log(4))
    assert np.abs(loud[:, 1:] - quiet[:, 1:]).max() < 1e-6


@pytest.mark.parametrize(("filters", "coefficients"), [(26, 26), (26, 13), (40, 20)])
def test_the_dct_is_orthonormal(filters, coefficients):
    basis = _dct(filters, coefficients)
    assert basis @ basis.T == pytest.approx(np.eye(coefficients), abs=1e-12)


def test_the_mel_filters_are_triangles_between_their_neighbours_centres():
    filters = mel_filters(26, 512)
    assert filters.shape == (26, 257)
    assert filters.max(axis=1) == pytest.approx(1)
    peaks = filters.argmax(axis=1)
    assert (np.diff(peaks) > 0).all()
    for left, row, right in zip(peaks[:-2], filters[1:-1], peaks[2:], strict=True):
        assert not row[: left + 1].any()
        assert not row[right:].any()
    hertz = peaks * RATE / 513
    mel = 2595 * np.log10(1 + hertz / 700)
    assert np.diff(mel) == pytest.approx(2840.02 / 27, abs=25), "equal steps in mel, but for the rounding to bins"


@pytest.mark.parametrize(("filters", "fft_size"), [(26, 512), (40, 512), (128, 512), (80, 400)])
def test_the_mel_filters_are_those_of_python_speech_features(filters, fft_size):
    assert np.abs(mel_filters(filters, fft_size) - psf.get_filterbanks(filters, fft_size, RATE)).max() < 1e-12


def test_librosa_has_the_same_cepstrum_of_the_bands():
    signal = voice(1)
    # Its lifter is one coefficient farther on, so it is compared without.
    cepstrum = librosa.feature.mfcc(S=log_filter_bank(signal, ORIGINAL).T, n_mfcc=13, dct_type=2, norm="ortho").T
    lifter = 1 + 11 * np.sin(np.pi * np.arange(13) / 22)
    assert mfcc(signal, ORIGINAL)[:, 1:] == pytest.approx((cepstrum * lifter)[:, 1:], abs=1e-9)


def test_librosa_has_the_same_mel_scale():
    corners = librosa.mel_frequencies(28, fmin=0, fmax=8000, htk=True)
    assert (mel_filters(26, 512).argmax(axis=1) == np.floor(513 * corners[1:-1] / RATE)).all()


@pytest.mark.parametrize("hertz", [100, 440, 1000, 3999, 7900])
def test_the_spectrum_of_a_tone_peaks_at_its_frequency_with_half_its_amplitude(hertz):
    frequencies, magnitudes = spectrum(tone(hertz, 1, peak=0.6))
    assert frequencies.shape == magnitudes.shape == (8001,)
    assert frequencies[magnitudes.argmax()] == hertz
    assert magnitudes.max() == pytest.approx(0.3, rel=1e-5)
    assert np.delete(magnitudes, hertz).max() < 1e-5


def test_the_spectrum_of_a_constant_is_its_value_at_0_hertz():
    frequencies, magnitudes = spectrum(np.full(1001, 0.25))
    assert (frequencies[0], frequencies[-1]) == (0, pytest.approx(8000, abs=10))
    assert magnitudes[0] == pytest.approx(0.25)


@pytest.mark.parametrize("wrong", [
    {"window_s": 0.0}, {"window_s": float("nan")}, {"window_s": float("inf")}, {"step_s": 0.0}, {"step_s": 0.03},
    {"fft_size": 256}, {"fft_size": 2**40}, {"filters": 10**9}, {"filters": 5}, {"coefficients": 0}, {"lifter": 0},
    {"pre_emphasis": float("nan")}, {"floor": -1.0}, {"floor": float("inf")}])
def test_settings_that_cannot_be_computed_are_refused(wrong):
    with pytest.raises(UsageError, match="MFCC cannot be computed with"):
        MfccSettings(**wrong)


def test_log_mel_is_that_of_whisper():
    rng = np.random.default_rng(0)
    signal = (rng.normal(0, 0.1, 32_000) * np.linspace(0, 1, 32_000)).astype(np.float32)
    mel = librosa.filters.mel(sr=16_000, n_fft=400, n_mels=80)
    np.testing.assert_allclose(slaney_filters(80, 400), mel, atol=1e-6)
    power = np.abs(librosa.stft(signal, n_fft=400, hop_length=160, window="hann", pad_mode="reflect"))[:, :-1] ** 2
    levels = np.log10(np.maximum(mel @ power, 1e-10))
    wanted = (np.maximum(levels, levels.max() - 8) + 4) / 4
    np.testing.assert_allclose(log_mel(signal), wanted, atol=1e-4)
