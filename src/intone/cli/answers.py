"""Recordings -> printed answers. Nothing here reads a command line, so the plainest command loads no parser of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from intone.audio import SUFFIXES, Source
from intone.audio.search import has_signs, is_folder, named, once
from intone.cli.answer_table import Answer, Failed, write_many, write_segments, write_table
from intone.cli.bar import bar_of
from intone.cli.messages import say
from intone.cli.standard_input import check_stdin, source_of
from intone.errors import RecordingError, UsageError
from intone.labels import scheme
from intone.language import sentence_of, texts, told
from intone.recognition import recognizer
from intone.recognition.formats import Format
from intone.recognition.options import Options
from intone.recognition.prediction import Prediction

if TYPE_CHECKING:
    from intone.recognition.adaptation import Reference

def print_answers(
    recordings: Sequence[Path], options: Options, form: Format | None = None,
    recognizer_: Path | None = None, references: Sequence[Path] = (), same_speaker: bool = False,
    language: str = "en",
) -> int:
    """Print the answer about each recording, as a table where no format is given; returns the exit status.

    `references`: recordings of the speaker's neutral voice, or a saved reference, that the answers are adapted to; one
    that is of no use is left out, with a sentence. `same_speaker`: whether all recordings are of one person.
    `language`: that of the table, and of the sentences about recordings in every format.
    """
    t = texts(language)
    check_stdin([*recordings, *references])
    files, left_out = files_in(recordings)
    if form and not form.write_many and (len(files) > 1 or options.several):
        raise UsageError(f"--format {form.name} takes the segments of one recording: name one, and neither --channel "
                         "each nor --track each.")
    loaded = recognizer.load(recognizer_)
    options = loaded.in_full(options)
    names = scheme(options.schemes[0]).classes
    if references:
        options = replace(options, reference=_reference(loaded, references))
    answers = _told((_together if same_speaker else _answers)(loaded, files, options), language)
    if not form:
        scale = told(loaded.scale(options.schemes[0]), language)
        failed = write_table(answers, names, scale, t, with_segments=len(files) == 1)
    else:
        failed = write_many(answers, form, names) if form.write_many else write_segments(answers, form)
    return 1 if failed or left_out or (references and not options.reference) else 0


def _reference(loaded: recognizer.Recognizer, named: Sequence[Path]) -> "Reference | None":
    """What recordings of a voice, or a saved reference, say of it; None where they are of no use, which is said."""
    from intone.files import FileError
    from intone.recognition import references

    saved = [path for path in named if path.suffix == references.SUFFIX]
    if saved and len(named) > 1:
        raise UsageError("--reference takes recordings of a voice, or one file that `intone reference` wrote: name "
                         "either.")
    try:
        if saved:
            return references.read(saved[0])
        files, _ = files_in(named)
        return loaded.reference(*map(source_of, files))
    except (RecordingError, FileError) as error:
        say(f"The reference {', '.join(map(str, named))} is left out: {error}")
        return None


def files_in(recordings: Sequence[Path]) -> tuple[list[Path], bool]:
    """The files that are named, those in the folders that are named, and those that globs match, each once.

    Also whether anything that looks like a recording is left out of these, which is said.
    """
    files: list[Path] = []
    left_out = False
    for path in recordings:
        found = named(path)
        if is_folder(path) and not found.recordings:
            raise UsageError(" ".join(found.notes) or f"The folder {path} holds no recordings: name one with files "
                             f"such as {', '.join(SUFFIXES[:8])}.")
        if not found.recordings and not found.notes and has_signs(str(path)):
            raise UsageError(f"There is no file {path}, and as a pattern it matches no recording: name files, folders, "
                             "or a pattern such as '*.wav'.")
        for note in found.notes:
            left_out = True
            say(note)
        files += found.recordings or ([] if found.notes else [path])  # where there is none, its answer says so
    return once(files), left_out


def _answers(loaded: recognizer.Recognizer, files: Sequence[Path], options: Options) -> Iterator[Answer]:
    """The answers in the order of the files; each that fails is named on the standard error at once."""
    with bar_of(len(files)) as bar:
        for path in files:
            found: Sequence[Answer]
            try:
                found = list(_of_parts(path, loaded.answers(source_of(path), options=options, file=str(path),
                                                            progress=bar.within), options))
            except (RecordingError, UsageError) as error:
                # A channel or a track that one of many recordings lacks is no wrong use.
                if isinstance(error, UsageError) and (len(files) == 1 or not options.numbered):
                    raise
                found = [Failed(str(path), sentence_of(error))]
            bar.clear()
            yield from found
            bar.next()


def _together(loaded: recognizer.Recognizer, files: Sequence[Path], options: Options) -> Iterator[Answer]:
    """The answers about recordings of one person, which come when all of them were heard."""
    with bar_of(len(files)) as bar:
        def heard() -> Iterator[Source]:
            for path in files:
                yield source_of(path)
                bar.next()

        together = loaded.answers_together(heard(), options, progress=bar.within)
        found = [one for path, channels in zip(files, together, strict=True)
                 for one in _of_parts(path, channels, options)]
    if sum(not isinstance(one, Failed) for one in found) == 1:
        say("--same-speaker compares the recordings of a person, and there is one that can be answered: it is answered "
            "as without.")
    yield from found


def _told(answers: Iterable[Answer], language: str) -> Iterator[Answer]:
    """The same answers in a language; each that fails is named on the standard error."""
    for one in answers:
        if isinstance(one, Failed):
            failed = replace(one, error=told(one.error, language))
            say(f"{failed.name(texts(language))}: {failed.error}")
            yield failed
        else:
            yield replace(one, reasons=tuple(told(reason, language) for reason in one.reasons))


def _of_parts(
    path: Path, parts: Sequence[tuple[int | None, dict[str, Prediction] | RecordingError]], options: Options
) -> Iterator[Answer]:
    """The answer about every channel or track of a recording that is asked for."""
    kind = "track" if options.track == "each" else "channel"
    for number, one in parts:
        if isinstance(one, RecordingError):
            yield Failed(str(path), sentence_of(one), **({kind: number} if len(parts) > 1 else {}))
        else:
            yield from (replace(answer, file=str(path)) for answer in one.values())
