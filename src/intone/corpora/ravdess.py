"""RAVDESS: the Ryerson Audio-Visual Database of Emotional Speech and Song.

Livingstone & Russo (2018), https://doi.org/10.1371/journal.pone.0196391. 24 actors (odd numbers men, even numbers
women) say and sing two sentences. A file's name is seven two-digit identifiers:
modality - vocal channel - emotion - intensity - statement - repetition - actor.

The five folds are those of Luna-Jimenez et al. (2022), https://doi.org/10.3390/app12010327, so that systems can be
compared clip by clip.
"""

import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import ClassVar

from intone.corpora.corpus import Corpus, Finding
from intone.labels import EMOTIONS, Sex

ACTORS = range(1, 25)
INTENSITIES = ("normal", "strong")
VOCALS = ("speech", "song")
STATEMENTS = ("Kids are talking by the door", "Dogs are sitting by the door")
AUDIO_ONLY = 3

KNOWN_STEREO = frozenset({"03-01-02-01-01-02-01", "03-01-08-01-02-02-01", "03-01-02-01-02-02-05",
                          "03-01-03-01-02-01-20", "03-01-06-01-01-02-20"})
"""The recordings that the publisher's archive has in stereo."""

KNOWN_EQUAL = frozenset({frozenset({"03-01-03-01-02-01-07", "03-01-03-01-02-02-07"})})
"""The two repetitions that are one recording in the publisher's archive."""

TEST = ((2, 5, 14, 15, 16), (3, 6, 7, 13, 18), (10, 11, 12, 19, 20), (8, 17, 21, 23, 24), (1, 4, 9, 22))
VALIDATION = ((3, 6), (10, 11), (8, 17), (1, 14), (2, 5))
"""The actors that test, and those that validate, in each fold."""

_VIDEO = {".mp4", ".mkv", ".mov", ".webm"}


@dataclass(frozen=True)
class Identifiers:
    """The seven numbers of a RAVDESS file name, each within its range."""

    modality: int
    vocal: int
    emotion: int
    intensity: int
    statement: int
    repetition: int
    actor: int

    @property
    def sex(self) -> Sex:
        return Ravdess.sex_of(self.actor)

    def __str__(self) -> str:
        return "-".join(f"{number:02d}" for number in vars(self).values())


def parse_name(stem: str) -> Identifiers:
    """The identifiers in a file name without its suffix; a ValueError that says what does not fit."""
    if not re.fullmatch(r"[0-9]{2}(-[0-9]{2}){6}", stem):
        raise ValueError("not seven two-digit numbers")
    identifiers = Identifiers(*map(int, stem.split("-")))
    limits = {"modality": 3, "vocal": 2, "emotion": 8, "intensity": 2, "statement": 2, "repetition": 2, "actor": 24}
    for field, limit in limits.items():
        if not 1 <= getattr(identifiers, field) <= limit:
            raise ValueError(f"{field} {getattr(identifiers, field):02d} is not one of 01 to {limit:02d}")
    if identifiers.emotion == 1 and identifiers.intensity == 2:
        raise ValueError("there is no strong intensity of neutral")
    if identifiers.vocal == 2 and identifiers.emotion > 6:
        raise ValueError(f"there is no sung {EMOTIONS[identifiers.emotion - 1]}")
    return identifiers


def expected_clips(vocal: str) -> dict[int, list[str]]:
    """The names that a complete corpus has of each actor: 60 of speech, 44 of song (none of actor 18)."""
    emotions = range(1, 9) if vocal == "speech" else range(1, 7)
    clips: dict[int, list[str]] = {}
    for actor in ACTORS:
        if vocal == "song" and actor == 18:
            continue
        clips[actor] = [
            str(Identifiers(AUDIO_ONLY, VOCALS.index(vocal) + 1, emotion, intensity, statement, repetition, actor))
            for emotion, intensity, statement, repetition in product(emotions, (1, 2), (1, 2), (1, 2))
            if not (emotion == 1 and intensity == 2)
        ]
    return clips


class Ravdess(Corpus):
    """The audio-only clips, from `Actor_NN/` folders or from one flat folder of cleaned clips."""

    name = "ravdess"
    title = "RAVDESS"
    licence = "CC BY-NC-SA 4.0"
    known_stereo = KNOWN_STEREO
    known_equal = KNOWN_EQUAL
    draws: ClassVar = {"speech": 2, "song": 1}  # all of it, whatever else trains; and it is speech that is answered

    @classmethod
    def file_suffix(cls) -> str:
        return ""  # the corpus of the original system: its results have the plain names

    @classmethod
    def recognizes(cls, root: Path) -> bool:
        return any(_identifiers(path) for path in cls(root).files())

    def row(self, path: Path) -> dict[str, object] | None:
        found = _identifiers(path)
        if found is None or found.modality != AUDIO_ONLY:
            return None
        return {
            "actor": found.actor,
            "sex": found.sex,
            "emotion": EMOTIONS[found.emotion - 1],
            "intensity": INTENSITIES[found.intensity - 1],
            "vocal": VOCALS[found.vocal - 1],
            "statement": found.statement,
            "repetition": found.repetition,
        }

    def sort(self, path: Path) -> tuple[str, str] | Finding:
        file = (self.relative(path),)
        try:
            name = parse_name(path.stem)
        except ValueError as error:
            return Finding("problem", "name", file, str(error))
        if path.parent.name.startswith("Actor_") and path.parent.name != f"Actor_{name.actor:02d}":
            return Finding("problem", "name", file, f"a recording of actor {name.actor:02d} in {path.parent.name}")
        if name.modality != AUDIO_ONLY:
            return Finding("warning", "modality", file, f"modality {name.modality:02d}, audio only is 03")
        if path.suffix.lower() in _VIDEO:
            return Finding("warning", "modality", file, "a video file")
        return VOCALS[name.vocal - 1], f"{name.actor:02d}"

    @classmethod
    def expected(cls, vocal: str) -> dict[str, list[str]]:
        return {f"{actor:02d}": names for actor, names in expected_clips(vocal).items()}

    @classmethod
    def test_fold(cls, actor: object) -> int | None:
        return next((number for number, actors in enumerate(TEST) if actor in actors), None)

    @classmethod
    def validation_fold(cls, actor: object) -> int | None:
        return next((number for number, actors in enumerate(VALIDATION) if actor in actors), None)

    @classmethod
    def sex_of(cls, actor: object) -> Sex:
        return "male" if int(str(actor)) % 2 else "female"


def _identifiers(path: Path) -> Identifiers | None:
    try:
        return parse_name(path.stem)
    except ValueError:
        return None
