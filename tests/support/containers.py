"""A recording in every format that intone reads, by the ending of its name; and videos with sound.

Where nobody has an encoder, the frames are noise or silence in an honest container (`WITHOUT_A_VOICE`).
"""

import struct
import tempfile
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from intone.audio import RATE, Signal, resample
from sounds import FORMATS, encode, mux, pcm

WITHOUT_A_VOICE = ("awb", "ape", "qcp", "dss", "lbc")

_MUXERS = {
    "3gp": ("3gp", "libopencore_amrnb", 8000), "3g2": ("3g2", "aac", 44_100), "amr": ("amr", "libopencore_amrnb", 8000),
    "m4b": ("ipod", "aac", 44_100), "caf": ("caf", "pcm_s16be", 44_100), "alac.caf": ("caf", "alac", 44_100),
    "au": ("au", "pcm_s16be", 8000), "w64": ("w64", "pcm_s24le", 44_100), "wma": ("asf", "wmav2", 44_100),
    "avi": ("avi", "libmp3lame", 44_100), "flv": ("flv", "aac", 44_100), "ts": ("mpegts", "aac", 48_000),
    "mpg": ("mpeg", "mp2", 48_000), "vob": ("vob", "ac3", 48_000), "ac3": ("ac3", "ac3", 48_000),
    "eac3": ("eac3", "eac3", 48_000), "mp2": ("mp2", "mp2", 44_100), "latm": ("latm", "aac", 44_100),
    "wv": ("wv", "wavpack", 44_100), "tta": ("tta", "tta", 44_100), "mka": ("matroska", "flac", 44_100),
    "weba": ("webm", "libopus", 48_000), "rm": ("rm", "real_144", 8000), "nut": ("nut", "libmp3lame", 44_100),
    "wtv": ("wtv", "mp2", 48_000), "sox": ("sox", "pcm_s32le", 44_100), "oga": ("ogg", "flac", 44_100),
    "f4v": ("f4v", "aac", 44_100), "m4v": ("mp4", "ac3", 48_000),
}
_OF_LIBSNDFILE = {
    "rf64": ("RF64", "PCM_16", 44_100), "aifc": ("AIFF", "FLOAT", 44_100), "snd": ("AU", "ULAW", 8000),
    "sph": ("NIST", "PCM_16", RATE), "voc": ("VOC", "PCM_16", RATE), "sf": ("IRCAM", "PCM_16", RATE),
    "pvf": ("PVF", "PCM_16", RATE), "avr": ("AVR", "PCM_16", RATE), "svx": ("SVX", "PCM_16", RATE),
    "gsm": ("RAW", "GSM610", 8000),
}


def muxed(signal: Signal, suffix: str) -> bytes:
    """A signal in the container of a suffix, by FFmpeg."""
    muxer, codec, rate = _MUXERS[suffix]
    with tempfile.TemporaryDirectory() as folder:
        return mux(resample(signal, RATE, rate), rate, muxer, codec, Path(folder) / "made", bits=64_000)


def of_libsndfile(signal: Signal, suffix: str) -> bytes:
    """The same by libsndfile."""
    container, subtype, rate = _OF_LIBSNDFILE[suffix]
    return pcm(resample(signal, RATE, rate), rate, container, subtype)


def mxf(signal: Signal, suffix: str = "mxf") -> bytes:
    """The sound of a camera, which has a picture too."""
    return video(suffix, "pcm_s16le", 48_000, signal, picture="mpeg2video")


def dv(signal: Signal) -> bytes:
    """The tape of a camcorder: 144 kB a picture, with two channels of sound."""
    stereo = (32_767 * np.repeat(resample(signal, RATE, 48_000), 2)).astype(np.int16)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.dv"
        with av.open(str(path), "w", format="dv") as container:
            pictures = container.add_stream("dvvideo", rate=25)
            pictures.width, pictures.height, pictures.pix_fmt = 720, 576, "yuv420p"
            sound = container.add_stream("pcm_s16le", rate=48_000, layout="stereo")
            for number in range(len(stereo) // 3840):
                frame = av.VideoFrame(720, 576, "yuv420p")
                part = av.AudioFrame.from_ndarray(stereo[None, 3840 * number : 3840 * number + 3840], "s16", "stereo")
                part.rate, part.pts, frame.pts = 48_000, 1920 * number, number
                container.mux([*pictures.encode(frame), *sound.encode(part)])
        return path.read_bytes()


_DSD_RATE = 64 * 44_100


def dsf(signal: Signal) -> bytes:
    """A signal as a stream of single bits, whose share of ones is its value."""
    planes = _bits(signal, "little")
    blocks = np.pad(planes, (0, -len(planes) % 4096)).tobytes()
    form = struct.pack("<4sQIIIIIIQII", b"fmt ", 52, 1, 0, 1, 1, _DSD_RATE, 1, 8 * len(planes), 4096, 0)
    size = 28 + len(form) + 12 + len(blocks)
    return struct.pack("<4sQQQ", b"DSD ", 28, size, 0) + form + struct.pack("<4sQ", b"data", 12 + len(blocks)) + blocks


def dff(signal: Signal) -> bytes:
    """The same as DSDIFF."""
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">4sQ", name, len(content)) + content

    sound = chunk(b"FS  ", struct.pack(">I", _DSD_RATE)) + chunk(b"CHNL", b"\0\1C000") + chunk(
        b"CMPR", b"DSD \x0enot compressed\0")
    return chunk(b"FRM8", b"DSD " + chunk(b"FVER", b"\1\5\0\0") + chunk(b"PROP", b"SND " + sound) + chunk(
        b"DSD ", _bits(signal, "big").tobytes()))


def _bits(signal: Signal, order: str) -> np.ndarray:
    values = np.repeat(resample(signal, RATE, 44_100), 64)
    chance = np.random.default_rng(0).random(len(values)) < (1 + values) / 2
    return np.packbits(chance, bitorder=order)  # type: ignore[arg-type]


def ape(signal: Signal) -> bytes:
    """Monkey's Audio of nothing but silence, as long as a signal."""
    size, rate = 73_728, 44_100
    samples = len(signal) * rate // RATE
    frames = -(-samples // size)
    silent = struct.pack("<II", 0x8000_0000, 1) + bytes(8)
    head = struct.pack("<HHIIIHHI", 1000, 32, size, samples - (frames - 1) * size, frames, 16, 1, rate)
    first = 52 + len(head) + 4 * frames
    table = struct.pack(f"<{frames}I", *(first + len(silent) * number for number in range(frames)))
    return struct.pack("<4sHHIIIIIII16s", b"MAC ", 3990, 0, 52, len(head), len(table), 0, len(silent) * frames, 0, 0,
                       bytes(16)) + head + table + silent * frames


def _noise(size: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, size, dtype=np.uint8)


def awb(signal: Signal) -> bytes:
    """AMR for wideband, of noise: 50 frames of 33 bytes a second."""
    frames = _noise(len(signal) // 320 * 33).reshape(-1, 33)
    frames[:, 0] = 2 << 3 | 4
    return b"#!AMR-WB\n" + frames.tobytes()


def lbc(signal: Signal) -> bytes:
    """iLBC of noise."""
    return b"#!iLBC30\n" + _noise(len(signal) // 480 * 50).tobytes()


def qcp(signal: Signal) -> bytes:
    """QCELP of noise, at its full rate."""
    frames = _noise(len(signal) // 320 * 35).reshape(-1, 35)
    frames[:, 0] = 4
    known = bytes.fromhex("416d7f5e15b1d011ba9100805fb4b97e")
    rates = struct.pack("<I8H", 4, 34 | 4 << 8, 16 | 3 << 8, 7 | 2 << 8, 3 | 1 << 8, 0, 0, 0, 0)
    form = b"\1\0" + known + b"\2\0" + b"Qcelp 13K".ljust(80, b"\0") + struct.pack(
        "<HHHHH", 13_000, 35, 160, 8000, 16) + rates + bytes(20)
    body = b"QLCMfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", frames.size) + frames.tobytes()
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def dss(signal: Signal) -> bytes:
    """Speech of a dictation machine (DSS SP), of noise."""
    head = bytearray(1024)
    head[:4], head[0x26:0x3E] = b"\2dss", b"261129180000261129180100"
    block = bytes([0, 0, 0, 0, 0, 0]) + _noise(506).tobytes()
    return bytes(head) + block * (1 + len(signal) // RATE * 3)


MADE: dict[str, Callable[[Signal], bytes]] = {
    **{suffix: (lambda signal, suffix=suffix: encode(signal, suffix)) for suffix in FORMATS},
    **{suffix: (lambda signal, suffix=suffix: muxed(signal, suffix)) for suffix in _MUXERS},
    **{suffix: (lambda signal, suffix=suffix: of_libsndfile(signal, suffix)) for suffix in _OF_LIBSNDFILE},
    "mxf": mxf, "dv": dv, "dsf": dsf, "dff": dff, "ape": ape, "awb": awb, "lbc": lbc, "qcp": qcp, "dss": dss,
}
"""How a signal becomes a file that ends so; a part before a point in the name tells two of one suffix apart."""


def video(muxer: str, codec: str, rate: int, signal: Signal, *, picture: str | None = "mpeg4", late_s: float = 0.0,
          pauses: Iterable[tuple[float, float]] = (), lost: Callable[[float], bool] = lambda _: False) -> bytes:
    """A video of a grey picture, or a recording without one, whose packets of sound have other times.

    The sound begins at `late_s`; from the first of each of `pauses` on it is later by the second. Packets are left out
    whose time, before that, is `lost`.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made"
        with av.open(str(path), "w", format=muxer) as container:
            pictures = _pictures(container, picture, len(signal) / RATE + late_s + sum(much for _, much in pauses))
            track = container.add_stream(codec, rate=rate, layout="mono")
            track.bit_rate = 12_200 if "amr" in codec else 64_000
            sound = _later(_encoded(track, resample(signal, RATE, rate)), late_s, pauses, lost)
            for packet in sorted([*pictures, *sound], key=lambda one: one.dts * one.time_base):
                container.mux(packet)
        return path.read_bytes()


def _pictures(container: av.container.OutputContainer, codec: str | None, seconds: float) -> list[av.Packet]:
    if codec is None:
        return []
    track = container.add_stream(codec, rate=25)
    track.width = track.height = 64
    track.pix_fmt = "yuv420p"
    found = []
    for number in range(round(25 * seconds)):
        frame = av.VideoFrame(64, 64, "yuv420p")
        frame.pts = number
        found += track.encode(frame)
    return [*found, *track.encode(None)]


def _encoded(track: av.AudioStream, samples: Signal) -> list[av.Packet]:
    found, step = [], 960
    for at in range(0, len(samples), step):
        frame = av.AudioFrame.from_ndarray(samples[None, at : at + step], format="fltp", layout="mono")
        frame.rate, frame.pts = track.rate, at
        found += track.encode(frame)
    return [*found, *track.encode(None)]


def _later(packets: list[av.Packet], late_s: float, pauses: Iterable[tuple[float, float]],
           lost: Callable[[float], bool]) -> list[av.Packet]:
    kept = []
    for number, packet in enumerate(packets):
        time_s = float(packet.pts * packet.time_base)
        if number and lost(time_s):
            continue
        later_s = late_s + sum(much for since, much in pauses if time_s >= since)
        shift = int(Fraction(later_s).limit_denominator(1000) / packet.time_base)
        packet.pts += shift
        packet.dts += shift
        kept.append(packet)
    return kept
