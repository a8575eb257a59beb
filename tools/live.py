"""How far what is shown live can be relied on, and how calm it is, by the window and the hysteresis.

    tools/live.py ravdess=DIR crema-d=DIR            writes results/live.csv

Recordings of one speaker are made by seed: three emotions one after the other, each in three clips, which are trimmed
to their sound, with pauses of `PAUSES_S` seconds after each. So a recording is some 20 s long and its emotion changes
twice. A row is a window (the seconds of the segment that goes on that the network gets) with a hysteresis (how much
another label must lead, or how often in a row). `right`: the share of the states, half a second after whose emotion was
spoken, that show it. `changes`: how often a minute another label is shown. With a lead of 0 every change is shown.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from joins import trimmed

from intone import load
from intone.audio import RATE, Signal, read_mono
from intone.corpora.table import open_corpora
from intone.errors import IntoneError
from intone.files import write_text
from intone.parallel import mapped
from intone.recognition import hysteresis, live

RESULT = Path(__file__).resolve().parent.parent / "results" / "live.csv"
WINDOWS_S = (2.0, 3.0, 4.0, 6.0, 8.0)
LEADS, TIMES = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3), (2, 3, 4)
PAUSES_S = (0.1, 0.3)
EMOTIONS, CLIPS = 3, 3
DELAY_S = 0.5

Emotions = list[tuple[float, str]]
"""When each emotion ends, in seconds."""
Shares = list[tuple[float, dict[str, float] | None]]
"""The time of each state, and its probabilities where they are new."""


def chosen(table: pd.DataFrame, count: int, seed: int) -> list[list[tuple[str, list[str]]]]:
    """For each recording its emotions, each with the paths of its clips."""
    rng = np.random.default_rng(seed)
    people = [part for _, part in table[table["vocal"] == "speech"].groupby(["corpus", "actor"])]
    found = []
    while len(found) < count:
        own = people[int(rng.integers(len(people)))]
        emotions = rng.choice(sorted(set(own["emotion"])), EMOTIONS, replace=False)
        found.append([(str(one), list(own[own["emotion"] == one].sample(CLIPS, random_state=rng)["path"]))
                      for one in emotions])
    return found


def joined(parts: Sequence[tuple[str, Sequence[str]]], pause_s: float) -> tuple[Signal, Emotions]:
    """A recording, and its emotions."""
    pause, signals, emotions = np.zeros(round(pause_s * RATE), np.float32), list[Signal](), Emotions()
    for emotion, paths in parts:
        signals += [one for path in paths for one in (trimmed(read_mono(path)), pause)]
        emotions.append((sum(map(len, signals)) / RATE, emotion))
    return np.concatenate(signals), emotions


def heard(signal: Signal, window_s: float) -> Shares:
    """The states of a recording with a window."""
    live.WINDOW_S = window_s
    found, before = Shares(), None
    for state in load(threads=1).live(signal[at : at + RATE] for at in range(0, len(signal), RATE)):
        found.append((state.time_s, state.shares if state.shares is not before else None))
        before = state.shares
    return found


def judged(shares: Shares, emotions: Emotions, lead: float, times: int) -> tuple[int, int, int]:
    """How many states show the right label, how many show one at all, and how often it changes."""
    hysteresis.LEAD, hysteresis.TIMES = lead, times
    shown, labels = hysteresis.Hysteresis(), list[tuple[float, str]]()
    for time_s, new in shares:
        if new:
            shown.update(new)
        if shown.label is not None:
            labels.append((time_s, shown.label))
    truth = [next((emotion for end_s, emotion in emotions if time_s - DELAY_S < end_s), None) for time_s, _ in labels]
    right = sum(label == one for (_, label), one in zip(labels, truth, strict=True))
    return right, len(truth) - truth.count(None), sum(a[1] != b[1] for a, b in pairwise(labels))


def measured(job: tuple[Sequence[tuple[str, Sequence[str]]], float]) -> list[dict[str, float]]:
    """A row for every window and hysteresis, of one recording."""
    signal, emotions = joined(*job)
    rows = []
    for window_s in WINDOWS_S:
        shares = heard(signal, window_s)
        for lead, times in [(0.0, 1), *((lead, times) for lead in LEADS[1:] for times in TIMES)]:
            right, states, changes = judged(shares, emotions, lead, times)
            rows.append({"window_s": window_s, "lead": lead, "times": times, "right": right, "states": states,
                         "changes": changes, "minutes": len(signal) / RATE / 60, "spoken": EMOTIONS - 1})
    return rows


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """All recordings together."""
    sums = rows.groupby(["window_s", "lead", "times"], as_index=False).sum()
    return pd.DataFrame({"window_s": sums["window_s"], "lead": sums["lead"], "times": sums["times"],
                         "right": (sums["right"] / sums["states"]).round(4),
                         "changes": (sums["changes"] / sums["minutes"]).round(2),
                         "spoken": (sums["spoken"] / sums["minutes"]).round(2), "states": sums["states"]})


def main(words: Sequence[str]) -> int:
    """Measure, print and write; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", nargs="+", metavar="CORPUS", help="ravdess=DIR, crema-d=DIR, or a folder")
    parser.add_argument("--recordings", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--to", type=Path, default=RESULT)
    options = parser.parse_args(words)
    try:
        recordings = chosen(open_corpora(options.corpora), options.recordings, options.seed)
    except IntoneError as error:
        parser.error(str(error))
    jobs = [(parts, PAUSES_S[number % len(PAUSES_S)]) for number, parts in enumerate(recordings)]
    rows = [row for part in mapped(measured, jobs, title="live", jobs=options.jobs) for row in part]
    result = summary(pd.DataFrame(rows))
    write_text(options.to, result.to_csv(index=False))
    print(result.to_string(index=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
