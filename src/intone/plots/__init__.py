"""Figures of a recording, of a corpus and of a training run, written as PNG or SVG.

    canvas.py         the style, colours, files and axes that several figures share
    clip.py           one recording: waveform, amplitude, spectrum, and the segments that the envelope keeps
    classes.py        the classes of a table of clips: their order, names and colours
    grid.py           one clip per class in a grid: waveform, spectrum, log filter bank, MFCC
    distribution.py   the number of clips per class, and their mean length
    corpus.py         all the figures of a corpus
    history.py        a training run: loss and accuracy per epoch

Figures are matplotlib objects made without pyplot, which would open windows and keep every figure in memory. The same
input gives the same bytes.
"""

from intone.plots.clip import plot_clip
from intone.plots.corpus import plot_corpus
from intone.plots.history import plot_history

__all__ = ["plot_clip", "plot_corpus", "plot_history"]
