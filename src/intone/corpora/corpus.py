"""What a corpus is: a folder of recordings with labels, and everything that is known of it.

A corpus of its own module states its facts as class attributes and overrides what differs. Whatever needs a fact
(`check`, the folds, the licence of a trained model, how often training draws a clip) asks the class, by way of
`registry`; nothing else knows a corpus by name.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from intone.audio.search import Found, search
from intone.corpora.emotions import PLAIN, Words
from intone.errors import CorpusError
from intone.labels import EMOTIONS, Sex

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("clip", "path", "corpus", "actor", "sex", "age", "emotion", "intensity", "vocal", "statement", "repetition",
           "fold")
"""clip: the file name without its suffix. actor: the speaker, a number or a name. sex: male, female or missing.
age: years, or missing. emotion: one of `labels.EMOTIONS`. intensity: as the corpus names it, or missing.
vocal: speech or song. statement, repetition: as the corpus numbers them, or missing. fold: the one in which the speaker
tests, 0 to 4; -1 for a speaker that never does, and missing where `splits.with_folds` has not filled it in."""

VOTES = tuple(f"votes_{emotion}" for emotion in EMOTIONS)
"""Columns that a table has besides where listeners judged clips: how many, or which share of them, chose each emotion.

A clip has all eight, with 0 for an emotion that nobody chose or could choose; a clip without votes has none."""

UNKNOWN = "unknown"
"""The actor of clips of which nobody knows who speaks: they count as one speaker, that only trains."""

_NAMED = 8
"""Labels that a sentence names at most."""

_HINT = "--emotion WORD=EMOTION says what a word stands for."

Severity = Literal["problem", "warning", "known"]


@dataclass(frozen=True)
class Finding:
    """One thing that a check found. `files` are paths relative to the root; for "missing", the names expected there.

    `kind` is one of `check.TITLES`. `reason` is empty where the kind says it all; `count` is the number of files, or
    of groups of equal ones.
    """

    severity: Severity
    kind: str
    files: tuple[str, ...]
    reason: str = ""
    count: int = 1

    def __str__(self) -> str:
        files = self.files
        if self.kind == "missing":
            more = f" and {len(files) - 3} more" if len(files) > 3 else ""
            return self.reason + (f": {', '.join(files[:3])}{more}" if files else "")
        return ": ".join(part for part in (" = ".join(files), self.reason) if part)


class Corpus:
    """A folder of recordings with labels.

    A subclass states `name`, `title` and `licence`, and defines `recognizes` and `row`. All other facts have a value
    that is right for a corpus of which nothing else is known: it only trains.
    """

    name: ClassVar[str]
    """The word that names it on the command line and in the table of clips."""

    title: ClassVar[str]
    """Its name in sentences."""

    licence: ClassVar[str]
    """The licence of its recordings, which the weights of a model trained on them carry."""

    unique_names: ClassVar[bool] = True
    """Whether a file name stands for one recording only. Where speakers share names their folders tell them apart."""

    left_out: ClassVar[frozenset[str]] = frozenset()
    """Names of recordings that the publisher's copy has and that are of no use: they are not in the table."""

    known_stereo: ClassVar[frozenset[str]] = frozenset()
    """Names of recordings that the publisher's copy has in stereo."""

    known_silent: ClassVar[frozenset[str]] = frozenset()
    """Names of recordings that are silent in the publisher's copy."""

    known_equal: ClassVar[frozenset[frozenset[str]]] = frozenset()
    """Sets of names among which recordings are equal in the publisher's copy."""

    draws: ClassVar[Mapping[str, int]] = {}
    """How often an epoch takes each clip, by vocal channel ("speech", "song").

    Empty: an epoch takes as many random clips as the recipe's `others` allows.
    """

    cleaned_as: ClassVar[str | None] = None
    """The corpus that its cleaned clips are, where that is another one."""

    def __init__(self, root: Path, words: Words = PLAIN) -> None:
        self.root = root
        self.words = words

    @classmethod
    def described(cls) -> str:
        """How a folder of it is described after the words "a folder"."""
        return f"of {cls.title}"

    @classmethod
    def stated(cls) -> str:
        """How it is stated on the command line."""
        return f"{cls.name}=DIR"

    @classmethod
    def file_suffix(cls) -> str:
        """What the files with its results have behind their name, as `out-of-fold-crema-d.csv` has `-crema-d`."""
        return f"-{cls.name}"

    @classmethod
    def recognizes(cls, root: Path) -> bool:
        """Whether a folder looks like this corpus."""
        raise NotImplementedError

    def row(self, path: Path) -> dict[str, object] | None:
        """One row of the table, without `clip`, `path` and `corpus`; None for a file that is not one of the corpus."""
        raise NotImplementedError

    def unknown_label(self, path: Path) -> str | None:
        """The label of a recording where it stands for no emotion, so that `row` leaves it out; None for any other."""
        del path
        return None

    def place(self, path: Path) -> str:
        """Where a person finds the label of a recording."""
        return self.relative(path)

    def sort(self, path: Path) -> tuple[str, str] | Finding:
        """The group and the member under which `check` counts a recording, or what is wrong with its name."""
        row = self.row(path)
        if row is None:
            return Finding("problem", "name", (self.relative(path),), f"not named as in {self.title}")
        return str(row["vocal"]), str(row["actor"])

    def unknown_finding(self, path: Path) -> Finding:
        """What a check finds where the label of a recording stands for no emotion."""
        return Finding("problem" if self.words.strict else "warning", "label", (self.relative(path),),
                       f"'{self.unknown_label(path)}' stands for no emotion")

    def faults(self, clips: Iterable[Path]) -> Iterator[Finding]:
        """What is wrong with the corpus as a whole, such as a missing table of its speakers."""
        del clips
        return iter(())

    @classmethod
    def expected(cls, vocal: str) -> Mapping[str, Sequence[str]]:
        """The names that a complete corpus has of each member (see `sort`); empty where they are not known."""
        del vocal
        return {}

    @classmethod
    def complete(cls, vocals: Iterable[str]) -> int:
        """How many recordings a complete corpus has of these vocal channels; 0 where that is not known."""
        return sum(len(names) for vocal in set(vocals) for names in cls.expected(vocal).values())

    @classmethod
    def test_fold(cls, actor: object) -> int | None:
        """The one fold, 0 to 4, in which a speaker tests; None for a speaker that never does.

        Where it is None for all speakers, `splits` makes the folds.
        """
        del actor
        return None

    @classmethod
    def validation_fold(cls, actor: object) -> int | None:
        """The one fold, 0 to 4, in which a speaker validates, never that in which it tests; None for no fold."""
        del actor
        return None

    @classmethod
    def sex_of(cls, actor: object) -> Sex | None:
        """The sex of a speaker where its name alone tells it; the table of clips tells it in any case."""
        del actor
        return None

    @classmethod
    def cleaned_path(cls, clip: Mapping[str, object]) -> str:
        """Where the cleaned recording of a row goes below the folder of cleaned clips.

        `row` must find there what it found in the original folder.
        """
        return f"{clip['clip']}.wav"

    def note(self) -> None:
        """Tell through `words.note` how it was read, where there was a choice."""

    def search(self) -> Found:
        """What lies below the root: recordings, and what looks like one and cannot be read."""
        return search(self.root)

    def files(self) -> list[Path]:
        """Every recording below the root, sorted by path."""
        return list(self.search().recordings)

    def relative(self, path: Path) -> str:
        """A path below the root, as a check writes it."""
        return path.relative_to(self.root).as_posix()

    def table(self) -> "pd.DataFrame":
        """All clips, sorted by file name, as a table with `COLUMNS`, and `VOTES` where there are any.

        Recordings with a label that stands for no emotion are left out, and so is what looks like a recording and
        cannot be read; both are told (`Words`). A CorpusError where there are no clips.
        """
        import pandas as pd  # half a second that other commands do not need

        rows: list[dict[str, object]] = []
        found = self.search()
        for path in found.recordings:
            row = None if path.stem in self.left_out else self.row(path)
            if row is not None and any("\udc80" <= letter <= "\udcff" for letter in str(path)):
                raise CorpusError(f"The name {str(path)!a} is not UTF-8: rename it.")
            if row is not None:
                rows.append({"clip": path.stem, "path": str(path), "corpus": self.name, **row})
        if not rows:
            raise self.empty()
        if unknown := self._unknown():
            if self.words.strict:
                raise CorpusError(unknown + _HINT)
            self.words.tell(f"{unknown}they are left out; {_HINT}")
        for note in found.notes:
            self.words.tell(note)
        columns = [*COLUMNS, *(VOTES if any(VOTES[0] in row for row in rows) else ())]
        table = pd.DataFrame(rows, columns=columns).sort_values(["clip", "path"], ignore_index=True)
        doubled = table.loc[table["clip"].duplicated(), "clip"].tolist() if self.unique_names else []
        if doubled:
            raise CorpusError(f"The folder {self.root} holds {doubled[0]} more than once ({len(doubled)} such names): "
                              "leave one copy of each recording.")
        self.note()
        return table

    def _unknown(self) -> str:
        """The clause that counts and names the labels that stand for no emotion; empty where there are none."""
        files = self.files()
        unknown: dict[str, list[Path]] = {}
        for path in files:
            if (label := self.unknown_label(path)) is not None:
                unknown.setdefault(label, []).append(path)
        if not unknown:
            return ""
        named = [f"'{label}' ({len(paths)}, such as {self.place(paths[0])})"
                 for label, paths in sorted(unknown.items(), key=lambda item: -len(item[1]))]
        more = f" and {len(named) - _NAMED} more labels" if len(named) > _NAMED else ""
        return (f"{sum(map(len, unknown.values()))} of {len(files)} recordings in {self.root} have a label that stands "
                f"for no emotion: {', '.join(named[:_NAMED])}{more}; ")

    def empty(self) -> CorpusError:
        """The error where no recording of the folder is one of this corpus."""
        if unknown := self._unknown():
            return CorpusError(unknown + _HINT)
        return CorpusError(f"The folder {self.root} holds no clip of {self.name}: name the folder that holds its "
                           "recordings.")
