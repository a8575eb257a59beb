"""`intone predict`: recordings -> answers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

from cyclopts import Parameter

from intone import labels
from intone.audio import SUFFIXES, check_channel
from intone.audio.search import audio_files
from intone.cli.answer_table import Answer, Failed, write_csv, write_json, write_segments, write_table
from intone.cli.messages import say
from intone.cli.options import Classes
from intone.errors import RecordingError, UsageError
from intone.recognition import recognizer
from intone.recognition.formats import FORMATS

if TYPE_CHECKING:
    from tqdm import tqdm

Format = Literal["table", "json", "csv", "segments", "audacity", "textgrid", "webvtt"]

SEGMENTS = {"segments": "csv", "audacity": "audacity", "textgrid": "textgrid", "webvtt": "webvtt"}
"""Formats of the segments of one recording, with their names among the annotations."""

MANY = 3
"""Recordings from which on a bar on the terminal says how far it is."""


def predict(
    recordings: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    sex: Literal["male", "female", "auto"] = "auto",
    classes: Classes = "2",
    recognizer_: Annotated[Path | None, Parameter(name="--recognizer")] = None,
    channel: str = "mix",
    format_: Annotated[Format, Parameter(name="--format")] = "table",
    explain: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Say how recordings of a voice sound.

    Of a single recording the table also has every segment of speech that was heard. A recording that cannot be
    answered is named on the standard error with the reason; the others are answered, and the exit status is 1.

    `intone predict talk.m4a calls/ --classes 8 --format csv > answers.csv`

    Parameters
    ----------
    recordings
        Files (wav, flac, mp3, ogg, opus, m4a, mp4, webm and others), or folders that are searched for them.
    sex
        The sex of the voices; auto leaves it to the recognizer.
    recognizer_
        A model file, the folder of a training run, or crema-d, whose weights may be used commercially, instead of
        the recognizer that answers by default.
    channel
        mix (the mean of all channels), each (an answer for every channel), or a number from 1.
    format_
        A table for the eye, JSON (a list of objects, all that is known) or CSV (a line for each recording). Of a
        single recording also its segments: as a CSV table, Audacity labels, a Praat TextGrid or WebVTT subtitles.
    explain
        Say which attributions speak for the answer (table and JSON); takes many times as long.
    """
    scheme, chosen = labels.scheme(classes), int(channel) if channel.isdecimal() else channel
    check_channel(chosen)
    files = list(_files(recordings))
    if format_ in SEGMENTS and (len(files) > 1 or channel == "each"):
        raise UsageError(f"--format {format_} takes the segments of one recording: name one, and no --channel each.")
    heard = recognizer.load(recognizer_)
    answers = _answers(heard, files, sex, classes, chosen, explain)
    if format_ in SEGMENTS:
        failed = write_segments(answers, FORMATS[SEGMENTS[format_]])
    elif format_ == "table":
        failed = write_table(answers, scheme.classes, with_segments=len(files) == 1)
    else:
        failed = write_json(answers) if format_ == "json" else write_csv(answers, scheme.classes)
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


def _answers(
    heard: recognizer.Recognizer, files: Sequence[Path], sex: str, classes: str, channel: str | int, explain: bool
) -> Iterator[Answer]:
    """The answers in the order of the files; each that fails is told on the standard error at once."""
    with _bar(len(files)) as bar:
        for path in files:
            found: Sequence[Answer]
            try:
                told = heard.answer_channels(path, sex=sex, classes=classes, channel=channel, explain=explain)
                found = [Failed(str(path), str(one), number if len(told) > 1 else None)
                         if isinstance(one, RecordingError) else one for number, one in told]
            except (RecordingError, UsageError) as error:
                # A channel that one of many recordings lacks is no wrong use.
                if isinstance(error, UsageError) and (len(files) == 1 or not isinstance(channel, int)):
                    raise
                found = [Failed(str(path), str(error))]
            bar.clear()
            for one in found:
                if isinstance(one, Failed):
                    say(f"{one.name}: {one.error}")
                yield one
            bar.update()


def _bar(number: int) -> "tqdm[NoReturn] | _NoBar":
    """What says on a terminal how many recordings are done; nothing where there are few."""
    if number < MANY:
        return _NoBar()
    from tqdm import tqdm  # as long to import as a second of speech takes to hear

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
