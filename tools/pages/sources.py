"""Recordings of one source by many people, such as one microphone or one place: what judging them together would gain.

Nothing of this is in intone: the table shows why. Each correction is tried on the answers about corpora that were left
out of the training (`committed.LEFT_OUT`), each as one source of which no label is known. What a correction finds is
applied by half.

* Prior by expectation maximisation: the emotions of the source are as frequent as the answers say, with a Dirichlet
  prior of as many clips as there are, evenly mixed (Saerens et al. 2002, https://doi.org/10.1162/089976602753284446).
* Division by the mean: the emotions of the source are evenly mixed.
* Offset of the source: that of `recognition.adaptation`, with the source in place of the speaker.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intone.corpora.registry import facts, ordered
from intone.evaluation import metrics
from intone.evaluation.report import Answers, answers, percent, table
from intone.labels import EMOTIONS, scheme
from intone.recognition.adaptation import Adaptation, adapted, offset_of_clips
from intone.training.ensemble import LEAST, means_of
from pages.committed import LEFT_OUT, Results
from pages.systems import settings

Shares = NDArray[np.float64]
"""Probabilities (clips, emotions) of the clips of a source."""

CLIPS = 100
"""Clips of a source with one emotion, or with one for four fifths of them."""

_ROUNDS = 20


def same_source(results: Results) -> str:
    """UAR of each left-out corpus and their means, and how many answers are right where a source is not even."""
    corpora = {name: results.rows(file).dropna(subset=list(EMOTIONS)).reset_index(drop=True)
               for name, file in results.corpora(LEFT_OUT).items()}
    names = ordered(corpora)
    heads = ("correction", *(facts(name).title for name in names), "mean", "mean: 8 classes", "mean: 2 classes",
             "four fifths one emotion", "one emotion")
    lines = [[title, *(percent(one) for one in _scores(corpora, names, correct))]
             for title, correct in _corrections(corpora).items()]
    return table(heads, lines)


Correction = Callable[[Shares, str], Shares]
"""From the answers about a source, and its corpus, to those that are corrected."""


def _corrections(corpora: dict[str, pd.DataFrame]) -> dict[str, Correction]:
    means = {name: _means(corpora, name) for name in corpora}
    return {"none": lambda shares, _: shares, "prior by expectation maximisation": lambda shares, _: by_prior(shares),
            "division by the mean": lambda shares, _: by_mean(shares),
            "offset of the source": lambda shares, name: by_offset(shares, means[name])}


def by_prior(shares: Shares) -> Shares:
    """Answers with the prior of the source by expectation maximisation, half of it on a log scale."""
    prior = np.ones(shares.shape[1])
    for _ in range(_ROUNDS):
        mean = _normal(shares * prior).mean(axis=0) * len(prior)
        prior = (mean + 1) / 2
    return _normal(shares * np.sqrt(prior))


def by_mean(shares: Shares) -> Shares:
    """Answers divided by their mean over the source, half of it on a log scale."""
    return _normal(shares / np.sqrt(np.maximum(shares.mean(axis=0), LEAST)))


def by_offset(shares: Shares, means: tuple[tuple[float, ...], ...]) -> Shares:
    """Answers without half of what the clips of the source have in common beyond the means of their emotions."""
    logs = np.log(np.maximum(shares, LEAST))
    evidence = np.stack([logs, logs], axis=1)[:, np.newaxis]
    adaptation = Adaptation((1.0,), (means,))
    offset = offset_of_clips(adaptation, evidence)
    return adapted(adaptation, evidence, replace(offset, share=offset.share / 2))


def _means(corpora: dict[str, pd.DataFrame], left_out: str) -> tuple[tuple[float, ...], ...]:
    """The means of the emotions from the other corpora that were left out, without those for evaluation only."""
    others = [rows.assign(actor=name + rows["actor"].astype(str)) for name, rows in corpora.items()
              if name != left_out and name in settings().data]
    return means_of(pd.concat(others, ignore_index=True), EMOTIONS)


def _normal(shares: Shares) -> Shares:
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _scores(corpora: dict[str, pd.DataFrame], names: list[str], correct: Correction) -> Iterator[float]:
    whole = [_corrected(corpora[name], name, correct) for name in names]
    own = [_uar(answers(_own(rows, set(rows["truth"])), free=True)) for rows in whole]
    yield from (*own, float(np.mean(own)))
    yield float(np.mean([_uar(answers(rows, free=True)) for rows in whole]))
    yield float(np.mean([_uar(answers(rows, scheme("2"))) for rows in whole]))
    for share in (0.8, 1.0):
        yield float(np.mean([_one_sided(corpora[name], name, correct, share) for name in names]))


def _corrected(rows: pd.DataFrame, name: str, correct: Correction) -> pd.DataFrame:
    emotions = list(EMOTIONS)
    return rows.assign(**dict(zip(emotions, correct(rows[emotions].to_numpy(float), name).T, strict=True)))


def _own(rows: pd.DataFrame, own: set[str]) -> pd.DataFrame:
    """The answers among the emotions of a corpus, with calm as neutral where it has no calm (`evaluation.unseen`)."""
    if "neutral" in own and "calm" not in own:
        rows = rows.assign(neutral=rows["neutral"] + rows["calm"])
    return rows.assign(**{name: 0.0 for name in EMOTIONS if name not in own})


def _uar(found: Answers) -> float:
    return float(metrics.uar(found.by_speaker.sum(axis=0)))


def _one_sided(rows: pd.DataFrame, name: str, correct: Correction, share: float) -> float:
    """How many answers are right where a share of the clips has the same emotion: the mean over the emotions."""
    rng, found, own = np.random.default_rng(0), [], set(rows["truth"])
    for emotion in sorted(own):
        has, most = rows["truth"].to_numpy() == emotion, round(share * CLIPS)
        chosen = np.concatenate([rng.permutation(np.flatnonzero(has))[:most],
                                 rng.permutation(np.flatnonzero(~has))[: CLIPS - most]])
        found.append(answers(_own(_corrected(rows.iloc[chosen], name, correct), own), free=True).right.mean())
    return float(np.mean(found))
