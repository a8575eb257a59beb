"""A recording of several people without a network that tells them apart: they take turns, a segment each."""

from dataclasses import dataclass, field
from typing import ClassVar

from intone.audio.windows import Window
from intone.recognition.prediction import Prediction, RecognizerIdentity, Segment, Speaker
from intone.speakers import Part

POSITIVE, NEGATIVE = {"negative": 0.25, "positive": 0.75}, {"negative": 0.8, "positive": 0.2}

TALK = Prediction(
    "my talk.wav", 7.0, "positive", POSITIVE, 0.125, False, ("It is noisy.",), "mixed",
    (Segment(0.5, 1.5, "positive", POSITIVE, 1), Segment(1.5, 3.0, "negative", NEGATIVE, 2),
     Segment(3.0, 3.5, "positive", POSITIVE, None, overlap=True), Segment(5.0, 6.0, "neither", POSITIVE, 1)),
    RecognizerIdentity("mine", "0", ("negative", "positive")),
    speakers=(Speaker(1, 2.0, 0.5, "female", "positive", POSITIVE, 0.2, "likely", {"positive": 0.5, "neither": 0.5},
                      (1.0, 0.5, 0.0), -0.234, 4),
              Speaker(2, 1.5, 0.375, "male", "neither", NEGATIVE, 0.6, "unclear", {"negative": 1.0},
                      (-1.0, -1.0, -1.0), 0.05, 3)))
"""Two people, who speak at once for half a second."""


@dataclass
class Turns:
    """In the place of `Diarization`: as many people as are asked for, two where they are to be counted."""

    most: int | None = None
    threads: int | None = None
    asked: ClassVar[list[int | None]] = []
    _voices: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        Turns.asked.append(self.most)

    def parts(self, window: Window) -> list[Part]:
        """Every segment of the window with a voice of its own."""
        first = len(self._voices)
        self._voices += [number % (self.most or 2) for number in range(first, first + len(window.spans))]
        return [Part(span, number) for number, span in enumerate(window.spans, start=first)]

    def speakers(self) -> list[int]:
        """Who has each voice."""
        return self._voices
