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
    """Write the figures of a corpus into a folder; `table` is what `labels.assign` gives.

    The first clip of every class in a grid (waveform and spectrum; log filter bank and MFCC of its first second), raw
    and cleaned; the number of clips of every class; the share of its mean cleaned length. A clip that cannot be read,
    or has no sound, leaves a panel that says so. Clips of cleaned folders have no raw grids. A UsageError for an
    unknown format; a CorpusError where no clip has sound, or a cleaned folder was made with other settings.
    """
    canvas.check_format(format)
    with canvas.style():
        share = pie(table, lengths(table, envelope, jobs))
        written = [canvas.save(grid(shown, view, kind), to, f"classes-{view.name}-{kind}", format)
                   for kind, shown in panels(table, envelope).items() for view in VIEWS]
        return [*written, canvas.save(bar(table), to, "class-distribution-bar", format),
                canvas.save(share, to, "class-distribution-pie", format)]
