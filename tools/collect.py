"""Bring the answers of an evaluation to where the tables are made from: results/.

    tools/collect.py EVALUATION NAME     five folds, and what else is in the folder

NAME is the name of the system, such as `mfcc-cnn`. `make tables` comes after it.
"""

import argparse
import shutil
from pathlib import Path

from intone.evaluation.cross_validation import OUT_OF_FOLD

RESULTS = Path(__file__).resolve().parent.parent / "results"

TO = {OUT_OF_FOLD: "ravdess-5fold/{}.csv", "out-of-fold-crema-d.csv": "crema-d-5fold/{}.csv",
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


def main() -> None:
    parser = argparse.ArgumentParser(description="Bring the answers of an evaluation into results/.")
    parser.add_argument("evaluation", type=Path, help="the folder of an evaluation")
    parser.add_argument("name", help="the name of the system")
    chosen = parser.parse_args()
    for path in collect(chosen.evaluation, chosen.name, RESULTS):
        print(path)


if __name__ == "__main__":
    main()
