"""Contestants that take turns, what each turn took, and how the times compare.

A contestant is a command that runs to its end, or a worker: a process that stays, and runs the same work again and
again. `worker.py` is the other end of a worker's pipe. Whatever befalls the machine during a round befalls all of them.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS",
                            "TF_NUM_INTEROP_THREADS"), "1")
"""What keeps every library here on one thread."""

_ROOT = Path(__file__).resolve().parent.parent
_TURN = _ROOT / "benchmarks" / "turn.py"
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1", "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1",
         "PYTHONPATH": os.pathsep.join(str(_ROOT / name) for name in ("src", "benchmarks"))}
"""Few words, no GPU, no network, and this checkout."""


class ContestantError(Exception):
    """A contestant that failed; its last words are in the message."""


@dataclass(frozen=True)
class Taken:
    """What one turn took: seconds of the clock, seconds of all cores, and megabytes of the largest process."""

    seconds: float
    cpu_s: float
    memory_mb: float = 0.0


@dataclass(frozen=True)
class Ratio:
    """How many times one took what another took, over the rounds."""

    median: float
    min: float
    max: float


@dataclass(frozen=True)
class Command:
    """A command whose whole process counts. The folder or file `fresh` is deleted before every turn.

    With `warm_up` it has one more turn before, which does not count: it writes byte code, and the files are in memory.
    """

    words: Sequence[str | Path]
    fresh: Path | None = None
    warm_up: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Nothing: every turn is a new process."""

    def run(self) -> Taken:
        """One turn; a ContestantError where it fails."""
        if self.fresh is not None:
            _delete(self.fresh)
        with tempfile.TemporaryFile("w+", errors="replace") as errors:  # a pipe, whoever outlives it would keep open
            turn = subprocess.run([sys.executable, "-I", "-S", _TURN, *self.words], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=errors, text=True, check=False,
                                  env=_environment(self.environment))
            errors.seek(0)
            told = json.loads(turn.stdout or '{"ended": "no word"}')
            if ended := told.pop("ended"):
                raise ContestantError(f"{_told(self.words)} ended with {ended}: {errors.read()[-2000:]}")
        return Taken(**told)

    def stop(self) -> None:
        """Nothing: every turn has ended."""


@dataclass
class Worker:
    """A process that stays, and runs once whenever it is told to."""

    words: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    warm_up: bool = True
    _process: "subprocess.Popen[str] | None" = None

    def start(self) -> None:
        """Start it, and wait until it has loaded what it needs."""
        self._process = subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                         env=_environment(self.environment))
        while self._read() != "ready\n":  # libraries print while they are imported
            pass

    def run(self) -> Taken:
        """One turn; a ContestantError where the process has ended."""
        assert self._process is not None and self._process.stdin is not None, "start it first"
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return Taken(**json.loads(self._read()))

    def stop(self) -> None:
        """End it by closing its pipe."""
        if self._process is not None:
            self._process.communicate()

    def _read(self) -> str:
        assert self._process is not None and self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ContestantError(f"{_told(self.words)} ended with {self._process.wait()}; what it said is above.")
        return line


Contestant = Command | Worker


def alternated(contestants: Mapping[str, Contestant], rounds: int) -> dict[str, list[Taken]]:
    """What every contestant took in every round, by name; every other round goes backwards."""
    taken: dict[str, list[Taken]] = {name: [] for name in contestants}
    try:
        for one in contestants.values():
            one.start()
            if one.warm_up:
                one.run()
        for number in range(rounds):
            for name in list(contestants)[:: -1 if number % 2 else 1]:
                taken[name].append(contestants[name].run())
    finally:
        for one in contestants.values():
            one.stop()
    return taken


def ratio(over: Sequence[float], under: Sequence[float]) -> Ratio:
    """`over` divided by `under`, round by round: what befell the machine in a round befell both."""
    shares = [a / b for a, b in zip(over, under, strict=True)]
    return Ratio(statistics.median(shares), min(shares), max(shares))


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """This one's, in which byte code is written as on anybody's machine."""
    return {**{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}, **QUIET, **more}


def _told(words: Sequence[str | Path]) -> str:
    return " ".join(map(str, words))


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
