"""`intone corpus check`, `corpus fetch`, `clean` and `plots`: recordings before a training."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from intone.audio import SUFFIXES
from intone.audio.envelope import EnvelopeSettings
from intone.audio.search import is_file, is_folder, is_recording, is_there
from intone.cli.corpus_options import PLAIN_LABELS, Corpus, Labels
from intone.cli.messages import show
from intone.cli.options import Classes, Jobs, Sex
from intone.cli.standard_input import STDIN, check_stdin, source_of
from intone.corpora import cleaning, open_corpora
from intone.corpora.table import assign, labelled, left_out, open_corpus
from intone.errors import UsageError
from intone.parallel import cores
from intone.training.recipes import recipe as named_recipe


def check(
    corpus: Corpus,
    /,
    *,
    labels: Labels = PLAIN_LABELS,
    jobs: Jobs = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Count the recordings of a corpus; name what is missing, damaged, doubled or misnamed.

    The exit status is 1 where it would be wrong to train on the folder. Faults of the publisher's own copy (stereo
    files, equal recordings) are listed as known; missing recordings are a warning.

    Parameters
    ----------
    json
        Print the whole report as JSON; the text shortens long lists.
    """
    from intone.corpora.check import check as check_corpus

    report = check_corpus(Path(corpus), jobs=jobs or cores(), words=labels.words())
    if json:
        from json import dumps

        print(dumps(report.to_dict(), indent=2))
    else:
        show(*report.to_text().split("\n"))
    return 0 if report.ok else 1


def fetch(
    corpus: Literal["ravdess"] = "ravdess",
    /,
    *,
    song: Annotated[bool, Parameter(negative=())] = False,
    to: Path = Path("ravdess"),
) -> None:
    """Download a corpus from its publisher, verify it, and unpack it.

    Interrupted and started again it goes on. An archive that is in the folder already is not downloaded.

    Parameters
    ----------
    corpus
        ravdess: RAVDESS (CC BY-NC-SA 4.0) from Zenodo; 208 MB of speech, 226 MB of song.
    song
        The sung recordings as well.
    to
        The folder to unpack into.
    """
    from intone.corpora.fetch import fetch as fetch_corpus

    show(*fetch_corpus(corpus, to, song=song).to_text().split("\n"))


def clean(
    corpus: Corpus,
    /,
    *,
    to: Path,
    recipe: Annotated[str, Parameter(help="Whose threshold: original (fixed) or level-independent (a share of each "
                                             "recording's own loudness).")] = "original",
    threshold: float | None = None,
    relative_to: Literal["full scale", "peak"] | None = None,
    labels: Labels = PLAIN_LABELS,
    jobs: Jobs = None,
) -> int:
    """Clean a corpus into a folder: mono, 16 kHz, and only where there is sound.

    Interrupted and started again it goes on. Recordings that cannot be read, and those with under a tenth of a second
    of sound, are named; the exit status is 1 where one could not be cleaned.

    `intone clean ravdess/ --to ravdess-clean`

    Parameters
    ----------
    to
        The folder of the cleaned recordings.
    threshold
        Another threshold than the recipe's, 0 to 1.
    relative_to
        What the threshold is a share of: full scale, or the peak, which is the recording's loudest tenth of a second.
    """
    own = named_recipe(recipe).front_end.envelope
    envelope = EnvelopeSettings(own.window_s, own.threshold if threshold is None else threshold,
                                relative_to or own.relative_to)
    report = cleaning.clean(open_corpus(corpus, labels.words()).table(), to, envelope, jobs=jobs)
    show(*report.to_text().split("\n"))
    return 1 if report.failed or left_out([corpus]) else 0


def plots(
    source: str,
    /,
    *,
    to: Path,
    format_: Annotated[Literal["png", "svg"], Parameter(name="--format")] = "png",
    recipe: Annotated[str, Parameter(help="Whose cleaning is shown: original or level-independent.")] = "original",
    sex: Sex = "both",
    classes: Classes = "8",
    labels: Labels = PLAIN_LABELS,
    jobs: Jobs = None,
) -> int:
    """Draw one recording, or the classes of a corpus.

    Of a recording: waveform, amplitude, spectrum, and what the envelope keeps. Of a corpus: one recording of each
    class, raw and cleaned, as waveform, spectrum, log filter bank and MFCC; how many there are, and how long.

    `intone plots talk.m4a --to figures`

    Parameters
    ----------
    source
        A recording, - for one that is piped in, or a corpus: a folder, a table, or NAME=DIR, such as ravdess=DIR.
    to
        The folder of the figures.
    format_
        The format of the figures.
    """
    from intone import plots as figures

    envelope = named_recipe(recipe).front_end.envelope
    if _is_recording(source):
        check_stdin([Path(source)])
        show(*map(str, figures.plot_clip(source_of(Path(source)), to, envelope, format_, name=Path(source).name)))
        return 0
    if is_file(source) and Path(source).suffix.lower() != ".csv":
        raise UsageError(f"{source} is neither a recording ({', '.join(SUFFIXES)}), a folder nor a table (.csv): name "
                         "one of these.")
    clips = open_corpora([source], labels.words())
    show(*map(str, figures.plot_corpus(labelled(assign(clips, classes, sex)), to, envelope, format_, jobs=jobs)))
    return 1 if left_out([source]) else 0


def _is_recording(source: str) -> bool:
    """Whether a source is one recording: by its suffix, without one, or piped in."""
    without = is_file(source) and not Path(source).suffix
    piped = Path(source) == STDIN or (is_there(source) and not is_file(source))
    return not is_folder(source) and (is_recording(source) or without or piped)
