"""Emotions, sexes, and the schemes that group emotions into classes.

An emotion is one of the eight of RAVDESS, in the order of its file names. A *scheme* says which class an emotion
belongs to; emotions that it leaves out have none. A *label* is an output of a network: `<sex>_<emotion or class>`, such
as `male_negative`, as in the system that intone started from.

A new scheme is one more entry of `SCHEMES`: command line, API, page, training and evaluation take their choices and
words from there.

Probabilities are arrays (..., classes) whose last axis follows the order of the scheme's classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intone.errors import UsageError

EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
"""The eight emotions; the number in a RAVDESS file name is the index here plus one."""

Sex = Literal["male", "female"]
SexChoice = Literal["male", "female", "both"]
SEXES: tuple[Sex, ...] = ("female", "male")

Side = Literal["negative", "positive", "neutral"]
"""The valence of a class, as it is drawn."""


@dataclass(frozen=True)
class Scheme:
    """A grouping of the eight emotions into classes.

    `groups` maps each class to its emotions; `classes` are sorted by name as the original sorts them, except for the
    eight emotions themselves, which keep the order of RAVDESS. `words`: what the page calls the scheme. `sides`: the
    classes that the page draws as positive or negative though not all of their emotions are.

    >>> arousal = Scheme("arousal", {"high": ("angry", "fearful"), "low": ("calm", "sad")}, "Arousal")
    >>> arousal.class_of("sad"), arousal.class_of("happy")
    ('low', None)
    """

    name: str
    groups: dict[str, tuple[str, ...]]
    words: str = ""
    sides: dict[str, Side] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.groups)

    def class_of(self, emotion: str) -> str | None:
        """The class of an emotion, or None where the scheme leaves it out."""
        return next((name for name, emotions in self.groups.items() if emotion in emotions), None)

    def side(self, name: str) -> Side:
        """The valence of a class: that of its emotions, neutral where they differ.

        Disgust is negative, though the two classes of the original system leave it out.
        """
        own: set[Side] = {_SIDES.get(emotion, "neutral") for emotion in self.groups[name]}
        return self.sides.get(name) or (own.pop() if len(own) == 1 else "neutral")

    def sums(self, emotions: NDArray[np.floating]) -> NDArray[np.float64]:
        """Probability of each class, not renormalised: (..., 8) -> (..., classes). What is missing to 1 is outside."""
        columns = [[EMOTIONS.index(emotion) for emotion in group] for group in self.groups.values()]
        return np.stack([np.asarray(emotions, float)[..., column].sum(-1) for column in columns], axis=-1)


_SIDES: dict[str, Side] = {"sad": "negative", "angry": "negative", "fearful": "negative", "disgust": "negative",
                           "calm": "positive", "happy": "positive"}

SCHEMES: dict[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme("2", {"negative": ("sad", "angry", "fearful"), "positive": ("calm", "happy")}, "2 classes"),
        Scheme("3", {"negative": ("sad", "angry", "fearful"), "neutral": ("neutral", "calm"), "positive": ("happy",)},
               "3 classes"),
        Scheme("8", {emotion: (emotion,) for emotion in EMOTIONS}, "8 emotions"),
        Scheme(
            "stress",
            {
                "not stressed": ("neutral", "calm", "happy", "surprised"),
                "stressed": ("sad", "angry", "fearful", "disgust"),
            },
            "Stress",
            {"not stressed": "positive", "stressed": "negative"},
        ),
    )
}
"""The class schemes by name, the coarsest first, as every list of choices has them."""


def scheme(classes: int | str) -> Scheme:
    """The scheme for 2, 3 or 8 classes, or "stress"; anything else is a UsageError that lists these.

    >>> scheme(2).classes
    ('negative', 'positive')
    """
    found = SCHEMES.get(str(classes))
    if found is None:
        *others, last = SCHEMES
        raise UsageError(f"There is no scheme with {classes} classes: choose {', '.join(others)} or {last}.")
    return found


def side_of(label: str) -> Side:
    """The valence that a class of any scheme is drawn with; "neither" is neutral."""
    return next((one.side(label) for one in SCHEMES.values() if label in one.groups), "neutral")


def check_sex(sex: str, choices: Sequence[str] = ("male", "female", "both")) -> str:
    """The name itself, if it is one of the choices; else a UsageError that lists them."""
    if sex not in choices:
        raise UsageError(f"There is no sex '{sex}' to choose: {', '.join(choices[:-1])} or {choices[-1]}.")
    return sex


def network_labels(classes: int | str, sex: str) -> tuple[str, ...]:
    """`<sex>_<class>` for every output of a network: sorted by sex, then in the order of the scheme."""
    sexes = SEXES if check_sex(sex) == "both" else (sex,)
    return tuple(f"{one}_{name}" for one in sexes for name in scheme(classes).classes)


def split_label(label: str) -> tuple[str, str]:
    """`male_negative` -> (`male`, `negative`); a UsageError for anything that is not `<sex>_<class>`."""
    sex, _, name = label.partition("_")
    if sex not in SEXES or not name:
        raise UsageError(f"'{label}' is not a label of the form <sex>_<class>.")
    return sex, name


def parts(outputs: Sequence[str]) -> NDArray[np.int64]:
    """What the labels of a network consist of, (labels, 2): the number of each one's class, and that of its sex.

    They count through: first the classes in the order of the labels, then the sexes. What a network learns of sadness
    is then learned from all sad speakers, and of women from all women, and not of sad women from sad women alone.
    """
    sexes, classes = zip(*map(split_label, outputs), strict=True)
    numbers = {name: number for number, name in enumerate(dict.fromkeys([*classes, *sexes]))}
    return np.array([[numbers[name], numbers[sex]] for sex, name in zip(sexes, classes, strict=True)])
