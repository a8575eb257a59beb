"""Recordings -> printed answers. Nothing here reads a command line, so the plainest command loads no parser of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from intone.audio import SUFFIXES
from intone.audio.search import audio_files
from intone.cli.answer_table import Answer, Failed, write_many, write_segments, write_table
from intone.cli.messages import say
from intone.errors import RecordingError, UsageError
from intone.labels import scheme
from intone.recognition import recognizer
from intone.recognition.formats import Format
from intone.recognition.options import Options

if TYPE_CHECKING:
    from tqdm import tqdm

MANY = 3
"""Recordings from which on a bar on the terminal says how far it is."""


def print_answers(
    recordings: Sequence[Path], options: Options, form: Format | None = None,
    recognizer_: Path | None = None,
) -> int:
    """Print the answer about each recording, as a table where no format is given; returns the exit status."""
    files = list(_files(recordings))
    if form and not form.write_many and (len(files) > 1 or options.channel == "each"):
        raise UsageError(f"--format {form.name} takes the segments of one recording: name one, and no --channel each.")
    answers, names = _answers(recognizer.load(recognizer_), files, options), scheme(options.schemes[0]).classes
    if not form:
        failed = write_table(answers, names, with_segments=len(files) == 1)
    else:
        failed = write_many(answers, form, names) if form.write_many else write_segments(answers, form)
    return 1 if failed else 0


def _files(recordings: Sequence[Path]) -> Iterator[Path]:
    """The files that are named, and those in the folders that are named."""
    for path in recordings:
        if not path.is_dir():
            yield path
            continue
        found = audio_files(path)
        if not found:
            raise UsageError(f"The folder {path} holds no recordings: name one with files such as "
                             f"{', '.join(SUFFIXES)}.")
        yield from found


def _answers(loaded: recognizer.Recognizer, files: Sequence[Path], options: Options) -> Iterator[Answer]:
    """The answers in the order of the files; each that fails is named on the standard error at once."""
    with _bar(len(files)) as bar:
        for path in files:
            found: Sequence[Answer]
            try:
                found = list(_of_channels(loaded, path, options))
            except (RecordingError, UsageError) as error:
                # A channel that one of many recordings lacks is no wrong use.
                if isinstance(error, UsageError) and (len(files) == 1 or not isinstance(options.channel, int)):
                    raise
                found = [Failed(str(path), str(error))]
            bar.clear()
            for one in found:
                if isinstance(one, Failed):
                    say(f"{one.name}: {one.error}")
                yield one
            bar.update()


def _of_channels(loaded: recognizer.Recognizer, path: Path, options: Options) -> Iterator[Answer]:
    """The answer about every channel of a recording that is asked for."""
    channels = loaded.answers(path, options=options)
    for number, one in channels:
        if isinstance(one, RecordingError):
            yield Failed(str(path), str(one), number if len(channels) > 1 else None)
        else:
            yield from one.values()


def _bar(number: int) -> "tqdm[NoReturn] | _NoBar":
    """What says on a terminal how many recordings are done; nothing where there are few."""
    if number < MANY:
        return _NoBar()
    from tqdm import tqdm  # its import takes as long as the analysis of a second of speech

    return tqdm(total=number, unit="recording", leave=False, mininterval=0, disable=None)


class _NoBar:
    """A bar that nobody sees."""

    def __enter__(self) -> "_NoBar":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def clear(self) -> None:
        pass

    def update(self) -> None:
        pass
