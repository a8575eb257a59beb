"""Figures of a training."""

from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from intone.files import FileError, told
from intone.plots import canvas

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("epoch", "loss", "accuracy", "validation_loss", "validation_accuracy")


def plot_history(path: Path, to: Path, format: str = "png") -> list[Path]:
    """Write the loss and the accuracy of every epoch of a `history.csv`; validation is left out where it is NaN.

    A UsageError for an unknown format, a FileError for a file that is no history or has no epoch yet.
    """
    canvas.check_format(format)
    history = read_history(path)
    with canvas.style():
        return [canvas.save(curves(history), to, "training-history", format)]


def read_history(path: Path) -> "pd.DataFrame":
    """The table in a `history.csv`, with the columns `COLUMNS` as floats."""
    import pandas as pd  # which the page does without

    try:
        with told(path):
            history = pd.read_csv(path, dtype=float)
    except ValueError as error:  # pandas' own errors and a wrong encoding are among these
        raise FileError(f"{path} is not a table of numbers: name the history.csv that a training wrote.") from error
    if missing := [column for column in COLUMNS if column not in history]:
        raise FileError(f"{path} has no column '{missing[0]}': name the history.csv that a training wrote.")
    if history.empty:
        raise FileError(f"{path} holds no epoch yet: wait until the first one is done.")
    return history


def curves(history: "pd.DataFrame") -> Figure:
    """Loss and accuracy side by side, of training and validation."""
    figure = canvas.new_figure(2.9)
    left, right = figure.subplots(1, 2)
    _draw(left, history, "loss")
    _draw(right, history, "accuracy")
    left.set(title="Loss", ylabel="cross-entropy (nats)", ylim=(0, None))
    right.set(title="Accuracy", ylabel="chunks that are right (%)", ylim=(0, 1.02))
    right.yaxis.set_major_formatter(PercentFormatter(1, symbol=None))
    handles, names = left.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    return figure


def _draw(axes: Axes, history: "pd.DataFrame", what: str) -> None:
    every = len(history) // 10 + 1
    axes.plot(history["epoch"], history[what], color=canvas.BLUE, marker="o", markersize=4, markevery=every,
              label="training")
    if history[f"validation_{what}"].notna().any():
        axes.plot(history["epoch"], history[f"validation_{what}"], color=canvas.VERMILION, linestyle=(0, (4, 1.5)),
                  marker="s", markersize=4, markevery=every, label="validation")
    axes.set_xlabel("epoch (number)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
