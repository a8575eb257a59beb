"""A recording of any length in parts of two minutes, cut where nobody speaks, with the segments of speech in each.

Only a part is in memory at a time. A recording that is not longer than a part is one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from intone.audio.signal import RATE, Signal
from intone.audio.vad import Span, SpeechSettings, find_speech
from intone.errors import NoSpeech

PART_S = 120.0
"""Seconds from which a recording is cut into parts."""

_STEP = 10 * RATE  # samples that are added at a time, so that a long block does not make a long part


@dataclass(frozen=True)
class Part:
    """A part of a recording that begins `start` samples after its beginning.

    `spans` are where someone speaks, in samples of `signal`.
    """

    start: int
    signal: Signal
    spans: tuple[Span, ...]

    @property
    def end(self) -> int:
        """Samples of the recording before its end."""
        return self.start + len(self.signal)

    def in_recording(self, span: Span) -> Span:
        """A segment of this part in samples of the recording."""
        return replace(span, start=self.start + span.start, end=self.start + span.end)


def parts(blocks: Iterable[Signal]) -> Iterator[Part]:
    """The parts of a recording, in their order; `blocks` are its samples, (samples,) each.

    The levels of a part are measured by the loudest sample so far, so that a part without speech does not become loud.
    """
    start, peak = 0, 0.0
    for window, last in _windows(blocks):
        window.take()
        peak = max(peak, window.peak)
        found = _part(start, window.signal, peak)
        if not last:
            found = _whole_segments(found)
        yield found
        start += len(found.signal)
        window.keep(len(found.signal))


class _Window:
    """The samples that wait: what a part left over, and the blocks since."""

    def __init__(self) -> None:
        self._blocks: list[Signal] = []
        self.signal: Signal = np.zeros(0, np.float32)
        self.peak = 0.0
        self.samples = 0

    def add(self, block: Signal) -> None:
        self._blocks.append(block)
        self.samples += len(block)

    def take(self) -> None:
        """Join what waits into `signal`."""
        self.signal = np.concatenate([self.signal, *self._blocks]) if self._blocks else self.signal
        self._blocks = []
        self.peak = float(np.abs(self.signal).max(initial=0.0))

    def keep(self, done: int) -> None:
        """Leave out the first samples, which are done with."""
        self.signal = self.signal[done:].copy()
        self.samples = len(self.signal)


def _windows(blocks: Iterable[Signal]) -> Iterator[tuple[_Window, bool]]:
    """The window every time that it is full, and at the end; and whether it is the end."""
    window, size = _Window(), round(PART_S * RATE)
    for block in blocks:
        for at in range(0, len(block), _STEP):
            if window.samples > size:
                yield window, False
            window.add(block[at : at + _STEP])
    yield window, True


def _part(start: int, signal: Signal, peak: float) -> Part:
    try:
        return Part(start, signal, tuple(find_speech(signal, peak=peak)))
    except NoSpeech:
        return Part(start, signal, ())


def _whole_segments(part: Part) -> Part:
    """A part up to the middle of the pause before its last segment, if that may go on in the next part."""
    settings = SpeechSettings()
    open_until = part.spans[-1].end + round((settings.near_s + 2 * settings.margin_s) * RATE) if part.spans else 0
    if open_until < len(part.signal) or len(part.spans) < 2:
        return part
    cut = (part.spans[-2].end + part.spans[-1].start) // 2
    return Part(part.start, part.signal[:cut], part.spans[:-1])
