"""CREMA-D: the Crowd-sourced Emotional Multimodal Actors Dataset.

Cao et al. (2014), https://doi.org/10.1109/TAFFC.2014.2336244. 91 actors say twelve sentences in six emotions. A file
is named actor_sentence_emotion_level, such as `1001_DFA_ANG_XX.wav`; `VideoDemographics.csv` has sex and age.
About nine listeners judged each recording by the voice alone: their votes are in the table where they are at hand.

The publisher defines no folds: the five here are made by the actors' numbers.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from intone import labels
from intone.corpora.corpus import VOTES, Corpus, Finding
from intone.corpora.emotions import PLAIN
from intone.errors import CorpusError
from intone.labels import SEXES

Read = TypeVar("Read")

EMOTIONS = {"ANG": "angry", "DIS": "disgust", "FEA": "fearful", "HAP": "happy", "NEU": "neutral", "SAD": "sad"}
SENTENCES = ("DFA", "IEO", "IOM", "ITH", "ITS", "IWL", "IWW", "MTI", "TAI", "TIE", "TSI", "WSI")
LEVELS = {"LO": "low", "MD": "medium", "HI": "high", "XX": None}

LEFT_OUT = frozenset({"1006_TIE_HAP_XX", "1006_TIE_NEU_XX", "1013_WSI_DIS_XX", "1013_WSI_SAD_XX", "1017_IWW_ANG_XX",
                      "1017_IWW_FEA_XX", "1076_MTI_SAD_XX"})
"""Three recordings that stand under two labels each, and one that is silent."""

DEMOGRAPHICS = ("VideoDemographics.csv", "demographics.csv")
"""The table of the actors: as the publisher names it, and as copies of the corpus do."""

VOICE_VOTES, TABULATED = "crema_d_voice_votes.csv", "processedResults/tabulatedVotes.csv"
"""The votes for the voice alone (`clip`, and a column an emotion), and the publisher's for voice, face and both.

The latter has columns A to S, and numbers its rows in a column without a name: 100000 times 1 for the voice, 2 for the
face or 3 for both, plus the number of the clip (`tabulateVotesV2.r`).
"""

CLIPS = 7442
"""Recordings of the complete corpus, those of `LEFT_OUT` included."""


@dataclass(frozen=True)
class Name:
    """The four parts of a CREMA-D file name, as they are written."""

    actor: int
    sentence: str
    emotion: str
    level: str

    def __str__(self) -> str:
        return f"{self.actor}_{self.sentence}_{self.emotion}_{self.level}"


def parse_name(stem: str) -> Name:
    """The parts of a file name without its suffix; a ValueError that says what does not fit."""
    match = re.fullmatch(r"(1[0-9]{3})_([A-Z]+)_([A-Z]+)_([A-Z]+)", stem)
    if match is None:
        raise ValueError("not actor_sentence_emotion_level, such as 1001_DFA_ANG_XX")
    actor, *words = match.groups()
    fields = {"sentence": SENTENCES, "emotion": tuple(EMOTIONS), "level": tuple(LEVELS)}
    for (field, known), word in zip(fields.items(), words, strict=True):
        if word not in known:
            raise ValueError(f"{field} {word} is not one of {', '.join(known)}")
    return Name(int(actor), *words)


class CremaD(Corpus):
    """The 7435 clips that have one label and a speaker, with the actors' sex and age."""

    name = "crema-d"
    title = "CREMA-D"
    licence = "ODbL 1.0"
    left_out = LEFT_OUT
    known_silent = LEFT_OUT
    known_equal = frozenset({LEFT_OUT})

    @classmethod
    def recognizes(cls, root: Path) -> bool:
        return any(_name(path) for path in cls(root).files())

    @cached_property
    def demographics(self) -> dict[int, tuple[str, int]]:
        """Sex and age in years by actor, from `VideoDemographics.csv` in the folder or the one above it."""
        path = self._beside(*DEMOGRAPHICS)
        if path is None:
            raise CorpusError(f"{DEMOGRAPHICS[0]}, which says the actors' sex, is neither in {self.root} nor above it: "
                              "copy it from the CREMA-D repository.")
        return _read(path, "actors with the columns ActorID, Age and Sex", _people)

    @cached_property
    def votes(self) -> Mapping[str, tuple[float, ...]]:
        """How many listeners chose each of the eight emotions for the voice of a clip, by its name; often none at all.

        From `VOICE_VOTES` in the folder, the one above it, or `votes` in either; else from `TABULATED`.
        """
        path = self._beside(VOICE_VOTES, f"votes/{VOICE_VOTES}", TABULATED)
        return {} if path is None else _read(path, "the listeners' votes", _votes)

    def _beside(self, *names: str) -> Path | None:
        """The first of these files that is in the folder or the one above it."""
        paths = (folder / name for name in names for folder in (self.root, self.root.parent))
        return next((path for path in paths if path.is_file()), None)

    def row(self, path: Path) -> dict[str, object] | None:
        name = _name(path)
        if name is None:
            return None
        if name.actor not in self.demographics:
            raise CorpusError(f"{DEMOGRAPHICS[0]} has no line for actor {name.actor} of {path.name}: copy the "
                              "complete file from the CREMA-D repository.")
        sex, age = self.demographics[name.actor]
        return {
            "actor": name.actor,
            "sex": sex,
            "age": age,
            "emotion": EMOTIONS[name.emotion],
            "intensity": LEVELS[name.level],
            "vocal": "speech",
            "statement": name.sentence,
            **dict(zip(VOTES, self.votes.get(path.stem, ()), strict=False)),
        }

    def sort(self, path: Path) -> tuple[str, str] | Finding:
        try:
            return "speech", str(parse_name(path.stem).actor)
        except ValueError as error:
            return Finding("problem", "name", (self.relative(path),), str(error))

    def faults(self, clips: Iterable[Path]) -> Iterator[Finding]:
        try:
            for path in clips:
                self.row(path)
        except CorpusError as error:
            yield Finding("problem", "demographics", (), str(error))

    @classmethod
    def complete(cls, vocals: Iterable[str]) -> int:
        return CLIPS if "speech" in vocals else 0

    @classmethod
    def test_fold(cls, actor: object) -> int:
        return int(str(actor)) % 5

    @classmethod
    def validation_fold(cls, actor: object) -> int | None:
        """A quarter of those that test in the next fold: 1001, 1021 and so on validate in fold 0 and test in fold 1."""
        number = int(str(actor)) % 20 - 1
        return number if number in range(5) else None


def _name(path: Path) -> Name | None:
    try:
        return parse_name(path.stem)
    except ValueError:
        return None


def _read(path: Path, what: str, reader: Callable[[list[dict[str, str]]], Read]) -> Read:
    """What a table of the publisher's says; a CorpusError where it is another one."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return reader(list(csv.DictReader(file)))
    except (OSError, ValueError, LookupError, AttributeError, TypeError, csv.Error) as error:
        raise CorpusError(f"{path} is not the table of {what}: copy it again from the CREMA-D repository.") from error


def _people(rows: list[dict[str, str]]) -> dict[int, tuple[str, int]]:
    people = {int(row["ActorID"]): (row["Sex"].lower(), int(row["Age"])) for row in rows}
    if not {sex for sex, _ in people.values()} <= set(SEXES):
        raise ValueError("a sex that is neither Male nor Female")
    return people


def _votes(rows: list[dict[str, str]]) -> dict[str, tuple[float, ...]]:
    """The votes for the voice by clip, from either of the two tables."""
    if rows and "fileName" in rows[0]:
        names = {"ADFHNS"[place]: emotion for place, emotion in enumerate(EMOTIONS.values())}
        rows = [{"clip": row["fileName"], **row} for row in rows if row[""].startswith("1")]
    else:
        names = {column: emotion for column in rows[0] if (emotion := PLAIN.emotion_of(column))}
    if set(names.values()) != set(EMOTIONS.values()):
        raise ValueError("a column of votes is missing")
    columns = [next((name for name, one in names.items() if one == emotion), None) for emotion in labels.EMOTIONS]
    votes = {row["clip"]: tuple(float(row[name]) if name else 0.0 for name in columns) for row in rows}
    if not all(min(counts) >= 0 and 0 < sum(counts) < float("inf") for counts in votes.values()):
        raise ValueError("a clip without votes")
    return votes
