"""The tables and numbers of README, docs and the model card are those that the committed predictions give."""

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from intone.audio.augment import CORRUPTIONS
from intone.labels import EMOTIONS
from intone.recognition.scoring import read_rows, write_rows

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "results"
FOLDED = ("ravdess-5fold", "crema-d-5fold", "references")
FEW = (1, 2, 3, 4, 5)
"""Actors of the small results: women and men, one of each age."""


@pytest.fixture(scope="module")
def tables() -> Iterator[ModuleType]:
    sys.path.insert(0, str(ROOT / "tools"))
    spec = importlib.util.spec_from_file_location("tables", ROOT / "tools" / "tables.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(ROOT / "tools"))


def pages(tables: ModuleType) -> list[Path]:
    found = sorted(path for pattern in tables.PAGES for path in ROOT.glob(pattern))
    assert found, "no page was found"
    return found


@pytest.fixture(scope="module")
def small(tables: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> object:
    """Results of four actors with every file that the tables want, made from the answers of the reference."""
    folder = tmp_path_factory.mktemp("results")
    rows = read_rows(RESULTS / "references" / "xlsr53-finetuned.csv")
    rows = rows[rows["actor"].isin(FEW)].reset_index(drop=True)
    files = dict.fromkeys([*tables.SYSTEMS.values(), tables.speakers.BUNDLED], rows)
    six = rows[rows["truth"].isin(tables.speakers.SHARED)].assign(actor=lambda one: one["actor"] + 1000)
    files |= dict.fromkeys(tables.speakers.CREMA_D.values(), six)
    files[tables.speakers.TUNED] = rows.assign(sex=np.where(rows["actor"] % 2, "male", "female"))
    files |= dict.fromkeys(["sexes/told", "ravdess-5fold/linear-probe"], rows)
    files |= {f"ravdess-5fold/linear-probe-{sex}": rows[rows["actor"] % 2 == (sex == "male")] for sex in ("female", "male")}
    files["robustness/default"] = pd.concat([rows.assign(condition=name) for name in CORRUPTIONS])
    files["robustness/default-crema-d"] = pd.concat([six.assign(condition=name) for name in CORRUPTIONS])
    files["short/default"] = pd.concat([rows.assign(seconds=seconds) for seconds in (0.3, 0.5)])
    files |= {f"unseen-corpora/{name}": six if name == "crema-d" else rows.assign(fold=0) for name in tables.systems.settings().data}
    files["unseen-corpora/emodb"] = rows[rows["truth"].isin(["angry", "happy", "neutral", "sad"])].drop(columns="fold").assign(fold=0)[[*rows]]
    files |= {f"members/{member}/unseen/{name}": files[f"unseen-corpora/{name}"] for member in ("tuned", "probe")
              for name in (*tables.systems.settings().data, "emodb")}
    for name, one in files.items():
        write_rows(folder / f"{name}.csv", one)
    (folder / "voices").mkdir()
    evidence = {f"{kind}_{name}": np.log(rows[name].clip(lower=1e-3)) for kind in ("plain", "relative") for name in EMOTIONS}
    rows[["clip", "fold", "actor", "truth"]].assign(**evidence).to_csv(folder / "voices" / "probe.csv", index=False)
    (folder / "voices" / "means.json").write_text(json.dumps({str(fold): np.eye(8).tolist() for fold in range(5)}))
    pd.DataFrame({"actor": [1001, 1002, 1003, 1004, 1005], "sex": ["male", "female", "male", "female", "male"],
                  "age": [20, 35, 45, 59, 70]}).to_csv(folder / "crema-d-actors.csv", index=False)
    pd.DataFrame({"pause_s": [0.0, 0.3], "distance_s": [0.1, np.inf]}).to_csv(folder / "joins.csv", index=False)
    spoken = {"missed_s": 1.0, "false_s": 0.0, "confused_s": 2.0, "speech_s": 10.0}
    pd.DataFrame([{"corpus": "emodb", "kind": kind, "number": 0, "speakers": 2, "found": found, "right_s": 5.0, **spoken,
                   **{f"{name}_without_collar": value for name, value in spoken.items()}}
                  for kind, found in (("two women", 2), ("two men", 1), ("one speaker's clips", 2))]).to_csv(
        folder / "conversations.csv", index=False)
    (folder / "conversations-600.csv").write_bytes((folder / "conversations.csv").read_bytes())
    pd.DataFrame({"clip": range(9), "top_change": -0.2, "random_change": np.linspace(-0.1, 0, 9)}).to_csv(
        folder / "deletion.csv", index=False)
    for name in ("fuzz", "parsers", "faults", "load", "attack", "bench", "scale", "browser", "long-conversation"):
        (folder / f"{name}.json").write_bytes((RESULTS / f"{name}.json").read_bytes())
    (folder / "live.csv").write_bytes((RESULTS / "live.csv").read_bytes())
    for path in (RESULTS / "original").glob("*.csv"):
        (folder / "original").mkdir(exist_ok=True)
        (folder / "original" / path.name).write_bytes(path.read_bytes())
    return tables.Results(folder)


def cells(table: str, row: str) -> list[str]:
    """The cells of a table's row by its first cell."""
    line = next(line for line in table.splitlines() if line.startswith(f"| {row} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_every_table_is_that_of_the_committed_predictions(tables: ModuleType) -> None:
    stale = [path.name for path in pages(tables) if tables.rewritten(path.read_text()) != path.read_text()]
    assert stale == [], "run `make tables`"


def test_what_the_page_tells_is_that_of_the_committed_predictions(tables: ModuleType) -> None:
    assert tables.published_text(tables.RESULTS, []) == tables.PUBLISHED.read_text(), "run `make tables`"


def test_a_changed_figure_is_seen(tables: ModuleType) -> None:
    table = f"<!-- table: original-male -->\n{tables.TABLES['original-male'](tables.RESULTS)}<!-- /table -->"
    changed = re.sub(r"(\| majority class \(negative\) \| 480 \| )[\d.]+", r"\g<1>99.9", table)
    assert changed != table
    assert tables.rewritten(changed) == tables.rewritten(table) == table


def test_no_table_is_left_empty_and_every_one_is_used(tables: ModuleType) -> None:
    text = "".join(path.read_text() for path in pages(tables))
    assert not re.search(r"-->\s*<!-- /(table|figure) -->", text)
    assert set(re.findall(r"<!-- table: ([\w-]+) -->", text)) == set(tables.TABLES)
    assert set(re.findall(r"<!-- figure: ([\w-]+) -->", text)) == set(tables.FIGURES)


def test_eight_emotions_to_choose_from_are_harder_than_six(tables: ModuleType, small: object) -> None:
    rows = small.rows(tables.speakers.CREMA_D[tables.DEFAULT])
    best = rows[list(EMOTIONS)].to_numpy().argmax(axis=1)
    assert 0 < tables.speakers.never_acted(small) == pytest.approx(np.isin(best, (1, 7)).mean())
    right = pd.Series(np.array(EMOTIONS)[best] == rows["truth"].to_numpy()).groupby(rows["truth"].to_numpy()).mean()
    assert tables.speakers.uar_of_eight(small) == pytest.approx(right.mean())
    assert tables.speakers.uar_of_eight(small) < small.summary(tables.speakers.CREMA_D[tables.DEFAULT]).uar.value


def test_an_answer_counts_as_confident_by_both_conditions(tables: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "ravdess-5fold").mkdir()
    def row(truth: str, **masses: float) -> dict[str, object]:
        return {"clip": "-", "fold": 0, "actor": 1, "truth": truth, **dict.fromkeys(EMOTIONS, 0.0), **masses}

    rows = [row("sad", sad=0.95, happy=0.05), row("happy", sad=0.95, happy=0.05),  # confident, one of them right
            row("sad", sad=0.55, happy=0.45), row("sad", sad=0.4, neutral=0.6), row("sad", sad=0.5, happy=0.5),
            row("neutral", sad=1.0)]  # the scheme leaves it out
    write_rows(tmp_path / "ravdess-5fold" / "default.csv", pd.DataFrame(rows))
    assert tables.systems.confident(tables.Results(tmp_path), "2") == (2 / 5, 1 / 2)


def test_unseen_speakers_and_unseen_corpora_stand_side_by_side(tables: ModuleType, small: object, tmp_path: Path) -> None:
    head, _, *lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables.TABLES["unseen"](small).splitlines()]
    assert [line[:4] for line in lines] == [
        ["RAVDESS", "speakers: five folds", "300", "8"], ["CREMA-D", "speakers: five folds", "220", "6"],
        ["RAVDESS", "corpus: left out", "300", "8"], ["CREMA-D", "corpus: left out", "220", "6"],
        ["nEMO", "corpus: left out", "300", "8"], ["EmoSpeech Command", "corpus: left out", "300", "8"],
        ["EmoDB", "corpus: evaluation only", "140", "4"]]
    assert lines[0][2:] == lines[2][2:] == lines[5][2:]
    own, model = small.rows("unseen-corpora/emodb"), tables.unseen.settings()
    best = own[list(EMOTIONS)].max(axis=1) >= model.confidence["8"].threshold
    assert lines[6][head.index("clear: coverage (8)")].split()[0] == f"{100 * best.mean():.1f}"
    likely = own[list(EMOTIONS)].max(axis=1) >= model.likely["8"].threshold
    assert likely.sum() > best.sum()
    assert lines[6][head.index("likely: coverage (8)")].split()[0] == f"{100 * likely.mean():.1f}"
    assert tables.FIGURES["unseen-calm"](small) == "The probability of calm counts as neutral where a corpus has no calm: CREMA-D, EmoDB."
    for folder in ("ravdess-5fold", "crema-d-5fold"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "default.csv").write_bytes(small.file(f"{folder}/default.csv").read_bytes())
    assert len(tables.TABLES["unseen"](tables.Results(tmp_path)).splitlines()) == 4


def test_every_image_is_there_and_shown(tables: ModuleType) -> None:
    text = (ROOT / "docs" / "results.md").read_text()
    for name in tables.images.IMAGES:
        assert (tables.IMAGES / f"{name}.png").is_file()
        assert f"(images/{name}.png)" in text


def test_a_figure_is_that_of_the_table_on_every_page(tables: ModuleType) -> None:
    shown = {re.findall(r"<!-- table: systems-short -->\n(.*?)<!--", path.read_text(), re.DOTALL)[0]
             for path in (ROOT / "README.md", ROOT / "src" / "intone" / "recognizers" / "README.md")}
    assert len(shown) == 1
    row = cells(shown.pop(), tables.DEFAULT)
    assert row[:3] == cells((ROOT / "docs" / "results.md").read_text(), tables.DEFAULT)[:3]
    readme = (ROOT / "README.md").read_text()
    for name, cell in (("accuracy", row[1]), ("uar", row[2])):
        assert f"<!-- figure: {name} -->{cell.split()[0]} %<!-- /figure -->" in readme


def test_no_speaker_is_in_two_folds_of_the_committed_predictions() -> None:
    for folder in FOLDED:
        files = sorted((RESULTS / folder).glob("*.csv"))
        assert files, f"no predictions are committed in {folder}"
        for path in files:
            rows = read_rows(path)
            assert rows["clip"].is_unique
            assert (rows.groupby("actor")["fold"].nunique() == 1).all()
            assert set(rows["fold"]) == set(range(5))


def test_the_reference_has_its_published_accuracy(tables: ModuleType) -> None:
    for classes, accuracy, uar in (("8", 81.9, 81.8), ("3", 88.5, 86.9), ("2", 91.0, 90.8)):
        one = tables.RESULTS.summary("references/xlsr53-finetuned", classes)
        assert (100 * one.accuracy.value, 100 * one.uar.value) == pytest.approx((accuracy, uar), abs=0.05)


def test_a_missing_file_stops_a_table_and_is_named(tables: ModuleType, tmp_path: Path) -> None:
    page, missing = "<!-- table: systems -->\nold\n<!-- /table -->", list[str]()
    with pytest.raises(tables.MissingError, match=r"results/ravdess-5fold/default.csv is missing"):
        tables.rewritten(page, tables.Results(tmp_path))
    assert tables.rewritten(page, tables.Results(tmp_path), missing) == page
    assert missing == ["systems: results/ravdess-5fold/default.csv is missing."]


def test_every_table_and_figure_can_be_made(tables: ModuleType, small: object) -> None:
    for name, make in tables.TABLES.items():
        lines = make(small).splitlines()
        assert len(lines) > 2 and len({line.replace(r"\|", "").count("|") for line in lines}) == 1, name
        assert "nan" not in "".join(lines), name
    assert all(make(small) for make in tables.FIGURES.values())


def test_tables_hold_what_the_files_hold(tables: ModuleType, small: object) -> None:
    made = {name: tables.TABLES[name](small) for name in ("systems", "sex-accuracy", "joins", "short", "calibration")}
    assert cells(made["systems"], "eGeMAPS and a linear SVM")[3] == "+0.0 (+0.0 to +0.0)"
    assert cells(made["sex-accuracy"], "RAVDESS")[2] == "100.0 (100.0-100.0)"
    assert cells(made["sex-accuracy"], "CREMA-D")[2] == "-"
    assert [tables.TABLES[name](small).split("|")[2].strip() for name in ("robustness", "robustness-crema-d")] == [
        "UAR, 8 classes", "UAR, 6 classes"]
    assert cells(made["joins"], "trimmed clips, pauses of 0.3 s")[1:] == ["1", "none found", "0.0"]
    assert cells(tables.TABLES["conversations"](small), "two of one sex")[1:] == [
        "EmoDB, German", "2", "30.0", "30.0", "10.0", "0.0", "20.0", "50.0"]
    assert cells(tables.TABLES["one-voice"](small), "EmoDB, German")[1:] == ["1", "100.0"]
    assert tables.FIGURES["both-right"](small) == "50.0 %"
    assert cells(made["short"], "0.3 s")[1:] == cells(made["short"], "whole")[1:]
    assert cells(made["calibration"], "8")[1] != cells(made["calibration"], "8")[2]


def test_a_condition_that_is_lacking_is_named(tables: ModuleType, small: object, tmp_path: Path) -> None:
    rows = read_rows(small.file("robustness/default.csv"), "condition")
    write_rows(tmp_path / "robustness" / "default.csv", rows[rows["condition"] != "telephone"])
    with pytest.raises(tables.MissingError, match="telephone"):
        tables.TABLES["robustness"](tables.Results(tmp_path))


def test_images_are_drawn_with_the_same_bytes(tables: ModuleType, small: object, tmp_path: Path) -> None:
    first = {name: tables.images.draw(name, small, tmp_path).read_bytes() for name in tables.images.IMAGES}
    assert all(one.startswith(b"\x89PNG") and b"Software" not in one for one in first.values())
    assert first["coverage-default"] == tables.images.draw("coverage-default", small, tmp_path).read_bytes()


def test_confusion_is_in_shares_of_the_truth(tables: ModuleType, small: object) -> None:
    found = tables.systems.confusion_shares(small.answers("ravdess-5fold/default"))
    assert found.shape == (len(EMOTIONS), len(EMOTIONS) + 1)
    np.testing.assert_allclose(found.sum(axis=1), 1)
