"""What is done of a batch, written down as it comes: a line of JSON for each recording.

The first line says what was asked. A process that dies leaves at most half a line behind, which is cut off when the
work goes on. Only one process writes at a time.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from intone.batch.work import Outcome, Question
from intone.errors import UsageError
from intone.files import FileError, lock, told

_LINE = {"recording": str, "told": dict}


class Journal:
    """An open journal. `done` are the recordings that are written down; close it by `with`."""

    def __init__(self, path: Path, question: Question) -> None:
        self.path = path
        self._offsets: dict[str, int] = {}
        with told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            # Kept open, for it holds the lock; without a buffer, which would write again when it is closed what a full
            # disk refused.
            self._file = path.open("ab", buffering=0)
        try:
            if not lock(self._file.fileno(), path):
                raise UsageError(f"Another `intone batch` is writing {path.with_suffix('')} now: wait for it, or "
                                 "choose another --to.")
            self._read(json.loads(json.dumps(asdict(question))))
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def done(self) -> frozenset[str]:
        """The recordings that are written down."""
        return frozenset(self._offsets)

    def add(self, outcome: Outcome) -> None:
        """Write down what came of a recording; what is there already stays."""
        if outcome.recording not in self._offsets:
            with told(self.path):
                heard = {"heard": outcome.heard} if outcome.heard else {}
                self._offsets[outcome.recording] = self._append({"recording": outcome.recording, "told": outcome.told,
                                                                 **heard})

    def outcomes(self, recordings: Sequence[str]) -> Iterator[dict[str, Any]]:
        """What is told of recordings that are done, in their order."""
        return (one["told"] for one in self.lines(recordings))

    def lines(self, recordings: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The lines about recordings that are done, in their order: `told`, and `heard` where that is kept."""
        with told(self.path), self.path.open("rb") as file:
            for recording in recordings:
                file.seek(self._offsets[recording])
                yield self._parsed(file.readline(), _LINE)

    def remove(self) -> None:
        """Delete the journal, once its results are written elsewhere."""
        with told(self.path):
            self.path.unlink()

    def _append(self, line: dict[str, Any]) -> int:
        """Write a line whole; returns where it begins. What a full disk leaves of it is cut off again."""
        at = self._file.seek(0, os.SEEK_END)
        rest = memoryview(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n")
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            os.ftruncate(self._file.fileno(), at)
            raise
        return at

    def _read(self, asked: dict[str, Any]) -> None:
        """Take up what is there; the question must be the same."""
        with told(self.path), self.path.open("rb") as file:
            first, end = file.readline(), 0
            for line in file:
                end = end or len(first)
                if not line.endswith(b"\n"):
                    break
                self._offsets[self._parsed(line, _LINE)["recording"]] = end
                end += len(line)
            end = end or (len(first) if first.endswith(b"\n") else 0)
            os.ftruncate(self._file.fileno(), end)
            if not end:
                self._append({"asked": asked})
                return
        # What an earlier version could not be asked was as it is by default now.
        before = asdict(Question()) | self._parsed(first, {"asked": dict})["asked"]
        if before != asked:
            odd = ", ".join(sorted(name for name in before.keys() | asked if before.get(name) != asked.get(name)))
            raise UsageError(f"What is done already in {self.path} was asked otherwise ({odd}): ask as before, choose "
                             "another --to, or delete it.")

    def _parsed(self, line: bytes, kinds: Mapping[str, type]) -> dict[str, Any]:
        """A line that has values of these kinds."""
        with suppress(ValueError, RecursionError):
            found = json.loads(line.decode("utf-8", "surrogateescape"))
            if isinstance(found, dict) and all(isinstance(found.get(name), kind) for name, kind in kinds.items()):
                return found
        raise FileError(f"{self.path} is damaged (it is not a journal of intone): delete it and start again.")
