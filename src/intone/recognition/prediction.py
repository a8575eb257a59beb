"""The answer about a recording."""

import warnings
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from intone.labels import Scheme, Side, side_of
from intone.recognition.summary import Summary, summary

NEITHER = "neither"
"""The label where more of the probability lies outside the scheme than in any of its classes."""

MIXED = "mixed"
"""The sex of a recording in which people of both speak."""

ROUNDING = 1e-6
"""Probability outside a scheme below which there is none."""

Confidence = Literal["clear", "likely", "unclear"]
"""How far an answer can be relied on, as measured: `ConfidenceThreshold`."""


@dataclass(frozen=True)
class RecognizerIdentity:
    """Which recognizer answered: its name, the beginning of its file's SHA-256, and the classes that it tells apart.

    >>> RecognizerIdentity("mine", "0123456789ab", ("negative", "positive")).version
    '0123456789ab'
    """

    name: str
    version: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Segment:
    """A part of the recording in which someone speaks, in seconds from its beginning, with its own answer.

    `speaker`: the number of who speaks where there are several (`Speaker`); None where there is one, and where several
    speak at once, which `overlap` says. Where each channel has a speaker, segments of two of them may overlap instead.

    >>> Segment(0.5, 2.0, "positive", {"negative": 0.25, "positive": 0.75})
    <Segment 0.5 to 2.0 s: positive 75%>
    """

    start_s: float
    end_s: float
    label: str
    probabilities: dict[str, float]
    speaker: int | None = None
    overlap: bool = False

    def __repr__(self) -> str:
        return f"<Segment {self.start_s:.1f} to {self.end_s:.1f} s: {labelled(self)}>"


@dataclass(frozen=True)
class Attribution:
    """A time window of about a quarter of a second of speech, and how much it speaks for the answer.

    `weight`: by how much the probability of the answer falls when this window is silenced (occlusion sensitivity);
    below 0 it speaks against.

    >>> Attribution(0.5, 0.75, 0.125).weight
    0.125
    """

    start_s: float
    end_s: float
    weight: float


@dataclass(frozen=True)
class Reliability:
    """How often answers like this one were right, as measured for its recognizer and class scheme.

    `right`: the share of right ones among `answers` whose probability lies from `low` to `high`. `condition`: the kind
    of recordings: as recorded, noisy or clipped. `measured_on`: whose recordings.

    >>> Reliability(0.7, 0.8, 214, 0.81, "as recorded", "unseen speakers of RAVDESS").right
    0.81
    """

    low: float
    high: float
    answers: int
    right: float
    condition: str
    measured_on: str


@dataclass(frozen=True)
class AdaptedTo:
    """What an answer was adapted to, and by how much it moved.

    `segments`: how many segments of speech of the same voice it was compared with. `emotion`: theirs where it was
    known. `share`: how much of what they have in common was taken for the voice, 0 to 1. `label`, `probability`: the
    answer without it; the probability is None where the label was "neither". `moved`: the probability, 0 to 1, that
    went from some classes to others.

    >>> AdaptedTo(12, None, 0.8, "negative", 0.7, 0.25).moved
    0.25
    """

    segments: int
    emotion: str | None
    share: float
    label: str
    probability: float | None
    moved: float


@dataclass(frozen=True)
class Speaker:
    """One of several people in a recording, and how that one sounds.

    `number`: from 1, in the order in which they begin to speak. `seconds`: of speech; `share`: of the speech of all.
    `label`, `probabilities`, `outside`, `confidence` and `sex` as in `Prediction`, from the segments of this speaker
    alone. `emotions`: the share of each label in the speech, the largest first; they sum to 1. `valence`: of the first,
    the second and the last third of it, -1 to 1. `reaction`: how the valence, the probability of the positive emotions
    less that of the negative ones, differs after a turn of somebody else, the mean over `reactions` such turns, -2 to
    2; None where there are fewer than three. `adapted_to`: as in `Prediction`. `channel`: that of the speaker where
    each channel has one; then speakers are numbered in the order of their channels.

    >>> Speaker(1, 12.0, 0.6, "female", "angry", {"angry": 0.75, "calm": 0.25}, 0.0, "clear", {"angry": 1.0},
    ...         (-1.0, -1.0, -1.0))
    <Speaker 1: angry 75%, clear; female; 12.0 s, 60% of the speech>
    """

    number: int
    seconds: float
    share: float
    sex: str
    label: str
    probabilities: dict[str, float]
    outside: float
    confidence: Confidence
    emotions: dict[str, float]
    valence: tuple[float, float, float]
    reaction: float | None = None
    reactions: int = 0
    adapted_to: AdaptedTo | None = None
    channel: int | None = None

    def __repr__(self) -> str:
        return (f"<Speaker {self.number}: {labelled(self)}, {self.confidence}; {self.sex}; {self.seconds:.1f} s, "
                f"{self.share:.0%} of the speech>")


@dataclass(frozen=True)
class Prediction:
    """The emotion in a recording.

    `label`: the most likely class without the sex, or "neither". `probabilities`: of every class, given that it is one
    of them; they sum to 1. `outside`: the probability of the emotions that the scheme leaves out. `confident`: whether
    the probability reaches the recognizer's confidence threshold, no more of it is outside, and nothing else speaks
    against it; `reasons`: why not, and what else limits the answer, as noise and clipping do. `confidence`: the same in
    three steps, of which "clear" is confident, and "likely" reaches the lower threshold. `sex`: given or detected.
    `channel`, `track`: only where one was asked for. `attributions`: every time window of the speech with its weight,
    only where an explanation was asked for. `reliability`: how often such answers were right, only where that was
    measured. `adapted_to`: what it was adapted to, only where more of the same voice was heard. `speakers`: each of
    several people; empty where one speaks. Then `sex` is "mixed" unless it is the same for all.

    >>> shares = {"negative": 0.25, "positive": 0.75}
    >>> found = Prediction("talk.wav", 4.0, "positive", shares, 0.1, True, (), "female",
    ...                    (Segment(0.5, 2.0, "positive", shares),), RecognizerIdentity("mine", "0", tuple(shares)),
    ...                    confidence="clear")
    >>> found
    <Prediction talk.wav: positive 75%, clear; female; 1 segment in 4.0 s; mine 0>
    >>> found.to_dict()["segments"][0]["end_s"]
    2.0
    """

    file: str | None
    duration_s: float
    label: str
    probabilities: dict[str, float]
    outside: float
    confident: bool
    reasons: tuple[str, ...]
    sex: str
    segments: tuple[Segment, ...]
    recognizer: RecognizerIdentity
    channel: int | None = None
    attributions: tuple[Attribution, ...] = ()
    reliability: Reliability | None = None
    adapted_to: AdaptedTo | None = None
    track: int | None = None
    confidence: Confidence = "unclear"
    speakers: tuple[Speaker, ...] = ()

    @property
    def shares(self) -> dict[str, float]:
        """The probability of every class as it is, and of "neither" where emotions are left out; they sum to 1.

        The label has the largest.

        >>> identity = RecognizerIdentity("mine", "0", ("negative", "positive"))
        >>> Prediction(None, 1.0, "neither", {"negative": 0.5, "positive": 0.5}, 0.5, False, (), "female", (),
        ...            identity).shares
        {'negative': 0.25, 'positive': 0.25, 'neither': 0.5}
        """
        inside = {name: share * (1 - self.outside) for name, share in self.probabilities.items()}
        return inside | ({NEITHER: self.outside} if self.outside else {})

    @property
    def valence(self) -> Side:
        """How the label sounds: negative, positive, or neutral."""
        return side_of(self.label)

    @property
    def summary(self) -> Summary | None:
        """What the segments of a longer recording say together; None of a short one."""
        return summary(self)

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON has them; those that are only there where asked for or measured are left out otherwise.

        The names of version 0.2 (`sure`, `stretches`, `moments`) stay beside the new ones for one release.
        """
        plain = asdict(self)
        plain["reasons"] = list(self.reasons)
        plain["segments"], plain["speakers"] = list(plain["segments"]), list(plain["speakers"])
        for one in plain["segments"] if not self.speakers else ():
            del one["speaker"], one["overlap"]
        for one in plain["speakers"]:
            one["valence"] = list(one["valence"])
            if one["channel"] is None:
                del one["channel"]
        plain["recognizer"]["classes"] = list(self.recognizer.classes)
        plain["attributions"] = list(plain["attributions"])
        plain["valence"] = self.valence
        plain["summary"] = _told(self.summary)
        for name in ("channel", "track", "attributions", "reliability", "adapted_to", "summary", "speakers"):
            if not plain[name]:
                del plain[name]
        return plain | {old: plain[new] for old, new in RENAMED.items() if new in plain}

    def as_dict(self) -> dict[str, Any]:
        """A row of a table, with the columns of the CSV that the command line writes; `to_dict` has all that is known.

        >>> shares = {"negative": 0.25, "positive": 0.75}
        >>> answer = Prediction("talk.wav", 4.0, "positive", shares, 0.1, True, (), "female", (),
        ...                     RecognizerIdentity("mine", "0", tuple(shares)))
        >>> answer.as_dict()["positive"], answer.as_dict()["segments"]
        (0.75, 0)
        """
        from intone.recognition.formats import row

        return row(self.to_dict(), tuple(self.probabilities))

    def _repr_html_(self) -> str:
        """What a notebook shows of it."""
        from intone.recognition.notebook import html_of

        return html_of(self)

    def __repr__(self) -> str:
        where = [f"{kind} {number}" for kind, number in (("channel", self.channel), ("track", self.track)) if number]
        many = "segment" if len(self.segments) == 1 else "segments"
        people = [f"{len(self.speakers)} speakers"] if self.speakers else []
        facts = [*where, *people, self.sex, f"{len(self.segments)} {many} in {self.duration_s:.1f} s",
                 f"{self.recognizer.name} {self.recognizer.version}"]
        return f"<Prediction {self.file or '(samples)'}: {labelled(self)}, {self.confidence}; {'; '.join(facts)}>"

    def __getattr__(self, name: str) -> Any:
        """The fields by their names of version 0.2, with a DeprecationWarning."""
        if name not in RENAMED:
            raise AttributeError(f"'Prediction' has no attribute '{name}'")
        warnings.warn(f"Prediction.{name} is called {RENAMED[name]} now.", DeprecationWarning, stacklevel=2)
        return getattr(self, RENAMED[name])


RENAMED = {"sure": "confident", "stretches": "segments", "moments": "attributions"}
"""Fields of a prediction by their names of version 0.2."""


def labelled(one: Prediction | Segment | Speaker) -> str:
    """`positive 75%`; one that is neither has no probability within the scheme."""
    share = one.probabilities.get(one.label)
    return one.label if share is None else f"{one.label} {percent(share)}"


def _told(found: Summary | None) -> dict[str, Any] | None:
    """A summary as JSON has it: segments by their times and labels, since they are there with all that is known."""
    if found is None:
        return None
    strongest = [{"start_s": one.start_s, "end_s": one.end_s, "label": one.label} for one in found.strongest]
    return {**asdict(found), "strongest": strongest, "changes": [asdict(one) for one in found.changes],
            "valence": list(found.valence)}


def percent(share: float) -> str:
    """A probability as a person says it; never `0%` or `100%`, which would be a promise.

    >>> percent(0.874), percent(0.999)
    ('87%', '>99%')
    """
    return "<1%" if share < 0.01 else ">99%" if share > 0.99 else f"{share:.0%}"


def in_scheme(scheme: Scheme, masses: NDArray[np.float64]) -> tuple[str, dict[str, float], float]:
    """Label, probabilities within the scheme, and the probability outside it.

    `masses` (classes,) are the probabilities of its classes, which sum to at most 1.
    """
    inside = float(masses.sum())
    outside = 1.0 - inside if inside < 1 - ROUNDING else 0.0
    shares = masses / inside if inside > 0 else np.full(len(masses), 1 / len(masses))
    label = NEITHER if outside > masses.max() else scheme.classes[int(np.argmax(shares))]
    return label, dict(zip(scheme.classes, map(float, shares), strict=True)), outside
