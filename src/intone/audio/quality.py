"""How good a recording is: how far its speech stands above the noise, and how much of it is clipped.

Both are ratios within the recording, so that its level does not matter. They are estimates: the noise itself is not
known, and is taken to be what remains in the quietest frames in and around the speech. Only frequencies above 400 Hz
count: below, most rooms rumble, which masks little of a voice.

The signal-to-noise ratio compares the mean power L of the louder half of the frames, which is that of speech plus
noise, with the 5th percentile N: SNR = 10 log10((L - N) / N).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intone.audio.signal import RATE, Signal
from intone.audio.vad import Span

# Of 200 clips of RAVDESS and CREMA-D 1 % lie below 14.9 dB; with white noise at 10 dB, 97 % lie below 13.2 dB.
NOISY_DB = 14.0
"""Decibels of speech above noise below which an answer warns."""

# Of 160 clips 3 % have more than 0.0018 of their samples there; clipped at a third of the peak 99 % have 0.007 or more.
CLIPPED = 0.005
"""Share of the samples of speech near the extreme above which an answer warns."""

_AROUND_S = 0.3
_FRAME = RATE // 50
_QUIETEST = 5  # percent of the frames
_RISE_HZ = (300.0, 500.0)  # from nothing to everything
_LOWEST_DB, _HIGHEST_DB, _BIN_DB = -200.0, 200.0, 0.01  # of mean squares; samples are below 2**32
_NEAR = 0.9  # of the extreme: resampling makes ripples of a flat top


@dataclass(frozen=True)
class Quality:
    """Speech above noise in decibels, infinite without any noise, and the share of speech that is clipped, 0 to 1."""

    snr_db: float
    clipped: float


class Gauge:
    """Measures the quality of a recording window by window, from its segments of speech."""

    def __init__(self) -> None:
        self._powers = _Distribution()
        self._clipped, self._samples = 0, 0

    def add(self, signal: Signal, spans: Sequence[Span]) -> None:
        """Add a window. Clipping is judged by the loudest sample of the window, since the gain may change later."""
        if spans:
            for one in _surrounded(signal, spans):
                self._powers.add(_powers(one))
            speech = np.concatenate([signal[span.start : span.end] for span in spans])
            self._clipped += _clipped(speech)
            self._samples += len(speech)

    def read(self) -> Quality:
        """The quality of all windows; at least one must have held speech."""
        return Quality(_snr_db(self._powers), self._clipped / max(self._samples, 1))


def quality(signal: Signal, spans: Sequence[Span]) -> Quality:
    """The quality of a recording, from the segments in which someone speaks; there must be at least one."""
    gauge = Gauge()
    gauge.add(signal, spans)
    return gauge.read()


def warnings(found: Quality) -> Iterator[str]:
    """What makes the answer about a recording less reliable, each as a sentence."""
    if found.snr_db < NOISY_DB:
        yield (f"The recording is noisy (about {max(0.0, found.snr_db):.0f} dB above the noise): record in a quieter "
               "place or closer to the microphone.")
    if found.clipped > CLIPPED:
        yield "The recording is clipped (its loudest parts are cut off): record it again at a lower level."


def _surrounded(signal: Signal, spans: Sequence[Span]) -> Iterator[Signal]:
    """The segments, each with what is around it, no sample twice."""
    done, around = 0, round(_AROUND_S * RATE)
    for span in spans:
        start, done = max(done, span.start - around), span.end + around
        yield signal[start:done]


def _powers(part: Signal) -> NDArray[np.float64]:
    """Mean square of every 20 ms, above 400 Hz; frames of digital silence are left out."""
    size = 1 << max(1, len(part) - 1).bit_length()
    low, high = _RISE_HZ
    gain = np.clip((np.fft.rfftfreq(size, 1 / RATE) - low) / (high - low), 0, 1)
    above = np.fft.irfft(np.fft.rfft(part, size) * gain, size)
    frames = len(part) // _FRAME
    shape = (frames, _FRAME)
    audible = np.any(part[: frames * _FRAME].reshape(shape), axis=1)
    return np.asarray(np.mean(np.square(above[: frames * _FRAME].reshape(shape)), axis=1)[audible])


class _Distribution:
    """How often which power occurred, in bins of `_BIN_DB`, so that ten hours take no more memory than a minute."""

    def __init__(self) -> None:
        bins = round((_HIGHEST_DB - _LOWEST_DB) / _BIN_DB)
        self._counts, self._sums = np.zeros(bins, np.int64), np.zeros(bins)

    def add(self, powers: NDArray[np.float64]) -> None:
        """Count powers (n,), at least 0."""
        decibels = 10 * np.log10(np.maximum(powers, 10 ** (_LOWEST_DB / 10)))
        bins = ((decibels - _LOWEST_DB) / _BIN_DB).astype(np.int64).clip(0, len(self._counts) - 1)
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
    noise, median = (_percentile(powers, counts, share) for share in (_QUIETEST, 50))
    loud = powers >= median
    louder = float(np.average(powers[loud], weights=counts[loud]))
    return float("inf") if noise <= 0 else float(10 * np.log10(max(louder - noise, 1e-3 * noise) / noise))


def _percentile(powers: NDArray[np.float64], counts: NDArray[np.int64], share: float) -> float:
    """The `numpy.percentile` of every power repeated as often as it occurred, interpolated linearly."""
    up_to = np.cumsum(counts)
    rank = share / 100 * (up_to[-1] - 1)
    below, above = powers[np.searchsorted(up_to, [np.floor(rank), np.ceil(rank)], side="right")]
    return float(below + (above - below) * (rank % 1))


def _clipped(speech: Signal) -> int:
    """Samples near the extreme."""
    level = np.abs(speech)
    return int(np.count_nonzero(level >= _NEAR * level.max(initial=1e-9)))
