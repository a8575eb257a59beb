"""How well speakers are told apart in simulated conversations: writes results/conversations.csv.

    tools/conversations.py crema-d=crema-d ravdess=ravdess nemo=nemo emodb=emodb      (then: make tables)
    tools/conversations.py crema-d=crema-d ravdess=ravdess nemo=nemo --ratio 0.74 0.78 0.82

Of CREMA-D only the speakers whom `tools/speakers.py` left out speak. Nobody of the other corpora was heard in its
training. A conversation is made from its number, its kind and its corpus, and lasts 90 s. For how much of the speech
both the emotion and the speaker are right is of interest for EmoDB, which no network learned its emotions from. One
recording is made of clips of each speaker in a random order: its one voice changes its emotion again and again. Each
corpus is written as it is done, and is not made again.

The second command only prints what other ratios (`ClusteringSettings`) would give; it was chosen so, without EmoDB.
"""

import argparse
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from intone.audio import RATE
from intone.audio.windows import windows
from intone.corpora.table import open_corpora
from intone.evaluation.conversations import KINDS, Clip, Clips, Conversation, chosen, clips_of, conversation, errors
from intone.files import write_text
from intone.parallel import mapped
from intone.recognition.prediction import Prediction
from intone.recognition.recognizer import Recognizer, load
from intone.speakers import Diarization, DiarizationSettings
from intone.speakers.clustering import ClusteringSettings

RESULTS = Path(__file__).resolve().parent.parent / "results" / "conversations.csv"
SECONDS = 90.0
TESTED_FOLD = 0

Sexes = Mapping[str, Clips]


def made(clips: Sexes, corpus: str, kind: str, number: int) -> Conversation:
    """The conversation of a number."""
    rng = np.random.default_rng([sorted(KINDS).index(kind), number, len(corpus)])
    return conversation(chosen(clips, KINDS[kind], rng), SECONDS, rng)


def scored(one: Conversation, answer: Prediction) -> dict[str, Any]:
    """What is noted of a conversation and the answer about it."""
    spans = [(part.start_s, part.end_s, str(part.speaker or 1)) for part in answer.segments if not part.overlap]
    people = {turn.speaker for turn in one.turns}
    found: dict[str, Any] = {"speakers": len(people), "found": len(answer.speakers) or 1}
    for name, collar_s in (("", 0.25), ("_without_collar", 0.0)):
        counted = errors(one.speech, spans, collar_s)
        found |= {f"{what}{name}": round(getattr(counted, what), 2)
                  for what in ("missed_s", "false_s", "confused_s", "speech_s")}
    return found | {"right_s": round(right_s(one, answer), 2)}


def right_s(one: Conversation, answer: Prediction) -> float:
    """Seconds of speech whose speaker and emotion are both right; each speaker found is the one most heard in it."""
    shared: dict[int, dict[str, float]] = {}
    for part, turn, seconds in _both(one, answer):
        of = shared.setdefault(part.speaker or 1, {})
        of[turn.speaker] = of.get(turn.speaker, 0.0) + seconds
    names = {number: max(by, key=lambda name: by[name]) for number, by in shared.items()}
    return sum(seconds for part, turn, seconds in _both(one, answer)
               if names[part.speaker or 1] == turn.speaker and part.label == turn.emotion)


def _both(one: Conversation, answer: Prediction) -> Iterator[tuple[Any, Any, float]]:
    """Every segment and turn that share time, with the seconds of speech that they share."""
    for part in answer.segments:
        for turn in one.turns if not part.overlap else ():
            start_s, end_s = max(part.start_s, turn.start_s), min(part.end_s, turn.end_s)
            spoken = sum(max(0.0, min(end_s, b) - max(start_s, a)) for a, b, who in one.speech if who == turn.speaker)
            if spoken > 0:
                yield part, turn, spoken


def row(asked: tuple[str, int], clips: Sexes, corpus: str) -> dict[str, Any]:
    kind, number = asked
    one = made(clips, corpus, kind, number)
    return {"corpus": corpus, "kind": kind, "number": number, **scored(one, _recognizer().predict(one.signal, RATE))}


@cache
def _recognizer() -> Recognizer:
    return load(threads=1)


def swings(asked: tuple[str, list[Clip]], corpus: str) -> dict[str, Any]:
    """All clips of one speaker in one recording."""
    speaker, clips = asked
    order = np.random.default_rng(0).permutation(len(clips))[:60]
    pause = np.zeros(round(0.4 * RATE), np.float32)
    signal = np.concatenate([piece for number in order for piece in (clips[number].signal, pause)])
    answer = _recognizer().predict(signal, RATE)
    return {"corpus": corpus, "kind": "one speaker's clips", "number": int(speaker.rpartition(" ")[2]) if
            speaker.rpartition(" ")[2].isdecimal() else 0, "speakers": 1, "found": len(answer.speakers) or 1}


def told_apart(asked: tuple[str, int], clips: Sexes, corpus: str, ratio: float) -> dict[str, Any]:
    """The same without emotions, with another threshold."""
    one = made(clips, corpus, *asked)
    found = Diarization(settings=DiarizationSettings(ClusteringSettings(ratio)))
    parts = [(part, window.start / RATE) for window in windows([one.signal]) for part in found.parts(window)]
    known = found.speakers()
    spans = [(start_s + part.span.start / RATE, start_s + part.span.end / RATE, str(known[part.voice]))
             for part, start_s in parts if part.voice is not None]
    counted = errors(one.speech, spans)
    return {"kind": asked[0], "ratio": ratio, "error_s": counted.rate * counted.speech_s,
            "speech_s": counted.speech_s, "right": len({who for _, _, who in spans}) == len(
                {turn.speaker for turn in one.turns})}


def compare(clips: Sexes, corpus: str, ratios: list[float], each: int, jobs: int | None) -> None:
    wanted = [(kind, number) for kind in KINDS for number in range(each)]
    rows = list[dict[str, Any]]()
    for ratio in ratios:
        one = partial(told_apart, clips=clips, corpus=corpus, ratio=ratio)
        rows += mapped(one, wanted, title=f"{ratio}", jobs=jobs)
    sums = pd.DataFrame(rows).groupby(["ratio", "kind"]).sum()
    each_kind = pd.DataFrame({"DER": 100 * sums["error_s"] / sums["speech_s"], "number right": sums["right"]})
    print(each_kind.unstack().round(1).to_string())


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how well speakers are told apart.")
    parser.add_argument("corpora", nargs="+", help="NAME=FOLDER")
    parser.add_argument("--each", type=int, default=10, help="conversations of each kind and corpus")
    parser.add_argument("--jobs", type=int, help="processes")
    parser.add_argument("--ratio", type=float, nargs="+", help="ratios to compare; nothing is written")
    asked = parser.parse_args()
    done = pd.read_csv(RESULTS) if RESULTS.exists() else pd.DataFrame({"corpus": []})
    for name in asked.corpora:
        table = open_corpora([name])
        corpus = str(table["corpus"].iloc[0])
        if corpus in set(done["corpus"]) and not asked.ratio:
            continue
        if corpus == "crema-d":
            table = table[table["fold"] == TESTED_FOLD]
        clips = clips_of(table, jobs=asked.jobs)
        if asked.ratio:
            compare(clips, corpus, asked.ratio, asked.each, asked.jobs)
            continue
        wanted = [(kind, number) for kind in KINDS for number in range(asked.each)]
        rows = list(mapped(partial(row, clips=clips, corpus=corpus), wanted, title=f"{corpus}", jobs=asked.jobs))
        alone = [(speaker, [clip for those in by.values() for clip in those])
                 for some in clips.values() for speaker, by in some.items()]
        rows += list(mapped(partial(swings, corpus=corpus), alone, title=f"{corpus}, one speaker", jobs=asked.jobs))
        done = pd.concat([done, pd.DataFrame(rows)], ignore_index=True)
        write_text(RESULTS, done.to_csv(index=False))


if __name__ == "__main__":
    main()
