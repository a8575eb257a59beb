"""All the figures of a corpus."""

from pathlib import Path
from typing import TYPE_CHECKING

from intone.audio.envelope import EnvelopeSettings
from intone.plots import canvas
from intone.plots.distribution import bar, lengths, pie
from intone.plots.grid import VIEWS, grid, panels

if TYPE_CHECKING:
    import pandas as pd


def plot_corpus(table: "pd.DataFrame", to: Path, envelope: EnvelopeSettings, format: str = "png",
                jobs: int | None = None) -> list[Path]:
    """Write the figures of a corpus into the folder `to`; `table` comes from `corpora.table.labelled`.

    The grids show the first clip of every class, raw and cleaned: waveform and spectrum of the whole clip, log filter
    bank and MFCC of its first second. The bar chart shows the number of clips per class, the pie chart their mean
    length after cleaning. The panel of a clip that cannot be read or is silent says so. Clips from cleaned folders have
    no raw grids. UsageError for an unknown format; CorpusError if no clip has sound, or if a cleaned folder was made
    with other settings.
    """
    canvas.check_format(format)
    with canvas.style():
        share = pie(table, lengths(table, envelope, jobs))
        written = [canvas.save(grid(shown, view, kind), to, f"classes-{view.name}-{kind}", format)
                   for kind, shown in panels(table, envelope).items() for view in VIEWS]
        return [*written, canvas.save(bar(table), to, "class-distribution-bar", format),
                canvas.save(share, to, "class-distribution-pie", format)]
