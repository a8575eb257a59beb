"""Level, noise, rooms, microphones, telephones, codecs, speed: augmentation in training, corruptions in evaluation.

`CORRUPTIONS` are the conditions under which robustness is measured; `augmented` draws milder and harsher ones at random
for training. The same seed gives the same samples. A corruption takes a signal (samples,) and gives samples (samples,)
or (samples, channels) at the same rate, in [-1, 1] unless a gain leads beyond.

`Surroundings` are what a corruption draws from: random numbers, and the talkers of a babble.
"""

import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from intone.audio.envelope import envelope
from intone.audio.signal import RATE, Signal, read_mono, resample

if TYPE_CHECKING:
    import av

TALKERS = 6
"""Talkers in a babble."""

MAINS_HZ = 50.0
OCTAVES_HZ = (62.5, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
"""The frequencies at which the response of a microphone is given."""

_FROM_MIDDLE = np.arange(len(OCTAVES_HZ)) - (len(OCTAVES_HZ) - 1) / 2  # octaves
_ACTIVE = 10 ** (-35 / 20)  # of the envelope's maximum: above it someone speaks


@dataclass(frozen=True)
class Surroundings:
    """Random numbers, and signals of other talkers; without talkers a babble is white noise."""

    rng: np.random.Generator
    talkers: Sequence[Signal] = ()


Corruption = Callable[[Signal, Surroundings], NDArray[np.float32]]


def gain(signal: Signal, decibels: float) -> Signal:
    """The signal louder or quieter by some decibels, never clipped."""
    return np.asarray(signal * np.float32(10 ** (decibels / 20)), np.float32)


def normalized(signal: Signal, peak: float = 0.9) -> Signal:
    """The signal brought to a peak."""
    return np.asarray(signal * np.float32(peak / max(float(np.abs(signal).max(initial=0.0)), 1e-9)), np.float32)


def clipped(signal: Signal, share: float) -> Signal:
    """The signal cut off at a share of its peak."""
    limit = share * float(np.abs(signal).max(initial=0.0))
    return np.clip(signal, -limit, limit)


def speech_power(signal: Signal) -> float:
    """Mean square of the samples in which someone speaks: where the envelope is less than 35 dB below its maximum."""
    level = envelope(signal)
    active = signal[level > _ACTIVE * level.max(initial=0.0)]
    return float(np.mean(np.square(active, dtype=np.float64))) if len(active) else 0.0


def with_noise(signal: Signal, noise: NDArray[np.floating], decibels: float) -> Signal:
    """The signal x with a noise n (samples,) at a signal-to-noise ratio (SNR) of `decibels`.

    SNR = 10 log10(P_x / P_(s n)) with P a mean square, P_x that of the speech alone. P_(s n) = s^2 P_n, so that the
    noise is scaled by s = sqrt(P_x / P_n / 10^(SNR / 10)).
    """
    power = float(np.mean(np.square(noise, dtype=np.float64)))
    scale = math.sqrt(speech_power(signal) / max(power, 1e-12) / 10 ** (decibels / 10))
    return np.asarray(signal + scale * noise, np.float32)


def white(samples: int, surroundings: Surroundings) -> NDArray[np.float64]:
    """White noise, (samples,)."""
    return surroundings.rng.standard_normal(samples)


def hum(samples: int, surroundings: Surroundings) -> NDArray[np.float64]:
    """Mains hum: 50 Hz and seven harmonics, each half as strong as the one before, in random phases, (samples,)."""
    time = np.arange(samples) / RATE
    phases = surroundings.rng.uniform(0, 2 * np.pi, 8)
    return np.asarray(sum(0.5**k * np.sin(2 * np.pi * MAINS_HZ * (k + 1) * time + phases[k]) for k in range(8)))


def babble(samples: int, surroundings: Surroundings) -> NDArray[np.float64]:
    """`TALKERS` at once, each as loud as the others and begun at a random sample, (samples,)."""
    if not surroundings.talkers:
        return white(samples, surroundings)
    total = np.zeros(samples)
    for chosen in surroundings.rng.integers(len(surroundings.talkers), size=TALKERS):
        talker = surroundings.talkers[int(chosen)]
        start = int(surroundings.rng.integers(max(1, len(talker))))
        repeated = np.resize(np.roll(talker, -start), samples)
        total += repeated / math.sqrt(max(speech_power(talker), 1e-12))
    return total


def telephone(signal: Signal) -> Signal:
    """An old telephone line: 300 to 3400 Hz, 8000 samples a second, mu-law with 8 bits.

    The ear judges errors relative to the level, so that mu-law (ITU-T G.711) rounds on a scale that is logarithmic for
    |x| over 1 / mu: y = sign(x) ln(1 + mu |x|) / ln(1 + mu) for |x| <= 1 and mu = 255, rounded to 127 steps of either
    sign. Its inverse is x = sign(y) ((1 + mu)^|y| - 1) / mu.
    """
    narrow = resample(band_limited(signal, 300, 3400), RATE, RATE / 2)
    peak = max(float(np.abs(narrow).max(initial=0.0)), 1e-9)
    squeezed = np.sign(narrow) * np.log1p(255 * np.abs(narrow) / peak) / math.log(256)
    coded = np.round(squeezed * 127) / 127
    line = np.sign(coded) * np.expm1(np.abs(coded) * math.log(256)) / 255 * peak
    return _fitted(resample(line.astype(np.float32), RATE / 2, RATE), len(signal))


def band_limited(signal: Signal, lowest: float, highest: float) -> Signal:
    """Only what lies between two frequencies in Hz, with edges a tenth wide on either side of them."""
    size = _fft_size(len(signal))
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    rise = np.clip((hertz - 0.9 * lowest) / (0.2 * lowest), 0, 1)
    fall = np.clip((1.1 * highest - hertz) / (0.2 * highest), 0, 1)
    return np.fft.irfft(np.fft.rfft(signal, size) * rise * fall, size)[: len(signal)].astype(np.float32)


def through_microphone(signal: Signal, decibels: NDArray[np.floating]) -> Signal:
    """The signal as a microphone gives it whose response is so many decibels at each of `OCTAVES_HZ`.

    Between them it follows straight lines over the logarithm of the frequency. The level stays.
    """
    size = _fft_size(len(signal))
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), OCTAVES_HZ[0])
    response = np.interp(np.log2(hertz), np.log2(OCTAVES_HZ), decibels)
    return _as_loud(np.fft.irfft(np.fft.rfft(signal, size) * 10 ** (response / 20), size)[: len(signal)], signal)


def coded(signal: Signal, codec: str, kilobits: int) -> Signal:
    """The signal after a lossy codec, `libmp3lame` or `libopus`, at some kilobits a second."""
    import av

    container_format = {"libmp3lame": "mp3", "libopus": "ogg"}[codec]
    file = io.BytesIO()
    with av.open(file, "w", format=container_format) as container:
        stream = cast("av.AudioStream", container.add_stream(codec, rate=RATE, layout="mono"))
        stream.bit_rate = 1000 * kilobits
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(signal[None]), format="fltp", layout="mono")
        frame.rate = RATE
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=stream.rate)
        frames = [*resampler.resample(frame), *resampler.resample(None)]
        container.mux([packet for one in frames for packet in stream.encode(one)] + list(stream.encode(None)))
    file.seek(0)
    return _fitted(read_mono(file), len(signal))


def in_room(signal: Signal, rt60_s: float, surroundings: Surroundings, direct_db: float | None = None) -> Signal:
    """The signal in a room whose sound decays by 60 dB in T = `rt60_s` seconds (the reverberation time RT60).

    After its first reflections a room responds to an impulse with noise that decays exponentially (the statistical
    model of Polack 1988). 60 dB are a factor of 10^-3 of the amplitude: the decay is 10^(-3 t / T). The response has
    unit energy and is convolved with the signal, by the product of their Fourier transforms. `direct_db` adds the
    direct sound, that many decibels above the room's; with None the source is far away, and only the room's sound
    arrives. The level stays.
    """
    samples = max(1, round(rt60_s * RATE))
    response = surroundings.rng.standard_normal(samples) * 10 ** (-3 * np.arange(samples) / samples)
    response /= math.sqrt(float(np.square(response).sum()))
    if direct_db is not None:
        response[0] += 10 ** (direct_db / 20)
    size = _fft_size(len(signal) + samples - 1)
    return _as_loud(np.fft.irfft(np.fft.rfft(signal, size) * np.fft.rfft(response, size), size)[: len(signal)], signal)


def at_speed(signal: Signal, factor: float) -> Signal:
    """The signal played faster or slower, which moves the pitch and the formants as well (speed perturbation).

    Ko et al. (2015), https://doi.org/10.21437/Interspeech.2015-711. Resampled to rate / factor and played at the old
    rate, x(t) becomes x(factor t).
    """
    return resample(signal, RATE, RATE / factor)


def silence_around(signal: Signal, seconds: float = 1.0) -> Signal:
    """The signal with digital silence before and after it."""
    return np.pad(signal, round(seconds * RATE))


def dead_channel(signal: Signal) -> NDArray[np.float32]:
    """Two channels, (samples, 2), of which the second is dead."""
    return np.stack([signal, np.zeros_like(signal)], axis=1)


CORRUPTIONS: Mapping[str, Corruption] = {
    "as recorded": lambda signal, _: signal,
    "gain -30 dB": lambda signal, _: gain(signal, -30),
    "gain +12 dB": lambda signal, _: gain(signal, 12),
    "peak 0.9": lambda signal, _: normalized(signal),
    "silence around, 1 s": lambda signal, _: silence_around(signal),
    "one dead channel of two": lambda signal, _: dead_channel(signal),
    "white noise 20 dB": lambda signal, surroundings: with_noise(signal, white(len(signal), surroundings), 20),
    "hum 20 dB": lambda signal, surroundings: with_noise(signal, hum(len(signal), surroundings), 20),
    "babble 20 dB": lambda signal, surroundings: with_noise(signal, babble(len(signal), surroundings), 20),
    "telephone": lambda signal, _: telephone(signal),
    "dull microphone": lambda signal, _: through_microphone(signal, -3 * _FROM_MIDDLE),
    "bright microphone": lambda signal, _: through_microphone(signal, 3 * _FROM_MIDDLE),
    "mp3, 32 kbit/s": lambda signal, _: coded(signal, "libmp3lame", 32),
    "opus, 32 kbit/s": lambda signal, _: coded(signal, "libopus", 32),
    "speed 0.9": lambda signal, _: at_speed(signal, 0.9),
    "speed 1.1": lambda signal, _: at_speed(signal, 1.1),
    "clipped at a third": lambda signal, _: clipped(signal, 1 / 3),
    "white noise 10 dB": lambda signal, surroundings: with_noise(signal, white(len(signal), surroundings), 10),
    "hum 10 dB": lambda signal, surroundings: with_noise(signal, hum(len(signal), surroundings), 10),
    "babble 10 dB": lambda signal, surroundings: with_noise(signal, babble(len(signal), surroundings), 10),
    "small room, RT60 0.3 s": lambda signal, surroundings: in_room(signal, 0.3, surroundings),
    "hall, RT60 1.2 s": lambda signal, surroundings: in_room(signal, 1.2, surroundings),
}
"""The conditions under which robustness is measured, by name."""


def augmented(signal: Signal, surroundings: Surroundings) -> Signal:
    """The signal after random corruptions, to train on.

    In most cases another speed and another microphone; in some a room; in about half a noise, a telephone, a narrow
    band, clipping or a codec. Another speed moves the pitch and the formants, as another speaker does.
    """
    rng = surroundings.rng
    if rng.random() < 0.8:
        signal = at_speed(signal, float(rng.uniform(0.87, 1.14)))
    if rng.random() < 0.2:
        direct = None if rng.random() < 0.4 else float(rng.uniform(-6, 10))
        signal = in_room(signal, float(rng.uniform(0.15, 1.2)), surroundings, direct)
    if rng.random() < 0.6:
        signal = through_microphone(signal, rng.normal(0, 1.5) * _FROM_MIDDLE + rng.normal(0, 3, len(OCTAVES_HZ)))
    kind = rng.random()
    if kind < 0.35:
        noise = (white, hum, babble, babble)[int(rng.integers(4))](len(signal), surroundings)
        signal = with_noise(signal, noise, float(rng.uniform(7, 30)))
    elif kind < 0.45:
        signal = telephone(signal)
    elif kind < 0.5:
        signal = band_limited(signal, float(rng.uniform(20, 200)), float(rng.uniform(3000, 7000)))
    elif kind < 0.55:
        signal = clipped(signal, float(rng.uniform(0.2, 0.7)))
    elif kind < 0.58:
        signal = coded(signal, ("libmp3lame", "libopus")[int(rng.integers(2))], int(rng.choice([24, 32, 48])))
    return signal


def _as_loud(samples: NDArray[np.float64], signal: Signal) -> Signal:
    """Samples scaled to the energy of the signal."""
    before, after = np.square(signal, dtype=np.float64).sum(), np.square(samples).sum()
    return np.asarray(samples * math.sqrt(before / max(after, 1e-12)), np.float32)


def _fft_size(samples: int) -> int:
    """The next power of two: a length whose Fourier transform is fast."""
    return 1 << max(0, samples - 1).bit_length()


def _fitted(signal: Signal, samples: int) -> Signal:
    """Cut or filled with zeros to a length."""
    return np.pad(signal[:samples], (0, max(0, samples - len(signal))))
