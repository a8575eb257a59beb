"""The command `intone`, run in this process or in one of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from intone.cli import main

PATIENCE_S = 600
"""A command that has not ended by then hangs. A busy machine takes minutes for what trains."""


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one sentence on the standard error; fails where there is more or less, or what nobody should see."""
        assert self.err.startswith("intone: ") and self.err.endswith(".\n") and self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err and "nan" not in self.err.lower().split(), self.err
        return self.err.removeprefix("intone: ").rstrip("\n")


def run(capsys: pytest.CaptureFixture[str], *words: object) -> Ran:
    """Run a command in this process."""
    capsys.readouterr()
    status = main([str(word) for word in words])
    written = capsys.readouterr()
    return Ran(status, written.out, written.err)


def start(*words: object, before: Sequence[str] = ("-m", "intone"), **options: Any) -> "subprocess.Popen[str]":
    """Start a command in a process of its own; `before` the words stands what Python runs."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": environment} | options
    return subprocess.Popen([sys.executable, *before, *map(str, words)], **options)


def finish(process: "subprocess.Popen[str]") -> Ran:
    """Wait for a command in a process of its own."""
    out, err = process.communicate(timeout=PATIENCE_S)
    return Ran(process.returncode, out or "", err or "")


def ending_itself(epochs: int, signal: str) -> tuple[str, str]:
    """What Python runs (`before` of `start`) that gets a signal as soon as it has the checkpoint of so many epochs."""
    return "-c", f"""
import os, signal, sys
from intone.cli import main
from intone.training import cnn
save = cnn._State.save
def saved(state, path, done):
    save(state, path, done)
    if done == {epochs}:
        os.kill(os.getpid(), signal.{signal})
cnn._State.save = saved
sys.exit(main(sys.argv[1:]))
"""


def poisoned(folder: Path) -> Path:
    """A folder, which is made, with modules that nobody should import: they have the names of others."""
    folder.mkdir()
    for name in ("intone", "multiprocessing", "numpy", "pickle", "random", "signal", "socket", "tempfile", "tqdm"):
        (folder / f"{name}.py").write_text(f"raise SystemExit('{name} of the current folder is imported')\n", "utf-8")
    return folder
