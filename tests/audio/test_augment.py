"""Augmentation and corruptions: physics is the judge."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from intone.audio import RATE, Signal, augment
from intone.audio.augment import CORRUPTIONS, Surroundings, augmented
from sounds import noise, silence, tone, voice

VOICE = voice(2.5)
MICROPHONE_HZ = np.array(augment.OCTAVES_HZ[1:-1], int)


def around(seed: int = 0, *voices: Signal) -> Surroundings:
    return Surroundings(np.random.default_rng(seed), voices)


def power(signal: NDArray[np.floating]) -> float:
    return float(np.mean(np.square(signal, dtype=np.float64)))


def decibels(ratio: float) -> float:
    return 10 * float(np.log10(max(ratio, 1e-30)))


def middle(signal: NDArray[np.floating]) -> NDArray[np.floating]:
    """Without a quarter at either end."""
    return signal[len(signal) // 4 : -len(signal) // 4]


def passed(hertz: float, through) -> float:
    """Decibels by which a tone comes out louder than it went in."""
    sent = tone(hertz, 2)
    return decibels(power(middle(through(sent))) / power(middle(sent)))


def pitch(signal: Signal) -> float:
    """The strongest frequency in Hz, to a quarter of a hertz."""
    size = 4 * RATE
    return float(np.fft.rfftfreq(size, 1 / RATE)[np.abs(np.fft.rfft(signal * np.hanning(len(signal)), size)).argmax()])


def delay(sent: Signal, heard: Signal) -> int:
    """Samples by which what is heard comes later: the peak of the cross-correlation."""
    n = len(sent)
    cross = np.fft.irfft(np.fft.rfft(heard[:n], 2 * n) * np.conj(np.fft.rfft(sent, 2 * n)))
    return (int(cross.argmax()) + n) % (2 * n) - n


def talking(samples: int, seconds: float) -> Signal:
    """A tone in the middle of silence: someone who speaks for so long."""
    made = np.zeros(samples, np.float32)
    start = (samples - round(seconds * RATE)) // 2
    made[start : start + round(seconds * RATE)] = tone(500, seconds)
    return made


# Level.


@given(st.floats(-60, 30))
def test_a_gain_is_exact(asked: float) -> None:
    heard = augment.gain(VOICE, asked)
    assert decibels(power(heard) / power(VOICE)) == pytest.approx(asked, abs=1e-4)
    loud = np.abs(VOICE) > 0.01
    np.testing.assert_allclose(heard[loud] / VOICE[loud], 10 ** (asked / 20), rtol=1e-5)


def test_a_gain_never_clips() -> None:
    assert np.abs(augment.gain(VOICE, 12)).max() == pytest.approx(0.5 * 10 ** 0.6, rel=1e-5)


def test_the_peak_is_the_one_asked_for() -> None:
    for level in (1e-3, 1, 30):
        assert np.abs(augment.normalized(np.float32(level) * VOICE)).max() == pytest.approx(0.9, rel=1e-5)
    assert not augment.normalized(silence(1)).any()


def test_a_sine_clipped_at_a_half_is_flat_two_thirds_of_the_time() -> None:
    sine = tone(100, 1)
    heard = augment.clipped(sine, 0.5)
    flat = np.abs(heard) == np.abs(heard).max()
    assert np.abs(heard).max() == pytest.approx(0.25, rel=1e-4)
    assert flat.mean() == pytest.approx(2 / 3, abs=0.01)
    assert np.array_equal(heard[~flat], sine[~flat])


# Noise.


def test_speech_power_is_that_of_the_speech_and_not_of_the_pauses() -> None:
    for seconds in (0.5, 1, 2):
        assert decibels(augment.speech_power(talking(4 * RATE, seconds)) / 0.125) == pytest.approx(0, abs=1)
    assert augment.speech_power(tone(500, 1)) == pytest.approx(0.125, rel=1e-3)
    assert augment.speech_power(silence(1)) == 0


@pytest.mark.parametrize("kind", ["white", "hum", "babble"])
@settings(max_examples=10)
@given(asked=st.floats(-5, 40), level=st.floats(-40, 10), seed=st.integers(0, 99))
def test_a_noise_is_as_far_below_the_speech_as_was_asked(kind: str, asked: float, level: float, seed: int) -> None:
    signal = augment.gain(VOICE, level)
    made = getattr(augment, kind)(len(signal), around(seed, voice(1, seed=1), voice(1.7, seed=2)))
    added = augment.with_noise(signal, made, asked).astype(float) - signal
    assert decibels(augment.speech_power(signal) / power(added)) == pytest.approx(asked, abs=0.1)


@pytest.mark.parametrize(("condition", "asked"), [(f"{kind} {ratio} dB", ratio) for kind in ("white noise", "hum", "babble")
                                                  for ratio in (20, 10)])
def test_a_condition_has_the_ratio_of_its_name(condition: str, asked: int) -> None:
    heard = np.asarray(CORRUPTIONS[condition](VOICE, around(0, voice(1.3, pitch=210, seed=5))), float)
    assert decibels(augment.speech_power(VOICE) / power(heard - VOICE)) == pytest.approx(asked, abs=0.1)


def test_silence_stays_silent_in_noise() -> None:
    for kind in (augment.white, augment.hum, augment.babble):
        assert not augment.with_noise(silence(0.5), kind(RATE // 2, around()), 10).any()


def test_white_noise_is_as_strong_in_every_octave_as_it_is_wide() -> None:
    spectrum = np.abs(np.fft.rfft(augment.white(8 * RATE, around()))) ** 2
    bands = [spectrum[8 * low : 16 * low].mean() for low in (125, 250, 500, 1000, 2000, 4000)]
    assert np.ptp(10 * np.log10(bands)) < 0.7


def test_hum_has_its_lines_at_multiples_of_the_mains_and_each_is_half_the_one_before() -> None:
    made = augment.hum(2 * RATE, around(3))
    spectrum = np.abs(np.fft.rfft(made)) / RATE  # a bin is half a hertz
    lines = spectrum[[100 * k for k in range(1, 9)]]
    np.testing.assert_allclose(lines, 0.5 ** np.arange(8), rtol=1e-6)
    assert np.square(np.delete(spectrum, [100 * k for k in range(1, 9)])).sum() < 1e-12


def test_babble_is_made_of_its_voices() -> None:
    voices = [tone(hertz, 1.3) for hertz in (400, 900, 1700, 2900)]
    made = augment.babble(4 * RATE, around(0, *voices))
    spectrum = np.square(np.abs(np.fft.rfft(made * np.hanning(len(made)))))
    hertz = np.fft.rfftfreq(len(made), 1 / RATE)
    near = np.any([np.abs(hertz - one) < 10 for one in (400, 900, 1700, 2900)], axis=0)
    assert spectrum[near].sum() > 0.98 * spectrum.sum()  # what is left are the seams where a voice begins anew


def test_babble_is_six_voices_each_begun_somewhere() -> None:
    one = noise(1)
    made = augment.babble(len(one), around(0, one))
    begun = np.fft.irfft(np.fft.rfft(made) / np.fft.rfft(one)) * np.sqrt(augment.speech_power(one))
    assert np.sort(begun)[-augment.TALKERS :] == pytest.approx(np.ones(6), abs=1e-3)
    assert np.abs(np.sort(begun)[: -augment.TALKERS]).max() < 1e-3


def test_a_quiet_voice_babbles_as_loudly_as_the_others() -> None:
    loud, quiet = tone(500, 1, peak=0.5), tone(1500, 1, peak=0.001)
    made = [np.abs(np.fft.rfft(augment.babble(RATE, around(seed, loud, quiet)))) for seed in range(50)]
    assert np.sum([one[500] for one in made]) == pytest.approx(np.sum([one[1500] for one in made]), rel=0.3)


def test_the_talkers_of_a_babble_are_all_voices_that_there_are() -> None:
    voices = [tone(300 * (k + 1), 1) for k in range(8)]
    heard = set()
    for seed in range(20):
        spectrum = np.abs(np.fft.rfft(augment.babble(RATE, around(seed, *voices))))
        present = {k for k in range(8) if spectrum[300 * (k + 1)] > 0.2 * RATE}
        assert 1 <= len(present) <= augment.TALKERS
        heard |= present
    assert heard == set(range(8))


def test_a_babble_without_voices_is_white_noise() -> None:
    assert np.array_equal(augment.babble(RATE, around(7)), augment.white(RATE, around(7)))


# Lines and codecs.


def test_a_telephone_passes_its_band_and_nothing_else() -> None:
    for hertz in (400, 1000, 2000, 3000):
        assert passed(hertz, augment.telephone) == pytest.approx(0, abs=0.5)
    for hertz in (50, 100, 200, 4100, 5000, 7000):
        assert passed(hertz, augment.telephone) < -30
    for hertz in (300, 3400):
        assert passed(hertz, augment.telephone) == pytest.approx(-6, abs=1)  # the middle of an edge


def test_the_mu_law_of_a_telephone_is_as_noisy_as_theory_says() -> None:
    """8 bits and mu = 255 give 20 log10(3^0.5 2^8 / ln 256) = 38.0 dB, whatever the level below the peak."""
    theory = 20 * np.log10(np.sqrt(3) * 256 / np.log(256))
    assert theory == pytest.approx(38.0, abs=0.1)
    rng = np.random.default_rng(0)
    for level in (1, 0.1):
        hertz = rng.uniform(500, 3000, 12)
        sent = np.sum([tone(one, 2) for one in hertz], axis=0, dtype=np.float32) * np.float32(level)
        error = middle(augment.telephone(sent) - sent)
        assert decibels(power(middle(sent)) / power(error)) == pytest.approx(theory, abs=2)


def test_a_telephone_does_not_depend_on_the_level() -> None:
    quiet = augment.gain(augment.telephone(augment.gain(VOICE, -40)), 40)
    assert decibels(power(quiet - augment.telephone(VOICE)) / power(VOICE)) < -35


def test_band_limits_are_where_they_were_asked_for() -> None:
    for hertz, expected in ((100, -300), (170, -300), (240, 0), (1000, 0), (3500, 0), (4600, -300), (6000, -300)):
        found = passed(hertz, lambda signal: augment.band_limited(signal, 200, 4000))
        assert found == pytest.approx(0, abs=0.2) if expected == 0 else found < -40, hertz


@pytest.mark.parametrize("codec", ["libmp3lame", "libopus"])
@pytest.mark.parametrize("kilobits", [24, 32, 48])
def test_a_codec_keeps_a_tone_its_level_and_its_place(codec: str, kilobits: int) -> None:
    sent = tone(440, 1)
    heard = augment.coded(sent, codec, kilobits)
    assert len(heard) == len(sent)
    assert pitch(heard) == pytest.approx(440, abs=1)
    assert decibels(power(middle(heard)) / power(middle(sent))) == pytest.approx(0, abs=1)


@pytest.mark.parametrize("codec", ["libmp3lame", "libopus"])
@pytest.mark.parametrize("seconds", [0.3, 0.777, 2.5])
def test_a_codec_does_not_shift_a_voice_and_is_lossy(codec: str, seconds: float) -> None:
    sent = VOICE[: round(seconds * RATE)]
    heard = augment.coded(sent, codec, 32)
    assert abs(delay(sent, heard)) <= 0.003 * RATE
    assert not np.array_equal(sent, heard)
    assert np.corrcoef(sent, heard)[0, 1] > 0.95


# Rooms.


@pytest.mark.parametrize("rt60_s", [0.15, 0.3, 1.2])
def test_the_sound_of_a_click_falls_by_60_db_in_the_time_asked_for(rt60_s: float) -> None:
    """The energy decay curve (Schroeder 1965) from -5 to -35 dB, carried on to 60 as in ISO 3382."""
    times = []
    for seed in range(5):
        click = silence(2)
        click[0] = 1
        heard = augment.in_room(click, rt60_s, around(seed)).astype(float)
        curve = 10 * np.log10(np.maximum(np.cumsum(heard[::-1] ** 2)[::-1] / np.sum(heard**2), 1e-12))
        fitted = np.flatnonzero((curve < -5) & (curve > -35))
        times.append(-60 / np.polyfit(fitted / RATE, curve[fitted], 1)[0])
    assert np.mean(times) == pytest.approx(rt60_s, rel=0.05)
    assert times == pytest.approx([rt60_s] * 5, rel=0.1)


@given(rt60_s=st.floats(0.05, 1.5), level=st.floats(-40, 0), direct=st.none() | st.floats(-10, 15))
def test_a_room_keeps_the_level(rt60_s: float, level: float, direct: float | None) -> None:
    signal = augment.gain(VOICE, level)
    heard = augment.in_room(signal, rt60_s, around(1), direct)
    assert heard.shape == signal.shape
    assert decibels(power(heard) / power(signal)) == pytest.approx(0, abs=1e-3)


def test_nothing_is_heard_before_it_was_said() -> None:
    later = np.concatenate([silence(0.5), VOICE])
    heard = augment.in_room(later, 0.3, around(2))
    assert np.abs(heard[: RATE // 2 - 160]).max() < 1e-4 * np.abs(heard).max()


@pytest.mark.parametrize("direct_db", [-6, 0, 10])
def test_the_direct_sound_is_as_far_above_the_room_as_was_asked(direct_db: float) -> None:
    click = silence(2)
    click[100] = 1
    found = []
    for seed in range(20):
        heard = augment.in_room(click, 0.3, around(seed), direct_db).astype(float)
        found.append(heard[100] ** 2 / np.sum(heard[101:] ** 2))
    assert decibels(float(np.median(found))) == pytest.approx(direct_db, abs=1)


# Microphones.


@pytest.mark.parametrize(("condition", "asked"), [("dull microphone", -3), ("bright microphone", 3)])
def test_a_microphone_rises_or_falls_by_so_much_an_octave(condition: str, asked: float) -> None:
    hertz = np.array([100, 200, 400, 800, 1600, 3200, 6400])
    sent = np.sum([tone(int(one), 2) for one in hertz], axis=0, dtype=np.float32)
    before, after = (np.abs(np.fft.rfft(heard * np.hanning(len(heard))))[2 * hertz]
                     for heard in (sent, CORRUPTIONS[condition](sent, around())))
    steps = np.diff(20 * np.log10(after / before))
    np.testing.assert_allclose(steps, asked, atol=0.1)


@given(st.lists(st.floats(-20, 20), min_size=8, max_size=8), st.floats(-40, 0))
def test_a_microphone_has_the_response_that_was_asked_for_and_keeps_the_level(asked: list[float], level: float) -> None:
    sent = augment.gain(np.sum([tone(int(hertz), 2) for hertz in MICROPHONE_HZ], axis=0, dtype=np.float32), level)
    heard = augment.through_microphone(sent, np.array(asked))
    assert heard.shape == sent.shape and decibels(power(heard) / power(sent)) == pytest.approx(0, abs=1e-3)
    before, after = (np.abs(np.fft.rfft(one * np.hanning(len(one))))[2 * MICROPHONE_HZ] for one in (sent, heard))
    found = 20 * np.log10(after / before)
    np.testing.assert_allclose(found - found.mean(), np.array(asked)[1:-1] - np.mean(asked[1:-1]), atol=0.5)


# Speed, silence, channels.


@settings(max_examples=20)
@given(factor=st.floats(0.8, 1.25), hertz=st.integers(100, 3000))
def test_a_speed_scales_length_and_pitch(factor: float, hertz: int) -> None:
    heard = augment.at_speed(tone(hertz, 2), factor)
    assert len(heard) == pytest.approx(2 * RATE / factor, abs=2)
    assert pitch(heard) == pytest.approx(hertz * factor, abs=1)


def test_digital_silence_is_a_second_on_either_side() -> None:
    heard = CORRUPTIONS["silence around, 1 s"](VOICE, around())
    assert len(heard) == len(VOICE) + 2 * RATE
    assert not heard[:RATE].any() and not heard[-RATE:].any()
    assert np.array_equal(heard[RATE:-RATE], VOICE)


def test_a_dead_channel_is_dead_and_the_other_as_it_was() -> None:
    heard = CORRUPTIONS["one dead channel of two"](VOICE, around())
    assert np.array_equal(heard[:, 0], VOICE) and not heard[:, 1].any()


# All of them.


def test_the_conditions_are_those_of_the_protocol_and_two_microphones() -> None:
    assert next(iter(CORRUPTIONS)) == "as recorded"
    assert len(CORRUPTIONS) == 20 + len({"dull microphone", "bright microphone"} & set(CORRUPTIONS)) == 22
    assert np.array_equal(CORRUPTIONS["as recorded"](VOICE, around()), VOICE)
    for condition, asked in (("gain -30 dB", -30), ("gain +12 dB", 12)):
        assert decibels(power(CORRUPTIONS[condition](VOICE, around())) / power(VOICE)) == pytest.approx(asked, abs=1e-3)
    assert np.abs(CORRUPTIONS["peak 0.9"](VOICE, around())).max() == pytest.approx(0.9, rel=1e-5)
    assert np.abs(CORRUPTIONS["clipped at a third"](VOICE, around())).max() == pytest.approx(0.5 / 3, rel=1e-5)


@pytest.mark.parametrize("condition", CORRUPTIONS)
@settings(max_examples=5)
@given(samples=st.integers(round(0.3 * RATE), 4 * RATE), seed=st.integers(0, 999))
def test_every_condition_gives_finite_samples_of_the_length_that_it_should(condition: str, samples: int, seed: int) -> None:
    signal = np.resize(VOICE, samples)
    before = signal.copy()
    heard = CORRUPTIONS[condition](signal, around(seed, voice(0.5, seed=3)))
    length = {"silence around, 1 s": samples + 2 * RATE, "speed 0.9": samples / 0.9, "speed 1.1": samples / 1.1}
    assert heard.dtype == np.float32 and np.isfinite(heard).all() and heard.any()
    assert len(heard) == pytest.approx(length.get(condition, samples), abs=2)
    assert heard.shape[1:] == ((2,) if condition == "one dead channel of two" else ())
    assert np.array_equal(signal, before), "the signal itself was changed"


@pytest.mark.parametrize("condition", CORRUPTIONS)
def test_every_condition_takes_digital_silence(condition: str) -> None:
    heard = CORRUPTIONS[condition](silence(0.5), around(0, voice(0.5)))
    assert np.isfinite(heard).all() and np.abs(heard).max() < 1e-4


@pytest.mark.parametrize("condition", CORRUPTIONS)
def test_the_same_seed_gives_the_same(condition: str) -> None:
    voices = [voice(0.5, seed=seed) for seed in (1, 2, 3)]
    first, again, other = (CORRUPTIONS[condition](VOICE, around(seed, *voices)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    drawn = condition.startswith(("white", "hum", "babble", "small", "hall"))
    assert np.array_equal(first, other) == (not drawn)


# What a network trains on.


@settings(max_examples=60)
@given(samples=st.integers(round(0.2 * RATE), 10 * RATE), seed=st.integers(0, 2**32 - 1), loud=st.sampled_from([1e-3, 1, 2]))
def test_a_variation_never_fails(samples: int, seed: int, loud: float) -> None:
    signal = np.resize(VOICE, samples) * np.float32(loud)
    heard = augmented(signal, around(seed, VOICE, noise(0.4)))
    assert heard.dtype == np.float32 and heard.ndim == 1 and np.isfinite(heard).all()
    assert samples / 1.141 - 2 <= len(heard) <= samples / 0.869 + 2
    assert 0.05 < np.sqrt(power(heard) / power(signal)) < 5


def test_a_variation_depends_on_the_seed_alone() -> None:
    signal = VOICE[:RATE]
    first, again, other = (augmented(signal, around(seed, VOICE)) for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert len(first) != len(other) or not np.array_equal(first, other)


def test_variations_are_of_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("in_room", "through_microphone", "white", "hum", "babble", "with_noise", "telephone", "band_limited", "clipped", "coded")
    happened: list[str] = []

    def seen(name: str, made: Callable[..., Signal]) -> Callable[..., Signal]:
        return lambda *given: happened.append(name) or made(*given)

    for name in kinds:
        monkeypatch.setattr(augment, name, seen(name, getattr(augment, name)))
    for seed in range(400):
        augmented(VOICE[: RATE // 8], around(seed))
    shares = {name: happened.count(name) / 400 for name in kinds}
    assert 0.15 < shares["in_room"] < 0.25 and 0.5 < shares["through_microphone"] < 0.7
    assert 0.28 < shares["with_noise"] < 0.42
    assert shares["babble"] > shares["hum"] > 0.05 and shares["white"] > 0.05
    assert 0.06 < shares["telephone"] < 0.14 and 0.02 < shares["clipped"] < 0.08 and 0.01 < shares["coded"] < 0.06
    assert shares["band_limited"] > shares["telephone"]  # which is one


def test_speeds_are_on_both_sides_of_that_of_the_clip() -> None:
    lengths = [len(augmented(VOICE[: RATE // 4], around(seed))) for seed in range(40)]
    speeds = RATE / 4 / np.array(lengths)
    assert 0.865 < speeds.min() < 0.92 and 1.09 < speeds.max() < 1.145 and 0.1 < np.mean(speeds == 1) < 0.4
