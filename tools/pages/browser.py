"""How the page recognises by itself, beside the server."""

import statistics
from typing import Any

from intone.evaluation.report import percent, table
from pages.committed import Results

NAMES = {"crema-d": "CREMA-D", "ravdess": "RAVDESS", "nemo": "nEMO", "emodb": "EmoDB"}
FORMATS = {"webm": "CREMA-D as Opus in WebM", "mp3": "CREMA-D as MP3", "m4a": "CREMA-D as AAC in MP4",
           "flac": "CREMA-D as FLAC",
           "opus": "nEMO as speech at a low rate in Opus"}


def parity(results: Results) -> str:
    """Whether browser and server say the same, by corpus and format."""
    found = results.json("browser")
    rows = [(NAMES[name], one) for name, one in found["corpora"].items()]
    rows += [(FORMATS[name], one) for name, one in found["formats"].items()]
    return table(("recordings", "clips", "same label in all four views (%)", "same confidence (%)",
                  "same segments (%)", "largest difference of a probability", "median"),
                 [[name, str(one["answered"]), _share(one, "same_label"), _share(one, "same_confidence"),
                   _share(one, "same_segments"), f"{one['largest_difference']:.4f}", f"{one['median_difference']:.5f}"]
                  for name, one in rows])


def _share(one: dict[str, Any], name: str) -> str:
    return percent(one[name] / one["answered"])


def milliseconds(results: Results) -> str:
    """The median time for four seconds of sound."""
    return f"{statistics.median(results.json('browser')['milliseconds_for_4_s']):.0f} ms"


def slowest(results: Results) -> str:
    """The longest of them."""
    return f"{max(results.json('browser')['milliseconds_for_4_s']):.0f} ms"


def seconds(results: Results, name: str) -> str:
    """One of the times until the page is ready."""
    return f"{results.json('browser')[name]:.1f} s"


def live(results: Results, name: str) -> str:
    """What two minutes of recording came to."""
    return f"{results.json('browser')['live'][name]:g}"


def megabytes(results: Results) -> str:
    """The memory of the page after all of these answers."""
    return f"{results.json('browser')['megabytes']} MB"
