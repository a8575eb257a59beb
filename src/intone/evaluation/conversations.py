"""Conversations made of the clips of a corpus, and how well who speaks when is found in them.

No corpus of emotional speech has two people in one recording whose turns are known. So turns of several of its speakers
are put one after the other, with pauses and overlaps, in one room with one noise. Same seed, same conversations.

The diarization error rate (DER) is the share of the speech that is missed, found where there is none, or given to
somebody else, with the speakers found paired with those that speak as well as it goes (NIST 2009, Rich Transcription
evaluation plan). Where several speak at once each of them counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone.audio import RATE, Signal, augment
from intone.audio.search import read_clip
from intone.audio.vad import SpeechSettings, find_speech
from intone.errors import RecordingError
from intone.parallel import mapped

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "two of different sex": ("female", "male"),
    "two women": ("female", "female"),
    "two men": ("male", "male"),
    "three": ("female", "male", "any"),
    "four": ("female", "male", "any", "any"),
    "one": ("any",),
}
"""The kinds of conversations, with the sexes of their speakers."""

TURN_S = (1.0, 8.0)
PAUSE_S = (-0.5, 2.0)
"""Seconds of a turn, and between two turns; below 0 they overlap."""

BREATH_S = (0.05, 0.4)
"""Seconds between two clips of one turn."""

LEVEL_DB = 5.0
"""By how much a speaker is louder or quieter than the mean, at most; a clip varies by half of that around it."""

ROOM_S = (0.15, 0.7)
SNR_DB = (10.0, 35.0)
"""Reverberation time of the room, which half of the conversations have, and level of the speech above the noise."""

_SPOKEN = 0.05  # root mean square of a clip
_EDGE_S = 0.5  # before the first turn, and after the last
_GRID_S = 0.01


@dataclass(frozen=True)
class Clip:
    """A clip of a corpus and the parts of it with speech, as (start, end) in samples."""

    signal: Signal
    speech: tuple[tuple[int, int], ...]


Clips = Mapping[str, Mapping[str, Sequence[Clip]]]
"""The clips of some speakers by speaker and emotion."""


@dataclass(frozen=True)
class Turn:
    """Somebody speaks from `start_s` to before `end_s`, with pauses, in one emotion."""

    start_s: float
    end_s: float
    speaker: str
    emotion: str


Span = tuple[float, float, str]
"""Seconds from and to which a speaker speaks, without pauses."""


@dataclass(frozen=True)
class Conversation:
    """What is heard, the turns in their order, and when each speaker speaks."""

    signal: Signal
    turns: tuple[Turn, ...]
    speech: tuple[Span, ...]


@dataclass(frozen=True)
class Errors:
    """Seconds of speech that were missed, that are none, that were given to somebody else, and all that there are."""

    missed_s: float
    false_s: float
    confused_s: float
    speech_s: float

    @property
    def rate(self) -> float:
        """The diarization error rate; 0 is best, and it can be above 1."""
        return (self.missed_s + self.false_s + self.confused_s) / self.speech_s


def clips_of(table: "pd.DataFrame", *, jobs: int | None = None) -> dict[str, dict[str, dict[str, list[Clip]]]]:
    """The clips of a table by sex, speaker and emotion; those without speech or of a speaker of unknown sex are left
    out."""
    known = table[table["sex"].isin(["female", "male"])]
    found: dict[str, dict[str, dict[str, list[Clip]]]] = {"female": {}, "male": {}}
    read = mapped(_clip, list(known["path"]), title="reading", jobs=jobs)
    speakers = known["corpus"] + " " + known["actor"].astype(str)
    for clip, sex, speaker, emotion in zip(read, known["sex"], speakers, known["emotion"], strict=True):
        if clip.speech:
            found[sex].setdefault(speaker, {}).setdefault(emotion, []).append(clip)
    return found


def _clip(path: str) -> Clip:
    signal = read_clip(path)
    try:
        spans = find_speech(signal, SpeechSettings(shortest_s=0.1, margin_s=0.03))
    except RecordingError:
        return Clip(signal, ())
    first, last = spans[0].start, spans[-1].end
    speech = tuple((one.start - first, one.end - first) for one in spans)
    return Clip(np.asarray(signal[first:last], np.float32), speech)


def chosen(clips: Mapping[str, Clips], sexes: Sequence[str], rng: np.random.Generator) -> Clips:
    """Different speakers of these sexes, "any" for either, at random from clips by sex."""
    found: dict[str, Mapping[str, Sequence[Clip]]] = {}
    for sex in sexes:
        pool = {name: one for each in (clips if sex == "any" else (sex,)) for name, one in clips[each].items()
                if name not in found}
        name = sorted(pool)[rng.integers(len(pool))]
        found[name] = pool[name]
    return found


def conversation(speakers: Clips, seconds: float, rng: np.random.Generator) -> Conversation:
    """A conversation of about so many seconds; every turn has another speaker than the one before, if there is one."""
    levels = {name: rng.uniform(-LEVEL_DB, LEVEL_DB) for name in speakers}
    pieces: list[tuple[int, Signal]] = []
    turns, speech = list[Turn](), list[Span]()
    at_s, who = _EDGE_S, ""
    while at_s < seconds - _EDGE_S:
        others = [name for name in speakers if name != who] or [who]
        who = others[rng.integers(len(others))]
        emotion = list(speakers[who])[rng.integers(len(speakers[who]))]
        start_s, until_s = at_s, at_s + rng.uniform(*TURN_S)
        while at_s < until_s:
            clip = speakers[who][emotion][int(rng.integers(len(speakers[who][emotion])))]
            start = round(at_s * RATE)
            pieces.append((start, _as_loud(clip.signal, levels[who] + rng.uniform(-LEVEL_DB, LEVEL_DB) / 2)))
            speech += [((start + a) / RATE, (start + b) / RATE, who) for a, b in clip.speech]
            end_s = at_s + len(clip.signal) / RATE
            at_s = end_s + rng.uniform(*BREATH_S)
        turns.append(Turn(start_s, end_s, who, emotion))
        at_s = max(end_s + rng.uniform(*PAUSE_S), start_s + _EDGE_S)
    signal = np.zeros(round((max(turn.end_s for turn in turns) + _EDGE_S) * RATE), np.float32)
    for start, piece in pieces:
        signal[start : start + len(piece)] += piece
    return Conversation(_in_place(signal, rng), tuple(turns), tuple(speech))


def _as_loud(signal: Signal, decibels: float) -> Signal:
    level = float(np.sqrt(np.mean(np.square(signal, dtype=np.float64))))
    return augment.gain(np.asarray(signal * np.float32(_SPOKEN / max(level, 1e-6)), np.float32), decibels)


def _in_place(signal: Signal, rng: np.random.Generator) -> Signal:
    """In a room, or not, and with noise."""
    surroundings = augment.Surroundings(rng)
    if rng.random() < 0.5:
        signal = augment.in_room(signal, rng.uniform(*ROOM_S), surroundings)
    noise = augment.white(len(signal), surroundings)
    return augment.normalized(augment.with_noise(signal, noise, rng.uniform(*SNR_DB)), rng.uniform(0.1, 0.9))


def errors(reference: Iterable[Span], found: Iterable[Span], collar_s: float = 0.25) -> Errors:
    """How far what was found is from the reference, on a grid of 10 ms.

    Nothing is counted within `collar_s` of where somebody of the reference begins or ends. A speaker found is paired
    with the speaker of the reference with whom most time is shared, each with one (Hungarian method).

    >>> errors([(0.0, 4.0, "Ann"), (4.0, 8.0, "Bob")], [(0.0, 6.0, "1"), (6.0, 8.0, "2")], collar_s=0.0).rate
    0.25
    """
    from scipy.optimize import linear_sum_assignment

    reference, found = list(reference), list(found)
    frames = round(max((end for _, end, _ in (*reference, *found)), default=0.0) / _GRID_S) + 1
    spoken, heard = _grid(reference, frames), _grid(found, frames)
    counted = np.ones(frames, bool)
    for border in (border for start, end, _ in reference for border in (start, end) if collar_s):
        counted[max(0, round((border - collar_s) / _GRID_S)) : round((border + collar_s) / _GRID_S)] = False
    spoken, heard = spoken[:, counted], heard[:, counted]
    rows, columns = linear_sum_assignment(-(spoken.astype(int) @ heard.T.astype(int)))
    right = (spoken[rows] & heard[columns]).sum(axis=0)
    here, said = spoken.sum(axis=0), heard.sum(axis=0)
    return Errors(*(float(total) * _GRID_S for total in (
        np.maximum(here - said, 0).sum(), np.maximum(said - here, 0).sum(), (np.minimum(here, said) - right).sum(),
        here.sum())))


def _grid(spans: Sequence[Span], frames: int) -> NDArray[np.bool_]:
    """Who speaks in every 10 ms, (speakers, frames)."""
    names = sorted({name for _, _, name in spans})
    grid = np.zeros((len(names), frames), bool)
    for start, end, name in spans:
        grid[names.index(name), round(start / _GRID_S) : round(end / _GRID_S)] = True
    return grid
