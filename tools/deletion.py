"""Do the time windows that speak for an answer matter more than others? The deletion test over an evaluation's clips.

    tools/deletion.py RUN ravdess=DIR             writes results/deletion.csv

RUN is the folder of `intone evaluate`: each clip is explained by the network of the fold that tests its speaker. The
fifth of its time windows with the largest weights is cut out of the signal and the rest joined, and once a fifth that
is drawn by seed; what is recorded is by how much the probability of the class that was answered changes. To cut is
another operation than to silence, by which the weights were measured. If the weights mean anything, cutting the first
lowers the probability by more; a Wilcoxon signed-rank test over the clips says how likely chance alone is.

Rows that are in the file already are kept, so that an interrupted run goes on; name another file for another RUN.
"""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import wilcoxon

from intone.audio import RATE, Signal, read_mono
from intone.corpora import splits
from intone.corpora.table import open_corpora
from intone.errors import IntoneError, RecordingError
from intone.files import write_text
from intone.parallel import mapped
from intone.recognition.model_file import RECOGNIZER
from intone.recognition.prediction import Attribution
from intone.recognition.recognizer import Recognizer, load

RESULT = Path(__file__).resolve().parent.parent / "results" / "deletion.csv"
SHARE = 0.2
COLUMNS = ("clip", "fold", "top_change", "random_change")
BATCH = 64
"""Clips after which the file is written anew."""


def cut(signal: Signal, attributions: Sequence[Attribution]) -> Signal:
    """A signal without some attributions, the rest joined."""
    kept = np.ones(len(signal), bool)
    for attribution in attributions:
        kept[round(attribution.start_s * RATE) : round(attribution.end_s * RATE)] = False
    return signal[kept]


def tested(recognizer: Recognizer, signal: Signal, name: str, classes: str, seed: int) -> tuple[float, float]:
    """How the answer's probability changes without its strongest attributions, and without random ones.

    NaN where the recording, or what is left of it, is refused.
    """
    try:
        answer = recognizer.predict(signal, RATE, classes=classes, explain=True)
        count = max(1, round(SHARE * len(answer.attributions)))
        digest = hashlib.sha256(f"{name} {seed}".encode()).digest()
        drawn = np.random.default_rng(int.from_bytes(digest[:8], "big")).permutation(len(answer.attributions))[:count]
        strongest = sorted(answer.attributions, key=lambda attribution: -attribution.weight)[:count]
        now = answer.probabilities.get(answer.label, answer.outside)
        without = [recognizer.predict(cut(signal, attributions), RATE, classes=classes)
                   for attributions in (strongest, [answer.attributions[i] for i in drawn])]
        top, random = (one.probabilities.get(answer.label, one.outside) - now for one in without)
    except RecordingError:
        return float("nan"), float("nan")
    return top, random


@cache
def _recognizer(path: Path) -> Recognizer:
    return load(path)


def row(job: tuple[str, str, int], run: Path, classes: str, seed: int) -> dict[str, object]:
    """The row of a clip: its name, its path and the fold that tests its speaker."""
    name, path, fold = job
    recognizer = _recognizer(run / f"fold-{fold}" / RECOGNIZER)
    top, random = tested(recognizer, read_mono(path), name, classes, seed)
    return {"clip": name, "fold": fold, "top_change": round(top, 6), "random_change": round(random, 6)}


def clips(corpora: Sequence[str], run: Path) -> list[tuple[str, str, int]]:
    """Clip, path and fold of every spoken clip whose fold has been trained."""
    table = open_corpora(corpora)
    table = table[table["vocal"] == "speech"]
    done = {fold for fold in splits.FOLDS if (run / f"fold-{fold}" / RECOGNIZER).is_file()}
    rows = zip(table["clip"], table["path"], splits.fold_of(table), strict=True)
    return [(clip, path, fold) for clip, path, fold in rows if fold in done]


def summary(rows: pd.DataFrame) -> str:
    """The changes in the median and the mean, and the probability that chance alone makes such a difference."""
    heard = rows.dropna()
    top, random = heard["top_change"], heard["random_change"]
    p = wilcoxon(top, random, alternative="less").pvalue if len(heard) and (top != random).any() else 1.0
    return (f"{len(heard)} clips of {len(rows)} ({len(rows) - len(heard)} refused, whole or cut)\n"
            f"strongest fifth cut: median {top.median():+.4f}, mean {top.mean():+.4f}\n"
            f"random fifth cut:    median {random.median():+.4f}, mean {random.mean():+.4f}\n"
            f"the strongest lowers it more in {100 * (top < random).mean():.1f} % of the clips\n"
            f"Wilcoxon signed-rank, one-sided: p = {p:.3g}")


def main(words: Sequence[str]) -> int:
    """Measure what is missing, write, print; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("run", type=Path, help="the folder of an evaluation")
    parser.add_argument("corpora", nargs="+", metavar="CORPUS", help="ravdess=DIR, crema-d=DIR")
    parser.add_argument("--classes", default="8")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--to", type=Path, default=RESULT)
    options = parser.parse_args(words)
    try:
        jobs = clips(options.corpora, options.run)
    except IntoneError as error:
        parser.error(str(error))
    if not jobs:
        parser.error(f"{options.run} holds no fold-K/{RECOGNIZER} for these clips: name the folder of an evaluation")
    rows = pd.read_csv(options.to) if options.to.is_file() else pd.DataFrame(columns=list(COLUMNS))
    todo = [job for job in jobs if job[0] not in set(rows["clip"])]
    work = partial(row, run=options.run, classes=options.classes, seed=options.seed)
    new: list[dict[str, object]] = []
    for found in mapped(work, todo, title="deleting", jobs=options.jobs):
        new.append(found)
        if len(new) % BATCH == 0 or len(new) == len(todo):
            parts = [part for part in (rows, pd.DataFrame(new)) if len(part)]
            write_text(options.to, pd.concat(parts).sort_values("clip").to_csv(index=False))
    print(summary(pd.read_csv(options.to)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
