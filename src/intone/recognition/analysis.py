"""From a recording to what a network says of it: parts -> segments of speech -> front end -> network -> rows.

Every segment of speech is put to the network alone. The whole is the mean of the segments, weighted by the seconds of
sound in them. Only a part of the recording is in memory at a time, so that its length does not matter.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from intone.audio import RATE, Signal
from intone.audio.quality import Gauge, Quality
from intone.audio.vad import Span, SpeechSettings, check_enough, nothing_heard
from intone.audio.windows import Window, windows
from intone.errors import TooShort
from intone.parallel import cores
from intone.recognition.model_file import Model
from intone.recognition.occlusion import Silenced, silenced

Progress = Callable[[float], None]

_MANY = 8  # segments of a part, from which threads are worth their while


def unheeded(share: float) -> None:
    """Progress that nobody asked for."""


@dataclass(frozen=True)
class Heard:
    """What a network said of a recording: masses of its scheme's classes (classes,), whole and by segment.

    `rows`: the probabilities of the labels by segment, (segments, labels); `shares`: how much each segment counts,
    (segments,); `attributions`: those of each segment, none where no explanation was asked for; `ood_score`: the mean of
    the segments', where the network can tell (`Model.judged`).
    """

    duration_s: float
    sex: str
    whole: NDArray[np.float64]
    spans: tuple[Span, ...]
    by_span: tuple[NDArray[np.float64], ...]
    rows: NDArray[np.float64]
    shares: NDArray[np.float64]
    quality: Quality
    attributions: tuple[tuple[Silenced, ...], ...]
    ood_score: float | None


def hear(
    model: Model, blocks: Iterable[Signal], sex: str = "auto", *, explain: bool = False, threads: int | None = None,
    seconds: float | None = None, progress: Progress = unheeded,
) -> Heard:
    """Find the speech in a recording and put every segment of it to the network.

    `blocks` are its samples, (samples,) each. With `explain` every attribution is silenced in turn. `seconds` is the length
    of the recording where it is known; then `progress` is told the share of it that is done. In a long recording
    `threads` segments are heard side by side, None: one a core. Raises RecordingError where there is nothing to answer
    on.
    """
    told, notes = _Told(progress, seconds), _Notes()
    for part in windows(blocks):
        for opinion in _opinions(model, part, explain, threads):
            notes.add(opinion)
            told(opinion.span.end)
        notes.end(part)
        told(part.end)
    return notes.read(model, sex)


@dataclass(frozen=True)
class _Opinion:
    """What a network says of a segment, `span` in the recording; `row` is None where it is `too_short` for it."""

    span: Span
    row: NDArray[np.float64] | None = None
    seconds: float = 0.0
    ood_score: float | None = None
    attributions: tuple[Silenced, ...] = ()
    too_short: TooShort | None = None


def _opinions(model: Model, part: Window, explain: bool, threads: int | None) -> Iterator[_Opinion]:
    """What the network says of every segment of a part, in their order."""
    ask = partial(_opinion, model, part, explain)
    if threads == 1 or len(part.spans) < _MANY:
        yield from map(ask, part.spans)
        return
    from concurrent.futures import ThreadPoolExecutor  # a recording of few segments does without

    with ThreadPoolExecutor(threads or cores(), "intone-hear") as pool:
        yield from pool.map(ask, part.spans)


def _opinion(model: Model, part: Window, explain: bool, span: Span) -> _Opinion:
    signal, there = part.signal[span.start : span.end], part.in_recording(span)
    try:
        features = model.settings.front_end(signal)
    except TooShort as problem:
        return _Opinion(there, too_short=problem)
    row, ood_score = model.judged(features)
    attributions = silenced(model, signal, there) if explain else ()
    return _Opinion(there, row, model.settings.front_end.seconds(features), ood_score, attributions)


@dataclass
class _Told:
    """Tells how far the work is, from samples that are done."""

    progress: Progress
    seconds: float | None

    def __call__(self, samples: float) -> None:
        if self.seconds:
            self.progress(min(1.0, samples / RATE / self.seconds))


@dataclass
class _Notes:
    """What is written down while a recording is heard."""

    samples: int = 0
    peak: float = 0.0
    heard: list[_Opinion] = field(default_factory=list)
    passed_over: list[_Opinion] = field(default_factory=list)
    gauge: Gauge = field(default_factory=Gauge)

    def add(self, opinion: _Opinion) -> None:
        (self.heard if opinion.row is not None else self.passed_over).append(opinion)

    def end(self, part: Window) -> None:
        """Note what concerns the whole of a part, after its segments were added."""
        self.samples, self.peak = part.end, max(self.peak, float(np.abs(part.signal).max(initial=0.0)))
        there = {one.span.start for one in self.heard[-len(part.spans) :]}
        self.gauge.add(part.signal, [span for span in part.spans if part.in_recording(span).start in there])

    def read(self, model: Model, sex: str) -> Heard:
        """What all of it comes to."""
        duration_s, least_s = self.samples / RATE, SpeechSettings().least_s
        if duration_s < least_s:
            raise TooShort(f"The recording is {duration_s:.2f} s long, and an answer needs at least {least_s:g} s of "
                           "speech: record a longer one.")
        if not self.heard and not self.passed_over:
            raise nothing_heard(self.samples, self.peak)
        check_enough([one.span for one in (*self.heard, *self.passed_over)])
        if not self.heard:
            raise max(self.passed_over, key=lambda one: one.span.end - one.span.start).too_short or TooShort()
        rows = np.stack([one.row for one in self.heard if one.row is not None])
        seconds = [one.seconds for one in self.heard]
        everything = np.average(rows, axis=0, weights=seconds)
        strange = [one.ood_score for one in self.heard if one.ood_score is not None]
        chosen = _heard_sex(model, everything) if sex == "auto" else sex
        given = None if sex == "auto" else sex
        return Heard(duration_s, chosen, masses(model, everything, given), tuple(one.span for one in self.heard),
                     tuple(masses(model, row, given) for row in rows), rows, np.array(seconds) / sum(seconds),
                     self.gauge.read(), tuple(one.attributions for one in self.heard),
                     float(np.average(strange, weights=seconds)) if strange else None)


def _heard_sex(model: Model, probabilities: NDArray[np.float64]) -> str:
    mass = {sex: sum(p for label, p in zip(model.settings.labels, probabilities, strict=True)
                     if label.startswith(f"{sex}_")) for sex in model.settings.sexes}
    return max(mass, key=lambda sex: mass[sex])


def masses(model: Model, probabilities: NDArray[np.float64], sex: str | None) -> NDArray[np.float64]:
    """Probabilities of the labels -> of the classes without the sex, given the sex where one was chosen."""
    table = probabilities.reshape(len(model.settings.sexes), -1)
    if sex is None:
        return np.asarray(table.sum(axis=0))
    row = table[model.settings.sexes.index(sex)]
    return np.asarray(row / max(row.sum(), 1e-12))
