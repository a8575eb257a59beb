"""Systems side by side, and the bundled recognizer in detail: RAVDESS speech, five folds by actor."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import intone
from intone.evaluation import metrics, unseen
from intone.evaluation.metrics import Interval
from intone.evaluation.report import (
    MAJORITY,
    Answers,
    Summary,
    answers,
    difference,
    interval,
    majority_rows,
    pad,
    percent,
    signed,
    summarize,
    table,
)
from intone.labels import scheme
from intone.recognition.calibration import prior_corrected, temperature_scaled
from intone.recognition.scoring import classes_of
from pages.committed import CLASSES, DEFAULT, REFERENCE, SYSTEMS, Results

OWN = SYSTEMS[DEFAULT]
SHARES = (1.0, 0.9, 0.8, 0.5)


def systems(results: Results) -> str:
    """Every metric of every system, eight emotions."""
    heads = ("system", "accuracy", "UAR", f"UAR minus {DEFAULT}'s", "macro-F1", "UAR women", "UAR men", "women - men",
             "ECE", "refused")
    found = {name: results.summary(file) for name, file in SYSTEMS.items()}
    rows = [[name, interval(one.accuracy), interval(one.uar), _minus_default(results, name), interval(one.macro_f1),
             *(percent(one.by_sex[sex]) for sex in ("female", "male")), signed(gap(one)), percent(one.ece),
             str(one.refused)] for name, one in found.items()]
    return table(heads, rows + [pad(row, len(heads)) for row in _always(found.values())])


def systems_short(results: Results) -> str:
    """The most important of it."""
    found = {name: results.summary(file) for name, file in SYSTEMS.items()}
    rows = [[name, interval(one.accuracy), interval(one.uar), _minus_default(results, name)]
            for name, one in found.items()]
    return table(("system", "accuracy", "UAR", f"UAR minus {DEFAULT}'s"),
                 rows + [pad(row, 4) for row in _always(found.values())])


def _always(found: Iterable[Summary]) -> list[list[str]]:
    """Majority-class baselines, without the number of clips."""
    return [[name, *values] for name, _, *values in majority_rows(found)]


def _minus_default(results: Results, name: str) -> str:
    if name == DEFAULT:
        return "-"
    return signed(difference(results.answers(SYSTEMS[name]), results.answers(OWN)))


def gap(one: Summary) -> Interval:
    """Women's UAR minus men's, of clips of both."""
    assert one.gap is not None
    return one.gap


def classes(results: Results) -> str:
    """The same predictions read in eight, three and two classes and as stress."""
    rows = []
    for name in CLASSES:
        found = {system: results.summary(SYSTEMS[system], name) for system in (DEFAULT, REFERENCE)}
        rows += [[name, system, str(one.clips), interval(one.accuracy), interval(one.uar)]
                 for system, one in found.items()]
        rows += [[name, *row] for row in majority_rows(found.values())]
    return table(("classes", "system", "clips", "accuracy", "UAR"), rows, text=2)


def classes_short(results: Results) -> str:
    """The same of the bundled recognizer alone, with the majority-class baseline in a column."""
    rows = []
    for name in CLASSES:
        one = results.summary(OWN, name)
        rows.append([name, str(one.clips), interval(one.accuracy), interval(one.uar),
                     f"{percent(one.majority)} ({one.majority_class})"])
    return table(("classes", "clips", "accuracy", "UAR", "majority-class accuracy"), rows)


def by_emotion(results: Results) -> str:
    """Recall of each emotion, every system."""
    found = {name: results.summary(file) for name, file in SYSTEMS.items()}
    return recalls_table(found)


def recalls_table(found: dict[str, Summary]) -> str:
    """Recall of each class of some systems on the same clips, with the majority-class baseline."""
    one = next(iter(found.values()))
    rows = [[name, *(percent(share) for share in each.by_class.values())] for name, each in found.items()]
    always = [percent(float(name == one.majority_class)) for name in one.by_class]
    return table(("system", *one.by_class), [*rows, [MAJORITY.format(one.majority_class), *always]])


def confusion(results: Results) -> str:
    """The confusion matrix, in percent of the clips of each emotion."""
    found = results.answers(OWN)
    shares = confusion_shares(found)
    rows = [[name, *(percent(share) for share in line)] for name, line in zip(found.classes, shares, strict=True)]
    return table(("true emotion", *found.classes, "refused"), rows)


def confusion_shares(found: Answers) -> NDArray[np.float64]:
    """Share of each class that was answered with each, and refused: (classes, classes + 1), each row sums to 1."""
    counts = found.by_speaker.sum(axis=0)
    return counts / counts.sum(axis=1, keepdims=True)


def coverage(results: Results) -> str:
    """Accuracy of the most confident answers alone."""
    rows = []
    for name in CLASSES[:3]:
        found, one = results.answers(OWN, name), results.summary(OWN, name)
        rows.append([name, DEFAULT, *(interval(covered(found, share)) for share in SHARES)])
        rows.append([name, MAJORITY.format(one.majority_class), *[percent(one.majority)] * len(SHARES)])
    return table(("classes", "system", *(f"{100 * share:.0f} % of the clips" for share in SHARES)), rows, text=2)


def covered(found: Answers, share: float) -> Interval:
    """Accuracy of the most confident share of the answers; a refusal counts as least confident, and as wrong."""
    return metrics.coverage_over_speakers(found.confident, found.right, found.speaker, share)


def confident(results: Results, name: str) -> tuple[float, float]:
    """The share of the answers that is confident by the thresholds of the bundled recognizer, and how many are right.

    Clips of emotions that the scheme leaves out are left out.
    """
    (model,), rows = intone.load().models, results.rows(OWN)
    right, told, clips = unseen.confident(rows, dict.fromkeys(rows["fold"], model.settings), scheme(name)).sum(axis=0)
    return told / clips, right / told


def calibration(results: Results) -> str:
    """The calibration error before and after the calibration, and on the test speakers."""
    before = results.rows("calibration/default")
    after = calibrated(before, results)
    rows = []
    for name in CLASSES[:3]:
        one, other = (summarize(some, scheme(name)) for some in (before, after))
        rows.append([name, percent(one.ece), percent(other.ece), percent(results.summary(OWN, name).ece)])
    return table(("classes", "ECE, validation speakers, uncalibrated", "ECE, validation speakers, calibrated",
                  "ECE, test speakers, calibrated"), rows)


def temperature(results: Results) -> float:
    """The temperature of the bundled recognizer."""
    return float(results.json("calibration/default")["temperature"])


def prior_correction(results: Results) -> float:
    """The prior correction of the emotions that only some corpora have, in the bundled recognizer."""
    (found,) = set(results.json("calibration/default")["factors"].values())
    return float(found)


def calibrated(rows: pd.DataFrame, results: Results) -> pd.DataFrame:
    """Predictions with the prior correction and the temperature of the bundled recognizer."""
    columns = list(classes_of(rows))
    correction = results.json("calibration/default")["factors"]
    masses = prior_corrected(rows[columns].to_numpy(float), columns, correction)
    return rows.assign(**dict(zip(columns, temperature_scaled(masses, temperature(results)).T, strict=True)))


def validating(results: Results, classes: str, *, after: bool) -> Answers:
    """The answers for the validation speakers, before or after the calibration."""
    rows = results.rows("calibration/default")
    return answers(calibrated(rows, results) if after else rows, scheme(classes))
