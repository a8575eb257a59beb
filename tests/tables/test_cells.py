"""No text of a table is a formula for a spreadsheet, and each is read back as it was."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.batch import results
from intone.batch.sources import addresses
from intone.recognition.formats import FORMATS
from intone.recognition.prediction import Prediction, RecognizerIdentity, Segment
from intone.recognition.scoring import read_rows, write_rows
from intone.tables.cells import neutral, restored, to_csv

SIGNS = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001
FORMULAS = ["=2+3.wav", "@SUM(1).wav", "+1.wav", "-1.wav", "\tx.wav", "\r=1.wav", "'=1.wav", "''@.wav", "＝1.wav"]  # noqa: RUF001
PLAIN = ["a.wav", "'s.wav", "''", "", "a=b.wav", "NA.wav"]

text = st.text(st.sampled_from("'=+-@\t\r\nab,\"") | st.characters(exclude_categories=["Cs"]), max_size=8)


def heads(written: str) -> set[str]:
    """What the cells of a CSV table begin with."""
    return {cell[:1] for row in csv.reader(io.StringIO(written, newline="")) for cell in row}


@given(text)
def test_a_text_is_neutral_and_comes_back(one: str) -> None:
    cell = neutral(one)
    assert cell[:1] not in {*SIGNS}
    assert restored(cell) == one
    assert cell in (one, f"'{one}")


def test_a_text_that_is_no_formula_and_a_number_stay() -> None:
    assert [neutral(one) for one in [*PLAIN, -2, -0.5, None, True]] == [*PLAIN, -2, -0.5, None, True]
    assert all(neutral(one) != one for one in FORMULAS)


@pytest.mark.parametrize("name", [*FORMULAS, *PLAIN[:3]])
def test_no_cell_of_an_answer_is_a_formula(name: str) -> None:
    shares = {"=1+1": -0.25, "positive": 0.75}
    one = Prediction(name, 2.0, name, shares, 0.0, True, (name,), "female", (Segment(0, 1, name, shares),),
                     RecognizerIdentity(name, name, tuple(shares)))
    for form in ("csv", "segments"):
        assert not heads(FORMATS[form].write(one).replace("-0.250000", "0.25")) & {*SIGNS}
        assert ",-0.250000," in FORMATS[form].write(one)  # a number stays one
    assert one.to_dict()["file"] == name


def test_the_table_of_a_batch_names_the_same_recordings(tmp_path: Path) -> None:
    names = [f"/{name}" for name in PLAIN if name] + FORMULAS
    records = [{"file": name, "error": f"={name}"} for name in names]
    results.write(tmp_path / "answers.csv", records, ("negative", "positive"))
    assert not heads((tmp_path / "answers.csv").read_text(encoding="utf-8")) & {*SIGNS}
    assert addresses(str(tmp_path / "answers.csv")) == [
        name if name.startswith("/") else f"{tmp_path}/{name}" for name in names]


@given(st.lists(text.filter(bool), min_size=1, max_size=5))
def test_predictions_are_read_with_their_exact_names(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    rows = pd.DataFrame({"clip": names, "fold": 0, "actor": [f"={name}x" for name in names], "truth": "sad", "sad": 0.5})
    write_rows(path, rows)
    with path.open(newline="", encoding="utf-8") as file:
        assert not heads(file.read()) & {*SIGNS}
    pd.testing.assert_frame_equal(read_rows(path), rows)


@pytest.mark.parametrize("name", ["NA", "007", "1e5", "null", "True"])
def test_a_clip_whose_name_is_a_number_or_a_word_keeps_it(name: str, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.csv", pd.DataFrame({"clip": [name], "fold": 0, "actor": [1], "truth": "sad", "sad": 0.5}))
    assert read_rows(tmp_path / "rows.csv")["clip"].tolist() == [name]


def test_numbers_of_a_table_have_six_digits_and_no_apostrophe() -> None:
    rows = pd.DataFrame({"=a": ["-x", None], "b": [-0.5, float("nan")], "c": [-1, 2]})
    assert to_csv(rows) == "'=a,b,c\n'-x,-0.500000,-1\n,,2\n"
