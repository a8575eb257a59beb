"""Accuracy under corruptions and for short clips; how well segments are found; whether attributions matter."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import wilcoxon

from intone.audio.augment import CORRUPTIONS
from intone.evaluation.metrics import Interval
from intone.evaluation.report import answers, difference, interval, majority_rows, percent, signed, summarize, table
from intone.labels import scheme
from intone.recognition import hysteresis
from intone.recognition.live import WINDOW_S
from pages.committed import TUNED, MissingError, Results

RECORDED = "as recorded"
NEAR_S = 0.3


def robustness(results: Results) -> str:
    """UAR of each condition in emotions and in two classes, the change, and refusals; RAVDESS."""
    return _table(conditions(results))


def robustness_crema_d(results: Results) -> str:
    """The same of CREMA-D, among its six emotions."""
    return _table(conditions(results, "robustness/default-crema-d"))


def _table(parts: Mapping[str, pd.DataFrame]) -> str:
    rows = [[name, _uar(part, "8"), _change(part, parts[RECORDED], "8"), _uar(part, "2"),
             _change(part, parts[RECORDED], "2"), str(summarize(part).refused)] for name, part in parts.items()]
    always = [majority_rows([summarize(parts[RECORDED], scheme(name))])[0] for name in ("8", "2")]
    rows.append([f"{always[0][0]}, {always[1][0]}", always[0][3], "-", always[1][3], "-", "-"])
    emotions = f"UAR, {len(summarize(parts[RECORDED]).by_class)} classes"
    return table(("condition", emotions, "change", "UAR, 2 classes", "change", "refused"), rows)


def conditions(results: Results, file: str = "robustness/default") -> Mapping[str, pd.DataFrame]:
    """The predictions under each condition, in the order of `CORRUPTIONS`; a MissingError where one is not there."""
    rows = results.rows(file, "condition")
    if lacking := [name for name in CORRUPTIONS if name not in set(rows["condition"])]:
        raise MissingError(f"results/{file}.csv lacks the condition {lacking[0]!r}.")
    return {name: rows[rows["condition"] == name].drop(columns="condition") for name in CORRUPTIONS}


def uar_of(part: pd.DataFrame, classes: str) -> Interval:
    """UAR of some predictions, read in some classes."""
    return summarize(part, scheme(classes)).uar


def _uar(part: pd.DataFrame, classes: str) -> str:
    return interval(uar_of(part, classes))


def _change(part: pd.DataFrame, recorded: pd.DataFrame, classes: str) -> str:
    """UAR minus that of the clips as recorded, paired over speakers."""
    if part is recorded:
        return "-"
    return signed(difference(*(answers(one, scheme(classes)) for one in (part, recorded))))


def short(results: Results) -> str:
    """The same clips cut after some seconds of speech, and whole."""
    cut, whole = results.rows("short/default", "seconds"), results.rows(TUNED)
    parts = {f"{seconds:g} s": part.drop(columns="seconds") for seconds, part in cut.groupby("seconds")}
    clips = set(cut["clip"])
    parts["whole"] = whole[whole["clip"].isin(clips)]
    rows = []
    for name, part in parts.items():
        one, two = summarize(part), summarize(part, scheme("2"))
        values = (one.accuracy, one.uar, two.accuracy, two.uar)
        rows.append([name, str(one.clips), *(interval(value) for value in values), str(one.refused)])
    always = [majority_rows([summarize(parts["whole"], scheme(name))])[0] for name in ("8", "2")]
    rows.append([f"{always[0][0]}, {always[1][0]}", always[0][1], *always[0][2:], *always[1][2:], "-"])
    return table(("speech", "clips", "accuracy, 8 classes", "UAR, 8 classes", "accuracy, 2 classes", "UAR, 2 classes",
                  "refused"), rows)


def joins(results: Results) -> str:
    """How near to the true join of two clips a segment ends."""
    rows = results.csv("joins")
    parts = {f"trimmed clips, pauses of {pause:g} s" if pause else "clips as recorded": part
             for pause, part in rows.groupby("pause_s")}
    parts["all"] = rows
    return table(("recordings of three clips", "joins", "median distance (s)", f"within {NEAR_S:g} s (%)"),
                 [[name, str(len(part)), _seconds(float(part["distance_s"].median())),
                   percent(float((part["distance_s"] < NEAR_S).mean()))] for name, part in parts.items()])


def live(results: Results) -> str:
    """What is shown live, by the window and the hysteresis: the one that is used, and its neighbours."""
    rows = results.csv("live")
    used = rows["lead"].isin([0.0, hysteresis.LEAD]) & rows["times"].isin([1, hysteresis.TIMES])
    other = (rows["window_s"] == WINDOW_S) & ((rows["times"] == hysteresis.TIMES) | (rows["lead"] == hysteresis.LEAD))
    chosen = rows[used | other].sort_values(["window_s", "lead", "times"])
    return table(("window (s)", "lead", "in a row", "right (%)", "changes a minute"),
                 [[f"{one.window_s:g}", f"{one.lead:g}", str(one.times), percent(one.right), f"{one.changes:.1f}"]
                  for one in chosen.itertuples()], text=0)


def live_spoken(results: Results) -> str:
    """How often a minute the emotion of the recordings changes on which the live label was measured."""
    return f"{results.csv('live')['spoken'].iloc[0]:.1f}"


def _seconds(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "none found"


def deletion(results: Results) -> str:
    """What deleting the time windows of largest attribution changes, against random ones; Wilcoxon's test."""
    rows = results.csv("deletion").dropna(subset=["top_change", "random_change"])
    p = float(wilcoxon(rows["top_change"], rows["random_change"]).pvalue)
    shown = "< 0.001" if p < 0.001 else f"{p:.3f}"
    top, random = (f"{100 * rows[name].median():+.1f}" for name in ("top_change", "random_change"))
    return table(("deleted windows", "clips", "median change of the answer's probability (points)",
                  "p (Wilcoxon, paired)"),
                 [["the fifth with the largest attributions", str(len(rows)), top, shown],
                  ["a fifth at random", str(len(rows)), random, "-"]])
