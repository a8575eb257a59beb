"""From a recording to what a network says of it: windows -> segments of speech -> front end -> network -> pooling.

Every segment of speech goes through the network alone. The recording as a whole is the mean of its segments, weighted
by the seconds of sound in them: probabilities are pooled, so that a long segment counts as much as the same speech cut
in two. Only a window of the recording is in memory at a time, so that its length does not matter.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone.audio import RATE, Signal, Sound
from intone.audio.levels import Levels
from intone.audio.quality import Gauge, Quality, worst
from intone.audio.vad import Span, SpeechSettings, check_enough, nothing_heard
from intone.audio.windows import Window, windows
from intone.errors import NoSpeech, TooShort
from intone.language.sentences import said
from intone.parallel import in_threads
from intone.recognition import adaptation
from intone.recognition.adaptation import Offset
from intone.recognition.model_file import Judged, Model
from intone.recognition.options import Options
from intone.speakers import Diarization, Part

if TYPE_CHECKING:  # only an explanation needs it
    from intone.recognition.occlusion import Occluded

Progress = Callable[[float], None]

_MANY = 8  # segments of a window, from which threads are worth their while


def unheeded(share: float) -> None:
    """Progress that nobody asked for."""


@dataclass(frozen=True)
class Analysis:
    """What a network says of a recording.

    `whole`: the probabilities of the classes of its own scheme, (classes,); `by_segment`: the same for each of
    `segments`. `rows`: the probabilities of its labels by segment, (segments, labels); `weights`: how much each segment
    counts, (segments,), which sum to 1. `occluded`: for each segment what the network says without each time window,
    empty without an explanation. `ood_score`: the mean of the segments', None where the network has none. `evidence`:
    what an adaptation to the speaker needs, (segments, members, 2, classes), None where the network gives none.
    `speakers`: who speaks in each segment, numbered from 0, None where several do at once; empty where all are of one.
    `lines`: the channel of each speaker, from 1; empty where they share one signal. `spoken_s`: seconds of sound in all
    segments.
    """

    duration_s: float
    sex: str
    whole: NDArray[np.float64]
    segments: tuple[Span, ...]
    by_segment: tuple[NDArray[np.float64], ...]
    rows: NDArray[np.float64]
    weights: NDArray[np.float64]
    quality: Quality
    occluded: tuple[tuple["Occluded", ...], ...]
    ood_score: float | None
    evidence: NDArray[np.float64] | None = None
    speakers: tuple[int | None, ...] = ()
    lines: tuple[int, ...] = ()
    spoken_s: float = 0.0

    def of(self, model: Model, speaker: int, given_sex: str | None) -> "Analysis":
        """What is said of one speaker alone: the mean of that one's segments, with the sex as detected in them.

        Nothing is explained.
        """
        chosen = [number for number, one in enumerate(self.speakers) if one == speaker]
        weights = self.weights[chosen] / self.weights[chosen].sum()
        whole = weights @ self.rows[chosen]
        return replace(
            self, sex=given_sex or likelier_sex(model, whole), whole=by_class(model, whole, given_sex),
            segments=tuple(self.segments[i] for i in chosen), by_segment=tuple(self.by_segment[i] for i in chosen),
            rows=self.rows[chosen], weights=weights, occluded=(),
            evidence=None if self.evidence is None else self.evidence[chosen], speakers=(), lines=())


DEFAULTS = Options()
_ONE = Options(speakers=1)


def analyse(
    model: Model, blocks: Iterable[Signal], options: Options = DEFAULTS, *, threads: int | None = None,
    seconds: float | Callable[[], float | None] | None = None, levels: Levels | None = None,
    progress: Progress = unheeded,
) -> Analysis:
    """Find the speech in a recording and put every segment of it through the network.

    `blocks` are its samples, (samples,) each. Of the options, sex and explain count here. `seconds` is the length of
    the recording where it is known, or what estimates it by now; then `progress` is called with the share that is done,
    0 to 1, which never falls. `levels` are those of the samples as they were decoded. A long recording is analysed in
    so many `threads`, None: one a core. Raises RecordingError where there is nothing to answer on.
    """
    report, collected = _Report(progress, seconds), _Collected(Diarization(options.most_speakers, threads=threads))
    for window in windows(blocks):
        for one in _segments(model, window, collected.diarization.parts(window), options.explain, threads):
            collected.add(one)
            report(one.span.end)
        collected.end(window)
        report(window.end)
    progress(1.0)
    return collected.pooled(model, options, levels)


def detected_sex(
    model: Model, sound: Sound, *, threads: int | None = None, progress: Progress = unheeded
) -> str:
    """The sex of a speaker that a network of both detects, from the first window that has enough speech.

    A window is two minutes, so that the length of a recording costs little. Else as `analyse`.
    """
    for window in windows(sound):
        progress(0.0)
        if window.spans:
            with suppress(NoSpeech, TooShort):
                return analyse(model, [window.signal], _ONE, threads=threads).sex
    return analyse(model, sound, _ONE, threads=threads).sex  # no window has enough: its error, or what all of them have


@dataclass(frozen=True)
class _Segment:
    """What a network says of a segment, `span` in the recording; `judged` is None where it is `too_short` for it.

    `voice`: that of the `Diarization`, None where several speak at once.
    """

    span: Span
    voice: int | None = None
    judged: Judged | None = None
    occluded: tuple["Occluded", ...] = ()
    too_short: TooShort | None = None


def _segments(
    model: Model, window: Window, parts: Sequence[Part], explain: bool, threads: int | None
) -> Iterator[_Segment]:
    """What the network says of every segment of a window, in their order."""
    one_by_one = partial(_segment, model, window, explain)
    yield from in_threads(one_by_one, parts, threads=1 if len(parts) < _MANY else threads, name="intone-segment")


def _segment(model: Model, window: Window, explain: bool, part: Part) -> _Segment:
    signal, there = window.signal[part.span.start : part.span.end], window.in_recording(part.span)
    try:
        judged = model.judged(signal)
    except TooShort as problem:
        return _Segment(there, part.voice, too_short=problem)
    without: tuple[Occluded, ...] = ()
    if explain:
        from intone.recognition.occlusion import occluded

        without = occluded(model, signal, there)
    return _Segment(there, part.voice, judged, without)


@dataclass
class _Report:
    """Reports the share of the work that is done, from samples that are done."""

    progress: Progress
    seconds: float | Callable[[], float | None] | None
    share: float = 0.0

    def __call__(self, samples: float) -> None:
        seconds = self.seconds() if callable(self.seconds) else self.seconds
        if seconds:
            self.share = max(self.share, min(1.0, samples / RATE / seconds))
            self.progress(self.share)


@dataclass
class _Collected:
    """What comes of the segments of a recording, as they come."""

    diarization: Diarization
    samples: int = 0
    peak: float = 0.0
    answered: list[_Segment] = field(default_factory=list)
    too_short: list[_Segment] = field(default_factory=list)
    gauge: Gauge = field(default_factory=Gauge)

    def add(self, one: _Segment) -> None:
        (self.answered if one.judged is not None else self.too_short).append(one)

    def end(self, window: Window) -> None:
        """Note what concerns the whole of a window, after its segments were added."""
        self.samples, self.peak = window.end, max(self.peak, float(np.abs(window.signal).max(initial=0.0)))
        there = [one.span for one in self.answered if one.span.start >= window.start]
        spans = [span for span in window.spans
                 if any(window.in_recording(span).start <= one.start < window.in_recording(span).end for one in there)]
        self.gauge.add(window.signal, spans)

    def pooled(self, model: Model, options: Options, levels: Levels | None) -> Analysis:
        """The whole recording: the mean of its segments, weighted by the seconds of sound in each."""
        duration_s, least_s = self.samples / RATE, SpeechSettings().least_s
        if duration_s < least_s:
            raise TooShort(said(
                "The recording is {duration_s:.2f} s long, and an answer needs at least {least_s:g} s of speech: "
                "record a longer one.", duration_s=duration_s, least_s=least_s))
        if not self.answered and not self.too_short:
            raise nothing_heard(self.samples, self.peak)
        check_enough([one.span for one in (*self.answered, *self.too_short)])
        if not self.answered:
            raise max(self.too_short, key=lambda one: one.span.end - one.span.start).too_short or TooShort()
        judged = [one.judged for one in self.answered if one.judged is not None]
        rows = np.stack([one.row for one in judged])
        seconds = [one.seconds for one in judged]
        whole = np.average(rows, axis=0, weights=seconds)
        scores = [one.ood_score for one in judged if one.ood_score is not None]
        evidence = [one.evidence for one in judged if one.evidence is not None]
        return Analysis(
            duration_s, options.given_sex or likelier_sex(model, whole), by_class(model, whole, options.given_sex),
            tuple(one.span for one in self.answered),
            tuple(by_class(model, row, options.given_sex) for row in rows), rows, np.array(seconds) / sum(seconds),
            self.gauge.read(levels), tuple(one.occluded for one in self.answered),
            float(np.average(scores, weights=seconds)) if scores else None,
            np.stack(evidence) if evidence else None, self._speakers(), spoken_s=sum(seconds),
        )

    def _speakers(self) -> tuple[int | None, ...]:
        """Who speaks in every segment that has an answer; empty where it is one in all of them."""
        known = self.diarization.speakers()
        found = [None if one.voice is None else known[one.voice] for one in self.answered]
        numbers = {one: number for number, one in enumerate(dict.fromkeys(one for one in found if one is not None))}
        return tuple(None if one is None else numbers[one] for one in found) if len(numbers) > 1 else ()


def joined(model: Model, each: Sequence[tuple[int, Analysis]], given_sex: str | None) -> Analysis:
    """The channels of a recording, each by its number, as one recording, of which each has a speaker of its own.

    Segments of two speakers may overlap. The quality is that of the worst channel.
    """
    if len(each) == 1:
        return each[0][1]
    found = [one for _, one in each]
    order = sorted(((one.segments[at].start, speaker, at) for speaker, one in enumerate(found)
                    for at in range(len(one.segments))))
    rows = np.stack([found[speaker].rows[at] for _, speaker, at in order])
    spoken_s = sum(one.spoken_s for one in found)
    weights = np.array([found[speaker].weights[at] * found[speaker].spoken_s / spoken_s for _, speaker, at in order])
    whole = weights @ rows
    scores = [one.ood_score for one in found if one.ood_score is not None]
    evidence = [one.evidence for one in found if one.evidence is not None]
    return Analysis(
        max(one.duration_s for one in found), given_sex or likelier_sex(model, whole),
        by_class(model, whole, given_sex), tuple(found[speaker].segments[at] for _, speaker, at in order),
        tuple(found[speaker].by_segment[at] for _, speaker, at in order), rows, weights,
        worst([one.quality for one in found]), tuple(found[speaker].occluded[at] for _, speaker, at in order),
        float(np.average(scores, weights=[one.spoken_s for one in found])) if scores else None,
        np.stack([evidence[speaker][at] for _, speaker, at in order]) if evidence else None,
        tuple(speaker for _, speaker, _ in order), tuple(number for number, _ in each), spoken_s)


def adapted(model: Model, found: Analysis, offset: Offset) -> Analysis:
    """The same analysis with what is known of the speaker; the `rows` stay those of the network."""
    assert model.settings.adaptation is not None and found.evidence is not None
    shares = adaptation.adapted(model.settings.adaptation, found.evidence, offset)
    by_segment = model.calibrated(shares, model.classes[: shares.shape[1]])
    return replace(found, whole=np.average(by_segment, axis=0, weights=found.weights), by_segment=tuple(by_segment))


def likelier_sex(model: Model, probabilities: NDArray[np.float64]) -> str:
    """The sex whose labels have more of the probability (labels,)."""
    by_sex = {sex: sum(p for label, p in zip(model.settings.labels, probabilities, strict=True)
                       if label.startswith(f"{sex}_")) for sex in model.settings.sexes}
    return max(by_sex, key=lambda sex: by_sex[sex])


def by_class(model: Model, probabilities: NDArray[np.float64], sex: str | None) -> NDArray[np.float64]:
    """Probabilities of the labels (labels,) -> of the classes (classes,): p(class), or p(class | sex) with a sex."""
    table = probabilities.reshape(len(model.settings.sexes), -1)
    if sex is None:
        return np.asarray(table.sum(axis=0))
    row = table[model.settings.sexes.index(sex)]
    return np.asarray(row / max(row.sum(), 1e-12))
