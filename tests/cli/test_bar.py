"""The bar of `intone predict`, on a terminal and nowhere else, and what Ctrl+C leaves."""

import os
import pty
import re
import signal
import subprocess
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from command import start
from intone.audio import RATE
from sounds import pcm, silence, voice
from tiny_model import tiny_adaptable, tiny_model

LINE = np.concatenate([voice(1.0, 120, 1), silence(1.0)])
AT_ONCE = "import sys; from intone.cli import bar, main; bar.PATIENCE_S, bar.STEP_S = 0, -1; sys.exit(main(sys.argv[1:]))"
"""The command with a bar that waits for nothing: what it shows depends on no clock."""


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    return tiny_model(tmp_path / "quick.onnx", {"male_sad": 1.0})


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A recognizer that takes about 0.3 s for a segment, so that there is time to interrupt it."""
    return tiny_model(tmp_path / "slow.onnx", {"male_sad": 1.0}, work=2000)


def start_at_once(*words: object, **options: Any) -> "subprocess.Popen[str]":
    return start(*words, before=("-c", AT_ONCE), **options)


def recording(path: Path, segments: int) -> Path:
    path.write_bytes(pcm(np.tile(LINE, segments), RATE))
    return path


class Terminal:
    """The standard error of a command as a terminal of 100 columns."""

    def __init__(self, *words: object, start: Callable[..., "subprocess.Popen[str]"] = start_at_once,
                 size: tuple[int, int] = (24, 100)) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, size)
        self.process = start(*words, stderr=theirs)
        os.close(theirs)
        self.shown = ""

    def parts(self) -> Iterator[str]:
        """What is shown, as it comes."""
        try:
            while part := os.read(self._ours, 100_000):
                self.shown += part.decode()
                yield self.shown
        except OSError:  # how a terminal ends
            pass

    def finish(self) -> tuple[int, str, str]:
        """The exit status, the output, and all that was shown."""
        for _ in self.parts():
            pass
        os.close(self._ours)
        out, _ = self.process.communicate(timeout=60)
        return self.process.returncode, out, self.shown


def shares(shown: str) -> list[int]:
    return [int(share) for share in re.findall(r" *(\d+)%\|", shown)]


def test_one_long_recording_shows_how_far_it_is(quick: Path, tmp_path: Path) -> None:
    path = recording(tmp_path / "long.wav", 10)
    status, out, shown = Terminal("predict", path, "--recognizer", quick).finish()
    assert status == 0 and str(path) in out
    found = shares(shown)
    assert len(found) > 3 and found == sorted(found) and 0 < found[len(found) // 2] < 100
    assert "0/1 recording [" in shown and "recordings" not in shown
    assert shown.rstrip(" ").endswith("\r"), "the bar is gone at the end"


def test_it_is_seen_on_a_terminal_that_tells_no_size(quick: Path, tmp_path: Path) -> None:
    words = "predict", recording(tmp_path / "long.wav", 10), "--recognizer", quick
    status, _, shown = Terminal(*words, size=(0, 0)).finish()
    assert status == 0 and len(shares(shown)) > 3 and "0/1 recording [" in shown


def test_so_is_that_of_a_batch(quick: Path, tmp_path: Path) -> None:
    recording(tmp_path / "a.wav", 1)
    words = "batch", tmp_path / "a.wav", "--to", tmp_path / "a.csv", "--jobs", 1, "--recognizer", quick
    status, _, shown = Terminal(*words, size=(0, 0), start=start).finish()
    assert status == 0 and "100%|" in shown and "h of sound" in shown


def test_within_several_it_moves_too(quick: Path, tmp_path: Path) -> None:
    paths = [recording(tmp_path / f"{number}.wav", 4) for number in range(3)]
    status, _, shown = Terminal("predict", *paths, "--recognizer", quick, "--format", "json").finish()
    found = shares(shown)
    assert status == 0 and found == sorted(found) and found[-1] == 100
    assert any(0 < share < 30 for share in found) and "1/3 recordings" in shown


def test_recordings_of_one_person_show_it_too(tmp_path: Path) -> None:
    model = tiny_adaptable(tmp_path / "tiny.onnx")
    paths = [recording(tmp_path / f"{number}.wav", 2) for number in range(3)]
    status, _, shown = Terminal("predict", *paths, "--recognizer", model, "--same-speaker").finish()
    assert status == 0 and "2/3 recordings" in shown


def test_a_short_one_shows_none(quick: Path, tmp_path: Path) -> None:
    words = "predict", recording(tmp_path / "short.wav", 1), "--recognizer", quick
    assert Terminal(*words, start=start).finish()[2] == ""


def test_on_a_pipe_there_is_none(quick: Path, tmp_path: Path) -> None:
    process = start_at_once("predict", recording(tmp_path / "long.wav", 5), "--recognizer", quick)
    assert process.communicate(timeout=60)[1] == "" and process.returncode == 0


@pytest.mark.parametrize("form", ["table", "json"])
def test_ctrl_c_ends_it_with_a_sentence(form: str, slow: Path, tmp_path: Path) -> None:
    terminal = Terminal("predict", recording(tmp_path / "long.wav", 30), "--recognizer", slow, "--format", form)
    for shown in terminal.parts():
        if shares(shown)[-1:] > [0]:
            terminal.process.send_signal(signal.SIGINT)
            break
    status, out, shown = terminal.finish()
    assert (status, out) == (130, "")
    assert re.sub(r".*\r", "", shown.replace("\r\n", "\n")) == "intone: Interrupted.\n"


def test_ctrl_c_on_a_pipe_says_the_same(slow: Path, tmp_path: Path) -> None:
    paths = [recording(tmp_path / "short.wav", 1), recording(tmp_path / "long.wav", 200)]
    process = start("predict", *paths, "--recognizer", slow, "--format", "jsonl", stdout=subprocess.PIPE)
    assert process.stdout is not None and "short.wav" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("", "intone: Interrupted.\n")
    assert process.returncode == 130
