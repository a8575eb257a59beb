"""`intone predict`: recordings -> answers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

from cyclopts import Parameter, Token

from intone.audio import SUFFIXES
from intone.audio.search import audio_files
from intone.cli.answer_table import Answer, Failed, write_many, write_segments, write_table
from intone.cli.messages import say
from intone.cli.options import Classes
from intone.errors import RecordingError, UsageError
from intone.labels import scheme
from intone.recognition import recognizer
from intone.recognition.formats import FORMATS, RENAMED
from intone.recognition.options import Options, channel_named

if TYPE_CHECKING:
    from tqdm import tqdm

    FormatName = str
else:
    FormatName = Literal[("table", *FORMATS)]

MANY = 3
"""Recordings from which on a bar on the terminal says how far it is."""


def _format(_kind: Any, tokens: Sequence[Token]) -> str:
    """The format that a word names, also by its name of version 0.2, with a warning."""
    word = tokens[0].value
    if word in RENAMED:
        say(f"--format {word} is called {RENAMED[word]} now.")
    name = RENAMED.get(word, word)
    if name != "table" and name not in FORMATS:
        *others, last = FORMATS
        raise UsageError(f"There is no format '{word}': choose table, {', '.join(others)} or {last}.")
    return name


def predict(
    recordings: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    sex: Literal["male", "female", "auto"] = "auto",
    classes: Classes = "2",
    recognizer_: Annotated[Path | None, Parameter(name="--recognizer")] = None,
    channel: str = "mix",
    format_: Annotated[FormatName, Parameter(name="--format", converter=_format, help=(
        "A table for the eye (table), or text for a program, of any number of recordings ("
        + "; ".join(f"{one.name}: {one.words}" for one in FORMATS.values() if one.write_many)
        + ") or of the segments of a single one ("
        + "; ".join(f"{one.name}: {one.words}" for one in FORMATS.values() if not one.write_many) + ")."))] = "table",
    explain: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Recognise the emotion in recorded speech.

    Of a single recording the table also has every segment of speech. A recording that cannot be answered is named on
    the standard error with the reason; the others are answered, and the exit status is 1.

    `intone predict talk.m4a calls/ --classes 8 --format csv > answers.csv`

    Parameters
    ----------
    recordings
        Files (wav, flac, mp3, ogg, opus, m4a, mp4, webm and others), or folders that are searched for them.
    sex
        The sex of the speakers; auto leaves it to the recognizer.
    recognizer_
        A model file, the folder of a training run, or crema-d, whose weights may be used commercially, instead of the
        default recognizer.
    channel
        mix (the mean of all channels), each (an answer for every channel), or a number from 1.
    explain
        Compute attributions: which time windows speak for the answer (table and JSON); takes many times as long.
    """
    options = Options(sex, (classes,), channel_named(channel), explain)
    files, form = list(_files(recordings)), FORMATS.get(format_)
    if form and not form.write_many and (len(files) > 1 or channel == "each"):
        raise UsageError(f"--format {format_} takes the segments of one recording: name one, and no --channel each.")
    answers, names = _answers(recognizer.load(recognizer_), files, options), scheme(classes).classes
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
