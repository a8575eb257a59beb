"""Channels with a voice each, as those of a call: silent where they only hold the voice of another (crosstalk).

A telephone leaks, and a microphone on one collar hears the other. Such a leak is the voice of another channel, only
quieter, and would be found as somebody's turn. A channel that is `LOUDER` times quieter than another is therefore
silenced there; two people who speak at once are nearly as loud, and both are kept.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from intone.audio.channels import ALONE

Block = NDArray[np.float32]

LOUDER = ALONE
"""Times the power of a channel that another has where it alone is heard."""

FRAME = 800  # samples at 16 kHz, 50 ms
HELD = 4  # frames for which a level is held: as long as a room or a line delays a leak, and as syllables last


def without_crosstalk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks (channels, samples) at 16 kHz, with every channel silent where it holds another's voice.

    Bit for bit the same however the samples are cut into blocks.

    >>> loud, quiet = np.ones((1, 1600), np.float32), np.full((1, 1600), 0.1, np.float32)
    >>> list(without_crosstalk([np.concatenate([loud, quiet])]))[0][:, -1].tolist()
    [1.0, 0.0]
    """
    rest, levels, gains = None, np.zeros((0, 0)), np.zeros((0, 0))
    for block in blocks:
        if rest is None:
            rest, levels, gains = block[:, :0], np.zeros((len(block), HELD - 1)), np.ones((len(block), 1))
        waiting = np.concatenate([rest, block], axis=1)
        whole = waiting.shape[1] // FRAME * FRAME
        rest = waiting[:, whole:]
        if whole:
            done, levels, gains = _gated(waiting[:, :whole], levels, gains)
            yield done
    if rest is not None and rest.shape[1]:
        filled = np.pad(rest, ((0, 0), (0, FRAME - rest.shape[1])))
        yield _gated(filled, levels, gains)[0][:, : rest.shape[1]]


def _gated(
    block: Block, before: NDArray[np.float64], gain: NDArray[np.float64]
) -> tuple[Block, NDArray[np.float64], NDArray[np.float64]]:
    """Whole frames with their gains, and the last levels and gains; `before` and `gain` are those before the block."""
    frames = block.reshape(len(block), -1, FRAME)
    levels = np.concatenate([before, np.square(frames, dtype=np.float64).mean(axis=2)], axis=1)
    held = sliding_window_view(levels, HELD, axis=1).max(axis=2)
    gains = np.concatenate([gain, LOUDER * held >= held.max(axis=0)], axis=1)
    from_, to = gains[:, :-1, None], gains[:, 1:, None]
    ramps = from_ + (to - from_) * np.linspace(0, 1, FRAME)  # a step would be a click
    done = (frames * ramps.astype(np.float32)).reshape(len(block), -1)
    return np.asarray(done, np.float32), levels[:, 1 - HELD :], gains[:, -1:]
