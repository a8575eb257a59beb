"""How near to the true join of two clips a segment of speech ends.

    tools/joins.py ravdess=DIR crema-d=DIR            writes results/joins.csv

Recordings of three clips one after the other are made by seed; neighbours have different emotions, and all three are
of one corpus. The clips are taken as they were recorded (`pause_s` 0: no pause is added), or trimmed to their sound
(what lies less than 30 dB below the clip's loudest) with pauses of `PAUSES_S` seconds of silence between them. A
boundary lies between the end of a segment and the beginning of the next. The distance of a join is the seconds from
its pause to the nearest boundary, 0 where they overlap, and infinite where the recording is one segment.

What was found without reason is counted too: how many clips alone are more than one segment.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from intone.audio import RATE, Signal, read_mono
from intone.audio.envelope import EnvelopeSettings, mask
from intone.audio.vad import Span, find_speech
from intone.corpora.table import open_corpora
from intone.errors import IntoneError, RecordingError
from intone.files import write_text
from intone.parallel import mapped

RESULT = Path(__file__).resolve().parent.parent / "results" / "joins.csv"
PAUSES_S = (0.3, 0.4, 0.5)
IN_A_ROW = 3
NEAR_S = 0.3
SOUND = EnvelopeSettings(threshold=10 ** (-30 / 20), relative_to="peak")


def chosen(table: pd.DataFrame, count: int, seed: int) -> list[list[str]]:
    """Paths of the clips of each recording: of one corpus, neighbours of different emotions."""
    rng = np.random.default_rng(seed)
    corpora = [part for _, part in table[table["vocal"] == "speech"].groupby("corpus")]
    rows: list[list[str]] = []
    while len(rows) < count:
        clips = corpora[len(rows) % len(corpora)].sample(IN_A_ROW, random_state=rng)
        if all(a != b for a, b in pairwise(clips["emotion"])):
            rows.append(list(clips["path"]))
    return rows


def joined(clips: Sequence[Signal], pause_s: float) -> tuple[Signal, list[tuple[int, int]]]:
    """Clips one after the other, and the pause before each but the first, in samples; no pause leaves them whole."""
    if pause_s:
        clips = [trimmed(clip) for clip in clips]
    silence = np.zeros(round(pause_s * RATE), np.float32)
    parts, pauses = [clips[0]], list[tuple[int, int]]()
    for clip in clips[1:]:
        at = sum(map(len, parts))
        pauses.append((at, at + len(silence)))
        parts += [silence, clip]
    return np.concatenate(parts), pauses


def trimmed(clip: Signal) -> Signal:
    """A clip from the first to the last sound that is less than 30 dB below its loudest."""
    first, last = np.flatnonzero(mask(clip, SOUND))[[0, -1]]
    return clip[first : last + 1]


def distance_s(pause: tuple[int, int], spans: Sequence[Span]) -> float:
    """Seconds from a pause to the nearest boundary between two segments."""
    return min((max(0, pause[0] - after.start, before.end - pause[1]) / RATE for before, after in pairwise(spans)),
               default=float("inf"))


def measured(job: tuple[Sequence[str], float]) -> list[dict[str, float]]:
    """A row for every join of a recording, from the paths of its clips and the pause between them."""
    paths, pause_s = job
    signal, pauses = joined([read_mono(path) for path in paths], pause_s)
    spans = find_speech(signal)
    return [{"pause_s": pause_s, "distance_s": round(distance_s(pause, spans), 3)} for pause in pauses]


def segments(path: str) -> int:
    """How many segments a clip alone has; 0 where it is refused."""
    try:
        return len(find_speech(read_mono(path)))
    except RecordingError:
        return 0


def summary(rows: pd.DataFrame) -> str:
    """A line for each pause: how many joins, the median distance, the share that is near."""
    parts = [(f"trimmed, pauses of {pause:g} s" if pause else "as recorded", rows[rows["pause_s"] == pause])
             for pause in sorted(set(rows["pause_s"]))]
    return "\n".join(f"{name}: {len(part)} joins, median {part['distance_s'].median():.3f} s, "
                     f"{100 * (part['distance_s'] < NEAR_S).mean():.1f} % within {NEAR_S:g} s"
                     for name, part in [*parts, ("all", rows)])


def main(words: Sequence[str]) -> int:
    """Measure, print and write; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", nargs="+", metavar="CORPUS", help="ravdess=DIR, crema-d=DIR, or a folder")
    parser.add_argument("--recordings", type=int, default=200, help="recordings of each pause")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--to", type=Path, default=RESULT)
    options = parser.parse_args(words)
    try:
        rows = chosen(open_corpora(options.corpora), options.recordings, options.seed)
    except IntoneError as error:
        parser.error(str(error))
    jobs = [(paths, pause_s) for pause_s in (0.0, *PAUSES_S) for paths in rows]
    found = [row for part in mapped(measured, jobs, title="joins", jobs=options.jobs) for row in part]
    result = pd.DataFrame(found)
    write_text(options.to, result.to_csv(index=False))
    print(summary(result))
    used = sorted({path for paths in rows for path in paths})
    alone = np.array(list(mapped(segments, used, title="clips alone", jobs=options.jobs)))
    print(f"clips alone: {len(alone)}, {100 * (alone == 1).mean():.1f} % are one segment")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
