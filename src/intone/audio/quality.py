"""How good a recording is: how far its speech stands above the noise, whether it is clipped, very quiet or coarse.

Noise and clipping are ratios within the recording, so that its level does not matter. They are estimates: the noise
itself is not known, and is taken to be what remains in the quietest frames in and around the speech. Only frequencies
above 400 Hz count: below, most rooms rumble, which masks little of a voice.

The signal-to-noise ratio compares the mean power L of the louder half of the frames, which is that of speech plus
noise, with the 5th percentile N: SNR = 10 log10((L - N) / N).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intone.audio.levels import Levels
from intone.audio.signal import RATE, Signal
from intone.audio.vad import Span
from intone.language.sentences import said

# Of 200 clips of RAVDESS and CREMA-D 1 % lie below 14.9 dB; with white noise at 10 dB, 97 % lie below 13.2 dB.
NOISY_DB = 14.0
"""Decibels of speech above noise below which an answer warns."""

# Speech has ever fewer samples the nearer to its extreme, but where it is clipped they heap up there, also after
# resampling, a lower level or a codec, which make ripples of a flat top. Of 130 clips of RAVDESS, CREMA-D, EmoDB and
# NEMO 1 % have more than this, as recorded and as opus or mp3 of 32 kbit/s; clipped and then encoded, 25 % at a half of
# the peak, 75 % at a third, 98 % at a fifth and a tenth, and 84 (mp3) to 99 % (opus) at a twentieth.
CLIPPED = 0.24
"""Share of the loud samples of one side that are near its extreme, above which an answer warns."""

# Of 260 such clips as recorded 3 % have a flat top at all; clipped at a half, on one side or both, 97 % have seven or
# more, about three a second, and at a third 28. With both, 1 % of the clips as recorded are told, and all clipped ones.
FLAT_TOPS = 1.0
"""Flat tops (`levels`) for each second of speech, from which on an answer warns."""

# Clips of 48 and 16 kHz, rounded so that their peak is so many steps from zero: at 128 steps no more answers change
# than at 2048 (2 %), and a probability moves by 2 points on average; at 64 steps 7 % change, at 32 11 %, at 16 16 %,
# and twice as many are confident.
COARSE = 100
"""Steps from zero to the peak below which an answer is not confident."""

# Of 300 clips of RAVDESS, the quietest of six corpora, none has a peak below 0.0067. As opus of 48 kbit/s at a peak of
# 0.009, 0.0028 and 0.0009, 7, 11 and 7 % of the answers change (2 % at 0.9 and 0.028).
QUIET = 0.003
"""Peak of the speech, of full scale (-50 dB), below which an answer is not confident."""

AROUND_S = 0.3
FRAME = RATE // 50
QUIETEST = 5  # percent of the frames
RISE_HZ = (300.0, 500.0)  # from nothing to everything
LOWEST_DB, HIGHEST_DB, BIN_DB = -200.0, 200.0, 0.01  # of mean squares; samples are below 2**32
EXTREME = 99.5  # percent of the samples of one side: the loudest are ripples
LOUD, NEAR, OVER = 0.3, 0.75, 1.15  # of that


@dataclass(frozen=True)
class Quality:
    """How good a recording is.

    `snr_db`: speech above noise, infinite without any noise. `heaped`: the share of the loud samples that are near the
    extreme, 0 to 1. `peak`: that of the speech, of full scale. `steps`: from zero to the peak, as it was stored.
    `flat_tops`: for each second of speech.
    """

    snr_db: float
    heaped: float
    peak: float = 1.0
    steps: float = float("inf")
    flat_tops: float = 0.0

    @property
    def noisy(self) -> bool:
        """Whether it is noisy."""
        return self.snr_db < NOISY_DB

    @property
    def clipped(self) -> bool:
        """Whether it is clipped, by either sign."""
        return self.heaped > CLIPPED or self.flat_tops > FLAT_TOPS


def worst(found: Sequence[Quality]) -> Quality:
    """Of several channels the worst in each respect.

    >>> worst([Quality(10.0, 0.5, 0.1), Quality(20.0, 0.25, 0.01)])
    Quality(snr_db=10.0, heaped=0.5, peak=0.01, steps=inf, flat_tops=0.0)
    """
    return Quality(min(one.snr_db for one in found), max(one.heaped for one in found), min(one.peak for one in found),
                   min(one.steps for one in found), max(one.flat_tops for one in found))


class Gauge:
    """Measures the quality of a recording window by window, from its segments of speech."""

    def __init__(self) -> None:
        self._powers = _Distribution()
        self._heaps, self._samples, self._peak = np.zeros((2, 2), np.int64), 0, 0.0

    def add(self, signal: Signal, spans: Sequence[Span]) -> None:
        """Add a window. Clipping is judged by the extremes of the window, since the gain may change later."""
        if spans:
            for one in _surrounded(signal, spans):
                self._powers.add(_powers(one))
            speech = np.concatenate([signal[span.start : span.end] for span in spans])
            self._heaps += [_heap(speech), _heap(-speech)]
            self._samples += len(speech)
            self._peak = max(self._peak, float(np.abs(speech).max()))

    def read(self, levels: Levels | None = None) -> Quality:
        """The quality of all windows; at least one must have held speech. `levels` are those of the whole recording."""
        near, loud = self._heaps.T
        found = Quality(_snr_db(self._powers), float(np.max(near / np.maximum(loud, 1))), self._peak)
        if levels is None:
            return found
        return replace(found, steps=levels.steps, flat_tops=levels.flat_tops * RATE / max(self._samples, RATE))


def quality(signal: Signal, spans: Sequence[Span], levels: Levels | None = None) -> Quality:
    """The quality of a recording, from the segments in which someone speaks; there must be at least one."""
    gauge = Gauge()
    gauge.add(signal, spans)
    return gauge.read(levels)


def doubts(found: Quality) -> Iterator[str]:
    """Why an answer about a recording is not confident, each as a sentence."""
    if found.steps < COARSE:
        yield said(
            "The recording is coarse (its loudest sample is {steps:.0f} steps above zero), as with few bits or at a "
            "very low level, which changes answers: record it again at a higher level or with more bits.",
            steps=found.steps)
    elif found.peak < QUIET:
        yield said(
            "The recording is very quiet ({decibels:.0f} dB of full scale): record it again closer to the microphone "
            "or at a higher level.", decibels=20 * np.log10(max(found.peak, 1e-9)))


def warnings(found: Quality) -> Iterator[str]:
    """What makes the answer about a recording less reliable, each as a sentence."""
    if found.noisy:
        yield said(
            "The recording is noisy (about {decibels:.0f} dB above the noise): record in a quieter place or closer to"
            " the microphone.", decibels=max(0.0, found.snr_db))
    if found.clipped:
        yield said("The recording is clipped (its loudest parts are cut off): record it again at a lower level.")


def _surrounded(signal: Signal, spans: Sequence[Span]) -> Iterator[Signal]:
    """The segments, each with what is around it, no sample twice."""
    done, around = 0, round(AROUND_S * RATE)
    for span in spans:
        start, done = max(done, span.start - around), span.end + around
        yield signal[start:done]


def _powers(part: Signal) -> NDArray[np.float64]:
    """Mean square of every 20 ms, above 400 Hz; frames of digital silence are left out."""
    size = 1 << max(1, len(part) - 1).bit_length()
    low, high = RISE_HZ
    gain = np.clip((np.fft.rfftfreq(size, 1 / RATE) - low) / (high - low), 0, 1)
    above = np.fft.irfft(np.fft.rfft(part.astype(np.float64), size) * gain, size)  # as exactly as a browser
    frames = len(part) // FRAME
    shape = (frames, FRAME)
    audible = np.any(part[: frames * FRAME].reshape(shape), axis=1)
    return np.asarray(np.mean(np.square(above[: frames * FRAME].reshape(shape)), axis=1)[audible])


class _Distribution:
    """How often which power occurred, in bins of `BIN_DB`, so that ten hours take no more memory than a minute."""

    def __init__(self) -> None:
        bins = round((HIGHEST_DB - LOWEST_DB) / BIN_DB)
        self._counts, self._sums = np.zeros(bins, np.int64), np.zeros(bins)

    def add(self, powers: NDArray[np.float64]) -> None:
        """Count powers (n,), at least 0."""
        decibels = 10 * np.log10(np.maximum(powers, 10 ** (LOWEST_DB / 10)))
        bins = ((decibels - LOWEST_DB) / BIN_DB).astype(np.int64).clip(0, len(self._counts) - 1)
        np.add.at(self._counts, bins, 1)
        np.add.at(self._sums, bins, powers)

    def read(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The powers that occurred, rising, each the mean of its bin, and how often."""
        there = self._counts > 0
        return self._sums[there] / self._counts[there], self._counts[there]


def _snr_db(found: _Distribution) -> float:
    """The louder half of the frames against the quietest."""
    powers, counts = found.read()
    if not len(powers):
        return float("inf")
    noise, median = (_percentile(powers, counts, share) for share in (QUIETEST, 50))
    loud = powers >= median
    louder = float(np.average(powers[loud], weights=counts[loud]))
    return float("inf") if noise <= 0 else float(10 * np.log10(max(louder - noise, 1e-3 * noise) / noise))


def _percentile(powers: NDArray[np.float64], counts: NDArray[np.int64], share: float) -> float:
    """The `numpy.percentile` of every power repeated as often as it occurred, interpolated linearly."""
    up_to = np.cumsum(counts)
    rank = share / 100 * (up_to[-1] - 1)
    below, above = powers[np.searchsorted(up_to, [np.floor(rank), np.ceil(rank)], side="right")]
    return float(below + (above - below) * (rank % 1))


def _heap(speech: Signal) -> tuple[int, int]:
    """Samples near the upper extreme, and all loud ones."""
    if not len(speech):
        return 0, 0
    place = int(EXTREME / 100 * (len(speech) - 1))
    extreme = float(np.partition(speech, place)[place])
    if extreme <= 0:
        return 0, 0
    loud = speech[(speech >= LOUD * extreme) & (speech < OVER * extreme)]
    return int(np.count_nonzero(loud >= NEAR * extreme)), len(loud)
