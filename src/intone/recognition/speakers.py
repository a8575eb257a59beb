"""What there is to say of each of several people in a recording, from the segments in which each speaks alone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from intone.labels import side_of
from intone.recognition.prediction import Prediction, Segment, Speaker
from intone.recognition.summary import SIGNS, shares_of, thirds

FEWEST_REACTIONS = 3
"""Turns of somebody else from which on a mean over them says something."""


def speaker(number: int, answer: Prediction, others: Sequence[Segment]) -> Speaker:
    """A speaker, whose segments alone are those of an answer, among the segments of all in their order."""
    seconds = sum(map(_seconds, answer.segments))
    everybody = sum(map(_seconds, others))
    changes = list(_reactions(number, others))
    return Speaker(
        number, round(seconds, 3), seconds / everybody, answer.sex, answer.label, answer.probabilities, answer.outside,
        answer.confidence, shares_of(answer.segments), thirds(answer.segments),
        sum(changes) / len(changes) if len(changes) >= FEWEST_REACTIONS else None, len(changes), answer.adapted_to)


def valence(segment: Segment) -> float:
    """From -1, surely negative, to 1, surely positive: the probability of the positive classes less the negative ones.

    >>> valence(Segment(0.0, 1.0, "angry", {"angry": 0.75, "happy": 0.25}))
    -0.5
    """
    return sum(share * SIGNS[side_of(name)] for name, share in segment.probabilities.items())


def _reactions(number: int, segments: Sequence[Segment]) -> Iterator[float]:
    """By how much the valence of a speaker differs after each turn of somebody else."""
    alone = (one for one in segments if one.speaker)
    turns = [(who, list(run)) for who, run in groupby(alone, lambda one: one.speaker)]
    for (before, said), (between, _), (after, then) in zip(turns, turns[1:], turns[2:], strict=False):
        if before == after == number != between:
            yield valence(then[0]) - valence(said[-1])


def _seconds(segment: Segment) -> float:
    return segment.end_s - segment.start_s


def numbered(segments: Sequence[Segment], speakers: Sequence[int | None]) -> tuple[Segment, ...]:
    """Segments with their speakers, which count from 0 and are None where several speak at once."""
    return tuple(replace(one, speaker=None if who is None else who + 1, overlap=who is None)
                 for one, who in zip(segments, speakers, strict=True))
