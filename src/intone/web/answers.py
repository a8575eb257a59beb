"""From a request to the answer about the recording in it, by one decode and one run of the network.

What takes long becomes a job. Work whose client has gone ends.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import IO, Annotated, Any

import numpy as np
from flask import Request
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, WithJsonSchema
from werkzeug.exceptions import ClientDisconnected

from intone import audio, language
from intone.audio import RATE, Signal, Sound
from intone.audio.channels import OWN_VOICES
from intone.audio.choice import MOST_TRIED
from intone.audio.decoding.tracks import DEFAULT
from intone.errors import IntoneError, RecordingError, TooLong, TooShort, UsageError
from intone.labels import SCHEMES, scheme
from intone.language.sentences import said
from intone.recognition.analysis import Progress, unheeded
from intone.recognition.options import CHANNELS, MOST_SPEAKERS, Options, choice_named
from intone.recognition.prediction import Prediction
from intone.web import upload
from intone.web.fields import Else
from intone.web.jobs import Job, Work
from intone.web.pace import LEFT
from intone.web.state import State, state
from intone.web.views import packed, shown, stress, valence

SEX_CHOICES = ("auto", "female", "male")

OUTLINE = 2000
"""Points of a waveform, at most."""

PEAK = 32  # samples of which the loudest is remembered: 2 ms
_KEPT_S = 60.0  # seconds of a recording that are kept in memory

_WINDOWS_A_SECOND = 4  # an explanation runs the network again for each of them


def _number_or(*words: str, **limits: int) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"enum": list(words)}, {"type": "integer", "minimum": 1, **limits}]})


_Choice = Annotated[str | int, BeforeValidator(choice_named)]
_Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False), BeforeValidator(float), Else(
    "'{given}' is no time in a recording: give seconds from 0, such as 12.5.")]


class Asked(BaseModel):
    """What is asked about a recording, in the query or in the fields of a form."""

    sex: Annotated[str, WithJsonSchema({"enum": list(SEX_CHOICES)})] = Field(
        "auto", description="Sex of the voice; auto detects it.")
    channel: Annotated[_Choice, _number_or("mix", "each")] = Field(
        "mix", description="mix (the mean of all), each (`parts` has an answer for every one), or a number.")
    track: Annotated[_Choice, _number_or(DEFAULT, "each")] = Field(
        DEFAULT, description="Of a file with several tracks of sound default, each (as for channels), or a number.")
    speakers: Annotated[_Choice, _number_or("auto", CHANNELS, maximum=MOST_SPEAKERS)] = Field(
        "auto", description="How many people speak; auto counts them. With several, `speakers` has an answer about "
                            "each; with 1 nobody is told apart. channels: one on each channel, as in a call, which "
                            "auto finds out too.")
    classes: Annotated[str, WithJsonSchema({"enum": list(SCHEMES)})] = Field(
        description="The classes that come first; all others are in `views`.")
    explain: Annotated[str, Else("explain can be {words}, and not '{given}'.", "true", "false")] = Field(
        "false", description="Measure every time window: `attributions`. Takes many times as long.")
    start_s: _Seconds = Field(0, description="Analyse only what comes after this time.")
    end_s: Annotated[_Seconds, WithJsonSchema({"type": "number", "exclusiveMinimum": 0})] = Field(
        default_factory=lambda: math.inf, description="Analyse only what comes before this time.")


@dataclass(frozen=True)
class Wishes:
    """What a request asks for besides its recording.

    `options`: sex, explanation, and every scheme that the page shows; `classes`: the scheme that comes first. Only what
    lies from `start_s` to `end_s` is analysed, and its sentences are in `language`.
    """

    options: Options
    classes: str
    start_s: float = 0.0
    end_s: float = math.inf
    language: str = "en"


def wishes(request: Request) -> Wishes:
    """Those in the query, or in the fields of the form; a UsageError says which does not exist."""
    given = request.values if request.mimetype == upload.FORM else request.args
    schemes = shown(state().recognizer.schemes())
    asked = Asked.model_validate({"classes": schemes[0]} | given.to_dict())
    classes = scheme(asked.classes).name
    options = Options(asked.sex, schemes, asked.channel, asked.explain == "true", reference=upload.reference(request),
                      track=asked.track, speakers=asked.speakers)
    if classes not in schemes:
        raise UsageError(f"This recognizer cannot tell {classes} classes: choose {' or '.join(schemes)}.")
    start_s, end_s = asked.start_s, asked.end_s
    if not start_s < end_s:
        raise UsageError(f"There is nothing from {start_s:g} to {end_s:g} s: choose an end_s after start_s.")
    return Wishes(options, classes, start_s, end_s, state().texts.language)


@dataclass(frozen=True)
class Answer:
    """The answer about a recording in every scheme, the coarsest first; all `views` are of the same segments.

    `classes` is the scheme that was asked for, `asked_sex` the sex; `waveform` the peaks of the recording in 0 to 1,
    at most `OUTLINE`. `parts` are those about each channel or track, where each was asked for: of which this is the
    first that can be answered. `apart`: whether its channels seem to be of two speakers, and were mixed.
    """

    views: dict[str, Prediction]
    classes: str
    asked_sex: str
    waveform: tuple[float, ...]
    parts: "tuple[Answer | Unanswered, ...]" = ()
    apart: bool = False

    @property
    def first(self) -> Prediction:
        """The answer in the scheme that was asked for."""
        return self.views[self.classes]

    def to_dict(self) -> dict[str, Any]:
        """`Prediction.to_dict()` of the scheme asked for, with `asked_sex` and all the `views` beside it."""
        seen = {name: prediction.to_dict() for name, prediction in self.views.items()}
        parts = {"parts": [one.to_dict() for one in self.parts]} if self.parts else {}
        return {**self.first.to_dict(), "asked_sex": self.asked_sex, "views": seen, **parts}

    @cached_property
    def stress(self) -> float | None:
        """Share of the speech that sounds stressed; None where the recognizer cannot tell."""
        return stress(self.views["stress"]) if "stress" in self.views else None

    def drawn(self) -> dict[str, Any]:
        """What the page's script draws and takes away: waveform, valence of every segment, and the views, packed."""
        return {"duration_s": self.first.duration_s, "waveform": self.waveform, "valence": valence(self.views),
                **packed(self.views)}


@dataclass(frozen=True)
class Unanswered:
    """A channel or a track that cannot be answered, and the sentence that says why."""

    error: str
    channel: int | None = None
    track: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The fields that are known."""
        return {name: value for name, value in vars(self).items() if value is not None}


Stay = Callable[[], None]
"""Ends work whose client has gone, by a ClientDisconnected; it is called from time to time."""


def staying(request: Request) -> Stay:
    """What ends the work of a request, where its server can tell that the client has gone."""
    left = request.environ.get(LEFT) or request.environ.get("waitress.client_disconnected") or (lambda: False)

    def stay() -> None:
        if left():
            raise ClientDisconnected

    return stay


@dataclass(frozen=True)
class Upload:
    """The part of a recording that is asked for: gone through once, so that nothing about it is a surprise later.

    `waveform` are its peaks in equal parts, at most `OUTLINE`, from 0 to 1. What is longer than a minute is decoded
    again while it is analysed, so that its length costs no memory.
    """

    sound: Sound
    duration_s: float
    waveform: tuple[float, ...]


def opened(here: State, file: IO[bytes], wished: Wishes, stay: Stay) -> list[Upload]:
    """What is asked for of a recording; the errors of `audio.read`, and TooShort where it ends before that.

    It is one, or one for every channel or track.
    """
    asked = wished.options
    found = audio.sounds(file, asked.channel, track=asked.track, max_seconds=here.settings.max_seconds)
    if len(found) > MOST_TRIED:
        raise UsageError(f"The recording has {len(found)} channels, and at most {MOST_TRIED} are answered at once: "
                         "choose one by its number.")
    return [_gone_through(one, wished, stay) for one in found]


def _gone_through(whole: Sound, wished: Wishes, stay: Stay) -> Upload:
    outline, kept, samples = Outline(), [], 0
    for block in _between(whole, wished.start_s, wished.end_s, stay):
        outline.add(block)
        samples += len(block)
        if samples <= _KEPT_S * RATE:
            kept.append(block)
    if not samples:
        raise TooShort(said(
            "The recording ends before {start_s:.1f} s: choose a start_s before its end.", start_s=wished.start_s))
    short = samples <= _KEPT_S * RATE
    blocks = (lambda: iter(kept)) if short else (lambda: _between(whole, wished.start_s, wished.end_s))
    sound = replace(_part(whole, wished), blocks=blocks, seconds=samples / RATE)
    return Upload(sound, samples / RATE, outline.drawn())


def _part(whole: Sound, wished: Wishes) -> Sound:
    """What is asked for of a sound, and of its channels alone."""
    return replace(whole, blocks=lambda: _between(whole, wished.start_s, wished.end_s),
                   others=lambda: [_part(one, wished) for one in whole.others()],
                   lines=lambda: [_part(one, wished) for one in whole.lines()])


def decoded(here: State, file: IO[bytes], longest_s: float, stay: Stay) -> Signal:
    """The beginning of a recording, as one signal; the errors of `audio.read`."""
    whole = audio.sounds(file, max_seconds=here.settings.max_seconds)[0]
    return np.concatenate(list(_between(whole, 0.0, longest_s, stay)))


def _between(whole: Sound, start_s: float, end_s: float, stay: Stay = lambda: None) -> Iterator[Signal]:
    """The blocks of a recording between two times; all of it is decoded, so that its errors are found."""
    at = 0
    for block in whole:
        stay()
        first = round(start_s * RATE) - at
        last = len(block) if math.isinf(end_s) else round(end_s * RATE) - at
        at += len(block)
        if len(part := block[max(0, first) : max(0, last)]):
            yield part


class Outline:
    """The peaks of a signal of any length, in equal parts."""

    def __init__(self) -> None:
        self._peaks: list[NDArray[np.float32]] = []
        self._rest: Signal = np.zeros(0, np.float32)

    def add(self, block: Signal) -> None:
        """Count the next samples."""
        level = np.concatenate([self._rest, np.abs(block)])
        whole = len(level) // PEAK * PEAK
        self._peaks.append(level[:whole].reshape(-1, PEAK).max(axis=1))
        self._rest = level[whole:]

    def drawn(self) -> tuple[float, ...]:
        """The peaks so far, at most `OUTLINE`."""
        rest = [self._rest.max(keepdims=True)] if len(self._rest) else []
        peaks = np.concatenate([*self._peaks, *rest])
        starts = np.linspace(0, len(peaks), min(OUTLINE, len(peaks)), endpoint=False).astype(int)
        return tuple(np.round(np.minimum(np.maximum.reduceat(peaks, starts), 1), 4).tolist())


def cost_s(recordings: Sequence[Upload], wished: Wishes) -> float:
    """How many seconds of sound go through the network."""
    return sum(one.duration_s for one in recordings) * (1 + _WINDOWS_A_SECOND if wished.options.explain else 1)


def analyse(here: State, recordings: Sequence[Upload], wished: Wishes, progress: Progress = unheeded) -> Answer:
    """The answer about a recording; raises IntoneError."""
    if not wished.options.several:
        return _answer(here, recordings[0], wished, progress)
    parts = [_answer_or_not(here, one, wished, partial(_share, progress, number, len(recordings)))
             for number, one in enumerate(recordings)]
    answered = [one for one in parts if isinstance(one, Answer)]
    if not answered:
        raise RecordingError(" ".join(dict.fromkeys(one.error for one in parts if isinstance(one, Unanswered))))
    return replace(answered[0], parts=tuple(parts))


def _answer(here: State, recording: Upload, wished: Wishes, progress: Progress) -> Answer:
    views = here.recognizer.answer(recording.sound, options=wished.options, progress=progress)
    told = {name: replace(seen, reasons=tuple(language.told(reason, wished.language) for reason in seen.reasons))
            for name, seen in views.items()}
    apart = any(OWN_VOICES in seen.reasons for seen in views.values())
    return Answer(told, wished.classes, wished.options.sex, recording.waveform, apart=apart)


def _answer_or_not(here: State, recording: Upload, wished: Wishes, progress: Progress) -> Answer | Unanswered:
    try:
        return _answer(here, recording, wished, progress)
    except RecordingError as error:
        return Unanswered(_told(error, wished), recording.sound.number, recording.sound.track)


def _told(error: IntoneError, wished: Wishes) -> str:
    """The sentence of an error in the language of whoever asked."""
    return language.told(language.sentence_of(error), wished.language)


def _share(progress: Progress, done: int, all_of_them: int, share: float) -> None:
    progress((done + share) / all_of_them)


def asked(here: State, request: Request) -> Answer | Job:
    """The answer that a request asks for, or the job that will have it.

    Raises IntoneError, BusyError, and what werkzeug raises for bad requests.
    """
    wished, client, stay = wishes(request), request.remote_addr or "", staying(request)
    file = upload.recording(request)
    with here.desk.place(here.settings.patience_s, client):
        stay()
        recordings = opened(here, file, wished, stay)
        longest_s = max(one.duration_s for one in recordings)
        if wished.options.explain and longest_s > here.settings.explained_s:
            raise TooLong(said(
                "Attributions are computed of at most {most:g} minutes, and this is {minutes:.0f}: choose a part of "
                "the recording.", most=here.settings.explained_s / 60, minutes=longest_s / 60))
        seconds = cost_s(recordings, wished)
        if seconds <= here.settings.job_from_s:
            with here.measures.answering(seconds):
                return analyse(here, recordings, wished, lambda _share: stay())
    return here.jobs.start(_work(here, recordings, wished), longest_s, client)


_ANSWER = TypeAdapter(Answer)
"""As a job keeps it: any process of the page can read it."""


def _work(here: State, recordings: Sequence[Upload], wished: Wishes) -> Work:
    def analysed(tell: Progress) -> str:
        with here.measures.answering(sum(one.duration_s for one in recordings)):
            try:
                return _ANSWER.dump_json(analyse(here, recordings, wished, tell)).decode()
            except IntoneError as error:  # where a job ends nobody knows the language of its request
                raise type(error)(_told(error, wished)) from error

    return analysed


def told(job: Job) -> Answer:
    """The answer of a job that is done."""
    return _ANSWER.validate_json(job.told or "")
