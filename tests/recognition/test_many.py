"""`predict_many`: a table of answers, in order, with what failed, with a bar, and with what is done when interrupted."""

import csv
import io
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from command import run
from intone import Recognizer
from intone.audio import RATE
from intone.errors import UsageError
from intone.recognition.formats import columns
from intone.recognition.recognizer import load
from sounds import pcm, silence, voice
from tiny_model import tiny_model


@pytest.fixture
def tilted(tmp_path: Path) -> Recognizer:
    return load(tiny_model(tmp_path / "tiny.onnx", {"male_sad": 0.02, "male_happy": 0.98},
                           {"male_sad": 0.1, "male_happy": -0.1}))


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """A folder of three recordings, the second of which cannot be answered."""
    folder = tmp_path / "calls"
    folder.mkdir()
    for name, signal in (("a.wav", voice(1.0, 110, 1)), ("b.wav", silence(1)), ("c.wav", voice(2.0, 200, 3))):
        (folder / name).write_bytes(pcm(signal, RATE))
    return folder


def test_a_table_has_what_the_command_line_writes(
    tilted: Recognizer, calls: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = run(capsys, "predict", calls, "--format", "csv", "--classes", "8", "--recognizer", tmp_path / "tiny.onnx")
    written = list(csv.DictReader(io.StringIO(shown.out)))
    found = tilted.predict_many(calls, classes=8)
    assert list(found.columns) == list(written[0]) and len(found) == len(written) == 3
    for mine, theirs in zip(found.to_dict("records"), written, strict=True):
        for name, value in mine.items():
            if pd.isna(value):
                assert theirs[name] == "", name
            elif isinstance(value, float):
                assert float(theirs[name]) == pytest.approx(value, abs=1e-6), name
            else:
                assert theirs[name] == str(value), name


def test_what_cannot_be_answered_is_a_row_with_the_reason(tilted: Recognizer, calls: Path) -> None:
    given = [calls / "c.wav", None, calls / "b.wav", (voice(1), RATE), voice(1), calls, calls / "none.wav", b"no sound"]
    found = tilted.predict_many(given)
    assert found["error"].isna().tolist() == [True, False, False, True, False, False, False, False]
    for place, said in ((1, "A missing value"), (2, "The recording is silent"), (4, "Samples need their rate"),
                        (5, f"{calls} is a folder"), (6, "The file cannot be read (No such"), (7, "The file is ")):
        assert found["error"][place].startswith(said)
    assert found["file"].fillna("").tolist() == [str(calls / "c.wav"), "", str(calls / "b.wav"), "", "", str(calls),
                                                 str(calls / "none.wav"), ""]
    assert found["duration_s"][0] == 2.0 and np.isnan(found["duration_s"][1])


def test_a_column_keeps_its_index_so_that_it_can_be_joined(tilted: Recognizer, calls: Path) -> None:
    table = pd.DataFrame({"path": [str(calls / "c.wav"), None, str(calls / "a.wav")], "who": ["x", "y", "z"]}, [7, 3, 5])
    found = table.join(tilted.predict_many(table["path"]))
    assert found["who"].tolist() == ["x", "y", "z"] and found["duration_s"].tolist()[::2] == [2.0, 1.0]
    assert tilted.predict_many(iter(table["path"])).index.tolist() == [0, 1, 2]


def test_every_channel_has_a_row(tilted: Recognizer) -> None:
    both = np.stack([voice(1), silence(1)], axis=1)
    column = pd.Series([(both, RATE)], index=["call"])
    found = tilted.predict_many(column, channel="each")
    assert found["channel"].tolist() == ["1", "2"] and found.index.tolist() == ["call", "call"]
    assert found["error"].isna().tolist() == [True, False]
    (missing,) = tilted.predict_many(column, channel=3)["error"]
    assert missing == "There is no channel 3: the last one of the recording is 2."


def test_one_recording_and_none_are_tables_too(tilted: Recognizer, calls: Path) -> None:
    assert tilted.predict_many(calls / "a.wav")["file"].tolist() == [str(calls / "a.wav")]
    for none in ([], iter(()), pd.Series([], dtype=object)):
        found = tilted.predict_many(none, classes=8)
        assert len(found) == 0 and list(found.columns) == columns(tuple(tilted.identity.classes))


def test_what_concerns_all_recordings_is_told_at_once(tilted: Recognizer, calls: Path, tmp_path: Path) -> None:
    for given, choice, said in ((calls, {"classes": 7}, "no scheme"), (calls, {"sex": "both"}, "no sex"),
                                (None, {}, "A missing value"), (pd.DataFrame({"a": ["b"]}), {}, "A table is no"),
                                (voice(1), {}, "Samples need their rate"), (3, {}, "The number 3")):
        with pytest.raises(UsageError, match=said):
            tilted.predict_many(given, **choice)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="empty holds no recordings: name another"):
        tilted.predict_many(tmp_path / "empty")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_done_when_it_is_interrupted_is_kept(tilted: Recognizer, calls: Path, place: int) -> None:
    def paths() -> Any:
        for number, name in enumerate(("a.wav", "b.wav", "c.wav")):
            if number == place:
                raise KeyboardInterrupt
            yield calls / name

    with pytest.raises(KeyboardInterrupt, match=f"{place} rows are done, and kept as `done`") as stop:
        tilted.predict_many(paths())
    assert [Path(name).name for name in stop.value.done["file"]] == ["a.wav", "b.wav"][:place]
    assert list(stop.value.done.columns) == list(tilted.predict_many([]).columns)


def test_without_pandas_a_sentence_says_what_to_do(
    tilted: Recognizer, calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match=r"pandas is not installed: run pip install pandas, or call predict for a list"):
        tilted.predict_many(calls)


MANY = """
import sys, intone
intone.load(sys.argv[1]).predict_many(sys.argv[2], progress=eval(sys.argv[3]))
"""


@pytest.mark.usefixtures("tilted")
@pytest.mark.parametrize(("asked", "terminal", "seen"), [
    ("None", True, True), ("None", False, False), ("True", False, True), ("False", True, False)])
def test_a_bar_shows_how_far_it_is(asked: str, terminal: bool, seen: bool, calls: Path) -> None:
    read, write = pty.openpty() if terminal else os.pipe()
    if terminal:
        termios.tcsetwinsize(write, (24, 100))
    with subprocess.Popen([sys.executable, "-c", MANY, calls.parent / "tiny.onnx", calls, asked], stderr=write) as process:
        os.close(write)
        told = b""
        while part := _part(read):
            told += part
    os.close(read)
    assert process.returncode == 0
    assert (b"3/3" in told) == seen, told


def _part(read: int) -> bytes:
    try:
        return os.read(read, 100_000)
    except OSError:  # how a terminal ends
        return b""
