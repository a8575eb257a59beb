"""A voice as a vector of 192 numbers: those of one speaker point the same way.

The network is CAM++ (Wang et al. 2023, https://arxiv.org/abs/2303.00332) of 3D-Speaker (Apache-2.0), fine-tuned by
`tools/speakers.py` so that a speaker who is angry and one who is sad stay one.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone.onnx_session import session

if TYPE_CHECKING:
    import onnxruntime

FEWEST_FRAMES = 20
"""Frames of 10 ms below which there is no embedding."""


def embedding(bands: NDArray[np.float32]) -> NDArray[np.float32]:
    """The unit vector of a voice, (192,), from the filter bank of its speech, (frames, 80): `features.kaldi_log_mel`.

    The mean of every band is taken away, and with it the microphone, whose response is a factor in every band.
    """
    (found,) = _network().run(None, {"bands": (bands - bands.mean(axis=0))[None]})
    return np.asarray(found[0] / max(float(np.linalg.norm(found[0])), 1e-12))


@cache
def _network() -> "onnxruntime.InferenceSession":
    return session(Path(__file__).with_name("speaker.onnx").read_bytes())
