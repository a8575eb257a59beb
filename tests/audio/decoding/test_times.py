"""What a recording leaves out keeps its place: sound that pauses, or begins later than the picture."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from containers import MADE, video
from intone import audio
from intone.audio import RATE, Signal, read
from intone.audio.decoding import avi, bounds
from intone.audio.decoding.timeline import ROUNDING_S, Timeline, most_silence
from intone.errors import IntoneError, TooLong
from sounds import encode, mux, tone

VIDEOS = [("mp4", "aac", 48_000, "mpeg4"), ("mp4", "ac3", 48_000, "mpeg4"), ("matroska", "aac", 48_000, "mpeg4"),
          ("matroska", "flac", 48_000, "mpeg4"), ("webm", "libopus", 48_000, "libvpx"),
          ("mpegts", "aac", 48_000, "mpeg2video"), ("mpegts", "mp2", 48_000, "mpeg2video"),
          ("mpeg", "mp2", 48_000, "mpeg2video"), ("vob", "ac3", 48_000, "mpeg2video"), ("flv", "aac", 44_100, "flv"),
          ("asf", "wmav2", 44_100, "wmv2"), ("nut", "libmp3lame", 44_100, "mpeg4"),
          ("wtv", "mp2", 48_000, "mpeg2video"), ("mov", "pcm_s16le", 48_000, "mpeg4")]

ALONE = [("mp4", "aac", 48_000), ("3gp", "libopencore_amrnb", 8000), ("webm", "libopus", 48_000),
         ("matroska", "libmp3lame", 44_100), ("matroska", "pcm_s16le", 48_000),
         ("mpegts", "aac", 48_000), ("flv", "aac", 44_100), ("asf", "wmav2", 44_100)]

CODEC_S = 0.15
"""The delay of a codec and the length of its packets: within it the place is right."""


def named(many):
    return pytest.mark.parametrize("how", many, ids=["-".join(map(str, one[:2])) for one in many])


def where(signal: Signal) -> list[tuple[float, float]]:
    """Where a signal is loud, in seconds."""
    loud = np.convolve(np.abs(signal) > 0.05, np.ones(800), "same") > 0.5
    edges = np.flatnonzero(np.diff(np.r_[False, loud, False].astype(int)))
    return [(start / RATE, end / RATE) for start, end in edges.reshape(-1, 2)]


def heard(content: bytes) -> tuple[list[tuple[float, float]], float, tuple[str, ...]]:
    (one,) = read(io.BytesIO(content))
    return where(one.signal), len(one.signal) / RATE, one.notes


@named(VIDEOS)
def test_sound_that_begins_late_in_a_video_begins_late(how):
    muxer, codec, rate, picture = how
    found, seconds, notes = heard(video(muxer, codec, rate, tone(440, 2), picture=picture, late_s=20))
    ((start, end),) = found
    assert (start, end) == pytest.approx((20, 22), abs=CODEC_S)
    assert seconds == pytest.approx(22, abs=CODEC_S) and notes == ()


@named([one for one in VIDEOS if one[1] != "pcm_s16le"])
def test_sound_that_pauses_in_a_video_keeps_its_place(how):
    muxer, codec, rate, picture = how
    pauses = [(1.0, 5.0), (2.0, 0.8)]
    found, seconds, _ = heard(video(muxer, codec, rate, tone(440, 3), picture=picture, pauses=pauses))
    assert np.ravel(found) == pytest.approx([0, 1, 6, 7, 7.8, 8.8], abs=CODEC_S)
    assert seconds == pytest.approx(8.8, abs=CODEC_S)


@named(ALONE)
def test_a_call_that_was_muted_keeps_its_place(how):
    muxer, codec, rate = how
    found, seconds, notes = heard(video(muxer, codec, rate, tone(440, 2), picture=None, pauses=[(1.0, 20.0)]))
    assert np.ravel(found) == pytest.approx([0, 1, 21, 22], abs=CODEC_S)
    assert seconds == pytest.approx(22, abs=CODEC_S) and notes == ()


@named(ALONE)
def test_packets_that_are_lost_move_nothing_behind_them(how):
    muxer, codec, rate = how
    signal = 0.02 * tone(440, 20)
    signal[-RATE:] *= 50
    rng = np.random.default_rng(0)
    found, _, _ = heard(video(muxer, codec, rate, signal, picture=None, lost=lambda at: 1 < at < 19 and rng.random() < 0.1))
    assert found[-1] == pytest.approx((19, 20), abs=CODEC_S)


@named(ALONE)
def test_a_voice_that_is_sent_only_while_somebody_speaks_keeps_its_place(how):
    """Discontinuous transmission: a packet now and then in between."""
    muxer, codec, rate = how
    signal = 0.02 * tone(440, 20)
    signal[-RATE:] *= 50
    found, _, _ = heard(video(muxer, codec, rate, signal, picture=None, lost=lambda at: 1 < at < 19 and at % 0.4 > 0.03))
    assert found[-1] == pytest.approx((19, 20), abs=CODEC_S)


@pytest.mark.parametrize("codec", ["libopus", "flac"])
def test_a_pause_in_ogg_is_found_at_the_end_of_its_page(codec):
    """Which has the time of its last packet alone; a page of these has a second."""
    found, seconds, _ = heard(video("ogg", codec, 48_000, tone(440, 8), picture=None, pauses=[(4.0, 20.0)]))
    assert seconds == pytest.approx(28, abs=CODEC_S)
    assert found[-1][1] == pytest.approx(28, abs=CODEC_S) and 24 - 1.1 < found[-1][0] < 25.1


MARKED = [("libmp3lame", 44_100), ("mp2", 48_000), ("aac", 48_000), ("ac3", 48_000), ("eac3", 48_000),
          ("libopencore_amrnb", 8000), ("adpcm_g726", 8000)]
"""Sound in AVI whose pauses are empty packets."""

UNMARKED = [("pcm_s16le", 48_000), ("adpcm_ms", 44_100), ("wmav2", 44_100)]


@named([*MARKED, *UNMARKED])
@pytest.mark.parametrize("picture", ["mpeg4", None])
def test_an_avi_without_pauses_is_as_long_as_its_sound(how, picture):
    found, seconds, notes = heard(video("avi", *how, tone(440, 2), picture=picture))
    assert np.ravel(found) == pytest.approx([0, 2], abs=CODEC_S)
    assert seconds == pytest.approx(2, abs=CODEC_S) and notes == ()


@pytest.mark.parametrize("how", [("libmp3lame", 44_100), ("ac3", 48_000), ("pcm_s16le", 48_000)])
def test_nothing_is_changed_in_an_avi_whose_packets_are_counted_right(how):
    assert avi.mended(io.BytesIO(video("avi", *how, tone(440, 2)))) == ()


@pytest.mark.parametrize(("block", "units", "is_mended"), [
    (1152, 0, True), (1152, 500, True), (1152, -1, False), (0, 0, False), (100, 0, True), (100, 1000, False)])
def test_packets_of_an_avi_are_one_each_where_its_header_means_it(block, units, is_mended):
    """With blocks of 100 bytes each packet of 209 is three: so the header means it where it states that many."""
    content = bytearray(video("avi", "libmp3lame", 44_100, tone(440, 2), pauses=[(1.0, 1.0)]))
    track = content.index(b"auds")
    length, = struct.unpack("<I", content[track + 32 : track + 36])
    content[track + 32 : track + 36] = struct.pack("<I", length + units)
    form = content.index(b"strf", track) + 8
    content[form + 12 : form + 14] = struct.pack("<H", block)
    assert avi.mended(io.BytesIO(bytes(content))) == (((form + 12, b"\0\0"),) if is_mended else ())


@named(MARKED)
def test_sound_that_pauses_in_an_avi_keeps_its_place(how):
    found, seconds, notes = heard(video("avi", *how, tone(440, 3), pauses=[(1.0, 5.0), (2.0, 1.0)]))
    assert np.ravel(found) == pytest.approx([0, 1, 6, 7, 8, 9], abs=2 * CODEC_S)  # packets of G.726 are 0.2 s
    assert seconds == pytest.approx(9, abs=2 * CODEC_S) and notes == ()


@named(MARKED)
def test_sound_that_begins_late_in_an_avi_begins_late_behind_its_first_packet(how):
    """The muxer writes empty packets only behind one."""
    found, seconds, notes = heard(video("avi", *how, tone(440, 2), late_s=20.0))
    assert found[-1] == pytest.approx((20, 22), abs=2 * CODEC_S)
    assert all(end < 0.3 for _, end in found[:-1]) and len(found) <= 2
    assert seconds == pytest.approx(22, abs=2 * CODEC_S) and notes == ()


@named([*MARKED, *UNMARKED])
@pytest.mark.parametrize("picture", ["mpeg4", None])
def test_an_avi_that_states_a_later_start_begins_late(how, picture):
    content = bytearray(video("avi", *how, tone(440, 2), picture=picture))
    header = content.index(b"auds")
    scale, rate = struct.unpack("<II", content[header + 20 : header + 28])
    content[header + 28 : header + 32] = struct.pack("<I", round(3 * rate / scale))
    found, _, notes = heard(bytes(content))
    wanted = (3, 5) if picture else (0, 2)  # by itself there is nothing that it is later than
    assert np.ravel(found) == pytest.approx(wanted, abs=CODEC_S) and notes == ()


LESS = "The file states {} s, of which {} s are sound: it is cut off, or its sound begins late or pauses, so that times may be too early."


@named(UNMARKED)
@pytest.mark.parametrize("gap", [{"late_s": 5.0}, {"pauses": [(1.0, 5.0)]}], ids=["late", "pauses"])
def test_an_avi_that_does_not_tell_where_sound_is_says_so(how, gap):
    _, seconds, notes = heard(video("avi", *how, tone(440, 2), **gap))
    assert seconds == pytest.approx(2, abs=CODEC_S)
    assert notes in {(LESS.format(stated, "2.0"),) for stated in ("7.0", "7.1")}


@pytest.mark.parametrize("how", [("libmp3lame", 44_100), ("pcm_s16le", 48_000)])
@pytest.mark.parametrize("picture", ["mpeg4", None])
def test_an_avi_that_is_cut_off_says_so(how, picture):
    content = video("avi", *how, tone(440, 8), picture=picture)
    _, seconds, notes = heard(content[: len(content) // 2])
    assert seconds < 7 and len(notes) == 1 and "it is cut off, or" in notes[0]


def test_a_length_of_an_avi_that_was_never_filled_in_says_nothing():
    content = bytearray(video("avi", "pcm_s16le", 48_000, tone(440, 2)))
    for kind in (b"vids", b"auds"):
        at = content.index(kind) + 32
        content[at : at + 4] = b"\xff" * 4
    assert heard(bytes(content))[1:] == (2.0, ())


AVI = video("avi", "libmp3lame", 44_100, tone(440, 0.5), picture=None, pauses=[(0.2, 1.0)])
HEADER, INDEX = AVI.index(b"auds") - 60, AVI.index(b"idx1")


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(HEADER, HEADER + 160) | st.integers(0, 40) | st.integers(INDEX, len(AVI) - 1),
                          st.sampled_from([0, 1, 7, 127, 128, 254, 255])), max_size=6), st.integers(0, 40))
def test_whatever_an_avi_states_there_are_samples_or_a_sentence(changes, cut):
    content = bytearray(AVI[: len(AVI) - cut])
    for place, value in changes:
        content[place % len(content)] = value
    try:
        _, seconds, _ = heard(bytes(content))
    except IntoneError as error:
        assert str(error).endswith(".")
    else:
        assert seconds < most_silence(len(AVI)) + 3


def test_the_delay_of_a_codec_is_no_late_beginning():
    found, _, _ = heard(MADE["wma"](tone(440, 2)))
    assert found[0][0] < 0.05


@named(ALONE)
def test_a_recording_whose_times_begin_late_begins_at_once(how):
    """A part of a stream: there is nothing before it that it is later than."""
    muxer, codec, rate = how
    found, _, _ = heard(video(muxer, codec, rate, tone(440, 2), picture=None, late_s=500))
    assert found[0] == pytest.approx((0, 2), abs=CODEC_S)


@named([one for one in ALONE if one[0] not in ("asf", "3gp", "mp4")])
@pytest.mark.parametrize("forged_s", [3 * 3600.0, 20 * 3600.0])
def test_a_forged_time_makes_no_hours_of_silence(how, forged_s):
    muxer, codec, rate = how
    content = video(muxer, codec, rate, tone(440, 2), picture=None, pauses=[(0.5, 30.0), (1.0, forged_s)])
    found, seconds, notes = heard(content)
    assert found[0][1] == pytest.approx(0.5, abs=CODEC_S) and found[1][0] == pytest.approx(30.5, abs=CODEC_S)
    assert seconds == pytest.approx(32, abs=CODEC_S)
    assert len(notes) == 1 and "more than can be believed" in notes[0]


def test_silence_counts_as_seconds_of_the_recording():
    content = video("webm", "libopus", 48_000, tone(440, 2), picture=None, pauses=[(1.0, 100.0)])
    with pytest.raises(TooLong, match="longer than a minute"):
        read(io.BytesIO(content), max_seconds=60)


def test_silence_comes_in_blocks(monkeypatch):
    monkeypatch.setattr(bounds, "BLOCK", 48_000)
    content = video("webm", "libopus", 48_000, tone(440, 2), picture=None, pauses=[(1.0, 100.0)])
    (sound,) = audio.sounds(io.BytesIO(content))
    assert max(map(len, sound)) <= 2 * 16_000


@pytest.mark.parametrize("suffix", [suffix for suffix in MADE if suffix not in ("dv", "mxf")])
def test_nothing_is_put_into_a_recording_that_is_whole(suffix, monkeypatch):
    content = MADE[suffix](tone(440, 4))
    with_times = read(io.BytesIO(content))[0].signal
    monkeypatch.setattr(Timeline, "gap", lambda *_: 0.0)
    assert np.array_equal(read(io.BytesIO(content))[0].signal, with_times)


@pytest.mark.parametrize("suffix", ["ts", "flv", "ogg", "opus", "webm", "mkv", "mp3", "aac", "m4a"])
def test_times_that_begin_again_are_end_to_end(suffix):
    part = encode(tone(440, 2), suffix) if suffix not in ("ts", "flv") else MADE[suffix](tone(440, 2))
    _, seconds, _ = heard(part + part)
    assert seconds == pytest.approx(4, abs=2 * CODEC_S)


def test_the_end_of_an_mp4_is_that_of_its_last_packet():
    """A call that was muted at its end: its header states more seconds than there is sound."""
    content = bytearray(mux(tone(440, 2, 48_000), 48_000, "mp4", "aac"))
    table = content.index(b"stts") + 8
    entries = struct.unpack(">I", content[table : table + 4])[0]
    last = table + 4 + 8 * (entries - 1)
    count, _ = struct.unpack(">II", content[last : last + 8])
    assert count == 1, "the test's own file ends in another way"
    content[last + 4 : last + 8] = struct.pack(">I", 48_000 * 10)
    media = content.index(b"mdhd") + 4 + 12 + 4
    content[media : media + 4] = struct.pack(">I", 48_000 * 12)
    content = bytearray(bytes(content).replace(b"edts", b"free"))
    _, seconds, _ = heard(bytes(content))
    assert seconds == pytest.approx(2, abs=CODEC_S)


# The count itself: times are those of frames of a hundredth of a second.


@given(st.lists(st.floats(-ROUNDING_S / 2, ROUNDING_S / 2), min_size=1, max_size=50))
def test_rounding_puts_nothing_in(errors):
    timeline = Timeline(0.0, 100.0)
    for number, error in enumerate(errors):
        assert timeline.gap(7 + number / 100 + error) == 0
        timeline.add(100, 10_000)
    assert timeline.at_s == pytest.approx(len(errors) / 100)


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=50), st.floats(0, 1e3), st.floats(0, 1e4))
def test_whatever_times_are_stated_no_more_silence_is_put_in_than_is_allowed(times, start, most):
    timeline, put_in = Timeline(start, most), 0.0
    for time in times:
        gap = timeline.gap(time)
        assert gap == 0 or gap > ROUNDING_S
        put_in += gap
        timeline.add(round(gap * 1000) + 10, 1000)
    assert put_in <= most + 1e-6


@given(st.lists(st.sampled_from([0.0, 0.2, 3.0, 40.0]), min_size=1, max_size=20))
def test_each_frame_is_at_its_time(gaps):
    timeline, at = Timeline(0.0, 1e4), 5.0
    assert timeline.gap(at) == 0
    for gap in gaps:
        at += gap
        timeline.add(round(1000 * timeline.gap(at)), 1000)
        assert timeline.at_s == pytest.approx(at - 5.0, abs=0.002)
        timeline.add(10, 1000)
        at += 0.01


@pytest.mark.parametrize(("size", "seconds"), [(0, 600), (1_000_000, 1600), (10**9, 7200)])
def test_silence_is_bounded_by_the_bytes(size, seconds):
    assert most_silence(size) == seconds
