"""What the tests of the figures read back from figures and files, and a small corpus to draw."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import soundfile
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from intone.audio import RATE, Signal
from intone.audio.envelope import EnvelopeSettings
from intone.corpora import open_corpora
from intone.corpora.table import assign
from sounds import noise, silence, tone

ENVELOPE = EnvelopeSettings()
SIGNAL = np.concatenate([silence(0.4), tone(1000, 0.5), silence(0.3), tone(500, 0.3, peak=0.05), silence(0.2)])


def recording(path: Path, signal: Signal = SIGNAL, rate: int = RATE) -> Path:
    """A WAV file of a signal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, signal, rate, subtype="FLOAT")
    return path


def label_folders(root: Path) -> Path:
    """Two sexes, three classes, of which a class has two clips and one clip is longer than a second."""
    for label, seconds in [("male_angry", (0.4, 0.8)), ("male_happy", (0.6,)), ("female_angry", (1.5,)),
                           ("female_happy", (0.3,)), ("female_neutral", (0.5,))]:
        for number, length in enumerate(seconds):
            sound = np.concatenate([silence(0.3), noise(length, seed=number), silence(0.3)])
            recording(root / label / "anna" / f"{label}{number}.wav", sound)
    return root


def table_of(root: Path, classes: int | str = 3, sex: str = "both") -> pd.DataFrame:
    """The labelled clips of a folder with a folder per label."""
    return assign(open_corpora([f"folder={root}"]), classes, sex)


def labels_of(figure: Figure) -> list[str]:
    """Every label of an axis or a colour bar, those of the whole figure included."""
    of_axes = [text for axes in figure.axes for text in (axes.get_xlabel(), axes.get_ylabel())]
    return [text for text in (figure.get_supxlabel(), figure.get_supylabel(), *of_axes) if text]


def points(axes: Axes, line: int = 0) -> tuple[np.ndarray, ...]:
    """The x and the y of a line that is drawn."""
    return tuple(np.asarray(part) for part in axes.get_lines()[line].get_data())


def shaded(axes: Axes) -> list[tuple[float, float]]:
    """Start and end of every shaded segment."""
    return [(path.vertices[:, 0].min(), path.vertices[:, 0].max()) for path in axes.collections[0].get_paths()]


def check_file(path: Path) -> None:
    """Assert a whole picture of a page's width, not blank, with a title and without a date."""
    title = path.stem.replace("-", " ")
    if path.suffix == ".svg":
        root = ElementTree.fromstring(path.read_bytes())
        assert root.attrib["width"] == "518.4pt"
        assert root[0].text == title
        assert b"<dc:date>" not in path.read_bytes()
        return
    with Image.open(path) as image:
        image.load()
        assert image.width == 1440
        assert np.asarray(image.convert("L")).min() < 100
        assert image.info["Title"] == title
        assert not {"Software", "Creation Time"} & set(image.info)


