"""Bring the answers of an evaluation to where the tables are made from: results/.

    tools/collect.py EVALUATION NAME                     five folds, and what else is in the folder
    tools/collect.py EVALUATION NAME --recognizer FILE   its calibration, for the table of the calibration

NAME is the name of the system, such as `default`, the recipe of the bundled recognizer. `make tables` comes after it.
"""

import argparse
import shutil
from pathlib import Path

import pandas as pd

from intone.corpora import Ravdess
from intone.corpora.splits import FOLDS
from intone.evaluation.cross_validation import OUT_OF_FOLD
from intone.files import write_json
from intone.recognition.model_file import load_model
from intone.recognition.scoring import DETECTED_SEX, KEYS, OOD_SCORE, read_rows, write_rows
from intone.training.run import VALIDATION

RESULTS = Path(__file__).resolve().parent.parent / "results"

TO = {OUT_OF_FOLD: "ravdess-5fold/{}.csv", "out-of-fold-crema-d.csv": "crema-d-5fold/{}.csv",
      "across-ravdess.csv": "across-corpora/{}-crema-d-to-ravdess.csv",
      "across-crema-d.csv": "across-corpora/{}-ravdess-to-crema-d.csv",
      "robustness.csv": "robustness/{}.csv", "robustness-crema-d.csv": "robustness/{}-crema-d.csv",
      "short.csv": "short/{}.csv"}
"""Where each file of an evaluation goes, by its name."""


def collect(evaluation: Path, name: str, results: Path) -> list[Path]:
    """Copy what there is of an evaluation's files; returns where they are."""
    written = []
    for file, pattern in TO.items():
        stem, suffix = file.rsplit(".", 1)
        found = [*evaluation.glob(file), *sorted(evaluation.glob(f"{stem}-every-*.{suffix}"))]
        if found:  # every clip where there are all, else every so manyth
            target = results / pattern.format(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found[0], target)
            written.append(target)
    return written


def calibration(evaluation: Path, name: str, recognizer: Path, results: Path) -> list[Path]:
    """Write the answers for the validating speakers of RAVDESS before the calibration, and its values."""
    parts = [read_rows(evaluation / f"fold-{number}" / VALIDATION, "corpus").assign(fold=number) for number in FOLDS]
    rows = pd.concat(parts, ignore_index=True)
    others = ["corpus", DETECTED_SEX, OOD_SCORE]
    rows = rows[rows["corpus"] == Ravdess.name].drop(columns=others, errors="ignore").sort_values([*KEYS[:1], "fold"])
    table, values = results / "calibration" / f"{name}.csv", results / "calibration" / f"{name}.json"
    write_rows(table, rows)
    found = load_model(recognizer).settings
    write_json(values, {"factors": {emotion: round(one, 6) for emotion, one in found.prior_correction.items()},
                        "temperature": round(found.temperature, 6)})
    return [table, values]


def main() -> None:
    parser = argparse.ArgumentParser(description="Bring the answers of an evaluation into results/.")
    parser.add_argument("evaluation", type=Path, help="the folder of an evaluation")
    parser.add_argument("name", help="the name of the system")
    parser.add_argument("--recognizer", type=Path, help="the model file that the evaluation calibrates")
    chosen = parser.parse_args()
    written = collect(chosen.evaluation, chosen.name, RESULTS)
    if chosen.recognizer:
        written += calibration(chosen.evaluation, chosen.name, chosen.recognizer, RESULTS)
    for path in written:
        print(path)


if __name__ == "__main__":
    main()
