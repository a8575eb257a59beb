"""A recording of any length in windows of about two minutes, cut where nobody speaks, with the speech in each.

Only one window is in memory at a time. A recording that is not longer than a window is one.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from intone.audio.signal import RATE, Signal
from intone.audio.vad import Span, SpeechSettings, check_enough, find_speech
from intone.errors import NoSpeech, TooShort

WINDOW_S = 120.0
"""Seconds from which on a recording is cut into windows."""

STEP = 10 * RATE  # samples that are added at a time, so that a long block does not make a long window


@dataclass(frozen=True)
class Window:
    """A window of a recording that begins `start` samples after its beginning.

    `spans` are where someone speaks, in samples of `signal`.
    """

    start: int
    signal: Signal
    spans: tuple[Span, ...]

    @property
    def end(self) -> int:
        """Samples of the recording before the end of the window."""
        return self.start + len(self.signal)

    def in_recording(self, span: Span) -> Span:
        """A segment of this window in samples of the recording."""
        return replace(span, start=self.start + span.start, end=self.start + span.end)


def windows(blocks: Iterable[Signal]) -> Iterator[Window]:
    """The windows of a recording, in their order; `blocks` are its samples, (samples,) each.

    The level of speech is judged relative to the loudest sample so far, so that a window without speech does not become
    loud.
    """
    start, peak = 0, 0.0
    for buffer, last in _filled(blocks):
        buffer.join()
        peak = max(peak, buffer.peak)
        found = _with_speech(start, buffer.signal, peak)
        if not last:
            found = _whole_segments(found)
        yield found
        start += len(found.signal)
        buffer.drop(len(found.signal))


def has_voice(blocks: Iterable[Signal]) -> bool:
    """Whether a recording holds as much speech as an answer needs; it is read until that is known."""
    found = list[Span]()
    for window in windows(blocks):
        found += window.spans
        with suppress(TooShort):
            check_enough(found)
            return True
    return False


class _Buffer:
    """The samples that wait: what the last window left over, and the blocks since."""

    def __init__(self) -> None:
        self._blocks: list[Signal] = []
        self.signal: Signal = np.zeros(0, np.float32)
        self.peak = 0.0
        self.samples = 0

    def add(self, block: Signal) -> None:
        self._blocks.append(block)
        self.samples += len(block)

    def join(self) -> None:
        """Join what waits into `signal`."""
        self.signal = np.concatenate([self.signal, *self._blocks]) if self._blocks else self.signal
        self._blocks = []
        self.peak = float(np.abs(self.signal).max(initial=0.0))

    def drop(self, done: int) -> None:
        """Drop the first samples, which are done with."""
        self.signal = self.signal[done:].copy()
        self.samples = len(self.signal)


def _filled(blocks: Iterable[Signal]) -> Iterator[tuple[_Buffer, bool]]:
    """The buffer every time that it is full, and at the end; and whether it is the end."""
    buffer, size = _Buffer(), round(WINDOW_S * RATE)
    for block in blocks:
        for at in range(0, len(block), STEP):
            if buffer.samples > size:
                yield buffer, False
            buffer.add(block[at : at + STEP])
    yield buffer, True


def _with_speech(start: int, signal: Signal, peak: float) -> Window:
    try:
        return Window(start, signal, tuple(find_speech(signal, peak=peak)))
    except NoSpeech:
        return Window(start, signal, ())


def _whole_segments(window: Window) -> Window:
    """A window up to the middle of the pause before its last segment, if that may go on in the next window."""
    settings, spans = SpeechSettings(), window.spans
    open_until = spans[-1].end + round((settings.near_s + 2 * settings.margin_s) * RATE) if spans else 0
    if open_until < len(window.signal) or len(spans) < 2:
        return window
    cut = (spans[-2].end + spans[-1].start) // 2
    return Window(window.start, window.signal[:cut], spans[:-1])
