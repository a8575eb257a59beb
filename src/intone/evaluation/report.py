"""Out-of-fold predictions -> metrics -> tables.

An out-of-fold prediction is a row of a table: a clip that was recognised once, by a network to which its speaker is
unseen. It has the columns clip, fold, actor, truth, and one probability for each class, all empty where the clip was
refused; `sex`, as recognised, and `ood_score` may be there as well. Every metric is computed from these rows alone, so
that everything can be computed again from their files.

Tables are markdown, in percent, with 95 % intervals over speakers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone.errors import CorpusError
from intone.evaluation import metrics
from intone.evaluation.metrics import Interval
from intone.labels import Scheme
from intone.recognition.scoring import classes_of

if TYPE_CHECKING:
    import pandas as pd


MAJORITY = "majority class ({})"
"""The name of the majority-class baseline in tables."""


@dataclass(frozen=True)
class Answers:
    """Out-of-fold predictions in the classes of a scheme.

    `truth` and `given` are indices of `classes`, (clips,): the label of each clip and the answer; a refusal is given as
    `len(classes)`. `confident` is the probability of the answer, 0 of a refusal. `speaker` are indices of `speakers`,
    (clips,), which are actors as text.
    """

    classes: tuple[str, ...]
    truth: NDArray[np.intp]
    given: NDArray[np.intp]
    confident: NDArray[np.float64]
    speakers: tuple[str, ...]
    speaker: NDArray[np.intp]

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether each clip was answered right, (clips,)."""
        return np.asarray(self.given == self.truth)

    @property
    def refused(self) -> NDArray[np.bool_]:
        """Whether each clip got no answer, (clips,)."""
        return np.asarray(self.given == len(self.classes))

    @property
    def by_speaker(self) -> NDArray[np.float64]:
        """The counts of each speaker, (speakers, classes, classes + 1), as `metrics.counts`."""
        table = np.zeros((len(self.speakers), len(self.classes), len(self.classes) + 1))
        np.add.at(table, (self.speaker, self.truth, self.given), 1)
        return table


def answers(rows: "pd.DataFrame", scheme: Scheme | None = None, *, free: bool = False) -> Answers:
    """Out-of-fold predictions as answers; those of eight emotions can be summed to the classes of another scheme.

    Clips whose emotion is outside the scheme are left out, and the probabilities inside it are normalised. Classes that
    never occur in the truth are left out in the same way, as calm in CREMA-D, unless the answer is `free`.
    """
    classes = classes_of(rows)
    masses, truth = rows[list(classes)].to_numpy(float), rows["truth"]
    if scheme is not None and scheme.classes != classes:
        classes, masses, truth = scheme.classes, scheme.sums(masses), truth.map(scheme.class_of)
    kept = truth.notna().to_numpy()
    names = [str(name) for name in truth[kept]]
    occurring = [i for i, name in enumerate(classes) if free or name in set(names)]
    index = {classes[i]: number for number, i in enumerate(occurring)}
    shares = masses[kept][:, occurring]
    with np.errstate(invalid="ignore"):  # no mass inside the scheme is no answer in it
        shares = shares / shares.sum(axis=1, keepdims=True)
    refused = ~np.isfinite(shares).all(axis=1)
    shares[refused] = 0
    speakers, speaker = np.unique([str(one) for one in rows["actor"][kept]], return_inverse=True)
    given = np.where(refused, len(index), shares.argmax(axis=1))
    return Answers(tuple(index), np.array([index[name] for name in names], np.intp), given, shares.max(axis=1),
                   tuple(map(str, speakers)), speaker)


@dataclass(frozen=True)
class Summary:
    """The metrics of some out-of-fold predictions, as shares of 1. `by_class` has recalls, `by_sex` UARs.

    `gap` is the women's UAR minus the men's; None where only one of them speaks.
    """

    clips: int
    refused: int
    accuracy: Interval
    uar: Interval
    macro_f1: Interval
    by_class: Mapping[str, float]
    by_sex: Mapping[str, float]
    gap: Interval | None
    ece: float
    majority: float
    majority_class: str


def summarize(rows: "pd.DataFrame", scheme: Scheme | None = None, sexes: Mapping[str, str] | None = None) -> Summary:
    """The metrics of out-of-fold predictions, summed to the classes of a scheme where one is given (see `answers`).

    `sexes` maps actors (as text) to sexes, as the table of clips has them; without it, or for a speaker that it lacks,
    nothing is said of women and men.
    """
    found = answers(rows, scheme)
    by_speaker = found.by_speaker
    of = {sex: by_speaker * chosen[:, None, None] for sex, chosen in _by_sex(found.speakers, sexes).items()}
    everything = by_speaker.sum(axis=0)
    most = int(everything.sum(axis=1).argmax())
    return Summary(
        len(found.truth), int(found.refused.sum()), metrics.over_speakers(metrics.accuracy, by_speaker),
        metrics.over_speakers(metrics.uar, by_speaker), metrics.over_speakers(metrics.macro_f1, by_speaker),
        {name: float(share) for name, share in zip(found.classes, metrics.recalls(everything), strict=True)},
        {sex: float(metrics.uar(table.sum(axis=0))) for sex, table in of.items()},
        metrics.difference(metrics.uar, of["female"], of["male"]) if len(of) == 2 else None,
        metrics.calibration_error(found.confident[~found.refused], found.right[~found.refused]),
        float(everything[most].sum() / len(found.truth)), found.classes[most],
    )


def _by_sex(speakers: Sequence[str], sexes: Mapping[str, str] | None) -> dict[str, NDArray[np.bool_]]:
    """Which of the speakers are of each sex that occurs."""
    of = [(sexes or {}).get(speaker, "") for speaker in speakers]
    return {sex: np.array([one == sex for one in of]) for sex in sorted({*of} - {""})}


def difference(one: Answers, other: Answers) -> Interval:
    """The UAR of one system minus that of another on the same clips, paired: both get the same draws of speakers.

    A CorpusError where the clips are not the same.
    """
    first, second = one.by_speaker, other.by_speaker
    if one.speakers != other.speakers or one.classes != other.classes or (first.sum(-1) != second.sum(-1)).any():
        raise CorpusError("Two systems can be compared on the same clips only: these have other speakers or classes.")
    return metrics.difference(metrics.uar, first, second)


def to_markdown(summaries: Mapping[str, Summary]) -> str:
    """A table of summaries, a line each, and the majority row below: in percent, with 95 % intervals over speakers."""
    heads = ("recognizer", "clips", "accuracy", "UAR", "macro-F1", "UAR women", "UAR men", "women - men", "ECE",
             "refused")
    return table(heads, [[name, *_cells(one)] for name, one in summaries.items()]
                 + [pad(row, len(heads)) for row in majority_rows(summaries.values())])


def _cells(one: Summary) -> list[str]:
    sexes = [percent(one.by_sex[sex]) if sex in one.by_sex else "-" for sex in ("female", "male")]
    return [str(one.clips), *(interval(value) for value in (one.accuracy, one.uar, one.macro_f1)), *sexes,
            "-" if one.gap is None else signed(one.gap), percent(one.ece), str(one.refused)]


def majority_rows(summaries: Iterable[Summary]) -> list[list[str]]:
    """Name, clips, accuracy and UAR of the majority-class baseline, once for each set of clips."""
    known = dict.fromkeys((one.majority_class, one.clips, round(one.majority, 4), len(one.by_class))
                          for one in summaries)
    return [[MAJORITY.format(most), str(clips), percent(share), percent(1 / number)]
            for most, clips, share, number in known]


def class_table(summary: Summary) -> str:
    """Recall of every class in percent, as a table."""
    return table(tuple(summary.by_class), [[percent(share) for share in summary.by_class.values()]], text=0)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], text: int = 1) -> str:
    """A markdown table whose first `text` columns are aligned to the left, the others to the right."""
    lines = [heads, *rows]
    ruler = f"|{'---|' * text}{'---:|' * (len(heads) - text)}"
    first, *others = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([first, ruler, *others]) + "\n"


def pad(row: Sequence[str], columns: int) -> list[str]:
    """A row filled up with "-"."""
    return [*row, *["-"] * (columns - len(row))]


def percent(share: float) -> str:
    """A share of 1 in percent, to a tenth."""
    return f"{100 * share:.1f}"


def interval(one: Interval) -> str:
    """`81.8 (78.1-85.0)`, in percent."""
    return f"{percent(one.value)} ({percent(one.low)}-{percent(one.high)})"


def signed(one: Interval) -> str:
    """`+1.2 (-0.3 to +2.8)`, in points of a hundred: a difference."""
    value, low, high = (f"{100 * share + 0.0:+.1f}" for share in (one.value, one.low, one.high))
    return f"{value} ({low} to {high})"
