"""Recordings that FFmpeg decodes, through PyAV, in a row of small steps: open -> packets -> frames -> blocks.

No more than one of each is in memory at a time. FFmpeg opens the formats of `formats` alone and at most `_MOST_STREAMS`
tracks, and decodes sound alone (`_sound_decoders`): what else a file holds costs nothing.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from intone.audio.decoding import avi, bounds, unread
from intone.audio.decoding.bounds import (
    HIGHEST_RATE,
    LOWEST_RATE,
    NO_SOUND,
    Block,
    Budget,
    allocations_bounded,
    within,
)
from intone.audio.decoding.chunks import note
from intone.audio.decoding.formats import DEMUXERS, Format, of_demuxer
from intone.audio.decoding.timeline import Timeline, most_silence
from intone.audio.decoding.tracks import DEFAULT, Track, chosen, described, note_of
from intone.audio.decoding.views import size_of
from intone.errors import Damaged, NotAudio, TooLong
from intone.language.sentences import said

if TYPE_CHECKING:
    import av

# Only these demuxers, and no protocol at all: a playlist or an SDP file must not make FFmpeg open other files or
# sockets. Bytes reach it through a Python file object.
# `max_size` makes the packets of wav large: fewer calls for the same samples.
_MOST_STREAMS = 8  # tracks of sound, pictures and subtitles
_OPTIONS = {"format_whitelist": DEMUXERS, "protocol_whitelist": "", "max_size": "131072",
            "max_streams": str(_MOST_STREAMS)}

_PROBES: tuple[dict[str, str], ...] = ({"probesize": "32768"}, {},
                                      {"probesize": "67108864", "analyzeduration": "120000000"})
"""How much of a file is looked at to find its tracks: little is eight times as fast, and nearly always enough."""


def samples(
    file: IO[bytes], budget: Budget, notes: list[str], track: str | int = DEFAULT, stated: float | None = None,
    max_seconds: float = math.inf,
) -> Iterator[tuple[Block, int]]:
    """The blocks of a recording, and their rate; `track` as in `decoding.blocks`, `stated` as in `Part`.

    To find a track that is not silent no more than `max_seconds` of each are decoded.
    """
    with _opened(file, budget.size) as container:
        found = described(container)
        if len(found) == 1 or track != DEFAULT:
            number = chosen(found, track).number
            yield from _grouped(_Reading(container, budget, notes, stated, number).blocks())
            return
    one = chosen(found, track, lambda one: _peaks(file, one.number, budget, max_seconds))
    note(notes, note_of(found, one))
    yield from samples(file, budget, notes, one.number, stated)


def tracks_of(file: IO[bytes]) -> tuple[Track, ...]:
    """The tracks of sound in a file."""
    with _opened(file, size_of(file)) as container:
        return described(container)


def _peaks(file: IO[bytes], number: int, budget: Budget, max_seconds: float) -> Iterator[float]:
    """The peak of every frame of a track, as far as it can be read."""
    before_s = budget.at_s
    try:
        with suppress(NotAudio, Damaged, TooLong), _opened(file, budget.size) as container:
            for block, _ in within(_Reading(container, budget, [], None, number).blocks(), max_seconds):
                budget.check()
                yield float(np.abs(block).max(initial=0.0))
    finally:
        budget.at_s = before_s


@contextmanager
def _opened(file: IO[bytes], size: int) -> Iterator["av.container.InputContainer"]:
    """A file of `size` bytes with a track of sound at least."""
    import av  # 0.1 s that a plain WAV does not need

    try:
        with allocations_bounded(size), _open(file) as container:
            if not container.streams.audio:
                raise NotAudio(unread.without_sound(container))
            yield container
    except av.error.MemoryError as error:
        raise NotAudio(said(
            "The file states more than {most_streams} tracks, or larger tables than a recording has: export its sound"
            " alone, as wav, flac or mp3.", most_streams=_MOST_STREAMS)) from error
    except av.error.FFmpegError as error:
        raise NotAudio(unread.named(file)) from error


def _open(file: IO[bytes]) -> "av.container.InputContainer":
    """The container, from a probe that is as short as is enough to find a track of sound."""
    import av

    for probe in _PROBES:
        file.seek(0)
        try:
            container = av.open(file, mode="r", options={**_OPTIONS, **probe, "codec_whitelist": _sound_decoders()},
                                metadata_errors="replace")
        except av.error.InvalidDataError:
            if probe is not _PROBES[0]:
                raise
            continue
        if container.streams.audio or probe is _PROBES[-1] or not _finds_tracks_late(container):
            return container
        container.close()
    raise AssertionError("the last probe is returned or raises")


def _finds_tracks_late(container: "av.container.InputContainer") -> bool:
    """Whether tracks may be found only by their packets, as in a program stream and in Flash."""
    return not {"mpeg", "flv", "mpegts"}.isdisjoint(container.format.name.split(","))


@cache
def _sound_decoders() -> str:
    """FFmpeg's decoders of sound: to find out what a file holds it would decode its cover too."""
    import av

    found = []
    for name in sorted(av.codecs_available):
        with suppress(ValueError):  # it only encodes
            if av.Codec(name, "r").type == "audio":
                found.append(name)
    return ",".join(found)


@dataclass
class _Reading:
    """The decoding of a track of sound of a container."""

    container: "av.container.InputContainer"
    budget: Budget
    notes: list[str]
    stated: float | None
    number: int = 1
    decoded_s: float = 0.0
    lost_s: float = 0.0
    first_s: float | None = None
    last_s: float = 0.0
    packets: int = 0
    broken: bool = False
    format: Format = field(init=False)
    stream: "av.AudioStream" = field(init=False)
    timeline: Timeline = field(init=False)
    tick_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.format = of_demuxer(self.container.format.name)
        self.stream = self.container.streams.audio[self.number - 1]
        self.tick_s = float(self.stream.time_base or 0)  # a fraction takes ten times as long
        self.timeline = Timeline(0.0, most_silence(self.budget.size) if self.format.timed else 0.0)

    def blocks(self) -> Iterator[tuple[Block, int]]:
        """The samples of every frame, and silence before it where it is late; at the end the length is checked."""
        before_s = self.budget.at_s
        for frame, time_s in self._frames():
            rate, block = frame.sample_rate, _array(frame)
            if not LOWEST_RATE <= rate <= HIGHEST_RATE:
                raise NotAudio(said(
                    "The file states {rate} samples a second, which no recording has: export it again.", rate=rate))
            gap_s = self.timeline.gap(time_s) if self.format.timed else 0.0
            for part in _silence(round(gap_s * rate), len(block)):
                self.timeline.add(part.shape[1], rate)
                yield part, rate
            self.decoded_s += block.shape[1] / rate
            self.timeline.add(block.shape[1], rate)
            self.budget.reach(before_s + self.timeline.at_s)
            yield block, rate
        if not self.decoded_s:
            raise NotAudio(NO_SOUND)
        self._check_length()

    def _others_begin_s(self) -> float | None:
        """When the first of the other tracks of sound and picture begins; None without them."""
        import av

        cover = av.stream.Disposition.attached_pic
        return min((float(one.start_time * one.time_base) for one in self.container.streams
                    if one.type in ("audio", "video") and one.start_time is not None and one.time_base
                    and one.index != self.stream.index and not one.disposition & cover), default=None)

    def _frames(self) -> Iterator[tuple["av.AudioFrame", float | None]]:
        """Decoded frames as float32, and their time. A damaged packet is skipped: the check of the length decides."""
        import av

        if sealed := unread.sealed(self.stream):
            raise NotAudio(sealed)
        # PyAV reads past the end of planar frames of 8 and more channels; packed ones take twice the time.
        converters: dict[Any, av.AudioResampler] = {}
        for packet in self._packets():
            self.budget.check()
            self._see(packet)
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                self.lost_s += (packet.duration or 0) * self.tick_s
                continue
            for frame in frames:
                kind = (frame.format.name, frame.layout.name, frame.sample_rate)  # a converter takes but one
                if kind not in converters:
                    converters[kind] = av.AudioResampler(format="fltp" if frame.layout.nb_channels < 8 else "flt")
                time_s = frame.time
                for one in converters[kind].resample(frame):
                    yield one, time_s
                    time_s = None

    def _packets(self) -> Iterator["av.Packet[av.AudioStream]"]:
        """The packets of the track; where what follows is none of its format, those before."""
        import av

        try:
            yield from self.container.demux(self.stream)
        except IndexError:  # at the end, of a stream that began after the file was opened: PyAV does not know it
            pass
        except av.error.InvalidDataError:
            if not self.decoded_s:
                raise
            self.broken = True

    def _see(self, packet: "av.Packet[Any]") -> None:
        """Note where a packet ends, and how late the first is; its frames are later by the delay of the codec."""
        self.packets += bool(packet.size)
        if packet.pts is None or not self.format.timed:
            return
        if self.first_s is None:
            self.first_s = packet.pts * self.tick_s
            others_s = self._others_begin_s()
            self.timeline.late_s = 0.0 if others_s is None else max(0.0, self.first_s - others_s)
        self.last_s = max(self.last_s, (packet.pts + (packet.duration or 0)) * self.tick_s)

    def _check_length(self) -> None:
        """Damaged where the header states more than there is: to the end of the last packet, without those lost."""
        if self.timeline.skipped_s:
            note(self.notes, said(
                "The times in the file leave out {skipped_s:.0f} s, more than can be believed: what follows is given "
                "at once, so that its times are too early.", skipped_s=self.timeline.skipped_s))
        in_all_s = self.timeline.at_s + self.timeline.skipped_s
        if self.format.demuxer == "avi" and (unplaced := avi.unplaced(self.container, self.stream, in_all_s)):
            note(self.notes, unplaced)
        there_s = max(self.decoded_s, self.last_s - (self.first_s or 0.0) - self.lost_s)
        if self.broken and not (self.format.states_length and self.stream.duration):
            note(self.notes, f"What follows the first {there_s:.1f} s in the file cannot be read and is left out.")
        stated_s = there_s * (self.stated or 1.0)
        if self.stated is None and self.format.states_length and self.stream.duration and self.tick_s:
            stated_s = self.stream.duration * self.tick_s
            if 0 < self.stream.frames <= self.packets:  # all that the tables of an MP4 have was there
                stated_s = min(stated_s, there_s + self.lost_s)
        if there_s < stated_s - max(0.25, 0.02 * stated_s):
            raise Damaged(said(
                "The file is cut off: its header states {stated_s:.1f} s, but only {there_s:.1f} s can be decoded; "
                "copy or export it again.", stated_s=stated_s, there_s=there_s))


def _silence(samples: int, channels: int) -> Iterator[Block]:
    """So much silence, in blocks."""
    most = bounds.BLOCK // channels
    for at in range(0, samples, most):
        yield np.zeros((channels, min(most, samples - at)), np.float32)


def _grouped(frames: Iterator[tuple[Block, int]]) -> Iterator[tuple[Block, int]]:
    """Frames joined into blocks of about `bounds.BLOCK` values; a block has the channels and the rate of its frames."""
    kept: list[Block] = []
    before, values = 0, 0
    try:
        for frame, rate in frames:
            if kept and (values >= bounds.BLOCK or len(frame) != len(kept[0]) or rate != before):
                yield np.concatenate(kept, axis=1), before
                kept, values = [], 0
            kept.append(frame)
            before = rate
            values += frame.size
    except Damaged:
        if kept:  # whoever can do with less than the whole gets what there is
            yield np.concatenate(kept, axis=1), before
        raise
    if kept:
        yield np.concatenate(kept, axis=1), before


def _array(frame: "av.AudioFrame") -> Block:
    """A float32 frame, planar or packed, as (channels, samples)."""
    values = np.asarray(frame.to_ndarray(), np.float32)
    return values if frame.format.is_planar else values.reshape(frame.samples, -1).T
