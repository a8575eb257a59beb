"""Unseen speakers and unseen corpora: every clip answered once, whole, by a network not trained on its speaker.

    intone evaluate ravdess=DIR --recipe level-independent --sex both --to RUN
    intone evaluate ravdess=DIR crema-d=DIR --leave-one-corpus-out --evaluation-only emodb=DIR --to RUN

A network is a run of its own, so that an interrupted evaluation goes on: `fold-K/` for each of five folds by speaker,
`without-CORPUS/` for each corpus that is left out, and `all/`, trained on every corpus, for those that are evaluated
only. The predictions have a row for each clip: clip, fold, actor, truth, one probability a class. Those of the folds
are in a file for each corpus (`out_of_fold`), such as `out-of-fold-crema-d.csv`, those of an unseen corpus in
`across-CORPUS.csv`. All metrics are computed from such files, and from the thresholds in the model files beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from intone.corpora import splits
from intone.corpora.corpus import UNKNOWN
from intone.corpora.registry import facts, ordered
from intone.corpora.table import assign
from intone.errors import CorpusError, UsageError
from intone.recognition import scoring
from intone.recognition.model_file import RECOGNIZER, ModelSettings, load_model
from intone.recognition.scoring import read_rows, write_rows
from intone.training import run
from intone.training.fit import fit
from intone.training.recipes import AnyRecipe

if TYPE_CHECKING:
    import pandas as pd

OUT_OF_FOLD, TABLE = "out-of-fold.csv", "table.md"
"""The file of the corpus whose results have plain names, and that of the tables."""

ALL = "all"
"""The folder of the network that is trained on every corpus."""

SPEAKERS, LEFT_OUT, EVALUATED_ONLY = "speakers: five folds", "corpus: left out", "corpus: evaluation only"
"""How what is tested is unseen, in words."""


@dataclass(frozen=True)
class Tested:
    """The predictions for a corpus, and the settings of the model file that answered each of their folds.

    `unseen` says in words what the networks were not trained on.
    """

    rows: "pd.DataFrame"
    settings: Mapping[int, ModelSettings]
    unseen: str


def evaluate(
    table: "pd.DataFrame", recipe: AnyRecipe, to: Path, *, sex: str = "both", classes: int | str = 8,
    seed: int = run.SEED, only: Sequence[int] | None = None, jobs: int | None = None,
) -> dict[str, Tested]:
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
    folders = {number: to / f"fold-{number}" for number in splits.FOLDS}
    settings = {number: load_model(folder / RECOGNIZER).settings for number, folder in folders.items()
                if (folder / RECOGNIZER).is_file()}
    found = {}
    for corpus in splits.tested(table):
        done = [folder / out_of_fold(corpus) for folder in folders.values()]
        parts = [read_rows(path) for path in done if path.is_file()]
        if parts:
            rows = pd.concat(parts, ignore_index=True).sort_values("clip", ignore_index=True)
            write_rows(to / out_of_fold(corpus), rows)
            found[corpus] = Tested(rows, settings, SPEAKERS)
    return found


def leave_one_corpus_out(
    table: "pd.DataFrame", recipe: AnyRecipe, to: Path, *, sex: str = "both", classes: int | str = 8,
    seed: int = run.SEED, jobs: int | None = None,
) -> dict[str, Tested]:
    """Leave each corpus out in turn: train on the others, with their last speakers validating, and test on all of it.

    That is all its speech, of every corpus that names a speaker; the others only train. Returns and writes the
    predictions by the corpus that was left out; their fold is 0. What is done is not done again. An error before
    anything is trained where the other corpora do not suffice.
    """
    chosen = assign(table, classes, sex)
    if len(set(chosen["corpus"])) < 2:
        raise CorpusError("To leave a corpus out there must be another one to train on: name two or more.")
    named = chosen[(chosen["actor"] != UNKNOWN) & (chosen["vocal"] == "speech")]
    if named.empty:
        raise CorpusError("No corpus has speech of a speaker that it names: say who speaks, by folders or in a table.")
    plans = {corpus: run.plan(table[table["corpus"] != corpus], recipe, sex=sex, classes=classes, seed=seed)
             for corpus in ordered(named["corpus"])}
    found: dict[str, Tested] = {}
    for corpus, plan in plans.items():
        own = _speech(chosen[chosen["corpus"] == corpus])
        found |= _across(*plan, own, to, f"without-{corpus}", LEFT_OUT, jobs)
    return found


def only_evaluated(
    table: "pd.DataFrame", others: "pd.DataFrame", *, sex: str = "both", classes: int | str = 8
) -> "pd.DataFrame":
    """The clips of the corpora `others` that `evaluate_only` tests; a UsageError where one of them trains too.

    A CorpusError where there are none. `table` are the clips to train on.
    """
    if both := set(table["corpus"]) & set(others["corpus"]):
        raise UsageError(f"The corpus {min(both)} is named to train on and for evaluation only: leave it out of one, "
                         "or tell two corpora apart by the column corpus of a table.")
    chosen = _speech(assign(others, classes, sex))
    if chosen.empty:
        raise CorpusError("The corpora for evaluation only have no speech: name others.")
    return chosen


def evaluate_only(
    table: "pd.DataFrame", unseen: "pd.DataFrame", recipe: AnyRecipe, to: Path, *, sex: str = "both",
    classes: int | str = 8, seed: int = run.SEED, jobs: int | None = None,
) -> dict[str, Tested]:
    """Test one network, trained on all of `table` with its last speakers validating, on corpora that never train.

    `unseen` comes from `only_evaluated`. Returns and writes the predictions as `leave_one_corpus_out` does.
    """
    plan = run.plan(table, recipe, sex=sex, classes=classes, seed=seed)
    return _across(*plan, unseen, to, ALL, EVALUATED_ONLY, jobs)


def _across(
    clips: "pd.DataFrame", settings: run.RunSettings, unseen: "pd.DataFrame", to: Path, name: str, how: str,
    jobs: int | None,
) -> dict[str, Tested]:
    """The predictions for corpora that a run is not trained on, by corpus, as `across-CORPUS.csv` in the folder."""
    run.open_run(to / name, settings)
    paths = {corpus: to / f"across-{corpus}.csv" for corpus in ordered(unseen["corpus"])}
    if missing := [corpus for corpus, path in paths.items() if not path.is_file()]:
        model = fit(clips, settings, to / name, cache=to / "features", jobs=jobs)
        for corpus in missing:
            own = unseen[unseen["corpus"] == corpus].reset_index(drop=True)
            write_rows(paths[corpus], scoring.answered(model, own, fold=0, jobs=jobs))
    answered_by = load_model(to / name / RECOGNIZER).settings
    return {corpus: Tested(read_rows(path), {0: answered_by}, how) for corpus, path in paths.items()}


def _speech(chosen: "pd.DataFrame") -> "pd.DataFrame":
    return chosen[chosen["vocal"] == "speech"].reset_index(drop=True)


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
    unseen = _speech(chosen[splits.speakers(chosen).isin(fold.test)])
    tested = sorted({speaker.partition(":")[0] for speaker in fold.test})
    if all((folder / out_of_fold(corpus)).is_file() for corpus in tested):
        return
    model = fit(clips, settings, folder, cache=folder.parent / "features", jobs=jobs)
    rows = scoring.answered(model, unseen, fold=number, jobs=jobs)
    for corpus in tested:
        write_rows(folder / out_of_fold(corpus), rows[unseen["corpus"] == corpus])
