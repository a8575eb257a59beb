"""MFCC, log filter bank and spectrum: the features of a signal.

The MFCC are those of `python_speech_features` (James Lyons), whose definition follows
http://practicalcryptography.com/miscellaneous/machine-learning/guide-mel-frequency-cepstral-coefficients-mfccs/ :
pre-emphasis -> frames -> |FFT|^2 / N -> triangular mel filters -> log -> DCT-II -> lifter (Davis and Mermelstein
1980, https://doi.org/10.1109/TASSP.1980.1163420). Everything is computed in float64; float32 alone is off by 2e-4. All
functions take one signal (samples,) or many of one length (n, samples).
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone.audio import RATE
from intone.errors import UsageError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Array = NDArray[np.float64]
_EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class MfccSettings:
    """Settings of the MFCC; the defaults are those of the original system.

    Energies below `floor` are raised to it before the logarithm: for signals of a known level it hides the difference
    between a quiet room and digital silence. With 0, as in the original, only exact zeros are replaced, by the
    machine epsilon.
    """

    window_s: float = 0.025
    step_s: float = 0.01
    fft_size: int = 512
    filters: int = 26
    coefficients: int = 13
    lifter: int = 22
    pre_emphasis: float = 0.97
    floor: float = 0.0

    def __post_init__(self) -> None:
        frames = 1 / RATE <= self.step_s <= self.window_s <= 1 and self.window <= self.fft_size <= RATE
        bands = 1 <= self.coefficients <= self.filters <= 512 and self.lifter >= 1
        if not (frames and bands and -1 <= self.pre_emphasis <= 1 and 0 <= self.floor <= 1):
            raise UsageError(f"MFCC cannot be computed with {self}: take smaller and positive values.")

    @property
    def window(self) -> int:
        """Samples in a frame."""
        return round(RATE * self.window_s)

    @property
    def step(self) -> int:
        """Samples between the starts of two frames."""
        return round(RATE * self.step_s)

    def frames(self, samples: int) -> int:
        """How many frames a signal of that many samples has; the last one is filled up with zeros."""
        return 1 + max(0, math.ceil((samples - self.window) / self.step))


def mfcc(signal: NDArray[np.floating], settings: MfccSettings) -> Array:
    """Mel-frequency cepstral coefficients, (..., samples) -> (..., frames, coefficients).

    Coefficient 0 is the logarithm of the frame's energy, as `python_speech_features` has it with appendEnergy.
    """
    power = _power(signal, settings)
    bands = _log(power @ mel_filters(settings.filters, settings.fft_size).T, settings.floor)
    cepstrum = bands @ _dct(settings.filters, settings.coefficients).T * _lifter(settings.coefficients, settings.lifter)
    cepstrum[..., 0] = _log(power.sum(-1), settings.floor)
    return cepstrum


def log_filter_bank(signal: NDArray[np.floating], settings: MfccSettings) -> Array:
    """Logarithm of the mel filters' energies, (..., samples) -> (..., frames, filters)."""
    return _log(_power(signal, settings) @ mel_filters(settings.filters, settings.fft_size).T, settings.floor)


def spectrum(signal: NDArray[np.floating]) -> tuple[Array, Array]:
    """Frequencies in Hz and FFT magnitudes |X| / N of a whole signal, each (samples // 2 + 1,).

    X[k] = sum over n of x[n] exp(-2 pi i k n / N) grows with the number N of samples. |X| / N does not: of a sinusoid
    of amplitude A it is A / 2 (the other half is at N - k).
    """
    hertz = np.arange(len(signal) // 2 + 1, dtype=np.float64) * (RATE / max(1, len(signal)))
    magnitudes: Array = np.abs(np.fft.rfft(np.asarray(signal, np.float64))) / max(1, len(signal))
    return hertz, magnitudes


def log_mel(signal: NDArray[np.floating], bands: int = 80) -> NDArray[np.float32]:
    """The log-mel spectrogram that Whisper takes, (samples,) -> (bands, samples // 160).

    Hann windows of 25 ms every 10 ms, centred, the signal mirrored at its ends; |FFT|^2 of 400 points; slaney's mel
    bands; log10, at most 8 below the largest value; (x + 4) / 4. Radford et al. (2022), https://arxiv.org/abs/2212.04356
    """
    # The periodic Hann window (1 - cos(2 pi n / N)) / 2, as that of torch.stft.
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    padded = np.pad(np.asarray(signal, np.float64), 200, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, 400)[::160][: len(signal) // 160]
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    # In log10 of a power 1 is 10 dB: the floor is 80 dB below the maximum. (x + 4) / 4 brings it near -1 to 1.
    levels = np.log10(np.maximum(slaney_filters(bands, 400) @ power.T, 1e-10))
    return np.asarray((np.maximum(levels, levels.max() - 8) + 4) / 4, np.float32)


def kaldi_log_mel(signal: NDArray[np.floating], bands: int = 80) -> NDArray[np.float32]:
    """The log filter bank that Kaldi computes and networks for speakers take, (samples,) -> (frames, bands).

    Frames of 25 ms every 10 ms that lie within the signal, each without its mean; pre-emphasis; the window of Povey, a
    Hann window to the power 0.85; |FFT|^2 of 512 points; triangles that are equidistant and straight on the mel scale
    1127 ln(1 + f / 700) from 20 Hz to 8 kHz; natural logarithm. Povey et al. (2011), The Kaldi Speech Recognition
    Toolkit; its `compute-fbank-feats` without dither.
    """
    if len(signal) < 400:
        return np.zeros((0, bands), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(signal, np.float32), 400)[::160]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    window = np.asarray((0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 399)) ** 0.85, np.float32)
    spectra = np.fft.rfft((frames - np.float32(0.97) * before) * window, 512)
    energies = _kaldi_filters(bands) @ np.ascontiguousarray((np.square(spectra.real) + np.square(spectra.imag)).T)
    return np.asarray(np.log(np.maximum(energies.T, np.finfo(np.float32).eps)), np.float32)


@cache
def _kaldi_filters(bands: int) -> "csr_array":
    """The triangles of `kaldi_log_mel`, (bands, 257), each but a few bins wide.

    They are sparse, and not only to multiply less: the threads of numpy's BLAS go on spinning after a product, which
    for each chunk of a long recording costs nearly as much as the networks for speakers.
    """
    from scipy.sparse import csr_array  # what does not tell speakers apart does without

    mel = 1127 * np.log(1 + np.arange(257) * RATE / 512 / 700)
    corners = np.linspace(1127 * np.log(1 + 20 / 700), 1127 * np.log(1 + RATE / 2 / 700), bands + 2)
    left, centre, right = (corners[i : i + bands, None] for i in range(3))
    triangles = np.maximum(0, np.minimum((mel - left) / (centre - left), (right - mel) / (right - centre)))
    return csr_array(np.asarray(triangles, np.float32))


@cache
def slaney_filters(bands: int, fft_size: int) -> Array:
    """Triangles of equal area on the mel scale of Slaney's Auditory Toolbox, (bands, fft_size // 2 + 1).

    Linear below 1 kHz, logarithmic above, from 0 to 8 kHz; as `librosa.filters.mel`. Below 1 kHz a mel is 200 / 3 Hz,
    so that 1 kHz is 15 mel; above, 27 mel are a factor of 6.4: f = 1000 exp((mel - 15) ln(6.4) / 27) (Slaney 1998,
    Auditory Toolbox, Interval Research Technical Report 1998-010). A triangle from f1 to f3 has the height
    2 / (f3 - f1), so that its area is 1 and white noise gives every band the same.
    """
    step, corner = 200 / 3, 1000.0
    log_step = math.log(6.4) / 27
    top = corner / step + math.log(RATE / 2 / corner) / log_step
    mel = np.linspace(0, top, bands + 2)
    hertz = np.where(mel < corner / step, mel * step, corner * np.exp(log_step * (mel - corner / step)))
    bins = np.arange(fft_size // 2 + 1) * RATE / fft_size
    left, centre, right = (hertz[i : i + bands, None] for i in range(3))
    triangles = np.maximum(0, np.minimum((bins - left) / (centre - left), (right - bins) / (right - centre)))
    return np.asarray(triangles * 2 / (right - left))


@cache
def mel_filters(filters: int, fft_size: int) -> Array:
    """Triangular filters on the HTK mel scale from 0 to 8 kHz, (filters, fft_size // 2 + 1).

    mel = 2595 log10(1 + f / 700): linear well below 700 Hz, logarithmic well above, and 1000 Hz are 1000 mel, which
    fixes 2595 = 1000 / log10(1 + 1000 / 700) (O'Shaughnessy 1987, Speech Communication: Human and Machine; the HTK
    Book, section 5.4). Corners are equidistant in mel and lie at the bins floor((fft_size + 1) f / rate); a triangle
    rises from 0 at one corner to 1 at the next and falls to 0 at the one after.
    """
    top = 2595 * math.log10(1 + RATE / 2 / 700)
    hertz = 700 * (10 ** (np.linspace(0, top, filters + 2) / 2595) - 1)
    corner = np.floor((fft_size + 1) * hertz / RATE)
    left, centre, right = (corner[i : i + filters, None] for i in range(3))
    bins = np.arange(fft_size // 2 + 1)
    # A corner that falls on its neighbour (low mel bands of a short FFT) leaves a one-sided triangle, no division by 0.
    rising = (bins - left) / np.maximum(centre - left, 1)
    falling = (right - bins) / np.maximum(right - centre, 1)
    inside = (bins >= left) & (bins < right)
    triangles: Array = np.where(inside, np.where(bins < centre, rising, falling), 0.0)
    return triangles


def _power(signal: NDArray[np.floating], settings: MfccSettings) -> Array:
    """Power spectrum |X|^2 / N of every frame, N = fft_size: (..., samples) -> (..., frames, fft_size // 2 + 1).

    Pre-emphasis y[n] = x[n] - a x[n - 1] lifts high frequencies, which are weak in speech. By Parseval the sum of
    |X[k]|^2 over all N bins is N times the sum of x[n]^2: divided by N, the bins sum to the energy of the frame (of the
    N / 2 + 1 that are kept, to about half of it), whatever the size of the FFT.
    """
    x = np.asarray(signal, np.float64)
    frames = settings.frames(x.shape[-1])
    padded = np.zeros((*x.shape[:-1], max(x.shape[-1], (frames - 1) * settings.step + settings.window)))
    padded[..., : x.shape[-1]] = x
    padded[..., 1 : x.shape[-1]] -= settings.pre_emphasis * x[..., :-1]
    windows = np.lib.stride_tricks.sliding_window_view(padded, settings.window, axis=-1)[..., :: settings.step, :]
    spectra = np.fft.rfft(windows[..., :frames, :], settings.fft_size)
    power: Array = spectra.real**2
    power += spectra.imag**2
    power /= settings.fft_size
    return power


def _log(energy: Array, floor: float) -> Array:
    logarithm: Array = np.log(np.maximum(np.where(energy == 0, _EPSILON, energy), floor))
    return logarithm


@cache
def _dct(filters: int, coefficients: int) -> Array:
    """The first rows of the orthonormal DCT-II, (coefficients, filters).

    c[k] = s[k] sum over n of x[n] cos(pi k (2 n + 1) / (2 M)) with M filters. Summed over n, cos^2 is M / 2 for k > 0
    and M for k = 0: with s[k] = sqrt(2 / M) and s[0] = sqrt(1 / M) every row has the length 1, and distances between
    cepstra are those between log spectra (Ahmed et al. 1974, https://doi.org/10.1109/T-C.1974.223784).
    """
    k, n = np.arange(coefficients)[:, None], np.arange(filters)[None, :]
    basis = np.sqrt(2 / filters) * np.cos(np.pi * k * (2 * n + 1) / (2 * filters))
    basis[0] /= np.sqrt(2)
    return np.asarray(basis)


@cache
def _lifter(coefficients: int, lifter: int) -> Array:
    """Weights 1 + L/2 sin(pi n / L) that lift the higher coefficients, (coefficients,).

    The variance of cepstral coefficients falls with n; the lifter evens it out, and leaves c[0] as it is (Juang et al.
    1987, On the use of bandpass liftering in speech recognition; the HTK Book, section 5.6, with L = 22).
    """
    return np.asarray(1 + lifter / 2 * np.sin(np.pi * np.arange(coefficients) / lifter))
