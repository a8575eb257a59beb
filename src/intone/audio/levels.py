"""What the samples of a recording say of its levels before they are mixed and resampled: flat tops, and the step.

A *flat top* is a row of three samples or more at the extreme: a converter that was overloaded cuts a wave off there.
The *step* is the smallest difference between two values: what is stored with few bits, or at a very low level, has few
steps from zero to its peak. Resampling, which bends flat tops and fills steps, comes after; a lossy codec may have come
before, and nothing of either is left then.
"""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

TOP = 0.998  # of the extreme
ROW = 3
SAME_PEAK = 0.5  # of the loudest block: blocks whose peak is lower say nothing of where the converter ends
FEWEST_STEPS = 32  # below, most waves have flat tops
LOOKED_AT = 8192  # samples of a block and channel, of which two are a step apart


class Levels:
    """Counted block by block, (channels, samples)."""

    def __init__(self) -> None:
        self._tops: defaultdict[tuple[int, bool], list[tuple[float, int]]] = defaultdict(list)
        self._step: defaultdict[int, float] = defaultdict(lambda: np.inf)
        self._peak: defaultdict[int, float] = defaultdict(float)

    def clear(self) -> None:
        """Begin again: a recording may be decoded several times."""
        for counted in (self._tops, self._step, self._peak):
            counted.clear()

    def add(self, block: NDArray[np.float32]) -> None:
        """Count the next samples, as they were decoded."""
        for number, samples in enumerate(block):
            high, low = float(samples.max(initial=0.0)), float(samples.min(initial=0.0))
            if high == low:
                continue
            self._peak[number] = max(self._peak[number], (high - low) / 2)
            self._step[number] = min(self._step[number], _step(samples))
            self._tops[number, True].append((high, _rows(samples >= TOP * high) if high > 0 else 0))
            self._tops[number, False].append((-low, _rows(samples <= TOP * low) if low < 0 else 0))

    @property
    def steps(self) -> float:
        """Steps from zero to the peak, of the channel that has most; infinite where nothing was counted."""
        return max((self._peak[one] / step for one, step in self._step.items()), default=np.inf)

    @property
    def flat_tops(self) -> int:
        """How many there are on one side of one channel, where there are most."""
        return 0 if self.steps < FEWEST_STEPS else max(map(_at_the_end, self._tops.values()), default=0)


def _step(samples: NDArray[np.float32]) -> float:
    apart = np.diff(np.sort(samples[:: 1 + len(samples) // LOOKED_AT]))
    return float(apart[apart > 0].min(initial=np.inf))


def _rows(there: NDArray[np.bool_]) -> int:
    """Rows of `ROW` true values or more."""
    ends = np.flatnonzero(np.diff(there, prepend=False, append=False))
    return int(np.count_nonzero(ends[1::2] - ends[::2] >= ROW))


def _at_the_end(tops: list[tuple[float, int]]) -> int:
    loudest = max(peak for peak, _ in tops)
    return sum(rows for peak, rows in tops if peak >= SAME_PEAK * loudest)
