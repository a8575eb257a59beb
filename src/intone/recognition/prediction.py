"""The answer about a recording."""

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intone.labels import Scheme

NEITHER = "neither"
"""The label where most of the mass lies outside the scheme: a neutral voice is neither negative nor positive."""


@dataclass(frozen=True)
class RecognizerIdentity:
    """Which recognizer answered: its name, the beginning of its file's SHA-256, and the classes that it tells."""

    name: str
    version: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Segment:
    """A part of the recording in which someone speaks, in seconds from its beginning, and how it sounds."""

    start_s: float
    end_s: float
    label: str
    probabilities: dict[str, float]


@dataclass(frozen=True)
class Attribution:
    """A time window of about a quarter of a second of speech, and how much it speaks for the answer.

    `weight`: by how much the probability of the answer falls when this window is silenced (occlusion sensitivity);
    below 0 it speaks against.
    """

    start_s: float
    end_s: float
    weight: float


@dataclass(frozen=True)
class Prediction:
    """How a recording sounds.

    `label`: the most likely class without the sex, or "neither". `probabilities`: of every class, given that it is one
    of them; they sum to 1. `outside`: the probability of the emotions that the scheme leaves out. `confident`: whether
    the probability reaches the recognizer's confidence threshold, `outside` is at most a half, and the sound is like
    that of the training data; `reasons`: why not, and what else limits the answer, as noise and clipping do. `sex`:
    given or detected. `channel` only where one was asked for. `attributions`: every time window of the speech with its
    weight, only where an explanation was asked for.
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

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON has them; `channel` and `attributions` are there only where they were asked for.

        The names of version 0.2 (`sure`, `stretches`, `moments`) stay beside the new ones for one release.
        """
        plain = asdict(self)
        plain["reasons"] = list(self.reasons)
        plain["segments"] = [asdict(segment) for segment in self.segments]
        plain["recognizer"]["classes"] = list(self.recognizer.classes)
        plain["attributions"] = [asdict(one) for one in self.attributions]
        if self.channel is None:
            del plain["channel"]
        if not self.attributions:
            del plain["attributions"]
        return plain | {old: plain[new] for old, new in RENAMED.items() if new in plain}

    def __getattr__(self, name: str) -> Any:
        """The fields by their names of version 0.2, with a DeprecationWarning."""
        if name not in RENAMED:
            raise AttributeError(f"'Prediction' has no attribute '{name}'")
        warnings.warn(f"Prediction.{name} is called {RENAMED[name]} now.", DeprecationWarning, stacklevel=2)
        return getattr(self, RENAMED[name])


RENAMED = {"sure": "confident", "stretches": "segments", "moments": "attributions"}
"""Fields of a prediction by their names of version 0.2."""


def percent(share: float) -> str:
    """A probability as a person says it: `0.874` -> `87%`; never `0%` or `100%`, which would be a promise."""
    return "<1%" if share < 0.01 else ">99%" if share > 0.99 else f"{share:.0%}"


def in_scheme(scheme: Scheme, masses: NDArray[np.float64]) -> tuple[str, dict[str, float], float]:
    """Label, probabilities within the scheme, and the mass outside it, from masses (classes,) that sum to at most 1."""
    inside = float(masses.sum())
    outside = 1.0 - inside if inside < 1 - 1e-6 else 0.0  # what is below is rounding
    shares = masses / inside if inside > 0 else np.full(len(masses), 1 / len(masses))
    label = NEITHER if outside > 0.5 else scheme.classes[int(np.argmax(shares))]
    return label, dict(zip(scheme.classes, map(float, shares), strict=True)), outside
