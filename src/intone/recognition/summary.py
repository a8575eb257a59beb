"""A longer recording in a few lines: which emotions it has for how long, its strongest moments, and where it changes.

A recording of minutes is rarely of one emotion, so that the mean over it is of none. What is said here comes from its
segments, each with its own answer. Seconds are seconds of speech: pauses between segments do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from intone.labels import side_of

if TYPE_CHECKING:
    from intone.recognition.prediction import Prediction, Segment

LONG_S = 20.0
"""Seconds of a recording above which there is more to say of it than one answer."""

FEWEST = 3
"""Segments below which there is nothing to sum up."""

HOLDS = 0.6
"""Share of the speech that must have the label of the whole recording, so that it holds for the recording."""

LASTING_S = 4.0
"""Seconds of speech that a label must last to be a change: a single odd segment is none."""

STRONGEST = 3

SIGNS = {"negative": -1, "neutral": 0, "positive": 1}


@dataclass(frozen=True)
class Change:
    """From `time_s` on, the speech sounds as `label`."""

    time_s: float
    label: str


@dataclass(frozen=True)
class Summary:
    """What the segments of a recording say together.

    `holds`: whether the label of the whole recording is that of at least `HOLDS` of its speech. `shares`: of the
    speech, by label, the largest first; they sum to 1. `strongest`: at most three segments, the most probable ones of
    all that are not neutral (of all where there are none), in the order of time. `changes`: where another label begins
    and lasts; none where several people speak, of whom each sounds otherwise. `valence`: of the first, the second and
    the last third of the speech, -1 to 1: the share of positive speech less that of negative.
    """

    holds: bool
    shares: dict[str, float]
    strongest: tuple["Segment", ...]
    changes: tuple[Change, ...]
    valence: tuple[float, float, float]


def summary(answer: "Prediction") -> Summary | None:
    """What there is to say of a recording besides its answer; None of one that is short or has hardly any segments.

    >>> summary(answer) is None
    True
    """
    spoken = [(one, one.end_s - one.start_s) for one in answer.segments]
    whole = sum(seconds for _, seconds in spoken)
    if answer.duration_s <= LONG_S or len(spoken) < FEWEST or not whole:
        return None
    shares = shares_of(answer.segments)
    return Summary(shares.get(answer.label, 0.0) >= HOLDS, shares, _strongest(answer.segments),
                   () if answer.speakers else _changes(spoken), thirds(answer.segments))


def shares_of(segments: Sequence["Segment"]) -> dict[str, float]:
    """The share of the speech that has each label, the largest first."""
    totals: dict[str, float] = {}
    for one in segments:
        totals[one.label] = totals.get(one.label, 0.0) + one.end_s - one.start_s
    whole = sum(totals.values())
    return {name: total / whole for name, total in sorted(totals.items(), key=lambda pair: -pair[1])}


def _strongest(segments: Sequence["Segment"]) -> tuple["Segment", ...]:
    telling = [one for one in segments if side_of(one.label) != "neutral"] or list(segments)
    chosen = sorted(telling, key=lambda one: -one.probabilities.get(one.label, 0.0))[:STRONGEST]
    return tuple(sorted(chosen, key=lambda one: one.start_s))


def _changes(spoken: Sequence[tuple["Segment", float]]) -> tuple[Change, ...]:
    """Runs of one label that last; shorter ones belong to the run before them."""
    runs = [(label, list(run)) for label, run in groupby(spoken, key=lambda pair: pair[0].label)]
    lasting = [(label, run[0][0].start_s) for label, run in runs if sum(seconds for _, seconds in run) >= LASTING_S]
    starts = [next(same) for _, same in groupby(lasting, key=lambda pair: pair[0])]
    return tuple(Change(start_s, label) for label, start_s in starts[1:])


def thirds(segments: Sequence["Segment"]) -> tuple[float, float, float]:
    """The mean valence of each third of the speech; a segment across a border counts for both by its parts."""
    sums, at = [0.0, 0.0, 0.0], 0.0
    whole = sum(one.end_s - one.start_s for one in segments)
    for one in segments:
        seconds = one.end_s - one.start_s
        for third in range(3):
            part = min(at + seconds, (third + 1) * whole / 3) - max(at, third * whole / 3)
            sums[third] += SIGNS[side_of(one.label)] * max(0.0, part)
        at += seconds
    first, second, last = (max(-1.0, min(1.0, round(3 * one / whole, 3))) for one in sums)
    return first, second, last
