"""The results of a batch: a table in a format of `recognition.formats`, by its suffix, or a folder of Parquet.

Written whole or not at all. A row is a recording, in the order of the source, with the recognizer that answered and an
error instead of an answer where there is none. A folder has one row a recording in `recordings/` and one a segment of
speech in `segments/`, in Parquet files.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from intone.files import told, write_whole
from intone.recognition import formats
from intone.recognition.formats import Record, columns, row, segment_rows

PARQUET_ROWS = 10_000
"""Recordings in one Parquet file."""

OLD_FOLDER = "stretches"
"""The folder `segments` by its name of version 0.2."""


def check(to: Path) -> None:
    """A UsageError unless the results can be written there."""
    if to.suffix:
        formats.of_suffix(to.suffix)


def exist(to: Path) -> bool:
    """Whether the results are there already."""
    return to.is_file() if to.suffix else (to / "recordings").is_dir()


def write(to: Path, records: Iterable[Record], classes: Sequence[str]) -> None:
    """Write the answers about recordings; `classes` are those of the answers."""
    if not to.suffix:
        _write_parquet(to, records, classes)
        return
    write_many = formats.of_suffix(to.suffix).write_many
    assert write_many  # of_suffix finds no other
    with write_whole(to) as part, part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        for piece in write_many(records, classes):
            file.write(piece)


_KINDS = {"duration_s": "float64", "outside": "float64", "start_s": "float64", "end_s": "float64",
          "moved": "float64", "confident": "bool", "sure": "bool", "segments": "int32", "stretches": "int32",
          "speakers": "int32", "speaker": "int32", "overlap": "bool", "adapted_to": "int32"}
"""Columns that hold no text, with their types in Parquet; those of the classes are float64."""


def _schema(names: Iterable[str], classes: Sequence[str]) -> Any:
    import pyarrow as pa

    kinds = dict.fromkeys(classes, "float64") | _KINDS
    return pa.schema([(name, pa.type_for_alias(kinds.get(name, "string"))) for name in names])


def _write_parquet(to: Path, records: Iterable[Record], classes: Sequence[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    schemas = {"recordings": _schema(columns(classes), classes),
               "segments": _schema(["file", "start_s", "end_s", "label", *classes, "speaker", "overlap", "recording"],
                                   classes)}
    part = to.with_name(f".{to.name}.part")
    with told(to):
        shutil.rmtree(part, ignore_errors=True)
        for name in schemas:
            (part / name).mkdir(parents=True)
        for number, some in enumerate(_batches(records)):
            rows = {"recordings": [row(one, classes) for one in some],
                    "segments": [segment for one in some for segment in segment_rows(one)]}
            for name, schema in schemas.items():
                table = pa.Table.from_pylist([_encodable(one) for one in rows[name]], schema=schema)
                pa.parquet.write_table(table, part / name / f"part-{number:05}.parquet")
        to.mkdir(parents=True, exist_ok=True)
        for name in reversed(schemas):  # the recordings last: they say that all is there
            shutil.rmtree(to / name, ignore_errors=True)  # of a run that was killed just then
            (part / name).replace(to / name)
        shutil.rmtree(part)
    with suppress(OSError):  # where links cannot be made, or it is there
        (to / OLD_FOLDER).symlink_to("segments", target_is_directory=True)


def _encodable(row: Record) -> Record:
    """A row for Parquet, which is UTF-8: a byte of a name that is none is escaped, such as `caf\\udce9.wav`."""
    return {name: value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
            for name, value in row.items()}


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Some at a time; at least one batch, for an empty table is a table too."""
    rest = iter(records)
    some = list(islice(rest, PARQUET_ROWS))
    yield some
    while some := list(islice(rest, PARQUET_ROWS)):
        yield some
