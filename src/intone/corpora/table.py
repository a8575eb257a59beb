"""Folders of recordings -> one table of clips, with the columns `corpus.COLUMNS`.

One row is one recording. A speaker is identified by `corpus` and `actor` together.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intone.audio.search import search
from intone.corpora.corpus import Corpus
from intone.corpora.csv_table import CsvTable
from intone.corpora.emotions import PLAIN, Words
from intone.corpora.registry import corpora
from intone.corpora.splits import with_folds
from intone.errors import CorpusError, UsageError
from intone.labels import SEXES, check_sex, scheme
from intone.tables import is_table

if TYPE_CHECKING:
    import pandas as pd


def described() -> str:
    """`of RAVDESS, of CREMA-D or with a folder for each label`: every kind of folder that is known."""
    return _or(kind.described() for kind in corpora().values())


def stated() -> str:
    """`ravdess=DIR, ..., table=FILE.csv or folder=DIR`: how the kind of a folder is stated."""
    return _or(kind.stated() for kind in corpora().values())


def _or(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def open_corpus(name: str, words: Words = PLAIN) -> Corpus:
    """The corpus of `NAME=DIR`, such as `ravdess=DIR`, or of a plain DIR that one of those known recognizes.

    A plain FILE.csv, or another file with the suffix of a table, is a table. `words` say how labels are read.
    """
    known = corpora()
    kind, equals, directory = name.partition("=")
    if not name or (kind in known and equals and not directory):  # an empty path would be the current folder
        raise UsageError(f"'{name}' names no folder: give one, or {stated()}.")
    if equals and kind in known:
        corpus = known[kind](Path(directory).expanduser(), words)
        corpus.files()  # an error where there is nothing
        return corpus
    if equals and not Path(name).exists():
        raise UsageError(f"There is no corpus '{kind}': write {', '.join(one.stated() for one in known.values())} or a "
                         "folder.")
    root = Path(name).expanduser()
    if is_table(root.name) and not root.is_dir():
        return open_corpus(f"{CsvTable.name}={name}", words)
    searched = search(root)
    if not searched.recordings:
        raise CorpusError(" ".join(searched.notes) or f"The folder {root} holds no recordings: name one that does.")
    for candidate in known.values():
        if candidate.recognizes(root):
            return candidate(root, words)
    raise CorpusError(f"The folder {root} is not a corpus that is known: it is no folder {described()}; name another "
                      f"folder, or state its kind as {stated()}.")


def open_corpora(names: Sequence[str], words: Words = PLAIN) -> "pd.DataFrame":
    """One table of clips from all the corpora named, with folds; names and words are those of `open_corpus`."""
    import pandas as pd

    if not names:
        raise UsageError(f"No corpus is named: give a folder, or {stated()}.")
    return with_folds(pd.concat([open_corpus(name, words).table() for name in names], ignore_index=True))


def left_out(names: Sequence[str]) -> bool:
    """Whether anything in the folders of some corpora looks like a recording and cannot be read."""
    return any(open_corpus(name).search().notes for name in names)


def assign(table: "pd.DataFrame", classes: int | str, sex: str = "both") -> "pd.DataFrame":
    """The clips of a table whose emotion is in a scheme and whose speaker is of a sex, in their order.

    Adds the columns `class` (of the scheme) and `label` (`<sex>_<class>`). Clips of a speaker whose sex is unknown have
    no label (it is missing), and are dropped where one sex is asked for. A CorpusError where nothing is left.
    """
    named = table.assign(**{"class": table["emotion"].map(scheme(classes).class_of)}).dropna(subset=["class"])
    kept = (named if check_sex(sex) == "both" else named[named["sex"] == sex]).reset_index(drop=True)
    if not len(kept):
        why = "" if sex == "both" else sexless(table)
        raise CorpusError(f"None of the {len(table)} clips has a speaker and an emotion for sex {sex} and {classes} "
                          f"classes: choose others, or another corpus. {why}".rstrip())
    labels: list[Any] = [f"{own}_{name}" if own in SEXES else None
                         for own, name in zip(kept["sex"], kept["class"], strict=True)]
    return kept.assign(label=labels)


def labelled(assigned: "pd.DataFrame") -> "pd.DataFrame":
    """The clips of `assign` that have a label, in their order; a CorpusError where there are none."""
    kept = assigned.dropna(subset=["label"]).reset_index(drop=True)
    if not len(kept):
        raise CorpusError(sexless(assigned))
    return kept


def sexless(table: "pd.DataFrame", *, tested: bool = False) -> str:
    """The sentence that counts the clips of speakers whose sex is unknown; empty where there are none.

    It says that they are left out, or, where they may be `tested`, that they are not trained on.
    """
    found = table[table["sex"].isna()]
    if not len(found):
        return ""
    speakers = found.groupby(["corpus", "actor"]).ngroups
    become, use = ("are not trained on", "train on") if tested else ("are left out", "use")
    return (f"The sex of {speakers} speaker{'s' * (speakers != 1)} is not known, and a label is a sex and an emotion: "
            f"{len(found)} of {len(table)} clips {become}; state the sex in a table of the recordings "
            f"({CsvTable.stated()}) to {use} them.")
