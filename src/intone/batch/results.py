"""What a batch came to, as JSON lines, CSV or Parquet; the suffix says which. Written whole or not at all.

A row is a recording, in the order of the source, with the recognizer that answered and an error instead of an answer
where there is none. JSON lines hold all that is known, CSV a line for each recording; Parquet, a folder, has one row
a recording in `recordings/` and one a segment of speech in `segments/`.
"""

import csv
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from intone.errors import UsageError
from intone.files import told, write_whole

PARQUET_ROWS = 10_000
"""Recordings in one Parquet file."""

SUFFIXES = (".jsonl", ".csv")


def check(to: Path) -> None:
    """A UsageError unless the results can be written there."""
    if to.suffix and to.suffix.lower() not in SUFFIXES:
        raise UsageError(f"Results cannot be written as {to.suffix}: choose a name with .jsonl or .csv, or one without "
                         "a suffix for a folder of Parquet files.")


def exist(to: Path) -> bool:
    """Whether the results are there already."""
    return to.is_file() if to.suffix else (to / "recordings").is_dir()


def write(to: Path, told_of: Iterable[dict[str, Any]], classes: Sequence[str]) -> None:
    """Write what is told of the recordings; `classes` are those of the answers."""
    match to.suffix.lower():
        case ".jsonl":
            _write_jsonl(to, told_of)
        case ".csv":
            _write_csv(to, told_of, classes)
        case _:
            _write_parquet(to, told_of, classes)


def columns(classes: Sequence[str]) -> list[str]:
    """The columns of a recording's row."""
    return ["recording", "label", "confident", *classes, "outside", "sex", "duration_s", "segments", "reasons",
            "recognizer", "version", "error"]


def row(told_of: dict[str, Any], classes: Sequence[str]) -> dict[str, Any]:
    """A recording as a row of `columns`; None where nothing is known."""
    found: dict[str, Any] = dict.fromkeys(columns(classes))
    found["recording"], found["error"] = told_of["file"], told_of.get("error")
    if found["error"] is None:
        found |= {name: told_of[name] for name in ("label", "confident", "outside", "sex", "duration_s")}
        found |= told_of["probabilities"]
        found |= {"segments": len(told_of["segments"]), "reasons": " ".join(told_of["reasons"]),
                  "recognizer": told_of["recognizer"]["name"], "version": told_of["recognizer"]["version"]}
    return found


def segment_rows(told_of: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every segment of a recording as a row."""
    for segment in told_of.get("segments", ()):
        yield {"recording": told_of["file"], "start_s": segment["start_s"], "end_s": segment["end_s"],
               "label": segment["label"], **segment["probabilities"]}


def _write_jsonl(to: Path, told_of: Iterable[dict[str, Any]]) -> None:
    with write_whole(to) as part, part.open("w", encoding="utf-8", errors="surrogateescape") as file:
        for one in told_of:
            file.write(json.dumps(one, ensure_ascii=False) + "\n")


def _write_csv(to: Path, told_of: Iterable[dict[str, Any]], classes: Sequence[str]) -> None:
    with write_whole(to) as part, part.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.DictWriter(file, columns(classes))
        writer.writeheader()
        for one in told_of:
            writer.writerow(row(one, classes))


def _write_parquet(to: Path, told_of: Iterable[dict[str, Any]], classes: Sequence[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    shares = [(name, pa.float64()) for name in classes]
    schemas = {
        "recordings": pa.schema([("recording", pa.string()), ("label", pa.string()), ("confident", pa.bool_()), *shares,
                                 ("outside", pa.float64()), ("sex", pa.string()), ("duration_s", pa.float64()),
                                 ("segments", pa.int32()), ("reasons", pa.string()), ("recognizer", pa.string()),
                                 ("version", pa.string()), ("error", pa.string())]),
        "segments": pa.schema([("recording", pa.string()), ("start_s", pa.float64()), ("end_s", pa.float64()),
                                ("label", pa.string()), *shares]),
    }
    part = to.with_name(f".{to.name}.part")
    with told(to):
        shutil.rmtree(part, ignore_errors=True)
        for name in schemas:
            (part / name).mkdir(parents=True)
        for number, some in enumerate(_batches(told_of)):
            rows = {"recordings": [row(one, classes) for one in some],
                    "segments": [segment for one in some for segment in segment_rows(one)]}
            for name, schema in schemas.items():
                table = pa.Table.from_pylist(rows[name], schema=schema)
                pa.parquet.write_table(table, part / name / f"part-{number:05}.parquet")
        to.mkdir(parents=True, exist_ok=True)
        for name in reversed(schemas):  # the recordings last: they say that all is there
            shutil.rmtree(to / name, ignore_errors=True)  # of a run that was killed just then
            (part / name).replace(to / name)
        shutil.rmtree(part)


def _batches(told_of: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Some at a time; at least one batch, for an empty table is a table too."""
    rest = iter(told_of)
    some = list(islice(rest, PARQUET_ROWS))
    yield some
    while some := list(islice(rest, PARQUET_ROWS)):
        yield some
