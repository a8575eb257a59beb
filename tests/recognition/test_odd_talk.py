"""Recordings with more than speech in them, by the bundled networks: who is not there is no speaker."""

import numpy as np
import pytest

from intone import Recognizer, load
from intone.audio import RATE, Signal
from intone.errors import RecordingError
from sounds import noise, silence, tone, voice

PITCH = 110


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return load(threads=1)


def talk(*between: Signal) -> Signal:
    """One synthetic voice for 20 s, with sounds between its turns."""
    return np.concatenate([part for number in range(5) for part in (
        voice(4, PITCH, number), silence(0.4), *(between[number % len(between) :][:1]), silence(0.4))])


def beats(seconds: float) -> Signal:
    """A drum: four bursts a second that die away."""
    hit = noise(0.25, rms=0.5) * np.exp(-np.arange(RATE // 4) / 400).astype(np.float32)
    return np.tile(hit, round(4 * seconds))


def chords(seconds: float) -> Signal:
    """Three harmonic tones at once, another chord each second."""
    def note(hertz: float) -> Signal:
        return np.sum([tone(hertz * k, 1, peak=0.2 / k) for k in range(1, 6)], axis=0, dtype=np.float32)

    roots = (220.0, 174.6, 196.0, 261.6)
    return np.concatenate([note(root) + note(1.26 * root) + note(1.498 * root) for _, root in zip(
        range(round(seconds)), roots * round(seconds), strict=False)])


def laugh(seconds: float) -> Signal:
    """Short voiced bursts, five a second, that fall in pitch and loudness."""
    bursts = [voice(0.12, 330 - 12 * number, number) * np.float32(0.93**number) for number in range(round(5 * seconds))]
    return np.concatenate([part for burst in bursts for part in (burst, silence(0.08))])


def cough() -> Signal:
    """Two bursts of noise."""
    burst = noise(0.25, rms=0.4) * np.exp(-np.linspace(0, 5, RATE // 4)).astype(np.float32)
    return np.concatenate([burst, silence(0.15), burst])


def ring(seconds: float) -> Signal:
    """Of a telephone: two tones, 0.4 s on and 0.2 s off."""
    on = tone(440, 0.4, peak=0.3) + tone(480, 0.4, peak=0.3)
    return np.tile(np.concatenate([on, silence(0.2)]), round(seconds / 0.6))


BETWEEN = {"laugh": laugh(1.5), "cough": cough(), "noise": noise(1.5, rms=0.2), "ring": ring(2.4), "music": chords(2), "drum": beats(2)}


@pytest.mark.parametrize("sound", sorted({*BETWEEN} - {"music"}))  # a melody may be taken for a voice (docs/prediction.md)
def test_a_sound_between_the_turns_of_one_person_is_nobody(recognizer: Recognizer, sound: str) -> None:
    assert recognizer.predict(talk(BETWEEN[sound]), RATE).speakers == ()


@pytest.mark.parametrize("level", [0.1, 0.3])
@pytest.mark.parametrize("under", [chords, beats, lambda seconds: noise(seconds, rms=0.1)], ids=["chords", "drum", "noise"])
def test_music_under_the_speech_of_one_person_is_nobody(recognizer: Recognizer, under: object, level: float) -> None:
    signal = talk(silence(0.5))
    music = np.resize(under(4), len(signal)) * np.float32(level)  # type: ignore[operator]  # one of the three above
    assert recognizer.predict((signal + music).astype(np.float32), RATE).speakers == ()


@pytest.mark.parametrize("speakers", ["auto", 2, 5, 8])
def test_one_second_of_speech_is_of_one(recognizer: Recognizer, speakers: str | int) -> None:
    assert recognizer.predict(voice(1, PITCH), RATE, speakers=speakers).speakers == ()


@pytest.mark.parametrize("speakers", [1, 2, 3])
def test_no_more_are_found_than_were_asked_for(recognizer: Recognizer, speakers: int) -> None:
    people = [voice(4, pitch, seed) for seed, pitch in enumerate((90, 130, 190, 260))]
    signal = np.concatenate([part for one in people * 2 for part in (one, silence(0.5))])
    assert len(recognizer.predict(signal, RATE, speakers=speakers).speakers or [None]) <= speakers


@pytest.mark.parametrize("sound", BETWEEN)
def test_a_sound_alone_is_nobody_or_one(recognizer: Recognizer, sound: str) -> None:
    try:
        found = recognizer.predict(np.tile(BETWEEN[sound], 6), RATE)
    except RecordingError as error:
        assert str(error).endswith(".")
    else:
        assert found.speakers == ()
