"""Where in a signal there is sound: the envelope, and the mask that keeps what lies above a threshold."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intone.audio.signal import RATE, Signal
from intone.errors import UsageError


@dataclass(frozen=True)
class EnvelopeSettings:
    """What counts as sound.

    `window_s`: length of the centred rolling mean of |x|. `threshold`: samples are kept where the mean is above it;
    `relative_to` says of what: "full scale" (the original's 0.0005 of 1.0, which depends on the recording level) or
    "peak" (a share of the envelope's own maximum, which does not).
    """

    window_s: float = 0.1
    threshold: float = 0.0005
    relative_to: Literal["full scale", "peak"] = "full scale"

    def __post_init__(self) -> None:
        if not (0 < self.window_s <= 10 and 0 <= self.threshold <= 1):
            raise UsageError(f"An envelope over {self.window_s:g} s with threshold {self.threshold:g} cannot be used: "
                             "choose up to 10 s, and a threshold of 0 to 1.")


def envelope(signal: Signal, window_s: float = 0.1) -> NDArray[np.float64]:
    """Centred rolling mean of |x|, (samples,) -> (samples,), as `pandas.Series.rolling(n, 1, center=True).mean()`.

    A window of n = 16000 window_s samples; an even window reaches from i - n/2 to i + n/2 - 1. At the edges the mean
    is taken over the samples that are there.

    With the running total S[i] = |x[0]| + ... + |x[i - 1]| the sum over a window from a to b - 1 is S[b] - S[a]: two
    look-ups, however long the window is. With b = i + after and a = i - before, for all i at once, this is the
    difference of two slices of S. S is extended on both sides of the signal, by S[0] = 0 before it and by the sum of
    all samples behind it, so that windows that reach beyond an edge need no case of their own: they only have fewer
    samples.
    """
    n, samples = max(1, round(RATE * window_s)), len(signal)
    before, after = n // 2, n - n // 2  # samples in a window before the one that it belongs to, and from it on
    total = np.zeros(before + samples + after)  # total[before + i] = S[i]
    np.cumsum(np.abs(signal), dtype=np.float64, out=total[before + 1 : before + samples + 1])
    total[before + samples + 1 :] = total[before + samples]
    mean = total[n : n + samples] - total[:samples]
    counts = np.full(samples, float(n))
    start, end = np.arange(min(before, samples)), np.arange(max(samples - after, 0), samples)
    # At the left edge a window holds min(i + after, samples) samples, at the right edge samples - max(i - before, 0).
    counts[start], counts[end] = np.minimum(start + after, samples), samples - np.maximum(end - before, 0)
    mean /= counts
    return mean


def mask(signal: Signal, settings: EnvelopeSettings) -> NDArray[np.bool_]:
    """True where the envelope is above the threshold, (samples,) -> (samples,). All False for digital silence."""
    level = envelope(signal, settings.window_s)
    return level > threshold(level, settings)


def threshold(level: NDArray[np.float64], settings: EnvelopeSettings) -> float:
    """The value of an envelope (samples,) above which a sample is kept."""
    reference = 1.0 if settings.relative_to == "full scale" else float(level.max(initial=0.0))
    return settings.threshold * reference
