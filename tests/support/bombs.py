"""Small files that cost a decoder much: tables that state millions of samples, huge covers, hours in a few kilobytes.

Each is made here from its structure (ISO/IEC 14496-12 for MP4, RFC 9639 for FLAC, ID3v2.3 for MP3), so that no tool
that writes honest files stands in between.
"""

import struct
import zlib
from functools import cache

import numpy as np

from intone.audio import Signal
from sounds import encode, mux, silence, voice

MP4_RATE, FRAME = 48_000, 1024
_SILENT_AAC = b"\x21\x10\x04\x60\x8c\x1c"  # one frame of stereo silence


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of MP4: its length, its name, what is in it."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full(kind: bytes, flags: int, *parts: bytes) -> bytes:
    return box(kind, struct.pack(">I", flags), *parts)


def _numbers(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


_MATRIX = _numbers(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def mp4(samples: int, *, tracks: int = 1, chunks: int = 1, length: int = len(_SILENT_AAC), data_frames: int = 700,
        edits: int = 0, more: bytes = b"") -> bytes:
    """An MP4 of AAC whose tables state `samples` frames of `length` bytes in `chunks` chunks, all at the same place.

    `edits` are entries of an edit list, each the whole track; `more` comes at the end of the moov box.
    """
    start = box(b"ftyp", b"M4A \0\0\2\0isomiso2")
    data = box(b"mdat", _SILENT_AAC * data_frames)

    def moov(offset: int) -> bytes:
        header = _full(b"mvhd", 0, _numbers(0, 0, 1000, 1000, 0x10000) + b"\1\0" + bytes(10), _MATRIX, bytes(24),
                       _numbers(tracks + 1))
        return box(b"moov", header, *(_track(number + 1, samples, chunks, length, offset, edits)
                                      for number in range(tracks)), more)

    return start + moov(len(start) + len(moov(0)) + 8) + data


def _track(number: int, samples: int, chunks: int, length: int, offset: int, edits: int) -> bytes:
    entry = box(b"mp4a", bytes(6) + b"\0\1" + bytes(8) + struct.pack(">HHHHI", 2, 16, 0, 0, MP4_RATE << 16), _esds())
    table = box(
        b"stbl", _full(b"stsd", 0, _numbers(1), entry), _full(b"stts", 0, _numbers(1, samples, FRAME)),
        _full(b"stsc", 0, _numbers(1, 1, samples // chunks, 1)), _full(b"stsz", 0, _numbers(length, samples)),
        _full(b"stco", 0, _numbers(chunks, *[offset] * chunks)))
    info = box(b"minf", _full(b"smhd", 0, bytes(4)),
               box(b"dinf", _full(b"dref", 0, _numbers(1), _full(b"url ", 1))), table)
    media_header = _full(b"mdhd", 0, _numbers(0, 0, MP4_RATE, min(samples * FRAME, 2**32 - 1)), b"\x55\xc4\0\0")
    media = box(b"mdia", media_header, _full(b"hdlr", 0, bytes(4) + b"soun" + bytes(13)), info)
    header = _full(b"tkhd", 3, _numbers(0, 0, number, 0, 0), bytes(8), b"\0\0\0\0\1\0\0\0", _MATRIX, bytes(8))
    listed = [box(b"edts", _full(b"elst", 0, _numbers(edits), _numbers(samples * FRAME // (MP4_RATE // 1000), 0, 0x10000) * edits))] if edits else []
    return box(b"trak", header, *listed, media)


def _esds() -> bytes:
    def described(tag: int, content: bytes) -> bytes:
        return bytes([tag, len(content)]) + content

    specific = described(5, b"\x11\x90")  # AAC-LC, 48 kHz, stereo
    config = described(4, bytes([0x40, 0x15, 0, 0, 0]) + _numbers(128_000, 128_000) + specific)
    return _full(b"esds", 0, described(3, b"\0\1\0" + config + described(6, b"\2")))


def fragments(count: int, samples: int) -> bytes:
    """A fragmented MP4: no samples in its tables, and `count` fragments that state `samples` each."""
    extends = box(b"mvex", _full(b"trex", 0, _numbers(1, 1, FRAME, len(_SILENT_AAC), 0)))
    whole = mp4(0, more=extends)
    start = whole[: whole.index(b"mdat") - 4]
    return start + b"".join(
        box(b"moof", _full(b"mfhd", 0, _numbers(number + 1)),
            box(b"traf", _full(b"tfhd", 0x020000, _numbers(1)), _full(b"trun", 0, _numbers(samples))))
        for number in range(count)) + box(b"mdat", _SILENT_AAC * 700)


@cache
def picture(side: int) -> bytes:
    """A PNG of `side` by `side` black dots of 64 bits: 8 bytes each when it is decoded, next to nothing in the file."""
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer, packed, row = zlib.compressobj(9), [], bytes(1 + 8 * side)
    for _ in range(side):
        packed.append(packer.compress(row))
    header = struct.pack(">IIBBBBB", side, side, 16, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"".join(packed) + packer.flush()) + chunk(
        b"IEND", b"")


def with_cover(suffix: str, cover: bytes) -> bytes:
    """A short voice as m4a, flac or mp3, with a picture of its cover."""
    content = encode(voice(1.0), suffix)
    if suffix == "mp3":
        frame = b"\0image/png\0\x03\0" + cover
        body = b"APIC" + struct.pack(">IH", len(frame), 0) + frame
        size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
        return b"ID3\x03\0\0" + size + body + content
    if suffix == "flac":
        form = struct.pack(">II", 3, 9) + b"image/png" + struct.pack(">IIIIII", 0, 1, 1, 24, 0, len(cover)) + cover
        return content[:4] + bytes([content[4] & 0x7F]) + content[5:42] + struct.pack(">I", 0x86 << 24 | len(form)) + \
            form + _without_padding(content)
    assert suffix == "m4a"
    tags = box(b"ilst", box(b"covr", box(b"data", _numbers(14, 0), cover)))
    handler = _full(b"hdlr", 0, bytes(4) + b"mdirappl" + bytes(9))
    more = box(b"udta", _full(b"meta", 0, handler, tags))
    return mp4(100, more=more)


def _without_padding(flac: bytes) -> bytes:
    """What follows the metadata of a FLAC file."""
    at = 4
    while True:
        last, length = flac[at] & 0x80, int.from_bytes(flac[at + 1 : at + 4], "big")
        at += 4 + length
        if last:
            return flac[at:]


def flac_of_silence(seconds: float, rate: int = 655_350, channels: int = 8) -> bytes:
    """Silence in FLAC, in frames of 65,535 samples: 38 bytes for a tenth of a second of eight channels."""
    size, count = 65_535, round(seconds * rate / 65_535)
    info = struct.pack(">HH", size, size) + bytes(6) + (
        rate << 44 | (channels - 1) << 41 | 15 << 36 | size * count).to_bytes(8, "big") + bytes(16)
    silent = bytes([0x00, 0, 0]) * channels  # of each channel a constant: 0
    frames = []
    for number in range(count):
        head = b"\xff\xf8" + bytes([0x7E, (channels - 1) << 4 | 0x08]) + _utf8(number) + struct.pack(
            ">HH", size - 1, rate // 10)
        frame = head + bytes([crc(head, 8, 0x07)]) + silent
        frames.append(frame + struct.pack(">H", crc(frame, 16, 0x8005)))
    return b"fLaC\x80" + len(info).to_bytes(3, "big") + info + b"".join(frames)


def _utf8(number: int) -> bytes:
    """A number as FLAC writes it: as UTF-8 writes a character."""
    return chr(number).encode("utf-8", "surrogatepass")


@cache
def _crc_table(bits: int, polynomial: int) -> list[int]:
    top, all_ones, table = 1 << (bits - 1), (1 << bits) - 1, []
    for byte in range(256):
        value = byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & all_ones
        table.append(value)
    return table


def crc(content: bytes, bits: int, polynomial: int) -> int:
    """The remainder of `bits` that FLAC and Ogg put behind or into what it is of."""
    table, all_ones, value = _crc_table(bits, polynomial), (1 << bits) - 1, 0
    for byte in content:
        value = value << 8 & all_ones ^ table[value >> (bits - 8) ^ byte]
    return value


def speex_in_matroska(size: int = 60_000) -> bytes:
    """A Matroska file that says Speex, whose frames are noise."""
    return said_to_be("A_SPEEX", silence(1.0)) + np.random.default_rng(0).bytes(size)


def said_to_be(codec: str, signal: Signal) -> bytes:
    """A Matroska file that gives the 16-bit samples of a signal to the decoder of a name of at most 13 letters."""
    return mux(signal, 16_000, "matroska", "pcm_s16le").replace(b"A_PCM/INT/LIT", codec.encode().ljust(13, b"\0"))
