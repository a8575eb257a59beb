"""A table of the user's own: a CSV file with a line for each recording.

    path,emotion,speaker,sex
    anna/1.wav,anger,anna,female

The columns, in any order: `path` (or `file`), relative to the table; `emotion`, a word of `emotions`; `speaker`; and
where they are known `sex` (male or female), `corpus` (a name: speakers of two corpora are two speakers), `fold` (0 to
4, in which the speaker tests) and votes, a column for each emotion that listeners could choose, such as `votes_angry`:
how many, or which share of them, chose it. Other columns are not read.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any, NoReturn

from intone.audio.search import Found
from intone.corpora.corpus import UNKNOWN, VOTES, Corpus, Finding
from intone.corpora.emotions import PLAIN
from intone.corpora.folder import LabelFolders
from intone.corpora.registry import corpora
from intone.errors import CorpusError
from intone.files import told
from intone.labels import EMOTIONS, SEXES, Sex

CLIPS = "clips.csv"
"""The table that a folder is taken by."""

NEEDED = ("path", "emotion", "speaker")
_SEXES: dict[str, Sex | None] = {**{one: one for one in SEXES}, "f": "female", "m": "male", "": None, "unknown": None}
_OFF = 0.02
"""How far from 1 shares may sum: they may be rounded to two digits."""


@dataclass(frozen=True)
class Entry:
    """A line of a table: its number from 1, and its cells. `votes` are in the order of `EMOTIONS`."""

    line: int
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
    def entries(self) -> dict[Path, Entry]:
        """The lines by the path of their recording; a CorpusError that names the line where one does not fit."""
        if not self.file.is_file():
            raise CorpusError(f"There is no table {self.file}: name a CSV file with the columns {', '.join(NEEDED)}.")
        with told(self.file):
            content = self.file.read_bytes()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise CorpusError(f"{self.file} is not UTF-8: save it as CSV in UTF-8.") from error
        found = {self.file.parent / entry.path: entry for entry in parsed(text, str(self.file), self.name)}
        for path, entry in found.items():
            if "\0" in entry.path or not path.is_file():
                _refuse(self.file, entry.line, f"there is no file {path}", "correct the path, which is relative to the "
                        "table, or leave the line out")
        return found

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
        return f"line {self.entries[path].line}"

    def sort(self, path: Path) -> tuple[str, str] | Finding:
        row = self.row(path)
        return ("labels", str(row["emotion"])) if row else self.unknown_finding(path)

    def relative(self, path: Path) -> str:
        return (path.relative_to(self.file.parent) if path.is_relative_to(self.file.parent) else path).as_posix()

    @classmethod
    def cleaned_path(cls, clip: Mapping[str, object]) -> str:
        return LabelFolders.cleaned_path(clip)


def parsed(text: str, file: str = CLIPS, corpus: str = CsvTable.name) -> list[Entry]:
    """The lines of a table; a CorpusError names `file` and the first line that does not fit.

    `corpus` is the name where the table has none. A sex or a fold that one line states holds for all lines of its
    speaker.
    """
    taken = set(corpora()) - {corpus}
    entries: list[Entry] = []
    paths: dict[PurePath, int] = {}
    facts: dict[tuple[str, str, str], tuple[Any, int]] = {}
    for line, cells in _lines(text, file):
        entry = _entry(line, cells, file, corpus)
        if entry.corpus in taken:
            _refuse(file, line, f"the corpus '{entry.corpus}' is one that intone knows by itself", "give it another "
                    "name")
        path = PurePath(entry.path)
        if path in paths:
            _refuse(file, line, f"{entry.path} stands in line {paths[path]} too", "keep one of them")
        paths[path] = line
        for fact in ("fold", "sex"):
            value = getattr(entry, fact)
            if value is not None:
                first, where = facts.setdefault((entry.corpus, entry.speaker, fact), (value, line))
                if first != value:
                    _refuse(file, line, f"the {fact} of the speaker {entry.speaker} is {value}, and {first} in line "
                            f"{where}", f"a speaker has one {fact}")
        entries.append(entry)

    def stated(entry: Entry, fact: str) -> Any:
        return facts.get((entry.corpus, entry.speaker, fact), (None, 0))[0]

    return [replace(entry, fold=stated(entry, "fold"), sex=stated(entry, "sex")) for entry in entries]


def _lines(text: str, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The number and the cells by column of every line below the header that is not empty."""
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=next((mark for mark in ",;\t" if mark in head), ","))
    columns: list[str] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _columns(cells, file)
            elif len(cells) > len(columns):
                _refuse(file, reader.line_num, f"it has {len(cells)} cells, and the header {len(columns)}",
                        "put a cell with a comma in it into quotes")
            else:
                yield reader.line_num, dict.fromkeys(columns, "") | dict(zip(columns, map(str.strip, cells),
                                                                             strict=False))
    except csv.Error as error:
        _refuse(file, reader.line_num, f"it is not CSV ({error})", "save the table again")
    if not columns:
        raise CorpusError(f"{file} is empty: name a CSV file with the columns {', '.join(NEEDED)}.")


def _columns(header: Sequence[str], file: str) -> list[str]:
    """The names of the columns in small letters; a CorpusError where they do not make a table."""
    names = [name.strip().casefold() for name in header]
    if "path" not in names:
        names = ["path" if name == "file" else name for name in names]
    if missing := [name for name in NEEDED if name not in names]:
        raise CorpusError(f"{file} has no column '{missing[0]}': its first line is {', '.join(filter(None, names))}, "
                          f"and a table needs {', '.join(NEEDED)}.")
    votes = [_voted(name) or name for name in names if name.startswith("votes_")]
    if wrong := [name for name in votes if name not in EMOTIONS]:
        raise CorpusError(f"The column {wrong[0]} of {file} is named after no emotion: write votes_ and one of "
                          f"{', '.join(EMOTIONS)}.")
    known = [name for name in names if name in (*NEEDED, "sex", "corpus", "fold")] + votes
    if doubled := [name for name in known if known.count(name) > 1]:
        raise CorpusError(f"{file} has the column '{doubled[0]}' more than once: keep one of them.")
    return names


def _entry(line: int, cells: Mapping[str, str], file: str, corpus: str) -> Entry:
    if not cells["path"]:
        _refuse(file, line, "it names no recording", "fill the column path, or leave the line out")
    sex, name, fold = cells.get("sex", "").casefold(), cells.get("corpus") or corpus, cells.get("fold", "")
    if sex not in _SEXES:
        _refuse(file, line, f"'{sex}' is no sex of a speaker", "write male or female, or nothing where it is not known")
    if not re.fullmatch(r"\w[\w.-]*", name):
        _refuse(file, line, f"'{name}' cannot name a corpus", "use letters, digits, '-' and '_'")
    if fold not in ("", "0", "1", "2", "3", "4"):
        _refuse(file, line, f"there is no fold '{fold}'", "write 0 to 4, or nothing for a speaker that never tests")
    return Entry(line, cells["path"], cells["emotion"], cells["speaker"] or UNKNOWN, name, _SEXES[sex],
                 int(fold) if fold else None, _votes(line, cells, file))


def _votes(line: int, cells: Mapping[str, str], file: str) -> tuple[float, ...] | None:
    """The votes of a line by emotion, 0 for emotions that nobody could choose; None where the line has none."""
    given = {_voted(name): cell for name, cell in cells.items() if name.startswith("votes_") and cell}
    if not given:
        return None
    try:
        votes = {emotion: float(cell) for emotion, cell in given.items()}
    except ValueError:
        votes = {None: math.nan}
    if not all(math.isfinite(vote) and vote >= 0 for vote in votes.values()):
        _refuse(file, line, f"the votes {', '.join(given.values())} are not all numbers from 0",
                "correct them, or leave them all out")
    total = sum(votes.values())
    if total == 0:
        _refuse(file, line, "all its votes are 0", "leave them out where nobody voted")
    if not all(vote.is_integer() for vote in votes.values()) and abs(total - 1) > _OFF:
        _refuse(file, line, f"the shares of the votes sum to {total:g} and not to 1", "correct them, or write how many "
                "listeners chose each emotion")
    return tuple(votes.get(emotion, 0.0) for emotion in EMOTIONS)


def _voted(column: str) -> str | None:
    """`votes_anger` -> angry."""
    return PLAIN.emotion_of(column.removeprefix("votes_"))


def _refuse(file: object, line: int, found: str, todo: str) -> NoReturn:
    raise CorpusError(f"Line {line} of {file} does not fit: {found}; {todo}.")
