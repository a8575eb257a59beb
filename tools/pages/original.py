"""The recipe that intone started from: men, two classes."""

import pandas as pd

from intone.evaluation.report import Summary, interval, percent, summarize, table
from pages.committed import Results


def unheard(results: Results) -> Summary:
    """Speakers never heard, five folds."""
    return summarize(results.rows("original/male-2-classes-5fold"))


def heard(results: Results) -> pd.DataFrame:
    """The clips that it was trained on: the original's predictions.csv."""
    return results.csv("original/male-2-classes-predictions")


def heard_right(results: Results) -> float:
    """The share of those that it answers right."""
    rows = heard(results)
    return float((rows["y_pred"] == rows["emotion_label"]).mean())


def original_male(results: Results) -> str:
    """What the original reports, and what a stranger gets."""
    found, rows = unheard(results), heard(results)
    always = float(rows["emotion_label"].value_counts(normalize=True).iloc[0])
    return table(("original recipe, men, 2 classes", "clips", "accuracy", "UAR"), [
        ["on the clips it was trained on", str(len(rows)), percent(heard_right(results)), "-"],
        ["on speakers it never heard (five folds)", str(found.clips), interval(found.accuracy), percent(found.uar.value)],
        [f"always {found.majority_class}", str(found.clips), percent(always), "50.0"],
    ])
