"""Where the frames of a recording lie in time.

The packets of most containers carry times. What was not recorded (a muted call, packets that were lost, the time before
the sound of a video begins) has no packets, and lies between them: it becomes silence, so that everything after it
keeps its place.
"""

from dataclasses import dataclass, field

ROUNDING_S = 0.05
"""A frame may be so much later than the end of the last: times are rounded, and encoders put some samples first."""

_EXACT_S = 1e-9  # sums of binary fractions are no more exact

_ANEW_S = 1.0  # a frame that is so much earlier begins a new count, as in files that were joined

_SILENT_S, _SILENT_S_A_BYTE, _MOST_SILENT_S = 600.0, 1e-3, 7200.0


def most_silence(size: int) -> float:
    """Seconds of silence that are believed of a file of `size` bytes: a forged time must not make hours of them."""
    return min(_MOST_SILENT_S, _SILENT_S + _SILENT_S_A_BYTE * size)


@dataclass
class Timeline:
    """Counts what was given of a recording, in seconds since its beginning.

    `late_s`: how much later its first frame is than the beginning. `silence_s`: the seconds of silence that may be put
    in. `skipped_s`: gaps that were longer than that, after which the sound follows at once.
    """

    late_s: float
    silence_s: float
    skipped_s: float = 0.0
    _start_s: float | None = None
    _passed_s: float = 0.0
    _samples: int = 0
    _rate: int = field(default=1)

    @property
    def at_s(self) -> float:
        """Where the next frame begins if it follows at once."""
        return self._passed_s + self._samples / self._rate

    def add(self, samples: int, rate: int) -> None:
        """Count samples that were given."""
        if rate != self._rate:
            self._passed_s, self._samples, self._rate = self.at_s, 0, rate
        self._samples += samples

    def gap(self, time_s: float | None) -> float:
        """Seconds of silence before a frame of this time."""
        if time_s is None:
            return 0.0
        if self._start_s is None:
            self._start_s = time_s - self.late_s
        gap_s = time_s - self._start_s - self.at_s
        if gap_s <= ROUNDING_S + _EXACT_S:
            self._start_s += min(0.0, gap_s) if gap_s < -_ANEW_S else 0.0
            return 0.0
        if gap_s > self.silence_s:
            self.skipped_s += gap_s
            self._start_s += gap_s
            return 0.0
        self.silence_s -= gap_s
        return gap_s
