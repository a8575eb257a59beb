"""A recording that still goes on: every second what it sounds like now, and at the end the answer about all of it.

    live = intone.load().live(blocks, rate)
    for state in live:
        ...
    answer = live.answer()

Every segment goes through the network once, when it has ended. In between the network gets the last seconds of the
segment that goes on, once for a state. So a state costs the same after an hour as at the beginning.

The answer is that about the finished recording. For it the samples are kept in memory, as they came, and written
nowhere: a voice is private, an hour of a microphone is 115 MB, and only the whole recording can be asked for its noise,
its speakers and a network for its sex. What was found on the way is not needed for it.
"""

import io
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intone.audio import RATE, Signal
from intone.audio.live import LiveSpeech, Spoken
from intone.audio.signal import in_full_scale
from intone.audio.vad import SpeechSettings
from intone.errors import TooShort, UsageError
from intone.labels import Scheme
from intone.recognition.analysis import by_class
from intone.recognition.decision import confidence_of, is_ood, masses
from intone.recognition.hysteresis import Hysteresis
from intone.recognition.model_file import Judged, Model
from intone.recognition.prediction import NEITHER, Confidence, Prediction, Segment, in_scheme, percent

STEP_S = 1.0
"""Seconds from one state to the next."""

WINDOW_S = 3.0
"""Seconds of the segment that goes on that a state is about; longer windows were not better (`tools/live.py`)."""
Judge = Callable[[Signal], tuple[Model, Judged]]


@dataclass(frozen=True)
class State:
    """What a recording that goes on sounds like now.

    `time_s`: seconds since its beginning. `speaking`: whether someone speaks.
    `since_s`: when the segment that goes on began, None where none does. `label`: how the last seconds of speech
    sound, calm: another label is shown only when it leads clearly or for some time; None before anybody has spoken.
    `shares`: the probability of every class in these seconds as it is, and of "neither" where emotions are left out;
    they sum to 1. `confidence`: how far the label can be relied on, unclear where another is more probable now.
    `ended`: the segments that have ended since the state before.

    >>> State(2.0, True, 0.5, "sad", {"sad": 0.75, "calm": 0.25}, "likely", ())
    <State 2.0 s: sad 75%, likely; speaking>
    """

    time_s: float
    speaking: bool
    since_s: float | None
    label: str | None
    shares: dict[str, float]
    confidence: Confidence
    ended: tuple[Segment, ...]

    @property
    def probability(self) -> float | None:
        """That of the label, None where there is none."""
        return None if self.label is None else self.shares.get(self.label, 0.0)

    def __repr__(self) -> str:
        share = self.probability
        what = "nothing yet" if share is None else f"{self.label} {percent(share)}, {self.confidence}"
        return f"<State {self.time_s:.1f} s: {what}; {'speaking' if self.speaking else 'silence'}>"


class Live:
    """A recording that goes on; made by `Recognizer.live`. Iterate over it once, then ask for its `answer`.

    `segments`: all that have ended so far. `scheme`: the class scheme of states and answer.
    """

    def __init__(
        self, blocks: Iterable[NDArray[Any]], rate: float, scheme: Scheme, sex: str | None, judge: Judge,
        answer: Callable[[io.BytesIO], Prediction], max_seconds: float,
    ) -> None:
        self._blocks, self._answer = iter(blocks), answer
        self._kept, self._resampled = _Kept(rate, max_seconds), _Resampled(rate)
        self._speech, self._now = LiveSpeech(), _Now(scheme, sex, judge)
        self.scheme, self.segments = scheme, list[Segment]()

    def __iter__(self) -> Iterator[State]:
        """A state for every second, and one at the end. A block of several seconds has one state."""
        waiting, samples = list[Signal](), 0
        for block in self._blocks:
            waiting.append(self._resampled(self._kept.add(np.asarray(block))))
            samples += len(waiting[-1])
            if whole := samples // round(STEP_S * RATE) * round(STEP_S * RATE):
                signal = np.concatenate(waiting)
                yield self._state(signal[:whole])
                waiting, samples = [signal[whole:]], samples - whole
            if self._kept.full:
                break
        yield self._state(np.concatenate([*waiting, self._resampled.rest()]), last=True)

    def answer(self) -> Prediction:
        """The answer about all samples that came so far, as about a file that holds them.

        Raises RecordingError where there is nothing to answer on.
        """
        return self._answer(self._kept.file())

    def _state(self, samples: Signal, last: bool = False) -> State:
        ended = self._speech.add(samples) + (self._speech.end() if last else [])
        segments = tuple(self._now.ended(ended))
        self.segments += segments
        opened = self._speech.open
        self._now.goes_on(opened)
        since_s = None if opened is None else _seconds(opened.span.start)
        return State(_seconds(self._speech.samples), self._speech.speaking, since_s, self._now.hysteresis.label,
                     self._now.shares, self._now.confidence, segments)


@dataclass
class _Now:
    """What the last seconds of speech sound like, in a scheme."""

    scheme: Scheme
    sex: str | None
    judge: Judge
    hysteresis: Hysteresis = field(default_factory=Hysteresis)
    shares: dict[str, float] = field(default_factory=dict)
    confidence: Confidence = "unclear"
    judged: int = 0
    """Samples of the recording before the end of what was judged last."""

    def ended(self, ended: Sequence[Spoken]) -> Iterator[Segment]:
        """The segments that have ended, each with its answer; what is too short for one is left out."""
        for one in ended:
            try:
                yield self._segment(one)
            except TooShort:
                continue

    def goes_on(self, one: Spoken | None) -> None:
        """Judge the last seconds of the segment that goes on, where it has new ones and is long enough."""
        if one and one.span.end > self.judged and one.span.speech_s >= SpeechSettings().shortest_s:
            self._judged(one, one.signal[-round(WINDOW_S * RATE) :])

    def _segment(self, one: Spoken) -> Segment:
        label, shares, _ = self._judged(one, one.signal)
        return Segment(_seconds(one.span.start), _seconds(one.span.end), label, shares)

    def _judged(self, one: Spoken, signal: Signal) -> tuple[str, dict[str, float], float]:
        """What the network says of a signal; it is shown where it is new and long enough, or the first."""
        model, found = self.judge(signal)
        row = by_class(model, found.row, self.sex)
        label, shares, outside = in_scheme(self.scheme, masses(model, self.scheme, row))
        long_enough = one.span.speech_s >= SpeechSettings().shortest_s or self.hysteresis.label is None
        if one.span.end > self.judged and long_enough:
            self.judged = one.span.end
            self.shares = {name: share * (1 - outside) for name, share in shares.items()}
            self.shares |= {NEITHER: outside} if outside else {}
            shown = self.hysteresis.update(self.shares)
            clear = shown == label != NEITHER and not is_ood(model, found.ood_score)
            self.confidence = confidence_of(model, self.scheme, max(shares.values())) if clear else "unclear"
        return label, shares, outside


def _seconds(samples: int) -> float:
    return round(samples / RATE, 3)


class _Kept:
    """The samples as they came, as a WAV file in memory: 16 bits stay 16 bits, all others become floats."""

    _HEAD = struct.Struct("<4sI4s4sIHHIIHH4sI")

    def __init__(self, rate: float, max_seconds: float) -> None:
        if rate != int(rate) or not 1000 <= rate <= 768_000:
            raise UsageError(f"A rate of {rate:g} samples a second cannot be kept: give a whole number from 1000 to "
                             "768000.")
        self._rate, self._left = int(rate), round(max_seconds * rate)
        self._file = io.BytesIO(bytes(self._HEAD.size))
        self._kind: np.dtype[Any] | None = None

    @property
    def full(self) -> bool:
        """Whether no more is kept."""
        return self._left == 0

    def add(self, block: NDArray[Any]) -> Signal:
        """Keep the next samples (samples,), as many as there is room for; returns these from -1 to 1."""
        if block.ndim != 1 or block.dtype.kind not in "iuf" or (block.dtype.kind != "f" and block.itemsize == 8):
            raise UsageError(f"A block of a live recording is samples (samples,) of one channel, as int16 or as floats "
                             f"from -1 to 1, and this one is {block.dtype} of shape {block.shape}.")
        block = block[: self._left]
        signal = in_full_scale(block)
        kind = np.dtype("<i2" if block.dtype == np.int16 else "<f4")
        if self._kind not in (None, kind):
            raise UsageError("The blocks of a live recording are of one type: give int16 alone, or floats alone.")
        self._kind, self._left = kind, self._left - len(block)
        self._file.seek(0, io.SEEK_END)
        self._file.write((block if kind.kind == "i" else signal).astype(kind).tobytes())
        return signal

    def file(self) -> io.BytesIO:
        """What is kept, and no copy of it."""
        kind, size = self._kind or np.dtype("<i2"), self._file.seek(0, io.SEEK_END) - self._HEAD.size
        code = 1 if kind.kind == "i" else 3
        self._file.seek(0)
        self._file.write(self._HEAD.pack(
            b"RIFF", size + self._HEAD.size - 8, b"WAVE", b"fmt ", 16, code, 1, self._rate, self._rate * kind.itemsize,
            kind.itemsize, 8 * kind.itemsize, b"data", size))
        return self._file


class _Resampled:
    """Blocks of one rate -> blocks of `RATE`, without a seam."""

    def __init__(self, rate: float) -> None:
        self._stream: Any = None
        if rate != RATE:
            import soxr

            self._stream = soxr.ResampleStream(rate, RATE, 1, dtype="float32", quality="HQ")

    def __call__(self, block: Signal, last: bool = False) -> Signal:
        if self._stream is None:
            return block
        found: Signal = self._stream.resample_chunk(block, last=last)
        return found

    def rest(self) -> Signal:
        """What the resampler still holds."""
        return self(np.zeros(0, np.float32), last=True)
