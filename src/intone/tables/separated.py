"""Rows of text: CSV of any program and country. Which sign separates the cells is found in the first row."""

import csv
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from intone.errors import CorpusError
from intone.tables.cells import restored
from intone.tables.columns import key

Lines = Callable[[], Iterator[str]]
"""Gives the lines of a file from its beginning."""

TITLES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}

_NONE = "\x1f"
"""The separator of a table with one column, which no text has."""

_STATED = re.compile(r'"?sep=([^"\w\r\n])"?[,;\s]*', re.IGNORECASE)
"""The line before the first row in which Excel states the separator."""

_END = "\x04"
"""The line behind the last one: a row by itself, unless a quote is open."""


@dataclass(frozen=True)
class Separated:
    """A table of separated cells: its first row, and how it was read."""

    name: str
    lines: Lines
    separator: str
    spaced: bool
    before: int
    columns: tuple[str, ...]

    @property
    def title(self) -> str:
        """Such as `semicolons`."""
        return "one column" if self.separator == _NONE else TITLES.get(self.separator, f"'{self.separator}'")

    def rows(self, places: Sequence[int]) -> Iterator[tuple[str, list[str]]]:
        """`line 3` and the cells in these places, of every row below the first that is not empty."""
        rows = _records(self.name, self.lines(), self.separator, self.spaced, self.before)
        next(rows)
        for line, cells in rows:
            if any(cell.strip() for cell in cells[len(self.columns):]):
                raise CorpusError(f"Line {line} of {self.name} does not fit: it has {len(cells)} cells, and the header "
                                  f"{len(self.columns)}; put a cell with a separator ({self.title}) in it into quotes.")
            yield f"line {line}", [cells[place] if place < len(cells) else "" for place in places]


def separated(name: str, lines: Lines, known: Collection[str]) -> Separated:
    """A table whose first row is read so that it has the most columns among `known`, and then the most columns.

    `known` are words as `columns.key` gives them.
    """
    before, stated = _stated(lines())
    best = max((_read(name, lines, sign, before) for sign in ([stated] if stated else TITLES)),
               key=lambda one: (sum(key(column) in known for column in one.columns), len(one.columns)))
    return _read(name, lines, _NONE, before) if len(best.columns) == 1 and not stated else best


def _stated(lines: Iterator[str]) -> tuple[int, str | None]:
    """How many lines stand before the first row, and the separator that they state."""
    found = _STATED.fullmatch(next(lines, ""))
    return (1, found[1]) if found else (0, None)


def _read(name: str, lines: Lines, separator: str, before: int) -> Separated:
    """The table as this separator divides its first row; a CorpusError where it has none."""
    first = next(_records(name, lines(), separator, False, before), None)
    if first is None:
        raise CorpusError(f"{name} is empty: its first line names the columns, and each other one a recording.")
    columns = first[1]
    spaced = len(columns) > 1 and all(column.startswith(" ") for column in columns[1:])  # path, emotion, speaker
    return Separated(name, lines, separator, spaced, before, tuple(restored(column).strip() for column in columns))


def _records(name: str, lines: Iterator[str], separator: str, spaced: bool,
             before: int) -> Iterator[tuple[int, list[str]]]:
    """The number of the last line, and the cells, of every row that is not empty."""
    for _ in range(before):
        next(lines, None)
    reader = csv.reader(chain(lines, [_END]), delimiter=separator, skipinitialspace=spaced)
    start, line, held = 0, 0, [""]
    try:
        for cells in reader:
            if any(cell.strip() for cell in held):
                yield before + line, held
            start, line, held = line, reader.line_num, cells
    except csv.Error as error:
        raise CorpusError(f"Line {before + reader.line_num} of {name} does not fit: it is not CSV ({error}); save the "
                          "table again.") from error
    if held != [_END]:  # an open quote has swallowed it
        raise CorpusError(f"Line {before + start + 1} of {name} does not fit: a quote in it does not end; end it, or "
                          "take the sign out.")
