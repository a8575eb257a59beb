"""From a request to the answer about the recording in it, by one decode and one run of the network."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from flask import Request

from intone import audio
from intone.audio import RATE, Signal
from intone.errors import TooShort, UsageError
from intone.labels import check_sex, scheme
from intone.recognizer import Progress, unheeded
from intone.web.state import State
from intone.web.views import shown, strain, valence

if TYPE_CHECKING:
    from intone.prediction import Prediction

SEX_CHOICES = ("auto", "female", "male")

OUTLINE = 2000
"""Points of a waveform."""

_MOMENTS_A_SECOND = 4  # an explanation hears a stretch again for each of them


@dataclass(frozen=True)
class Wishes:
    """What a request asks for beside its recording.

    `sex` of the voice; `classes`, the scheme that comes first, None for the coarsest; `explain`, whether moments are
    weighed; only what lies from `start_s` to `end_s` is heard.
    """

    sex: str = "auto"
    classes: str | None = None
    explain: bool = False
    start_s: float = 0.0
    end_s: float = math.inf


def wishes(request: Request) -> Wishes:
    """Those in the query, or in the fields of the form; a UsageError says which does not exist."""
    given = request.values if request.mimetype == "multipart/form-data" else request.args
    sex, classes = check_sex(given.get("sex", "auto"), SEX_CHOICES), given.get("classes")
    explain = given.get("explain", "false")
    if explain not in ("true", "false"):
        raise UsageError(f"explain can be true or false, and not '{explain}'.")
    start_s, end_s = _seconds(given.get("start_s"), 0.0), _seconds(given.get("end_s"), math.inf)
    if not start_s < end_s:
        raise UsageError(f"There is nothing from {start_s:g} to {end_s:g} s: choose an end_s after start_s.")
    return Wishes(sex, None if classes is None else scheme(classes).name, explain == "true", start_s, end_s)


def _seconds(given: str | None, default: float) -> float:
    if given is None:
        return default
    try:
        seconds = float(given)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise UsageError(f"'{given}' is no time in a recording: give seconds from 0, such as 12.5.")
    return seconds


@dataclass(frozen=True)
class Answer:
    """What is told about a recording: by scheme the answer in its classes, the coarsest first.

    `classes` is the scheme that was asked for, `asked_sex` the sex; `waveform` the peaks of the recording in 0 to 1,
    at most `OUTLINE`.
    """

    views: dict[str, "Prediction"]
    classes: str
    asked_sex: str
    waveform: tuple[float, ...]

    @property
    def first(self) -> "Prediction":
        """The answer in the scheme that was asked for."""
        return self.views[self.classes]

    def to_dict(self) -> dict[str, Any]:
        """`Prediction.to_dict()` of the scheme asked for, with `asked_sex` and all the `views` beside it."""
        seen = {name: prediction.to_dict() for name, prediction in self.views.items()}
        return {**self.first.to_dict(), "asked_sex": self.asked_sex, "views": seen}

    @cached_property
    def strain(self) -> float | None:
        """Share of the speech that sounds stressed; None where the recognizer cannot tell."""
        return strain(self.views["stress"]) if "stress" in self.views else None

    def drawn(self) -> dict[str, Any]:
        """What the page draws: waveform, valence of every stretch, and the views."""
        return {"duration_s": self.first.duration_s, "waveform": self.waveform, "valence": valence(self.views),
                "views": {name: prediction.to_dict() for name, prediction in self.views.items()}}


def decoded(here: State, file: IO[bytes], wished: Wishes) -> Signal:
    """The part of a recording that is asked for; TooShort where the recording ends before it."""
    signal = audio.read_mono(file, max_seconds=here.settings.max_seconds)
    part = signal[round(wished.start_s * RATE) : round(min(wished.end_s, len(signal) / RATE) * RATE)]
    if not len(part):
        raise TooShort(f"The recording ends after {len(signal) / RATE:.1f} s: choose a start_s before that.")
    return part


def cost_s(signal: Signal, wished: Wishes) -> float:
    """How many seconds of sound are put to the network."""
    return len(signal) / RATE * (1 + _MOMENTS_A_SECOND if wished.explain else 1)


def hear(here: State, signal: Signal, wished: Wishes, progress: Progress = unheeded) -> Answer:
    """The answer about a signal; raises IntoneError."""
    schemes = shown(here.recognizer.schemes())
    asked = wished.classes or schemes[0]
    if asked not in schemes:
        raise UsageError(f"This recognizer cannot tell {asked} classes: choose {' or '.join(schemes)}.")
    views = here.recognizer.predict_schemes(signal, RATE, schemes=schemes, sex=wished.sex, explain=wished.explain,
                                            progress=progress)
    return Answer(views, asked, wished.sex, outline(signal))


def outline(signal: Signal) -> tuple[float, ...]:
    """The peaks of a signal in equal parts, at most `OUTLINE`, from 0 to 1."""
    starts = np.linspace(0, len(signal), min(OUTLINE, len(signal)), endpoint=False).astype(int)
    return tuple(np.round(np.minimum(np.maximum.reduceat(np.abs(signal), starts), 1), 4).tolist())
