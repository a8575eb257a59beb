"""The tool that asks what telling the sex changes."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from intone.corpora import open_corpora, ravdess
from intone.recognition import scoring
from small_corpus import write_corpus

TOOL = Path(__file__).resolve().parents[2] / "tools" / "sexes.py"


def test_every_clip_is_answered_by_its_fold_with_its_own_sex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("sexes", TOOL)
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    table = open_corpora([str(write_corpus(tmp_path / "ravdess", actors=tuple(range(1, 25)), seconds=0.2))])

    def serve(model: Path, asked: tuple[str, str]) -> tuple[list[float], str, None]:
        clip, sex = asked
        actor = int(Path(clip).stem[-2:])
        assert sex == ("male" if actor % 2 else "female")
        assert actor in ravdess.TEST[int(model.parent.name[-1])]
        return [0.125] * 8, sex, None

    monkeypatch.setattr(scoring, "_serve", serve)
    monkeypatch.setattr(scoring, "_load", lambda model: type("M", (), {"settings": type("S", (), {"classes": "8"})}))
    rows = tool.told(tmp_path / "run", table, jobs=1)
    assert isinstance(rows, pd.DataFrame)
    assert sorted(rows["clip"]) == sorted(table["clip"]) and set(rows["fold"]) == set(range(5))
