"""Files that are made of named chunks, each with its length: WAV, RF64, AIFF, CAF, Wave64, 8SVX, and AU in one.

What a header states of its sound is often wrong, while the sound is there: a program that crashed has not written the
length (0, or the largest number), or only that until it last saved; or another file was put behind. The sound is then
what is there, and a sentence says so where it could be another than was meant.
"""

import struct
from dataclasses import dataclass
from typing import IO

from intone.audio.decoding.views import Part, behind_tag, read, size_of
from intone.errors import Damaged
from intone.language.sentences import said

_MOST_CHUNKS = 10_000  # of a file: a hundredth of a second

_LARGE = 0x7FFF_0000  # such a length was never filled in, where it is beyond the end

_SLACK = 4096  # bytes behind the sound that are no chunk: padding and tags of players, not worth a sentence

_ID = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"
_DATA_ID = b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"


@dataclass(frozen=True)
class Kind:
    """A kind of such files.

    It begins with `magic`, has `form` at `form_at` and its chunks from `first` on. A chunk begins with its name, of as
    many bytes as that of the chunk with the `sound`, and its `length`, as in `struct`. That counts the `counted` bytes
    of both too. The next chunk is at a multiple of `align` from its beginning.
    """

    magic: bytes
    form: bytes
    form_at: int
    first: int
    sound: bytes
    length: str
    counted: int = 0
    align: int = 2


KINDS = (
    Kind(b"RIFF", b"WAVE", 8, 12, b"data", "<I"), Kind(b"RF64", b"WAVE", 8, 12, b"data", "<I"),
    Kind(b"BW64", b"WAVE", 8, 12, b"data", "<I"), Kind(b"RIFX", b"WAVE", 8, 12, b"data", ">I"),
    Kind(b"FORM", b"AIFF", 8, 12, b"SSND", ">I"), Kind(b"FORM", b"AIFC", 8, 12, b"SSND", ">I"),
    Kind(b"FORM", b"8SVX", 8, 12, b"BODY", ">I"), Kind(b"FORM", b"16SV", 8, 12, b"BODY", ">I"),
    Kind(b".snd", b"\0\0", 4, 24, b"    ", ">I"),
    Kind(b"caff", b"\0\1", 4, 8, b"data", ">Q", align=1), Kind(_ID, b"wave", 24, 40, _DATA_ID, "<Q", 24, 8),
)


_NOTES = frozenset((
    b"LIST|id3 |ID3 |bext|iXML|axml|_PMX|cue |smpl|inst|fact|PEAK|JUNK|junk|PAD |FLLR|DISP|plst|acid|chna|umid|"
    b"MARK|INST|COMT|ANNO|NAME|AUTH|APPL|info|strg|kuki|pakt|chan|free|uuid|mark|regn").split(b"|"))
"""Names of chunks behind the sound: one that is cut off is one all the same."""

_LONG = (b"RF64", b"BW64")  # which have the length of the sound, of 64 bits, in their first chunk
_LONG_AT = 28


@dataclass(frozen=True)
class Chunk:
    """A chunk: its name, the bytes that it states, where they begin, how many are there, and where it states them."""

    name: bytes
    stated: int
    start: int
    there: int
    stated_at: int


@dataclass(frozen=True)
class Form:
    """One recording in a file: its kind, where it begins and ends, and its chunks.

    `there`: how many bytes of sound are there, from the beginning of `sound`; `unfinished`: its header states another
    number, which was never filled in; `fits`: the length that it states of the whole is right.
    """

    kind: Kind
    start: int
    end: int
    chunks: tuple[Chunk, ...]
    there: int = 0
    unfinished: bool = False
    fits: bool = True

    @property
    def sound(self) -> Chunk | None:
        """The chunk with the sound."""
        return next((one for one in self.chunks if one.name == self.kind.sound), None)

    @property
    def missing(self) -> int:
        """Bytes of sound that the header states and that are not there."""
        return max(0, self.sound.stated - self.there) if self.sound and not self.unfinished else 0


def forms(file: IO[bytes]) -> list[Form]:
    """The recordings of a file in their order; none of a file that is of no such kind."""
    found, at, size = list[Form](), behind_tag(file), size_of(file)
    while (kind := _kind(file, at)) and len(found) < _MOST_CHUNKS:
        found.append(_form(file, kind, at, size))
        at = found[-1].end
    return found


def parts(found: list[Form], notes: list[str]) -> list[Part]:
    """Each recording with a header that states what is there."""
    if len(found) > 1:
        joined(notes, len(found))
    for one in found:
        if sum(chunk.name == one.kind.sound and chunk.there > 0 for chunk in one.chunks) > 1:
            note(notes, said(
                "The file holds several pieces of sound, of which only the first is read: export it again."))
        if one.unfinished and one.sound and one.there > one.sound.stated > 0:
            note(notes, said(
                "The header states only {share:.0%} of the sound that follows it, as after a crash: the file was read"
                " to its end.", share=one.sound.stated / one.there))
    return [Part(one.start, one.end, _mended(one), (one.there + one.missing) / max(1, one.there)) for one in found]


def joined(notes: list[str], count: int) -> None:
    """Say that a file holds several recordings."""
    note(notes, said("The file holds {count} recordings, one after the other: they were read as one.", count=count))


def note(notes: list[str], sentence: str) -> None:
    """Add a sentence unless it is there: a recording may be decoded several times."""
    if sentence not in notes:
        notes.append(sentence)


def _mended(form: Form) -> tuple[tuple[int, bytes], ...]:
    """The length of the sound where it is another than is stated, and with AIFF that of the whole."""
    whole = ((form.start + 4, struct.pack(">I", min(form.end - form.start - 8, 2**32 - 1))),)
    return (*_mended_sound(form), *(whole if form.kind.magic == b"FORM" and not form.fits else ()))


def _mended_sound(form: Form) -> tuple[tuple[int, bytes], ...]:
    if not form.unfinished or not form.sound:
        return ()
    how = "<Q" if form.sound.stated_at == form.start + _LONG_AT else form.kind.length
    length = form.there + form.kind.counted
    fits = length < 1 << 8 * struct.calcsize(how)  # of the largest WAV FFmpeg reads on without a length
    return ((form.sound.stated_at, struct.pack(how, length if fits else 0)),)


def _kind(file: IO[bytes], at: int) -> Kind | None:
    file.seek(at)
    head = read(file, 40)
    return next((one for one in KINDS if head.startswith(one.magic)
                 and head[one.form_at : one.form_at + len(one.form)] == one.form), None)


def _form(file: IO[bytes], kind: Kind, start: int, size: int) -> Form:
    """The recording that begins there; Damaged where its chunks would have to be searched for."""
    if kind.magic == b".snd":
        return _au(file, kind, start, size)
    at, found, there, unfinished, heard = start + kind.first, list[Chunk](), 0, False, False
    while at < size and len(found) < _MOST_CHUNKS:
        chunk = _long(file, _chunk(file, kind, at, size), start, size) if kind.magic in _LONG else _chunk(
            file, kind, at, size)
        if _kind(file, at) or (found and found[-1].name == kind.sound and not _whole(chunk)):
            break
        found.append(chunk)
        at = _next(file, kind, chunk, size)
        if chunk.name == kind.sound and not heard:
            there, heard = chunk.there, True
            if unfinished := _never_filled_in(file, kind, chunk, size):
                there, at = size - chunk.start, size
    if (len(found) == _MOST_CHUNKS and at < size) or (found and found[-1].name == b"LIST" and at > size + 2**24):
        # FFmpeg would search a list of notes for ten seconds
        raise Damaged(said("The chunks that the file is made of do not fit its length: export it again."))
    behind = at < size and not _kind(file, at)
    if behind and found and found[-1].name == kind.sound and size - at > _SLACK:
        there, unfinished = size - found[-1].start, True
    end = size if behind else min(at, size)
    file.seek(start + 4)
    fits = int.from_bytes(read(file, 4), "big") + 8 in (end - start, at - start)
    return Form(kind, start, end, tuple(found), there, unfinished, fits)


def _au(file: IO[bytes], kind: Kind, start: int, size: int) -> Form:
    """A recording in AU: where its sound begins and how long it is stand in its first bytes."""
    file.seek(start + 4)
    offset, stated = struct.unpack(">II", read(file, 8).ljust(8, b"\0"))
    begins = min(start + offset, size)
    end = begins + stated
    unfinished = stated == 0 or end > max(size, _LARGE) or (size - end > _SLACK and not _kind(file, end))
    there = (size if unfinished or end > size else end) - begins
    sound = Chunk(kind.sound, stated, begins, there, start + 8)
    return Form(kind, start, begins + there if _kind(file, end) else size, (sound,), there, unfinished)


def _chunk(file: IO[bytes], kind: Kind, at: int, size: int) -> Chunk:
    file.seek(at)
    names, lengths = len(kind.sound), struct.calcsize(kind.length)
    head = read(file, names + lengths).ljust(names + lengths, b"\0")
    stated = max(0, struct.unpack(kind.length, head[names:])[0] - kind.counted)
    start = at + names + lengths
    return Chunk(head[:names], stated, start, min(stated, max(0, size - start)), at + names)


def _long(file: IO[bytes], chunk: Chunk, start: int, size: int) -> Chunk:
    """A chunk of RF64, whose length is in the first one where it is the sound's."""
    if chunk.name != b"data" or chunk.stated != 2**32 - 1:
        return chunk
    file.seek(start + _LONG_AT)
    stated = int.from_bytes(read(file, 8), "little")
    return Chunk(chunk.name, stated, chunk.start, min(stated, size - chunk.start), start + _LONG_AT)


def _after(kind: Kind, chunk: Chunk) -> int:
    """Where the chunk after one begins."""
    length = kind.counted + chunk.stated
    return chunk.start - kind.counted + -(-length // kind.align) * kind.align


def _next(file: IO[bytes], kind: Kind, chunk: Chunk, size: int) -> int:
    """The same, a byte earlier where the writer forgot to pad a chunk of an odd length."""
    at = _after(kind, chunk)
    if kind.align == 2 and chunk.stated % 2 and chunk.there == chunk.stated:
        names = (kind.sound, b"fmt ", *_NOTES)
        if _chunk(file, kind, at, size).name not in names and _chunk(file, kind, at - 1, size).name in names:
            return at - 1
    return at


def _whole(chunk: Chunk) -> bool:
    """Whether this is a chunk: samples that are taken for one have neither a name nor an end within the file."""
    return all(32 <= byte < 127 for byte in chunk.name[:4]) and (
        chunk.there == chunk.stated or chunk.name in _NOTES)


def _never_filled_in(file: IO[bytes], kind: Kind, sound: Chunk, size: int) -> bool:
    """Whether the length of the sound was never written, so that it goes on to the end of the file."""
    if sound.stated == 0:
        return sound.start < size and not _chunks_to_the_end(file, kind, sound.start, size)
    return sound.stated > max(size - sound.start, _LARGE)


def _chunks_to_the_end(file: IO[bytes], kind: Kind, at: int, size: int) -> bool:
    """Whether nothing but chunks follows, so that an empty sound is honest."""
    for _ in range(_MOST_CHUNKS):
        if at >= size or _kind(file, at):
            return True
        chunk = _chunk(file, kind, at, size)
        if not _whole(chunk):
            return False
        at = _after(kind, chunk)
    return False
