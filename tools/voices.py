"""The evidence of the probe about RAVDESS, which the table of several recordings of one person is made from.

    tools/voices.py ravdess=ravdess --runs runs/bundle

Every spoken clip is answered by the probe of `tools/bundle.py` that was not fitted on its speaker. What it says of a
clip beside its probabilities (`recognition.adaptation`) goes into results/voices/probe.csv, and the means of each
fold into results/voices/means.json. `make tables` comes after it.
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intone.audio.search import read_clip
from intone.corpora import open_corpora, splits
from intone.corpora.ravdess import Ravdess
from intone.corpora.table import assign
from intone.files import write_json
from intone.labels import EMOTIONS
from intone.parallel import mapped
from intone.recognition.analysis import analyse
from intone.recognition.model_file import RECOGNIZER, load_model
from intone.recognition.scoring import write_rows

RESULTS = Path(__file__).resolve().parent.parent / "results" / "voices"


def evidence(path: str, model: Path) -> NDArray[np.float64]:
    """What a probe says of a clip, (2, emotions): the mean over its segments."""
    found = analyse(load_model(model), [read_clip(path)])
    assert found.evidence is not None
    return np.asarray(np.average(found.evidence[:, 0], axis=0, weights=found.weights))


def main() -> None:
    parser = argparse.ArgumentParser(description="Bring the evidence of the probe into results/.")
    parser.add_argument("corpus", nargs="+", help="RAVDESS, as `intone evaluate` takes it")
    parser.add_argument("--runs", type=Path, default=Path("runs/bundle"), help="the runs of tools/bundle.py")
    chosen = parser.parse_args()
    table = assign(open_corpora(chosen.corpus), 8)
    table = table[(table["corpus"] == Ravdess.name) & (table["vocal"] == "speech")]
    parts, means = [], {}
    for number in splits.FOLDS:
        model = chosen.runs / "probe" / f"fold-{number}" / RECOGNIZER
        clips = table[splits.fold_of(table) == number].reset_index(drop=True)
        found = np.stack(list(mapped(partial(evidence, model=model), list(clips["path"]), title="answering")))
        rows = pd.DataFrame({"clip": clips["clip"], "fold": number, "actor": clips["actor"], "truth": clips["class"]})
        parts.append(rows.assign(**{f"{kind}_{name}": found[:, i, j] for i, kind in enumerate(("plain", "relative"))
                                    for j, name in enumerate(EMOTIONS)}))
        adaptation = load_model(model).settings.adaptation
        assert adaptation is not None
        means[str(number)] = np.round(adaptation.means[0], 5).tolist()
    RESULTS.mkdir(parents=True, exist_ok=True)
    write_rows(RESULTS / "probe.csv", pd.concat(parts, ignore_index=True).round(5))
    write_json(RESULTS / "means.json", means)


if __name__ == "__main__":
    main()
