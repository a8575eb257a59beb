"""A constant offset of the samples, which a cheap converter adds, is taken away where it is large.

Beside a large offset a voice looks quiet, and no voice is found. A small one does no harm, and the samples are left as
they are.
"""

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]

# Of 1800 clips of six corpora none has more than 0.0023. With an offset of 0.1 added to 44 of them, probabilities move
# by 3 points on average, with 1 by 4, and with 2 no voice is found in half of them.
LARGE = 0.05
"""Of the peak of the rest: an offset from which on it is taken away."""

JUDGED_S = 0.5  # of a shorter block the mean may be that of half a wave


class Centring:
    """Takes the offset of blocks (channels, samples) away, one after the other."""

    def __init__(self) -> None:
        self._offset: NDArray[np.float32] | None = None

    def __call__(self, block: Block, rate: float) -> Block:
        """The block, without the offset of each channel that has a large one."""
        if block.shape[1] >= JUDGED_S * rate:
            self._offset = _offset(block)
        elif self._offset is None or len(self._offset) != len(block):
            return block
        return block - self._offset[:, None] if self._offset.any() else block


def _offset(block: Block) -> NDArray[np.float32]:
    """The offset of every channel, (channels,); 0 where it is small."""
    mean = block.mean(axis=1, dtype=np.float64)
    rest = np.maximum(block.max(axis=1) - mean, mean - block.min(axis=1))
    return np.where(np.abs(mean) > LARGE * rest, mean, 0).astype(np.float32)
