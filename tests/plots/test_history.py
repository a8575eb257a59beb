from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from figures import check_file, labels_of, points
from intone.errors import IntoneError
from intone.features.front_end import LogMel
from intone.files import FileError
from intone.plots import plot_history
from intone.plots.history import curves, unit_of
from intone.training import run
from intone.training.history import read_history
from intone.training.recipes import TunedRecipe, recipe

HISTORY = """epoch,loss,accuracy,validation_loss,validation_accuracy
1,0.7,0.5,0.69,0.55
2,0.5,0.75,0.6,0.7
3,0.3,0.875,0.65,0.6875
"""


def history(folder: Path, text: str = HISTORY) -> Path:
    path = folder / "history.csv"
    path.write_text(text)
    return path


def test_the_history_is_drawn_as_it_was_written(tmp_path):
    figure = curves(read_history(history(tmp_path)), "clips")
    loss, accuracy = figure.axes
    assert [list(map(tuple, points(loss, line))) for line in (0, 1)] == [
        [(1, 2, 3), (0.7, 0.5, 0.3)], [(1, 2, 3), (0.69, 0.6, 0.65)]]
    assert [tuple(points(accuracy, line)[1]) for line in (0, 1)] == [(0.5, 0.75, 0.875), (0.55, 0.7, 0.6875)]
    assert labels_of(figure) == ["epoch (number)", "cross-entropy (nats)",
                                 "epoch (number)", "clips that are right (%)"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["training", "validation"]
    assert loss.get_lines()[0].get_linestyle() != loss.get_lines()[1].get_linestyle()


@pytest.mark.parametrize(("made", "unit"), [
    (recipe("original"), "chunks"), (TunedRecipe("made", "any", LogMel()), "clips"), (None, "answers")])
def test_the_axis_says_what_is_counted(tmp_path, made, unit):
    if made is not None:
        run.open_run(tmp_path, run.RunSettings(made, "both", "8", (), 1, "none", (), (), ""))
    assert unit_of(tmp_path) == unit
    assert labels_of(curves(read_history(history(tmp_path)), unit))[-1] == f"{unit} that are right (%)"


def test_a_history_without_validation_has_one_line(tmp_path):
    figure = curves(read_history(history(tmp_path, "epoch,loss,accuracy,validation_loss,validation_accuracy\n"
                                                   "1,0.7,0.5,nan,nan\n2,0.6,0.55,nan,nan\n")), "clips")
    assert [len(axes.get_lines()) for axes in figure.axes] == [1, 1]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["training"]


@pytest.mark.parametrize("format", ["png", "svg"])
def test_plot_history_writes_the_same_bytes_every_time(tmp_path, format):
    one, = plot_history(history(tmp_path), tmp_path / "one", format)
    two, = plot_history(history(tmp_path), tmp_path / "two", format)
    assert one == tmp_path / "one" / f"training-history.{format}"
    assert one.read_bytes() == two.read_bytes()
    check_file(one)


@pytest.mark.parametrize(("text", "message"), [
    ("", "not the history of a training"),
    ("\0\xff", "not the history of a training"),
    (HISTORY.replace("0.55", "high"), "not the history of a training"),
    ("epoch,loss\n1,2\n", "not the history of a training"),
    (HISTORY.splitlines()[0] + "\n", "no epoch yet"),
])
def test_a_file_that_is_no_history_is_a_file_error(tmp_path, text, message):
    with pytest.raises(FileError, match=message):
        plot_history(history(tmp_path, text), tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_a_history_that_is_not_there_is_a_file_error(tmp_path):
    with pytest.raises(IntoneError, match="No such file"):
        plot_history(tmp_path / "history.csv", tmp_path / "to")


@given(st.binary(max_size=60))
def test_no_file_makes_the_history_fail_otherwise(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("history") / "history.csv"
    path.write_bytes(content)
    with pytest.raises(FileError):
        read_history(path)
