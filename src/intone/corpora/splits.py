"""Which speakers test, which validate and which train: five folds by actor, so that a speaker is tested never heard.

The folds of RAVDESS are those of Luna-Jimenez et al. (2022), https://doi.org/10.3390/app12010327, so that systems can
be compared clip by clip; those of CREMA-D are made by the actors' numbers.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intone.errors import CorpusError, UsageError

if TYPE_CHECKING:
    import pandas as pd

FOLDS = range(5)
RAVDESS_TEST = ((2, 5, 14, 15, 16), (3, 6, 7, 13, 18), (10, 11, 12, 19, 20), (8, 17, 21, 23, 24), (1, 4, 9, 22))
RAVDESS_VALIDATION = ((3, 6), (10, 11), (8, 17), (1, 14), (2, 5))


@dataclass(frozen=True)
class Fold:
    """Speakers as `corpus:actor`: those that test, and those that every choice is made on."""

    number: int
    test: tuple[str, ...]
    validation: tuple[str, ...]


def fold(table: "pd.DataFrame", number: int) -> Fold:
    """Fold 0 to 4 of the speakers in a table of RAVDESS and CREMA-D clips.

    A clip of another corpus only trains. A CorpusError where the table has no speaker to test or validate on.
    """
    if number not in FOLDS:
        raise UsageError(f"There is no fold {number}: choose 0 to 4.")
    pairs = table.drop_duplicates(["corpus", "actor"])[["corpus", "actor"]].itertuples(index=False)
    known = [(corpus, actor) for corpus, actor in pairs if corpus in ("ravdess", "crema-d")]
    test = tuple(sorted(f"{corpus}:{actor}" for corpus, actor in known if _tests(corpus, actor, number)))
    validation = tuple(sorted(f"{corpus}:{actor}" for corpus, actor in known if _validates(corpus, actor, number)))
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


def tested_in(corpus: str, actor: int) -> int:
    """The fold in which a speaker of RAVDESS or CREMA-D tests."""
    return next(number for number in FOLDS if _tests(corpus, actor, number))


def _tests(corpus: str, actor: int, number: int) -> bool:
    return actor in RAVDESS_TEST[number] if corpus == "ravdess" else actor % 5 == number


def _validates(corpus: str, actor: int, number: int) -> bool:
    return actor in RAVDESS_VALIDATION[number] if corpus == "ravdess" else actor % 20 == number + 1


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
