"""What the figures share: style, colours, files, and axes of sound.

The colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which the colour-blind tell apart; lines
differ in their dashes as well, so that a print in grey can be read.
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

from intone.audio import RATE, Signal, read_mono
from intone.errors import UsageError
from intone.features import spectrum
from intone.files import write_whole

FORMATS = ("png", "svg")
WIDTH = 7.2
"""Inches: the text width of a page."""

LONGEST_S = 600.0
"""Seconds of a recording beyond which a figure shows nothing but a block of ink."""

BLUE, VERMILION, SKY, GREY, DARK = "#0072B2", "#D55E00", "#56B4E9", "#999999", "#333333"
CLASS_COLOURS = (BLUE, "#E69F00", "#009E73", "#CC79A7", SKY, VERMILION, "#F0E442", GREY)

_FONT = "DejaVu Sans"  # comes with matplotlib, so that a figure looks the same on every machine
_STYLE = {
    "font.family": _FONT, "font.size": 9, "axes.titlesize": 9, "figure.titlesize": 10.5, "legend.fontsize": 8.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True,
    "grid.color": "#dddddd", "grid.linewidth": 0.6, "legend.framealpha": 0.9, "legend.edgecolor": "#cccccc",
    "image.cmap": "viridis", "savefig.dpi": 200, "svg.hashsalt": "intone",
}  # fmt: skip


@contextmanager
def style() -> Iterator[None]:
    """matplotlib's own defaults with these figures' style on top, whatever the user's matplotlibrc says."""
    with matplotlib.style.context(["default", _STYLE]):
        yield


def check_format(format: str) -> None:
    """A UsageError unless it is "png" or "svg"."""
    if format not in FORMATS:
        raise UsageError(f"There is no format '{format}' for figures: {' or '.join(FORMATS)}.")


def new_figure(height: float) -> Figure:
    """An empty figure of the page's width and a height in inches."""
    return Figure(figsize=(WIDTH, height), layout="constrained")


def save(figure: Figure, to: Path, name: str, format: str) -> Path:
    """Write `<to>/<name>.<format>` whole, without a date or a version in it; a FileError where it cannot be."""
    path = to / f"{name}.{format}"
    metadata: dict[str, Any] = {"Date": None, "Creator": None} if format == "svg" else {"Software": None}
    with write_whole(path) as part:
        figure.savefig(part, format=format, metadata=metadata | {"Title": name.replace("-", " ")})
    return path


def shown(name: str, longest: int = 60) -> str:
    """A file's name as text in a figure: what the font lacks becomes "?", and the middle of a long one "…"."""
    known = get_font(findfont(_FONT)).get_charmap()
    drawable = "".join(letter if ord(letter) in known else "?" for letter in name)
    if len(drawable) > longest:
        drawable = f"{drawable[: longest // 2]}…{drawable[-(longest // 2 - 1) :]}"
    return drawable.replace("$", r"\$")  # else it would begin a formula


def read(path: str | Path) -> Signal:
    """The signal of a recording that is to be drawn, at most `LONGEST_S`; the errors of `audio.read`."""
    return read_mono(path, max_seconds=LONGEST_S)


def times(signal: Signal) -> NDArray[np.float64]:
    """Seconds of every sample, (samples,)."""
    return np.arange(len(signal)) / RATE


def outline(x: NDArray[Any], y: NDArray[Any], columns: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The line through (x, y), (points,), in at most `2 columns` points: the lowest and the highest of each column.

    With a column a pixel the line looks the same. One that has no more points is returned as it is.
    """
    if len(y) <= 2 * columns:
        return x, y
    starts = np.linspace(0, len(y), columns, endpoint=False).astype(int)
    extremes = np.stack([np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)], axis=1)
    return np.repeat(x[starts], 2), extremes.ravel()


def draw_waveform(axes: Axes, signal: Signal, columns: int = 1500) -> None:
    """The samples against seconds."""
    axes.plot(*outline(times(signal), signal, columns), color=DARK, linewidth=0.5)


def draw_spectrum(axes: Axes, signal: Signal, columns: int = 1500) -> None:
    """The FFT magnitudes against Hz, on a logarithmic axis; the axes' range ends 100 dB below its top."""
    axes.plot(*outline(*spectrum(signal), columns), color=BLUE, linewidth=0.5)
    axes.set_yscale("log", nonpositive="mask")
    # `auto` lets the next panel of shared axes widen the range.
    axes.set_ylim(bottom=axes.get_ylim()[1] * 1e-5, auto=True)
