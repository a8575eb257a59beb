"""Where a transport stream (MPEG-TS) goes on with other tracks of sound, as where two files were joined.

Its tables come again and again, and say which tracks it has. FFmpeg keeps to those of the first, and leaves out all
that follows under other numbers. The tables are those of ISO/IEC 13818-1, 2.4.4.
"""

import re
from collections.abc import Iterable, Iterator
from typing import IO

from intone.audio.decoding.views import read

PACKET = 188

TABLE = re.compile(rb"G[\x40-\x5f].[\x10-\x1f]\0[\0\2][\xb0-\xb3]", re.DOTALL)
"""A packet that begins a table of programs, or of the tracks of one."""

_PROGRAMS = 0

_NO_SOUND = frozenset((0x01, 0x02, 0x05, 0x10, 0x1B, 0x20, 0x24, 0x42, 0x86, 0xD1, 0xEA))
"""Kinds of tracks: pictures, and notes for programs."""

_Tracks = frozenset[tuple[int, int]]


def further(file: IO[bytes], tables: Iterable[int]) -> Iterator[int]:
    """Where such recordings begin behind the first, of the places of all tables in their order."""
    at, known = 0, dict[int, _Tracks]()
    for place in tables:
        file.seek(place)
        packet = read(file, PACKET)
        number, kind, body = int.from_bytes(packet[1:3], "big") & 0x1FFF, packet[5], _body(packet[5:])
        if kind == _PROGRAMS and number == 0:
            at, programs = place, _programs(body)
            before = frozenset[tuple[int, int]]().union(*known.values())
            known = {one: known.get(one, before if known.keys().isdisjoint(programs) else frozenset())
                     for one in programs}
        elif kind != _PROGRAMS and number in known and (tracks := _tracks(body)):
            if known[number] and known[number].isdisjoint(tracks):
                yield at
            known[number] = tracks


def _body(table: bytes) -> bytes:
    """What is in a table, without its head and its checksum."""
    return table[8 : max(8, 3 + (int.from_bytes(table[1:3], "big") & 0xFFF) - 4)]


def _programs(body: bytes) -> set[int]:
    """The numbers of the packets with the tracks of each program."""
    pairs = (body[at : at + 4] for at in range(0, len(body) - 3, 4))
    return {int.from_bytes(one[2:], "big") & 0x1FFF for one in pairs if one[:2] != b"\0\0"}


def _tracks(body: bytes) -> _Tracks:
    """Number and kind of every track that may be sound."""
    found, at = set(), 4 + (int.from_bytes(body[2:4], "big") & 0xFFF)
    while at + 5 <= len(body):
        kind, number, more = body[at], int.from_bytes(body[at + 1 : at + 3], "big"), body[at + 3 : at + 5]
        if kind not in _NO_SOUND:
            found.add((number & 0x1FFF, kind))
        at += 5 + (int.from_bytes(more, "big") & 0xFFF)
    return frozenset(found)
