"""Five folds by actor: every clip answered once, whole, by a network that never heard its voice.

    intone evaluate ravdess=DIR --recipe level-independent --sex both --to RUN

A fold is a run of its own in `fold-K/`, so that an interrupted evaluation goes on. `out-of-fold.csv` has a row a clip:
clip, fold, actor, truth, one probability a class; every figure is made from such files and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from intone import folds, labels, metrics, run, scoring, training
from intone.errors import CorpusError
from intone.files import told, write_text
from intone.fitting import fit
from intone.labels import Scheme
from intone.metrics import Interval
from intone.recipe import AnyRecipe

if TYPE_CHECKING:
    import pandas as pd

OUT_OF_FOLD, TABLE = "out-of-fold.csv", "table.md"
KEYS = ("clip", "fold", "actor", "truth")


def evaluate(
    table: "pd.DataFrame", recipe: AnyRecipe, to: Path, *, sex: str = "both", classes: int | str = 8, seed: int = 0,
    only: Sequence[int] | None = None, jobs: int | None = None,
) -> "pd.DataFrame":
    """Train and test the folds (all five, or `only` some); returns and writes the rows of those that are done.

    Song trains, speech is tested. What is in the folder already with the same settings is not done again.
    """
    import pandas as pd  # noqa: PLC0415

    for number in folds.FOLDS if only is None else only:
        _run_fold(table, recipe, to / f"fold-{number}", number, sex, classes, seed, jobs)
    done = [to / f"fold-{number}" / OUT_OF_FOLD for number in folds.FOLDS]
    rows = pd.concat([read_rows(path) for path in done if path.is_file()], ignore_index=True)
    rows = rows.sort_values("clip", ignore_index=True)
    write_rows(to / OUT_OF_FOLD, rows)
    return rows


def _run_fold(table: "pd.DataFrame", recipe: AnyRecipe, folder: Path, number: int, sex: str, classes: int | str,
              seed: int, jobs: int | None) -> None:
    import pandas as pd  # noqa: PLC0415

    chosen = labels.assign(table, classes, sex)
    fold = folds.fold(chosen, number)
    clips, settings = training.plan(table, recipe, sex=sex, classes=classes, seed=seed, held_out=fold.test,
                                    validating=fold.validation)
    run.open_run(folder, settings)
    if (folder / OUT_OF_FOLD).is_file():
        return
    model = fit(clips, settings, folder, cache=folder.parent / "features", jobs=jobs)
    strangers = chosen[run.voices(chosen).isin(fold.test) & (chosen["vocal"] == "speech")].reset_index(drop=True)
    masses = scoring.as_served(model, strangers, jobs=jobs)
    rows = pd.DataFrame({"clip": strangers["clip"], "fold": number, "actor": strangers["actor"],
                         "truth": strangers["class"]})
    columns = {name: masses[:, i] for i, name in enumerate(labels.scheme(classes).classes)}
    write_rows(folder / OUT_OF_FOLD, rows.assign(**columns))


def write_rows(path: Path, rows: "pd.DataFrame") -> None:
    """Write out-of-fold rows, with probabilities to six digits; those of a refused clip are empty."""
    write_text(path, rows.to_csv(index=False, float_format="%.6f"))


def read_rows(path: Path) -> "pd.DataFrame":
    """Out-of-fold rows from a file; a CorpusError where columns are missing or probabilities are none."""
    import pandas as pd  # noqa: PLC0415

    with told(path):
        text = path.read_text(encoding="utf-8")
    rows = pd.read_csv(StringIO(text))
    values = rows.drop(columns=[key for key in KEYS if key in rows.columns])
    if not set(KEYS) <= set(rows.columns) or not all(kind.kind == "f" for kind in values.dtypes) or values.empty:
        raise CorpusError(f"{path} does not hold out-of-fold predictions: the columns are {', '.join(KEYS)} and one "
                          "probability a class.")
    return rows


@dataclass(frozen=True)
class Summary:
    """The figures of some out-of-fold rows, as shares of 1. `by_class` has recalls, `by_sex` UARs."""

    clips: int
    refused: int
    accuracy: Interval
    uar: Interval
    macro_f1: Interval
    by_class: Mapping[str, float]
    by_sex: Mapping[str, float]
    ece: float
    majority: float
    majority_class: str


def summarize(rows: "pd.DataFrame", scheme: Scheme | None = None, sexes: Mapping[str, str] | None = None) -> Summary:
    """The figures of out-of-fold rows; those of eight emotions can be re-read in another scheme.

    Clips that a scheme leaves out are left out here, and the masses inside it compared. `sexes` maps actors (as text)
    to sexes; without it those of RAVDESS are taken from the actor's number.
    """
    own = tuple(column for column in rows.columns if column not in KEYS)
    masses = rows[list(own)].to_numpy(float)
    classes: tuple[str, ...] = own
    truth = rows["truth"]
    if scheme is not None and scheme.classes != own:
        classes, masses, truth = scheme.classes, scheme.sums(masses), truth.map(scheme.class_of)
    kept = truth.notna().to_numpy()
    names, actors = [str(one) for one in truth[kept]], [str(one) for one in rows["actor"][kept]]
    shares = masses[kept] / masses[kept].sum(axis=1, keepdims=True)
    refused = ~np.isfinite(shares).all(axis=1)
    answers = [None if bad else classes[int(row.argmax())] for row, bad in zip(shares, refused, strict=True)]
    sex = [(sexes or {}).get(actor, "male" if int(actor) % 2 else "female") for actor in actors]
    counts = {one: names.count(one) for one in classes}
    most = max(counts, key=lambda one: counts[one])
    right = np.array([answer == name for answer, name in zip(answers, names, strict=True)])
    accuracy, uar, macro_f1 = (metrics.over_voices(metric, names, answers, classes, actors)
                               for metric in (metrics.accuracy, metrics.uar, metrics.macro_f1))
    return Summary(
        len(names), int(refused.sum()), accuracy, uar, macro_f1,
        metrics.recalls(names, answers, classes),
        {one: metrics.uar([n for n, s in zip(names, sex, strict=True) if s == one],
                          [a for a, s in zip(answers, sex, strict=True) if s == one], classes)
         for one in sorted(set(sex))},
        metrics.calibration_error(shares[~refused].max(axis=1), right[~refused]),
        counts[most] / len(names), most,
    )


def to_markdown(summaries: Mapping[str, Summary]) -> str:
    """A table of summaries, one line each with the majority row below, in percent, with 95 % intervals over voices."""
    lines = ["| recognizer | clips | accuracy | UAR | macro-F1 | UAR women | UAR men | ECE | refused |",
             "|---|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for name, one in summaries.items():
        cells = [_interval(value) for value in (one.accuracy, one.uar, one.macro_f1)]
        sexes = [f"{100 * one.by_sex[sex]:.1f}" if sex in one.by_sex else "-" for sex in ("female", "male")]
        lines.append(f"| {name} | {one.clips} | {' | '.join(cells + sexes)} | {100 * one.ece:.1f} | {one.refused} |")
    for most, share, number, clips in dict.fromkeys((one.majority_class, round(one.majority, 4), len(one.by_class),
                                                     one.clips) for one in summaries.values()):
        lines.append(f"| always {most} | {clips} | {100 * share:.1f} | {100 / number:.1f} | - | - | - | - | - |")
    return "\n".join(lines) + "\n"


def class_table(summary: Summary) -> str:
    """Recall of every class in percent, as a table."""
    names = list(summary.by_class)
    return (f"| {' | '.join(names)} |\n|{'---:|' * len(names)}\n"
            f"| {' | '.join(f'{100 * summary.by_class[name]:.1f}' for name in names)} |\n")


def _interval(one: Interval) -> str:
    return f"{100 * one.value:.1f} ({100 * one.low:.1f}-{100 * one.high:.1f})"
