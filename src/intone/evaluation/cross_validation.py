"""Five folds by speaker: every clip answered once, whole, by a network that was not trained on its speaker.

    intone evaluate ravdess=DIR --recipe level-independent --sex both --to RUN

A fold is a run of its own in `fold-K/`, so that an interrupted evaluation goes on. `out-of-fold.csv` has the
out-of-fold predictions, a row for each clip: clip, fold, actor, truth, one probability a class. All metrics are
computed from such files and nothing else. Each corpus with folds has a file of its own (`Corpus.file_suffix`),
such as `out-of-fold-crema-d.csv`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from intone.corpora import splits
from intone.corpora.registry import facts
from intone.corpora.table import assign
from intone.errors import CorpusError
from intone.evaluation.report import class_table, summarize, to_markdown
from intone.recognition import scoring
from intone.recognition.scoring import read_rows, write_rows
from intone.training import run
from intone.training.fit import fit
from intone.training.recipes import AnyRecipe

if TYPE_CHECKING:
    import pandas as pd

OUT_OF_FOLD, TABLE = "out-of-fold.csv", "table.md"
"""The file of the corpus whose results have plain names, and that of the tables."""

__all__ = ["OUT_OF_FOLD", "TABLE", "across", "class_table", "evaluate", "out_of_fold", "read_rows", "summarize",
           "to_markdown", "write_rows"]


def evaluate(
    table: "pd.DataFrame", recipe: AnyRecipe, to: Path, *, sex: str = "both", classes: int | str = 8,
    seed: int = run.SEED, only: Sequence[int] | None = None, jobs: int | None = None,
) -> dict[str, "pd.DataFrame"]:
    """Train and test the folds (all five, or `only` some); returns and writes the predictions of those that are done.

    They come by corpus. Song trains, speech is tested. What is in the folder already with the same settings is not done
    again. A CorpusError before anything is trained where a fold lacks speakers.
    """
    import pandas as pd

    wanted = splits.FOLDS if only is None else only
    for number in wanted:  # before anything is trained: a speaker that is missing would stop it hours later
        splits.fold(assign(table, classes, sex), number)
    for number in wanted:
        _run_fold(table, recipe, to / f"fold-{number}", number, sex, classes, seed, jobs)
    found = {}
    for corpus in splits.tested(table):
        done = [to / f"fold-{number}" / out_of_fold(corpus) for number in splits.FOLDS]
        parts = [read_rows(path) for path in done if path.is_file()]
        if parts:
            found[corpus] = pd.concat(parts, ignore_index=True).sort_values("clip", ignore_index=True)
            write_rows(to / out_of_fold(corpus), found[corpus])
    return found


def across(
    table: "pd.DataFrame", recipe: AnyRecipe, to: Path, *, sex: str = "both", classes: int | str = 8,
    seed: int = run.SEED, jobs: int | None = None,
) -> dict[str, "pd.DataFrame"]:
    """Leave one corpus out: train on the others, with their last speakers validating, and test on all its speech.

    Every corpus with folds is left out once. Returns and writes the predictions by the corpus that was left out,
    into `across-CORPUS.csv`; their fold is 0.
    """
    chosen = assign(table, classes, sex)
    if len(set(chosen["corpus"])) < 2:
        raise CorpusError("To leave a corpus out there must be another one to train on: name two or more.")
    found = {}
    for corpus in splits.tested(chosen):
        path = to / f"across-{corpus}.csv"
        if not path.is_file():
            others = table[table["corpus"] != corpus].reset_index(drop=True)
            clips, settings = run.plan(others, recipe, sex=sex, classes=classes, seed=seed)
            model = fit(clips, settings, to / f"without-{corpus}", cache=to / "features", jobs=jobs)
            unseen = chosen[(chosen["corpus"] == corpus) & (chosen["vocal"] == "speech")].reset_index(drop=True)
            write_rows(path, scoring.answered(model, unseen, fold=0, jobs=jobs))
        found[corpus] = read_rows(path)
    return found


def out_of_fold(corpus: str) -> str:
    """The name of the file with the predictions for a corpus."""
    return f"out-of-fold{facts(corpus).file_suffix()}.csv"


def _run_fold(table: "pd.DataFrame", recipe: AnyRecipe, folder: Path, number: int, sex: str, classes: int | str,
              seed: int, jobs: int | None) -> None:
    chosen = assign(table, classes, sex)
    fold = splits.fold(chosen, number)
    clips, settings = run.plan(table, recipe, sex=sex, classes=classes, seed=seed, held_out=fold.test,
                               validating=fold.validation)
    run.open_run(folder, settings)
    unseen = chosen[splits.speakers(chosen).isin(fold.test) & (chosen["vocal"] == "speech")].reset_index(drop=True)
    tested = sorted({speaker.partition(":")[0] for speaker in fold.test})
    if all((folder / out_of_fold(corpus)).is_file() for corpus in tested):
        return
    model = fit(clips, settings, folder, cache=folder.parent / "features", jobs=jobs)
    rows = scoring.answered(model, unseen, fold=number, jobs=jobs)
    for corpus in tested:
        write_rows(folder / out_of_fold(corpus), rows[unseen["corpus"] == corpus])
