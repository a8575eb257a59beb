"""The style, colours, files and axes that the figures share.

The colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which colour-blind people can distinguish.
Lines also differ in their dashes, so that a figure can be read in grey.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from numpy.typing import NDArray

from intone.audio import RATE, Signal, Source, read_mono
from intone.errors import UsageError
from intone.features import spectrum
from intone.files import write_whole

FORMATS = ("png", "svg")
WIDTH = 7.2
"""Inches: the text width of a page."""

LONGEST_S = 600.0
"""The longest recording that is drawn, in seconds: a longer waveform is one block of ink."""

BLUE, VERMILION, SKY, GREY, DARK = "#0072B2", "#D55E00", "#56B4E9", "#999999", "#333333"
CLASS_COLOURS = (BLUE, "#E69F00", "#009E73", "#CC79A7", SKY, VERMILION, "#F0E442", GREY)

_FONT = "DejaVu Sans"  # part of matplotlib: a figure looks the same on every machine
_STYLE = {
    "font.family": _FONT, "font.size": 9, "axes.titlesize": 9, "figure.titlesize": 10.5, "legend.fontsize": 8.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True,
    "grid.color": "#dddddd", "grid.linewidth": 0.6, "legend.framealpha": 0.9, "legend.edgecolor": "#cccccc",
    "image.cmap": "viridis", "savefig.dpi": 200, "svg.hashsalt": "intone",
}  # fmt: skip


@contextmanager
def style() -> Iterator[None]:
    """A context with matplotlib's defaults and the style of these figures; the user's matplotlibrc has no effect."""
    with matplotlib.style.context(["default", _STYLE]):
        yield


def check_format(format: str) -> None:
    """Raise a UsageError unless a format is "png" or "svg"."""
    if format not in FORMATS:
        raise UsageError(f"There is no format '{format}' for figures: {' or '.join(FORMATS)}.")


def new_figure(height: float) -> Figure:
    """An empty figure of the page's width and a height in inches."""
    return Figure(figsize=(WIDTH, height), layout="constrained")


def save(figure: Figure, to: Path, name: str, format: str) -> Path:
    """Write `<to>/<name>.<format>`, whole or not at all, without a date or a version; return its path.

    FileError if the file cannot be written.
    """
    path = to / f"{name}.{format}"
    metadata: dict[str, Any] = {"Date": None, "Creator": None} if format == "svg" else {"Software": None}
    with write_whole(path) as part:
        figure.savefig(part, format=format, metadata=metadata | {"Title": name.replace("-", " ")})
    return path


def shown(name: str, longest: int = 60) -> str:
    """The name of a file as text in a figure, at most `longest` letters.

    Letters that the font lacks become "?"; the middle of a long name becomes "…".
    """
    known = get_font(findfont(_FONT)).get_charmap()
    drawable = "".join(letter if ord(letter) in known else "?" for letter in name)
    if len(drawable) > longest:
        drawable = f"{drawable[: longest // 2]}…{drawable[-(longest // 2 - 1) :]}"
    return drawable.replace("$", r"\$")  # else it would begin a formula


def read(source: Source) -> Signal:
    """The signal (samples,) of a recording of at most `LONGEST_S`; raises the errors of `audio.read`."""
    return read_mono(source, max_seconds=LONGEST_S)


def times(signal: Signal) -> NDArray[np.float64]:
    """The time of every sample in seconds, (samples,)."""
    return np.arange(len(signal)) / RATE


def outline(x: NDArray[Any], y: NDArray[Any], columns: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The line through (x, y), (points,) each, in at most `2 * columns` points: minimum and maximum per column.

    With one column per pixel the line looks the same. A line that has no more points is returned unchanged.
    """
    if len(y) <= 2 * columns:
        return x, y
    starts = np.linspace(0, len(y), columns, endpoint=False).astype(int)
    extremes = np.stack([np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)], axis=1)
    return np.repeat(x[starts], 2), extremes.ravel()


def draw_waveform(axes: Axes, signal: Signal, columns: int = 1500) -> None:
    """Draw the samples against time in seconds."""
    axes.plot(*outline(times(signal), signal, columns), color=DARK, linewidth=0.5)


def draw_spectrum(axes: Axes, signal: Signal, columns: int = 1500) -> None:
    """Draw the FFT magnitudes against frequency in Hz; the logarithmic y axis spans 100 dB."""
    axes.plot(*outline(*spectrum(signal), columns), color=BLUE, linewidth=0.5)
    axes.set_yscale("log", nonpositive="mask")
    # With `auto` the next panel of shared axes can widen the range.
    axes.set_ylim(bottom=axes.get_ylim()[1] * 1e-5, auto=True)
