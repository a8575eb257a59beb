"""A corpus of its own: everything that adding one takes, besides a line in the registry.

A file is named speaker_emotion_take, such as `adam_angry_1.wav`. Speakers have names and no numbers.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
import soundfile

from intone.audio import RATE
from intone.corpora import Corpus
from intone.labels import EMOTIONS
from sounds import voice

SPEAKERS = {"adam": "male", "bert": "male", "carl": "male", "dora": "female", "emil": "male", "fred": "male"}
TEST = {"adam": 0, "bert": 1, "carl": 2, "dora": 2, "emil": 3, "fred": 4}
NAMES = tuple(f"{speaker}_{emotion}_1" for speaker in SPEAKERS for emotion in EMOTIONS)


class Vowels(Corpus):
    """Six speakers, eight emotions."""

    name = "vowels"
    title = "the vowels"
    licence = "CC0"
    left_out = frozenset({"dora_sad_2"})
    known_stereo = frozenset({"adam_calm_1"})
    draws: ClassVar[Mapping[str, int]] = {"speech": 3}

    @classmethod
    def recognizes(cls, root: Path) -> bool:
        return any(path.stem in NAMES for path in cls(root).files())

    def row(self, path: Path) -> dict[str, object] | None:
        speaker, emotion, take = [*path.stem.split("_"), "", ""][:3]
        if speaker not in SPEAKERS or emotion not in EMOTIONS:
            return None
        return {"actor": speaker, "sex": SPEAKERS[speaker], "emotion": emotion, "vocal": "speech", "repetition": int(take)}

    @classmethod
    def expected(cls, vocal: str) -> dict[str, list[str]]:
        return {speaker: [name for name in NAMES if name.startswith(speaker)] for speaker in SPEAKERS if vocal == "speech"}

    @classmethod
    def test_fold(cls, actor: object) -> int | None:
        return TEST.get(str(actor))

    @classmethod
    def validation_fold(cls, actor: object) -> int | None:
        return (TEST[str(actor)] - 1) % 5


def write_vowels(folder: Path, seconds: float = 0.8) -> Path:
    """All of it, and the recording that is left out: an emotion has a pitch, one recording is stereo."""
    folder.mkdir(parents=True)
    for number, name in enumerate([*NAMES, *Vowels.left_out]):
        signal = voice(seconds, pitch=90 + 12 * EMOTIONS.index(name.split("_")[1]), seed=number)
        stereo = np.stack([signal, signal], axis=1) if name in Vowels.known_stereo else signal
        soundfile.write(folder / f"{name}.wav", stereo, RATE, subtype="FLOAT")
    return folder
