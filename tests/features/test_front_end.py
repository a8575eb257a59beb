from dataclasses import replace

import numpy as np
import pytest
import transformers
from hypothesis import given
from hypothesis import strategies as st

from intone.audio import RATE, read_mono
from intone.errors import TooShort, UsageError
from intone.features import mfcc
from intone.features.front_end import LogMel, MfccChunks, Waveform
from intone.training.recipes import RECIPES, recipe
from sounds import noise, silence, tone, voice

ORIGINAL, INDEPENDENT = recipe("original").front_end, recipe("level-independent").front_end


@pytest.mark.parametrize("name", RECIPES)
def test_a_chunk_is_nine_frames_of_thirteen_coefficients(name):
    front_end = recipe(name).front_end
    assert front_end.chunk == 1600
    assert front_end.shape == (9, 13)
    features = front_end(voice(1))
    assert features.dtype == np.float32
    assert features.shape[1:] == front_end.shape
    assert np.isfinite(features).all()


@pytest.mark.parametrize("chunks", [1, 2, 7])
@pytest.mark.parametrize("more", [0, 1, 1599])
def test_fault_3_the_last_whole_chunk_is_kept(chunks, more):
    sound = tone(200, 1)[: chunks * 1600 + more]
    assert len(ORIGINAL(sound)) == chunks
    assert len(ORIGINAL.of_clean(sound)) == chunks


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("sound", [silence(3), silence(0), noise(0.0999), np.append(silence(2), noise(0.05))],
                         ids=["silence", "nothing", "short", "a click after silence"])
def test_fault_3_silence_and_less_than_a_tenth_of_a_second_have_no_features(name, sound):
    front_end = recipe(name).front_end
    kept = len(front_end.clean(sound)) / RATE
    if kept >= 0.1:
        assert len(front_end(sound)) == 1
        return
    with pytest.raises(TooShort, match=f"Only {kept:.2f} s of sound is left after cleaning, and an answer needs 0.1 s"):
        front_end(sound)


def test_every_row_is_the_mfcc_of_its_own_tenth_of_a_second():
    signal = np.concatenate([voice(0.5), silence(0.5), voice(0.5)])
    kept = ORIGINAL.clean(signal)
    rows = ORIGINAL(signal)
    assert 1 < len(kept) / RATE < 1.3
    for i, row in enumerate(rows):
        assert np.array_equal(row, mfcc(kept[1600 * i : 1600 * (i + 1)], ORIGINAL.mfcc).astype(np.float32))


def test_a_long_signal_is_taken_in_blocks_without_a_seam():
    chunks = noise(0.1 * 1030).reshape(1030, 1600)
    together = ORIGINAL.features(chunks)
    assert together.shape == (1030, 9, 13)
    assert np.array_equal(together[1020:], ORIGINAL.features(chunks[1020:]))


def change(front_end: MfccChunks, signal: np.ndarray, decibels: float) -> float:
    """Largest difference that a gain makes to any feature; infinite where the number of chunks differs."""
    a, b = front_end(signal), front_end(signal * np.float32(10 ** (decibels / 20)))
    return float(np.abs(a - b).max()) if a.shape == b.shape else float("inf")


@given(st.floats(-30, 12))
def test_fault_8_the_level_of_a_recording_changes_no_feature(decibels):
    assert change(INDEPENDENT, voice(1) + noise(1, rms=1e-3), decibels) < 1e-3


def test_fault_8_the_level_of_real_clips_changes_no_feature(ravdess_dir):
    for clip in sorted(ravdess_dir.rglob("*.wav"))[::24]:
        signal = read_mono(clip)
        assert max(change(INDEPENDENT, signal, decibels) for decibels in (-30, -12, -1, 5, 12)) < 1e-3


def test_the_original_front_end_depends_on_the_level():
    signal = voice(1) * np.float32(0.1)
    assert change(ORIGINAL, signal, 6) > 1
    assert change(ORIGINAL, signal, -20) == float("inf")


def test_a_cleaned_signal_is_brought_to_its_level():
    for level in (-20.0, -40.0):
        leveled = replace(INDEPENDENT, level_dbfs=level).leveled(noise(1, rms=0.003))
        assert leveled.dtype == np.float32
        assert 10 * np.log10(np.mean(leveled.astype(float) ** 2)) == pytest.approx(level, abs=1e-3)
    assert np.array_equal(ORIGINAL.leveled(noise(1)), noise(1))
    assert not INDEPENDENT.leveled(silence(0.2)).any()
    assert len(INDEPENDENT.leveled(silence(0))) == 0


@pytest.mark.parametrize("wrong", [{"chunk_s": 0.0}, {"chunk_s": -1.0}, {"chunk_s": float("nan")}, {"chunk_s": 1e9},
                                   {"level_dbfs": 1.0}, {"level_dbfs": float("nan")}, {"level_dbfs": -1e9}])
def test_settings_that_cannot_be_used_are_refused(wrong):
    with pytest.raises(UsageError, match="cannot be used: choose"):
        MfccChunks(**wrong)


def test_a_recipe_is_known_by_name():
    with pytest.raises(UsageError, match="no recipe 'orginal': choose original or level-independent"):
        recipe("orginal")
    assert recipe("original").with_epochs(3).epochs == 3
    assert recipe("original").with_epochs(None) == recipe("original")
    with pytest.raises(UsageError, match="0 epochs"):
        recipe("original").with_epochs(0)


def test_chunks_answers_are_averaged():
    rows = np.array([[0.7, 0.2, 0.1], [0.5, 0.4, 0.1]])
    np.testing.assert_allclose(MfccChunks().pool(rows), [0.6, 0.3, 0.1])


def test_log_mel_front_end_needs_a_tenth_of_a_second_and_no_level():
    front_end = LogMel()
    signal = voice(1.0)
    assert front_end(signal).shape == (1, 80, 100)
    for decibels in (-30, 12):
        np.testing.assert_allclose(front_end(signal * np.float32(10 ** (decibels / 20))), front_end(signal), atol=1e-4)
    with pytest.raises(TooShort, match=r"Only 0\.05 s of speech"):
        front_end(signal[:800])
    assert front_end(np.tile(signal, 40)).shape == (1, 80, 3000)


def test_normalised_samples_are_those_of_transformers():
    signal = voice(0.7) + np.float32(0.3)
    signal /= np.abs(signal).max()
    wanted = transformers.Wav2Vec2FeatureExtractor(do_normalize=True)(signal, sampling_rate=RATE)["input_values"][0]
    found = Waveform()(signal)
    assert (found.shape, found.dtype) == ((1, 11200), np.float32)
    np.testing.assert_allclose(found[0], wanted, atol=1e-4)
    assert Waveform().seconds(found) == 0.7


@pytest.mark.parametrize("front_end", [Waveform(), Waveform(normalized=False)], ids=str)
def test_samples_need_a_tenth_of_a_second_and_no_level(front_end):
    signal = voice(1.0)
    for decibels in (-30, 12):
        found = front_end(signal * np.float32(10 ** (decibels / 20)))
        np.testing.assert_allclose(found, front_end(signal), atol=1e-5)
    with pytest.raises(TooShort, match=r"Only 0\.05 s of speech was found, and an answer needs 0\.1 s: speak longer"):
        front_end(signal[:800])
    assert front_end(np.tile(signal, 40)).shape == (1, 480_000)
    assert np.abs(Waveform(normalized=False)(signal)).max() == pytest.approx(1)
    assert not front_end(silence(0.2)).any()


@pytest.mark.parametrize("wrong", [{"shortest_s": 0.0}, {"longest_s": 31.0}, {"longest_s": float("nan")},
                                   {"shortest_s": 9.0, "longest_s": 8.0}])
def test_seconds_that_cannot_be_used_are_refused(wrong):
    for front_end in (Waveform, LogMel):
        with pytest.raises(UsageError, match="cannot be used: choose"):
            front_end(**wrong)
