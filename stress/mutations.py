"""Changes to the structure of honest files: fields, lengths, and pieces repeated, removed, nested or resized.

A file is read as a tree of pieces (boxes, blocks, pages, chunks, elements, frames), some are changed, and the tree is
written again with the lengths and checksums that it then needs, so that a decoder reads on to what was changed.
"""

import struct
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from bombs import crc

MOST_BYTES = 1_000_000
"""Every file is smaller."""

Rng = np.random.Generator


@dataclass
class Part:
    """A piece of a file: its name, what it holds before the pieces in it, those, and a length other than its own."""

    name: bytes
    content: bytes = b""
    parts: list["Part"] = field(default_factory=list)
    stated: int | None = None


@dataclass(frozen=True)
class Container:
    """How files of a kind are read and written.

    `read` gives the pieces of a file, `head` what stands before a piece of a name and a length, which has
    `length_bits`. `packed` are (first bit, bits) of fields, in pieces whose name begins so; else each word is a field.
    """

    read: Callable[[bytes], list[Part]]
    head: Callable[[bytes, int], bytes]
    length_bits: int
    packed: tuple[bytes, tuple[tuple[int, int], ...]] = (b"none", ())
    finished: Callable[[bytes], bytes] = lambda written: written


def changed(rng: Rng, kind: str, content: bytes) -> bytes:
    """A file of one of `CONTAINERS` with a change or a few."""
    container = CONTAINERS[kind]
    whole = Part(b"", parts=container.read(content))
    for _ in range(int(rng.geometric(0.5))):
        found = list(_all(whole)) or [(whole, whole)]
        names = sorted({part.name for part, _ in found})  # each is as likely, however many pieces have it
        name = names[int(rng.integers(len(names)))]
        same = [one for one in found if one[0].name == name]
        change = _CHANGES[int(rng.choice(len(_CHANGES), p=_SHARES))]
        change(rng, container, *same[int(rng.integers(len(same)))])
    return container.finished(_body(container, whole))[: MOST_BYTES - 1]


def _all(within: Part) -> Iterator[tuple[Part, Part]]:
    """Every piece, and the one that it is in."""
    for part in within.parts:
        yield part, within
        yield from _all(part)


def _body(container: Container, part: Part) -> bytes:
    found = [part.content]
    for one in part.parts:
        body = _body(container, one)
        found += [container.head(one.name, len(body) if one.stated is None else one.stated), body]
    return b"".join(found)


# What is done to a piece.


def _value(rng: Rng, bits: int, now: int) -> int:
    """What a field may state: an extreme, something near to what it is or a multiple, or anything."""
    top, anything = 1 << bits, int(rng.integers(2**62)) >> int(rng.integers(62))
    near, times = now + int(rng.choice([-1, 1, 2, 8, 1000])), now * int(rng.choice([2, 10, 1000, 65_536]))
    flipped = now ^ 1 << int(rng.integers(bits))
    return (0, 1, top - 1, top // 2, top // 2 - 1, near, times, now // 2, anything, flipped)[int(rng.integers(10))] % top


def _set(rng: Rng, container: Container, part: Part, _: Part) -> None:
    name, fields = container.packed
    if fields and part.name.startswith(name) and rng.random() < 0.8:
        first, bits = fields[int(rng.integers(len(fields)))]
        little = False
    else:
        bits = 8 * int(rng.choice([1, 2, 4, 4, 4, 8]))
        first, little = int(rng.integers(min(len(part.content), 120) + 1)) // (bits // 8) * bits, rng.random() < 0.3
    start, end = first // 8, (first + bits + 7) // 8
    if end <= len(part.content):
        value = int.from_bytes(part.content[start:end], "little" if little else "big")
        shift = 8 * end - first - bits
        now = value >> shift & (1 << bits) - 1
        value ^= (now ^ _value(rng, bits, now)) << shift
        new = value.to_bytes(end - start, "little" if little else "big")
        part.content = part.content[:start] + new + part.content[end:]


def _lie(rng: Rng, container: Container, part: Part, _: Part) -> None:
    part.stated = _value(rng, container.length_bits, len(part.content))


def _repeat(rng: Rng, _: Container, part: Part, within: Part) -> None:
    """Often once, sometimes until the file is full."""
    size = len(part.content) + 8 + sum(len(one.content) + 8 for one, _ in _all(part))
    most = max(1, min(5000, MOST_BYTES // 4 // size))
    at = [one is part for one in [*within.parts, part]].index(True)
    within.parts[at:at] = [deepcopy(part) for _ in range(1 if rng.random() < 0.6 else int(most ** rng.random()))]


def _remove(_: Rng, __: Container, part: Part, within: Part) -> None:
    within.parts[:] = [one for one in within.parts if one is not part]


def _nest(rng: Rng, _: Container, part: Part, within: Part) -> None:
    """Into itself, or into what holds it once more: once or many times."""
    inner = deepcopy(within if rng.random() < 0.3 else part)
    for _depth in range(1 if rng.random() < 0.6 else int(rng.integers(2, 100))):
        inner = Part(inner.name, inner.content[:64], [inner])
    part.parts.append(inner)


def _resize(rng: Rng, _: Container, part: Part, __: Part) -> None:
    """Shorter, or longer by zeros, by anything or by what it holds."""
    now, more = part.content, int(200_000 ** rng.random())
    again = (now * (more // max(len(now), 1) + 1))[:more]
    part.content = (now[: int(rng.integers(len(now) + 1))], now + bytes(more), now + rng.bytes(more), now + again)[
        int(rng.integers(4))]


_CHANGES = (_set, _lie, _repeat, _remove, _nest, _resize)
_SHARES = (0.6, 0.1, 0.1, 0.06, 0.06, 0.08)


# The pieces of each container: ISO/IEC 14496-12, RFC 9639, 3533 and 9559; ID3v2.3.

_BOXES = dict.fromkeys(b"moov trak mdia minf stbl dinf edts udta mvex moof traf ilst covr".split(), 0) | {
    b"meta": 4, b"stsd": 8, b"dref": 8, b"mp4a": 28}
_CHUNKS = {b"RIFF": 4, b"RF64": 4, b"FORM": 4, b"LIST": 4}
"""What holds pieces, and the bytes before those."""


def _boxes(content: bytes) -> list[Part]:
    return _sized(content, lambda head: (head[4:], int.from_bytes(head[:4], "big") - 8), _BOXES)


def _riff(content: bytes) -> list[Part]:
    return _sized(content, lambda head: (head[:4], int.from_bytes(head[4:], "little") + 1 & ~1), _CHUNKS)


def _aiff(content: bytes) -> list[Part]:
    return _sized(content, lambda head: (head[:4], int.from_bytes(head[4:], "big") + 1 & ~1), _CHUNKS)


def _sized(
    content: bytes, named: Callable[[bytes], tuple[bytes, int]], holds: dict[bytes, int], head: int = 8
) -> list[Part]:
    """Pieces with a name and a length in `head` bytes."""
    found, at = list[Part](), 0
    while at + head <= len(content):
        name, length = named(content[at : at + head])
        body = content[at + head : at + head + max(length, 0)]
        lead = holds.get(name, len(body))
        found.append(Part(name, body[:lead], _sized(body[lead:], named, holds, head)))
        at += head + max(length, 0)
    return found


_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


def _asf(content: bytes) -> list[Part]:
    return _sized(content, lambda head: (head[:16], int.from_bytes(head[16:], "little") - 24), {_ASF_HEADER: 6}, 24)


def _caf(content: bytes) -> list[Part]:
    return [Part(b"", content[:8]), *_sized(content[8:], lambda head: (head[:4], int.from_bytes(head[4:], "big")), {}, 12)]


def _flv(content: bytes) -> list[Part]:
    """The head, and tags with the lengths behind them."""
    found, at = [Part(b"", content[:13])], 13
    while at + 11 <= len(content):
        size = 15 + int.from_bytes(content[at + 1 : at + 4], "big")
        found.append(Part(b"tag %d %d" % (content[at], min(len(found), 3)), content[at : at + size]))
        at += size
    return found


def _cut(content: bytes, size: int) -> list[Part]:
    """Pieces of a size, of which the first ones have names of their own."""
    return [Part(b"%d" % min(at // size, 8), content[at : at + size]) for at in range(0, len(content), size)]


def _flac(content: bytes) -> list[Part]:
    """The blocks, among them a table of places; then all frames."""
    found, at, last = [Part(b"", b"fLaC")], 4, 0
    while not last:
        last, length = content[at] & 0x80, int.from_bytes(content[at + 1 : at + 4], "big")
        found.append(Part(content[at : at + 1], content[at + 4 : at + 4 + length]))
        at += 4 + length
    table = b"".join(struct.pack(">QQH", 4096 * one, 100 * one, 4096) for one in range(10))
    return [*found[:2], Part(b"\3", table), *found[2:], Part(b"", content[at:])]


def _pages(content: bytes) -> list[Part]:
    starts = [at for at in range(len(content)) if content.startswith(b"OggS", at)]
    return [] if not starts else [Part(b"page %d" % min(number, 3), content[at:to])
            for number, (at, to) in enumerate(zip(starts, [*starts[1:], len(content)], strict=True))]


def _summed(content: bytes) -> bytes:
    """Pages with the checksums that they need."""
    pages = [one.content.ljust(27, b"\0") for one in _pages(content)]
    return b"".join(page[:22] + crc(page[:22] + bytes(4) + page[26:], 32, 0x04C11DB7).to_bytes(4, "little") + page[26:]
                    for page in pages)


_MASTERS = [one.to_bytes((one.bit_length() + 7) // 8, "big") for one in (
    0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE1, 0x1F43B675, 0xA0, 0x114D9B74, 0x4DBB, 0x1C53BB6B, 0xBB,
    0xB7, 0x1254C367, 0x7373, 0x63C0, 0x67C8)]


def _elements(content: bytes) -> list[Part]:
    found, at = list[Part](), 0
    while at < len(content):
        after = at + 9 - content[at].bit_length()
        body = after + 9 - content[after].bit_length()
        end = body + (int.from_bytes(content[after:body], "big") & (1 << 7 * (body - after)) - 1)
        name, inside = content[at:after], content[body:end]
        found.append(Part(name, parts=_elements(inside)) if name in _MASTERS else Part(name, inside))
        at = end
    return found


def _mpeg(content: bytes) -> list[Part]:
    """The frames of ID3, and those of MPEG."""
    size = sum((content[6 + one] & 0x7F) << 7 * (3 - one) for one in range(4))
    tags = _sized(content[10 : 10 + size], lambda head: (head[:4], int.from_bytes(head[4:], "big") + 2), {})
    return [Part(content[:6], parts=tags), *_frames(content[10 + size :], _mpeg_length)]


def _frames(content: bytes, length: Callable[[bytes], int]) -> list[Part]:
    found, at = list[Part](), 0
    while at + 8 <= len(content):
        size = max(length(content[at : at + 8]), 8)
        found.append(Part(b"frame %d" % min(len(found), 2), content[at : at + size]))
        at += size
    return found


def _mpeg_length(head: bytes) -> int:
    bits = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)[head[2] >> 4]
    return 144_000 * bits // 44_100 + (head[2] >> 1 & 1)


def _mpeg_head(name: bytes, length: int) -> bytes:
    if name[:3] == b"ID3":
        return name + bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"" if name[:5] == b"frame" else name + struct.pack(">I", (length - 2) % 2**32)


_INFO = ((0, 16), (16, 16), (32, 24), (56, 24), (80, 20), (100, 3), (103, 5), (108, 36))
_MPEG = ((0, 11), (11, 2), (13, 2), (15, 1), (16, 4), (20, 2), (22, 1), (24, 2), (26, 2), (30, 2))
_PAGE = ((32, 8), (40, 8), (48, 64), (112, 32), (144, 32), (208, 8), (216, 8), (224, 8))
_ADTS = ((0, 12), (12, 1), (13, 2), (15, 1), (16, 2), (18, 4), (23, 3), (30, 13), (43, 11), (54, 2))

CONTAINERS = {
    "mp4": Container(_boxes, lambda name, length: struct.pack(">I", (8 + length) % 2**32) + name, 32),
    "flac": Container(_flac, lambda name, length: name and name + (length % 2**24).to_bytes(3, "big"), 24,
                      (b"\0", _INFO)),
    "ogg": Container(_pages, lambda name, length: b"", 8, (b"page", _PAGE), _summed),
    "matroska": Container(_elements, lambda name, length: name + (1 << 56 | length % 2**56).to_bytes(8, "big"), 56),
    "wav": Container(_riff, lambda name, length: name + struct.pack("<I", length % 2**32), 32),
    "aiff": Container(_aiff, lambda name, length: name + struct.pack(">I", length % 2**32), 32),
    "avi": Container(_riff, lambda name, length: name + struct.pack("<I", length % 2**32), 32),
    "asf": Container(_asf, lambda name, length: name + struct.pack("<Q", (length + 24) % 2**64), 64),
    "caf": Container(_caf, lambda name, length: name and name + struct.pack(">Q", length % 2**64), 64),
    "flv": Container(_flv, lambda name, length: b"", 24),
    "mpegts": Container(partial(_cut, size=188), lambda name, length: b"", 8),
    "others": Container(partial(_cut, size=32), lambda name, length: b"", 8),
    "mp3": Container(_mpeg, _mpeg_head, 28, (b"frame", _MPEG)),
    "aac": Container(lambda content: _frames(content, lambda head: int.from_bytes(head[3:6], "big") >> 5 & 0x1FFF),
                     lambda name, length: b"", 13, (b"frame", _ADTS)),
}
"""What is known of each."""
