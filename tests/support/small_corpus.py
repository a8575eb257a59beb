"""Corpora in a attribution: names of RAVDESS or CREMA-D, a few voices, each emotion a tone of its own."""

from pathlib import Path

import numpy as np
import soundfile

from intone.corpora.ravdess import expected_clips, parse_name

RATE = 16_000


def write_corpus(folder: Path, actors: tuple[int, ...] = (1, 3, 5, 7), seconds: float = 0.9, statement: int = 1) -> Path:
    """One statement, first repetition, normal intensity of eight emotions: 8 clips of every actor.

    An emotion is a pitch, the voice a small detune: a network that works learns it in a few epochs, and on voices
    that it did not hear as well.
    """
    rng = np.random.default_rng(0)
    for actor in actors:
        for name in expected_clips("speech")[actor]:
            found = parse_name(name)
            if found.statement != statement or found.repetition != 1 or found.intensity != 1:
                continue
            pitch = 200 * 1.45**found.emotion * (1 + 0.002 * actor)
            _write_tone(folder / f"Actor_{actor:02d}" / f"{name}.wav", pitch, seconds, rng)
    return folder


def write_crema_d(folder: Path, people: dict[int, str], seconds: float = 0.5) -> Path:
    """An angry and a happy sentence of everybody in `people` (actor: Male or Female), with VideoDemographics.csv."""
    rng = np.random.default_rng(0)
    for actor in people:
        for emotion, pitch in (("ANG", 300), ("HAP", 900)):
            _write_tone(folder / "AudioWAV" / f"{actor}_DFA_{emotion}_XX.wav", pitch, seconds, rng)
    lines = [f"{actor},40,{sex},Caucasian,Not Hispanic" for actor, sex in people.items()]
    (folder / "VideoDemographics.csv").write_text("\n".join(["ActorID,Age,Sex,Race,Ethnicity", *lines, ""]))
    return folder


def _write_tone(path: Path, pitch: float, seconds: float, rng: np.random.Generator) -> None:
    t = np.arange(round(seconds * RATE)) / RATE
    signal = 0.2 * np.sin(2 * np.pi * pitch * t) + rng.normal(0, 0.002, len(t))
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, signal.astype(np.float32), RATE, subtype="FLOAT")
