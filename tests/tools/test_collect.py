"""The answers of an evaluation come to results/ under the names that the tables read."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from intone.recognition.scoring import read_rows, write_rows

TOOL = Path(__file__).resolve().parents[2] / "tools" / "collect.py"


@pytest.fixture(scope="module")
def collect() -> ModuleType:
    spec = importlib.util.spec_from_file_location("collect", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(clips: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"clip": clips, "fold": 0, "actor": 1, "truth": "sad", "sad": 0.5, "angry": 0.5})


def test_what_there_is_is_copied(collect: ModuleType, tmp_path: Path) -> None:
    write_rows(tmp_path / "run" / "out-of-fold.csv", rows(["a"]))
    write_rows(tmp_path / "run" / "robustness-every-4.csv", rows(["b"]))
    written = collect.collect(tmp_path / "run", "mine", tmp_path / "results")
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "results/ravdess-5fold/mine.csv", "results/robustness/mine.csv"]
    write_rows(tmp_path / "run" / "robustness.csv", rows(["c"]))
    collect.collect(tmp_path / "run", "mine", tmp_path / "results")
    assert list(read_rows(tmp_path / "results" / "robustness" / "mine.csv")["clip"]) == ["c"]


def test_the_other_corpus_has_a_file_of_its_own(collect: ModuleType, tmp_path: Path) -> None:
    write_rows(tmp_path / "run" / "robustness-crema-d-every-12.csv", rows(["d"]))
    written = collect.collect(tmp_path / "run", "mine", tmp_path / "results")
    assert [path.relative_to(tmp_path).as_posix() for path in written] == ["results/robustness/mine-crema-d.csv"]
