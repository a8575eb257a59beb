"""The files in results/, and the names of the systems in them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from intone.corpora.ravdess import ACTORS, Ravdess
from intone.evaluation.report import Answers, Summary, answers, summarize
from intone.labels import scheme
from intone.recognition.scoring import read_rows

DEFAULT, REFERENCE = "intone", "XLSR-53, fine-tuned (reference)"
SYSTEMS: Mapping[str, str] = {
    DEFAULT: "ravdess-5fold/default",
    "its fine-tuned member": "members/tuned/folds/ravdess",
    "its linear probe": "members/probe/folds/ravdess",
    "eGeMAPS and a linear SVM": "ravdess-5fold/egemaps-svm",
    "CNN on MFCC": "ravdess-5fold/mfcc-cnn",
    REFERENCE: "references/xlsr53-finetuned",
}
CREMA_D: Mapping[str, str] = {
    DEFAULT: "crema-d-5fold/default",
    "its fine-tuned member": "members/tuned/folds/crema-d",
    "its linear probe": "members/probe/folds/crema-d",
}
TUNED = "members/tuned/folds/ravdess"
"""The answers of the fine-tuned member of the bundled recognizer about RAVDESS."""
LEFT_OUT, FREE = "unseen-corpora", "unseen-corpora-crema-d"
"""The folders with the answers about unseen corpora, of `default` and of `crema-d`."""
CLASSES = ("8", "3", "2", "stress")


class MissingError(Exception):
    """A file in results/ that a table needs and that is not there, or lacks something."""


@dataclass(frozen=True)
class Results:
    """The folder results/."""

    folder: Path

    def file(self, name: str) -> Path:
        """The path of a file; a MissingError where there is none."""
        path = self.folder / name
        if not path.is_file():
            raise MissingError(f"results/{name} is missing.")
        return path

    def rows(self, name: str, *more: str) -> pd.DataFrame:
        """Out-of-fold predictions, with the columns `more` in addition."""
        return _rows(self.file(f"{name}.csv"), more)

    def csv(self, name: str) -> pd.DataFrame:
        """Any other table."""
        return pd.read_csv(self.file(f"{name}.csv"))

    def json(self, name: str) -> Any:
        """The content of a JSON file."""
        return json.loads(self.file(f"{name}.json").read_text(encoding="utf-8"))

    def corpora(self, folder: str) -> dict[str, str]:
        """The files of a folder with predictions by corpus, by the name of the corpus."""
        return {path.stem: f"{folder}/{path.stem}" for path in sorted((self.folder / folder).glob("*.csv"))}

    def actors(self) -> pd.DataFrame:
        """`sex` and `age` of the actors of CREMA-D, by their number."""
        return self.csv("crema-d-actors").set_index("actor")

    def sexes(self, name: str) -> dict[str, str]:
        """Sexes of the actors of a file, as `summarize` takes them."""
        if name.startswith("ravdess") or name.endswith("/ravdess") or name.startswith("references"):
            return {str(actor): Ravdess.sex_of(actor) for actor in ACTORS}
        return {str(actor): str(sex) for actor, sex in self.actors()["sex"].items()}

    def summary(self, name: str, classes: str = "8") -> Summary:
        """The results of a file, read in some classes."""
        return _summary(self, name, classes)

    def answers(self, name: str, classes: str = "8") -> Answers:
        """The answers in a file, read in some classes."""
        return answers(self.rows(name), scheme(classes))


@cache
def _summary(results: Results, name: str, classes: str) -> Summary:
    return summarize(results.rows(name), scheme(classes), results.sexes(name))


@cache
def _rows(path: Path, more: tuple[str, ...]) -> pd.DataFrame:
    return read_rows(path, *more)


