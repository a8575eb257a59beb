"""How good the bundled recognizer is, and for whom: figures of voices that it never heard, beside its file.

`recognizers/figures.json` is written by `make tables` from the committed predictions.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from intone import dataclass_json


@dataclass(frozen=True)
class Figure:
    """Shares of right answers, 0 to 1: `accuracy` of all `clips`, `uar` the mean over the classes."""

    clips: int
    accuracy: float
    uar: float


@dataclass(frozen=True)
class Figures:
    """Figures of the recognizer whose file has this `version`.

    `schemes`: by scheme, then `all`, `female` and `male`, on clean speech. `conditions`: by what befalls a recording,
    of eight emotions.
    """

    version: str
    measured_on: str
    schemes: dict[str, dict[str, Figure]]
    conditions: dict[str, Figure]


def figures_of(version: str) -> Figures | None:
    """The figures of a recognizer by its version; None for any but the bundled one."""
    found = _bundled()
    return found if found and found.version == version else None


@cache
def _bundled() -> Figures | None:
    path = files("intone") / "recognizers" / "figures.json"
    return dataclass_json.from_dict(Figures, json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None
