"""Folders of recordings -> one table of clips, with the columns `corpus.COLUMNS`.

One row is one recording. A speaker is identified by `corpus` and `actor` together.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from intone.audio.search import audio_files
from intone.corpora.corpus import Corpus
from intone.corpora.registry import corpora
from intone.errors import CorpusError, UsageError
from intone.labels import SEXES, check_sex, scheme

if TYPE_CHECKING:
    import pandas as pd


def described() -> str:
    """`of RAVDESS, of CREMA-D or with a folder for each label`: every kind of folder that is known."""
    return _or(kind.described() for kind in corpora().values())


def stated() -> str:
    """`ravdess=DIR, crema-d=DIR or folder=DIR`: how the kind of a folder is stated."""
    return _or(f"{name}=DIR" for name in corpora())


def _or(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def open_corpus(name: str) -> Corpus:
    """The corpus of `NAME=DIR`, such as `ravdess=DIR`, or of a plain DIR that one of those known recognizes."""
    known = corpora()
    kind, equals, directory = name.partition("=")
    if not name or (kind in known and equals and not directory):  # an empty path would be the current folder
        raise UsageError(f"'{name}' names no folder: give one, or {stated()}.")
    if equals and kind in known:
        root = Path(directory).expanduser()
        audio_files(root)
        return known[kind](root)
    if equals and not Path(name).exists():
        raise UsageError(f"There is no corpus '{kind}': write {', '.join(f'{one}=DIR' for one in known)} or a folder.")
    root = Path(name).expanduser()
    if not audio_files(root):
        raise CorpusError(f"The folder {root} holds no recordings: name one that does.")
    for corpus in known.values():
        if corpus.recognizes(root):
            return corpus(root)
    raise CorpusError(f"The folder {root} is not a corpus that is known: it is no folder {described()}; name another "
                      f"folder, or state its kind as {stated()}.")


def open_corpora(names: Sequence[str]) -> "pd.DataFrame":
    """One table of clips from all the corpora named; the words are those of `open_corpus`."""
    import pandas as pd

    if not names:
        raise UsageError(f"No corpus is named: give a folder, or {stated()}.")
    return pd.concat([open_corpus(name).table() for name in names], ignore_index=True)


def assign(table: "pd.DataFrame", classes: int | str, sex: str = "both") -> "pd.DataFrame":
    """The clips of a table whose emotion is in a scheme and whose speaker is of a sex, in their order.

    Adds the columns `class` (of the scheme) and `label` (`<sex>_<class>`). Clips of a speaker whose sex is unknown are
    dropped. A CorpusError where nothing is left.
    """
    wanted = SEXES if check_sex(sex) == "both" else (sex,)
    named = table.assign(**{"class": table["emotion"].map(scheme(classes).class_of)})
    kept = named[named["sex"].isin(wanted) & named["class"].notna()].reset_index(drop=True)
    if not len(kept):
        raise CorpusError(f"None of the {len(table)} clips has a speaker and an emotion for sex {sex} and {classes} "
                          "classes: choose others, or another corpus.")
    return kept.assign(label=kept["sex"] + "_" + kept["class"])
