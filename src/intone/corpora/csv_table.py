"""A table of the user's own, with a row for each recording: CSV of any program and country, Parquet or JSON lines.

    path,emotion,speaker,sex
    anna/1.wav,anger,anna,female

The columns, in any order and by any of the words of `tables.columns`: `path`, relative to the table; `emotion`, a word
of `emotions`; `speaker`; and where they are known `sex` (male or female), `corpus` (a name: speakers of two corpora are
two speakers), `fold` (0 to 4, in which the speaker tests) and votes, a column for each emotion that listeners could
choose, such as `votes_angry`: how many, or which share of them, chose it. Other columns are not read.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePath
from typing import IO, Any, NoReturn

from intone.audio.search import Found
from intone.corpora.corpus import UNKNOWN, VOTES, Corpus, Finding
from intone.corpora.emotions import PLAIN
from intone.corpora.folder import LabelFolders
from intone.corpora.registry import corpora
from intone.errors import CorpusError
from intone.files import told
from intone.labels import EMOTIONS, SEXES, Sex
from intone.tables import read
from intone.tables.cells import plain
from intone.tables.columns import WORDS, found, key
from intone.tables.recordings import named

CLIPS = "clips.csv"
"""The table that a folder is taken by."""

NEEDED = ("path", "emotion", "speaker")
_SEXES: dict[str, Sex | None] = {
    **{one: one for one in SEXES}, **dict.fromkeys(("f", "w", "woman", "weiblich"), "female"),
    **dict.fromkeys(("m", "man", "männlich"), "male"), "": None, "unknown": None}
_OFF = 0.02
"""How far from 1 shares may sum: they may be rounded to two digits."""


@dataclass(frozen=True)
class Entry:
    """A row of a table: its place, such as `line 3`, and its cells. `votes` are in the order of `EMOTIONS`."""

    place: str
    path: str
    label: str
    speaker: str
    corpus: str
    sex: Sex | None
    fold: int | None
    votes: tuple[float, ...] | None


class CsvTable(Corpus):
    """The recordings that a CSV file lists; `root` is the file, or a folder with `clips.csv`.

    The corpora that its column `corpus` names are known by these names (`registry.facts`), and share its facts.
    """

    name = "table"
    title = "a table"
    licence = LabelFolders.licence
    unique_names = False
    cleaned_as = LabelFolders.name

    @classmethod
    def described(cls) -> str:
        return f"with a table {CLIPS}"

    @classmethod
    def stated(cls) -> str:
        return f"{cls.name}=FILE.csv"

    @classmethod
    def recognizes(cls, root: Path) -> bool:
        return (root / CLIPS).is_file()

    @cached_property
    def file(self) -> Path:
        return self.root / CLIPS if self.root.is_dir() else self.root

    @cached_property
    def read(self) -> tuple[str, dict[Path, Entry]]:
        """How the table was read, and its rows by the path of their recording.

        Raises a CorpusError that names the row where one does not fit.
        """
        if not self.file.is_file():
            raise CorpusError(f"There is no table {self.file}: name a CSV file with the columns {', '.join(NEEDED)}.")
        with told(self.file), self.file.open("rb") as file:
            how, rows = parsed(file, self.file, self.name)
        entries = {self.file.parent / entry.path: entry for entry in rows}
        for path, entry in entries.items():
            if "\0" in entry.path or not path.is_file():
                _refuse(self.file, entry.place, f"there is no file {path}", "correct the path, which is relative to "
                        f"the table, or leave the line out (the table was read as {how})")
        return how, entries

    @property
    def entries(self) -> dict[Path, Entry]:
        """The rows by the path of their recording."""
        return self.read[1]

    def note(self) -> None:
        self.words.note(f"{self.file} was read as {self.read[0]}.")

    def search(self) -> Found:
        """Only what the table lists, which says what belongs to the corpus."""
        return Found(self.root, tuple(self.entries))

    def row(self, path: Path) -> dict[str, object] | None:
        entry = self.entries[path]
        emotion = self.words.emotion_of(entry.label)
        if emotion is None:
            return None
        return {"actor": entry.speaker, "sex": entry.sex, "emotion": emotion, "vocal": "speech", "corpus": entry.corpus,
                "fold": entry.fold, **dict(zip(VOTES, entry.votes or (), strict=False))}

    def unknown_label(self, path: Path) -> str | None:
        label = self.entries[path].label
        return label if self.words.emotion_of(label) is None else None

    def place(self, path: Path) -> str:
        return self.entries[path].place

    def sort(self, path: Path) -> tuple[str, str] | Finding:
        row = self.row(path)
        return ("labels", str(row["emotion"])) if row else self.unknown_finding(path)

    def relative(self, path: Path) -> str:
        return (path.relative_to(self.file.parent) if path.is_relative_to(self.file.parent) else path).as_posix()

    @classmethod
    def cleaned_path(cls, clip: Mapping[str, object]) -> str:
        return LabelFolders.cleaned_path(clip)


def parsed(file: IO[bytes], name: Path, corpus: str = CsvTable.name) -> tuple[str, list[Entry]]:
    """How a table was read, in words, and its rows; a CorpusError names it and the first row that does not fit.

    `corpus` is the name where the table has none. A sex or a fold that one row states holds for all rows of its
    speaker.
    """
    table = read(str(name), file, {*map(key, (*sum(WORDS.values(), ()), *VOTES))})
    columns = _columns(table.columns, str(name))
    taken = set(corpora()) - {corpus}
    entries: list[Entry] = []
    paths: dict[PurePath, str] = {}
    facts: dict[tuple[str, str, str], tuple[Any, str]] = {}
    for place, values in table.rows(list(columns.values())):
        cells = dict(zip(columns, values, strict=True))
        entry = _entry(place, named(cells["path"], str(name.parent)), cells, name, corpus)
        if entry.corpus in taken:
            _refuse(name, place, f"the corpus '{entry.corpus}' is one that intone knows by itself", "give it another "
                    "name")
        path = PurePath(entry.path)
        if path in paths:
            _refuse(name, place, f"{entry.path} stands in {paths[path]} too", "keep one of them")
        paths[path] = place
        for fact in ("fold", "sex"):
            value = getattr(entry, fact)
            if value is not None:
                first, where = facts.setdefault((entry.corpus, entry.speaker, fact), (value, place))
                if first != value:
                    _refuse(name, place, f"the {fact} of the speaker {entry.speaker} is {value}, and {first} in "
                            f"{where}", f"a speaker has one {fact}")
        entries.append(entry)

    def stated(entry: Entry, fact: str) -> Any:
        return facts.get((entry.corpus, entry.speaker, fact), (None, ""))[0]

    how = f"{table.how}, with the recordings in its column '{table.columns[columns['path']]}'"
    return how, [replace(entry, fold=stated(entry, "fold"), sex=stated(entry, "sex")) for entry in entries]


def _columns(names: Sequence[str], file: str) -> dict[str, int]:
    """What the columns hold, `path` to `votes_angry`, and their places; a CorpusError where they make no table."""
    places = {role: place for role, words in WORDS.items() if (place := found(names, words, file)) is not None}
    if missing := [role for role in NEEDED if role not in places]:
        raise CorpusError(f"{file} has no column '{missing[0]}': its first line is {', '.join(filter(None, names))}, "
                          f"and a table needs {', '.join(NEEDED)}.")
    for place, name in enumerate(names):
        if key(name).startswith("votes_"):
            emotion = PLAIN.emotion_of(key(name).removeprefix("votes_"))
            if emotion is None:
                raise CorpusError(f"The column {name} of {file} is named after no emotion: write votes_ and one of "
                                  f"{', '.join(EMOTIONS)}.")
            if f"votes_{emotion}" in places:
                raise CorpusError(f"{file} has the column '{emotion}' more than once: keep one of them.")
            places[f"votes_{emotion}"] = place
    return places


def _entry(place: str, path: str, raw: Mapping[str, str], file: Path, corpus: str) -> Entry:
    cells = {role: plain(cell) for role, cell in raw.items()}
    if not path:
        _refuse(file, place, "it names no recording", "fill the column path, or leave the line out")
    sex, name, fold = cells.get("sex", "").casefold(), cells.get("corpus") or corpus, cells.get("fold", "")
    if sex not in _SEXES:
        _refuse(file, place, f"'{sex}' is no sex of a speaker", "write male or female, or nothing where it is not "
                "known")
    if not re.fullmatch(r"\w[\w.-]*", name):
        _refuse(file, place, f"'{name}' cannot name a corpus", "use letters, digits, '-' and '_'")
    if not re.fullmatch(r"([0-4]([.,]0)?)?", fold):  # some programs write whole numbers so where some are missing
        _refuse(file, place, f"there is no fold '{fold}'", "write 0 to 4, or nothing for a speaker that never tests")
    return Entry(place, path, cells["emotion"], cells["speaker"] or UNKNOWN, name, _SEXES[sex],
                 int(fold[0]) if fold else None, _votes(place, cells, file))


def _votes(place: str, cells: Mapping[str, str], file: Path) -> tuple[float, ...] | None:
    """The votes of a row by emotion, 0 for emotions that nobody could choose; None where the row has none."""
    given = {role: cell for role, cell in cells.items() if role in VOTES and cell}
    if not given:
        return None
    try:
        votes = {role: float(cell.replace(",", ".")) for role, cell in given.items()}
    except ValueError:
        votes = {"": math.nan}
    if not all(math.isfinite(vote) and vote >= 0 for vote in votes.values()):
        _refuse(file, place, f"the votes {', '.join(given.values())} are not all numbers from 0",
                "correct them, or leave them all out")
    total = sum(votes.values())
    if total == 0:
        _refuse(file, place, "all its votes are 0", "leave them out where nobody voted")
    if not all(vote.is_integer() for vote in votes.values()) and abs(total - 1) > _OFF:
        _refuse(file, place, f"the shares of the votes sum to {total:g} and not to 1", "correct them, or write how "
                "many listeners chose each emotion")
    return tuple(votes.get(role, 0.0) for role in VOTES)


def _refuse(file: Path, place: str, found: str, todo: str) -> NoReturn:
    raise CorpusError(f"{place.capitalize()} of {file} does not fit: {found}; {todo}.")
