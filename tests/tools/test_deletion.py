"""`tools/deletion.py`: what an answer loses with its strongest moments, on a network whose reasons are known."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import soundfile

from intone.audio import RATE
from intone.recognition.model_file import RECOGNIZER
from intone.recognition.prediction import Attribution
from intone.recognition.recognizer import load
from sounds import noise, silence, voice
from tiny_log_mel import tiny_log_mel_model

ROOT = Path(__file__).resolve().parents[2]
ACTORS = (1, 2, 3)
"""Actors 1 and 2 test in the folds 4 and 0; actor 3 in fold 1, which is not trained here."""


@pytest.fixture(scope="module")
def deletion() -> ModuleType:
    spec = importlib.util.spec_from_file_location("deletion", ROOT / "tools" / "deletion.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["deletion"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evaluation of which two folds are trained: their network hears a dark voice as sad, a bright one as happy."""
    folder = tmp_path_factory.mktemp("run")
    for fold in (0, 4):
        (folder / f"fold-{fold}").mkdir()
        tiny_log_mel_model(folder / f"fold-{fold}" / RECOGNIZER)
    return folder


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips of each of three actors: a voice that is dark in one part and bright in the other; one is silent."""
    folder = tmp_path_factory.mktemp("corpus")
    for actor in ACTORS:
        (folder / f"Actor_{actor:02d}").mkdir()
        for repetition in (1, 2):
            bright = np.diff(voice(1, 200, actor), prepend=np.float32(0)) * np.float32(3)
            signal = np.concatenate([voice(1.2, 110, 10 * actor + repetition), bright])
            if (actor, repetition) == (1, 2):
                signal = silence(2)
            path = folder / f"Actor_{actor:02d}" / f"03-01-04-01-01-{repetition:02d}-{actor:02d}.wav"
            soundfile.write(path, signal, RATE)
    return folder


def test_every_clip_of_a_trained_fold_has_a_row(deletion, run, corpus, tmp_path, capsys, monkeypatch):
    to = tmp_path / "deletion.csv"
    words = [str(run), f"ravdess={corpus}", "--jobs", "1", "--to", str(to)]
    assert deletion.main(words) == 0
    rows = pd.read_csv(to)
    assert list(rows.columns) == list(deletion.COLUMNS)
    assert list(rows["fold"]) == [4, 0, 4, 0]
    assert list(rows["clip"].str[-2:]) == ["01", "02", "01", "02"]
    refused = rows[rows["clip"] == "03-01-04-01-01-02-01"]
    assert refused[["top_change", "random_change"]].isna().all(axis=None)
    heard = rows.dropna()
    assert len(heard) == 3
    assert heard["top_change"].mean() < heard["random_change"].mean()
    printed = capsys.readouterr().out
    assert "3 clips of 4 (1 refused" in printed
    assert "Wilcoxon signed-rank, one-sided: p = " in printed
    monkeypatch.setattr(deletion, "row", lambda *_, **__: pytest.fail("a clip was measured again"))
    assert deletion.main(words) == 0
    assert to.read_text() == rows.to_csv(index=False)


def test_what_is_missing_is_measured_and_only_that(deletion, run, corpus, tmp_path):
    to = tmp_path / "deletion.csv"
    words = [str(run), f"ravdess={corpus}", "--jobs", "1", "--to", str(to)]
    deletion.main(words)
    whole = pd.read_csv(to)
    whole.iloc[:2].assign(top_change=9.0).to_csv(to, index=False)
    deletion.main(words)
    again = pd.read_csv(to)
    assert list(again["clip"]) == list(whole["clip"])
    assert list(again["top_change"][:2]) == [9.0, 9.0]
    pd.testing.assert_frame_equal(again[2:], whole[2:])


def test_an_evaluation_that_is_not_there_is_told(deletion, corpus, tmp_path, capsys):
    with pytest.raises(SystemExit):
        deletion.main([str(tmp_path), f"ravdess={corpus}"])
    assert "holds no fold-K/recognizer.onnx" in capsys.readouterr().err


def test_moments_are_cut_out(deletion):
    signal = noise(1)
    found = deletion.cut(signal, [Attribution(0.25, 0.5, 1.0), Attribution(0.75, 1.0, 0.5)])
    assert np.array_equal(found, np.concatenate([signal[: RATE // 4], signal[RATE // 2 : 3 * RATE // 4]]))
    assert np.array_equal(deletion.cut(signal, []), signal)


def test_the_draw_depends_on_clip_and_seed_alone(deletion, run):
    recognizer = load(run / "fold-0")
    signal = np.concatenate([voice(1.2, 110, 1), np.diff(voice(1, 200, 3), prepend=np.float32(0)) * np.float32(3)])
    first = deletion.tested(recognizer, signal, "clip", "8", 0)
    assert first == deletion.tested(recognizer, signal, "clip", "8", 0)
    others = {deletion.tested(recognizer, signal, "clip", "8", seed)[1] for seed in range(4)}
    assert len(others) > 1
    assert deletion.tested(recognizer, silence(1), "clip", "8", 0) == pytest.approx((np.nan, np.nan), nan_ok=True)
