"""Does it help to tell a network the sex of the speaker? The clips of an evaluation again, with their own sex told.

    tools/sexes.py RUN ravdess=DIR        writes results/sexes/told.csv

RUN is the folder of `intone evaluate`: each spoken clip of RAVDESS is answered by the network of the fold that tests
its speaker, whose answer is then read among the emotions of the sex that is told.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd

from intone.corpora import Ravdess, splits
from intone.corpora.table import assign, open_corpora
from intone.errors import IntoneError
from intone.recognition import scoring
from intone.recognition.model_file import RECOGNIZER
from intone.recognition.scoring import write_rows

RESULT = Path(__file__).resolve().parent.parent / "results" / "sexes" / "told.csv"


def told(run: Path, table: pd.DataFrame, jobs: int | None = None) -> pd.DataFrame:
    """The rows of every spoken clip, as those of an evaluation."""
    table = assign(table[(table["corpus"] == Ravdess.name) & (table["vocal"] == "speech")], 8, "both")
    numbers = splits.fold_of(table)
    parts = [scoring.answered(run / f"fold-{number}" / RECOGNIZER, part.reset_index(drop=True), fold=int(number),
                              tell_sex=True, jobs=jobs) for number, part in table.groupby(numbers)]
    return pd.concat(parts, ignore_index=True).sort_values("clip", ignore_index=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Answer the clips of an evaluation with their own sex told.")
    parser.add_argument("run", type=Path, help="the folder of an evaluation")
    parser.add_argument("corpora", nargs="+", help="the corpus, such as ravdess=DIR")
    parser.add_argument("--to", type=Path, default=RESULT, help="the file of the rows")
    options = parser.parse_args()
    try:
        rows = told(options.run, open_corpora(options.corpora))
    except IntoneError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    options.to.parent.mkdir(parents=True, exist_ok=True)
    write_rows(options.to, rows.drop(columns="sex"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
