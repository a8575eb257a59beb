"""The measured results of the bundled recognizer: how good it is, for whom, and how reliable its probabilities are.

`recognizers/results.json` is written by `make tables` from the committed out-of-fold predictions.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from intone import dataclass_json
from intone.recognition.prediction import Reliability

FEWEST = 30
"""Answers below which a bin says nothing."""

RECORDED, NOISY, CLIPPED = "as recorded", "noisy", "clipped"
"""Kinds of recordings that reliability was measured for."""


@dataclass(frozen=True)
class Metrics:
    """Metrics on some clips, 0 to 1: `accuracy`, and `uar`, the unweighted average recall."""

    clips: int
    accuracy: float
    uar: float


@dataclass(frozen=True)
class Bin:
    """Answers whose probability lies from `low` to below `high`, and the share of them that was right."""

    low: float
    high: float
    answers: int
    right: float


@dataclass(frozen=True)
class PublishedResults:
    """The results of the recognizer whose file has this `version`.

    `schemes`: metrics by class scheme, then `all`, `female` and `male`, as recorded. `conditions`: metrics by
    corruption, of eight emotions. `reliability`: by class scheme and kind of recording, the bins of the probability of
    an answer that have any, on recordings of the emotions that the scheme has; `reliability_of` says whose.
    """

    version: str
    measured_on: str
    schemes: dict[str, dict[str, Metrics]]
    conditions: dict[str, Metrics]
    reliability: dict[str, dict[str, tuple[Bin, ...]]]
    reliability_of: str

    def reliable(self, scheme: str, condition: str, probability: float) -> Reliability | None:
        """How often answers of this probability were right; None where fewer than `FEWEST` were measured.

        >>> results = PublishedResults("0", "", {}, {}, {"2": {"noisy": (Bin(0.5, 0.6, 50, 0.62),)}}, "somebody")
        >>> results.reliable("2", "noisy", 0.57).right
        0.62
        >>> results.reliable("8", "noisy", 0.57) is None
        True
        """
        for one in self.reliability.get(scheme, {}).get(condition, ()):
            if one.low <= probability < one.high or probability == one.high == 1:
                return None if one.answers < FEWEST else Reliability(one.low, one.high, one.answers, one.right,
                                                                     condition, self.reliability_of)
        return None


@cache
def results_of(version: str) -> PublishedResults | None:
    """The results of a recognizer by its version; None for any but the bundled one."""
    path = Path(__file__).parents[1] / "recognizers" / "results.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return dataclass_json.from_dict(PublishedResults, found) if found.get("version") == version else None
