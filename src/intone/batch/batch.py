"""A batch from its source to its results, and what it will cost."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from intone import labels
from intone.batch import results
from intone.batch.engines import Engine
from intone.batch.journal import Journal
from intone.batch.sources import size
from intone.batch.together import Together
from intone.batch.work import Outcome, Question, analyse, checked
from intone.errors import IntoneError

SAMPLED = 12
"""Recordings that an estimate analyses."""

NAMED = 8
"""Recordings that failed which a tally names at most."""


@dataclass(frozen=True)
class Batch:
    """What is asked of which recordings, and where the results go.

    `people`: who speaks in a recording, where recordings of one person are compared and it is known.
    """

    recordings: Sequence[str]
    to: Path
    question: Question = field(default_factory=Question)
    people: Mapping[str, str] = field(default_factory=dict)

    @property
    def journal(self) -> Path:
        """The file that says what is done."""
        return self.to.with_name(f"{self.to.name}.journal")


@dataclass
class Tally:
    """What a batch came to so far: recordings, those of them that failed, and hours of sound.

    `reasons`: why the first `NAMED` of them failed. `alone`: at its end, the recordings that were to be compared with
    others of the same person, and there is none.
    """

    recordings: int = 0
    failed: int = 0
    hours: float = 0.0
    alone: int = 0
    reasons: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        self.recordings += 1
        self.failed += outcome.failed
        if outcome.failed and len(self.reasons) < NAMED:
            self.reasons.append(f"{outcome.recording}: {outcome.told['error']}")
        self.hours += outcome.duration_s / 3600

    @property
    def times_real_time(self) -> float:
        """Seconds of sound that were analysed in a second."""
        return 3600 * self.hours / max(time.monotonic() - self.started, 1e-9)


def run_batch(batch: Batch, engine: Engine) -> Tally:
    """Answer all recordings and write the results; what an interrupted run has done is not done again.

    Returns the tally of this run. Raises UsageError where the results are there already, or were asked otherwise.
    """
    from tqdm import tqdm

    results.check(batch.to)
    question = checked(batch.question)
    tally = Tally()
    with Journal(batch.journal, question) as journal:
        done = journal.done
        left = [one for one in batch.recordings if one not in done]
        with tqdm(total=len(batch.recordings), initial=len(batch.recordings) - len(left), unit="recording",
                  disable=None) as bar:
            for outcome in engine(question, left) if left else ():
                journal.add(outcome)
                tally.add(outcome)
                bar.set_postfix_str(f"{tally.hours:.1f} h of sound, {tally.times_real_time:.0f} times real time, "
                                    f"{tally.failed} failed", refresh=False)
                bar.update()
        (name,) = question.options.schemes  # `checked` has filled it in
        classes = labels.scheme(name).classes
        if question.same_speaker:
            together = Together(journal, batch.recordings, batch.people, question)
            results.write(batch.to, together.answers(), classes)
            tally.alone = together.alone
        else:
            results.write(batch.to, journal.outcomes(batch.recordings), classes)
        journal.remove()
    return tally


@dataclass(frozen=True)
class Estimate:
    """What a batch will take, from some of its recordings: bytes of all, hours of sound, hours of one core."""

    recordings: int
    bytes: int
    hours: float
    core_hours: float
    failed: int
    sampled: int


def estimate(batch: Batch) -> Estimate:
    """Answer `SAMPLED` of the recordings, evenly chosen, and extrapolate to all of them."""
    results.check(batch.to)
    question = checked(batch.question)
    number = len(batch.recordings)
    chosen = [batch.recordings[i * number // min(SAMPLED, number)] for i in range(min(SAMPLED, number))]
    sizes = [_size(one) for one in chosen]
    analyse(question, chosen[0])  # the first loads the recognizer
    outcomes = [analyse(question, one) for one in chosen]
    share = number / len(chosen)
    return Estimate(number, round(share * sum(sizes)), share * sum(one.duration_s for one in outcomes) / 3600,
                    share * sum(one.cpu_s for one in outcomes) / 3600, sum(one.failed for one in outcomes), len(chosen))


def _size(recording: str) -> int:
    try:
        return size(recording)
    except IntoneError:
        return 0
