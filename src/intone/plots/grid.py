"""Grids with one clip per class.

Waveform and spectrum show the whole clip, log filter bank and MFCC its first second. All panels of a grid share their
axes and colours, so that classes can be compared.
"""

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from intone.audio import RATE, Signal
from intone.audio.envelope import EnvelopeSettings, mask
from intone.corpora.cleaning import are_clean
from intone.errors import RecordingError
from intone.features import MfccSettings, log_filter_bank, mel_filters, mfcc
from intone.labels import split_label
from intone.plots import canvas
from intone.plots.classes import ordered, words

if TYPE_CHECKING:
    import pandas as pd

MFCC = MfccSettings()
SILENCE = math.log(np.finfo(np.float64).eps)
"""The log energy of digital silence, the lowest colour of the filter bank: lower values are rounding."""

_COLUMNS = 500  # of a line: a panel is narrower than a page


@dataclass(frozen=True)
class Panel:
    """The clip of one class; `note` says why there is no signal."""

    label: str
    clip: str
    signal: Signal
    note: str = ""


@dataclass(frozen=True)
class View:
    """One kind of grid: its file name, title, axis labels, and the function that draws a panel.

    `title` has {} for the state of the clips. The x axis has `ticks` and ends at `end`; None stands for the end of the
    longest clip. `colours` is the label of the colour bar, which begins at `lowest`.
    """

    name: str
    title: str
    x: str
    y: str
    draw: Callable[[Axes, Signal], AxesImage | None]
    end: float | None = 1.0
    ticks: tuple[float, ...] = (0, 0.5, 1)
    colours: str = ""
    lowest: float = -math.inf


def panels(table: "pd.DataFrame", envelope: EnvelopeSettings) -> dict[str, list[Panel]]:
    """The first clip of every class, as the panels of the "raw" and the "cleaned" grid.

    There is no "raw" if all clips come from cleaned folders.
    """
    first = table.drop_duplicates("label").set_index("label").loc[ordered(table["label"])]
    paths = [Path(path) for path in first["path"]]
    clean = are_clean(paths, envelope)
    pairs = [_panels(label, path, done, envelope) for label, path, done in zip(first.index, paths, clean, strict=True)]
    raw, cleaned = (list(kind) for kind in zip(*pairs, strict=True))
    return {"cleaned": cleaned} if all(clean) else {"raw": raw, "cleaned": cleaned}


def _panels(label: str, path: Path, is_clean: bool, envelope: EnvelopeSettings) -> tuple[Panel, Panel]:
    def empty(note: str) -> Panel:
        return Panel(label, path.stem, np.zeros(0, np.float32), note)

    try:
        signal = canvas.read(path)
    except RecordingError as error:
        return empty(str(error)), empty(str(error))
    if not signal.any():
        return empty("The clip is silent."), empty("The clip is silent.")
    if is_clean:
        return empty("The clip comes from a cleaned folder."), Panel(label, path.stem, signal)
    sound = signal[mask(signal, envelope)]
    return Panel(label, path.stem, signal), (Panel(label, path.stem, sound) if sound.any() else
                                             empty("The envelope keeps nothing of this clip."))


def grid(panels: Sequence[Panel], view: View, kind: str) -> Figure:
    """A grid with one panel per class, each sex in rows of its own; `kind` is "raw" or "cleaned"."""
    rows = _rows(panels)
    figure = canvas.new_figure(1.1 + 1.45 * len(rows))
    axes = figure.subplots(len(rows), len(rows[0]), sharex=True, sharey=True, squeeze=False)
    images = [image for cells, line in zip(axes, rows, strict=True) for place, panel in zip(cells, line, strict=True)
              if (image := _draw_panel(place, panel, view)) is not None]
    longest = max(len(panel.signal) for panel in panels) / RATE
    axes[0, 0].set_xlim(0, view.end or longest or 1)
    if view.ticks:
        axes[0, 0].set_xticks(view.ticks, [f"{tick:g}" for tick in view.ticks])
    title = view.title.format({"raw": "as recorded", "cleaned": "after cleaning"}[kind])
    figure.suptitle(f"{title}, one clip of every class")
    figure.supxlabel(view.x, fontsize="medium")
    figure.supylabel(view.y, fontsize="medium")
    if images:
        _colour(figure, axes, images, view)
    return figure


def _draw_panel(axes: Axes, panel: Panel | None, view: View) -> AxesImage | None:
    if panel is None:
        axes.set_visible(False)
        return None
    axes.set_title(words(panel.label), fontweight="bold", pad=14)
    axes.annotate(canvas.shown(panel.clip, 24), (0.5, 1), (0, 4), "axes fraction", "offset points", ha="center",
                  fontsize=7)
    if panel.note:
        axes.text(0.5, 0.5, textwrap.fill(panel.note, 24), transform=axes.transAxes, ha="center", va="center",
                  fontsize=7)
        return None
    return view.draw(axes, panel.signal)


def _colour(figure: Figure, axes: NDArray[np.object_], images: Sequence[AxesImage], view: View) -> None:
    """Give all images the same range of colours, and the figure a colour bar."""
    values = np.concatenate([np.ravel(np.asarray(image.get_array())) for image in images])
    low, high = max(view.lowest, values.min()), max(view.lowest, values.max())
    for image in images:
        image.set_clim(low, high)
    figure.colorbar(images[0], ax=axes, label=view.colours, extend="min" if values.min() < low else "neither",
                    aspect=15 * len(axes), fraction=0.05, pad=0.02)


def _rows(panels: Sequence[Panel]) -> list[list[Panel | None]]:
    """Panels in rows of equal length, at most four per row; each sex begins a new row."""
    by_sex: dict[str, list[Panel | None]] = {}
    for panel in panels:
        by_sex.setdefault(split_label(panel.label)[0], []).append(panel)
    most = max(map(len, by_sex.values()))
    width = math.ceil(most / math.ceil(most / 4))
    filled = [group + [None] * (-len(group) % width) for group in by_sex.values()]
    return [group[start : start + width] for group in filled for start in range(0, len(group), width)]


def _waveform(axes: Axes, signal: Signal) -> None:
    axes.axvspan(0, 1, color=canvas.SKY, alpha=0.25, linewidth=0, zorder=0.5)
    canvas.draw_waveform(axes, signal, _COLUMNS)


def _spectrum(axes: Axes, signal: Signal) -> None:
    canvas.draw_spectrum(axes, signal, _COLUMNS)


def _filter_bank(axes: Axes, signal: Signal) -> AxesImage:
    ticks = range(0, MFCC.filters, 5)
    centre = mel_filters(MFCC.filters, MFCC.fft_size).argmax(axis=1) * RATE / MFCC.fft_size
    axes.set_yticks(ticks, [f"{centre[tick]:.0f}" for tick in ticks])
    return _image(axes, log_filter_bank(signal[:RATE], MFCC))


def _mfcc(axes: Axes, signal: Signal) -> AxesImage:
    axes.set_yticks(range(0, MFCC.coefficients, 3))
    return _image(axes, mfcc(signal[:RATE], MFCC))


def _image(axes: Axes, frames: NDArray[np.float64]) -> AxesImage:
    """Draw frames (frames, bands) as an image; the middle of a frame is its time."""
    first = (MFCC.window_s - MFCC.step_s) / 2
    axes.grid(visible=False)
    return axes.imshow(frames.T, origin="lower", aspect="auto", interpolation="none",
                       extent=(first, first + len(frames) * MFCC.step_s, -0.5, frames.shape[1] - 0.5))


VIEWS = (
    View("waveform", "Waveform {} (shaded: the first second)", "time (s)", "amplitude (1 = full scale)", _waveform,
         end=None, ticks=()),
    View("spectrum", "Spectrum {}", "frequency (Hz)", "FFT magnitude (1 = full scale)", _spectrum, end=RATE / 2,
         ticks=(0, 3000, 6000)),
    View("filter-bank", "Log filter bank of the first second {}", "time (s)", "centre of the mel filter (Hz)",
         _filter_bank, colours="energy of the filter (natural logarithm)", lowest=SILENCE),
    View("mfcc", "MFCC of the first second {}", "time (s)", "coefficient (number)", _mfcc,
         colours="value of the coefficient (no unit)"),
)
