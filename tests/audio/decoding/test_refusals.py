import io
import socket
import time

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from intone import audio
from intone.audio import RATE, read, read_mono, resample
from intone.audio.decoding import bounds
from intone.errors import Damaged, IntoneError, NotAudio, RecordingError, TooLong
from sounds import FORMATS, encode, mux, noise, pcm, silence, voice

STREAMS = ("mp3", "ogg", "opus", "webm", "mkv", "aac")
"""Formats whose header does not state the length, so that a cut file is one that is whole but shorter."""


def file(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


# What is no recording.


@pytest.mark.parametrize("content", [
    b"RIFF", b"\0" * 5000, b"<!DOCTYPE html><html><body>404 Not Found</body></html>" * 50,
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(3000), b"%PDF-1.7\n" * 200, "Grüße\n".encode() * 500,
], ids=["stub", "zeros", "html", "png", "pdf", "text"])
def test_what_is_not_audio_is_told(tmp_path, content):
    path = tmp_path / "voice.wav"
    path.write_bytes(content)
    with pytest.raises(NotAudio, match="not a recording that can be decoded: use wav, flac, mp3") as told:
        read_mono(path)
    assert told.value.http_status == 415


def test_an_empty_file_is_told():
    with pytest.raises(NotAudio, match="The file is empty: record or export it again"):
        read_mono(file(b""))


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


def test_seconds_are_limited_as_they_are_decoded():
    content = pcm(silence(120), RATE, "FLAC")
    assert len(content) < 20_000, "silence is packed"
    with pytest.raises(TooLong, match=r"longer than a minute: cut it"):
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


def test_an_answer_has_a_limit_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "BLOCK", 2**16)
    path = tmp_path / "silence.flac"
    soundfile.write(path, np.zeros(60 * 8000, np.int16), 8000)
    (sound,) = audio.sounds(path, max_seconds=30)
    with pytest.raises(TooLong, match=r"longer than 0.5 minutes"):
        list(sound)
    assert audio.MAX_HEARD_SECONDS == 24 * 3600


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


@pytest.mark.parametrize(("factor", "fine"), [(1e-30, True), (32_768, True), (2.0**31, True), (1e11, False), (1e30, False)])
def test_samples_may_lack_their_scale_but_not_be_nonsense(factor, fine):
    content = pcm(factor * voice(0.5).astype(np.float64), RATE, "WAV", "DOUBLE")
    if fine:
        assert np.abs(read_mono(file(content))).max() == pytest.approx(0.5 * factor, rel=1e-3)
    else:
        with pytest.raises(Damaged, match="samples that no microphone gives"):
            read_mono(file(content))
