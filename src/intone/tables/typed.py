"""Parquet and JSON: tables whose cells have types, and here become texts."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from intone.errors import CorpusError

WHOLE = 250_000_000
"""Letters that one list of JSON objects may have: it is read as a whole, while lines are read one by one."""

Objects = Callable[[], Iterator[tuple[str, dict[str, Any]]]]
"""Gives the objects of a table from its beginning, each with its place, such as `line 3`."""


def text_of(cell: Any) -> str:
    """A value as the text of a cell: nothing for a missing one, and no `.0` behind a whole number."""
    match cell:
        case None:
            return ""
        case bytes():
            return cell.decode(errors="surrogateescape")
        case float():
            return "" if math.isnan(cell) else f"{cell:.0f}" if cell.is_integer() else str(cell)
    return str(cell)


@dataclass(frozen=True)
class Parquet:
    """A Parquet table: `file` is pyarrow's."""

    name: str
    file: Any

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.file.schema_arrow.names)

    def rows(self, places: Sequence[int]) -> Iterator[tuple[str, list[str]]]:
        """`row 3` and the cells in these places, of every row that is not empty; other columns are not read."""
        number = 0
        with _damage_told(self.name):
            for batch in self.file.iter_batches(columns=[self.columns[place] for place in places]):
                columns = dict(zip(batch.schema.names, map(_values, batch.columns), strict=True))
                for cells in zip(*(columns[self.columns[place]] for place in places), strict=True):
                    number += 1
                    if any(cells):
                        yield f"row {number}", list(cells)


def parquet(name: str, file: Any) -> Parquet:
    """A Parquet table from a file object; a CorpusError where it is damaged."""
    import pyarrow.parquet

    with _damage_told(name):
        return Parquet(name, pyarrow.parquet.ParquetFile(file))


def _values(column: Any) -> list[str]:
    return list(map(text_of, column.to_pylist()))


@contextmanager
def _damage_told(name: str) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        reason = str(error).strip().rstrip(".")
        raise CorpusError(f"The table {name} is damaged ({reason}): export it again.") from error


@dataclass(frozen=True)
class Json:
    """A table of JSON objects, whose columns are all of their names."""

    objects: Objects
    columns: tuple[str, ...]

    def rows(self, places: Sequence[int]) -> Iterator[tuple[str, list[str]]]:
        """The place of every object, and the values of these names."""
        names = [self.columns[place] for place in places]
        for place, one in self.objects():
            yield place, [text_of(one.get(name)) for name in names]


def json_table(name: str, lines: Callable[[], Iterator[str]]) -> Json:
    """A table of JSON objects, one a line or all of them in a list; a CorpusError where it is something else."""
    first = next((line for line in lines() if line.strip()), "")
    objects = _list(name, lines) if first.lstrip().startswith("[") else _lines(name, lines)
    columns = tuple(dict.fromkeys(column for _, one in objects() for column in one))
    if not columns:
        raise CorpusError(f"{name} is empty: each line of it is a JSON object about a recording.")
    return Json(objects, columns)


def _lines(name: str, lines: Callable[[], Iterator[str]]) -> Objects:
    def objects() -> Iterator[tuple[str, dict[str, Any]]]:
        for number, line in enumerate(lines(), start=1):
            if line.strip():
                yield f"line {number}", _object(name, f"Line {number}", _parsed(name, f"Line {number}", line))

    return objects


def _list(name: str, lines: Callable[[], Iterator[str]]) -> Objects:
    parts: list[str] = []
    length = 0
    for line in lines():
        parts.append(line)
        length += len(line)
        if length > WHOLE:
            raise CorpusError(f"{name} is a list of more than {WHOLE // 1_000_000} million letters: write each object "
                              "on a line of its own, without the brackets around all (JSON lines).")
    found = [(f"object {number}", _object(name, f"Object {number}", one))
             for number, one in enumerate(_parsed(name, "The list", "".join(parts)), start=1)]
    return lambda: iter(found)


def _parsed(name: str, place: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"{place} of {name} is not JSON ({error}): correct it.") from error


def _object(name: str, place: str, found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise CorpusError(f"{place} of {name} is no JSON object such as {{\"path\": \"a.wav\"}}: write one for each "
                          "recording.")
    return found
