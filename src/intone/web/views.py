"""The views of an answer: the same recording in two, three or eight classes, and how each is drawn."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from intone.labels import EMOTIONS, SCHEMES, scheme

if TYPE_CHECKING:
    from intone.prediction import Prediction, Stretch

_SHOWN = ("2", "3", "8")
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
