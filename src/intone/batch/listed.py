"""The recordings that a table lists: the addresses in one of its columns."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import IO

from intone.audio import SUFFIXES
from intone.audio.search import is_there, looks_like
from intone.batch.lists import is_comment
from intone.errors import CorpusError, UsageError
from intone.tables import Table, read
from intone.tables.columns import RECORDING, WORDS, found, key
from intone.tables.recordings import beside, folder_of, named


def listed(source: str, file: IO[bytes], column: str | None, note: Callable[[str], object]) -> list[str]:
    """The addresses in `column` of a table, by default in the first column with a word for recordings.

    `source` is the address of the table, whose folder relative paths count from, and `file` its content, which can be
    read from any place. A list of recordings alone needs no first line with a name. `note` gets a sentence: how the
    table was taken, and which column. Raises UsageError for what is no such table.
    """
    words = (column,) if column else WORDS["path"]
    try:
        table = read(source, file, {*map(key, words)})
        place = _place(source, table, column, words)
        note(f"{source} was read as {table.how}" + (
            ": a list of recordings." if place is None else
            f"; the recordings are in its column '{table.columns[place]}'."))
        cells = [cell for _, (cell,) in table.rows([place or 0])]
        if place is None:
            cells = [cell for cell in (table.columns[0], *cells) if not is_comment(cell)]
    except CorpusError as error:
        raise UsageError(str(error)) from error
    return [one for one in _addresses(source, cells) if one]


def is_listed(file: IO[bytes], column: str | None) -> bool:
    """Whether what is piped in is a table, and no list of names: by a column of recordings, or by several columns."""
    words = (column,) if column else WORDS["path"]
    try:
        table = read("-", file, {*map(key, words)})
    except CorpusError:
        return False
    first = ",".join(table.columns)
    file.seek(0)
    line = os.fsdecode(file.readline().rstrip(b"\r\n"))
    if column or is_there(line) or looks_like(first) or "://" in first or "\0" in first:
        return column in table.columns
    return len(table.columns) > 1 or found(table.columns, words, "-") is not None


def people(source: str, file: IO[bytes], column: str | None, speaker: str | None) -> dict[str, str]:
    """Who speaks in each recording of a table, by its address, as the column `speaker` says.

    By default it is the first column with a word for speakers; a recording whose cell is empty is left out. `source`,
    `file` and `column` as in `listed`. Raises UsageError where there is no such column, and for a recording of two.
    """
    words = (speaker,) if speaker else WORDS["speaker"]
    paths = (column,) if column else WORDS["path"]
    try:
        table = read(source, file, {*map(key, (*words, *paths))})
        place = _place(source, table, column, paths)
        who = found(table.columns, words, source)
        if place is None or who is None:
            asked = f"no column {speaker}" if speaker else "no column that says who speaks, such as speaker"
            raise UsageError(f"The table {source}, read as {table.how}, has {asked}, only {', '.join(table.columns)}: "
                             "choose one with --speaker-column.")
        cells = [row for _, row in table.rows([place, who])]
    except CorpusError as error:
        raise UsageError(str(error)) from error
    known: dict[str, str] = {}
    for address, name in zip(_addresses(source, [cell for cell, _ in cells]), (one.strip() for _, one in cells),
                             strict=True):
        if name and address and known.setdefault(address, name) != name:
            raise UsageError(f"The table {source} says that {address} is of {known[address]} and of {name}: name one "
                             "speaker of each recording.")
    return known


def _addresses(source: str, cells: Iterable[str]) -> list[str]:
    """The addresses that cells of a table name, empty for an empty cell."""
    folder = folder_of(source)
    return [beside(folder, one) if (one := named(cell, folder)) else "" for cell in cells]


def _place(source: str, table: Table, column: str | None, words: Sequence[str]) -> int | None:
    """The place of the column of recordings; None where the table is a list of them."""
    if column and table.columns.count(column) == 1:  # the one of two that differ in case only
        return table.columns.index(column)
    place = found(table.columns, words, source)
    if place is None and (column or not _is_list(table)):
        asked = f"no column {column}" if column else f"none of the columns {', '.join(RECORDING)}"
        raise UsageError(f"The table {source}, read as {table.how}, has {asked}, only {', '.join(table.columns)}: "
                         "choose one with --column.")
    return place


def _is_list(table: Table) -> bool:
    """Whether the first line is a recording itself, or a comment."""
    return len(table.columns) == 1 and (PurePosixPath(table.columns[0]).suffix.lower() in SUFFIXES
                                        or is_comment(table.columns[0]))
