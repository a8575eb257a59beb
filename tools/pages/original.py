"""The recipe that intone started from: men, two classes."""

import pandas as pd

from intone.evaluation.report import MAJORITY, Summary, interval, percent, summarize, table
from pages.committed import Results


def unseen(results: Results) -> Summary:
    """Unseen speakers, five folds."""
    return summarize(results.rows("original/male-2-classes-5fold"))


def trained_on(results: Results) -> pd.DataFrame:
    """Predictions for the training clips: the original's predictions.csv."""
    return results.csv("original/male-2-classes-predictions")


def trained_on_right(results: Results) -> float:
    """The share of the training clips that are answered right."""
    rows = trained_on(results)
    return float((rows["y_pred"] == rows["emotion_label"]).mean())


def original_male(results: Results) -> str:
    """What the original reported, and what unseen speakers get."""
    found, rows = unseen(results), trained_on(results)
    always = float(rows["emotion_label"].value_counts(normalize=True).iloc[0])
    return table(("original recipe, men, 2 classes", "clips", "accuracy", "UAR"), [
        ["training clips", str(len(rows)), percent(trained_on_right(results)), "-"],
        ["unseen speakers (five folds)", str(found.clips), interval(found.accuracy), percent(found.uar.value)],
        [MAJORITY.format(found.majority_class), str(found.clips), percent(always), "50.0"],
    ])
