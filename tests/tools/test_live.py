"""`tools/live.py`: what is shown live is measured on recordings whose emotion changes."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from intone.audio import RATE
from intone.corpora.table import open_corpora
from intone.recognition import hysteresis, live

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The program; what it changes in the package is put back."""
    for module, names in ((live, ("WINDOW_S",)), (hysteresis, ("LEAD", "TIMES"))):
        for name in names:
            monkeypatch.setattr(module, name, getattr(module, name))
    spec = importlib.util.spec_from_file_location("live_tool", ROOT / "tools" / "live.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "live_tool", module)
    spec.loader.exec_module(module)
    yield module


def test_real_recordings_are_measured(tool, crema_d_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "WINDOWS_S", (2.0, 3.0))
    assert tool.main([str(crema_d_dir), "--recordings", "2", "--jobs", "1", "--to", str(tmp_path / "live.csv")]) == 0
    rows = pd.read_csv(tmp_path / "live.csv")
    assert len(rows) == 2 * (1 + 5 * 3) and set(rows["window_s"]) == {2.0, 3.0}
    assert rows["right"].between(0.2, 1).all() and (rows["states"] > 20).all()
    calm = rows[rows["lead"] == 0.3]["changes"].max()
    assert calm <= rows[rows["lead"] == 0]["changes"].min()


def test_recordings_are_of_one_speaker_and_the_seed_decides(tool, crema_d_dir):
    table = open_corpora([str(crema_d_dir)])
    found = tool.chosen(table, 5, 1)
    assert found == tool.chosen(table, 5, 1) != tool.chosen(table, 5, 2)
    by_path = table.set_index("path")
    for parts in found:
        emotions = [emotion for emotion, _ in parts]
        assert len(set(emotions)) == tool.EMOTIONS
        assert len({by_path.loc[path, "actor"] for _, paths in parts for path in paths}) == 1
        assert all(by_path.loc[path, "emotion"] == emotion for emotion, paths in parts for path in paths)


def test_an_emotion_ends_with_its_pause(tool, monkeypatch):
    monkeypatch.setattr(tool, "read_mono", lambda path: np.full(RATE, 0.5, np.float32))
    signal, emotions = tool.joined([("sad", ["a", "b"]), ("calm", ["c"])], 0.5)
    assert emotions == [(3.0, "sad"), (4.5, "calm")] and len(signal) == 4.5 * RATE


def test_states_are_judged_half_a_second_later(tool):
    shares = [(1.0, {}), (2.0, {"sad": 0.9, "calm": 0.1}), (3.0, None), (3.4, {"sad": 0.4, "calm": 0.6}), (9.0, None)]
    assert tool.judged(shares, [(2.5, "sad"), (4.0, "calm")], 0.1, 3) == (2, 3, 1)
    assert tool.judged(shares, [(2.5, "sad"), (4.0, "calm")], 0.5, 3) == (1, 3, 0)
