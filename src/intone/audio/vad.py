"""Where in a recording someone speaks: voice activity detection (VAD), and the segments of speech between pauses.

The detector is Silero VAD (https://github.com/snakers4/silero-vad, MIT). Its weights are in a network that takes many
windows at once (`tools/detector.py`), run by the same runtime as the recognizer. For every 32 ms it gives the
probability of a voice.

It has two weaknesses, and each has a remedy here. A scream is too high for it: where it finds next to no voice, it gets
the recording once more, played slower, which lowers the voice. A melody of synthesized tones is a voice to it: but the
spectrum of such tones is empty between the partials, and that of a voice never is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from intone.audio.signal import RATE, Signal, resample
from intone.errors import NoSpeech, TooShort
from intone.language.sentences import said
from intone.onnx_session import session

if TYPE_CHECKING:
    import onnxruntime

WINDOW = 512
"""Samples in a window of the detector: 32 ms."""

DETECTOR = Path(__file__).with_name("silero-vad.onnx")
"""The network that finds speech."""

CONTEXT = 64  # samples of the window before that the detector gets as well
AT_ONCE = 512  # windows in one run, 16 s: more take more memory and no less time
STATE = 128  # numbers that the detector remembers from window to window, twice
PEAK = 0.9  # what a signal is scaled to
SLOWER = (0.7, 0.4)  # the speeds at which a recording with a scream is tried again
SCREAMS_S = 60.0  # seconds of a signal that may hold nothing else

# In none of 150 clips of RAVDESS and CREMA-D, as recorded and through telephone and codecs, is a quarter of the
# spectrum more than 53 dB below its peak in half of the frames. Of synthesized tones half of it is 80 to 160 dB below.
FRAME = 2048  # samples of a spectrum: 128 ms, in which a voice moves and a tone does not
BAND_HZ = (200.0, 3500.0)
EMPTY_DB = -80.0
MOST_FRAMES = 400
LOUD = 1e-3  # of the power of the loudest window: 30 dB below it
SMOOTHED = 5  # windows whose mean probability says where a long segment is cut

SILENT = 1e-4
"""Peak below which a recording counts as digital silence: -80 dB of full scale."""


@dataclass(frozen=True)
class SpeechSettings:
    """What counts as speech, and where it is cut.

    A voice begins where the probability rises over `begin` and ends where it falls below `end`. A pause longer than
    `pause_s` ends a segment; a segment longer than `longest_s` is cut where its probability is lowest. A segment
    shorter than `shortest_s` is joined to the nearer neighbour if the pause between them is at most `near_s`, as pauses
    within a sentence are, and the two are not longer than `longest_s`; without such a neighbour it stays short. Every
    segment is widened by `margin_s`. A recording with less than `voice_s` of voice has none; an answer needs `least_s`.
    """

    begin: float = 0.5
    end: float = 0.35
    pause_s: float = 0.2
    near_s: float = 0.7
    shortest_s: float = 1.0
    longest_s: float = 8.0
    margin_s: float = 0.1
    voice_s: float = 0.1
    least_s: float = 0.3


@dataclass(frozen=True)
class Span:
    """A segment of a signal, from sample `start` to before `end`; `speech_s` seconds of it are voice."""

    start: int
    end: int
    speech_s: float


def speech_probability(signal: Signal, peak: float | None = None) -> NDArray[np.float32]:
    """Probability of a voice in every whole 32 ms of a signal, (samples // 512,).

    The signal is scaled to a peak of 0.9 first, so that the recording level plays no part; `peak` is that of the whole
    recording where the signal is a window of it, None where it is the whole.
    """
    windows = len(signal) // WINDOW
    loudest = float(np.abs(signal).max(initial=0.0)) if peak is None else peak
    return Detector()(signal[: windows * WINDOW], loudest)


class Detector:
    """The detector over a signal that comes block by block: what it remembers goes on from each to the next."""

    def __init__(self) -> None:
        self._hidden = self._cell = np.zeros((1, 1, STATE), np.float32)
        self._before: Signal = np.zeros(CONTEXT, np.float32)

    def __call__(self, block: Signal, peak: float) -> NDArray[np.float32]:
        """Probability of a voice in every 32 ms of a block of whole windows; `peak` is scaled to `PEAK`."""
        if not len(block):
            return np.zeros(0, np.float32)
        scaled = np.concatenate([self._before, block]) * np.float32(PEAK / max(peak, SILENT))
        self._before = block[-CONTEXT:].copy()
        shown = sliding_window_view(scaled, CONTEXT + WINDOW)[::WINDOW]
        found: list[NDArray[np.float32]] = []
        for at in range(0, len(shown), AT_ONCE):
            probability, self._hidden, self._cell = _detector().run(
                None, {"heard": shown[at : at + AT_ONCE], "hidden": self._hidden, "cell": self._cell})
            found.append(probability)
        return np.concatenate(found)


def find_speech(
    signal: Signal, settings: SpeechSettings = SpeechSettings(), *, peak: float | None = None
) -> list[Span]:
    """The segments of a signal in which someone speaks, in their order, not overlapping.

    `peak` as in `speech_probability`. Raises NoSpeech, whose message distinguishes silence from sound without a voice.
    """
    loudest = float(np.abs(signal).max(initial=0.0))
    if loudest < SILENT:
        raise nothing_heard(len(signal), loudest)
    probability, voiced = _voiced(signal, settings, peak)
    if _seconds(voiced) < settings.voice_s or are_tones(signal, voiced):
        raise nothing_heard(len(signal), loudest)
    return segments(probability, voiced, len(signal), settings)


def segments(
    probability: NDArray[np.float32], voiced: Sequence[tuple[int, int]], samples: int,
    settings: SpeechSettings = SpeechSettings(),
) -> list[Span]:
    """The segments of a signal of so many samples, from the probability of a voice and the runs of windows with one."""
    longest = in_windows(settings.longest_s)
    parts = [part for run in joined(voiced, settings) for part in _cut(run, probability, longest)]
    return _widen(_gather(parts, settings), voiced, samples, round(settings.margin_s * RATE))


def nothing_heard(samples: int, peak: float) -> NoSpeech:
    """The error for so many samples without a voice."""
    if peak < SILENT:
        return NoSpeech(said("The recording is silent: check the microphone and record again."))
    return NoSpeech(said(
        "No voice was found in {seconds:.1f} s of sound: record someone who speaks, close to the microphone.",
        seconds=samples / RATE))


def check_enough(spans: Sequence[Span], settings: SpeechSettings = SpeechSettings()) -> None:
    """A TooShort where the segments of a recording hold less speech than an answer needs."""
    spoken = sum(span.speech_s for span in spans)
    if spoken < settings.least_s:
        raise TooShort(said(
            "Only {spoken:.2f} s of speech was found, and an answer needs at least {least_s:g} s: speak longer.",
            spoken=spoken, least_s=settings.least_s))


@cache
def _detector() -> "onnxruntime.InferenceSession":
    return session(DETECTOR.read_bytes())


def _voiced(
    signal: Signal, settings: SpeechSettings, peak: float | None
) -> tuple[NDArray[np.float32], list[tuple[int, int]]]:
    """Probabilities of a voice, and the runs of windows with one; those of a slowed signal where these are longer."""
    probability = speech_probability(signal, peak)
    voiced = voiced_runs(probability, settings)
    longer_than_a_scream = len(signal) > SCREAMS_S * RATE
    if longer_than_a_scream or _seconds(voiced) >= settings.least_s or are_tones(signal, _loud(signal)):
        return probability, voiced
    for speed in SLOWER:
        lowered = _lowered_probability(signal, speed)
        again = voiced_runs(lowered, settings)
        if _seconds(again) > _seconds(voiced):
            probability, voiced = lowered, again
    return probability, voiced


def _lowered_probability(signal: Signal, speed: float) -> NDArray[np.float32]:
    """`speech_probability` of a signal played slower, for the windows of the signal itself."""
    windows = np.arange(len(signal) // WINDOW)
    found = speech_probability(resample(signal, RATE, RATE / speed))
    if not len(windows) or not len(found):
        return np.zeros(len(windows), np.float32)
    return np.asarray(np.interp(windows + 0.5, speed * (np.arange(len(found)) + 0.5), found), np.float32)


def _loud(signal: Signal) -> list[tuple[int, int]]:
    """The windows that are less than 30 dB below the loudest, each as a run."""
    windows = len(signal) // WINDOW
    power = np.square(signal[: windows * WINDOW].reshape(windows, WINDOW)).mean(axis=1)
    return [(int(i), int(i) + 1) for i in np.flatnonzero(power > LOUD * power.max(initial=0.0))]


def are_tones(signal: Signal, voiced: Sequence[tuple[int, int]]) -> bool:
    """Whether the supposed voice is synthesized tones: half of the spectrum is empty in most of its frames."""
    if not voiced:
        return False
    centres = np.concatenate([np.arange(first, last) for first, last in voiced]) * WINDOW + WINDOW // 2
    inside = centres[(centres >= FRAME // 2) & (centres + FRAME // 2 <= len(signal))]
    if not len(inside):
        return False
    chosen = inside[np.linspace(0, len(inside) - 1, min(len(inside), MOST_FRAMES)).astype(int)]
    frames = np.stack([signal[at - FRAME // 2 : at + FRAME // 2] for at in chosen]) * np.blackman(FRAME)
    hertz = np.fft.rfftfreq(FRAME, 1 / RATE)
    spectrum = np.abs(np.fft.rfft(frames))[:, (hertz > BAND_HZ[0]) & (hertz < BAND_HZ[1])]
    between = _median(spectrum) / np.maximum(spectrum.max(axis=1), 1e-12)
    return bool(_median(between) < 10 ** (EMPTY_DB / 20))


def _median(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """The median along the last axis. `numpy.median` imports masked arrays, 10 ms of a first answer."""
    ordered, size = np.sort(values, axis=-1), values.shape[-1]
    return np.asarray((ordered[..., (size - 1) // 2] + ordered[..., size // 2]) / 2)


def in_windows(seconds: float) -> int:
    """Seconds as windows of the detector."""
    return round(seconds * RATE / WINDOW)


def _seconds(spans: Sequence[tuple[int, int]]) -> float:
    """Length of runs of windows."""
    return sum(last - first for first, last in spans) * WINDOW / RATE


def voiced_runs(
    probability: NDArray[np.float32], settings: SpeechSettings = SpeechSettings()
) -> list[tuple[int, int]]:
    """Runs of windows above `end` that somewhere rise above `begin`, as (first, last + 1)."""
    above = np.concatenate([[False], probability > settings.end, [False]])
    edges = np.flatnonzero(above[1:] != above[:-1]).reshape(-1, 2)
    return [(int(a), int(b)) for a, b in edges if probability[a:b].max() > settings.begin]


def joined(
    voiced: Sequence[tuple[int, int]], settings: SpeechSettings = SpeechSettings()
) -> list[tuple[int, int]]:
    """Runs of windows with a voice, of which those with a short pause between them are one."""
    found = list(voiced[:1])
    for first, last in voiced[1:]:
        if first - found[-1][1] <= in_windows(settings.pause_s):
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _cut(span: tuple[int, int], probability: NDArray[np.float32], longest: int) -> list[tuple[int, int]]:
    """A span in parts of at most `longest` windows, cut where speech is least likely in its middle half."""
    first, last = span
    if last - first <= longest:
        return [span]
    quarter = (last - first) // 4
    middle = probability[first + quarter : last - quarter]
    smoothed = np.convolve(middle, np.full(SMOOTHED, 1 / SMOOTHED), mode="valid")
    at = first + quarter + int(np.argmin(smoothed)) + SMOOTHED // 2
    return _cut((first, at), probability, longest) + _cut((at, last), probability, longest)


def _gather(spans: Sequence[tuple[int, int]], settings: SpeechSettings) -> list[tuple[int, int]]:
    """Spans with the short ones joined to their neighbours, across the shortest pauses first.

    One pass is enough: groups only grow, so that a pause which cannot be bridged in its turn never can.
    """
    shortest, longest, near = (in_windows(s) for s in (settings.shortest_s, settings.longest_s, settings.near_s))
    pauses = [b[0] - a[1] for a, b in pairwise(spans)]
    begins, ends = list(range(len(spans))), list(range(len(spans)))  # of the group that ends, or begins, with a span
    for i in sorted(range(len(pauses)), key=lambda i: pauses[i]):
        first, last = begins[i], ends[i + 1]
        shorter = min(spans[i][1] - spans[first][0], spans[last][1] - spans[i + 1][0])
        if shorter < shortest and pauses[i] <= near and spans[last][1] - spans[first][0] <= longest:
            begins[last], ends[first] = first, last
    heads = [i for i in range(len(spans)) if begins[ends[i]] == i]
    return [(spans[i][0], spans[ends[i]][1]) for i in heads]


def _widen(parts: list[tuple[int, int]], voiced: Sequence[tuple[int, int]], samples: int, margin: int) -> list[Span]:
    """Parts in windows -> spans in samples with a margin, which ends half-way to the neighbour."""
    bounds = [(first * WINDOW, last * WINDOW) for first, last in parts]
    spans = []
    for i, (start, end) in enumerate(bounds):
        left = (bounds[i - 1][1] + start) // 2 if i else 0
        right = (end + bounds[i + 1][0]) // 2 if i + 1 < len(bounds) else samples
        spoken = sum(max(0, min(b, parts[i][1]) - max(a, parts[i][0])) for a, b in voiced) * WINDOW / RATE
        spans.append(Span(max(left, start - margin), min(right, end + margin), spoken))
    return spans
