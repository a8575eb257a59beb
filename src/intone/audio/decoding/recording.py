"""From the bytes of a recording to blocks of samples (channels, samples), float32, with their rate.

A file -> its parts, one after the other, nearly always one -> a part is a WAV that is read as it stands, or FFmpeg
decodes it.
"""

from collections.abc import Iterator
from typing import IO

from intone.audio.decoding import chunks, wave
from intone.audio.decoding.bounds import NO_SOUND, Block, Budget, within
from intone.audio.decoding.chunks import Form, note
from intone.audio.decoding.tracks import DEFAULT, ONE_TRACK, Track, chosen
from intone.audio.decoding.views import Part, opened
from intone.errors import Damaged, NotAudio, RecordingError
from intone.language import sentence_of
from intone.language.sentences import said


def blocks(
    file: IO[bytes], max_seconds: float, budget: Budget, notes: list[str] | None = None, track: str | int = DEFAULT
) -> Iterator[tuple[Block, int]]:
    """The samples of a recording, (channels, samples), and their rate, 1000 to 768000 a second.

    `track` is a number from 1, or "default" (`tracks`). What whoever gets an answer must know of how it was read is
    added to `notes`, each a sentence, once. Whoever takes a block may pause the budget. Raises NotAudio, Damaged,
    TooLong or UsageError, each with a sentence that does not name the file; lets an OSError of the file through.
    """
    file.seek(0)
    if not file.read(1):
        raise NotAudio(said("The file is empty: record or export it again."))
    yield from within(_joined(file, max_seconds, budget, [] if notes is None else notes, track), max_seconds)


def tracks_of(file: IO[bytes]) -> tuple[Track, ...]:
    """The tracks of sound in a file; raises NotAudio where FFmpeg cannot open it."""
    if chunks.forms(file):
        return ONE_TRACK
    from intone.audio.decoding import ffmpeg

    return ffmpeg.tracks_of(file)


def missing_bytes(file: IO[bytes]) -> int:
    """Bytes of sound that the header of a WAV or its like states beyond the end of the file; 0 for other formats.

    FFmpeg takes the length of most cut WAV files from their size, so that only this shows that they are cut.
    """
    return sum(one.missing for one in chunks.forms(file))


def _joined(
    file: IO[bytes], max_seconds: float, budget: Budget, notes: list[str], track: str | int
) -> Iterator[tuple[Block, int]]:
    """The blocks of every part of a file; one that cannot be read is left out where the first can."""
    forms = chunks.forms(file)
    found = chunks.parts(forms, notes) if forms else _links(file, budget, notes)
    left_out = list[RecordingError]()
    for part in found:
        budget.check()
        try:
            yield from _one(file, part, forms, max_seconds, budget, notes, track)
        except (NotAudio, Damaged) as error:
            budget.check()
            if part is found[0]:
                raise
            left_out.append(error)
    if left_out:
        note(notes, said(
            "Of the {count} recordings in the file {lost} cannot be read to the end: {reason}",
            count=len(found), lost=len(left_out), reason=sentence_of(left_out[0])))


def _links(file: IO[bytes], budget: Budget, notes: list[str]) -> list[Part]:
    from intone.audio.decoding import links  # a WAV does without

    return links.parts(file, budget, notes)


def _one(
    file: IO[bytes], part: Part, forms: list[Form], max_seconds: float, budget: Budget, notes: list[str],
    track: str | int,
) -> Iterator[tuple[Block, int]]:
    """The blocks of one part of a file."""
    view = opened(file, part)
    if view is not file:
        forms = chunks.forms(view) if forms else []
    if forms and forms[0].sound and not forms[0].there:
        raise NotAudio(NO_SOUND)  # FFmpeg would take what follows for it
    plain = wave.plain(view, forms[0]) if forms else None
    if plain:
        chosen(ONE_TRACK, track)
        yield from wave.samples(view, plain, max_seconds)
        return
    from intone.audio.decoding import ffmpeg  # a plain WAV does without

    yield from ffmpeg.samples(view, budget, notes, track, part.stated, max_seconds)
