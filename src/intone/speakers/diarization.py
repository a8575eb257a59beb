"""A recording of any length -> the speaker of every segment of its speech.

A recording comes in windows of about two minutes (`audio.windows`). Within a window every chunk of ten seconds tells
its own speakers apart. It misses half of the changes between two voices of one sex that both speak with force; but
people take a breath between two turns. So each piece of speech between two pauses has a vector of its own, and the
pieces of a window are clustered. Between windows the speakers are matched by their voices, so
that one has the same number from beginning to end. Of a window only one vector a speaker is kept, so that the length of
a recording does not matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from intone.audio import RATE, Signal
from intone.audio.vad import Span
from intone.audio.windows import Window
from intone.features import kaldi_log_mel
from intone.parallel import in_threads
from intone.speakers.clustering import ClusteringSettings, Vectors, apart, centres, clusters, matched, nearest
from intone.speakers.embedding import FEWEST_FRAMES, embedding
from intone.speakers.segmentation import FRAME, activity, chunks, frames_of

NOBODY, SEVERAL = -2, -1
"""In the place of a voice: nobody speaks in a frame, or several at once."""

_CENTRE = 495  # samples from the start of a frame of activity to its middle: half of what the filters take in
_BAND_STEP, _BAND_CENTRE = 160, 200  # the same of the filter bank, and the samples between two of its frames

_NO_VECTOR = np.zeros(192, np.float32)

@dataclass(frozen=True)
class DiarizationSettings:
    """How speakers are told apart.

    A window with less than `least_s` of speech has one speaker. A piece of speech ends with a pause of `pause_s`; one
    much longer than `piece_s` is cut into equal ones. The embedding is made of its middle, at most `embedded_s`. Pieces
    from `counted_s` on are clustered, and shorter ones go to the nearest cluster. A turn shorter than `turn_s` belongs
    to its neighbour.
    """

    clustering: ClusteringSettings = field(default_factory=ClusteringSettings)
    least_s: float = 4.0
    pause_s: float = 0.25
    piece_s: float = 3.0
    embedded_s: float = 2.0
    counted_s: float = 1.0
    turn_s: float = 0.5


@dataclass(frozen=True)
class Part:
    """A segment of speech, of one voice; `voice` is None where several speak at once."""

    span: Span
    voice: int | None


@dataclass
class Diarization:
    """The speakers of a recording, whose windows are given one after the other. `most`: their number where it is known.

    A window is analysed in so many `threads`, None: one a core.

    >>> from intone.audio.windows import windows
    >>> found = Diarization()
    >>> parts = [part for window in windows([samples]) for part in found.parts(window)]
    >>> [found.speakers()[part.voice] for part in parts]
    [0]
    """

    most: int | None = None
    settings: DiarizationSettings = DiarizationSettings()
    threads: int | None = None
    _vectors: list[Vectors] = field(default_factory=list)  # of each window, (voices, 192)
    _seconds: list[NDArray[np.float64]] = field(default_factory=list)
    _waiting: Signal | None = None  # little speech of the first window, whose voice counts only if there are others

    def parts(self, window: Window, known: "Heard | None" = None) -> list[Part]:
        """The segments of a window, cut where the voice changes, with a number for each voice of the recording so far.

        A voice of two windows has a number in each; `speakers` says which are one. `known`: what `heard` says of it,
        where it has been asked before.
        """
        if self._waiting is not None and window.spans:
            self._vectors[0], self._waiting = _vector(self._waiting)[None], None
        found = self._voices(window, known)
        first = sum(map(len, self._vectors))
        self._vectors.append(found.vectors)
        self._seconds.append(found.seconds)
        parts = [part for span in window.spans for part in _cut(span, found.voices, self.settings.turn_s)]
        return [replace(part, voice=None if part.voice is None else first + part.voice) for part in parts]

    def speakers(self) -> list[int]:
        """The speaker of every voice, numbered from 0 in the order of their first voice."""
        sizes = [len(one) for one in self._vectors]
        if not sum(sizes):
            return []
        found = np.arange(sum(sizes))
        vectors, seconds = np.concatenate(self._vectors), np.concatenate(self._seconds)
        known = np.linalg.norm(vectors, axis=1) > 0
        if not known.any():  # nobody was told apart
            return [0] * len(vectors)
        if len([size for size in sizes if size]) > 1:
            windows = np.repeat(np.arange(len(sizes)), sizes)
            some = matched(vectors[known], windows[known], self.settings.clustering, self.most)
            middles = centres(vectors[known], seconds[known], some)
            found = nearest(vectors, middles)
            found[known] = some
            bounds = np.cumsum([0, *sizes])
            found = np.concatenate([apart(vectors[a:b], middles) if b - a > 1 else found[a:b]
                                    for a, b in pairwise(bounds)])
        numbers = {int(one): number for number, one in enumerate(dict.fromkeys(found.tolist()))}
        return [numbers[int(one)] for one in found]

    def _voices(self, window: Window, known: "Heard | None") -> "_Voices":
        if not window.spans:
            return _Voices(np.zeros((0, 192), np.float32), np.zeros(0), np.zeros(0, np.int64))
        spoken_s = sum(span.speech_s for span in window.spans)
        if self.most == 1:
            return _one(_NO_VECTOR, spoken_s, window)
        if spoken_s < self.settings.least_s:
            speech = np.concatenate([window.signal[span.start : span.end] for span in window.spans])
            if self._vectors:
                return _one(_vector(speech), spoken_s, window)
            self._waiting = speech
            return _one(_NO_VECTOR, spoken_s, window)
        known = known or heard(window, self.settings, self.threads)
        if not known.pieces:
            return _one(_NO_VECTOR, spoken_s, window)
        return _clustered(known, frames_of(len(window.signal)), self.settings, self.most)


@dataclass(frozen=True)
class _Voices:
    """The voices of a window: their vectors and seconds, and the voice of every frame, NOBODY or SEVERAL."""

    vectors: Vectors
    seconds: NDArray[np.float64]
    voices: NDArray[np.int64]


@dataclass(frozen=True)
class Piece:
    """Speech of one speaker alone, in some frames of the window, with the vector of the voice."""

    frames: NDArray[np.int64]
    vector: NDArray[np.float32]

    @property
    def seconds(self) -> float:
        return len(self.frames) * FRAME / RATE


@dataclass(frozen=True)
class Heard:
    """What the networks say of a window: each chunk, its first frame and who speaks in it, and all pieces of speech."""

    chunks: tuple[tuple[int, NDArray[np.bool_]], ...]
    pieces: tuple[Piece, ...]


def heard(
    window: Window, settings: DiarizationSettings = DiarizationSettings(), threads: int | None = None
) -> Heard:
    """What the networks say of a window; nothing of it depends on how the pieces are clustered."""
    firsts = chunks(len(window.signal), window.spans)
    found = list(in_threads(partial(_chunk, window.signal, settings), firsts, threads=threads, name="intone-speakers"))
    return Heard(tuple((first, active) for first, (active, _) in zip(firsts, found, strict=True)),
                 tuple(piece for _, pieces in found for piece in pieces))


def _vector(speech: Signal) -> NDArray[np.float32]:
    """The embedding of all of some speech; zeros where there is too little."""
    bands = kaldi_log_mel(speech)
    return embedding(bands) if len(bands) >= FEWEST_FRAMES else _NO_VECTOR


def _one(vector: NDArray[np.float32], seconds: float, window: Window) -> _Voices:
    return _Voices(vector[None], np.array([seconds]), np.zeros(frames_of(len(window.signal)), np.int64))


def _chunk(signal: Signal, settings: DiarizationSettings, first: int) -> tuple[NDArray[np.bool_], list[Piece]]:
    """Who speaks in the chunk that begins with a frame, and every piece of speech in it whose voice can be embedded."""
    active = activity(signal, first)
    bands = kaldi_log_mel(signal[first * FRAME : (first + len(active)) * FRAME])
    middles = np.arange(len(bands)) * _BAND_STEP + _BAND_CENTRE - _CENTRE
    frame = np.clip(np.rint(middles / FRAME).astype(int), 0, len(active) - 1)
    pieces = []
    for frames in _runs_alone(active, settings):
        chosen = np.zeros(len(active), bool)
        chosen[_middle(frames, settings.embedded_s)] = True
        spoken = bands[chosen[frame]]
        if len(spoken) >= FEWEST_FRAMES:
            pieces.append(Piece(first + frames, embedding(spoken)))
    return active, pieces


def _runs_alone(active: NDArray[np.bool_], settings: DiarizationSettings) -> Iterator[NDArray[np.int64]]:
    """The frames of a chunk in which one speaker is alone, cut at pauses and where they are long."""
    alone = active & (active.sum(axis=1, keepdims=True) == 1)
    for frames in (np.flatnonzero(column) for column in alone.T):
        for run in np.split(frames, np.flatnonzero(np.diff(frames) > settings.pause_s * RATE / FRAME) + 1):
            yield from np.array_split(run, max(1, round(len(run) * FRAME / RATE / settings.piece_s)))


def _middle(frames: NDArray[np.int64], most_s: float) -> NDArray[np.int64]:
    """The middle of some frames, at most so many seconds."""
    over = max(0, len(frames) - round(most_s * RATE / FRAME)) // 2
    return frames[over : len(frames) - over]


def _clustered(known: Heard, frames: int, settings: DiarizationSettings, most: int | None) -> _Voices:
    """The pieces of a window -> its voices."""
    pieces = known.pieces
    vectors, seconds = np.stack([one.vector for one in pieces]), np.array([one.seconds for one in pieces])
    counted = seconds >= min(settings.counted_s, seconds.max())
    found = clusters(vectors[counted], seconds[counted], settings.clustering, most)
    middles = centres(vectors[counted], seconds[counted], found)
    theirs = nearest(vectors, middles)
    theirs[counted] = found
    voices = np.full(frames, NOBODY)
    for one, voice in zip(pieces, theirs, strict=True):
        voices[one.frames] = voice
    for first, active in known.chunks:
        voices[first + np.flatnonzero(active.sum(axis=1) > 1)] = SEVERAL
    alone = [one for one in dict.fromkeys(voices.tolist()) if one >= 0] or [0]  # in the order of their first turns
    numbers = np.array([alone.index(one) if one in alone else 0 for one in range(len(middles))])
    ordered = np.where(voices >= 0, numbers[np.maximum(voices, 0)], voices)
    spoken = np.array([(ordered == one).sum() for one in range(len(alone))]) * FRAME / RATE
    return _Voices(middles[alone], spoken, ordered)


def _cut(span: Span, voices: NDArray[np.int64], turn_s: float) -> list[Part]:
    """A segment in parts of one voice each."""
    first, last = span.start // FRAME, max(span.start // FRAME + 1, min(frames_of(span.end), len(voices)))
    runs = _runs(_filled(voices[first:last]))
    while len(runs) > 1 and min(length for _, length in runs) * FRAME < turn_s * RATE:
        runs = _without_shortest(runs)
    ends = [span.start + round(done * FRAME) for done in np.cumsum([length for _, length in runs])[:-1]]
    starts, ends = [span.start, *ends], [*ends, span.end]
    share = span.speech_s / (span.end - span.start)
    return [Part(Span(start, end, share * (end - start)) if len(runs) > 1 else span,
                 None if voice == SEVERAL else voice)
            for start, end, (voice, _) in zip(starts, ends, runs, strict=True)]


def _filled(voices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Frames in which nobody speaks have the voice before them, the first ones that after them; 0 without any."""
    known = np.flatnonzero(voices != NOBODY)
    if not len(known):
        return np.zeros(len(voices), np.int64)
    before = np.maximum(np.searchsorted(known, np.arange(len(voices)), side="right") - 1, 0)
    return voices[known[before]]


def _runs(voices: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Runs of one voice, with their lengths."""
    starts = np.flatnonzero(np.concatenate([[True], voices[1:] != voices[:-1]]))
    return [(int(voices[a]), int(b - a)) for a, b in zip(starts, [*starts[1:], len(voices)], strict=True)]


def _without_shortest(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same with the shortest run given to the longer one of its neighbours."""
    at = min(range(len(runs)), key=lambda i: runs[i][1])
    near = [i for i in (at - 1, at + 1) if 0 <= i < len(runs)]
    to = max(near, key=lambda i: runs[i][1])
    given = [(runs[to][0] if i == at else voice, length) for i, (voice, length) in enumerate(runs)]
    joined: list[tuple[int, int]] = []
    for voice, length in given:
        if joined and joined[-1][0] == voice:
            joined[-1] = (voice, joined[-1][1] + length)
        else:
            joined.append((voice, length))
    return joined
