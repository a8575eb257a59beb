"""The views of an answer: the same recording in each class scheme, and how it is drawn."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from intone.labels import EMOTIONS, SCHEMES, scheme, side_of
from intone.recognition.prediction import NEITHER, RENAMED, Prediction, Segment, Speaker
from intone.recognition.summary import HOLDS, Summary


def shown(answerable: Sequence[str]) -> tuple[str, ...]:
    """The schemes that the page shows, of those that a recognizer can answer: the emotions first."""
    return tuple(sorted((name for name in SCHEMES if name in answerable), key=lambda name: name != "8"))


def class_names() -> tuple[str, ...]:
    """Every class that an answer can have, in any scheme, and "neither"."""
    return tuple(dict.fromkeys([*(name for one in SCHEMES.values() for name in one.classes), NEITHER]))


def likelihood(part: Prediction | Segment) -> float | None:
    """Probability of the label of a prediction or of a segment; None for a segment that is "neither"."""
    return part.shares[part.label] if isinstance(part, Prediction) else part.probabilities.get(part.label)


STEADY = 0.3
"""Of a valence from -1 to 1: less is no move."""


def trend(story: Summary) -> str:
    """How the valence of a longer recording moves from its first to its last third: up, down or steady."""
    moved = story.valence[-1] - story.valence[0]
    return "steady" if abs(moved) < STEADY else "up" if moved > 0 else "down"


Manner = Literal["always", "mostly", "changing"]


def manner(one: Speaker) -> tuple[Manner, str]:
    """How a speaker sounds in one word, and the label that it is said of: the one with the longest bar.

    As for a longer recording, a label holds where most of the speech has it.
    """
    most, share = next(iter(one.emotions.items()))
    if len(one.emotions) == 1:
        return ("always" if most == one.label else "mostly"), most
    return ("mostly" if most == one.label and share >= HOLDS else "changing"), most


REACTS = 0.1
"""Of a valence from -1 to 1: less is no reaction."""


def reacts(one: Speaker) -> str | None:
    """How the valence of a speaker is after a turn of somebody else: up, down, or None where nothing can be said."""
    if one.reaction is None or abs(one.reaction) < REACTS:
        return None
    return "up" if one.reaction > 0 else "down"


def left_out(name: str) -> tuple[str, ...]:
    """The emotions that belong to no class of a scheme."""
    return tuple(emotion for emotion in EMOTIONS if scheme(name).class_of(emotion) is None)


def tone(label: str) -> str:
    """`negative`, `positive` or `neutral`: the colour and the side of the middle line that a label is drawn in."""
    return side_of(label)


def valence(views: Mapping[str, Prediction]) -> list[float]:
    """Of every segment, the probability that it is positive less that it is negative, -1 to 1, from the finest view."""
    finest = views.get("8") or next(iter(views.values()))
    sides = {"positive": 1, "negative": -1, "neutral": 0}
    return [round(sum(sides[tone(label)] * share for label, share in segment.probabilities.items()), 3)
            for segment in finest.segments]


def packed(views: Mapping[str, Prediction]) -> dict[str, Any]:
    """The views for a script, which unpacks the very same numbers (answer.js).

    Times are there once, since all views are of the same segments; so is `who` speaks where there are several people, 0
    where they do at once. Probabilities and weights are bytes in base64: half
    of what their digits would take.
    """
    one = next(iter(views.values()))
    who = {"who": [segment.speaker or 0 for segment in one.segments]} if one.speakers else {}
    return {**who, "segments": [(segment.start_s, segment.end_s) for segment in one.segments],
            "attributions": [(window.start_s, window.end_s) for window in one.attributions],
            "views": {name: _packed(seen) for name, seen in views.items()}}


def _packed(seen: Prediction) -> dict[str, Any]:
    whole = replace(seen, segments=(), attributions=()).to_dict()
    names = [*seen.probabilities, NEITHER]
    return {**{key: value for key, value in whole.items() if key not in RENAMED}, "names": names,
            "labels": [names.index(segment.label) for segment in seen.segments],
            "shares": _bytes(segment.probabilities[name] for segment in seen.segments for name in seen.probabilities),
            "weights": _bytes(window.weight for window in seen.attributions)}


def _bytes(numbers: Iterable[float]) -> str:
    return base64.b64encode(np.fromiter(numbers, "<f8").tobytes()).decode()


@dataclass(frozen=True)
class Block:
    """A part of a lane, in percent of the recording; where several speak at once it has no `label`."""

    left: float
    width: float
    label: str | None


def lane(seen: Prediction, speaker: int) -> list[Block]:
    """Where one of several people speaks, and where several do at once, which is no person's."""
    length = max([seen.duration_s, *(segment.end_s for segment in seen.segments)])
    return [Block(round(100 * one.start_s / length, 2), round(100 * (one.end_s - one.start_s) / length, 2),
                  None if one.overlap else one.label)
            for one in seen.segments if one.overlap or one.speaker == speaker]


def labels_of(seen: Prediction) -> list[str]:
    """The labels of the segments, in the order of their scheme."""
    there = {one.label for one in seen.segments}
    return [name for name in (*seen.probabilities, NEITHER) if name in there]


def segment_bars(seen: Prediction) -> dict[str, str]:
    """The segments as bars, for a picture of 1000 by 100: a path of each tone."""
    paths = dict.fromkeys(("negative", "neutral", "positive"), "")
    length = max([seen.duration_s, *(segment.end_s for segment in seen.segments)])
    for one in seen.segments:
        kind, tall = tone(one.label), 46 * (likelihood(one) or 0.15)
        edges = {"positive": (50, 50 - tall), "negative": (50, 50 + tall), "neutral": (54, 46)}[kind]
        paths[kind] += _bar(one.start_s / length, one.end_s / length, *edges)
    return paths


def _bar(left: float, right: float, foot: float, top: float) -> str:
    return f"M{round(1000 * left, 1):g} {foot}V{round(top, 1):g}H{round(1000 * right, 1):g}V{foot}"


def stress(seen: Prediction) -> float:
    """Share of the speech, in seconds, in segments that sound stressed, 0 to 1."""
    lengths = [segment.end_s - segment.start_s for segment in seen.segments]
    stressed = [length for length, segment in zip(lengths, seen.segments, strict=True) if segment.label == "stressed"]
    return sum(stressed) / sum(lengths) if lengths else 0.0
