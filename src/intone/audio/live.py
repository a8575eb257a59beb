"""The speech in a signal that still comes in: each segment as soon as it is known where it ends.

The segments are those of the finished recording, with three exceptions. The level is judged relative to the loudest
sample so far. Speech without a pause is cut when it is twice as long as the longest segment, since nobody waits longer.
A scream, which the detector finds only in the whole recording, is not looked for.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from intone.audio.signal import RATE, Signal
from intone.audio.vad import (
    WINDOW,
    Detector,
    Span,
    SpeechSettings,
    are_tones,
    in_windows,
    joined,
    segments,
    voiced_runs,
)

QUIETEST = 0.1
"""Peak below which nothing is made louder: else the noise before the first word would be as loud as a voice."""

STEP = RATE // WINDOW * WINDOW  # samples that the detector gets at once, so that a long block is as many short ones
MOST = 2  # times the longest segment: speech without a pause is cut then


@dataclass(frozen=True)
class Spoken:
    """A segment of speech: where it is in the recording, and its signal."""

    span: Span
    signal: Signal


class LiveSpeech:
    """The speech in a signal whose samples are added as they come.

    What is remembered is the speech that may still go on, at most `MOST` times the longest segment, so that neither
    the memory nor the time that a second takes grows.
    """

    def __init__(self) -> None:
        self._settings, self._detector, self._peak = SpeechSettings(), Detector(), QUIETEST
        self._start = 0  # samples of the recording before `_signal`
        self._signal: Signal = np.zeros(0, np.float32)  # whole windows, one for each of `_probability`
        self._probability: Signal = np.zeros(0, np.float32)
        self._rest: Signal = np.zeros(0, np.float32)  # less than a window

    @property
    def samples(self) -> int:
        """How many samples were added."""
        return self._start + len(self._signal) + len(self._rest)

    @property
    def speaking(self) -> bool:
        """Whether someone speaks now: no pause has begun that ends a segment."""
        runs = voiced_runs(self._probability, self._settings)
        return bool(runs) and len(self._probability) - runs[-1][1] <= in_windows(self._settings.pause_s)

    @property
    def open(self) -> Spoken | None:
        """The last segment, which may still go on; None where there is none."""
        found = self._spoken(len(self._probability))
        return found[-1] if found else None

    def add(self, samples: Signal) -> list[Spoken]:
        """Add the next samples (samples,); returns the segments that ended with them."""
        waiting, ended = np.concatenate([self._rest, samples]), list[Spoken]()
        whole = len(waiting) // WINDOW * WINDOW
        for at in range(0, whole, STEP):
            step = waiting[at : min(at + STEP, whole)]
            self._peak = max(self._peak, float(np.abs(step).max()))
            self._probability = np.concatenate([self._probability, self._detector(step, self._peak)])
            self._signal = np.concatenate([self._signal, step])
            ended += self._ended()
        self._rest = waiting[whole:].copy()
        return ended

    def end(self) -> list[Spoken]:
        """The segments that have not ended, since nothing more comes."""
        return self._cut(len(self._probability))

    def _ended(self) -> list[Spoken]:
        """The segments that end for certain, which are forgotten; and so is silence."""
        settings, windows = self._settings, len(self._probability)
        runs = joined(voiced_runs(self._probability, settings), settings)
        quiet_from = windows - self._rising()
        margin, near = in_windows(settings.margin_s) + 1, in_windows(settings.near_s)
        if not runs:
            self._forget(max(0, quiet_from - margin))
            return []
        if quiet_from - runs[-1][1] > near:  # nothing is joined across so long a pause
            ended = self._cut(runs[-1][1] + margin)
            self._forget(max(0, len(self._probability) - self._rising() - margin))
            return ended
        shortest = in_windows(settings.shortest_s)
        for before, after in reversed(list(pairwise(runs))):
            if after[0] - before[1] > near or min(before[1] - before[0], after[1] - after[0]) >= shortest:
                return self._cut((before[1] + after[0]) // 2)
        if runs[-1][1] - runs[0][0] > MOST * in_windows(settings.longest_s):
            return self._cut(self._last_begins())
        return []

    def _rising(self) -> int:
        """Windows at the end that become a voice if the next one is."""
        below = np.flatnonzero(self._probability <= self._settings.end)
        return len(self._probability) - (int(below[-1]) + 1 if len(below) else 0)

    def _last_begins(self) -> int:
        """The window between the last segment and the one before it."""
        before, last = segments(self._probability, voiced_runs(self._probability, self._settings), len(self._signal),
                                self._settings)[-2:]
        return (before.end + last.start) // 2 // WINDOW

    def _cut(self, windows: int) -> list[Spoken]:
        """The segments in the first windows, which are forgotten."""
        found = self._spoken(windows)
        self._forget(windows)
        return found

    def _spoken(self, windows: int) -> list[Spoken]:
        """The segments in the first windows, as if nothing came after these."""
        probability, signal = self._probability[:windows], self._signal[: windows * WINDOW]
        voiced = voiced_runs(probability, self._settings)
        if are_tones(signal, voiced):
            return []
        return [Spoken(replace(span, start=self._start + span.start, end=self._start + span.end),
                       signal[span.start : span.end])
                for span in segments(probability, voiced, len(signal), self._settings)]

    def _forget(self, windows: int) -> None:
        self._start += windows * WINDOW
        self._signal, self._probability = self._signal[windows * WINDOW :].copy(), self._probability[windows:].copy()
