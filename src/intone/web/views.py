"""The views of an answer: the same recording in two, three or eight classes, or by strain, and how each is drawn."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from intone.labels import EMOTIONS, SCHEMES, scheme

if TYPE_CHECKING:
    from intone.prediction import Prediction, Stretch

_SHOWN = ("2", "3", "8", "stress")
_TONES = {"negative": "negative", "positive": "positive", "stressed": "negative", "not stressed": "positive"}


def shown(answerable: Sequence[str]) -> tuple[str, ...]:
    """The schemes that the page shows, of those that a recognizer can answer; the coarsest first."""
    return tuple(name for name in _SHOWN if name in answerable) or tuple(answerable)


def likelihood(part: "Prediction | Stretch") -> float | None:
    """Probability of the label of a prediction or of a stretch; None for a stretch that is "neither"."""
    if part.label in part.probabilities:
        return part.probabilities[part.label]
    return getattr(part, "outside", None)


def left_out(name: str) -> tuple[str, ...]:
    """The emotions that belong to no class of a scheme."""
    return tuple(emotion for emotion in EMOTIONS if scheme(name).class_of(emotion) is None)


def tone(label: str) -> str:
    """`negative`, `positive` or `neutral`: the colour and the side of the middle line that a label is drawn in."""
    return _TONES.get(label) or SCHEMES["2"].class_of(label) or "neutral"


def valence(views: Mapping[str, "Prediction"]) -> list[dict[str, float]]:
    """Of every stretch, the probability that it is positive less that it is negative, -1 to 1, from the finest view."""
    finest = views.get("8") or next(iter(views.values()))
    sides = {"positive": 1, "negative": -1, "neutral": 0}
    return [{"start_s": stretch.start_s, "end_s": stretch.end_s,
             "value": round(sum(sides[tone(label)] * share for label, share in stretch.probabilities.items()), 4)}
            for stretch in finest.stretches]


def strain(seen: "Prediction") -> float:
    """Share of the speech, in seconds, in stretches that sound stressed, 0 to 1."""
    lengths = [stretch.end_s - stretch.start_s for stretch in seen.stretches]
    stressed = [length for length, stretch in zip(lengths, seen.stretches, strict=True) if stretch.label == "stressed"]
    return sum(stressed) / sum(lengths) if lengths else 0.0
