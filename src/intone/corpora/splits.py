"""Which speakers test, which validate and which train: five folds by speaker, so that a speaker is tested unseen.

A corpus may state the folds of its speakers (`Corpus.test_fold`, `Corpus.validation_fold`, or the column `fold` of a
table of the user's own). For another one they are made of its speakers, sorted by sex and then by name: the i-th tests
in fold i % 5. Where a corpus states no validation, every third speaker of either sex of those that test in the next
fold validates. A corpus that names fewer than five speakers only trains.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from intone.corpora.corpus import UNKNOWN
from intone.corpora.registry import facts, ordered
from intone.errors import CorpusError, UsageError
from intone.labels import SEXES

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
    people = with_folds(table).assign(speaker=speakers(table)).drop_duplicates("speaker")
    test = tuple(sorted(people.loc[people["fold"] == number, "speaker"]))
    validation = tuple(sorted(speaker for name, own in people.groupby("corpus")
                              for speaker in _validating(str(name), own, number)))
    if (people["fold"] < 0).all():
        named = int((people["actor"] != UNKNOWN).sum())
        raise CorpusError(f"The data names {named} speaker{'s' * (named != 1)}, and five folds by speaker take five or "
                          "more of one corpus: add recordings of others, or say who speaks, by folders or in a table.")
    if not test or not validation:
        raise CorpusError(f"Fold {number} has {len(test)} speakers to test and {len(validation)} to validate in this "
                          "data: use the complete corpus, or one with more speakers.")
    if both := set(test) & set(validation):
        raise CorpusError(f"The speaker {min(both)} is in the test and in the validation of fold {number}.")
    return Fold(number, test, validation)


def with_folds(table: "pd.DataFrame") -> "pd.DataFrame":
    """The table with the column `fold`, in which each clip's speaker tests, -1 for never; as it is where it has them.

    Folds that are made depend on which speakers there are: take them from the whole table, before any are left out.
    """
    if "fold" in table and table["fold"].notna().all():
        return table
    people = table.drop_duplicates(["corpus", "actor"]).reindex(columns=["corpus", "actor", "sex", "fold"])
    folds = {(name, actor): number for name, own in people.groupby("corpus")
             for actor, number in zip(own["actor"], _test_folds(str(name), own), strict=True)}
    return table.assign(fold=[folds[pair] for pair in zip(table["corpus"], table["actor"], strict=True)])


def fold_of(table: "pd.DataFrame") -> "pd.Series[int]":
    """The fold in which each clip's speaker tests; -1 where it never does."""
    return cast("pd.Series[int]", with_folds(table)["fold"])


def tested(table: "pd.DataFrame") -> list[str]:
    """The corpora of a table of which speakers test in some fold, in the order of the registry."""
    return ordered(table.loc[fold_of(table) >= 0, "corpus"])


def _test_folds(name: str, people: "pd.DataFrame") -> list[int]:
    """The test folds of the speakers of a corpus, a row each: those that it states, or else those that are made."""
    if people["fold"].notna().any():
        return [int(number) for number in people["fold"].fillna(-1)]
    stated = [facts(name).test_fold(actor) for actor in people["actor"]]
    if any(number is not None for number in stated):
        return [-1 if number is None else number for number in stated]
    order = sorted((SEXES.index(sex) if sex in SEXES else len(SEXES), str(actor))
                   for actor, sex in zip(people["actor"], people["sex"], strict=True) if actor != UNKNOWN)
    made = {actor: place % len(FOLDS) for place, (_, actor) in enumerate(order) if len(order) >= len(FOLDS)}
    return [made.get(str(actor), -1) for actor in people["actor"]]


def _validating(name: str, people: "pd.DataFrame", number: int) -> list[str]:
    """The speakers of a corpus, a row each, that validate in a fold."""
    kind = facts(name)
    if any(kind.test_fold(actor) is not None for actor in people["actor"]):
        return [speaker for speaker, actor in zip(people["speaker"], people["actor"], strict=True)
                if kind.validation_fold(actor) == number]
    following = people[people["fold"] == (number + 1) % len(FOLDS)]
    return [speaker for _, own in following.groupby("sex", dropna=False) for speaker in sorted(own["speaker"])[::3]]


def speakers(table: "pd.DataFrame") -> "pd.Series[str]":
    """Each clip's speaker as `corpus:actor`."""
    return table["corpus"] + ":" + table["actor"].astype(str)


def last_speakers(table: "pd.DataFrame", share: float) -> tuple[str, ...]:
    """The last `share` of the speakers of either sex and each corpus, at least one of each that has two or more.

    Speakers whose sex is unknown are a group of their own; one that nobody knows (`corpus.UNKNOWN`) is never chosen.
    """
    chosen: list[str] = []
    named = table[table["actor"] != UNKNOWN]
    for _, group in named.assign(speaker=speakers(named)).groupby(["corpus", "sex"], dropna=False):
        actors = list(group.drop_duplicates("speaker").sort_values("actor")["speaker"])
        if len(actors) > 1:
            chosen += actors[-max(1, round(share * len(actors))) :]
    return tuple(chosen)
