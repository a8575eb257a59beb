import io
import socket
import time
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from intone import audio
from intone.audio import RATE, from_samples, read, read_mono, resample
from intone.errors import Damaged, IntoneError, NotAudio, RecordingError, TooLong, UsageError
from sounds import FORMATS, correlation, encode, mux, noise, pcm, silence, tone, voice

STREAMS = ("mp3", "ogg", "opus", "webm", "mkv", "aac")
"""Formats whose header does not state the length, so that a cut file is one that is whole but shorter."""


def file(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


# What is decoded is what was recorded.


@pytest.mark.parametrize(("container", "subtype"), [
    ("WAV", "PCM_U8"), ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "PCM_32"), ("WAV", "FLOAT"), ("WAV", "DOUBLE"),
    ("WAV", "ULAW"), ("WAV", "ALAW"), ("WAV", "IMA_ADPCM"), ("WAVEX", "PCM_24"), ("RF64", "PCM_16"), ("W64", "PCM_16"),
    ("FLAC", "PCM_16"), ("FLAC", "PCM_24"), ("AIFF", "PCM_16"), ("AIFF", "PCM_24"),
])
def test_samples_are_those_of_libsndfile_to_the_last_bit(container, subtype):
    content = pcm(noise(0.5), RATE, container, subtype)
    expected, _ = soundfile.read(file(content), dtype="float32")
    signal = read_mono(file(content))
    assert signal.dtype == np.float32
    assert np.array_equal(signal, expected)


def test_a_clip_of_the_corpus_is_that_of_libsndfile_and_soxr(clip):
    samples, rate = soundfile.read(clip, dtype="float32")
    assert rate == 48_000
    assert np.array_equal(read_mono(clip), soxr.resample(samples, rate, RATE, quality="HQ"))


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_gives_back_the_sound(suffix):
    signal = voice(2)
    heard = read_mono(file(encode(signal, suffix)))
    assert len(heard) == pytest.approx(len(signal), abs=0.1 * RATE)
    assert correlation(signal, heard) > 0.98


@pytest.mark.parametrize("suffix", FORMATS)
@settings(max_examples=8)
@given(seconds=st.floats(0.02, 12))
def test_no_whole_file_is_called_damaged(suffix, seconds):
    heard = read_mono(file(encode(tone(300, seconds), suffix)))
    assert len(heard) / RATE == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "FLOAT"])
def test_every_rate_and_depth_keeps_pitch_and_level(rate, subtype):
    signal = read_mono(file(pcm(tone(1000, 1, rate), rate, subtype=subtype)))
    assert len(signal) == RATE
    assert np.abs(signal - tone(1000, 1))[800:-800].max() < (0.01 if subtype == "PCM_U8" else 1e-3)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 6, 7, 8, 9, 16])
@pytest.mark.parametrize("container", ["WAV", "FLAC"])
def test_channels_are_mixed_or_told_apart(channels, container):
    if container == "FLAC" and channels > 8:
        return
    samples = np.round(noise(0.2 * channels).reshape(-1, channels) * 32768) / 32768
    content = pcm(samples, RATE, container)
    each = read(file(content), "each")
    assert [one.number for one in each] == list(range(1, channels + 1))
    assert np.array_equal([one.signal for one in each], samples.T)
    (mixed,) = read(file(content))
    assert mixed.number is None
    assert np.allclose(mixed.signal, samples.mean(axis=1), atol=1e-7)
    (last,) = read(file(content), channels)
    assert last.number == channels
    assert np.array_equal(last.signal, samples[:, -1])
    with pytest.raises(UsageError, match=f"has {channels} channel.*no channel {channels + 1}"):
        read(file(content), channels + 1)


@pytest.mark.parametrize("wrong", ["both", 0, -1, "1", None])
def test_a_channel_that_does_not_exist_is_refused_before_reading(wrong):
    with pytest.raises(UsageError, match="mix, each, or a number"):
        read("/no/such/file", wrong)


def test_text_notes_a_picture_and_a_second_track_are_passed_over(tmp_path):
    path = tmp_path / "tagged.mkv"
    samples = resample(voice(1), RATE, 48_000)
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "café"
        video = container.add_stream("mpeg4", rate=10)
        video.width = video.height = 64
        tracks = [container.add_stream("libmp3lame", rate=48_000, layout="mono") for _ in range(2)]
        for track, loudness in zip(tracks, (1.0, 0.1), strict=True):
            frame = av.AudioFrame.from_ndarray(samples[None] * np.float32(loudness), format="fltp", layout="mono")
            frame.rate = 48_000
            for packet in [*track.encode(frame), *track.encode(None)]:
                container.mux(packet)
        for _ in range(10):
            container.mux(video.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(video.encode(None))
    content = path.read_bytes()
    assert content.count("café".encode()) == 1
    signal = read_mono(file(content.replace("café".encode(), b"caf\xe9 ")))
    assert len(signal) == pytest.approx(RATE, abs=0.1 * RATE)
    assert np.abs(signal).max() == pytest.approx(0.5, abs=0.1)


# Resampling.


def amplitude(signal: np.ndarray, hertz: float) -> float:
    """Amplitude of one frequency in the middle of a signal of a second."""
    t = np.arange(len(signal)) / RATE
    middle = slice(RATE // 4, 3 * RATE // 4)
    return float(2 * np.abs(np.mean((signal * np.exp(-2j * np.pi * hertz * t))[middle])))


@pytest.mark.parametrize(("hertz", "lives"), [(100, True), (1000, True), (7000, True), (9000, False), (10_000, False),
                                              (15_000, False)])
def test_a_tone_below_half_the_rate_lives_and_one_above_it_dies(hertz, lives):
    heard = resample(tone(hertz, 1, 44_100), 44_100)
    assert len(heard) == RATE
    if lives:
        assert amplitude(heard, hertz) == pytest.approx(0.5, rel=1e-3)
    else:
        assert np.abs(heard[800:-800]).max() < 0.5 * 10 ** (-80 / 20)


def test_resampling_keeps_channels_apart_and_the_mean():
    two = np.stack([tone(500, 1, 48_000), 0.25 + 0 * tone(500, 1, 48_000)])
    heard = resample(two, 48_000)
    assert heard.shape == (2, RATE)
    assert heard.flags.c_contiguous
    assert amplitude(heard[1], 500) < 1e-4
    assert heard[1][800:-800] == pytest.approx(0.25, abs=1e-4)


# Samples in memory.


@pytest.mark.parametrize("kind", ["u1", "i2", "i4", "f2", "f4", "f8"])
def test_samples_of_every_type_have_one_scale(kind):
    wave = tone(440, 0.2).astype(np.float64)
    full = {"u1": 128, "i2": 2**15, "i4": 2**31}.get(kind)
    samples = wave if full is None else wave * full + (full if kind == "u1" else 0)
    (one,) = from_samples(samples.astype(kind), RATE)
    assert one.signal.dtype == np.float32
    assert np.abs(one.signal - wave).max() < {"u1": 1 / 128, "f2": 1e-3}.get(kind, 1e-4)


def test_samples_in_memory_are_those_of_the_file():
    samples = np.stack([tone(300, 0.3, 44_100), noise(0.3, 44_100)], axis=1)
    content = pcm(samples, 44_100, subtype="FLOAT")
    for channel in ("mix", "each", 2):
        for a, b in zip(read(file(content), channel), from_samples(samples, 44_100, channel), strict=True):
            assert a.number == b.number
            assert np.array_equal(a.signal, b.signal)


@pytest.mark.parametrize("samples", [np.zeros((2, 2, 2)), np.float32(1), np.array(["a"]), np.zeros(4, complex),
                                     np.zeros(4, bool), np.zeros((4, 0))])
def test_what_is_not_samples_is_refused(samples):
    with pytest.raises(UsageError, match="Samples are numbers of shape"):
        from_samples(samples, RATE)


@pytest.mark.parametrize("rate", [0, -1, 999, 1e9, float("nan")])
def test_a_rate_that_no_recording_has_is_refused(rate):
    with pytest.raises(UsageError, match="cannot be resampled: 1000 to 768000"):
        from_samples(silence(0.1), rate)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_samples_that_are_not_numbers_are_damage(value):
    samples = np.zeros(100)
    samples[50] = value
    with pytest.raises(Damaged, match="not numbers"):
        from_samples(samples, RATE)


# Ways to hand over a file.


class Pipe(io.RawIOBase):
    """What cannot be sought in: the end of a pipe."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return self.content.readinto(buffer)

    def write(self, part) -> int:
        return self.content.write(part)


def test_paths_and_file_objects_give_the_same(tmp_path):
    content = encode(voice(1), "flac")
    path = tmp_path / "Ä voice, männlich.flac"
    path.write_bytes(content)
    expected = read_mono(path)
    assert np.array_equal(read_mono(str(path)), expected)
    at_its_end = file(content)
    at_its_end.seek(0, io.SEEK_END)
    with path.open("rb") as opened:
        for source in (file(content), opened, at_its_end, Pipe(content)):
            assert np.array_equal(read_mono(source), expected)


def test_the_name_of_a_file_says_nothing(tmp_path):
    path = tmp_path / "song.mp3"
    path.write_bytes(encode(voice(1), "wav"))
    assert len(read_mono(path)) == pytest.approx(RATE, abs=2)


def test_a_webm_that_was_never_given_its_length_is_read_whole():
    stream = Pipe()
    with av.open(stream, "w", format="webm") as container:
        track = container.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(resample(voice(3), RATE, 48_000)[None], format="flt", layout="mono")
        frame.rate = 48_000
        for packet in [*track.encode(frame), *track.encode(None)]:
            container.mux(packet)
    content = stream.content.getvalue()
    with av.open(file(content)) as container:
        assert not container.duration, "the test's own file has a duration"
    assert correlation(read_mono(file(content)), voice(3)) > 0.98


def test_a_fragmented_mp4_as_browsers_record_it_is_read_whole():
    content = mux(resample(voice(3), RATE, 48_000), 48_000, "mp4", "aac",
                  movflags="frag_keyframe+empty_moov+default_base_moof", frag_duration="500000")
    assert content.count(b"moof") > 3
    assert correlation(read_mono(file(content)), voice(3)) > 0.98


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_wav_that_was_written_as_a_stream_is_read_whole(size):
    content = bytearray(pcm(voice(1), RATE))
    content[4:8] = content[40:44] = size.to_bytes(4, "little")
    assert len(read_mono(file(bytes(content)))) == RATE


# What is no recording.


@pytest.mark.parametrize("content", [
    b"", b"RIFF", b"\0" * 5000, b"<!DOCTYPE html><html><body>404 Not Found</body></html>" * 50,
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(3000), b"%PDF-1.7\n" * 200, "Grüße\n".encode() * 500,
], ids=["empty", "stub", "zeros", "html", "png", "pdf", "text"])
def test_what_is_not_audio_is_told(tmp_path, content):
    path = tmp_path / "voice.wav"
    path.write_bytes(content)
    with pytest.raises(NotAudio, match="not a recording that can be decoded: use wav, flac, mp3") as told:
        read_mono(path)
    assert told.value.http_status == 415


def test_a_picture_is_not_audio():
    picture = file(b"")
    with av.open(picture, "w", format="apng") as container:
        track = container.add_stream("apng", rate=1)
        track.width = track.height = 16
        track.pix_fmt = "rgb24"
        container.mux(track.encode(av.VideoFrame(16, 16, "rgb24")))
        container.mux(track.encode(None))
    assert picture.getvalue().startswith(b"\x89PNG")
    with pytest.raises(NotAudio):
        read_mono(picture)


def test_a_video_without_sound_is_told():
    video = file(b"")
    with av.open(video, "w", format="mp4") as container:
        track = container.add_stream("mpeg4", rate=10)
        track.width = track.height = 64
        for _ in range(10):
            container.mux(track.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(track.encode(None))
    with pytest.raises(NotAudio, match="no audio track"):
        read_mono(video)


@pytest.mark.parametrize("container", ["WAV", "AIFF"])
def test_a_header_without_samples_is_told(container):
    with pytest.raises(NotAudio, match="no sound at all"):
        read_mono(file(pcm(np.zeros(0), RATE, container)))


def test_a_sound_of_an_unknown_kind_is_told():
    content = bytearray(pcm(voice(0.2), RATE))
    content[20:22] = b"\xfe\x7f"
    with pytest.raises(NotAudio, match="of a kind that is not known"):
        read_mono(file(bytes(content)))


@pytest.mark.parametrize("rate", [20, 999, 2_000_000])
def test_a_rate_that_is_none_is_told(rate):
    with pytest.raises(NotAudio, match="samples a second, which no recording has"):
        read_mono(file(pcm(noise(0.5), rate)))


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    with pytest.raises(RecordingError, match=r"cannot be read \(No such file"):
        read_mono(tmp_path / "none.wav")
    with pytest.raises(RecordingError, match=r"cannot be read \(Is a directory"):
        read_mono(tmp_path)


def test_no_message_names_the_file(tmp_path):
    path = tmp_path / "her secret.wav"
    path.write_bytes(b"no audio at all")
    for source in (path, tmp_path / "her secret.mp3", tmp_path):
        with pytest.raises(RecordingError) as told:
            read_mono(source)
        assert "secret" not in str(told.value)
        assert str(tmp_path) not in str(told.value)


# What is damaged, or too long.


def cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


@pytest.mark.parametrize(("container", "subtype"), [
    ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "FLOAT"), ("WAV", "IMA_ADPCM"), ("WAVEX", "PCM_16"),
    ("AIFF", "PCM_16"), ("FLAC", "PCM_16")])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.85])
def test_a_cut_file_is_told_with_its_seconds(container, subtype, share):
    content = pcm(noise(4), RATE, container, subtype)
    with pytest.raises(Damaged, match=r"states 4\.[01] s, but only [0-9.]+ s can be decoded") as told:
        read_mono(file(cut(content, share)))
    seconds = float(str(told.value).split("only ")[1].split(" s")[0])
    assert seconds == pytest.approx(4 * share, abs=0.3)


@pytest.mark.parametrize("suffix", ["m4a", "mp4", "mov"])
def test_a_cut_mp4_is_told_with_its_seconds(tmp_path, suffix):
    muxer, codec, rate = FORMATS[suffix]
    content = mux(resample(voice(4), RATE, rate), rate, muxer, codec, tmp_path / "whole", movflags="faststart")
    with pytest.raises(Damaged, match=r"states 4\.[01] s, but only [12]\.[0-9] s"):
        read_mono(file(cut(content, 0.5)))


def test_an_mp4_that_lost_its_table_at_the_end_is_told():
    with pytest.raises(NotAudio):
        read_mono(file(cut(encode(voice(4), "m4a"), 0.5)))


@pytest.mark.parametrize("suffix", STREAMS)
def test_a_cut_stream_is_read_as_far_as_it_goes(suffix):
    heard = read_mono(file(cut(encode(noise(8), suffix), 0.5)))
    assert len(heard) / RATE == pytest.approx(4, abs=1.1), "a page of Ogg holds a second"
    assert np.abs(heard).max() > 0.1


def test_nan_in_a_file_is_damage():
    samples = voice(1)
    samples[500] = np.nan
    with pytest.raises(Damaged, match="not numbers"):
        read_mono(file(pcm(samples, RATE, subtype="FLOAT")))


def test_notes_that_state_gigabytes_are_damage_at_once():
    content = pcm(voice(1), RATE)
    started = time.monotonic()
    with pytest.raises(Damaged, match="do not fit its length"):
        read_mono(file(content + b"LIST\xff\xff\xff\x7fINFO"))
    with pytest.raises(Damaged, match="do not fit its length"):
        read_mono(file(content[:36] + b"junk\0\0\0\0" * 20_000 + content[36:]))
    assert time.monotonic() - started < 1


def test_notes_that_are_cut_leave_the_sound_alone():
    content = pcm(voice(1), RATE)
    for notes in (b"LIST\x40\0\0\0INFOIART\x04\0\0\0", b"LIST\x0c\0\0\0INFOIART\x04\0\0\0me\0\0", b"LI", b"\0"):
        assert len(read_mono(file(content + notes))) == RATE


def test_recordings_of_two_rates_in_one_file_are_damage():
    parts = [mux(tone(440, 1, rate), rate, "adts", "aac") for rate in (44_100, 22_050)]
    with pytest.raises(Damaged, match="rate changes"):
        read_mono(file(b"".join(parts)))


def test_mono_and_stereo_in_one_file_are_mixed_but_have_no_channels():
    mono = tone(440, 1, 44_100)
    content = mux(mono, 44_100, "mp3", "libmp3lame") + mux(np.stack([mono, mono], 1), 44_100, "mp3", "libmp3lame")
    assert len(read_mono(file(content))) == pytest.approx(2 * RATE, abs=0.1 * RATE)
    with pytest.raises(Damaged, match="number of channels changes"):
        read(file(content), "each")


def test_seconds_are_limited_as_they_are_decoded():
    content = pcm(silence(120), RATE, "FLAC")
    assert len(content) < 20_000, "silence is packed"
    with pytest.raises(TooLong, match=r"longer than 1 minutes: cut it"):
        read_mono(file(content), max_seconds=60)
    assert len(read_mono(file(content), max_seconds=120)) == 120 * RATE


def test_the_limit_stands_without_being_asked_for(tmp_path):
    path = tmp_path / "silence.flac"
    with soundfile.SoundFile(path, "w", 8000, 1, format="FLAC") as out:
        for _ in range(122):
            out.write(np.zeros(60 * 8000, np.int16))
    started = time.monotonic()
    with pytest.raises(TooLong, match=r"longer than 2 hours") as told:
        read_mono(path)
    assert told.value.http_status == 413
    assert time.monotonic() - started < 20


# Files that point elsewhere.


def test_a_playlist_opens_no_socket(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/voice.wav"
        for text in (f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{address}\n#EXT-X-ENDLIST\n",
                     f"ffconcat version 1.0\nfile '{address}'\n", f"[playlist]\nFile1={address}\nNumberOfEntries=1\n"):
            for name in ("list.wav", "list.m3u8"):
                (tmp_path / name).write_text(text)
                with pytest.raises(NotAudio):
                    read_mono(tmp_path / name)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_playlist_opens_no_other_file(tmp_path):
    (tmp_path / "secret.wav").write_bytes(pcm(voice(1), RATE))
    for text in ("ffconcat version 1.0\nfile secret.wav\n", f"ffconcat version 1.0\nfile '{tmp_path}/secret.wav'\n",
                 f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:1,\nfile://{tmp_path}/secret.wav\n#EXT-X-ENDLIST\n"):
        path = tmp_path / "list.wav"
        path.write_text(text)
        with pytest.raises(NotAudio):
            read_mono(path)


def test_a_session_description_opens_no_socket(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1] & ~1
    path = tmp_path / "call.sdp"
    path.write_text(f"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} "
                    "RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n")
    started = time.monotonic()
    with pytest.raises(NotAudio):
        read_mono(path)
    assert time.monotonic() - started < 2, "FFmpeg waited for the call"


# Whatever is in the file: samples, or one of our errors.


def samples_or_told(content: bytes) -> None:
    try:
        signals = read(file(content), "each", max_seconds=60)
    except IntoneError as error:
        assert str(error).endswith(".")
        return
    for one in signals:
        assert one.signal.dtype == np.float32
        assert one.signal.ndim == 1
        assert np.isfinite(one.signal).all()


@given(st.binary(max_size=2000))
def test_any_bytes_are_samples_or_told(content):
    samples_or_told(content)


@given(st.sampled_from([b"RIFF", b"fLaC", b"OggS", b"ID3\x03", b"\xff\xfb\x90\x44", b"\x1aE\xdf\xa3", b"FORM",
                        b"\0\0\0\x18ftypM4A ", b"\xff\xf1"]), st.binary(max_size=500))
def test_any_bytes_after_a_signature_are_samples_or_told(signature, content):
    samples_or_told(signature + content)


SEEDS = {suffix: encode(voice(0.2), suffix) for suffix in FORMATS} | {"float": pcm(voice(0.2), RATE, subtype="FLOAT")}


@pytest.mark.parametrize("suffix", SEEDS)
@settings(max_examples=150)
@given(changes=st.lists(st.tuples(st.integers(0, 255), st.sampled_from([0, 1, 7, 127, 128, 254, 255])),
                        min_size=1, max_size=5), end=st.none() | st.integers(1, 2000))
def test_a_changed_header_gives_samples_or_is_told(suffix, changes, end):
    content = bytearray(SEEDS[suffix])
    for position, value in changes:
        content[position] = value
    samples_or_told(bytes(content[:end]))


def test_the_suffixes_cover_the_formats():
    assert {f".{suffix}" for suffix in FORMATS} <= set(audio.SUFFIXES)
    assert Path("a.WAV").suffix.lower() in audio.SUFFIXES
