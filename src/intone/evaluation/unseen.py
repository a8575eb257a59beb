"""Unseen speakers and unseen corpora in one table: how often the answers are right, and how rightly confident.

The *own* classes of a corpus are those that occur in the truth. UAR (own) is that of answers chosen among these alone:
the probabilities of all others are set to zero, and the rest is normalised. Where a corpus has neutral but no calm, the
probability of calm is added to that of neutral before. ECE and AUROC are of the same answers. UAR (free) is that of the
answers that a person gets, chosen among all classes of the network.

Precision and coverage are those of the clear answers among what a person gets, and of the likely and clear ones
together, by the thresholds in the model file that answered.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intone.evaluation import metrics
from intone.evaluation.metrics import Interval
from intone.evaluation.report import answers, interval, percent, table
from intone.labels import EMOTIONS, Scheme, scheme
from intone.recognition.model_file import ModelSettings
from intone.recognition.prediction import NEITHER, Confidence, in_scheme
from intone.recognition.scoring import DETECTED_SEX, OOD_SCORE, classes_of

if TYPE_CHECKING:
    import pandas as pd

STEPS: tuple[Confidence, ...] = ("clear", "likely")
SCHEMES = ("8", "2")
"""The schemes in which the confident answers of a network of eight emotions are counted."""


@dataclass(frozen=True)
class Confident:
    """The confident answers in a scheme: the share of them that is right, and their share of all answers.

    None where there are no such answers.
    """

    precision: Interval | None
    coverage: Interval | None


@dataclass(frozen=True)
class Unseen:
    """A line of the table, as shares of 1. `classes` are the corpus's own.

    `confident` is by scheme of the clear answers, `likely` of the likely and clear ones.

    `auroc` and `auroc_ood` say how well the top probability and the OOD score tell right answers from wrong ones. What
    cannot be said is None: `ece` where every clip was refused, `auroc` where all answers are right or all are wrong.
    """

    clips: int
    classes: tuple[str, ...]
    uar: Interval
    uar_free: Interval
    ece: Interval | None
    confident: Mapping[str, Confident]
    likely: Mapping[str, Confident]
    refused: float
    auroc: Interval | None
    auroc_ood: Interval | None
    calm_is_neutral: bool


def measured(rows: "pd.DataFrame", settings: Mapping[int, ModelSettings]) -> Unseen:
    """The metrics of the predictions for a corpus; `settings` are those of the model file that answered each fold."""
    truth, names = set(rows["truth"]), classes_of(rows)
    calm_is_neutral = {"calm", "neutral"} <= set(names) and "neutral" in truth and "calm" not in truth
    own = answers(rows.assign(neutral=rows["neutral"] + rows["calm"], calm=0.0) if calm_is_neutral else rows)
    free, told = answers(rows, free=True), ~own.refused
    top, right, speaker = own.confident[told], own.right[told], own.speaker[told]
    counts = metrics.calibration_counts(top, right, speaker)
    schemes = SCHEMES if names == EMOTIONS else {one.classes for one in settings.values()}
    steps = {name: counted(rows, settings, scheme(name)) for name in schemes}
    return Unseen(
        len(rows), own.classes, metrics.over_speakers(metrics.uar, own.by_speaker),
        metrics.over_speakers(metrics.uar, free.by_speaker),
        metrics.over_speakers(metrics.calibration_gap, counts) if told.any() else None,
        {name: _confident(one["clear"]) for name, one in steps.items()},
        {name: _confident(one["likely"]) for name, one in steps.items()},
        float(own.refused.mean()),
        metrics.auroc_over_speakers(top, right, speaker),
        metrics.auroc_over_speakers(-rows[OOD_SCORE].to_numpy(float)[told], right, speaker) if OOD_SCORE in rows
        else None, calm_is_neutral,
    )


def confident(
    rows: "pd.DataFrame", settings: Mapping[int, ModelSettings], chosen: Scheme, step: Confidence = "clear"
) -> NDArray[np.float64]:
    """What `counted` gives for one step of confidence."""
    return counted(rows, settings, chosen)[step]


def counted(
    rows: "pd.DataFrame", settings: Mapping[int, ModelSettings], chosen: Scheme
) -> dict[Confidence, NDArray[np.float64]]:
    """How many answers of each speaker are confident and right, are confident, and are there at all: (speakers, 3).

    By the least confidence that counts: "clear" or "likely".

    Clips whose emotion the scheme leaves out are left out. Of what makes an answer confident (`recognition.decision`)
    all is asked that the predictions tell: the probability, the OOD score and the detected sex.
    """
    names = classes_of(rows)
    as_they_are = chosen.classes == names
    classes = rows["truth"] if as_they_are else rows["truth"].map(chosen.class_of)
    rows, truth = rows[classes.notna()], classes.dropna()
    masses = rows[list(names)].to_numpy(float)
    counts = {step: np.zeros((rows["actor"].nunique(), 3)) for step in STEPS}
    lines = zip(rows.to_dict("records"), truth, rows["actor"].factorize()[0],
                masses if as_they_are else chosen.sums(masses), strict=True)
    for row, wanted, speaker, inside in lines:
        label, shares, _ = in_scheme(chosen, inside)
        answered = np.isfinite(inside).all()
        for step, own in counts.items():
            told = answered and _told(row, label, shares, settings[row["fold"]], chosen, step)
            own[speaker] += [told and label == wanted, told, 1]
    return counts


def _told(
    row: Mapping[Hashable, Any], label: str, shares: Mapping[str, float], one: ModelSettings, chosen: Scheme,
    step: Confidence,
) -> bool:
    """Whether an answer reaches a step of confidence."""
    steps = (one.confidence, one.likely) if step == "likely" else (one.confidence,)
    return (label != NEITHER
            and any(chosen.name in of and of[chosen.name].reached_by(shares[label]) for of in steps)
            and not (one.ood_above is not None and row.get(OOD_SCORE, 0.0) > one.ood_above)
            and row.get(DETECTED_SEX, one.sexes[0]) in one.sexes)


def _confident(counts: NDArray[np.float64]) -> Confident:
    return Confident(metrics.over_speakers(metrics.ratio, counts[:, :2]) if counts[:, 1].any() else None,
                     metrics.over_speakers(metrics.ratio, counts[:, 1:]) if len(counts) else None)


def to_markdown(found: Mapping[tuple[str, str], Unseen]) -> str:
    """A table with a line each, by what was tested and how it is unseen: in percent, with 95 % intervals over speakers.

    All are of the same schemes.
    """
    schemes = next(iter(found.values())).confident
    heads = ("tested on", "unseen", "clips", "classes", "chance", "UAR (own)", "UAR (free)", "ECE",
             *(f"{step}: {what} ({name})" for step in ("clear", "likely") for name in schemes
               for what in ("precision", "coverage")), "refused",
             "AUROC of the probability", "AUROC of the OOD score")
    return table(heads, [[*names, *_cells(one)] for names, one in found.items()], text=2)


def note(found: Mapping[tuple[str, str], Unseen]) -> str:
    """The sentence that names the corpora in which calm counts as neutral; empty where there are none."""
    names = dict.fromkeys(tested for (tested, _), one in found.items() if one.calm_is_neutral)
    return f"The probability of calm counts as neutral where a corpus has no calm: {', '.join(names)}." if names else ""


def _cells(one: Unseen) -> list[str]:
    confident_ = [cell for step in (one.confident, one.likely) for each in step.values()
                  for cell in (each.precision, each.coverage)]
    return [str(one.clips), str(len(one.classes)), percent(1 / len(one.classes)),
            *("-" if cell is None else interval(cell) for cell in (one.uar, one.uar_free, one.ece, *confident_)),
            percent(one.refused), *("-" if cell is None else _area(cell) for cell in (one.auroc, one.auroc_ood))]


def _area(one: Interval) -> str:
    return f"{one.value:.2f} ({one.low:.2f}-{one.high:.2f})"
