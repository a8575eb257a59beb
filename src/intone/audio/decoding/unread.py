"""What a file is that cannot be read, for the sentence that refuses it."""

import ctypes
import re
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from intone.audio.decoding.bounds import of_ffmpeg
from intone.audio.decoding.formats import USUAL, Format, of_demuxer
from intone.audio.decoding.views import read
from intone.language.sentences import said

if TYPE_CHECKING:
    import av

_HEAD = 2**16

_PADDING = 32  # zeros that FFmpeg wants behind what it probes

_LIKELY = 26  # of 100: FFmpeg's own mark below which it looks at more of the file

KNOWN: tuple[tuple[bytes, str], ...] = (
    (rb"%PDF-", "a PDF document"), (rb"PK\x03\x04", "a ZIP archive or an Office document"),
    (rb"\x1f\x8b", "a gzip archive"), (rb"7z\xbc\xaf\x27\x1c", "a 7z archive"), (rb"Rar!", "a RAR archive"),
    (rb"\xd0\xcf\x11\xe0", "an Office document"), (rb"\x89PNG", "a PNG picture"), (rb"\xff\xd8\xff", "a JPEG picture"),
    (rb"GIF8", "a GIF picture"), (rb"RIFF....WEBP", "a WebP picture"), (rb"BM....\x00{4}", "a BMP picture"),
    (rb"II\*\x00|MM\x00\*", "a TIFF picture"), (rb"....ftyp(?:heic|heix|mif1|msf1|avif)", "a HEIC or AVIF picture"),
    (rb"MThd|RIFF....RMID", "a MIDI file, which holds notes and no sound"),
    (rb"\x02?#!SILK", "a SILK voice message"), (rb"....ftypaax", "an Audible audiobook, which is copy-protected"),
    (rb"....\x57\x90\x75\x36", "an Audible audiobook, which is copy-protected"),
    (rb"#EXTM3U|\[playlist\]|ffconcat|(?:<\?xml[^>]*>\s*)?<(?:MPD|asx)", "a playlist, which holds no sound itself"),
    (rb"version https://git-lfs", "a pointer of Git LFS, whose file was not fetched"),
    (rb"\s*(?:<!doctype html|<html)", "a web page"), (rb"\s*<\?xml", "an XML document"), (rb"\x7fELF|MZ", "a program"),
    (rb"SQLite format 3", "a database"), (rb"\x00{512}", "empty at its beginning (nothing but zeros)"),
)
"""How files begin that people take for recordings, and what they are."""


def named(file: IO[bytes]) -> str:
    """The sentence about a file that cannot be decoded."""
    file.seek(0)
    head = read(file, _HEAD)
    known = next((said(what) for how, what in KNOWN if re.match(how, head, re.DOTALL | re.IGNORECASE)), None)
    known = known or (said("a text") if _is_text(head) else None)
    if known is None and (format_ := _probed(head)):
        short, long = format_
        with suppress(StopIteration):
            return _unfinished(of_demuxer(short))
        known = said("of the format {name}", name=long)
    wav = re.search(rb"(?:RIFF|RIFX|RF64|BW64).{4}WAVE", head, re.DOTALL)
    if known is None and wav and wav.start():
        return said(
            "The file is a WAV behind {count} bytes that do not belong there: export it again, or remove them.",
            count=wav.start())
    if known is None:
        return said("The file is not a recording that can be decoded: use {usual}.", usual=said(USUAL))
    return said("The file is {what}, not a recording that can be decoded: use {usual}.", what=known, usual=said(USUAL))


def without_sound(container: "av.container.InputContainer") -> str:
    """The sentence about a file without a track of sound."""
    found = of_demuxer(container.format.name)
    if not container.streams.video:
        return _unfinished(found)
    return said("The file ({name}) has no audio track: choose a recording of a voice.", name=found.name)


def _unfinished(found: Format) -> str:
    return said(
        "The file begins like {name}, but cannot be decoded: it is cut off, was not finished or is damaged; copy or "
        "export it again.", name=found.name)


def sealed(stream: "av.AudioStream") -> str | None:
    """The sentence about a track of sound that is copy-protected, or that FFmpeg has no decoder for."""
    if stream.codec_context is None:
        return said("The sound in the file is of a kind that is not known: export it as wav, flac or mp3.")
    with suppress(UnicodeDecodeError):  # of PyAV, where it is a number and no letters
        if stream.codec_tag in ("drms", "enca"):
            return said("The sound in the file is copy-protected (DRM): choose a recording of your own.")
    return None


class _ProbeData(ctypes.Structure):
    """FFmpeg's `AVProbeData`."""

    _fields_ = (("filename", ctypes.c_char_p), ("buf", ctypes.c_char_p), ("buf_size", ctypes.c_int),
                ("mime_type", ctypes.c_char_p))


class _InputFormat(ctypes.Structure):
    """The beginning of FFmpeg's `AVInputFormat`."""

    _fields_ = (("name", ctypes.c_char_p), ("long_name", ctypes.c_char_p))


def _probed(head: bytes) -> tuple[str, str] | None:
    """FFmpeg's short and long name of the format that the beginning of a file is of, where it is likely."""
    probe = of_ffmpeg("avformat", "av_probe_input_format3")
    probe.restype = ctypes.POINTER(_InputFormat)
    score = ctypes.c_int()
    found = probe(ctypes.byref(_ProbeData(b"", head + bytes(_PADDING), len(head), None)), 1, ctypes.byref(score))
    if not found or score.value < _LIKELY:
        return None
    return found.contents.name.decode(), found.contents.long_name.decode()


def _is_text(head: bytes) -> bool:
    """Whether these bytes are letters, of which the last may be cut."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        text = head[: error.start].decode("utf-8") if error.start > len(head) - 4 else "\0"
    return bool(text) and all(one.isprintable() or one.isspace() for one in text)
