"""A trained run on the clips that it was trained on and, next to it, on unseen speakers.

The original verified on its training files alone, which says nothing of other speakers. Here the accuracy on unseen
speakers always stands next to the first: on the speakers that the run held out; where it held none out, from an
evaluation of the same recipe in five folds, or from the same recipe trained once more without the last sixth of the
speakers (in the folder `unheard` of the run).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from intone.corpora import splits
from intone.corpora.registry import ordered
from intone.corpora.table import assign
from intone.errors import CorpusError, TrainingError, printable
from intone.evaluation.cross_validation import out_of_fold
from intone.evaluation.report import summarize
from intone.files import alone, write_text
from intone.labels import EMOTIONS
from intone.recognition import model_file, scoring
from intone.recognition.scoring import read_rows
from intone.tables.cells import to_csv
from intone.training import run
from intone.training.fit import fit
from intone.training.run import FEATURES

if TYPE_CHECKING:
    import pandas as pd

PREDICTIONS, UNHEARD = "predictions.csv", "predictions-unheard.csv"


@dataclass(frozen=True)
class Share:
    """The accuracy on some clips; `always` is that of the majority-class baseline: the most frequent class's share."""

    clips: int
    accuracy: float
    always: float
    majority: str
    speakers: tuple[str, ...]


@dataclass(frozen=True)
class Verification:
    """Accuracy on the clips of the training (`seen`) and on unseen speakers (`unseen`), and `how` they are unseen."""

    seen: Share
    unseen: Share
    how: str

    def to_text(self) -> str:
        names = ", ".join(speaker.partition(":")[2] for speaker in self.unseen.speakers)
        lines = [f"{'':24}{'clips':>6}{'accuracy':>11}{'majority':>11}"]
        for title, share in (("clips it was trained on", self.seen), ("unseen speakers", self.unseen)):
            lines.append(f"{title:24}{share.clips:6}{share.accuracy:>10.1%} {share.always:>10.1%}")
        lines.append(f"Unseen: {names} ({self.how}). Majority: always '{self.unseen.majority}'.")
        return "\n".join(map(printable, lines))


def verify(
    folder: Path, table: "pd.DataFrame", *, evaluation: Path | None = None, jobs: int | None = None
) -> Verification:
    """Answer every clip of the run's data, and write `predictions.csv` and `predictions-unheard.csv` into its folder.

    `table` are the clips of the corpora that the run was trained on; a CorpusError where they are other clips.
    `evaluation` is the folder of five folds of the same recipe: where the run held no speaker out, the accuracy on
    unseen speakers is taken from there, and there is no second file.
    """
    made = run.read_run(folder)
    chosen = run.usable(assign(table, made.classes, made.sex), made.recipe)
    seen = chosen[~splits.speakers(chosen).isin(made.held_out)].reset_index(drop=True)
    if run.digest(seen) != made.clips:
        raise CorpusError(f"The data has other clips than the run in {folder} was trained on: give the same corpora.")
    if not (folder / model_file.RECOGNIZER).is_file():
        raise TrainingError(f"The run in {folder} is not finished: give the same `intone train` again, it goes on.")
    with alone(folder):
        share = _share(folder, seen, folder / PREDICTIONS, jobs)
        return Verification(share, *_unseen(folder, table, chosen, made, evaluation, jobs))


def _unseen(
    folder: Path, table: "pd.DataFrame", chosen: "pd.DataFrame", made: run.RunSettings, evaluation: Path | None,
    jobs: int | None,
) -> tuple[Share, str]:
    """The accuracy on speakers that a run was not trained on, and why they are unseen."""
    if made.held_out:
        unseen = chosen[splits.speakers(chosen).isin(made.held_out)].reset_index(drop=True)
        return _share(folder, unseen, folder / UNHEARD, jobs), "held out of the training"
    if evaluation is not None:
        return _evaluated(evaluation, made), "each tested by a network trained without it"
    held_out = splits.last_speakers(chosen, made.recipe.held_out_share)
    if not held_out:
        raise TrainingError("The data has only one speaker, so that nothing can be said of unseen speakers: verify "
                            "with a corpus of more speakers.")
    companion = folder / "unheard"
    clips, settings = run.plan(table, made.recipe, sex=made.sex, classes=made.classes, seed=made.seed,
                               validation=made.validation, held_out=held_out)
    fit(clips, settings, companion, cache=folder / FEATURES, jobs=jobs)
    unseen = chosen[splits.speakers(chosen).isin(held_out)].reset_index(drop=True)
    return _share(companion, unseen, folder / UNHEARD, jobs), "the same recipe, trained without them"


def predictions(table: "pd.DataFrame", probabilities: scoring.Rows, outputs: Sequence[str]) -> "pd.DataFrame":
    """The columns of the original's `predictions.csv`, a row a clip."""
    answers = [outputs[int(row.argmax())] if np.isfinite(row).all() else "" for row in probabilities]
    rows = table.assign(
        audio_fname=[Path(path).name for path in table["path"]], audio_file_path=table["path"],
        actor_no=table["actor"], gender=table["sex"], emotion_no=table["emotion"].map(EMOTIONS.index) + 1,
        emotion=table["class"], emotion_label=table["label"],
    )[["audio_fname", "audio_file_path", "actor_no", "gender", "emotion_no", "emotion", "emotion_label"]]
    return rows.assign(**{label: probabilities[:, i] for i, label in enumerate(outputs)}, y_pred=answers)


def _evaluated(evaluation: Path, made: run.RunSettings) -> Share:
    """The accuracy in an evaluation, on the first corpus that it tested; a TrainingError for one of another recipe."""
    other = run.read_run(evaluation / "fold-0")
    if (other.recipe, other.sex, other.classes) != (made.recipe, made.sex, made.classes):
        raise TrainingError(f"The evaluation in {evaluation} is of {other.recipe.name}, {other.sex}, {other.classes} "
                            f"classes, and the run of {made.recipe.name}, {made.sex}, {made.classes}: name one of the "
                            "same.")
    tested = ordered(speaker.partition(":")[0] for speaker in other.held_out)
    corpus = next((name for name in tested if (evaluation / out_of_fold(name)).is_file()), None)
    if corpus is None:
        raise TrainingError(f"The evaluation in {evaluation} has no predictions yet: finish `intone evaluate` first.")
    rows = read_rows(evaluation / out_of_fold(corpus))
    found = summarize(rows)
    speakers = tuple(f"{corpus}:{actor}" for actor in sorted(set(rows["actor"])))
    return Share(found.clips, found.accuracy.value, found.majority, found.majority_class, speakers)


def _share(folder: Path, table: "pd.DataFrame", to: Path, jobs: int | None) -> Share:
    outputs = run.read_run(folder).labels
    rows = predictions(table, scoring.as_verified(folder / model_file.RECOGNIZER, table, jobs=jobs), outputs)
    write_text(to, to_csv(rows))
    counts = rows["emotion_label"].value_counts()
    return Share(len(rows), float((rows["emotion_label"] == rows["y_pred"]).mean()),
                 float(counts.iloc[0] / len(rows)), str(counts.index[0]), tuple(sorted(set(splits.speakers(table)))))
