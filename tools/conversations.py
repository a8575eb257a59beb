"""How well speakers are told apart in simulated conversations: writes results/conversations.csv.

    tools/conversations.py crema-d=crema-d ravdess=ravdess nemo=nemo emodb=emodb      (then: make tables)
    tools/conversations.py crema-d=crema-d ravdess=ravdess nemo=nemo emodb=emodb --seconds 600 --each 3
    tools/conversations.py crema-d=crema-d ravdess=ravdess nemo=nemo --ratio 0.72 0.76 0.80

Of CREMA-D only the speakers whom `tools/speakers.py` left out speak. Nobody of the other corpora was heard in its
training. A conversation is made from its number, its kind and its corpus, and lasts 90 s; of those of other lengths,
which go into a file of their own, no more is measured than who speaks when. For how much of the speech
both the emotion and the speaker are right is measured for EmoDB alone, which no network learned its emotions from. One
recording is made of clips of each speaker in a random order: its one voice changes its emotion again and again. Each
corpus is written as it is done, and is not made again.

What the networks say of a conversation does not depend on how the voices are clustered. It is kept in `--runs`, so that
another clustering takes seconds; delete that folder where a network or the speech that is found has changed. The last
command only prints what other ratios (`ClusteringSettings`) would give; it was chosen so, without EmoDB.
"""

import argparse
import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from intone.audio import RATE, Signal
from intone.audio.windows import Window, windows
from intone.corpora.table import open_corpora
from intone.evaluation.conversations import (
    KINDS,
    Clip,
    Clips,
    Conversation,
    Span,
    chosen,
    clips_of,
    conversation,
    errors,
)
from intone.files import write_text, write_whole
from intone.parallel import mapped
from intone.recognition.prediction import Prediction
from intone.recognition.recognizer import Recognizer, load
from intone.speakers import Diarization, DiarizationSettings
from intone.speakers.clustering import ClusteringSettings
from intone.speakers.diarization import Heard, heard

RESULTS = Path(__file__).resolve().parent.parent / "results"
SECONDS = 90
TESTED_FOLD = 0
RECOGNISED = "emodb"
SWINGS = "one speaker's clips"

Sexes = Mapping[str, Clips]


def made(clips: Sexes, corpus: str, kind: str, number: int, seconds: int = SECONDS) -> Conversation:
    """The conversation of a number."""
    rng = np.random.default_rng([sorted(KINDS).index(kind), number, len(corpus)])
    return conversation(chosen(clips, KINDS[kind], rng), seconds, rng)


def one_voice(clips: list[Clip]) -> Signal:
    """Clips of one speaker, 60 at most, in one recording."""
    order = np.random.default_rng(0).permutation(len(clips))[:60]
    pause = np.zeros(round(0.4 * RATE), np.float32)
    return np.concatenate([piece for number in order for piece in (clips[number].signal, pause)])


@dataclass(frozen=True)
class Recording:
    """A conversation, or the clips of one speaker, without its sound: each window with what the networks say of it."""

    kind: str
    number: int
    speakers: int
    speech: tuple[Span, ...]
    windows: tuple[tuple[Window, int, Heard | None], ...]


def listened(signal: Signal) -> tuple[tuple[Window, int, Heard | None], ...]:
    """The windows of a recording with their samples; one with next to no speech keeps its sound."""
    found = []
    for window in windows([signal]):
        little = sum(span.speech_s for span in window.spans) < DiarizationSettings().least_s
        kept = window if little else replace(window, signal=np.zeros(0, np.float32))
        found.append((kept, len(window.signal), None if little else heard(window, threads=1)))
    return tuple(found)


def talk(asked: tuple[str, int], clips: Sexes, corpus: str, seconds: int) -> Recording:
    one = made(clips, corpus, *asked, seconds)
    return Recording(*asked, len({turn.speaker for turn in one.turns}), one.speech, listened(one.signal))


def swings(asked: tuple[str, list[Clip]]) -> Recording:
    name = asked[0].rpartition(" ")[2]
    return Recording(SWINGS, int(name) if name.isdecimal() else 0, 1, (), listened(one_voice(asked[1])))


def told_apart(one: Recording, settings: DiarizationSettings) -> list[Span]:
    """Who speaks when in a recording."""
    found = Diarization(settings=settings)
    parts = [(part, window.start / RATE) for window, samples, known in one.windows for part in found.parts(
        window if known is None else replace(window, signal=np.zeros(samples, np.float32)), known)]
    names = found.speakers()
    return [(start_s + part.span.start / RATE, start_s + part.span.end / RATE, str(names[part.voice]))
            for part, start_s in parts if part.voice is not None]


def scored(one: Recording, spans: Iterable[Span]) -> dict[str, Any]:
    """What is noted of a recording and of who was found to speak when in it."""
    spans = list(spans)
    found: dict[str, Any] = {"kind": one.kind, "number": one.number, "speakers": one.speakers,
                             "found": len({who for _, _, who in spans}) or 1}
    for name, collar_s in (("", 0.25), ("_without_collar", 0.0)) if one.speech else ():
        counted = errors(one.speech, spans, collar_s)
        found |= {f"{what}{name}": round(getattr(counted, what), 2)
                  for what in ("missed_s", "false_s", "confused_s", "speech_s")}
    return found


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


def recognised(asked: tuple[str, int], clips: Sexes, corpus: str) -> dict[str, Any]:
    """What is noted of a conversation and its answer, with `right_s`."""
    one = made(clips, corpus, *asked)
    answer = _recognizer().predict(one.signal, RATE)
    spans = [(part.start_s, part.end_s, str(part.speaker or 1)) for part in answer.segments if not part.overlap]
    return scored(Recording(*asked, len({turn.speaker for turn in one.turns}), one.speech, ()), spans) | {
        "right_s": round(right_s(one, answer), 2)}


@cache
def _recognizer() -> Recognizer:
    return load(threads=1)


def opened(name: str, jobs: int | None) -> Sexes:
    """The clips of a corpus by sex."""
    table = open_corpora([name])
    return clips_of(table[(table["corpus"] != "crema-d") | (table["fold"] == TESTED_FOLD)], jobs=jobs)


def alone(clips: Sexes, jobs: int | None) -> list[Recording]:
    """A recording of each speaker."""
    each = [(speaker, [clip for those in by.values() for clip in those])
            for some in clips.values() for speaker, by in some.items()]
    return list(mapped(swings, each, title="one speaker", jobs=jobs))


def recordings(
    name: str, wanted: list[tuple[str, int]], seconds: int, kept: Path, jobs: int | None
) -> list[Recording]:
    """All recordings of a corpus, as they were kept or are made now."""
    if not kept.exists():
        clips = opened(name, jobs)
        corpus = name.partition("=")[0]
        talks = mapped(partial(talk, clips=clips, corpus=corpus, seconds=seconds), wanted, title=corpus, jobs=jobs)
        found = [*talks, *(alone(clips, jobs) if seconds == SECONDS else ())]
        kept.parent.mkdir(parents=True, exist_ok=True)
        with write_whole(kept) as part:
            part.write_bytes(pickle.dumps(found))
    return list(pickle.loads(kept.read_bytes()))


def compare(found: list[Recording], ratios: list[float]) -> None:
    rows = [{"ratio": ratio, **scored(one, told_apart(one, DiarizationSettings(ClusteringSettings(ratio))))}
            for ratio in ratios for one in found]
    table = pd.DataFrame(rows)
    table["right"] = table["speakers"] == table["found"]
    sums = table.groupby(["ratio", "kind"]).sum()
    wrong = sums["missed_s"] + sums["false_s"] + sums["confused_s"]
    each_kind = pd.DataFrame({"DER": 100 * wrong / sums["speech_s"], "number right": sums["right"]})
    print(each_kind.unstack().round(1).to_string())


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how well speakers are told apart.")
    parser.add_argument("corpora", nargs="+", help="NAME=FOLDER")
    parser.add_argument("--each", type=int, default=10, help="conversations of each kind and corpus")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="how long a conversation lasts")
    parser.add_argument("--runs", type=Path, default=Path("runs/conversations"), help="where it is kept what was heard")
    parser.add_argument("--jobs", type=int, help="processes")
    parser.add_argument("--ratio", type=float, nargs="+", help="ratios to compare; nothing is written")
    asked = parser.parse_args()
    usual = asked.seconds == SECONDS
    results = RESULTS / ("conversations.csv" if usual else f"conversations-{asked.seconds}.csv")
    done = pd.read_csv(results) if results.exists() else pd.DataFrame({"corpus": []})
    for name in asked.corpora:
        corpus = name.partition("=")[0]
        if corpus in set(done["corpus"]) and not asked.ratio:
            continue
        wanted = [(kind, number) for kind in KINDS for number in range(asked.each)]
        if corpus == RECOGNISED and usual and not asked.ratio:
            clips = opened(name, asked.jobs)
            rows = list(mapped(partial(recognised, clips=clips, corpus=corpus), wanted, title=corpus, jobs=asked.jobs))
            found = alone(clips, asked.jobs)
        else:
            rows = []
            kept = asked.runs / f"{corpus}-{asked.each}-{asked.seconds}.pickle"
            found = recordings(name, wanted, asked.seconds, kept, asked.jobs)
        if asked.ratio:
            compare(found, asked.ratio)
            continue
        rows += [scored(one, told_apart(one, DiarizationSettings())) for one in found]
        done = pd.concat([done, pd.DataFrame(rows).assign(corpus=corpus)], ignore_index=True)
        write_text(results, done.to_csv(index=False))


if __name__ == "__main__":
    main()
