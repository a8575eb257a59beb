"""`intone train`, `verify`, `reproduce` and `evaluate`: from a corpus to a recognizer, and its metrics."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from intone.cli.corpus_options import PLAIN_LABELS, Corpora, Corpus, Labels
from intone.cli.messages import say, show
from intone.cli.options import Classes, Epochs, Jobs, Network, Recipe, Seed, Sex, TrainedSex, Vocal
from intone.corpora import open_corpora
from intone.corpora.registry import facts
from intone.corpora.table import left_out, sexless
from intone.errors import UsageError
from intone.parallel import cores
from intone.training import run
from intone.training.recipes import AnyRecipe, on_encoder, trainer
from intone.training.recipes import recipe as named_recipe

if TYPE_CHECKING:
    import pandas as pd

    from intone.evaluation.cross_validation import Tested
    from intone.training.history import Epoch


def train(
    corpora: Corpora,
    /,
    *,
    to: Path,
    model: Network = "mfcc-cnn",
    recipe: Recipe = None,
    sex: TrainedSex = "both",
    classes: Classes = "8",
    validation: Literal["actors", "chunks", "none"] = "actors",
    hold_out: Annotated[list[str] | None, Parameter(negative=(), consume_multiple=True)] = None,
    evaluation: Path | None = None,
    features: Path | None = None,
    vocal: Vocal = "all",
    epochs: Epochs = None,
    seed: Seed = run.SEED,
    labels: Labels = PLAIN_LABELS,
    jobs: Jobs = None,
) -> int:
    """Train a recognizer, and export the best epoch with everything that a prediction needs.

    Interrupted and started again with the same options it goes on after the last epoch.

    `intone train ravdess/ --recipe original --sex each --classes 2 --to runs/pair-2`

    Parameters
    ----------
    to
        The folder of the run: settings, history, weights, and recognizer.onnx. Of a pair it holds the runs female and
        male.
    validation
        What chooses the epoch: actors (speakers that do not train), chunks of the clips that train (the original's way,
        which overestimates), or none (the last epoch is taken).
    hold_out
        Speakers that are never used, such as ravdess:21 ravdess:23.
    evaluation
        The folder of an `intone evaluate` of the same recipe: with --validation none its validating speakers calibrate
        the recognizer.
    features
        The folder in which the features of clips for an encoder are kept, such as that of an evaluation, so that they
        are not made again; in the run by default.
    """
    from intone.training import run
    from intone.training.distributed import ranks
    from intone.training.fit import fit
    from intone.training.history import read_history

    if sex == "each" and evaluation:
        raise UsageError("An evaluation does not calibrate a pair: train each sex by itself with the evaluation of its "
                         "own, or leave --evaluation out.")
    clips = _clips(corpora, vocal, labels, aloud=ranks().first)
    status = _status(corpora) if ranks().world == 1 else 0  # torchrun would take the training for failed
    if ranks().first:
        _tell_incomplete(clips)
    chosen = _recipe(model, recipe, epochs)
    if ranks().first:
        _tell_sexless(clips, chosen, sex)
    if sex == "each":
        plans = run.plan_pair(clips, chosen, to, classes=classes, seed=seed, validation=validation,
                              held_out=hold_out or ())
    else:
        plans = {to: run.plan(clips, chosen, sex=sex, classes=classes, seed=seed, validation=validation,
                              held_out=hold_out or ())}
    for folder, (table, settings) in plans.items():
        exported = fit(table, settings, folder, evaluation=evaluation, cache=features, jobs=jobs)
        if ranks().first:
            if (folder / run.HISTORY).is_file():
                _curve(folder)
                show(_summary(read_history(folder / run.HISTORY), chosen))
            show(f"The recognizer is {exported}")
    if sex == "each" and ranks().first:
        show(f"The pair is {to}: of its two recognizers the one for the sex of the speaker answers.")
    return status


def verify(
    run_: Annotated[Path, Parameter(name="RUN")],
    /,
    *,
    data: Annotated[Corpora, Parameter(consume_multiple=True, help="The corpora that it was trained on.")],
    evaluation: Path | None = None,
    vocal: Vocal = "all",
    labels: Labels = PLAIN_LABELS,
    jobs: Jobs = None,
) -> int:
    """Recognise the recordings that a run, or each of a pair, was trained on, and those of unseen speakers.

    Writes predictions.csv into the run. Unseen speakers are those that the run held out, or those of an evaluation;
    where there is neither, the same recipe is trained once more without the last sixth of the speakers, which takes as
    long as the run did.

    `intone verify runs/male-2 --data ravdess/`

    Parameters
    ----------
    run_
        The folder of a run, or of a pair.
    evaluation
        The folder of an `intone evaluate` of the same recipe.
    """
    from intone.evaluation import verification

    folders, clips, status = run.runs_in(run_), _clips(data, vocal, labels), _status(data)
    if len(folders) > 1 and evaluation:
        raise UsageError(f"An evaluation is not of a pair: verify {folders[0]} and {folders[1]} by themselves, or "
                         "leave --evaluation out.")
    made = run.read_run(folders[0])
    _tell_sexless(clips, made.recipe, made.sex)
    for folder in folders:
        lines = verification.verify(folder, clips, evaluation=evaluation, jobs=jobs).to_text().split("\n")
        show(*[f"{folder}:"] * (len(folders) > 1), *lines)
    return status


def reproduce(
    corpus: Corpus,
    /,
    *,
    sex: Sex = "male",
    classes: Classes = "2",
    to: Path | None = None,
    epochs: Epochs = None,
    labels: Labels = PLAIN_LABELS,
    jobs: Jobs = None,
) -> int:
    """Run the whole pipeline of the original system, from the corpus to predictions.csv.

    That is corpus check, clean, plots, train --recipe original --validation chunks, and verify. Interrupted and
    started again it goes on.

    `intone reproduce ravdess/ --sex male --classes 2`

    Parameters
    ----------
    to
        The folder of everything that is made; runs/original-SEX-CLASSES by default.
    epochs
        Another number of epochs than the original's 60.
    """
    from intone import plots
    from intone.corpora import cleaning
    from intone.corpora.check import check
    from intone.corpora.table import assign, labelled, open_corpus
    from intone.evaluation import verification
    from intone.training import run
    from intone.training.fit import fit
    from intone.training.history import read_history

    original = named_recipe("original").with_epochs(epochs)
    folder = to or Path("runs") / f"original-{sex}-{classes}"
    opened = open_corpus(corpus, labels.words())
    envelope = original.front_end.envelope
    show(*check(Path(corpus), jobs=jobs or cores(), words=opened.words).to_text().split("\n"), "")
    recorded, status = opened.table(), _status([corpus])
    show(*cleaning.clean(recorded, folder / "clean", envelope, jobs=jobs).to_text().split("\n"), "")
    plots.plot_corpus(labelled(assign(recorded, classes, sex)), folder / "plots", envelope, jobs=jobs)
    clips = open_corpora([f"{opened.cleaned_as or opened.name}={folder / 'clean'}"])
    table, settings = run.plan(clips, original, sex=sex, classes=classes, validation="chunks")
    fit(table, settings, folder / "run", jobs=jobs)
    show(_summary(read_history(folder / "run" / run.HISTORY), original), "")
    _curve(folder / "run")
    show(*verification.verify(folder / "run", clips, jobs=jobs).to_text().split("\n"))
    show(f"Everything is in {folder}, and the answers in {folder / 'run' / verification.PREDICTIONS}")
    return status


def evaluate(
    corpora: Corpora,
    /,
    *,
    to: Path,
    model: Network = "mfcc-cnn",
    recipe: Recipe = None,
    sex: Sex = "both",
    classes: Classes = "8",
    fold: Annotated[list[int] | None, Parameter(negative=(), consume_multiple=True)] = None,
    leave_one_corpus_out: Annotated[bool, Parameter(negative=())] = False,
    evaluation_only: Annotated[list[str] | None, Parameter(negative=(), consume_multiple=True)] = None,
    across: Annotated[bool, Parameter(negative=(), show=False)] = False,
    epochs: Epochs = None,
    seed: Seed = run.SEED,
    labels: Labels = PLAIN_LABELS,
    jobs: Jobs = None,
) -> int:
    """Test a recipe on unseen speakers, in five folds, or on unseen corpora.

    Spoken recordings of every corpus with five speakers or more are tested, each by a network that was not trained on
    its speaker; those of others only train. What is done is not done again.

    `intone evaluate ravdess/ --recipe original --sex male --classes 2 --to runs/folds`

    Parameters
    ----------
    to
        The folder of the folds, of their predictions (out-of-fold.csv) and of the results (table.md).
    fold
        Only these folds, 0 to 4.
    leave_one_corpus_out
        Leave one corpus out instead of speakers, each in turn: train on the others, and test on all its speech.
    evaluation_only
        Corpora that are never trained, chosen or calibrated on, such as emodb=DIR: one network, trained on all the
        others, is tested on them after the rest.
    """
    import pandas as pd

    from intone.evaluation import cross_validation
    from intone.files import write_text

    if across:
        say("--across is called --leave-one-corpus-out now.")
    corpus_out = leave_one_corpus_out or across
    if corpus_out and fold:
        raise UsageError("Leaving a corpus out has no folds: leave --fold or --leave-one-corpus-out out.")

    clips = _clips(corpora, "all", labels)
    others = [_clips(evaluation_only, "all", labels)] if evaluation_only else []
    everything, status = pd.concat([clips, *others], ignore_index=True), _status([*corpora, *(evaluation_only or ())])
    _tell_incomplete(everything)
    chosen = _recipe(model, recipe, epochs)
    _tell_sexless(clips if sex == "both" else everything, chosen, sex, tested=True)
    unseen = [cross_validation.only_evaluated(clips, one, sex=sex, classes=classes) for one in others]
    if corpus_out:
        found = cross_validation.leave_one_corpus_out(clips, chosen, to, sex=sex, classes=classes, seed=seed, jobs=jobs)
    else:
        found = cross_validation.evaluate(clips, chosen, to, sex=sex, classes=classes, seed=seed, only=fold, jobs=jobs)
    done = sorted({int(number) for tested in found.values() for number in tested.rows["fold"]})
    for one in unseen:
        found |= cross_validation.evaluate_only(clips, one, chosen, to, sex=sex, classes=classes, seed=seed, jobs=jobs)
    text = _tables(found, everything, f"{chosen.name}, {sex}")
    write_text(to / cross_validation.TABLE, text)
    show(*text.removesuffix("\n").split("\n"))
    if len(done) < 5 and not corpus_out:
        show("", f"This is fold {', '.join(map(str, done))} of 0 to 4.")
    return status


def _tables(found: "dict[str, Tested]", clips: "pd.DataFrame", name: str) -> str:
    """Unseen speakers and unseen corpora in one table, and below it each corpus by itself."""
    from intone.evaluation import report, unseen

    lines = {(corpus, one.unseen): unseen.measured(one.rows, one.settings) for corpus, one in found.items()}
    tables = [unseen.to_markdown(lines) + (f"\n{note}\n" if (note := unseen.note(lines)) else "")]
    for corpus, one in found.items():
        tested = clips[clips["corpus"] == corpus].dropna(subset=["sex"])
        summary = report.summarize(one.rows, sexes=dict(zip(tested["actor"].astype(str), tested["sex"], strict=True)))
        tables.append(report.to_markdown({f"{corpus}: {name}": summary}) + "\n" + report.class_table(summary))
    return "\n".join(tables)


def _clips(corpora: list[str], vocal: str, labels: Labels, *, aloud: bool = True) -> "pd.DataFrame":
    """The clips of some corpora; says what is left out of them, in one of several processes only (`aloud`)."""
    words = labels.words()
    table = open_corpora(corpora, words if aloud else replace(words, tell=lambda _: None, note=lambda _: None))
    kept = table if vocal == "all" else table[table["vocal"] == vocal].reset_index(drop=True)
    if not len(kept):
        raise UsageError(f"The data has no {vocal}: choose another --vocal, or another folder.")
    return kept


def _status(corpora: list[str]) -> int:
    """The exit status of a command that ends well: 1 where anything that looks like a recording is left out."""
    return 1 if left_out(corpora) else 0


def _tell_sexless(table: "pd.DataFrame", recipe: AnyRecipe, sex: str, *, tested: bool = False) -> None:
    """Say how many clips are of speakers whose sex is unknown, where that keeps a recipe from learning from them."""
    if sex == "both" and not trainer(recipe).needs_sex:
        return
    if table["sex"].notna().any() and (sentence := sexless(table, tested=tested and sex == "both")):
        say(sentence)  # where no sex is known, it is the error that follows


def _tell_incomplete(table: "pd.DataFrame") -> None:
    """Say of each published corpus that is not complete how much of it is there."""
    for corpus, clips in table.groupby("corpus"):
        known = facts(str(corpus))
        whole = known.complete(set(clips["vocal"])) - len(known.left_out)
        if len(clips) < whole:
            say(f"{corpus} is not complete here, {len(clips)} of {whole} recordings by {clips['actor'].nunique()} "
                "speakers: only these are used.")


def _summary(history: "list[Epoch]", recipe: AnyRecipe) -> str:
    last, of = history[-1], trainer(recipe)
    epochs = f"{last.epoch} epoch{'s' * (last.epoch > 1)}"
    if last.validation_accuracy != last.validation_accuracy:  # NaN: nothing validates
        return f"{epochs}, {last.accuracy:.1%} of the {of.unit} right while training."
    if of.keeps == "last":
        return f"{epochs}; the last one is kept, with {last.validation_accuracy:.1%} of the validation {of.unit} right."
    best = max(history, key=lambda line: line.validation_accuracy)
    return (f"{epochs}; epoch {best.epoch} is kept, with {best.validation_accuracy:.1%} of the validation "
            f"{of.unit} right.")


def _recipe(model: str, name: str | None, epochs: int | None) -> AnyRecipe:
    """The recipe of that name for a model, or the model's own where none is named."""
    recipe = named_recipe(name or "level-independent") if model == "mfcc-cnn" else on_encoder(model, name or "tuned")
    return recipe.with_epochs(epochs)


def _curve(folder: Path) -> None:
    from intone.plots import plot_history

    plot_history(folder / run.HISTORY, folder)
