"""Numbers in the browser are those of NumPy and soxr: rounding, spectra, resampling."""

import numpy as np
import pytest
import soxr

from device_scripts import Scripts, unpacked
from intone.audio import RATE

pytestmark = pytest.mark.browser

RATES = (8000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000)


def test_numbers_are_rounded_as_python_does(scripts: Scripts) -> None:
    rng = np.random.default_rng(0)
    values = [*np.arange(-400, 400) / 16, *np.arange(-4000, 4000, 7) / 32000, *rng.normal(0, 50, 400), 0.0, 1e-9, 2.675]
    found = scripts("return given.values.map((one) => [own.rounded(one, 3), own.rounded(one, 6), own.halfEven(one)])",
                    values=list(map(float, values)))
    assert found == [[round(float(one), 3), round(float(one), 6), round(float(one))] for one in values]


def test_steps_are_those_of_linspace(scripts: Scripts) -> None:
    asked = [(last, count) for last in (1, 7, 399, 12_345, 128_000) for count in (2, 3, 7, 33, 400)]
    found = scripts("return given.asked.map(([last, count]) => own.stepsTo(last, count))", asked=asked)
    assert found == [np.linspace(0, last, count).astype(int).tolist() for last, count in asked]


@pytest.mark.parametrize("samples,size", [(1, 2), (2, 2), (5, 8), (1000, 1024), (2048, 2048), (20_000, 32_768)])
def test_spectra_are_those_of_numpy(scripts: Scripts, samples: int, size: int) -> None:
    signal = np.random.default_rng(samples).normal(0, 1, samples).astype(np.float32)
    re, im, back = scripts("""const found = own.rfft(given.signal, given.size);
        return [[...found.re], [...found.im], [...own.irfft(found, given.size)]]""", signal=signal, size=size)
    expected = np.fft.rfft(signal.astype(np.float64), size)
    assert np.array(re) + 1j * np.array(im) == pytest.approx(expected, abs=1e-10)
    assert back[:samples] == pytest.approx(signal.tolist(), abs=1e-12) and np.abs(back[samples:]).max(initial=0) < 1e-12


@pytest.mark.parametrize("size", [3, 100, 1103, 2000, 2205])
def test_spectra_of_any_size_are_those_of_numpy(scripts: Scripts, size: int) -> None:
    signal = np.random.default_rng(size).normal(0, 1, size).astype(np.float32)
    first, last = size // 10, size // 2 + 1
    re, im = scripts("""const found = own.spectrumOfAny(given.signal, given.first, given.last);
        return [[...found.re], [...found.im]]""", signal=signal, first=first, last=last)
    assert np.array(re) + 1j * np.array(im) == pytest.approx(np.fft.rfft(signal.astype(float))[first:last], abs=1e-9)


def resampled(scripts: Scripts, signal: np.ndarray, rate: float, to: float = RATE) -> np.ndarray:
    return unpacked(scripts("return packed(own.resample(given.signal, given.rate, given.to))",
                            signal=signal.astype(np.float32), rate=rate, to=to))


def decibels(part: np.ndarray, whole: np.ndarray) -> float:
    return float(10 * np.log10(np.square(part).mean() / np.square(whole).mean()))


@pytest.mark.parametrize("rate,to", [*((rate, RATE) for rate in RATES), (RATE, RATE / 0.7), (RATE, RATE / 0.4)])
def test_samples_at_another_rate_are_those_of_soxr(scripts: Scripts, rate: float, to: float) -> None:
    """What the two make of noise, whose spectrum is full, differs only where both let less and less pass."""
    noise = np.random.default_rng(0).normal(0, 0.1, round(rate)).astype(np.float32)
    found, expected = resampled(scripts, noise, rate, to), soxr.resample(noise, rate, to, quality="HQ")
    assert len(found) == len(expected)
    assert decibels(found - expected, expected) < -54
    apart, whole = (np.abs(np.fft.rfft(one[200:-200] * np.hanning(len(one) - 400))) for one in (found - expected, expected))
    passed = np.fft.rfftfreq(len(found) - 400, 1 / to) < 0.875 * min(rate, to) / 2
    assert decibels(apart[passed], whole[passed]) < -65


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("hertz", [50, 440, 3000, 7000])
def test_a_tone_below_7_khz_stays_as_it_is(scripts: Scripts, rate: int, hertz: int) -> None:
    tone, expected = (np.sin(2 * np.pi * hertz * np.arange(one) / one) for one in (rate, RATE))
    assert decibels((resampled(scripts, tone, rate) - expected)[200:-200], expected) < -60


@pytest.mark.parametrize("rate", [32_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("hertz", [8100, 9000, 12_000, 15_500])
def test_a_tone_above_8_khz_is_gone(scripts: Scripts, rate: int, hertz: int) -> None:
    tone = np.sin(2 * np.pi * hertz * np.arange(rate) / rate)
    assert decibels(resampled(scripts, tone, rate)[200:-200], tone) < -80


def test_a_signal_lasts_as_long_as_soxr_makes_it(scripts: Scripts) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 12_345).astype(np.float32)
    asked = [(rate, samples) for rate in RATES for samples in (0, 1, 2, 7, 1000, 1001, 12_345)]
    found = scripts("return given.asked.map(([rate, samples]) => [...own.resample(given.noise.slice(0, samples), rate, "
                    "16000)])", noise=noise, asked=asked)
    for (rate, samples), one in zip(asked, found, strict=True):
        expected = soxr.resample(noise[:samples], rate, RATE, quality="HQ")
        assert len(one) == len(expected) and np.abs(one - expected).max(initial=0) < 0.02
