"""`intone corpus check`, `corpus fetch`, `clean` and `plots`: what is done with recordings before training."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from intone import cleaning, labels
from intone.audio import SUFFIXES
from intone.corpora import open_corpora
from intone.corpora.table import open_corpus
from intone.envelope import EnvelopeSettings
from intone.errors import UsageError
from intone.parallel import cores
from intone.recipe import recipe as named_recipe


def check(corpus: str, *, jobs: int | None = None, json: bool = False) -> int:
    """Count the clips of a corpus and name what is missing, damaged, doubled or misnamed.

    Parameters
    ----------
    corpus
        A folder, or ravdess=DIR, crema-d=DIR or folder=DIR.
    jobs
        How many processes; one a core by default.
    json
        Print the report as JSON.
    """
    from intone.corpora.check import check as check_corpus  # noqa: PLC0415

    report = check_corpus(Path(corpus), jobs=jobs or cores())
    if json:
        from json import dumps  # noqa: PLC0415

        print(dumps(report.to_dict(), indent=2))
    else:
        print(report.to_text())
    return 0 if report.ok else 1


def fetch(corpus: Literal["ravdess"] = "ravdess", *, song: bool = False, to: Path = Path("ravdess")) -> None:
    """Download a corpus from its publisher, check it against the published hash, and unpack it.

    Parameters
    ----------
    corpus
        ravdess (CC BY-NC-SA 4.0), from Zenodo.
    song
        The sung clips as well.
    to
        The folder to unpack into.
    """
    from intone.corpora.fetch import fetch as fetch_corpus  # noqa: PLC0415

    print(fetch_corpus(corpus, to, song=song).to_text())


def clean(
    corpus: str,
    *,
    to: Path,
    recipe: str = "original",
    threshold: float | None = None,
    relative_to: Literal["full scale", "peak"] | None = None,
    jobs: int | None = None,
) -> int:
    """Clean a corpus into a folder: 16 kHz, mono, only where there is sound.

    Parameters
    ----------
    corpus
        A folder, or ravdess=DIR, crema-d=DIR or folder=DIR.
    to
        The folder of the cleaned clips.
    recipe
        Whose settings: original (a fixed threshold) or level-independent.
    threshold
        Another threshold than the recipe's.
    relative_to
        What the threshold is a share of: full scale, or peak (the clip's own loudest tenth of a second).
    jobs
        How many processes; one a core by default.
    """
    own = named_recipe(recipe).front_end.envelope
    envelope = EnvelopeSettings(own.window_s, own.threshold if threshold is None else threshold,
                                relative_to or own.relative_to)
    report = cleaning.clean(open_corpus(corpus).table(), to, envelope, jobs=jobs)
    print(report.to_text())
    return 1 if report.failed else 0


def plots(
    source: str,
    *,
    to: Path,
    format_: Annotated[Literal["png", "svg"], Parameter(name="--format")] = "png",
    recipe: str = "original",
    sex: str = "both",
    classes: str = "8",
    jobs: int | None = None,
) -> None:
    """Draw a clip (waveform, spectrum, envelope), or the classes of a corpus (features, distribution).

    Parameters
    ----------
    source
        A recording, or a corpus: a folder, ravdess=DIR, crema-d=DIR or folder=DIR.
    to
        The folder of the figures.
    format_
        png or svg.
    recipe
        Whose cleaning is shown: original or level-independent.
    sex
        Of a corpus: male, female or both.
    classes
        Of a corpus: 2, 3, 8 or stress.
    jobs
        How many processes read a corpus; one a core by default.
    """
    from intone import plots as figures  # noqa: PLC0415

    envelope = named_recipe(recipe).front_end.envelope
    if Path(source).suffix.lower() in SUFFIXES and not Path(source).is_dir():
        written = figures.plot_clip(Path(source), to, envelope, format_)
    else:
        if Path(source).is_file():
            raise UsageError(f"{source} is neither a recording ({', '.join(SUFFIXES)}) nor a folder: name "
                             "one of these.")
        written = figures.plot_corpus(labels.assign(open_corpora([source]), classes, sex), to, envelope, format_,
                                      jobs=jobs)
    print("\n".join(str(path) for path in written))
