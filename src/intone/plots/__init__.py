"""Figures of a clip, of a corpus and of a training, written as PNG or SVG.

    canvas.py         style, colours, files, and the axes that several figures share
    clip.py           one recording: waveform, amplitude, spectrum, and what the envelope keeps of it
    classes.py        the classes of a table: their order, names and colours
    grid.py           one clip of every class in a grid: waveform, spectrum, log filter bank, MFCC
    distribution.py   how many clips every class has, and how long they are
    corpus.py         all the figures of a corpus
    history.py        a training: loss and accuracy of every epoch

Figures are built with matplotlib's objects, not with pyplot, which opens windows and keeps what it made. The same
input gives the same bytes.
"""

from intone.plots.clip import plot_clip
from intone.plots.corpus import plot_corpus
from intone.plots.history import plot_history

__all__ = ["plot_clip", "plot_corpus", "plot_history"]
