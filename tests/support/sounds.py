"""Sounds that tests make for themselves, and files of them in every format. Signals are float32, (samples,), 16 kHz."""

import io
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from intone.audio import RATE, Signal, resample

VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480))
"""Formants in Hz of a, i, u and e (Peterson & Barney 1952)."""

FORMATS: dict[str, tuple[str, str, int]] = {
    "wav": ("wav", "pcm_s16le", 44_100), "flac": ("flac", "flac", 44_100), "mp3": ("mp3", "libmp3lame", 44_100),
    "ogg": ("ogg", "vorbis", 44_100), "opus": ("ogg", "libopus", 48_000), "m4a": ("ipod", "aac", 44_100),
    "mp4": ("mp4", "aac", 48_000), "webm": ("webm", "libopus", 48_000), "mkv": ("matroska", "libmp3lame", 32_000),
    "mov": ("mov", "pcm_s16be", 22_050), "aac": ("adts", "aac", 44_100), "aiff": ("aiff", "pcm_s16be", 48_000),
}
"""Suffix -> FFmpeg's muxer and encoder, and a rate that it takes."""


def tone(hertz: float, seconds: float, rate: int = RATE, peak: float = 0.5) -> Signal:
    """A sine."""
    return np.float32(peak) * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate).astype(np.float32)


def noise(seconds: float, rate: int = RATE, rms: float = 0.1, seed: int = 0) -> Signal:
    """White noise."""
    return np.random.default_rng(seed).normal(0, rms, round(seconds * rate)).astype(np.float32)


def silence(seconds: float) -> Signal:
    """No sound at all."""
    return np.zeros(round(seconds * RATE), np.float32)


def hum(seconds: float) -> Signal:
    """Mains hum: 50 Hz and its harmonics."""
    return np.sum([tone(50 * k, seconds, peak=0.2 / k) for k in range(1, 8)], axis=0, dtype=np.float32)


def clicks(seconds: float) -> Signal:
    """Ten clicks a second."""
    signal = silence(seconds)
    signal[:: RATE // 10] = 0.8
    return signal


def voice(seconds: float, pitch: float = 120.0, seed: int = 0) -> Signal:
    """Something like a voice: glottal pulses through three formants, a syllable every fifth of a second."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE)
    t = np.arange(n) / RATE
    ticks = np.arange(0, seconds + 1, 0.05)
    jitter = np.interp(t, ticks, rng.normal(0, 0.01, len(ticks)))
    f0 = pitch * (1 + 0.12 * np.sin(2 * np.pi * 0.7 * t) + jitter)
    pulses = np.diff(np.floor(np.cumsum(f0) / RATE), prepend=0) + rng.normal(0, 0.01, n)
    out = np.zeros(n)
    for start in range(0, n, RATE // 5):
        part = slice(start, min(start + RATE // 5, n))
        spectrum = np.fft.rfft(pulses[part], RATE // 5)
        f = np.fft.rfftfreq(RATE // 5, 1 / RATE)
        for formant in VOWELS[int(rng.integers(len(VOWELS)))]:
            spectrum *= formant**2 / (formant**2 - f**2 + 1j * f * (60 + 0.06 * formant))
        spectrum /= 1 + 1j * f / 300
        out[part] = np.fft.irfft(spectrum)[: part.stop - start] * np.hanning(RATE // 5)[: part.stop - start]
    return (0.5 * out / np.abs(out).max()).astype(np.float32)


def encode(signal: Signal, suffix: str, bits: int | None = None) -> bytes:
    """A signal as a file of one of `FORMATS`, at the rate of that format, and at some bits a second."""
    muxer, codec, rate = FORMATS[suffix]
    samples = resample(signal, RATE, rate)
    if codec == "vorbis":  # FFmpeg's own encoder of it is no good
        return pcm(samples, rate, "OGG", "VORBIS")
    return mux(samples, rate, muxer, codec, bits=bits)


def pcm(samples: NDArray[Any], rate: int, container: str = "WAV", subtype: str = "PCM_16") -> bytes:
    """Samples (samples,) or (samples, channels) as a file by libsndfile."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=container, subtype=subtype)
    return file.getvalue()


def mux(samples: NDArray[Any], rate: int, muxer: str, codec: str, path: Path | None = None,
        bits: int | None = None, **options: str) -> bytes:
    """Samples (samples,) or (samples, 2) encoded by FFmpeg, through a file where the muxer must read it again."""
    planar = np.ascontiguousarray(np.atleast_2d(np.asarray(samples, np.float32).T))
    layout = {1: "mono", 2: "stereo"}[len(planar)]
    file = io.BytesIO()
    with av.open(str(path) if path else file, "w", format=muxer, options=options) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        if bits:
            stream.bit_rate = bits
        frame = av.AudioFrame.from_ndarray(planar, format="fltp", layout=layout)
        frame.rate, frame.pts = rate, 0  # without a time the muxer does not tell what the encoder put before it
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return path.read_bytes() if path else file.getvalue()


def tracks(*signals: Signal, default: int | None = None, muxer: str = "matroska", **languages: str) -> bytes:
    """Signals as a file with a track for each; `t2="eng"` is the language of the second, `default` its number from 1."""
    file, rate = io.BytesIO(), 48_000
    with av.open(file, "w", format=muxer) as container:
        streams = [container.add_stream("pcm_s16le", rate=rate, layout="mono") for _ in signals]
        for number, stream in enumerate(streams, start=1):
            stream.disposition = av.stream.Disposition.default if number == default else av.stream.Disposition(0)
            stream.metadata.update({"language": languages[f"t{number}"]} if f"t{number}" in languages else {})
        for stream, signal in zip(streams, signals, strict=True):
            samples = (resample(signal, RATE, rate) * 32767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            frame.rate, frame.pts = rate, 0
            for packet in [*stream.encode(frame), *stream.encode(None)]:
                container.mux(packet)
    return file.getvalue()


def correlation(a: Signal, b: Signal) -> float:
    """Largest normalised cross-correlation of two signals within 0.1 s of delay."""
    n, reach = min(len(a), len(b)), RATE // 10
    a, b = a[:n].astype(float), b[:n].astype(float)
    cross = np.fft.irfft(np.fft.rfft(a, 2 * n) * np.conj(np.fft.rfft(b, 2 * n)))
    return float(max(cross[:reach].max(), cross[-reach:].max()) / np.sqrt((a @ a) * (b @ b)))
