"""What may be asked about a recording, checked in one place for Python, command line, API, page and batch."""

from dataclasses import dataclass

from intone import labels
from intone.audio import MAX_HEARD_SECONDS, check_choice
from intone.audio.decoding.tracks import DEFAULT
from intone.errors import UsageError
from intone.language.sentences import said
from intone.recognition.adaptation import Reference

SEX_CHOICES = ("male", "female", "auto")

MOST_SPEAKERS = 8
"""The largest number of speakers that can be asked for."""

CHANNELS = "channels"
"""In the place of a number of speakers: each channel has one, as in a call."""

_MOST_DIGITS = 9  # no recording has so many channels, and Python refuses to read a number of thousands


@dataclass(frozen=True)
class Options:
    """What is asked about a recording; a UsageError for a choice that does not exist.

    `sex`: male, female, or auto to have it detected. `schemes`: the class schemes to answer in, by name or
    number of classes; one run of the network answers all of them. Without any it is the recognizer's own, usually the
    emotions. `channel`: mix (the mean of all), each, or a number from 1. `explain`: whether to compute attributions.
    `max_seconds`: the longest recording that is read. `reference`: what is known of the speaker's voice from other
    recordings (`Recognizer.reference`). `track`: of a file with several tracks of sound the default one, each, or a
    number from 1. `speakers`: how many people speak, auto to have them counted; with 1 nobody is told apart; channels:
    each channel has one, as in a call, which auto finds out too.

    >>> Options(schemes=(2, "stress")).schemes
    ('2', 'stress')
    >>> Options(sex="unknown")
    Traceback (most recent call last):
    intone.errors.UsageError: There is no sex 'unknown' to choose: male, female or auto.
    """

    sex: str = "auto"
    schemes: tuple[str, ...] = ()
    channel: str | int = "mix"
    explain: bool = False
    max_seconds: float = MAX_HEARD_SECONDS
    reference: Reference | None = None
    track: str | int = DEFAULT
    speakers: str | int = "auto"

    def __post_init__(self) -> None:
        labels.check_sex(self.sex, SEX_CHOICES)
        object.__setattr__(self, "schemes", tuple(labels.scheme(one).name for one in self.schemes))
        check_choice(self.channel, self.track)
        number = isinstance(self.speakers, int) and not isinstance(self.speakers, bool)
        if self.speakers not in ("auto", CHANNELS) and not (number and 1 <= int(self.speakers) <= MOST_SPEAKERS):
            raise UsageError(said("There is no number of speakers {speakers} to choose: auto, channels, or 1 to "
                                  "{most}.", speakers=repr(self.speakers), most=MOST_SPEAKERS))
        if self.speakers == CHANNELS and self.channel != "mix":
            raise UsageError(said("Where each channel is a speaker, all of them are answered together: leave the "
                                  "channel {channel} out.", channel=repr(self.channel)))

    @property
    def most_speakers(self) -> int | None:
        """How many people speak, None where they are to be counted; a channel of its own has one."""
        if isinstance(self.speakers, int):
            return self.speakers
        return 1 if self.speakers == CHANNELS or self.channel == "each" else None

    @property
    def several(self) -> bool:
        """Whether one recording gets several answers."""
        return "each" in (self.channel, self.track)

    @property
    def numbered(self) -> bool:
        """Whether channels or a track are named that a recording may lack."""
        return isinstance(self.channel, int) or isinstance(self.track, int) or self.speakers == CHANNELS

    @property
    def given_sex(self) -> str | None:
        """The sex that was chosen, None where the recognizer is to tell it."""
        return None if self.sex == "auto" else self.sex


def asked(classes: int | str | None) -> tuple[str, ...]:
    """The schemes of `Options` for a choice of classes: none where there is no choice.

    >>> asked(8), asked(None)
    (('8',), ())
    """
    return () if classes is None else (str(classes),)


def choice_named(word: str) -> str | int:
    """The channel, the track or the number of speakers that a word names: `2` -> 2, any other word as it is."""
    return int(word) if word.isdecimal() and len(word) <= _MOST_DIGITS else word
