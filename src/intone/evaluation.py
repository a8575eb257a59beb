"""Five folds by actor: every clip answered once, whole, by a network that never heard its voice.

    intone evaluate ravdess=DIR --recipe level-independent --sex both --to RUN

A fold is a run of its own in `fold-K/`, so that an interrupted evaluation goes on. `out-of-fold.csv` has a row a clip:
clip, fold, actor, truth, one probability a class; every figure is made from such files and nothing else. It is of
RAVDESS; `out-of-fold-crema-d.csv` is of CREMA-D.
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
TESTED = ("ravdess", "crema-d")
KEYS = ("clip", "fold", "actor", "truth")


def evaluate(
    table: "pd.DataFrame", recipe: AnyRecipe, to: Path, *, sex: str = "both", classes: int | str = 8, seed: int = 0,
    only: Sequence[int] | None = None, jobs: int | None = None,
) -> dict[str, "pd.DataFrame"]:
    """Train and test the folds (all five, or `only` some); returns and writes the rows of those that are done.

    The rows come by corpus. Song trains, speech is tested. What is in the folder already with the same settings is not
    done again.
    """
    import pandas as pd

    wanted = folds.FOLDS if only is None else only
    for number in wanted:  # before anything is trained: a voice that is missing would stop it hours later
        folds.fold(labels.assign(table, classes, sex), number)
    for number in wanted:
        _run_fold(table, recipe, to / f"fold-{number}", number, sex, classes, seed, jobs)
    found = {}
    for corpus in TESTED:
        done = [to / f"fold-{number}" / out_of_fold(corpus) for number in folds.FOLDS]
        parts = [read_rows(path) for path in done if path.is_file()]
        if parts:
            found[corpus] = pd.concat(parts, ignore_index=True).sort_values("clip", ignore_index=True)
            write_rows(to / out_of_fold(corpus), found[corpus])
    return found


def out_of_fold(corpus: str) -> str:
    """The name of the file with the rows of a corpus."""
    return OUT_OF_FOLD if corpus == "ravdess" else f"out-of-fold-{corpus}.csv"


def _run_fold(table: "pd.DataFrame", recipe: AnyRecipe, folder: Path, number: int, sex: str, classes: int | str,
              seed: int, jobs: int | None) -> None:
    import pandas as pd

    chosen = labels.assign(table, classes, sex)
    fold = folds.fold(chosen, number)
    clips, settings = training.plan(table, recipe, sex=sex, classes=classes, seed=seed, held_out=fold.test,
                                    validating=fold.validation)
    run.open_run(folder, settings)
    tested = [corpus for corpus in TESTED if any(voice.startswith(f"{corpus}:") for voice in fold.test)]
    if all((folder / out_of_fold(corpus)).is_file() for corpus in tested):
        return
    model = fit(clips, settings, folder, cache=folder.parent / "features", jobs=jobs)
    strangers = chosen[run.voices(chosen).isin(fold.test) & (chosen["vocal"] == "speech")].reset_index(drop=True)
    masses = scoring.as_served(model, strangers, jobs=jobs)
    rows = pd.DataFrame({"clip": strangers["clip"], "fold": number, "actor": strangers["actor"],
                         "truth": strangers["class"]})
    columns = {name: masses[:, i] for i, name in enumerate(labels.scheme(classes).classes)}
    for corpus in tested:
        write_rows(folder / out_of_fold(corpus), rows.assign(**columns)[strangers["corpus"] == corpus])


def write_rows(path: Path, rows: "pd.DataFrame") -> None:
    """Write out-of-fold rows, with probabilities to six digits; those of a refused clip are empty."""
    write_text(path, rows.to_csv(index=False, float_format="%.6f"))


def read_rows(path: Path) -> "pd.DataFrame":
    """Out-of-fold rows from a file; a CorpusError where columns are missing or probabilities are none."""
    import pandas as pd

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

    Clips that a scheme leaves out are left out here, and the masses inside it compared; so are classes that the truth
    never has, as calm in CREMA-D. `sexes` maps actors (as text)
    to sexes; without it those of RAVDESS are taken from the actor's number.
    """
    own = tuple(column for column in rows.columns if column not in KEYS)
    masses = rows[list(own)].to_numpy(float)
    classes: tuple[str, ...] = own
    truth = rows["truth"]
    if scheme is not None and scheme.classes != own:
        classes, masses, truth = scheme.classes, scheme.sums(masses), truth.map(scheme.class_of)
    kept = truth.notna().to_numpy()
    occurring = [i for i, name in enumerate(classes) if name in set(truth[kept])]
    classes, masses = tuple(classes[i] for i in occurring), masses[:, occurring]
    names, actors = [str(one) for one in truth[kept]], [str(one) for one in rows["actor"][kept]]
    shares = masses[kept] / masses[kept].sum(axis=1, keepdims=True)
    refused = ~np.isfinite(shares).all(axis=1)
    answers = [None if bad else classes[int(row.argmax())] for row, bad in zip(shares, refused, strict=True)]
    voices = sorted(set(actors))
    sex = {actor: (sexes or {}).get(actor, "male" if int(actor) % 2 else "female") for actor in voices}
    by_voice = np.stack([metrics.counts([name for name, one in zip(names, actors, strict=True) if one == voice],
                                        [answer for answer, one in zip(answers, actors, strict=True) if one == voice],
                                        classes) for voice in voices])
    everything = by_voice.sum(axis=0)
    most = int(everything.sum(axis=1).argmax())
    right = np.array([answer == name for answer, name in zip(answers, names, strict=True)])
    found = {name: float(share) for name, share in zip(classes, metrics.recalls(everything), strict=True)}
    return Summary(
        len(names), int(refused.sum()), metrics.over_voices(metrics.accuracy, by_voice),
        metrics.over_voices(metrics.uar, by_voice), metrics.over_voices(metrics.macro_f1, by_voice),
        {name: share for name, share in found.items() if np.isfinite(share)},
        {one: float(metrics.uar(by_voice[[sex[voice] == one for voice in voices]].sum(axis=0)))
         for one in sorted(set(sex.values()))},
        metrics.calibration_error(shares[~refused].max(axis=1), right[~refused]),
        float(everything[most].sum() / len(names)), classes[most],
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
