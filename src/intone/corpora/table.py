"""The table of clips, and how a corpus is named.

One row is one recording. A speaker is identified by `corpus` and `actor` together.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from intone.audio.search import audio_files
from intone.errors import CorpusError, UsageError
from intone.labels import SEXES, check_sex, scheme

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("clip", "path", "corpus", "actor", "sex", "age", "emotion", "intensity", "vocal", "statement", "repetition")
"""clip: the file name without its suffix. actor: a number, or a folder's name. sex: male, female or missing.
age: years, or missing. emotion: one of `labels.EMOTIONS`. intensity: as the corpus names it, or missing.
vocal: speech or song. statement, repetition: as the corpus numbers them, or missing."""


class Corpus:
    """A folder of recordings with labels. Subclasses set `name` and say how a file becomes a row."""

    name: ClassVar[str]

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def recognizes(cls, root: Path) -> bool:
        """Whether a folder looks like this corpus."""
        raise NotImplementedError

    def row(self, path: Path) -> dict[str, object] | None:
        """One row of the table, without `path` and `corpus`; None for a file that is not one of the corpus."""
        raise NotImplementedError

    def files(self) -> list[Path]:
        """Every audio file below the root, sorted by path."""
        return audio_files(self.root)

    def table(self) -> "pd.DataFrame":
        """All clips, sorted by file name, as a table with `COLUMNS`; a CorpusError where there are none."""
        import pandas as pd  # half a second that other commands do not need

        rows = []
        for path in self.files():
            row = self.row(path)
            if row is not None and any("\udc80" <= letter <= "\udcff" for letter in str(path)):
                raise CorpusError(f"The name {str(path)!a} is not UTF-8: rename it.")
            if row is not None:
                rows.append({"clip": path.stem, "path": str(path), "corpus": self.name, **row})
        if not rows:
            raise CorpusError(f"The folder {self.root} holds no clip of {self.name}: name the folder that holds its "
                              "recordings.")
        table = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(["clip", "path"], ignore_index=True)
        doubled = table.loc[table["clip"].duplicated(), "clip"].tolist() if self.name != "folder" else []
        if doubled:
            raise CorpusError(f"The folder {self.root} holds {doubled[0]} more than once ({len(doubled)} such names): "
                              "leave one copy of each recording.")
        return table


def known_corpora() -> dict[str, type[Corpus]]:
    """Every kind of corpus by its name, in the order in which a plain folder is tried."""
    from intone.corpora import CremaD, LabelFolders, Ravdess  # they import this module

    return {corpus.name: corpus for corpus in (Ravdess, CremaD, LabelFolders)}


def open_corpus(name: str) -> Corpus:
    """The corpus of `ravdess=DIR`, `crema-d=DIR`, `folder=DIR`, or of a plain DIR that one of them recognizes."""
    known = known_corpora()
    kind, equals, directory = name.partition("=")
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
    raise CorpusError(f"The folder {root} is not a corpus that is known: its files are not named as in RAVDESS or "
                      "CREMA-D, and its folders are not named after emotions; name another folder, or "
                      "ravdess=DIR, crema-d=DIR or folder=DIR.")


def open_corpora(names: Sequence[str]) -> "pd.DataFrame":
    """One table of clips from all the corpora named; the words are those of `open_corpus`."""
    import pandas as pd

    if not names:
        raise UsageError("No corpus is named: give a folder, or ravdess=DIR, crema-d=DIR or folder=DIR.")
    return pd.concat([open_corpus(name).table() for name in names], ignore_index=True)


def assign(table: "pd.DataFrame", classes: int | str, sex: str = "both") -> "pd.DataFrame":
    """The clips of a table that a scheme and a sex keep, in their order, with their class and label.

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
