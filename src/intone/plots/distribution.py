"""Figures of the class distribution: the number of clips per class, and their mean length."""

import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from intone.audio import RATE, read_mono
from intone.audio.envelope import EnvelopeSettings, mask
from intone.corpora.cleaning import are_clean
from intone.errors import CorpusError, RecordingError
from intone.parallel import mapped
from intone.plots import canvas
from intone.plots.classes import colours, hatches, ordered, words

if TYPE_CHECKING:
    import pandas as pd


def bar(table: "pd.DataFrame") -> Figure:
    """A bar chart of the number of clips per class."""
    labels = ordered(table["label"])
    counts = table["label"].value_counts().loc[labels]
    figure = canvas.new_figure(1.1 + 0.27 * len(labels))
    axes = figure.subplots()
    bars = axes.barh([words(label) for label in labels], counts, color=canvas.BLUE, height=0.7)
    axes.bar_label(bars, padding=3)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.06, y=0.02)
    axes.invert_yaxis()
    axes.set(title=f"Clips of every class ({len(table)} in all)", xlabel="clips (number)", ylabel="class")
    return figure


def pie(table: "pd.DataFrame", seconds: NDArray[np.float64]) -> Figure:
    """A pie chart of the mean clip length per class; `seconds` per clip, (clips,), NaN for one that cannot be read.

    Training draws the classes with these shares. CorpusError if no clip has any length.
    """
    labels = ordered(table["label"])
    mean = table.assign(seconds=seconds).groupby("label")["seconds"].mean().reindex(labels).fillna(0.0)
    if not mean.sum():
        raise CorpusError("The envelope keeps nothing of any clip that can be read: choose a lower threshold, or other "
                          "clips.")
    shares = mean / mean.sum()
    figure = canvas.new_figure(3.6)
    axes = figure.subplots()
    axes.pie(shares, startangle=90, counterclock=False, radius=1.1, colors=colours(labels), hatch=hatches(labels),
             labels=[f"{words(label)}: {mean[label]:.2f} s ({shares[label]:.0%})" for label in labels],
             wedgeprops={"edgecolor": "white", "linewidth": 1})
    axes.set_title("Mean length of a cleaned clip, and its share of the sum, by class")
    if unread := int(np.isnan(seconds).sum()):
        figure.supxlabel(f"left out: {unread} of {len(table)} clips, which cannot be read", fontsize="small")
    return figure


def lengths(table: "pd.DataFrame", envelope: EnvelopeSettings, jobs: int | None = None) -> NDArray[np.float64]:
    """The seconds of every clip that the envelope keeps, (clips,); NaN for one that cannot be read."""
    paths = [Path(path) for path in table["path"]]
    todo = list(zip(paths, are_clean(paths, envelope), strict=True))
    return np.array(list(mapped(partial(_length, envelope=envelope), todo, title="measuring", jobs=jobs)), float)


def _length(job: tuple[Path, bool], envelope: EnvelopeSettings) -> float:
    path, is_clean = job
    try:
        signal = read_mono(path)
    except RecordingError:
        return math.nan
    return float(len(signal) if is_clean else mask(signal, envelope).sum()) / RATE
