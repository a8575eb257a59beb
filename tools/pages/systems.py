"""Systems side by side, and the bundled recognizer in detail: RAVDESS speech, five folds by actor."""

from collections.abc import Iterable
from functools import cache

import numpy as np
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
    table,
)
from intone.labels import scheme
from intone.recognition.calibration import temperature_scaled
from intone.recognition.model_file import ModelSettings
from intone.recognition.scoring import classes_of
from pages.committed import CLASSES, DEFAULT, LEFT_OUT, REFERENCE, SYSTEMS, Results

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
    rows = results.rows(OWN)
    right, told, clips = unseen.confident(rows, dict.fromkeys(rows["fold"], settings()), scheme(name)).sum(axis=0)
    return told / clips, right / told


def calibration(results: Results) -> str:
    """The calibration error on unseen corpora before and after the calibration, and on unseen speakers."""
    rows = []
    for name in CLASSES[:3]:
        corpora = [unseen_corpora(results, name, after=after) for after in (False, True)]
        cells = [percent(float(np.mean([metrics.calibration_error(one.confident[~one.refused], one.right[~one.refused])
                                        for one in found]))) for found in corpora]
        rows.append([name, *cells, percent(results.summary(OWN, name).ece)])
    return table(("classes", "ECE, left-out corpora, uncalibrated", "ECE, left-out corpora, calibrated",
                  "ECE, unseen speakers, calibrated"), rows)


def unseen_corpora(results: Results, classes: str, *, after: bool = True) -> list[Answers]:
    """The answers about each left-out corpus, before or after the calibration."""
    files = results.corpora(LEFT_OUT)
    found = []
    for name in settings().data:
        rows = results.rows(files[name])
        columns = list(classes_of(rows))
        if not after:
            masses = temperature_scaled(rows[columns].to_numpy(float), 1 / settings().temperature)
            rows = rows.assign(**dict(zip(columns, masses.T, strict=True)))
        found.append(answers(rows, scheme(classes)))
    return found


def temperature(_results: Results) -> float:
    """The temperature of the bundled recognizer."""
    return settings().temperature


@cache
def settings() -> ModelSettings:
    """Those of the bundled recognizer."""
    (model,) = intone.load().models
    return model.settings


def confidence(_: Results) -> str:
    """From which probability on answers are clear or likely, by scheme: how many were, and how many of these right.

    Measured where the thresholds were chosen.
    """
    own, rows = settings(), []
    for name in CLASSES:
        cells = [percent(share) for step in (own.confidence[name], own.likely[name])
                 for share in (step.threshold, step.coverage, step.precision)]
        rows.append([name, *cells])
    return table(("classes", "clear from", "answers", "right", "likely from", "likely or clear", "right"), rows)
