"""A file -> its columns and rows, whatever program wrote it, and a sentence that says how it was taken.

Text is read line by line and Parquet part by part, so a table may be larger than the memory.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Protocol

from intone.errors import CorpusError
from intone.tables.encoding import encoding_of, lines
from intone.tables.separated import separated
from intone.tables.typed import json_table, parquet

_JSON = (".jsonl", ".ndjson", ".json")

SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".parquet", *_JSON)
"""Suffixes of tables. What is in a file counts more: `.txt` may be any text, and Parquet may have any name."""

_JSON_BEGINS = (b'{"', b'[{')  # where a name does not say it, as of what is piped in

_WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
_OTHERS = {
    b"PK\x03\x04": "a workbook or another archive", b"\xd0\xcf\x11\xe0": "a workbook of an old Excel",
    b"\x1f\x8b": "compressed", b"BZh": "compressed", b"\xfd7zXZ": "compressed", b"\x28\xb5\x2f\xfd": "compressed",
}
"""How files begin that look like tables to people, and what they are."""


class Cells(Protocol):
    """What every kind of table gives."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""

    def rows(self, places: Sequence[int]) -> Iterator[tuple[str, list[str]]]:
        """Of every row that is not empty: where it is, such as `line 3`, and its cells in these columns."""


class Table:
    """A table in an open file. `how` says how it was taken, such as `Windows-1252 with semicolons`."""

    def __init__(self, cells: Cells, how: str) -> None:
        self.columns = cells.columns
        self.rows = cells.rows
        self.how = how


def is_table(name: str) -> bool:
    """Whether a file with this name is a table, or a workbook, of which `read` says what to do."""
    return _suffix(name) in (*SUFFIXES, *_WORKBOOKS)


def read(name: str, file: IO[bytes], known: Collection[str]) -> Table:
    """The table in a file that can be read from any place, and is open as long as the table is.

    `known` are words for the columns that are looked for, as `columns.key` gives them. Raises a CorpusError where the
    file is no table; so does reading a row that does not fit.
    """
    head = file.read(8)
    if head.startswith(b"PAR1"):
        return Table(parquet(name, file), "Parquet")
    if _suffix(name) in _WORKBOOKS or (other := next((_OTHERS[sign] for sign in _OTHERS if head.startswith(sign)), "")):
        raise CorpusError(f"{name} is {'a workbook' if _suffix(name) in _WORKBOOKS else other}: save its table as CSV "
                          "(in Excel: Save as, CSV UTF-8).")
    if _suffix(name) == ".parquet":
        raise CorpusError(f"The table {name} is damaged (it does not begin as Parquet does): export it again.")
    encoding = encoding_of(name, file)
    of_file = partial(lines, name, file, encoding)
    if _suffix(name) in _JSON or head.startswith(_JSON_BEGINS):
        return Table(json_table(name, of_file), f"JSON in {encoding.title}")
    found = separated(name, of_file, known)
    return Table(found, f"{encoding.title} with {found.title}")


def _suffix(name: str) -> str:
    path = name.partition("::")[0].partition("?")[0] if "://" in name else name
    return PurePosixPath(path).suffix.lower()
