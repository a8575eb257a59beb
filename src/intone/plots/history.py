"""Figures of a training: loss and accuracy of every epoch."""

import math
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from intone.files import FileError, told
from intone.plots import canvas
from intone.training import run
from intone.training.history import Epoch, read_history
from intone.training.recipes import trainer


def plot_history(path: Path, to: Path, format: str = "png") -> list[Path]:
    """Write the loss and the accuracy of every epoch of a `history.csv`; validation is left out where it is NaN.

    What the accuracy counts, chunks or clips, is read from the settings of the run in its folder. A UsageError for an
    unknown format, a FileError for a file that is no history or has no epoch yet.
    """
    canvas.check_format(format)
    with told(path):
        path.stat()  # a history that is not there would read as one without an epoch
    history = read_history(path)
    if not history:
        raise FileError(f"{path} holds no epoch yet: wait until the first one is done.")
    with canvas.style():
        return [canvas.save(curves(history, unit_of(path.parent)), to, "training-history", format)]


def unit_of(folder: Path) -> str:
    """What the history of a run counts, chunks or clips; "answers" where its settings are missing."""
    return trainer(run.read_run(folder).recipe).unit if (folder / run.SETTINGS).is_file() else "answers"


def curves(history: Sequence[Epoch], unit: str) -> Figure:
    """Loss and accuracy side by side, of training and validation."""
    figure = canvas.new_figure(2.9)
    left, right = figure.subplots(1, 2)
    _draw(left, history, "loss")
    _draw(right, history, "accuracy")
    left.set(title="Loss", ylabel="cross-entropy (nats)", ylim=(0, None))
    right.set(title="Accuracy", ylabel=f"{unit} that are right (%)", ylim=(0, 1.02))
    right.yaxis.set_major_formatter(PercentFormatter(1, symbol=None))
    handles, names = left.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    return figure


def _draw(axes: Axes, history: Sequence[Epoch], what: str) -> None:
    every, epochs = len(history) // 10 + 1, [line.epoch for line in history]
    axes.plot(epochs, [getattr(line, what) for line in history], color=canvas.BLUE, marker="o", markersize=4,
              markevery=every, label="training")
    validation = [getattr(line, f"validation_{what}") for line in history]
    if not all(map(math.isnan, validation)):
        axes.plot(epochs, validation, color=canvas.VERMILION, linestyle=(0, (4, 1.5)), marker="s", markersize=4,
                  markevery=every, label="validation")
    axes.set_xlabel("epoch (number)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
