"""Which track of a file with several tracks of sound is read: languages of a film, the sources of a screen recorder.

The one that the file calls its default is, else the first; but not one that is silent, as that of a microphone that
was not connected.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intone.errors import UsageError
from intone.language.sentences import Sentence, said

if TYPE_CHECKING:
    import av

DEFAULT = "default"

_HEARD = 0.01  # of full scale: a peak of -40 dB, far below which the sound of a microphone is silence


@dataclass(frozen=True)
class Track:
    """A track of sound: its number among them from 1, its title or language or nothing, and whether it is the default.
    """

    number: int
    title: str = ""
    default: bool = False

    def __str__(self) -> str:
        return f"{self.number} ({self.title})" if self.title else str(self.number)


ONE_TRACK = (Track(1),)
"""Those of a file that holds no more than one."""


def described(container: "av.container.InputContainer") -> tuple[Track, ...]:
    """The tracks of sound of an open file."""
    import av

    default = av.stream.Disposition.default
    return tuple(Track(number, _title(stream.metadata), bool(stream.disposition & default))
                 for number, stream in enumerate(container.streams.audio, start=1))


def _title(metadata: dict[str, str]) -> str:
    language = metadata.get("language", "")
    found = " ".join((metadata.get("title", "") or ("" if language == "und" else language)).split())[:60]
    return "".join(one for one in found if one.isprintable())


def chosen(
    tracks: Sequence[Track], wanted: str | int, peaks: Callable[[Track], Iterable[float]] = lambda _one: ()
) -> Track:
    """The track that is wanted, a number or `DEFAULT`; a UsageError names those that there are.

    `peaks` are those of the blocks of a track: no more of them are asked for than tell that it is not silent.
    """
    if isinstance(wanted, int):
        if wanted > len(tracks):
            raise UsageError(said("There is no track {number}: the recording has these: {tracks}; choose one of them.",
                                  number=wanted, tracks=", ".join(map(str, tracks))))
        return tracks[wanted - 1]
    in_order = sorted(tracks, key=lambda one: not one.default)
    loudest: dict[Track, float] = {}
    for one in in_order:
        loudest[one] = 0.0
        for peak in peaks(one):
            loudest[one] = max(loudest[one], peak)
            if peak >= _HEARD:
                return one
    return max(in_order, key=lambda one: loudest[one])


def note_of(tracks: Sequence[Track], one: Track) -> Sentence:
    """What whoever gets an answer must know of the choice."""
    return said(
        "The recording has {count} tracks of sound ({tracks}), of which track {track} was analysed: choose another by "
        "its number, or each.", count=len(tracks), tracks=", ".join(map(str, tracks)), track=str(one))


def is_note(sentence: str) -> bool:
    """Whether a sentence is a `note_of` a choice."""
    return isinstance(sentence, Sentence) and sentence.template == note_of(ONE_TRACK, *ONE_TRACK).template
