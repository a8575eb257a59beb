import io
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
from intone.audio.decoding import bounds
from intone.errors import Damaged, UsageError
from sounds import FORMATS, correlation, encode, mux, noise, pcm, silence, tone, voice


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
    with pytest.raises(UsageError, match=f"no channel {channels + 1}: the last one of the recording is {channels}"):
        read(file(content), channels + 1)


@pytest.mark.parametrize("others", [[], [0.2], [-1, 1]], ids=["stereo", "three", "four"])
def test_channels_that_cancel_are_not_mixed(others):
    sound = noise(0.5)
    samples = np.stack([0.5 * sound, *(0.5 * share * sound for share in others), -0.5 * (1 + 0.01) * sound], axis=1)
    samples -= samples.mean(axis=1, keepdims=True) if len(others) == 1 else 0
    loudest = int(np.square(samples).sum(axis=0).argmax())
    for found in (read(file(pcm(samples, RATE, subtype="FLOAT"))), from_samples(samples, RATE)):
        assert [one.number for one in found] == [None]
        assert np.allclose(found[0].signal, samples[:, loudest], atol=1e-6)


@pytest.mark.parametrize("second", [0.0, 1.0, 0.5, -0.5], ids=["dead", "equal", "weaker", "opposite and weaker"])
def test_channels_that_do_not_cancel_are_mixed(second):
    sound = noise(0.5)
    samples = np.stack([sound, second * sound], axis=1)
    for found in (read(file(pcm(samples, RATE, subtype="FLOAT"))), from_samples(samples, RATE)):
        assert np.allclose(found[0].signal, samples.mean(axis=1), atol=1e-6)


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


@pytest.mark.parametrize(("kind", "subtype"), [("int16", "PCM_16"), ("int32", "PCM_24"), ("float64", "DOUBLE")])
def test_integers_have_the_scale_of_a_file(kind, subtype):
    content = pcm(noise(0.1, rms=0.5), RATE, subtype=subtype)
    samples, _ = soundfile.read(file(content), dtype=kind)
    assert np.array_equal(from_samples(samples, RATE)[0].signal, read_mono(file(content)))


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


def test_the_suffixes_cover_the_formats():
    assert {f".{suffix}" for suffix in FORMATS} <= set(audio.SUFFIXES)
    assert Path("a.WAV").suffix.lower() in audio.SUFFIXES


# A block at a time.


def test_a_sound_can_be_gone_through_again_and_is_what_read_gives(tmp_path):
    content = encode(voice(3), "flac")
    for source in (file(content), tmp_path / "clip.flac"):
        if isinstance(source, Path):
            source.write_bytes(content)
        (sound,) = audio.sounds(source)
        assert np.array_equal(np.concatenate(list(sound)), read_mono(file(content)))
        assert np.array_equal(np.concatenate(list(sound)), read_mono(file(content)))


def test_a_low_rate_makes_no_larger_blocks(monkeypatch):
    samples = noise(4)
    whole = read(file(pcm(samples, 1000)))[0].signal
    monkeypatch.setattr(bounds, "BLOCK", 20_000)
    sound, = audio.sounds(file(pcm(samples, 1000)))
    blocks = list(sound)
    assert np.array_equal(np.concatenate(blocks), whole)
    assert len(whole) == 16 * len(samples) and max(map(len, blocks)) < 2 * bounds.BLOCK


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
def test_blocks_join_without_a_seam(rate, monkeypatch):
    stereo = np.stack([noise(5), voice(5)], axis=1)
    samples = soxr.resample(stereo, RATE, rate).clip(-1, 1)
    content = pcm(samples, rate)
    whole = read(file(content), "each")
    monkeypatch.setattr(bounds, "BLOCK", rate)
    for one, sound in zip(whole, audio.sounds(file(content), "each"), strict=True):
        blocks = list(sound)
        assert len(blocks) >= 3
        assert sound.number == one.number
        assert np.array_equal(np.concatenate(blocks), one.signal)
