"""`intone predict`: its options."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter, Token

from intone.audio.decoding.tracks import DEFAULT
from intone.cli.answers import print_answers
from intone.cli.messages import say
from intone.cli.options import AskedSex, Channel, Classes, Language, Speakers, Track
from intone.errors import UsageError
from intone.recognition.formats import FORMATS, RENAMED
from intone.recognition.options import Options, asked, choice_named

if TYPE_CHECKING:
    FormatName = str
else:
    FormatName = Literal[("table", *FORMATS)]


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
    sex: AskedSex = "auto",
    classes: Classes | None = None,
    recognizer_: Annotated[Path | None, Parameter(name="--recognizer")] = None,
    channel: Channel = "mix",
    track: Track = DEFAULT,
    speakers: Speakers = "auto",
    format_: Annotated[FormatName, Parameter(name="--format", converter=_format, help=(
        "A table for the eye (table), or text for a program, of any number of recordings ("
        + "; ".join(f"{one.name}: {one.words}" for one in FORMATS.values() if one.write_many)
        + ") or of the segments of a single one ("
        + "; ".join(f"{one.name}: {one.words}" for one in FORMATS.values() if not one.write_many) + ")."))] = "table",
    explain: Annotated[bool, Parameter(negative=())] = False,
    same_speaker: Annotated[bool, Parameter(negative=())] = False,
    reference: Annotated[list[Path] | None, Parameter(negative=())] = None,
    language: Language = "en",
) -> int:
    """Recognise the emotion in recorded speech.

    Of a single recording the table also has every segment of speech. Where several people speak, the answer begins with
    one about each; with --channel each, every channel has one speaker unless --speakers says otherwise.

    A recording that cannot be answered is named on the standard error with the reason, and so is what looks like a
    recording in a folder and cannot be read; the others are answered, and the exit status is 1.

    `intone predict talk.m4a calls/ --classes 8 --format csv > answers.csv`

    Parameters
    ----------
    recordings
        Files (wav, flac, mp3, ogg, opus, m4a, mp4, webm and others), folders that are searched for them, globs, or -
        for a recording that is piped in. A name that is there is no glob, whatever signs are in it.
    recognizer_
        A model file, the folder of a training run or of a pair, or crema-d, whose weights may be used commercially,
        instead of the default recognizer.
    explain
        Compute attributions: which time windows speak for the answer (table and JSON); takes many times as long.
    same_speaker
        All recordings are of one person: each is compared with the others, so that the voice is not taken for emotion.
    reference
        A recording of the person's normal, neutral voice that all recordings are compared with, or a file that `intone
        reference` wrote. May be given several times.
    language
        The language of the table and of the sentences about recordings: en, de or es.
    """
    options = Options(sex, asked(classes), choice_named(channel), explain, track=choice_named(track),
                      speakers=choice_named(speakers))
    return print_answers(recordings, options, FORMATS.get(format_), recognizer_, reference or (), same_speaker,
                         language)
