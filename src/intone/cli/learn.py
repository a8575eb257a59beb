"""`intone train`, `verify`, `reproduce` and `evaluate`: from a corpus to a recognizer, and how good it is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from intone import run
from intone.corpora import open_corpora
from intone.errors import UsageError
from intone.parallel import cores
from intone.recipe import recipe as named_recipe
from intone.run import Validation

if TYPE_CHECKING:
    import pandas as pd

    from intone.training import Epoch

Corpora = Annotated[list[str], Parameter(negative=())]
Vocal = Literal["speech", "song", "all"]


def train(
    corpora: Corpora,
    /,
    *,
    to: Path,
    model: Literal["mfcc-cnn"] = "mfcc-cnn",
    recipe: str = "level-independent",
    sex: str = "both",
    classes: str = "8",
    validation: Validation = "actors",
    hold_out: Annotated[list[str] | None, Parameter(negative=(), consume_multiple=True)] = None,
    vocal: Vocal = "all",
    epochs: int | None = None,
    seed: int = 0,
    jobs: int | None = None,
) -> None:
    """Train a network on corpora, and export the best epoch with everything that an answer needs.

    Interrupted and started again with the same options it goes on after the last epoch.

    Parameters
    ----------
    corpora
        Folders, or ravdess=DIR, crema-d=DIR, folder=DIR; several at once.
    to
        The folder of the run.
    model
        mfcc-cnn: the network of the original system.
    recipe
        original (every constant of the original system) or level-independent.
    sex
        male, female or both.
    classes
        2, 3, 8 or stress.
    validation
        What chooses the epoch: actors (voices that do not train), chunks (the original's way, which flatters) or none.
    hold_out
        Voices that are never used, such as ravdess:21.
    vocal
        speech, song or all.
    epochs
        Another number of epochs than the recipe's.
    seed
        Of every random number.
    jobs
        How many processes read the clips; one a core by default.
    """
    from intone import training  # noqa: PLC0415
    from intone.export import finish  # noqa: PLC0415

    del model  # one so far; the option says which
    table, settings = training.plan(_clips(corpora, vocal), named_recipe(recipe).with_epochs(epochs), sex=sex,
                                    classes=classes, seed=seed, validation=validation, held_out=hold_out or ())
    history = training.train(table, settings, to, jobs=jobs)
    _curve(to)
    exported = finish(to, table, jobs=jobs)
    print(f"{_summary(history)}\nThe recognizer is {exported}")


def verify(run_: Annotated[Path, Parameter(name="RUN")], *, data: Annotated[list[str], Parameter(negative=())],
           vocal: Vocal = "all", jobs: int | None = None) -> None:
    """Answer the clips that a run was trained on and, beside them, clips of voices that it never heard.

    Writes predictions.csv and predictions-unheard.csv into the run. Where the run held no voice out, the same recipe is
    trained once more without the last sixth of the voices, which takes as long as the run did.

    Parameters
    ----------
    run_
        The folder of a run.
    data
        The corpora that it was trained on.
    vocal
        speech, song or all, as it was trained.
    jobs
        How many processes; one a core by default.
    """
    from intone import verification  # noqa: PLC0415

    print(verification.verify(run_, _clips(data, vocal), jobs=jobs).to_text())


def reproduce(
    corpus: str,
    *,
    sex: Literal["male", "female", "both"] = "male",
    classes: str = "2",
    to: Path | None = None,
    epochs: int | None = None,
    jobs: int | None = None,
) -> None:
    """The whole line of the original system: check, clean, draw, train, verify.

    Parameters
    ----------
    corpus
        RAVDESS: a folder or ravdess=DIR.
    sex
        male, female or both.
    classes
        2, 3, 8 or stress.
    to
        The folder of everything that is made; runs/original-SEX-CLASSES by default.
    epochs
        Other than the original's 60.
    jobs
        How many processes; one a core by default.
    """
    from intone import cleaning, labels, plots, training, verification  # noqa: PLC0415
    from intone.corpora.check import check  # noqa: PLC0415
    from intone.corpora.table import open_corpus  # noqa: PLC0415
    from intone.export import finish  # noqa: PLC0415

    original = named_recipe("original").with_epochs(epochs)
    folder = to or Path("runs") / f"original-{sex}-{classes}"
    opened = open_corpus(corpus)
    print(check(Path(corpus), jobs=jobs or cores()).to_text(), "\n")
    envelope = original.front_end.envelope
    print(cleaning.clean(opened.table(), folder / "clean", envelope, jobs=jobs).to_text(), "\n")
    plots.plot_corpus(labels.assign(opened.table(), classes, sex), folder / "plots", envelope, "png")
    clips = open_corpora([f"{opened.name}={folder / 'clean'}"])
    table, settings = training.plan(clips, original, sex=sex, classes=classes, validation="chunks")
    print(_summary(training.train(table, settings, folder / "run", jobs=jobs)), "\n")
    _curve(folder / "run")
    finish(folder / "run", table, jobs=jobs)
    print(verification.verify(folder / "run", clips, jobs=jobs).to_text())
    print(f"Everything is in {folder}; predictions.csv is in its folder run.")


def evaluate(
    corpora: Corpora,
    /,
    *,
    to: Path,
    model: Literal["mfcc-cnn"] = "mfcc-cnn",
    recipe: str = "level-independent",
    sex: str = "both",
    classes: str = "8",
    fold: Annotated[list[int] | None, Parameter(negative=(), consume_multiple=True)] = None,
    epochs: int | None = None,
    seed: int = 0,
    jobs: int | None = None,
) -> None:
    """Five folds by actor: how good a recipe is for voices that it never heard.

    Writes out-of-fold.csv and table.md. A fold that is done is not done again.

    Parameters
    ----------
    corpora
        RAVDESS or CREMA-D are tested; other corpora only train.
    to
        The folder of the evaluation.
    model
        mfcc-cnn: the network of the original system.
    recipe
        original or level-independent.
    sex
        male, female or both.
    classes
        2, 3, 8 or stress.
    fold
        Only these folds, 0 to 4.
    epochs
        Another number of epochs than the recipe's.
    seed
        Of every random number.
    jobs
        How many processes; one a core by default.
    """
    from intone import evaluation  # noqa: PLC0415
    from intone.files import write_text  # noqa: PLC0415

    del model  # one so far; the option says which
    rows = evaluation.evaluate(_clips(corpora, "all"), named_recipe(recipe).with_epochs(epochs), to, sex=sex,
                               classes=classes, seed=seed, only=fold, jobs=jobs)
    summary = evaluation.summarize(rows)
    text = evaluation.to_markdown({f"mfcc-cnn {recipe}, {sex}": summary}) + "\n" + evaluation.class_table(summary)
    write_text(to / evaluation.TABLE, text)
    print(text)


def _clips(corpora: list[str], vocal: Vocal) -> "pd.DataFrame":
    table = open_corpora(corpora)
    if vocal == "all":
        return table
    kept = table[table["vocal"] == vocal].reset_index(drop=True)
    if not len(kept):
        raise UsageError(f"The data has no {vocal}: choose another --vocal, or another folder.")
    return kept


def _summary(history: "list[Epoch]") -> str:
    last = history[-1]
    if last.validation_accuracy != last.validation_accuracy:  # NaN: nothing validates
        return f"{last.epoch} epochs, {last.accuracy:.1%} of the chunks right while training."
    best = max(history, key=lambda line: line.validation_accuracy)
    return (f"{last.epoch} epochs; epoch {best.epoch} is kept, with {best.validation_accuracy:.1%} of the validation "
            "chunks right.")


def _curve(folder: Path) -> None:
    from intone.plots import plot_history  # noqa: PLC0415

    plot_history(folder / run.HISTORY, folder / "history.png")
