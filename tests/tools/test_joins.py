"""`tools/joins.py`: where clips were joined, a segment ends."""

import importlib.util
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from intone.audio import RATE
from intone.audio.vad import Span
from intone.corpora.table import open_corpora
from sounds import noise, voice

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def joins() -> ModuleType:
    spec = importlib.util.spec_from_file_location("joins", ROOT / "tools" / "joins.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["joins"] = module
    spec.loader.exec_module(module)
    return module


def test_joins_of_real_clips_are_found(joins, ravdess_dir, crema_d_dir, tmp_path, capsys):
    assert joins.main([str(ravdess_dir), str(crema_d_dir), "--recordings", "8", "--jobs", "1", "--to",
                       str(tmp_path / "joins.csv")]) == 0
    rows = pd.read_csv(tmp_path / "joins.csv")
    assert list(rows.columns) == ["pause_s", "distance_s"]
    assert sorted(set(rows["pause_s"])) == [0, *joins.PAUSES_S]
    assert len(rows) == 4 * 8 * (joins.IN_A_ROW - 1)
    assert rows["distance_s"].median() < joins.NEAR_S
    assert (rows["distance_s"] < joins.NEAR_S).mean() >= 0.9
    printed = capsys.readouterr().out
    assert "as recorded: 16 joins, median 0.000 s" in printed
    assert "trimmed, pauses of 0.3 s: 16 joins" in printed


def test_neighbours_have_different_emotions_and_the_seed_decides(joins, ravdess_dir, crema_d_dir):
    table = open_corpora([str(ravdess_dir), str(crema_d_dir)]).set_index("path")
    rows = joins.chosen(table.reset_index(), 30, 0)
    assert rows == joins.chosen(table.reset_index(), 30, 0) != joins.chosen(table.reset_index(), 30, 1)
    for paths in rows:
        assert len(set(table.loc[paths, "corpus"])) == 1
        emotions = list(table.loc[paths, "emotion"])
        assert all(a != b for a, b in pairwise(emotions))
    assert {table.loc[paths[0], "corpus"] for paths in rows} == {"ravdess", "crema-d"}


def test_clips_are_joined_whole_or_trimmed(joins):
    clips = [np.pad(voice(1), RATE) + noise(3, rms=1e-5, seed=seed) for seed in range(3)]
    whole, pauses = joins.joined(clips, 0.0)
    assert np.array_equal(whole, np.concatenate(clips))
    assert pauses == [(3 * RATE, 3 * RATE), (6 * RATE, 6 * RATE)]
    trimmed, pauses = joins.joined(clips, 0.4)
    assert len(trimmed) / RATE == pytest.approx(3 * 1.05 + 2 * 0.4, abs=0.2)
    for start, end in pauses:
        assert end - start == round(0.4 * RATE)
        assert not trimmed[start:end].any()
        assert np.abs(trimmed[start - RATE // 5 : start]).max() > 0.01


@pytest.mark.parametrize(("pause", "expected"), [
    ((2.1, 2.1), 0), ((2.0, 2.2), 0), ((1.5, 2.05), 0), ((1.0, 1.5), 0.5), ((2.5, 3.0), 0.3), ((7.0, 7.0), 1.0)])
def test_the_distance_is_to_the_nearest_boundary(joins, pause, expected):
    spans = [Span(round(a * RATE), round(b * RATE), 1.0) for a, b in ((0, 2), (2.2, 5), (6, 9))]
    spans = spans[:2] if pause[0] < 5 else spans
    assert joins.distance_s(tuple(round(edge * RATE) for edge in pause), spans) == pytest.approx(expected)


def test_one_segment_has_no_boundary(joins):
    assert joins.distance_s((1, 2), [Span(0, RATE, 1.0)]) == float("inf")
