"""The classic baseline: eGeMAPS and a linear support vector machine, in the five folds of intone.

    tools/baselines/egemaps.py RAVDESS          writes results/ravdess-5fold/egemaps-svm.csv

RAVDESS is the folder of the recordings, with Actor_01 to Actor_24 in it; only its speech is used. eGeMAPS (Eyben et
al. 2016, https://doi.org/10.1109/TAFFC.2015.2457417) are 88 numbers a clip, made by openSMILE. openSMILE is free for
research and personal use, not for commercial products; it is no part of intone, so it is installed into an environment
of its own, in runs/egemaps.

In every fold the actors that train give the scaling and the machine; those that validate choose its C and the
temperature that makes probabilities of its decision values; those that test are answered once.
"""

import argparse
import subprocess
import sys
import venv
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from intone.corpora.splits import FOLDS, fold, speakers
from intone.corpora.table import open_corpora
from intone.files import write_text
from intone.labels import EMOTIONS
from intone.recognition.scoring import write_rows

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = ROOT / "runs" / "egemaps"
RESULT = ROOT / "results" / "ravdess-5fold" / "egemaps-svm.csv"
OPENSMILE = "opensmile==2.6.0"
COSTS = tuple(10.0 ** power for power in (-5, -4.5, -4, -3.5, -3, -2.5, -2, -1.5, -1))
TEMPERATURES = np.geomspace(0.03, 3, 60)

EXTRACT = """
import sys, opensmile
smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
smile.process_files(sys.stdin.read().splitlines()).reset_index(drop=True).to_csv(sys.stdout, index=False)
"""


def features(paths: list[str]) -> NDArray[np.float64]:
    """The 88 numbers of every clip, (clips, 88); they are kept, so that a second call is quick."""
    kept = HOME / "features.csv"
    if not kept.is_file():
        told = subprocess.run([_python(), "-c", EXTRACT], input="\n".join(paths), stdout=subprocess.PIPE, text=True,
                              check=True)
        numbers = pd.read_csv(StringIO(told.stdout))
        numbers.insert(0, "clip", [Path(path).stem for path in paths])
        write_text(kept, numbers.to_csv(index=False))
    numbers = pd.read_csv(kept).set_index("clip")
    return numbers.loc[[Path(path).stem for path in paths]].to_numpy(float)


def answered(x: NDArray[np.float64], truth: NDArray[np.int_], train: NDArray[np.bool_], validation: NDArray[np.bool_],
             test: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float, float]:
    """Probabilities of the clips that test, (clips, 8), and the C and the temperature that were chosen."""
    machines = {cost: _machine(cost).fit(x[train], truth[train]) for cost in COSTS}
    cost = max(COSTS, key=lambda one: _uar(truth[validation], machines[one].predict(x[validation])))
    machine = machines[cost]
    heard = machine.decision_function(x[validation])
    temperature = min(TEMPERATURES, key=lambda one: _surprise(shares(heard, one), truth[validation]))
    return shares(machine.decision_function(x[test]), temperature), cost, float(temperature)


def shares(decisions: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Decision values (clips, classes) over a temperature as probabilities: softmax."""
    powers = np.exp((decisions - decisions.max(axis=1, keepdims=True)) / temperature)
    return powers / powers.sum(axis=1, keepdims=True)


def _python() -> Path:
    """The Python of openSMILE's own environment, which is made where it is missing."""
    python, ready = HOME / "venv" / "bin" / "python", HOME / "venv" / "ready"
    if not ready.is_file():  # also where an installation was interrupted
        venv.create(HOME / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", OPENSMILE], check=True)
        ready.touch()
    return python


def _machine(cost: float) -> Pipeline:
    return make_pipeline(StandardScaler(), LinearSVC(C=cost, class_weight="balanced", random_state=0, max_iter=20000))


def _uar(truth: NDArray[np.int_], given: NDArray[np.int_]) -> float:
    return float(np.mean([(given[truth == one] == one).mean() for one in np.unique(truth)]))


def _surprise(probabilities: NDArray[np.float64], truth: NDArray[np.int_]) -> float:
    return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], 1e-12)).mean())


def main() -> int:
    """Answer all clips of RAVDESS speech; returns the exit status."""
    parser = argparse.ArgumentParser(description="eGeMAPS and a linear support vector machine, in five folds.")
    parser.add_argument("ravdess", help="the folder of RAVDESS, with Actor_01 to Actor_24 in it")
    parser.add_argument("--to", type=Path, default=RESULT, help="the file of the answers")
    chosen = parser.parse_args()
    clips = open_corpora([f"ravdess={chosen.ravdess}"])
    clips = clips[clips["vocal"] == "speech"].reset_index(drop=True)
    x, truth = features([str(path) for path in clips["path"]]), clips["emotion"].map(EMOTIONS.index).to_numpy()
    rows = pd.DataFrame({"clip": clips["clip"], "fold": -1, "actor": clips["actor"], "truth": clips["emotion"]})
    masses = np.full((len(clips), len(EMOTIONS)), np.nan)
    for number in FOLDS:
        of = fold(clips, number)
        test, validation = (speakers(clips).isin(some).to_numpy() for some in (of.test, of.validation))
        masses[test], cost, temperature = answered(x, truth, ~test & ~validation, validation, test)
        rows.loc[test, "fold"] = number
        print(f"fold {number}: C {cost:g}, temperature {temperature:.2f}", file=sys.stderr)
    rows = rows.assign(**dict(zip(EMOTIONS, masses.T, strict=True)))
    write_rows(chosen.to, rows.sort_values("clip", ignore_index=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
