import io
import tracemalloc

import numpy as np
import pytest
import soundfile
import soxr

from intone.audio import RATE, Signal, from_samples, read, read_mono, resample
from intone.audio.augment import Surroundings, clipped, gain, telephone, white, with_noise
from intone.audio.decoding import bounds
from intone.audio.levels import Levels
from intone.audio.quality import NOISY_DB, Gauge, Quality, _Distribution, _percentile, doubts, quality, warnings
from intone.audio.vad import Span, find_speech
from sounds import encode, noise, pcm, silence, tone, voice

VOICE = np.concatenate([silence(0.5), voice(2), silence(0.5)]) + noise(3, rms=1e-4)


def around(seed: int = 0) -> Surroundings:
    return Surroundings(np.random.default_rng(seed))


def noisy(signal: Signal, decibels: float) -> Signal:
    return with_noise(signal, white(len(signal), around()), decibels)


def said(signal: Signal, spans: list[Span] | None = None) -> str:
    return " ".join(warnings(quality(signal, spans or find_speech(signal))))


def test_a_good_recording_warns_of_nothing():
    assert said(VOICE) == ""
    assert said(voice(2)) == "", "digital silence around it is no noise and no reason to warn"


@pytest.mark.parametrize("decibels", [30, 20, 10, 5])
def test_the_noise_is_measured(decibels):
    found = quality(noisy(VOICE, decibels), find_speech(VOICE))
    assert found.snr_db == pytest.approx(decibels, abs=5)
    assert (found.snr_db < NOISY_DB) == (decibels <= 10)


def test_a_noisy_recording_is_told_and_by_how_much():
    found = quality(noisy(VOICE, 8), find_speech(VOICE))
    assert list(warnings(found)) == [f"The recording is noisy (about {found.snr_db:.0f} dB above the noise): record in a "
                                     "quieter place or closer to the microphone."]


def test_rumble_below_the_voice_is_no_noise():
    rumble = 0.05 * np.sin(2 * np.pi * 60 * np.arange(len(VOICE)) / RATE).astype(np.float32)
    assert said(VOICE + rumble, find_speech(VOICE)) == ""


def test_a_clipped_recording_is_told():
    assert said(clipped(VOICE, 1 / 3)) == ("The recording is clipped (its loudest parts are cut off): record it again at "
                                           "a lower level.")


@pytest.mark.parametrize("decibels", [-40, 20])
def test_the_level_does_not_matter(decibels):
    for signal in (noisy(VOICE, 10), clipped(VOICE, 1 / 3)):
        before, after = (quality(one, find_speech(VOICE)) for one in (signal, gain(signal, decibels)))
        assert after.snr_db == pytest.approx(before.snr_db, abs=0.01)
        assert after.heaped == pytest.approx(before.heaped, abs=1e-3)


@pytest.mark.parametrize(("samples", "length"), [(160, 100), (800, 800), (1, 1)])
def test_a_moment_has_a_quality_too(samples, length):
    signal = voice(1)[:samples]
    found = quality(signal, [Span(0, length, length / RATE)])
    assert 0 <= found.heaped <= 1
    assert not np.isnan(found.snr_db)


@pytest.mark.parametrize("length", [1, 2, 7, 40, 3000])
def test_the_noise_is_that_of_the_powers_themselves(length):
    powers = 10 ** np.random.default_rng(length).uniform(-9, -1, length)
    counted = _Distribution()
    for part in np.array_split(powers, 3):
        counted.add(part)
    for share in (0, 5, 50, 100):
        assert 10 * np.log10(_percentile(*counted.read(), share) / np.percentile(powers, share)) == pytest.approx(0, abs=0.01)


def test_hours_take_no_more_memory_than_seconds():
    gauge, part = Gauge(), np.tile(VOICE, 10)
    spans = find_speech(part)

    def grown(times: int) -> int:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(times):
            gauge.add(part, spans)
        return tracemalloc.get_traced_memory()[0] - before

    tracemalloc.start()
    try:
        grown(1)
        assert grown(20) < 10_000, "ten minutes"
    finally:
        tracemalloc.stop()


def test_without_any_noise_there_is_no_limit():
    assert quality(silence(1), [Span(0, RATE, 1.0)]) == Quality(float("inf"), 0.0, 0.0)


def test_clips_of_the_corpora_warn_where_they_should(ravdess_dir, crema_d_dir):
    clips = [*sorted(ravdess_dir.rglob("*.wav"))[::10], *sorted(crema_d_dir.rglob("*.wav"))[::14]]
    assert len(clips) > 40
    clean, noised, cut = [], [], []
    for seed, clip in enumerate(clips):
        signal = read_mono(clip)
        spans = find_speech(signal)
        clean.append(bool(said(signal, spans)))
        noise_of_it = with_noise(signal, white(len(signal), around(seed)), 10)
        noised.append(quality(noise_of_it, spans).snr_db < NOISY_DB)
        (low,) = from_samples(clipped(signal, 1 / 3), RATE)
        cut.append(quality(low.signal, spans, low.levels).clipped)
    assert np.mean(clean) < 0.05
    assert np.mean(noised) > 0.9
    assert np.mean(cut) > 0.9


def test_a_telephone_is_not_noise(ravdess_dir):
    signal = read_mono(ravdess_dir / "Actor_02" / "03-01-05-01-01-01-02.wav")
    assert said(telephone(signal)) == ""


# Clipping, judged before the samples are mixed and resampled, and after a codec.

SHARES = [1 / 2, 1 / 3, 1 / 5, 1 / 10, 1 / 20]


def recorded(samples: Signal, rate: int, suffix: str = "") -> Quality:
    """The quality of samples as a file of 16 bits, or encoded."""
    content = encode(resample(samples, rate), suffix, bits=48_000) if suffix else pcm(samples, rate)
    (one,) = read(io.BytesIO(content))
    return quality(one.signal, find_speech(one.signal), one.levels)


def one_sided(signal: Signal, share: float) -> Signal:
    return np.minimum(signal, share * signal.max())


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
@pytest.mark.parametrize("cut", [clipped, one_sided])
def test_every_clipping_is_told(share, rate, cut):
    samples = cut(soxr.resample(VOICE, RATE, rate), share)
    for level in (1.0, 0.05):
        assert recorded(level * samples / np.abs(samples).max(), rate).clipped
    assert not recorded(soxr.resample(VOICE, RATE, rate), rate).clipped


@pytest.mark.parametrize("share", SHARES[1:])
@pytest.mark.parametrize("suffix", ["mp3", "m4a", "opus"])
def test_clipping_is_told_after_a_codec(share, suffix):
    samples = clipped(soxr.resample(VOICE, RATE, 48_000), share)
    assert recorded(0.7 * samples / np.abs(samples).max(), 48_000, suffix).clipped
    assert not recorded(soxr.resample(VOICE, RATE, 48_000), 48_000, suffix).clipped


def test_a_clipped_channel_of_two_is_told():
    samples = np.stack([VOICE, clipped(VOICE, 0.3)], axis=1)
    (one,) = read(io.BytesIO(pcm(samples, RATE)))
    assert quality(one.signal, find_speech(one.signal), one.levels).clipped


def test_a_thump_that_is_louder_than_the_clipped_speech_does_not_hide_it(monkeypatch):
    monkeypatch.setattr(bounds, "BLOCK", 2 * RATE)
    samples = np.concatenate([*[clipped(VOICE, 0.3)] * 4, tone(60, 0.5, peak=0.2)])
    assert recorded(samples, RATE).clipped


# Few steps, and little level.


@pytest.mark.parametrize(("steps", "coarse"), [(8, True), (33, True), (90, True), (128, False), (2000, False)])
@pytest.mark.parametrize("rate", [16_000, 48_000])
@pytest.mark.parametrize("scale", [2.0**-15, 2.0**-7, 0.013])
def test_the_steps_are_counted(steps, coarse, rate, scale):
    samples = np.round(steps * soxr.resample(VOICE, RATE, rate) / np.abs(VOICE).max()) * scale / (1 + steps * scale)
    (one,) = read(io.BytesIO(pcm(samples, rate, subtype="FLOAT")))
    assert one.levels.steps == pytest.approx(steps, rel=0.15)
    assert any("coarse" in said for said in doubts(quality(one.signal, find_speech(one.signal), one.levels))) == coarse


@pytest.mark.parametrize("decibels", [-20, -40, -47, -60, -75])
def test_very_quiet_sound_is_doubted(decibels):
    signal = gain(VOICE / np.abs(VOICE).max(), decibels)
    (one,) = read(io.BytesIO(pcm(signal, RATE, subtype="FLOAT")))
    said = list(doubts(quality(one.signal, find_speech(one.signal), one.levels)))
    assert said == ([f"The recording is very quiet ({decibels} dB of full scale): record it again closer to the "
                     "microphone or at a higher level."] if decibels < -50 else [])


def test_what_was_encoded_has_no_steps():
    assert read(io.BytesIO(encode(VOICE, "opus")))[0].levels.steps > 1000


def test_nothing_has_no_levels():
    assert (Levels().steps, Levels().flat_tops) == (np.inf, 0)
    (one,) = read(io.BytesIO(pcm(silence(1), RATE)))
    assert (one.levels.steps, one.levels.flat_tops) == (np.inf, 0)


def test_clips_of_the_corpora_are_clipped_where_they_should_be(ravdess_dir):
    clips = sorted(ravdess_dir.rglob("*.wav"))[::8]
    assert len(clips) > 25
    found = {}
    for share in (1, *SHARES):
        for clip in clips:
            samples, rate = soundfile.read(clip, dtype="float32")
            found.setdefault(share, []).append(recorded(clipped(samples, share), rate).clipped)
    assert np.mean(found.pop(1)) < 0.07
    assert {share: np.mean(told) for share, told in found.items() if np.mean(told) < 0.9} == {}
