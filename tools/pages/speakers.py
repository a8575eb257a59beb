"""Results by sex, by age and by corpus, and across corpora."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from intone.corpora import Ravdess
from intone.evaluation import metrics
from intone.evaluation.report import (
    answers,
    difference,
    interval,
    percent,
    signed,
    summarize,
    table,
    to_markdown,
)
from intone.labels import EMOTIONS, SEXES
from intone.recognition.scoring import DETECTED_SEX
from pages.committed import CREMA_D, DEFAULT, FREE, SYSTEMS, TUNED, Results
from pages.systems import recalls_table

AGES = ((20, 29), (30, 39), (40, 49), (50, 59), (60, 99))
SHARED = tuple(emotion for emotion in EMOTIONS if emotion not in ("calm", "surprised"))
"""The emotions that both RAVDESS and CREMA-D have."""

BUNDLED = f"{FREE}/ravdess"
"""The answers of the bundled recognizer that was trained on CREMA-D alone."""
WITHIN = {"RAVDESS": SYSTEMS[DEFAULT], "CREMA-D": CREMA_D[DEFAULT]}
SEX_CHOICES = {
    "the fine-tuned member, with the sex given": (TUNED, ("sexes/told",)),
    "one linear probe per sex, against one for both (an earlier recipe)": (
        "ravdess-5fold/linear-probe", ("ravdess-5fold/linear-probe-female", "ravdess-5fold/linear-probe-male")),
}
"""Alternatives to one network for both sexes: the file of the one, and those of the other."""

ROUNDING = 1e-5
"""What two probabilities with six digits may differ by and still be the same."""

WORDS = {"female": "women", "male": "men"}


def crema_d(results: Results) -> str:
    """CREMA-D, six emotions, all speakers together."""
    return to_markdown({name: results.summary(file) for name, file in CREMA_D.items()})


def crema_d_by_emotion(results: Results) -> str:
    """Recall of each of the six emotions."""
    return recalls_table({name: results.summary(file) for name, file in CREMA_D.items()})


def of_eight(results: Results) -> metrics.Counts:
    """The confusion counts of CREMA-D's clips where all eight emotions may be answered (`metrics.counts`)."""
    return answers(results.rows(CREMA_D[DEFAULT]), free=True).by_speaker.sum(axis=0)


def uar_of_eight(results: Results) -> float:
    """The UAR of CREMA-D's six emotions where calm and surprised may be answered too, and are wrong."""
    return float(metrics.uar(of_eight(results)))


def never_acted(results: Results) -> float:
    """The share of CREMA-D's clips that are answered calm or surprised, which it does not have."""
    table = of_eight(results)
    return float(table[:, [i for i, name in enumerate(EMOTIONS) if name not in SHARED]].sum() / table.sum())


def for_whom(results: Results) -> str:
    """Results by sex, and by age for CREMA-D."""
    rows = []
    for corpus, who, part in groups(results):
        one = summarize(part, sexes=results.sexes(WITHIN[corpus]))
        rows.append([corpus, who, str(part["actor"].nunique()), str(one.clips), interval(one.accuracy),
                     interval(one.uar), percent(one.majority), percent(1 / len(one.by_class))])
    return table(("corpus", "group", "speakers", "clips", "accuracy", "UAR", "majority-class accuracy",
                  "majority-class UAR"), rows, text=2)


def groups(results: Results) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Corpus, name and predictions of each group of speakers."""
    rows = results.rows(WITHIN["RAVDESS"])
    for sex in SEXES:
        yield "RAVDESS", WORDS[sex], rows[rows["actor"].map(Ravdess.sex_of) == sex]
    rows, actors = results.rows(WITHIN["CREMA-D"]), results.actors()
    for sex in SEXES:
        yield "CREMA-D", WORDS[sex], rows[rows["actor"].map(actors["sex"]) == sex]
    for first, last in AGES:
        name = f"{first} to {last} years" if last < 99 else f"{first} years and older"
        yield "CREMA-D", name, rows[rows["actor"].map(actors["age"]).between(first, last)]


def sexes(results: Results) -> str:
    """What giving the sex, and one network per sex, changes in the UAR of women's and men's clips."""
    rows = []
    for name, (one, others) in SEX_CHOICES.items():
        parts = [pd.concat([results.rows(file) for file in files], ignore_index=True) for files in ((one,), others)]
        cells = []
        for sex in (None, *SEXES):
            first, other = (part if sex is None else part[part["actor"].map(Ravdess.sex_of) == sex] for part in parts)
            first = first[first["clip"].isin(set(other["clip"]))]
            cells += [interval(summarize(other).uar), signed(difference(answers(other), answers(first)))]
        rows.append([name, *cells])
    return table(("instead of one network that estimates the sex", "UAR", "change", "UAR women", "change",
                  "UAR men", "change"), rows)


def sex_told(results: Results) -> str:
    """How many answers of eight emotions change where the sex is given, and by how much their probabilities."""
    told, detected = (results.rows(name).set_index("clip")[list(EMOTIONS)].dropna()
                      for name in ("sexes/told", TUNED))
    detected = detected.loc[told.index]
    changed = int((told.idxmax(axis=1) != detected.idxmax(axis=1)).sum())
    moved = (told - detected).abs().max(axis=1)
    return (f"{changed or 'none'} of {len(told)} answers, and the probabilities of {(moved > ROUNDING).sum()} of them "
            f"by more than rounding, by at most {100 * moved.max():.1f} points")


def sex_accuracy(results: Results) -> str:
    """How often the sex of the speaker was recognised; "-" where the predictions do not have it."""
    rows = []
    for corpus, file in {"RAVDESS": TUNED, "CREMA-D": CREMA_D["its fine-tuned member"],
                         "RAVDESS, unseen by `crema-d`": BUNDLED}.items():
        found = results.rows(file)
        truth = found["actor"].astype(str).map(results.sexes(file))
        most = truth.value_counts(normalize=True)
        right = interval(_heard(found, truth)) if DETECTED_SEX in found else "-"
        rows.append([corpus, str(len(found)), right, f"{percent(most.iloc[0])} ({most.index[0]})"])
    return table(("corpus", "clips", "accuracy of the sex", "majority-class accuracy"), rows)


def _heard(found: pd.DataFrame, truth: pd.Series) -> metrics.Interval:
    """Accuracy of the sex, with an interval over speakers; a refusal is wrong."""
    told = [sex if sex in SEXES else None for sex in found[DETECTED_SEX]]
    actors = found["actor"].to_numpy()
    by_speaker = [metrics.counts([name for name, one in zip(truth, actors, strict=True) if one == actor],
                               [sex for sex, one in zip(told, actors, strict=True) if one == actor], SEXES)
                for actor in sorted(set(actors))]
    return metrics.over_speakers(metrics.accuracy, np.stack(by_speaker))
