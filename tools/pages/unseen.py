"""Unseen speakers and unseen corpora side by side.

The predictions for an unseen corpus are in `committed.LEFT_OUT`, as CORPUS.csv. It was left out where the bundled
recognizer is trained on it, and is for evaluation only otherwise.
"""

from functools import cache

import intone
from intone.corpora.registry import facts, ordered
from intone.evaluation.cross_validation import EVALUATED_ONLY, LEFT_OUT, SPEAKERS
from intone.evaluation.report import percent, table
from intone.evaluation.unseen import Unseen, measured, note, to_markdown
from pages.committed import FREE, Results
from pages.committed import LEFT_OUT as LEFT_OUT_FILES
from pages.speakers import WITHIN
from pages.systems import settings


def unseen(results: Results) -> str:
    """Both as one table."""
    return to_markdown(lines(results))


def short(results: Results) -> str:
    """The columns of it that matter most, without intervals."""
    heads = ("tested on", "unseen", "clips", "classes", "UAR (chance)", "ECE", "clear: 8 classes", "right",
             "likely or clear", "right", "clear: 2 classes", "right", "likely or clear", "right")
    rows = []
    for (tested, how), one in lines(results).items():
        told = [step[name] for name in ("8", "2") for step in (one.confident, one.likely)]
        cells = [share for each in told for share in (each.coverage, each.precision)]
        rows.append([tested, how, str(one.clips), str(len(one.classes)),
                     f"{percent(one.uar.value)} ({percent(1 / len(one.classes))})",
                     *("-" if value is None else percent(value.value) for value in (one.ece, *cells))])
    return table(heads, rows, text=2)


def calm_as_neutral(results: Results) -> str:
    """The sentence about the corpora without calm."""
    return note(lines(results))


@cache
def lines(results: Results) -> dict[tuple[str, str], Unseen]:
    """The lines of the table: five folds, corpora that were left out, and those for evaluation only."""
    named = {(title, SPEAKERS): file for title, file in WITHIN.items()}
    trained_on = settings().data
    for how in (LEFT_OUT, EVALUATED_ONLY):
        own = {name: file for name, file in results.corpora(LEFT_OUT_FILES).items()
               if (name in trained_on) == (how == LEFT_OUT)}
        named |= {(facts(name).title, how): own[name] for name in ordered(own)}
    return {key: measured(rows, dict.fromkeys(rows["fold"], settings()))
            for key, rows in ((key, results.rows(file)) for key, file in named.items())}


def free(results: Results) -> str:
    """The unseen corpora of the recognizer for commercial use."""
    (model,) = intone.load("crema-d").models
    files = results.corpora(FREE)
    parts = {(facts(name).title, LEFT_OUT): results.rows(files[name]) for name in ordered(files)}
    return to_markdown({key: measured(rows, dict.fromkeys(rows["fold"], model.settings))
                        for key, rows in parts.items()})
