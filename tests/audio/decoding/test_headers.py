"""What a header states of its sound is often wrong while the sound is there, and files are joined."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from containers import MADE
from intone.audio import RATE, read, read_mono
from intone.audio.decoding import missing_bytes
from intone.audio.decoding.views import Part, opened
from intone.errors import Damaged, IntoneError, NotAudio
from sounds import correlation, encode, mux, noise, pcm, tone, voice

# Where the length of the sound stands: behind this, so many bytes further, in this form; and what it counts besides.
LENGTHS = {"WAV": (b"data", 4, "<I", 0), "AIFF": (b"SSND", 4, ">I", 0), "CAF": (b"data", 4, ">Q", 0),
           "W64": (b"data\xf3\xac\xd3\x11", 16, "<Q", 24), "SVX": (b"BODY", 4, ">I", 0), "AU": (b".snd", 8, ">I", 0),
           "RF64": (b"ds64", 16, "<Q", 0)}
CODED = ("PCM_16", "PCM_24", "FLOAT", "DOUBLE", "PCM_U8", "ULAW", "IMA_ADPCM", "MS_ADPCM")


def stating(content: bytes, container: str, change) -> bytes:
    """A file whose header states another length of its sound: what `change` makes of the right one."""
    behind, further, how, besides = LENGTHS[container]
    at = content.index(behind) + further
    right, = struct.unpack(how, content[at : at + struct.calcsize(how)])
    stated = struct.pack(how, (change(right - besides) + besides) % 256 ** struct.calcsize(how))
    return content[:at] + stated + content[at + len(stated) :]


def read_with_notes(content: bytes, channel: str | int = "mix") -> tuple[list[np.ndarray], tuple[str, ...]]:
    found = read(io.BytesIO(content), channel)
    return [one.signal for one in found], found[0].notes


# Headers that were not finished


@pytest.mark.parametrize("container", LENGTHS)
@pytest.mark.parametrize("stated", [0, -1], ids=["zero", "the largest"])
def test_a_length_that_was_never_filled_in_is_no_end(container, stated):
    content = pcm(noise(2), RATE, container)
    whole = read_mono(io.BytesIO(content))
    (signal,), notes = read_with_notes(stating(content, container, lambda _: stated))
    assert np.array_equal(signal, whole) and notes == ()


@pytest.mark.parametrize("subtype", CODED)
@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0x7FFFF000])
@pytest.mark.parametrize("riff", [0, 36, 0xFFFFFFFF, None], ids=["0", "36", "ff", "right"])
def test_a_wav_of_any_coding_is_read_to_its_end_after_a_crash(subtype, size, riff):
    content = pcm(tone(440, 2), RATE, "WAV", subtype)
    if riff is not None:
        content = content[:4] + struct.pack("<I", riff) + content[8:]
    (signal,), notes = read_with_notes(stating(content, "WAV", lambda _: size))
    assert len(signal) == pytest.approx(2 * RATE, abs=0.04 * RATE) and notes == ()
    assert correlation(signal, tone(440, 2)) > 0.99


@pytest.mark.parametrize("container", LENGTHS)
@pytest.mark.parametrize("stated", [0, -1])
def test_an_unfinished_header_before_zeros_is_silence(container, stated):
    content = stating(pcm(np.zeros(2 * RATE), RATE, container), container, lambda _: stated)
    signal = read_mono(io.BytesIO(content))
    assert len(signal) == 2 * RATE and not signal.any()


def test_an_aiff_whose_every_length_is_zero_is_read():
    content = bytearray(stating(pcm(noise(1), RATE, "AIFF"), "AIFF", lambda _: 0))
    frames = content.index(b"COMM") + 10
    content[4:8] = content[frames : frames + 4] = bytes(4)
    assert len(read_mono(io.BytesIO(bytes(content)))) == RATE


def test_a_sound_that_is_empty_is_told_and_not_looked_for_in_what_follows():
    content = pcm(np.zeros(0), RATE)
    for notes in (b"", b"LIST\x0c\0\0\0INFOIART\0\0\0\0", b"junk\x04\0\0\0abcd" * 20):
        with pytest.raises(NotAudio, match="no sound at all"):
            read_mono(io.BytesIO(content + notes))


# Lengths that contradict a sound that is whole


@pytest.mark.parametrize("subtype", ["ULAW", "FLOAT", "IMA_ADPCM", "MS_ADPCM"])
@pytest.mark.parametrize("frames", [0, 1, 1_000_000, 2**32 - 1])
def test_a_fact_chunk_does_not_say_what_is_missing(subtype, frames):
    content = bytearray(pcm(tone(440, 2), RATE, "WAV", subtype))
    at = content.index(b"fact") + 8
    content[at : at + 4] = struct.pack("<I", frames)
    assert len(read_mono(io.BytesIO(bytes(content)))) == pytest.approx(2 * RATE, abs=0.04 * RATE)


@pytest.mark.parametrize("container", ["WAV", "AIFF", "SVX"])
@pytest.mark.parametrize("length", [0, 100, 1_000_000, 2**31 - 9, 2**32 - 1])
def test_the_length_of_the_whole_does_not_say_what_is_missing(container, length):
    content = pcm(noise(1), RATE, container)
    how = "<I" if container == "WAV" else ">I"
    changed = content[:4] + struct.pack(how, length) + content[8:]
    (signal,), notes = read_with_notes(changed)
    assert len(signal) == RATE and notes == () and missing_bytes(io.BytesIO(changed)) == 0


def test_the_frames_that_an_aiff_states_do_not_say_what_is_missing():
    content = bytearray(pcm(noise(1), RATE, "AIFF"))
    at = content.index(b"COMM") + 10
    content[at : at + 4] = struct.pack(">I", 1_000_000)
    assert len(read_mono(io.BytesIO(bytes(content)))) == RATE


def test_the_duration_of_an_mp4_does_not_say_what_its_tables_have():
    content = bytearray(encode(tone(440, 2), "m4a"))
    at = content.index(b"mdhd") + 4 + 12 + 4
    content[at : at + 4] = struct.pack(">I", 100 * 44_100)
    assert len(read_mono(io.BytesIO(bytes(content)))) == pytest.approx(2 * RATE, abs=0.1 * RATE)


@pytest.mark.parametrize("container", LENGTHS)
def test_a_sound_that_is_cut_is_told_and_counted(container):
    content = pcm(noise(2), RATE, container)
    cut = content[: len(content) - 32_000]
    with pytest.raises(Damaged, match=r"states 2\.\d s, but only [01]\.\d s"):
        read_mono(io.BytesIO(cut))
    assert missing_bytes(io.BytesIO(cut)) == pytest.approx(32_000, abs=4096 + 100), "CAF has room in front"
    assert missing_bytes(io.BytesIO(content)) == 0


# More than is stated


@pytest.mark.parametrize("container", LENGTHS)
def test_more_sound_than_the_header_states_is_read_and_said(container):
    content = pcm(noise(2), RATE, container)
    (signal,), notes = read_with_notes(stating(content, container, lambda right: right // 4 // 8 * 8))
    assert len(signal) == 2 * RATE
    assert notes == ("The header states only 25% of the sound that follows it, as after a crash: the file was read to its "
                     "end.",)


@pytest.mark.parametrize("tail", [b"TAG" + bytes(125), bytes(4000), b"LIST\x04\0\0\0INFO", b"\0", b"x",
                                  b"bext\0\0\1\0" + bytes(6000), b"_PMX\0\0\1\0" + b"<x/>" * 3000])
def test_tags_and_padding_behind_the_sound_are_no_sound(tail):
    (signal,), notes = read_with_notes(pcm(noise(1), RATE) + tail)
    assert len(signal) == RATE and notes == ()


# Chunks as writers leave them


def riff(*chunks: tuple[bytes, bytes], magic: bytes = b"RIFF", pad: bool = True) -> bytes:
    order = ">" if magic == b"RIFX" else "<"
    body = b"WAVE" + b"".join(name + struct.pack(f"{order}I", len(content)) + content + bytes(len(content) % 2 * pad)
                              for name, content in chunks)
    return magic + struct.pack(f"{order}I", len(body)) + body


def form(code: int, bits: int, valid: int = 0, channels: int = 1, order: str = "<") -> tuple[bytes, bytes]:
    """The chunk of the form of a WAV; with `valid` bits it is extensible."""
    frame = channels * bits // 8
    stated = struct.pack(f"{order}HHIIHH", 0xFFFE if valid else code, channels, RATE, frame * RATE, frame, bits)
    further = struct.pack(f"{order}HHIH", 22, valid, (1 << channels) - 1, code) + bytes.fromhex(
        "000000001000800000aa00389b71")
    return b"fmt ", stated + further * bool(valid)


SPOKEN = 0.9 * voice(1)


def rf64(*chunks: tuple[bytes, bytes]) -> bytes:
    """The same, where the length of the sound is in a chunk of its own."""
    lengths = struct.pack("<QQQI", 0, len(dict(chunks)[b"data"]), 0, 0)
    content = riff((b"ds64", lengths), *chunks, magic=b"RF64")
    at = content.index(b"data") + 4
    return content[:4] + b"\xff" * 4 + content[8:at] + b"\xff" * 4 + content[at + 4 :]


def w64(*chunks: tuple[bytes, bytes]) -> bytes:
    """The same as Wave64."""
    further = bytes.fromhex("f3acd3118cd100c04f8edb8a")
    body = b"".join(name + further + struct.pack("<Q", 24 + len(content)) + content + bytes(-len(content) % 8)
                    for name, content in chunks)
    return b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000") + struct.pack("<Q", 40 + len(body)) + b"wave" + further + body


def of_few_bits(bits: int, valid: int, channels: int, below: bool = False) -> bytes:
    """Samples of so many valid bits, in the upper ones of all or in the lower."""
    whole = (SPOKEN.astype(np.float64) * 2**31).astype("<i4") & -(2 ** (32 - valid))
    rows = np.repeat(whole >> (32 - valid) * below, channels)
    return rows.view(np.uint8).reshape(-1, 4)[:, 4 - bits // 8 :].tobytes()


@pytest.mark.parametrize("container", [riff, rf64, w64])
@pytest.mark.parametrize(("bits", "valid"), [(16, 16), (32, 20), (32, 24), (32, 32), (24, 20), (24, 24)])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_integers_of_few_valid_bits_are_integers(container, bits, valid, channels):
    samples = of_few_bits(bits, valid, channels)
    found = read_mono(io.BytesIO(container(form(1, bits, valid, channels), (b"data", samples))))
    assert len(found) == len(SPOKEN) and np.abs(found - SPOKEN).max() < 2.0 ** (1 - valid) + 1e-6


def stating_bits(chunk: tuple[bytes, bytes], bits: int) -> tuple[bytes, bytes]:
    """The form of a WAV that states so many bits, and the bytes of a sample as before."""
    return chunk[0], chunk[1][:14] + struct.pack("<H", bits) + chunk[1][16:]


@pytest.mark.parametrize("container", [riff, rf64, w64])
@pytest.mark.parametrize("bits", [20, 24])
@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("below", [False, True])
def test_integers_in_four_bytes_whose_form_states_fewer_are_read_by_what_they_are(container, bits, extensible, below):
    """`arecord -f S24_LE` writes them into the lower three bytes."""
    stated = stating_bits(form(1, 32, bits * extensible, 2), bits)
    found = read_mono(io.BytesIO(container(stated, (b"data", of_few_bits(32, bits, 2, below)))))
    assert len(found) == len(SPOKEN) and np.abs(found - SPOKEN).max() < 2.0 ** (1 - bits) + 1e-6


def test_integers_of_24_bits_below_a_byte_of_nothing_are_the_same():
    """Some sound cards leave the upper byte at zero."""
    samples = np.frombuffer(of_few_bits(32, 24, 1, below=True), "<u4") & 0xFFFFFF
    found = read_mono(io.BytesIO(riff(stating_bits(form(1, 32), 24), (b"data", samples.tobytes()))))
    assert np.abs(found - SPOKEN).max() < 2.0**-22


def test_floats_that_are_stated_as_integers_of_24_bits_are_floats():
    """As Cool Edit wrote them."""
    samples = (SPOKEN * 2**23).astype("<f4").tobytes()
    found = read_mono(io.BytesIO(riff(stating_bits(form(1, 32), 24), (b"data", samples))))
    assert np.abs(found - SPOKEN).max() < 1e-6


@pytest.mark.parametrize(("code", "kind"), [(1, ">i2"), (1, ">i4"), (3, ">f4")])
def test_a_wav_whose_numbers_stand_the_other_way_round_is_the_same(code, kind):
    scale = 1 if code == 3 else 2 ** (8 * np.dtype(kind).itemsize - 1)
    samples = (SPOKEN.astype(np.float64) * scale).astype(kind)
    found = read_mono(io.BytesIO(riff(form(code, 8 * samples.itemsize, order=">"), (b"data", samples.tobytes()), magic=b"RIFX")))
    assert np.abs(found - SPOKEN).max() < 1e-4


def test_one_of_24_bits_is_told_and_one_of_8_read():
    for bits in (24, 8):
        content = riff(form(1, bits, order=">"), (b"data", bytes(range(256)) * 300), magic=b"RIFX")
        if bits == 8:
            assert len(read_mono(io.BytesIO(content))) == 256 * 300
            continue
        with pytest.raises(NotAudio, match="numbers stand the other way round"):
            read_mono(io.BytesIO(content))


def test_a_chunk_that_was_not_padded_hides_nothing():
    data = (b"data", pcm(SPOKEN, RATE)[44:])
    wanted = read_mono(io.BytesIO(riff(form(1, 16), data)))
    for pad in (True, False):
        content = riff(form(1, 16), (b"LIST", b"INFOISFT\1\0\0\0x"), data, (b"id3 ", b"odd"), (b"LIST", b"INFO"), pad=pad)
        (signal,), notes = read_with_notes(content)
        assert np.array_equal(signal, wanted) and notes == ()


def test_a_second_piece_of_sound_is_told():
    data = (b"data", pcm(SPOKEN, RATE)[44:])
    (signal,), notes = read_with_notes(riff(form(1, 16), data, data))
    assert len(signal) == RATE
    assert notes == ("The file holds several pieces of sound, of which only the first is read: export it again.",)


TAG, WITH_FOOTER = b"ID3\4\0\0\0\0\1\1" + bytes(129), b"ID3\4\0\x10\0\0\1\1" + bytes(129) + b"3DI\4\0\x10\0\0\1\1"


@pytest.mark.parametrize("container", ["WAV", "AIFF", "AU", "CAF", "W64", "RF64"])
@pytest.mark.parametrize("tags", [TAG, WITH_FOOTER, TAG + WITH_FOOTER + TAG], ids=["tag", "footer", "several"])
def test_tags_before_the_header_are_stepped_over(container, tags):
    content = pcm(SPOKEN, RATE, container)
    (signal,), notes = read_with_notes(tags + content)
    assert np.array_equal(signal, read_mono(io.BytesIO(content))) and notes == ()


@pytest.mark.parametrize("before", [b"\n", b"\xef\xbb\xbf", bytes(44), bytes(range(100, 200)), TAG + bytes(7)])
@pytest.mark.parametrize("container", ["WAV", "RF64"])
def test_bytes_before_the_header_of_a_wav_are_told(container, before):
    with pytest.raises(NotAudio) as told:
        read_mono(io.BytesIO(before + pcm(SPOKEN, RATE, container)))
    assert str(told.value) == (
        f"The file is a WAV behind {len(before)} bytes that do not belong there: export it again, or remove them.")


def test_an_rf64_that_cannot_be_read_is_behind_no_bytes():
    with pytest.raises(NotAudio, match="not a recording that can be decoded"):
        read_mono(io.BytesIO(b"RF64" + bytes(4) + b"WAVE" + bytes(40)))


# Several recordings in a file


@pytest.mark.parametrize("how", [*LENGTHS, "NIST", "VOC"])
def test_recordings_one_behind_the_other_are_read_as_one(how):
    one, other = pcm(voice(2), RATE, how), pcm(noise(1), RATE, how)
    (signal,), notes = read_with_notes(one + other)
    assert np.array_equal(signal, np.concatenate([read_mono(io.BytesIO(part)) for part in (one, other)]))
    assert notes == ("The file holds 2 recordings, one after the other: they were read as one.",)


@pytest.mark.parametrize("suffix", ["flac", "webm", "mkv", "m4a", "mp4", "mov", "flv", "3gp", "amr", "wma", "wv", "tta",
                                    "rm", "nut", "wtv", "dsf", "dff", "ape", "awb", "qcp", "lbc"])
def test_files_of_other_formats_that_were_joined_are_read_as_one(suffix):
    one = MADE[suffix](voice(2))
    (signal,), notes = read_with_notes(one * 3)
    wanted = np.tile(read_mono(io.BytesIO(one)), 3)
    assert len(signal) == pytest.approx(len(wanted), abs=3)
    assert suffix == "ape" or correlation(signal, wanted) > 0.99  # of which nobody but its maker writes more than silence
    assert notes == ("The file holds 3 recordings, one after the other: they were read as one.",)


@pytest.mark.parametrize("suffix", ["flac", "tta"])
def test_a_tag_before_the_first_does_not_hide_the_second(suffix):
    one = MADE[suffix](voice(2))
    (signal,), notes = read_with_notes(b"ID3\4\0\0\0\0\1\0" + bytes(128) + one + one)
    assert len(signal) == pytest.approx(2 * len(read_mono(io.BytesIO(one))), abs=2) and len(notes) == 1


STREAMS = {"other numbers": {"mpegts_start_pid": "0x200"}, "another table too": {
    "mpegts_start_pid": "0x200", "mpegts_pmt_start_pid": "0x300"}, "another program": {
    "mpegts_service_id": "7", "mpegts_pmt_start_pid": "0x300", "mpegts_start_pid": "0x200"}}


@pytest.mark.parametrize("how", STREAMS)
@pytest.mark.parametrize(("before", "behind"), [(0, 0), (4, 0), (0, 16)])
def test_transport_streams_whose_tracks_have_other_numbers_are_read_one_by_one(how, before, behind):
    whole = b"".join(mux(tone(hertz, 3, 48_000), 48_000, "mpegts", "aac", **options)
                     for hertz, options in ((440, {}), (880, STREAMS[how]), (440, {})))
    packets = np.frombuffer(whole, np.uint8).reshape(-1, 188)
    (signal,), notes = read_with_notes(np.pad(packets, ((0, 0), (before, behind))).tobytes())
    assert notes == ("The file holds 3 recordings, one after the other: they were read as one.",)
    assert len(signal) == pytest.approx(9 * RATE, abs=0.2 * RATE)
    for at_s, hertz in ((1.5, 440), (4.6, 880), (7.6, 440)):
        part = signal[round((at_s - 0.5) * RATE) : round((at_s + 0.5) * RATE)]
        assert np.abs(np.fft.rfft(part * np.hanning(len(part)))).argmax() == hertz


@pytest.mark.parametrize("kind", [{}, {"mpegts_m2ts_mode": "1"}], ids=["188", "192"])
def test_transport_streams_whose_tracks_have_the_same_numbers_follow_each_other(kind):
    one = mux(voice(3).repeat(3), 48_000, "mpegts", "aac", **kind)
    (signal,), notes = read_with_notes(one + one)
    assert len(signal) == pytest.approx(6 * RATE, abs=0.2 * RATE) and notes == ()


def test_joined_recordings_may_differ_in_all():
    parts = [pcm(tone(440, 1), RATE), pcm(tone(440, 1, 44_100), 44_100, "WAV", "PCM_24"),
             pcm(np.stack([tone(440, 1, 8000)] * 2, 1), 8000, "WAV", "ULAW")]
    (signal,), notes = read_with_notes(b"".join(parts))
    assert len(signal) == 3 * RATE and len(notes) == 1
    for second in range(3):
        assert correlation(signal[second * RATE + 800 : (second + 1) * RATE - 800], tone(440, 1)) > 0.99


def test_one_that_cannot_be_read_behind_one_that_can_is_left_out_and_said():
    whole = pcm(voice(1), RATE)
    (signal,), notes = read_with_notes(whole + whole[:20_000])
    assert len(signal) == RATE + (20_000 - 44) // 2
    assert notes[1].startswith("Of the 2 recordings in the file 1 cannot be read to the end: The file is cut off")


@pytest.mark.parametrize("parts", [
    [encode(voice(2), "ogg"), encode(voice(2), "opus")], [encode(voice(2), "opus"), MADE["oga"](voice(2))],
    [pcm(voice(2), RATE, "OGG", "VORBIS"), pcm(voice(2, 200), 22_050, "OGG", "VORBIS")],
    [pcm(voice(2), RATE, "OGG", "VORBIS"), pcm(np.stack([voice(2)] * 2, 1), RATE, "OGG", "VORBIS")],
    [encode(voice(2), "opus")] * 4,
], ids=["codec", "lossless", "rate", "channels", "alike"])
def test_chained_ogg_is_read_link_by_link(parts):
    (signal,), notes = read_with_notes(b"".join(parts))
    wanted = np.concatenate([read_mono(io.BytesIO(part)) for part in parts])
    assert len(signal) == pytest.approx(len(wanted), abs=10) and notes == ()
    assert correlation(signal, wanted) > 0.999


# Rates and channels that change


@pytest.mark.parametrize(("muxer", "codec"), [("mp3", "libmp3lame"), ("adts", "aac")])
@pytest.mark.parametrize("rates", [(44_100, 22_050, 44_100), (44_100, 48_000), (16_000, 44_100), (48_000, 16_000)])
def test_a_rate_that_changes_is_resampled_part_by_part(muxer, codec, rates):
    parts = [mux(tone(440, 2, rate), rate, muxer, codec) for rate in rates]
    (signal,), _ = read_with_notes(b"".join(parts))
    assert len(signal) == pytest.approx(2 * RATE * len(rates), abs=0.1 * RATE * len(rates))
    for number in range(len(rates)):
        middle = signal[round((2.1 * number + 0.7) * RATE) : round((2.1 * number + 1.3) * RATE)]
        spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
        assert spectrum.argmax() * RATE / len(middle) == pytest.approx(440, abs=3)


def test_channels_that_change_are_mixed_and_told_apart():
    mono = tone(440, 1, 44_100)
    content = mux(mono, 44_100, "mp3", "libmp3lame") + mux(np.stack([mono, mono], 1), 44_100, "mp3", "libmp3lame")
    (signal,), notes = read_with_notes(content)
    assert len(signal) == pytest.approx(2 * RATE, abs=0.1 * RATE) and notes == ()
    for channel in ("each", 1):
        (alone,), notes = read_with_notes(content, channel)
        assert len(alone) == len(signal)
        assert notes == ("The number of channels is 1 at the beginning and 2 later: from there on each is the mean of "
                         "all.",)


def test_a_part_of_one_channel_is_in_each():
    left, right, both = noise(1, seed=1), noise(1, seed=2), noise(1, seed=3)
    content = pcm(np.stack([left, right], 1), RATE) + pcm(both, RATE)
    signals, notes = read_with_notes(content, "each")
    for signal, alone in zip(signals, (left, right), strict=True):
        assert np.allclose(signal, np.concatenate([alone, both]), atol=1e-4)
    assert notes[1].startswith("The number of channels is 2 at the beginning and 1 later")


@pytest.mark.parametrize("container", LENGTHS)
@settings(max_examples=40)
@given(changes=st.lists(st.tuples(st.integers(0, 127), st.sampled_from([0, 1, 7, 127, 128, 254, 255])), max_size=5),
       more=st.sampled_from([b"", b"junk", b"data\0\0\0\0", b"RIFF\0\0\0\0WAVE"]), end=st.none() | st.integers(1, 3000))
def test_whatever_a_header_states_there_are_samples_or_a_sentence(container, changes, more, end):
    content = bytearray((pcm(noise(0.1), RATE, container) + more)[:end])
    for position, value in changes:
        content[position % len(content)] = value
    try:
        heard = read(io.BytesIO(bytes(content)), "each", max_seconds=60)
    except IntoneError as error:
        assert str(error).endswith(".")
    else:
        assert all(np.isfinite(one.signal).all() for one in heard)


@pytest.mark.parametrize("suffix", ["webm", "mkv", "m4a", "flac", "opus"])
def test_a_recording_within_another_is_no_second_one(suffix):
    """As a picture of its cover, or a file that is attached."""
    inner, outer = MADE[suffix](voice(1)), MADE["wv"](voice(1))
    assert len(read_mono(io.BytesIO(outer + inner))) == pytest.approx(RATE, abs=0.1 * RATE)


def test_a_live_webm_behind_another_is_found():
    """A browser's recorder states no length."""
    def live(signal: np.ndarray) -> bytes:
        content = mux(signal, 48_000, "webm", "libopus")
        at = content.index(b"\x18S\x80g") + 4
        assert content[at] == 1
        return content[:at] + b"\x01" + b"\xff" * 7 + content[at + 8 :]

    content = live(tone(440, 1, 48_000)) * 2
    (signal,), notes = read_with_notes(content)
    assert len(signal) == pytest.approx(2 * RATE, abs=0.1 * RATE) and "holds 2 recordings" in notes[0]


# A part of a file as a file


@given(st.binary(min_size=20, max_size=200), st.data())
def test_a_part_of_a_file_is_that_of_its_bytes(content, data):
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(content)), st.integers(0, len(content)))))
    at, wanted = data.draw(st.integers(0, len(content) - 8)), data.draw(st.binary(min_size=1, max_size=8))
    changed = content[:at] + wanted + content[at + len(wanted) :]
    view = opened(io.BytesIO(content), Part(start, end, ((at, wanted),)))
    assert view.read() == changed[start:end]
    for _ in range(5):
        where, size = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 50))
        assert view.seek(where) == where
        assert view.read(size) == changed[start:end][where : where + size]
        assert view.tell() <= max(where, end - start)
    assert view.seek(0, io.SEEK_END) == end - start
