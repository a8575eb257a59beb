"""Corpora whose file names tell everything: a pattern each, and what its codes stand for.

Their publishers define no folds: `splits` makes them where there are five speakers or more.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from intone.corpora.corpus import Corpus, Finding
from intone.corpora.emotions import PLAIN
from intone.labels import Sex


class NamedCorpus(Corpus):
    """A corpus whose clips are recognised by a pattern of their names, and read from it."""

    pattern: ClassVar[re.Pattern[str]]
    """What `FOLDER/NAME` of a file ends in, without its suffix: the groups `speaker`, `emotion`, `statement`."""

    emotions: ClassVar[Mapping[str, str | None]] = {}
    """The emotion of each code, None for one that is left out; empty where the codes are words of `emotions`."""

    sexes: ClassVar[Mapping[str, Sex]] = {}
    """The sex of each speaker; of one who is not named here it is not known."""

    @classmethod
    def recognizes(cls, root: Path) -> bool:
        return any(cls._parts(path) for path in cls(root).files())

    def row(self, path: Path) -> dict[str, object] | None:
        parts = self._parts(path)
        emotion = parts and (self.emotions[parts["emotion"]] if self.emotions else PLAIN.emotion_of(parts["emotion"]))
        if not parts or emotion is None:
            return None
        speaker = self.speaker(parts["speaker"])
        return {"actor": speaker, "sex": self.sexes.get(speaker), "emotion": emotion, "vocal": "speech",
                "statement": parts.get("statement")}

    def sort(self, path: Path) -> tuple[str, str] | Finding:
        parts = self._parts(path)
        return ("speech", self.speaker(parts["speaker"])) if parts else super().sort(path)

    @classmethod
    def speaker(cls, code: str) -> str:
        """The speaker that a code in a file name stands for."""
        return code

    @classmethod
    def sex_of(cls, actor: object) -> Sex | None:
        return cls.sexes.get(str(actor))

    @classmethod
    def _parts(cls, path: Path) -> dict[str, str] | None:
        found = re.search(rf"(?:^|/){cls.pattern.pattern}$", f"{path.parent.name}/{path.stem}", cls.pattern.flags)
        return found and found.groupdict()


class Tess(NamedCorpus):
    """Two women, one old (OAF) and one young (YAF), say "Say the word ..." with 200 words in seven emotions.

    Pichora-Fuller & Dupuis (2020), https://doi.org/10.5683/SP2/E8H2MF.
    """

    name = "tess"
    title = "TESS"
    licence = "CC BY-NC-ND 4.0"
    pattern = re.compile(r"(?P<speaker>OAF?|YAF)_(?P<statement>[a-z]+)_"
                         r"(?P<emotion>angry|disgust|fear|happy|neutral|ps|sad)", re.IGNORECASE)
    sexes: ClassVar = {"OAF": "female", "YAF": "female"}

    @classmethod
    def speaker(cls, code: str) -> str:
        return "YAF" if code.upper() == "YAF" else "OAF"  # one file of the publisher's begins with OA


class Savee(NamedCorpus):
    """Four men say 120 sentences each in seven emotions: `DC_a01.wav`, or `a01.wav` in the folder `DC`.

    Haq & Jackson (2010), in Machine Audition, chapter 17.
    """

    name = "savee"
    title = "SAVEE"
    licence = "free for research"
    unique_names = False  # where the folders tell the speakers
    pattern = re.compile(r"(?P<speaker>DC|JE|JK|KL)[_/](?P<emotion>sa|su|[adfhn])(?P<statement>[0-9]{2})")
    emotions: ClassVar = {"a": "angry", "d": "disgust", "f": "fearful", "h": "happy", "n": "neutral", "sa": "sad",
                          "su": "surprised"}
    sexes: ClassVar = {"DC": "male", "JE": "male", "JK": "male", "KL": "male"}

    def row(self, path: Path) -> dict[str, object] | None:
        row, parts = super().row(path), self._parts(path)
        return row and {"clip": "{speaker}_{emotion}{statement}".format(**(parts or {})), **row}


class EmoDB(NamedCorpus):
    """Ten Germans say ten sentences in seven emotions, of which boredom (L) is left out: `03a01Fa.wav`.

    Burkhardt et al. (2005), https://doi.org/10.21437/Interspeech.2005-446.
    """

    name = "emodb"
    title = "EmoDB"
    licence = "free for research"
    pattern = re.compile(r"(?P<speaker>03|08|09|1[0-6])(?P<statement>[ab][0-9]{2})(?P<emotion>[WLEAFTN])[a-z]?")
    emotions: ClassVar = {"W": "angry", "L": None, "E": "disgust", "A": "fearful", "F": "happy", "T": "sad",
                          "N": "neutral"}
    sexes: ClassVar = {**dict.fromkeys(("03", "10", "11", "12", "15"), "male"),
                       **dict.fromkeys(("08", "09", "13", "14", "16"), "female")}


class Nemo(NamedCorpus):
    """Nine Poles say sentences in six emotions: `EB0_anger_10.wav`.

    Christop (2024), https://arxiv.org/abs/2404.06292.
    """

    name = "nemo"
    title = "nEMO"
    licence = "CC BY-NC-SA 4.0"
    pattern = re.compile(r"(?P<speaker>[A-Z]{2}0)_(?P<emotion>anger|fear|happiness|neutral|sadness|surprised)_"
                         r"(?P<statement>[0-9]+)")
    sexes: ClassVar = {**dict.fromkeys(("EB0", "IC0", "KD0", "MK0"), "female"),
                       **dict.fromkeys(("KS0", "MP0", "SM0", "TP0", "WR0"), "male")}


class EmoSpeechCommand(NamedCorpus):
    """People in India say command words in four emotions, each on a device of their own: `u001_angry_189.wav`.

    The sex of the speakers is not published.
    """

    name = "emospeech-command"
    title = "EmoSpeech Command"
    licence = "CC BY-NC-SA 4.0"
    pattern = re.compile(r"(?P<speaker>u[0-9]{3})_(?P<emotion>angry|calm|fearful|happy)_(?P<statement>[0-9]+)")
