"""The recordings that a table lists: the addresses in one of its columns."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO

from intone.audio import SUFFIXES
from intone.errors import CorpusError, UsageError
from intone.tables import Table, read
from intone.tables.columns import RECORDING, WORDS, found, key
from intone.tables.recordings import beside, folder_of, named


def listed(
    source: str, column: str | None, tell: Callable[[str], object], opener: Callable[[str], IO[bytes]]
) -> list[str]:
    """The addresses in `column` of a table, by default in the first column with a word for recordings.

    Relative paths count from the table's folder. A list of recordings alone needs no first line with a name. `tell`
    gets a sentence: how the table was taken, and which column. `opener` opens it. Raises UsageError for what is no such
    table.
    """
    words = (column,) if column else WORDS["path"]
    try:
        with _opened(source, opener) as file:
            table = read(source, file, {*map(key, words)})
            exact = column is not None and table.columns.count(column) == 1  # of two that differ in case only
            place = table.columns.index(column) if column and exact else found(table.columns, words, source)
            if place is None and not column and _is_list(table):
                tell(f"{source} was read as {table.how}: a list of recordings.")
                cells = [table.columns[0], *(cells[0] for _, cells in table.rows([0]))]
            elif place is None:
                raise _no_column(source, column, table)
            else:
                tell(f"{source} was read as {table.how}; the recordings are in its column '{table.columns[place]}'.")
                cells = [cells[0] for _, cells in table.rows([place])]
    except CorpusError as error:
        raise UsageError(str(error)) from error
    folder = folder_of(source)
    return [beside(folder, one) for one in (named(cell, folder) for cell in cells) if one]


@contextmanager
def _opened(source: str, opener: Callable[[str], IO[bytes]]) -> Iterator[IO[bytes]]:
    """The file of a table, from any store, as one that can be read from any place."""
    try:
        with opener(source) as file:
            yield file if file.seekable() else io.BytesIO(file.read())
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(f"The table {source} cannot be read ({error}): see that it is there.") from error


def _is_list(table: Table) -> bool:
    """Whether the first line is a recording itself."""
    return len(table.columns) == 1 and PurePosixPath(table.columns[0]).suffix.lower() in SUFFIXES


def _no_column(source: str, column: str | None, table: Table) -> UsageError:
    asked = f"no column {column}" if column else f"none of the columns {', '.join(RECORDING)}"
    return UsageError(f"The table {source}, read as {table.how}, has {asked}, only {', '.join(table.columns)}: choose "
                      "one with --column.")
