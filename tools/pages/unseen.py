"""Unseen speakers and unseen corpora side by side.

The predictions for an unseen corpus are in `FOLDERS`, as CORPUS.csv. It was left out where the bundled recognizer is
trained on it, and is for evaluation only otherwise.
"""

from functools import cache

import intone
from intone.corpora.registry import facts, ordered
from intone.evaluation.cross_validation import EVALUATED_ONLY, LEFT_OUT, SPEAKERS
from intone.evaluation.unseen import Unseen, measured, note, to_markdown
from intone.recognition.model_file import ModelSettings
from pages.committed import Results
from pages.speakers import ACROSS, WITHIN

FOLDERS = ("across-corpora", "evaluation-only", "unseen-corpora")
BETWEEN_TWO = "-to-"
"""What the names of predictions have by networks that are trained on one corpus alone (`speakers.ACROSS`)."""


def unseen(results: Results) -> str:
    """Both as one table."""
    return to_markdown(lines(results))


def calm_as_neutral(results: Results) -> str:
    """The sentence about the corpora without calm."""
    return note(lines(results))


@cache
def lines(results: Results) -> dict[tuple[str, str], Unseen]:
    """The lines of the table: five folds, corpora that were left out, and those for evaluation only."""
    named = {(title, SPEAKERS): file for title, file in WITHIN.items()}
    trained_on = settings().data
    for how in (LEFT_OUT, EVALUATED_ONLY):
        own = {name: file for name, file in corpora(results).items() if (name in trained_on) == (how == LEFT_OUT)}
        named |= {(facts(name).title, how): own[name] for name in ordered(own)}
    return {key: measured(rows, dict.fromkeys(rows["fold"], settings()))
            for key, rows in ((key, results.rows(file)) for key, file in named.items())}


def corpora(results: Results) -> dict[str, str]:
    """The file of each unseen corpus; without one, that of a network that was trained on one other corpus."""
    found = {tested.lower(): file for (_, tested), file in ACROSS.items() if (results.folder / f"{file}.csv").is_file()}
    for folder in FOLDERS:
        found |= {path.stem: f"{folder}/{path.stem}" for path in sorted((results.folder / folder).glob("*.csv"))
                  if BETWEEN_TWO not in path.stem}
    return found


def settings() -> ModelSettings:
    """Those of the bundled recognizer."""
    (model,) = intone.load().models
    return model.settings
