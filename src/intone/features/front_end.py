"""From a signal to the input of a network: the one function that training and serving share.

A front end is a frozen dataclass of settings, and a function of a signal. It travels inside the model file.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intone.audio import RATE, Signal
from intone.audio.envelope import EnvelopeSettings, mask
from intone.errors import TooShort, UsageError
from intone.features.spectral import MfccSettings, log_mel, mfcc
from intone.language.sentences import said

_BLOCK = 128  # chunks whose spectra are computed at once: 5 MB, which stay in the processor's cache


@dataclass(frozen=True)
class MfccChunks:
    """Clean the signal, cut it into tenths of a second, take the MFCC of each.

    `level_dbfs`: the root mean square, in decibels of full scale, to which the cleaned signal is brought; None leaves
    the level as it was recorded, as the original did.
    """

    kind: Literal["mfcc-chunks"] = "mfcc-chunks"
    envelope: EnvelopeSettings = field(default_factory=EnvelopeSettings)
    mfcc: MfccSettings = field(default_factory=MfccSettings)
    chunk_s: float = 0.1
    level_dbfs: float | None = None

    def __post_init__(self) -> None:
        if not (1 / RATE <= self.chunk_s <= 10 and -100 <= (self.level_dbfs or 0) <= 0):
            raise UsageError(f"Chunks of {self.chunk_s:g} s at {self.level_dbfs} dB cannot be used: choose up to 10 s "
                             "and -100 to 0 dB.")

    @property
    def chunk(self) -> int:
        """Samples in a chunk."""
        return round(RATE * self.chunk_s)

    @property
    def shortest(self) -> int:
        """Samples of the shortest signal that gives features."""
        return self.chunk

    @property
    def step(self) -> int:
        """Samples by which what features stand for grows: a chunk."""
        return self.chunk

    @property
    def shape(self) -> tuple[int, int]:
        """Frames and coefficients of one chunk."""
        return self.mfcc.frames(self.chunk), self.mfcc.coefficients

    def seconds(self, features: NDArray[np.float32]) -> float:
        """Seconds of sound that features stand for."""
        return len(features) * self.chunk_s

    def pool(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """The mean of the probabilities of all chunks: (n, labels) -> (labels,), which sums to 1."""
        return np.asarray(probabilities.mean(axis=0))

    def clean(self, signal: Signal) -> Signal:
        """The samples of a signal that the envelope keeps, joined."""
        return signal[mask(signal, self.envelope)]

    def leveled(self, cleaned: Signal) -> Signal:
        """A cleaned signal at the level of `level_dbfs`: scaled by 10^(dB / 20) / rms, where rms = sqrt(mean(x^2))."""
        power = float(np.mean(np.square(cleaned, dtype=np.float64))) if len(cleaned) else 0.0
        if self.level_dbfs is None or not power:
            return cleaned
        return cleaned * np.float32(10 ** (self.level_dbfs / 20) / np.sqrt(power))

    def features(self, chunks: Signal) -> NDArray[np.float32]:
        """MFCC of chunks (n, chunk) -> (n, frames, coefficients)."""
        blocks = [mfcc(chunks[i : i + _BLOCK], self.mfcc) for i in range(0, len(chunks), _BLOCK)]
        return np.concatenate(blocks).astype(np.float32)

    def of_clean(self, cleaned: Signal) -> NDArray[np.float32]:
        """Features of every whole chunk of a cleaned signal, (n, frames, coefficients); TooShort where n would be 0."""
        whole = len(cleaned) // self.chunk
        if not whole:
            raise TooShort(said(
                "Only {seconds:.2f} s of sound is left after cleaning, and an answer needs {chunk_s:g} s: speak "
                "longer or closer to the microphone.", seconds=len(cleaned) / RATE, chunk_s=self.chunk_s))
        return self.features(self.leveled(cleaned)[: whole * self.chunk].reshape(whole, self.chunk))

    def __call__(self, signal: Signal) -> NDArray[np.float32]:
        """Features of a signal, a row for each `chunk_s` seconds that are not silent; TooShort where there is none."""
        return self.of_clean(self.clean(signal))


@dataclass(frozen=True)
class LogMel:
    """Scale the signal to a peak of 1 and take its log-mel spectrogram: the input of a Whisper encoder.

    At most the first `longest_s` seconds are used; at least `shortest_s` are needed.
    """

    kind: Literal["log-mel"] = "log-mel"
    bands: int = 80
    shortest_s: float = 0.1
    longest_s: float = 30.0

    def __post_init__(self) -> None:
        if not (1 <= self.bands <= 256 and 0.05 <= self.shortest_s <= self.longest_s <= 30):
            raise UsageError(f"A log-mel of {self.bands} bands and {self.shortest_s:g} to {self.longest_s:g} s cannot "
                             "be used: choose up to 256 bands and 0.05 to 30 s.")

    @property
    def shortest(self) -> int:
        """Samples of the shortest signal that gives features."""
        return round(RATE * self.shortest_s)

    def seconds(self, features: NDArray[np.float32]) -> float:
        """Seconds of sound that features stand for: a frame is a hundredth of a second."""
        return len(features[0, 0]) / 100

    def enough(self, signal: Signal) -> Signal:
        """The signal as it is; TooShort below `shortest_s`."""
        return _enough(signal, self.shortest_s)

    @property
    def step(self) -> int:
        """Samples by which what features stand for grows: two frames."""
        return 320

    def heard_s(self, samples: int) -> float:
        """Seconds of so many samples that features would stand for: of an even number of frames."""
        return min(samples, round(self.longest_s * RATE)) // self.step * self.step / RATE

    def pool(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """The one row of probabilities: (1, labels) -> (labels,)."""
        return np.asarray(probabilities[0])

    def __call__(self, signal: Signal) -> NDArray[np.float32]:
        """The log-mel of a signal, (1, bands, frames) with an even number of frames; TooShort below `shortest_s`."""
        first = self.enough(signal)[: round(self.longest_s * RATE)]
        spectrogram = log_mel(_at_peak(first), self.bands)
        return spectrogram[None, :, : spectrogram.shape[1] // 2 * 2]


@dataclass(frozen=True)
class Waveform:
    """Scale the signal to a peak of 1, or to zero mean and unit variance: the input of an encoder of waveforms.

    At most the first `longest_s` seconds are used; at least `shortest_s` are needed.
    """

    kind: Literal["waveform"] = "waveform"
    normalized: bool = True
    shortest_s: float = 0.1
    longest_s: float = 30.0

    def __post_init__(self) -> None:
        if not 0.05 <= self.shortest_s <= self.longest_s <= 30:
            raise UsageError(f"A waveform of {self.shortest_s:g} to {self.longest_s:g} s cannot be used: choose 0.05 "
                             "to 30 s.")

    @property
    def shortest(self) -> int:
        """Samples of the shortest signal that gives features."""
        return round(RATE * self.shortest_s)

    def seconds(self, features: NDArray[np.float32]) -> float:
        """Seconds of sound that features stand for."""
        return len(features[0]) / RATE

    def enough(self, signal: Signal) -> Signal:
        """The signal as it is; TooShort below `shortest_s`."""
        return _enough(signal, self.shortest_s)

    @property
    def step(self) -> int:
        """Samples by which what features stand for grows."""
        return 1

    def heard_s(self, samples: int) -> float:
        """Seconds of so many samples that features would stand for."""
        return min(samples, round(self.longest_s * RATE)) / RATE

    def pool(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """The one row of probabilities: (1, labels) -> (labels,)."""
        return np.asarray(probabilities[0])

    def __call__(self, signal: Signal) -> NDArray[np.float32]:
        """The samples of a signal at one level, (1, samples); TooShort below `shortest_s`."""
        scaled = _at_peak(self.enough(signal)[: round(self.longest_s * RATE)])
        if self.normalized:  # (x - mean) / sqrt(variance + 1e-7), as transformers has it
            centred = scaled - scaled.mean(dtype=np.float64)
            scaled = centred / np.sqrt(np.square(centred).mean() + 1e-7)
        return scaled.astype(np.float32)[None]


def _enough(signal: Signal, shortest_s: float) -> Signal:
    """The signal; TooShort where it is shorter."""
    if len(signal) < round(RATE * shortest_s):
        raise TooShort(said(
            "Only {seconds:.2f} s of speech was found, and an answer needs {shortest_s:g} s: speak longer.",
            seconds=len(signal) / RATE, shortest_s=shortest_s))
    return signal


def _at_peak(signal: Signal) -> Signal:
    return signal / max(float(np.abs(signal).max()), 1e-9)


FrontEnd = MfccChunks | LogMel | Waveform
"""Every front end that a model file may name."""
