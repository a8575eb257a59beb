"""Make the bundled recognizers, and the predictions in results/ that say how good they are: `tools/bundle.py`.

    intone train ravdess=ravdess crema-d=crema-d --model openai/whisper-base --validation none \\
        --evaluation runs/tuned-folds --to runs/tuned
    tools/bundle.py --train ravdess=ravdess crema-d=crema-d nemo=nemo emospeech-command=emospeech \\
        --test emodb=emodb table=korean.csv --tuned runs/tuned/recognizer.onnx --runs runs/bundle

`default` is the ensemble of a fine-tuned network (RAVDESS and CREMA-D) and of a linear probe (every training corpus) on
the same encoder. `crema-d` is a probe on CREMA-D alone, with the votes of its listeners. Both are tested in five folds
by speaker and with each training corpus left out, and once on the evaluation-only corpora. Of a probe each of these is
a run of its own in `--runs`, so that an interrupted work goes on. The predictions of the fine-tuned networks are those
in results/members/tuned; where a corpus is missing there that they did not train on, the file `--tuned` answers it.

The temperature and the confidence thresholds come from the corpora that were left out, each with as many clips: they
hold for recordings from elsewhere. `make tables` comes after it.

    tools/bundle.py --thresholds

only chooses the thresholds again, from the predictions in results/, where what they shall mean has changed.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from intone import labels
from intone.corpora import open_corpora, splits
from intone.corpora.registry import licence
from intone.corpora.table import assign
from intone.recognition import calibration, scoring
from intone.recognition.model_file import RECOGNIZER, ModelSettings, load_model
from intone.recognition.scoring import read_rows, write_rows
from intone.training import calibrate, ensemble, run
from intone.training.fit import fit
from intone.training.onnx_export import set_settings
from intone.training.recipes import AnyRecipe, on_encoder

ROOT = Path(__file__).resolve().parent.parent
RESULTS, BUNDLED = ROOT / "results", ROOT / "src" / "intone" / "recognizers"
FREE = "crema-d"
TRAINED = ("crema-d", "emospeech-command", "nemo", "ravdess")

WEIGHTS = (0.4, 0.6)
"""Of the fine-tuned network and of the probe: chosen by the mean UAR of the left-out corpora and of the folds."""

CLIPS = 900
"""Clips of each left-out corpus, at most, that the calibration is fitted on."""

WANTED = {"2": 0.9}
"""The precision of confident answers by scheme, where it is not `calibration.WANTED_PRECISION`."""

EMOTIONS = list(labels.EMOTIONS)


def probe_rows(
    table: pd.DataFrame, tested: pd.DataFrame, recipe: AnyRecipe, folder: Path, features: Path, fold: int = 0
) -> pd.DataFrame:
    """The answers of a probe fitted on all of `table` about the speech in `tested`; what is there is not done again."""
    done = folder / "answers.csv"
    if not done.is_file():
        clips, settings = run.plan(table, recipe, validation="none")
        model = fit(clips, settings, folder, cache=features)
        write_rows(done, scoring.answered(model, tested, fold=fold).assign(corpus=tested["corpus"]))
    return read_rows(done, "corpus")


def by_folds(table: pd.DataFrame, recipe: AnyRecipe, to: Path, features: Path) -> pd.DataFrame:
    """Every clip answered by a probe that was not fitted on its speaker."""
    speech, folds = _speech(table), splits.fold_of(table)
    return pd.concat([probe_rows(table[folds != number].reset_index(drop=True), speech[speech["fold"] == number]
                                 .reset_index(drop=True), recipe, to / f"fold-{number}", features, number)
                      for number in splits.FOLDS], ignore_index=True)


def by_corpora(
    table: pd.DataFrame, others: pd.DataFrame, recipe: AnyRecipe, to: Path, features: Path
) -> Iterator[pd.DataFrame]:
    """Every corpus answered by a probe that was not fitted on it; the last is fitted on all, and answers `others`."""
    for corpus in sorted(set(table["corpus"])):
        rest = table[table["corpus"] != corpus].reset_index(drop=True)
        if len(rest):
            tested = _speech(table[table["corpus"] == corpus].reset_index(drop=True))
            yield probe_rows(rest, tested, recipe, to / f"without-{corpus}", features)
    yield probe_rows(table, _speech(others), recipe, to / "all", features)


def _speech(table: pd.DataFrame) -> pd.DataFrame:
    chosen = assign(table, "8")
    return chosen[chosen["vocal"] == "speech"].reset_index(drop=True)


def parts(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Predictions by corpus."""
    return {str(name): one.drop(columns="corpus").reset_index(drop=True) for name, one in rows.groupby("corpus")}


def tuned_rows(name: str, tested: pd.DataFrame, tuned: Path, folder: Path) -> pd.DataFrame:
    """The answers of the fine-tuned networks about a corpus, of which the file `tuned` answers those it never saw."""
    path = folder / f"{name}.csv"
    if not path.is_file():
        clips = _speech(tested[tested["corpus"] == name].reset_index(drop=True))
        write_rows(path, scoring.answered(tuned, clips, fold=0))
    return read_rows(path)


def calibrated(settings: ModelSettings, rows: Mapping[str, pd.DataFrame]) -> ModelSettings:
    """Settings with the temperature and the thresholds that left-out corpora say."""
    known, together = {name: set(one["truth"]) for name, one in rows.items()}, pooled(rows)
    allowed = np.array([[emotion in known[name] for emotion in EMOTIONS] for name in together["corpus"]])
    probabilities, truth = together[EMOTIONS].to_numpy(float), together["truth"].map(EMOTIONS.index).to_numpy()
    heat = calibration.temperature(probabilities, truth, allowed)
    return with_thresholds(replace(settings, temperature=heat, prior_correction={}),
                           {name: at_temperature(one, heat) for name, one in rows.items()})


def with_thresholds(settings: ModelSettings, rows: Mapping[str, pd.DataFrame]) -> ModelSettings:
    """Settings with the thresholds that calibrated predictions for left-out corpora say."""
    together, whom = pooled(rows), f"the left-out corpora {', '.join(sorted(rows))}"
    return replace(settings, **calibrate.thresholds("8", together[EMOTIONS].to_numpy(float), together["truth"], whom,
                                                    WANTED))


def pooled(rows: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Predictions for several corpora, each with as many clips."""
    return pd.concat([one.iloc[:: max(1, len(one) // CLIPS)].assign(corpus=name) for name, one in rows.items()],
                     ignore_index=True).dropna(subset=EMOTIONS)


def thresholds_again() -> None:
    """Choose the thresholds of the bundled files again."""
    for path, folder in ((BUNDLED / "ensemble.onnx", "unseen-corpora"), (BUNDLED / f"{FREE}.onnx",
                                                                         f"unseen-corpora-{FREE}")):
        settings = load_model(path).settings
        names = set(TRAINED) - ({FREE} if path.stem == FREE else set())
        rows = {name: read_rows(RESULTS / folder / f"{name}.csv") for name in sorted(names)}
        rewritten(path, with_thresholds(settings, rows), path)


def at_temperature(rows: pd.DataFrame, heat: float) -> pd.DataFrame:
    """Predictions with another temperature."""
    return rows.assign(**dict(zip(EMOTIONS, calibration.temperature_scaled(rows[EMOTIONS].to_numpy(float), heat).T,
                                  strict=True)))


def keep(rows: Mapping[str, pd.DataFrame], heat: float, pattern: str) -> None:
    """Write predictions into results/, one file a corpus."""
    for name, one in rows.items():
        path = RESULTS / pattern.format(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_rows(path, at_temperature(one, heat))


def default(train: pd.DataFrame, test: pd.DataFrame, encoder: str, tuned: Path, runs: Path) -> Path:
    """Make the recognizer `default` and its predictions; returns its file."""
    recipe, features, members = on_encoder(encoder, "probe"), runs / "features", RESULTS / "members"
    folds = parts(by_folds(train, recipe, runs / "probe", features))
    left_out = parts(pd.concat(list(by_corpora(train, test, recipe, runs / "probe", features))))
    for kind, rows in (("folds", folds), ("unseen", left_out)):
        keep(rows, 1.0, f"members/probe/{kind}/{{}}.csv")
    both = pd.concat([train, test])
    known = {name: [tuned_rows(name, both, tuned, members / "tuned" / "folds"), rows]
             for name, rows in folds.items() if (members / "tuned" / "folds" / f"{name}.csv").is_file()}
    unseen = {name: [tuned_rows(name, both, tuned, members / "tuned" / "unseen"), rows]
              for name, rows in left_out.items()}
    mixed = {name: ensemble.mean_rows(rows, WEIGHTS) for name, rows in unseen.items()}
    made, corpora = load_model(runs / "probe" / "all" / RECOGNIZER).settings, sorted(set(train["corpus"]))
    settings = calibrated(replace(made, name="ensemble both", data=tuple(corpora), licence=licence(set(corpora))),
                          {name: mixed[name] for name in corpora})
    means = ensemble.means_of(pd.concat([rows[0].assign(actor=name + ":" + rows[0]["actor"].astype(str))
                                         for name, rows in known.items()], ignore_index=True), EMOTIONS)
    path = ensemble.merge([tuned, runs / "probe" / "all" / RECOGNIZER], WEIGHTS, settings, {0: means},
                          BUNDLED / "ensemble.onnx")
    keep(mixed, settings.temperature, "unseen-corpora/{}.csv")
    keep({name: ensemble.mean_rows(rows, WEIGHTS) for name, rows in known.items()}, settings.temperature,
         "{}-5fold/default.csv")
    return path


def free(train: pd.DataFrame, test: pd.DataFrame, encoder: str, runs: Path) -> Path:
    """Make the recognizer `crema-d`, of the one corpus that permits commercial use; returns its file."""
    own = train[train["corpus"] == FREE].reset_index(drop=True)
    others = pd.concat([train[train["corpus"] != FREE], test], ignore_index=True)
    rows = probe_rows(own, _speech(others), on_encoder(encoder, "probe-votes"), runs / FREE, runs / "features")
    made, left_out = load_model(runs / FREE / RECOGNIZER), parts(rows)
    settings = calibrated(made.settings, {name: left_out[name] for name in sorted(set(train["corpus"]) - {FREE})})
    path = BUNDLED / f"{FREE}.onnx"
    rewritten(runs / FREE / RECOGNIZER, settings, path)
    keep(left_out, settings.temperature, "unseen-corpora-crema-d/{}.csv")
    return path


def rewritten(model: Path, settings: ModelSettings, to: Path) -> None:
    """A model file with other settings."""
    import onnx

    proto = onnx.load_from_string(model.read_bytes())
    set_settings(proto, settings)
    to.write_bytes(proto.SerializeToString())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make the bundled recognizers and their predictions.")
    parser.add_argument("--train", nargs="+", help="the training corpora, as `intone train` takes them")
    parser.add_argument("--test", nargs="+", help="the evaluation-only corpora")
    parser.add_argument("--tuned", type=Path, help="the model file of the fine-tuned network")
    parser.add_argument("--encoder", default="openai/whisper-base", help="a folder, or a name on the hub")
    parser.add_argument("--runs", type=Path, default=Path("runs/bundle"), help="the folder of the runs")
    parser.add_argument("--thresholds", action="store_true", help="only choose the thresholds again")
    chosen = parser.parse_args(arguments)
    if chosen.thresholds:
        thresholds_again()
        return
    if not (chosen.train and chosen.test and chosen.tuned):
        parser.error("--train, --test and --tuned are needed")
    train, test = open_corpora(chosen.train), open_corpora(chosen.test)
    print(default(train, test, chosen.encoder, chosen.tuned, chosen.runs))
    print(free(train, test, chosen.encoder, chosen.runs))


if __name__ == "__main__":
    main()
