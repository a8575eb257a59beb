"""Figures of one recording."""

import io
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from intone.audio import RATE, Signal, Source
from intone.audio.envelope import EnvelopeSettings, mask, threshold
from intone.audio.envelope import envelope as envelope_of
from intone.errors import NoSpeech
from intone.features import MfccSettings, log_filter_bank, mfcc
from intone.plots import canvas

BLOCK_S = 0.01
"""The length of one block of the amplitude figure, in seconds."""

LONGEST_IMAGE_S = 20.0
"""The longest part of a clip that the filter bank and MFCC images show, in seconds."""

MFCC = MfccSettings()

_SILENCE = float(np.log(np.finfo(np.float64).eps))  # the log energy of digital silence
# One at a time, since matplotlib's style belongs to the whole process; in one thread, since matplotlib keeps the files
# of the fonts open for each thread that has drawn.
_DRAWING = ThreadPoolExecutor(1, "intone-drawing")
_LOWEST_DB = -100.0  # dB; one step of 16 bits lies at -90 dB


def plot_clip(
    source: Source, to: Path, envelope: EnvelopeSettings, format: str = "png", *, name: str = ""
) -> list[Path]:
    """Write the figures of one recording into the folder `to`: waveform, amplitude, spectrum and envelope.

    `name` is what they call it; the name of its file by default.
    UsageError for an unknown format; RecordingError if the recording cannot be read, is silent or is longer than ten
    minutes. A recording of which the envelope keeps nothing is drawn: the figure shows why.
    """
    canvas.check_format(format)
    file = Path(source).name if isinstance(source, str | Path) else ""
    signal, name = canvas.read(source), canvas.shown(name or file)
    if not signal.any():
        raise NoSpeech("The recording is silent, so that there is nothing to draw: choose one with sound.")
    with canvas.style():
        return [
            canvas.save(waveform(signal, name), to, "clip-waveform", format),
            canvas.save(amplitude(signal, name), to, "clip-amplitude", format),
            canvas.save(magnitudes(signal, name), to, "clip-spectrum", format),
            canvas.save(kept(signal, name, envelope), to, "clip-envelope", format),
        ]


def waveform(signal: Signal, name: str) -> Figure:
    """A figure of the samples of a clip against time."""
    figure = canvas.new_figure(2.6)
    axes = figure.subplots()
    canvas.draw_waveform(axes, signal)
    axes.set(title=f"Waveform of {name}", xlabel="time (s)", ylabel="amplitude (1 = full scale)", xlim=_span(signal))
    return figure


def amplitude(signal: Signal, name: str) -> Figure:
    """A figure of the peak and root mean square of every block of `BLOCK_S`, in dB of full scale."""
    figure = canvas.new_figure(2.6)
    axes = figure.subplots()
    peak, rms = levels(signal)
    seconds = np.arange(len(peak)) * BLOCK_S
    axes.plot(*canvas.outline(seconds, peak, 1500), color=canvas.SKY, linewidth=0.9, label="peak")
    axes.plot(*canvas.outline(seconds, rms, 1500), color=canvas.DARK, linewidth=1.1, label="root mean square")
    axes.legend(loc="upper right")
    axes.set(title=f"Amplitude of {name} in steps of {1000 * BLOCK_S:g} ms", xlabel="time (s)",
             ylabel="amplitude (dB of full scale)", xlim=_span(signal), ylim=(_LOWEST_DB, max(3.0, peak.max() + 3)))
    return figure


def magnitudes(signal: Signal, name: str) -> Figure:
    """A figure of the spectrum of a whole clip."""
    figure = canvas.new_figure(2.6)
    axes = figure.subplots()
    canvas.draw_spectrum(axes, signal)
    axes.set(title=f"Spectrum of {name}", xlabel="frequency (Hz)", ylabel="FFT magnitude (1 = full scale)",
             xlim=(0, RATE / 2))
    return figure


def filter_bank(signal: Signal, name: str) -> Figure:
    """A figure of the log mel filter bank of a clip, at most its first `LONGEST_IMAGE_S`."""
    return _image(log_filter_bank(signal[: round(LONGEST_IMAGE_S * RATE)], MFCC), f"Log filter bank of {name}",
                  "mel filter (number)", "energy (natural logarithm)", _SILENCE)


def coefficients(signal: Signal, name: str) -> Figure:
    """A figure of the MFCC of a clip, at most its first `LONGEST_IMAGE_S`."""
    return _image(mfcc(signal[: round(LONGEST_IMAGE_S * RATE)], MFCC), f"MFCC of {name}", "coefficient (number)",
                  "value (no unit)")


def _image(frames: NDArray[np.float64], title: str, y: str, colours: str, lowest: float = -np.inf) -> Figure:
    figure = canvas.new_figure(2.6)
    axes = figure.subplots()
    axes.grid(visible=False)
    first = (MFCC.window_s - MFCC.step_s) / 2
    image = axes.imshow(frames.T, origin="lower", aspect="auto", interpolation="none", vmin=max(lowest, frames.min()),
                        extent=(first, first + len(frames) * MFCC.step_s, -0.5, frames.shape[1] - 0.5))
    axes.set(title=title, xlabel="time (s)", ylabel=y)
    figure.colorbar(image, label=colours)
    return figure


VIEWS: Mapping[str, Callable[[Signal, str], Figure]] = {
    "waveform": waveform, "spectrum": magnitudes, "filter-bank": filter_bank, "mfcc": coefficients}
"""The figures of a recording that the page shows, by name."""


def pictured(signal: Signal, view: str, name: str) -> bytes:
    """One of `VIEWS` of a signal, as the bytes of a PNG file; NoSpeech if the signal is silent."""
    if not signal.any():
        raise NoSpeech("The recording is silent, so that there is nothing to draw: choose one with sound.")
    return _DRAWING.submit(_drawn, signal, view, name).result()


def _drawn(signal: Signal, view: str, name: str) -> bytes:
    file = io.BytesIO()
    with canvas.style():
        VIEWS[view](signal, name).savefig(file, format="png", dpi=130, metadata={"Software": None})
    return file.getvalue()


def kept(signal: Signal, name: str, settings: EnvelopeSettings) -> Figure:
    """A figure of the segments that the envelope keeps: the waveform, and below it the envelope with its threshold."""
    figure = canvas.new_figure(4.2)
    above, below = figure.subplots(2, sharex=True)
    sound, level = mask(signal, settings), envelope_of(signal, settings.window_s)
    line = threshold(level, settings)
    canvas.draw_waveform(above, signal)
    below.plot(*canvas.outline(canvas.times(signal), level, 1500), color=canvas.BLUE, linewidth=1.3,
               label=f"envelope: mean of |x| over {1000 * settings.window_s:g} ms")
    below.axhline(line, color=canvas.VERMILION, linewidth=1.3, linestyle=(0, (5, 2)),
                  label=f"threshold: {_words(settings)}")
    words = f"kept: {sound.sum() / RATE:.2f} of {len(sound) / RATE:.2f} s ({sound.mean():.0%})"
    for axes in (above, below):
        axes.broken_barh(_segments(sound), (0, 1), transform=axes.get_xaxis_transform(), facecolor=canvas.SKY,
                         alpha=0.3, zorder=0.5, label=words)
    above.set(title=f"What the envelope keeps of {name}", ylabel="amplitude (1 = full scale)", xlim=_span(signal))
    below.set_yscale("log", nonpositive="mask")
    below.set(xlabel="time (s)", ylabel="mean of |x| (1 = full scale)", ylim=(min(1e-6, line / 10), None))
    figure.legend(*below.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def levels(signal: Signal) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Peak and root mean square of every block of `BLOCK_S`, (blocks,) each, in dB of full scale, at least -100.

    A level of x is `20 log10(x)` dB; a sine at full scale has a peak of 0 dB and a root mean square of -3 dB.
    """
    starts = np.arange(0, len(signal), round(RATE * BLOCK_S))
    lengths = np.diff(np.append(starts, len(signal)))
    peak = np.maximum.reduceat(np.abs(signal), starts).astype(np.float64)
    rms = np.sqrt(np.add.reduceat(np.square(signal, dtype=np.float64), starts) / lengths)
    smallest = 10 ** (_LOWEST_DB / 20)
    return 20 * np.log10(np.maximum(peak, smallest)), 20 * np.log10(np.maximum(rms, smallest))


def _segments(sound: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Start and length in seconds of every segment, a run of True."""
    edges = np.flatnonzero(np.diff(sound, prepend=False, append=False)).reshape(-1, 2) / RATE
    return [(start, end - start) for start, end in edges]


def _words(settings: EnvelopeSettings) -> str:
    return f"{settings.threshold:g}" + (" of the maximum" if settings.relative_to == "peak" else "")


def _span(signal: Signal) -> tuple[float, float]:
    return 0.0, len(signal) / RATE
