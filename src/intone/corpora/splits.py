"""Which speakers test, which validate and which train: five folds by speaker, so that a speaker is tested unseen.

Each corpus states the folds of its speakers (`Corpus.test_fold`, `Corpus.validation_fold`). The clips of a corpus
without folds only train.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intone.corpora.registry import corpora, facts
from intone.errors import CorpusError, UsageError

if TYPE_CHECKING:
    import pandas as pd

FOLDS = range(5)


@dataclass(frozen=True)
class Fold:
    """Speakers as `corpus:actor`: those that test, and those that every choice is made on."""

    number: int
    test: tuple[str, ...]
    validation: tuple[str, ...]


def fold(table: "pd.DataFrame", number: int) -> Fold:
    """Fold 0 to 4 of the speakers in a table of clips.

    A UsageError for another number; a CorpusError where the table has no speaker to test or to validate on.
    """
    if number not in FOLDS:
        raise UsageError(f"There is no fold {number}: choose 0 to 4.")
    pairs = table.drop_duplicates(["corpus", "actor"])[["corpus", "actor"]].itertuples(index=False)
    known = [(f"{name}:{actor}", facts(name), actor) for name, actor in pairs]
    test = tuple(sorted(speaker for speaker, kind, actor in known if kind.test_fold(actor) == number))
    validation = tuple(sorted(speaker for speaker, kind, actor in known if kind.validation_fold(actor) == number))
    if not test or not validation:
        raise CorpusError(f"Fold {number} has {len(test)} speakers to test and {len(validation)} to validate in this "
                          "data: use the complete corpus.")
    if both := set(test) & set(validation):
        raise CorpusError(f"The speaker {min(both)} is in the test and in the validation of fold {number}.")
    return Fold(number, test, validation)


def fold_of(table: "pd.DataFrame") -> "pd.Series[int]":
    """The fold in which each clip's speaker tests; -1 where it never does."""
    numbers = {speaker: one for one in FOLDS for speaker in fold(table, one).test}
    return speakers(table).map(numbers).fillna(-1).astype(int)


def tested_in(name: str, actor: object) -> int | None:
    """The fold in which a speaker of a corpus tests; None where it never does."""
    return facts(name).test_fold(actor)


def tested(table: "pd.DataFrame") -> list[str]:
    """The corpora of a table of which speakers test in some fold, in the order of the registry."""
    pairs = table.drop_duplicates(["corpus", "actor"])[["corpus", "actor"]].itertuples(index=False)
    found = {name for name, actor in pairs if tested_in(name, actor) is not None}
    return [name for name in corpora() if name in found]


def speakers(table: "pd.DataFrame") -> "pd.Series[str]":
    """Each clip's speaker as `corpus:actor`."""
    return table["corpus"] + ":" + table["actor"].astype(str)


def last_speakers(table: "pd.DataFrame", share: float) -> tuple[str, ...]:
    """The last `share` of the speakers of either sex and each corpus, at least one of each that has two or more."""
    chosen: list[str] = []
    for _, group in table.assign(speaker=speakers(table)).groupby(["corpus", "sex"], sort=True):
        actors = list(group.drop_duplicates("speaker").sort_values("actor")["speaker"])
        if len(actors) > 1:
            chosen += actors[-max(1, round(share * len(actors))) :]
    return tuple(chosen)
