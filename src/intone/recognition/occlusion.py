"""Occlusion sensitivity: which time windows of a recording speak for its answer (Zeiler and Fergus 2014).

Each time window, about a quarter of a second of speech, is silenced in turn, with short fades so that no click arises,
and its segment goes through the network again. The attribution of the window is what the probability of the answer
loses by that:

    weight(w) = P(answer | x) - P(answer | x without w)

Nothing is assumed about the network or its front end. It costs one more run for each window, and finds no evidence
that stands in two windows at once, for each is enough without the other.

    Zeiler and Fergus: Visualizing and Understanding Convolutional Networks. https://arxiv.org/abs/1311.2901
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
"""Seconds of a time window, nearly: a segment is cut into equal ones."""

FADE_S = 0.01

Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Occluded:
    """The output for a segment, `row` (labels,), with silence from sample `start` to `end` of the recording."""

    start: int
    end: int
    row: Rows


def occluded(model: Model, segment: Signal, span: Span) -> tuple[Occluded, ...]:
    """A segment without each of its time windows: `segment` is its signal, `span` where in the recording it lies."""
    return tuple(Occluded(start, end, _answer(model, without(segment, start - span.start, end - span.start)))
                 for start, end in windows(span))


def attributions(
    rows: Rows, weights: NDArray[np.float64], without: Sequence[Sequence[Occluded]], answer: Callable[[Rows], float]
) -> tuple[Attribution, ...]:
    """The attribution of every time window.

    `rows`: what the network says of each segment, (segments, labels); `weights`: how much each counts, (segments,),
    which sum to 1; `without`: each segment without each of its windows; `answer`: the probability of the answer, from
    the pooled row. A weight above 0 speaks for the answer, below 0 against it.
    """
    whole = weights @ rows
    before = answer(whole)
    return tuple(
        Attribution(round(one.start / RATE, 3), round(one.end / RATE, 3),
                    float(before - answer(whole + weight * (one.row - row))))
        for row, weight, some in zip(rows, weights, without, strict=True) for one in some
    )


def windows(span: Span) -> Iterator[tuple[int, int]]:
    """The time windows of a segment, in samples of the recording."""
    length = span.end - span.start
    edges = span.start + np.linspace(0, length, 1 + max(1, round(length / RATE / WINDOW_S))).astype(int)
    return zip(map(int, edges), map(int, edges[1:]), strict=False)


def without(segment: Signal, start: int, end: int) -> Signal:
    """A signal with silence between two samples, and fades within it on both sides."""
    fade = min(round(FADE_S * RATE), (end - start) // 2)
    falling = (1 + np.cos(np.pi * np.arange(fade) / max(fade, 1))) / 2
    gain = np.zeros(end - start, np.float32)
    if fade:
        gain[:fade], gain[-fade:] = falling, falling[::-1]
    if start == 0:
        gain[:fade] = 0  # nothing is before it to fade from
    if end == len(segment):
        gain[len(gain) - fade :] = 0
    return np.concatenate([segment[:start], segment[start:end] * gain, segment[end:]])


def _answer(model: Model, segment: Signal) -> Rows:
    """What a network says of a segment; all labels alike where nothing of it is left."""
    try:
        return model.answer(segment)
    except TooShort:
        return np.full(len(model.settings.labels), 1 / len(model.settings.labels))
