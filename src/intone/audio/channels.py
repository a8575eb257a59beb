"""Which channels of a recording make its signal: their mean, except where that would lose a voice.

Every block is judged as a whole before it is mixed, so that nothing is lost and nothing is decoded twice. Frames of a
quarter of a second are compared in the voice band, in which neither a constant offset nor rumble lies. With the
spectra X_c of the channels, |sum X_c|^2 / sum |X_c|^2 is the gain of the sum: N where N channels hold the same, 1 where
they have nothing in common or all but one are silent, and 0 where they cancel one another (opposite phase).

A frame is cancelled where the gain is below `CANCELLED`. Noise that the channels share keeps it above 0: with hiss
15 dB below voices in opposite phase it is 0.06. Two microphones at a distance cancel some frequencies, and a whole
frame only where a voice has next to no others. Where the cancelled frames hold `LOST` of the amplitude of a block (not
of its power, beside which a beep would leave nothing of a voice), the loudest of the channels in them is taken.

In a call with one speaker a channel, nearly every frame belongs to one channel, now this, now that.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from intone.language.sentences import said

Block = NDArray[np.float32]

FRAME_S = 0.25
BAND_HZ = (300.0, 3400.0)
LOW_RATE = 8000  # samples a second that the band needs, about

# Of 24 clips of RAVDESS in opposite phase at least 0.94 of the power is in cancelled frames, with hiss of 10 to 40 dB
# below the voice. Of the same clips by two microphones, in a room without echoes, none is at differences of 0.1 to 0.7
# ms and 3 ms, and at 1 and 1.5 ms in a tenth of the clips.
CANCELLED = 0.15
LOST = 0.03

QUIET = 1e-3  # of the power of the loudest frame: below it nobody speaks
ALONE = 10.0  # times the power of all other channels
LEAST_S, LEAST_SHARE, MOSTLY = 1.0, 0.05, 0.6  # of the frames: those of each speaker, and of all of them

OWN_VOICES = ("The channels hold different voices in turn, as those of a call do, and were mixed: choose the speakers "
              "'channels', so that each channel is one of them.")
"""What is said where two people speak on two channels."""


class Mixer:
    """Makes one signal of blocks (channels, samples), and notes what it finds in them."""

    def __init__(self) -> None:
        self._cancelled: NDArray[np.float64] = np.zeros(0)
        self._power: NDArray[np.float64] = np.zeros(0)
        self._alone: NDArray[np.int64] = np.zeros(0, np.int64)
        self._loudest, self._frames, self._taken = 0.0, 0, set[int]()
        self._chosen: int | None = None

    def __call__(self, block: Block, rate: float) -> Block:
        """The mean (1, samples), or the loudest channel where the mean would lose it."""
        if not _alike(block):
            spectra = _spectra(block, rate)
            by_channel = np.einsum("cfk,cfk->cf", spectra, spectra.conj()).real.astype(np.float64)
            self._count(by_channel)
            summed = np.square(np.abs(spectra.sum(axis=0))).sum(axis=1)
            if (chosen := self._kept_from_cancelling(by_channel, summed)) is not None:
                self._taken.add(chosen + 1)
                return block[chosen : chosen + 1]
        return np.asarray(block.mean(axis=0, keepdims=True))

    @property
    def worth_trying(self) -> tuple[int, ...]:
        """The numbers of the channels that have sound and are not all the same, the loudest first."""
        order = np.argsort(-self._power, kind="stable")
        return tuple(int(one) + 1 for one in order if self._power[one] > 0)

    @property
    def apart(self) -> bool:
        """Whether two channels or more have their own frames, and nearly all frames are somebody's own."""
        least = max(LEAST_S / FRAME_S, LEAST_SHARE * self._frames)
        return int((self._alone >= least).sum()) >= 2 and float(self._alone.sum()) >= MOSTLY * self._frames

    def notes(self) -> Iterator[str]:
        """What whoever gets an answer must know, after all blocks."""
        if self._taken:
            numbers = ", ".join(map(str, sorted(self._taken)))
            yield said(
                "The channels cancel one another where they are mixed (opposite phase), so that channel {numbers} was"
                " analysed there alone.", numbers=numbers)
        elif self.apart:
            yield said(OWN_VOICES)

    def _count(self, by_channel: NDArray[np.float64]) -> None:
        """Count whose frames those of a block are, from their powers (channels, frames)."""
        if len(self._power) < len(by_channel):
            self._power, self._cancelled = np.zeros(len(by_channel)), np.zeros(len(by_channel))
            self._alone = np.zeros(len(by_channel), np.int64)
        whole = by_channel.sum(axis=0)
        self._power[: len(by_channel)] += by_channel.sum(axis=1)
        self._loudest = max(self._loudest, float(whole.max()))
        loud = (whole > QUIET * self._loudest) & (whole > 0)
        self._frames += int(loud.sum())
        own = by_channel[:, loud]
        self._alone[: len(own)] += (own > ALONE * (whole[loud] - own)).sum(axis=1)

    def _kept_from_cancelling(self, by_channel: NDArray[np.float64], summed: NDArray[np.float64]) -> int | None:
        """The channel to take alone; it stays the same from block to block unless another is twice as strong."""
        whole = by_channel.sum(axis=0)
        lost = summed < CANCELLED * whole
        if not whole.any() or np.sqrt(whole[lost]).sum() < LOST * np.sqrt(whole).sum():
            return None
        self._cancelled[: len(by_channel)] += by_channel[:, lost].sum(axis=1)
        strongest = int(self._cancelled.argmax())
        if self._chosen is None or 2 * self._cancelled[self._chosen] < self._cancelled[strongest]:
            self._chosen = strongest
        return self._chosen


def _alike(block: Block) -> bool:
    return all(np.array_equal(block[0], other) for other in block[1:])


def _spectra(block: Block, rate: float) -> NDArray[np.complex64]:
    """The spectra of every frame in the voice band, (channels, frames, frequencies).

    The mean of a few samples is a low-pass that is good enough here: little of a voice lies above it.
    """
    channels, samples = block.shape
    few = max(1, int(rate // LOW_RATE))
    low = block[:, : samples // few * few].reshape(channels, -1, few) @ np.full(few, 1 / few, np.float32)
    size = max(1, round(FRAME_S * rate / few))
    frames = max(1, -(-low.shape[1] // size))
    low = np.pad(low, ((0, 0), (0, frames * size - low.shape[1]))).reshape(channels, frames, size)
    hertz = np.fft.rfftfreq(size, few / rate)
    within = (hertz >= BAND_HZ[0]) & (hertz <= BAND_HZ[1])
    return np.fft.rfft(low * np.hanning(size).astype(np.float32), axis=2)[:, :, within].astype(np.complex64)
