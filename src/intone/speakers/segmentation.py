"""Who speaks within ten seconds of sound, frame by frame: speakers are told apart, but not yet recognised.

The network is that of pyannote.audio's segmentation 3.0 (Plaquet and Bredin 2023,
https://doi.org/10.21437/Interspeech.2023-205; MIT), fine-tuned by `tools/speakers.py` on conversations of emotional
voices. It takes 10 s of sound and gives for each frame the log-probabilities of `POWERSET`: nobody, one of up to three
speakers, or two of them at once.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone.audio import RATE, Signal
from intone.audio.vad import Span
from intone.onnx_session import session

if TYPE_CHECKING:
    import onnxruntime

FRAME = 270
"""Samples between two frames: 10 (stride of the filters) x 3 x 3 x 3 (of the three poolings), 17 ms."""

CHUNK_FRAMES = 589
"""Frames of a chunk of 10 s."""

STEP_FRAMES = 589
"""Frames between the starts of two chunks: one begins where the other ends. Half of that tells no better who speaks, at
twice the time (docs/design.md)."""

POWERSET = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]], bool)
"""The speakers of each class, (classes, speakers)."""

_CHUNK = 10 * RATE


def frames_of(samples: int) -> int:
    """Frames that so many samples have.

    >>> frames_of(16_000)
    60
    """
    return -(-samples // FRAME)


def chunks(samples: int, spans: Sequence[Span]) -> list[int]:
    """The first frame of every chunk of a signal of so many samples in which someone speaks.

    `spans` are where someone speaks, in samples. The last chunk ends with the signal.
    """
    last = frames_of(max(0, samples - _CHUNK))
    return [first for first in (*range(0, last, STEP_FRAMES), last)
            if any(span.start < first * FRAME + _CHUNK and span.end > first * FRAME for span in spans)]


def activity(signal: Signal, first: int) -> NDArray[np.bool_]:
    """Who speaks in each frame of the chunk that begins with a frame, (frames, 3).

    The three columns are the speakers of this chunk alone, in no order. Where the signal ends before the chunk does,
    silence is put behind it, of which no frame is given.
    """
    chunk = signal[first * FRAME : first * FRAME + _CHUNK]
    filled = np.zeros((1, 1, _CHUNK), np.float32)
    filled[0, 0, : len(chunk)] = chunk
    (scores,) = _network().run(None, {"samples": filled})
    return np.asarray(POWERSET[scores[0].argmax(axis=1)])[: frames_of(len(signal)) - first]


@cache
def _network() -> "onnxruntime.InferenceSession":
    return session(Path(__file__).with_name("segmentation.onnx").read_bytes())
