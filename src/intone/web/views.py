"""The views of an answer: the same recording in each class scheme, and how it is drawn."""

from collections.abc import Mapping, Sequence

from intone.labels import EMOTIONS, SCHEMES, scheme, side_of
from intone.recognition.prediction import NEITHER, Prediction, Segment


def shown(answerable: Sequence[str]) -> tuple[str, ...]:
    """The schemes that the page shows, of those that a recognizer can answer; in the order of `SCHEMES`."""
    return tuple(name for name in SCHEMES if name in answerable)


def class_names() -> tuple[str, ...]:
    """Every class that an answer can have, in any scheme, and "neither"."""
    return tuple(dict.fromkeys([*(name for one in SCHEMES.values() for name in one.classes), NEITHER]))


def likelihood(part: Prediction | Segment) -> float | None:
    """Probability of the label of a prediction or of a segment; None for a segment that is "neither"."""
    if part.label in part.probabilities:
        return part.probabilities[part.label]
    return getattr(part, "outside", None)


def left_out(name: str) -> tuple[str, ...]:
    """The emotions that belong to no class of a scheme."""
    return tuple(emotion for emotion in EMOTIONS if scheme(name).class_of(emotion) is None)


def tone(label: str) -> str:
    """`negative`, `positive` or `neutral`: the colour and the side of the middle line that a label is drawn in."""
    return side_of(label)


def valence(views: Mapping[str, Prediction]) -> list[dict[str, float]]:
    """Of every segment, the probability that it is positive less that it is negative, -1 to 1, from the finest view."""
    finest = views.get("8") or next(iter(views.values()))
    sides = {"positive": 1, "negative": -1, "neutral": 0}
    return [{"start_s": segment.start_s, "end_s": segment.end_s,
             "value": round(sum(sides[tone(label)] * share for label, share in segment.probabilities.items()), 4)}
            for segment in finest.segments]


def stress(seen: Prediction) -> float:
    """Share of the speech, in seconds, in segments that sound stressed, 0 to 1."""
    lengths = [segment.end_s - segment.start_s for segment in seen.segments]
    stressed = [length for length, segment in zip(lengths, seen.segments, strict=True) if segment.label == "stressed"]
    return sum(stressed) / sum(lengths) if lengths else 0.0
