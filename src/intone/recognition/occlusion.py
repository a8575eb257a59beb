"""Which attributions of a recording speak for its answer, measured by taking each away and asking again.

A attribution is about a quarter of a second of a segment of speech. It is replaced by silence, with short fades so that no
click is heard, and the segment is put to the network again: the weight of the attribution is what the answer loses by it.
Nothing is assumed about the network or its front end.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intone.audio import RATE, Signal
from intone.audio.vad import Span
from intone.errors import TooShort
from intone.recognition.model_file import Model
from intone.recognition.prediction import Attribution

WINDOW_S = 0.25
"""Seconds of a attribution, nearly: a segment is cut into equal ones."""

FADE_S = 0.01

Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Silenced:
    """What a network says of a segment, `row` (labels,), when what lies from `start` to `end` in it is silent.

    Both are samples of the recording.
    """

    start: int
    end: int
    row: Rows


def silenced(model: Model, part: Signal, span: Span) -> tuple[Silenced, ...]:
    """The attributions of a segment: `part` is its signal, `span` where in the recording it lies."""
    return tuple(Silenced(start, end, _answer(model, without(part, start - span.start, end - span.start)))
                 for start, end in windows(span))


def weighed(
    rows: Rows, shares: NDArray[np.float64], attributions: Sequence[Sequence[Silenced]], answer: Callable[[Rows], float]
) -> tuple[Attribution, ...]:
    """The weight of every attribution for an answer.

    `rows`: what the network says of each segment, (segments, labels); `shares`: how much each counts, (segments,),
    which sum to 1; `attributions`: those of each segment; `answer`: the probability of the answer, from the mean row. A
    weight is by how much this probability falls when the attribution is silenced: above 0 the attribution speaks for the answer,
    below 0 against it.
    """
    whole = shares @ rows
    before = answer(whole)
    return tuple(
        Attribution(round(one.start / RATE, 3), round(one.end / RATE, 3),
               float(before - answer(whole + share * (one.row - row))))
        for row, share, silent in zip(rows, shares, attributions, strict=True) for one in silent
    )


def windows(span: Span) -> Iterator[tuple[int, int]]:
    """The attributions of a segment, in samples of the recording."""
    length = span.end - span.start
    edges = span.start + np.linspace(0, length, 1 + max(1, round(length / RATE / WINDOW_S))).astype(int)
    return zip(map(int, edges), map(int, edges[1:]), strict=False)


def without(part: Signal, start: int, end: int) -> Signal:
    """A signal with silence between two samples, and fades within it on both sides."""
    fade = min(round(FADE_S * RATE), (end - start) // 2)
    falling = (1 + np.cos(np.pi * np.arange(fade) / max(fade, 1))) / 2
    gain = np.zeros(end - start, np.float32)
    if fade:
        gain[:fade], gain[-fade:] = falling, falling[::-1]
    if start == 0:
        gain[:fade] = 0  # nothing is before it to fade from
    if end == len(part):
        gain[len(gain) - fade :] = 0
    return np.concatenate([part[:start], part[start:end] * gain, part[end:]])


def _answer(model: Model, part: Signal) -> Rows:
    """What a network says of a part; every label alike where nothing is left to hear."""
    try:
        return model.answer(model.settings.front_end(part))
    except TooShort:
        return np.full(len(model.settings.labels), 1 / len(model.settings.labels))
