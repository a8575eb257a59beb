"""The tables of README, docs and the model card are those that the committed predictions give."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tables", ROOT / "tools" / "tables.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["tables"] = module
    spec.loader.exec_module(module)
    return module


def pages(tables: ModuleType) -> list[Path]:
    found = sorted(path for pattern in tables.PAGES for path in ROOT.glob(pattern))
    assert found, "no page was found"
    return found


def test_every_table_is_that_of_the_committed_predictions(tables: ModuleType) -> None:
    stale = [path.name for path in pages(tables) if tables.rewritten(path.read_text()) != path.read_text()]
    assert stale == [], "run `make tables`"


def test_a_changed_figure_is_seen(tables: ModuleType) -> None:
    card = (ROOT / "src" / "intone" / "recognizers" / "README.md").read_text()
    changed = re.sub(r"(\| always calm \| 1440 \| )[\d.]+", r"\g<1>99.9", card)
    assert changed != card
    assert tables.rewritten(changed) == card


def test_no_table_is_left_empty_and_every_one_is_used(tables: ModuleType) -> None:
    text = "".join(path.read_text() for path in pages(tables))
    assert not re.search(r"-->\s*<!-- /(table|figure) -->", text)
    assert set(re.findall(r"<!-- table: ([\w-]+) -->", text)) == set(tables.TABLES)
    assert set(re.findall(r"<!-- figure: ([\w-]+) -->", text)) == set(tables.FIGURES)


def test_no_voice_is_in_two_folds_of_the_committed_predictions(tables: ModuleType) -> None:
    files = sorted((ROOT / "results" / "ravdess-5fold").glob("*.csv"))
    assert files, "no predictions are committed"
    for path in files:
        rows = tables.read_rows(path)
        assert rows["clip"].is_unique
        assert (rows.groupby("actor")["fold"].nunique() == 1).all()
        assert set(rows["fold"]) == set(range(5))
