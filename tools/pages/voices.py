"""Several recordings of one person: what the answers gain, by how many there are, how they are mixed, and where."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intone.corpora.registry import facts, ordered
from intone.evaluation.report import percent, table
from intone.labels import EMOTIONS
from intone.recognition.adaptation import Adaptation, Offset, adapted, offset_of_clips, offset_of_emotion
from intone.recognition.calibration import temperature_scaled
from intone.training.ensemble import LEAST, means_of
from pages.committed import LEFT_OUT, Results
from pages.systems import settings

WEIGHTS = (0.4, 0.6)
"""Those of `tools/bundle.py`, which imports PyTorch."""

MEMBERS = ("tuned", "probe")
NUMBERS = (1, 2, 5, 10, 20)
CLIPS = 900
"""Clips of a left-out corpus that are answered, at most, drawn at random."""

NEUTRAL, CALM, SAD = (EMOTIONS.index(name) for name in ("neutral", "calm", "sad"))

Clips = NDArray[np.int64]
Draw = Callable[["Voices", int, int, np.random.Generator], Clips]
"""From recordings and one of them to a number of others of its speaker, or to all that there are."""


def at_random(voices: "Voices", row: int, number: int, rng: np.random.Generator) -> Clips:
    """Of all emotions, as they come."""
    return np.asarray(rng.permutation(voices.others(row))[:number])


def of_its_own(share: float) -> Draw:
    """A share of the emotion of the recording itself, the rest of the others."""

    def drawn(voices: "Voices", row: int, number: int, rng: np.random.Generator) -> Clips:
        every, same = voices.others(row), voices.others(row, voices.truth[row])
        own = round(share * number)
        return np.concatenate([rng.permutation(same)[:own], rng.permutation(np.setdiff1d(every, same))[: number - own]])

    return drawn


def all_of(emotion: int) -> Draw:
    """All of one emotion."""
    return lambda voices, row, number, rng: np.asarray(rng.permutation(voices.others(row, emotion))[:number])


MIXTURES: Sequence[tuple[str, Draw, Sequence[int]]] = (
    ("of all emotions, as they come", at_random, NUMBERS),
    ("half of them of its own emotion", of_its_own(0.5), (2, 10)),
    ("four fifths of its own emotion", of_its_own(0.8), (5, 10)),
    ("all of its own emotion", of_its_own(1.0), (1, 2, 5, 10)),
    ("all sad", all_of(SAD), (1, 2, 5)),
    ("all neutral", all_of(NEUTRAL), (1, 2)),
)


def voices(results: Results) -> str:
    """UAR of RAVDESS with other recordings of the same speaker, by how they are mixed and how many there are."""
    found = of_folds(results)
    lines = [["none", percent(found.score(0, at_random)), *["-"] * len(NUMBERS)]]
    known = ("all neutral, and known to be", all_of(NEUTRAL), (1, 2))
    for what, draw, numbers in (*MIXTURES, known):
        emotion = NEUTRAL if what == known[0] else None
        lines.append([what, "-", *(percent(found.score(number, draw, emotion)) if number in numbers else "-"
                                   for number in NUMBERS)])
    return table(("the other recordings of the speaker", "0", *map(str, NUMBERS)), lines)


def elsewhere(results: Results) -> str:
    """UAR of each corpus that was left out, among its own emotions, with other recordings of the same speaker."""
    names = ordered(results.corpora(LEFT_OUT))
    asked: Sequence[tuple[str, Draw, int]] = (
        ("none", at_random, 0), ("5 as they come", at_random, 5), ("20 as they come", at_random, 20),
        ("10, four fifths of its own emotion", of_its_own(0.8), 10),
        ("10, all of its own emotion", of_its_own(1.0), 10))
    found = {name: of_corpus(results, name) for name in names}
    lines = [[facts(name).title, *(percent(found[name].score(number, draw)) for _, draw, number in asked)]
             for name in names]
    return table(("corpus", *(what for what, _, _ in asked)), lines)


def of_folds(results: Results) -> "Voices":
    """The out-of-fold evidence of both members about every clip of RAVDESS."""
    probe = results.csv("voices/probe").sort_values("clip", ignore_index=True)
    tuned = results.rows("members/tuned/folds/ravdess").sort_values("clip", ignore_index=True)
    assert list(probe["clip"]) == list(tuned["clip"])
    own = np.stack([probe[[f"{kind}_{name}" for name in EMOTIONS]].to_numpy(float)
                    for kind in ("plain", "relative")], axis=1)
    means = _means(results, "tuned", "folds", ("ravdess", "crema-d"))
    by_fold = {int(fold): Adaptation(WEIGHTS, (means, tuple(map(tuple, one))))
               for fold, one in results.json("voices/means").items()}
    return Voices(np.stack([_twice(tuned), own], axis=1), probe["truth"], probe["actor"],
                  [by_fold[int(fold)] for fold in probe["fold"]])


def of_corpus(results: Results, corpus: str) -> "Voices":
    """What both members say of a corpus that was left out; the logarithm of their probabilities is the evidence."""
    first, *others = [results.rows(f"members/{member}/unseen/{corpus}").dropna(subset=list(EMOTIONS))
                      .sort_values("clip", ignore_index=True) for member in MEMBERS]
    assert all(list(first["clip"]) == list(one["clip"]) for one in others)
    known = [name for name in results.corpora(LEFT_OUT) if name != corpus and name in settings().data]
    adaptation = Adaptation(WEIGHTS, tuple(_means(results, member, "unseen", known) for member in MEMBERS))
    return Voices(np.stack([_twice(one) for one in (first, *others)], axis=1), first["truth"], first["actor"],
                  [adaptation] * len(first), CLIPS)


class Voices:
    """Clips with their evidence (clips, members, 2, emotions), emotions and speakers; at most `most` are answered."""

    def __init__(
        self, evidence: NDArray[np.float64], truth: "pd.Series[str]", speakers: "pd.Series[str]",
        adaptations: Sequence[Adaptation], most: int | None = None,
    ) -> None:
        self.evidence, self.truth = evidence, truth.map(EMOTIONS.index).to_numpy()
        self._speakers, self._adaptations = speakers.to_numpy(), adaptations
        self._of = {one: np.flatnonzero(self._speakers == one) for one in set(self._speakers)}
        drawn = np.random.default_rng(0).permutation(len(truth)) if most else np.arange(len(truth))
        self._rows = [int(row) for row in np.sort(drawn[:most])]

    def others(self, row: int, emotion: int | None = None) -> Clips:
        """The other clips of the speaker of a clip, or those of an emotion."""
        found = self._of[self._speakers[row]]
        found = found[found != row]
        return found if emotion is None else found[self.truth[found] == emotion]

    def score(self, number: int, draw: Draw, known: int | None = None) -> float:
        """UAR where clips are answered with `number` others of their speaker, of a known emotion or of unknown ones."""
        rng, found = np.random.default_rng(0), []
        own = sorted(set(self.truth))
        for row in self._rows:
            adaptation, chosen = self._adaptations[row], draw(self, row, number, rng)
            offset: Offset | None = None
            if len(chosen):
                offset = (offset_of_clips(adaptation, self.evidence[[row, *chosen]]) if known is None else
                          offset_of_emotion(adaptation, self.evidence[chosen], known))
            found.append(adapted(adaptation, self.evidence[[row]], offset)[0])
        shares = temperature_scaled(np.array(found), settings().temperature)
        if NEUTRAL in own and CALM not in own:
            shares[:, NEUTRAL] += shares[:, CALM]
        answers, truth = np.array(own)[shares[:, own].argmax(axis=1)], self.truth[self._rows]
        return float(np.mean([(answers[truth == one] == one).mean() for one in own]))


def _twice(rows: pd.DataFrame) -> NDArray[np.float64]:
    """The evidence of a member that has none of its own."""
    logs = np.log(np.maximum(rows[list(EMOTIONS)].to_numpy(float), LEAST))
    return np.stack([logs, logs], axis=1)


def _means(results: Results, member: str, kind: str, corpora: Sequence[str]) -> tuple[tuple[float, ...], ...]:
    rows = [results.rows(f"members/{member}/{kind}/{name}") for name in corpora]
    return means_of(pd.concat([one.assign(actor=name + one["actor"].astype(str))
                               for name, one in zip(corpora, rows, strict=True)], ignore_index=True), EMOTIONS)
