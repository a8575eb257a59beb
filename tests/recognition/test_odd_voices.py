"""What is no usual voice: chirps, barks, sound of few steps or of very little level, and lost channels."""

import io

import numpy as np
import pytest
import soxr

import intone
from intone import Prediction, Recognizer
from intone.audio import RATE, Signal, windows
from intone.audio.decoding import bounds
from intone.audio.vad import find_speech
from intone.errors import NoSpeech, RecordingError
from intone.recognition.recognizer import load
from sounds import noise, pcm, silence, voice
from tiny_model import tiny_model

VOICE = (voice(3) / np.abs(voice(3)).max()).astype(np.float32)


@pytest.fixture
def convinced(tmp_path) -> Recognizer:
    """Is as sure as can be that all that it hears is sad."""
    return load(tiny_model(tmp_path / "tiny.onnx", {"male_sad": 1.0}, confidence={"2": 0.5, "8": 0.5}))


def stored(signal: Signal, subtype: str, rate: int = 48_000) -> io.BytesIO:
    return io.BytesIO(pcm(soxr.resample(signal, RATE, rate), rate, subtype=subtype))


@pytest.mark.parametrize(("decibels", "subtype", "doubt"), [
    (-1, "PCM_16", ""), (-40, "PCM_16", ""), (-60, "PCM_16", "coarse"), (-70, "PCM_16", "coarse"),
    (-1, "PCM_U8", ""), (-20, "PCM_U8", "coarse"), (-60, "PCM_24", "very quiet"), (-60, "FLOAT", "very quiet")])
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_an_answer_about_few_steps_or_little_level_is_never_confident(convinced, decibels, subtype, doubt, rate):
    found = convinced.predict(stored(VOICE * 10 ** (decibels / 20), subtype, rate))
    assert found.confident == (not doubt)
    assert doubt in found.reasons[0] if doubt else found.reasons == ()
    assert not doubt or found.reliability is None


def test_samples_in_memory_are_judged_alike(convinced):
    found = convinced.predict(np.round(50 * VOICE).astype(np.int16), RATE)
    assert not found.confident and "coarse" in found.reasons[0]


# Channels.


def test_a_voice_that_the_mix_hides_is_answered(convinced):
    samples = np.stack([noise(3, rms=0.3), 0.03 * VOICE], axis=1).astype(np.float32)
    alone = convinced.predict(samples, RATE, channel=2)
    for found in (convinced.predict(samples, RATE), convinced.predict(io.BytesIO(pcm(samples, RATE, subtype="FLOAT")))):
        assert found.segments == alone.segments and found.channel is None
        assert found.reasons[-1] == "No voice is in the mix of the channels, so that channel 2 was analysed alone."


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
def test_looking_into_each_channel_ends_where_it_takes_longer_than_the_file_is_worth(convinced, kind, monkeypatch):
    samples = np.stack([noise(3, rms=0.3), noise(3, rms=0.3, seed=1), 0.03 * VOICE], axis=1)
    content, now_s = pcm(samples, RATE, kind), [0.0]
    assert "channel 3 was analysed alone" in convinced.predict(io.BytesIO(content)).reasons[-1]

    def slowly(*given, **named):
        now_s[0] += 4
        return find_speech(*given, **named)

    monkeypatch.setattr(bounds, "thread_time", lambda: now_s[0])
    monkeypatch.setattr(windows, "find_speech", slowly)
    with pytest.raises(NoSpeech, match="each takes longer than a file of this size is worth: choose a channel by its"):
        convinced.predict(io.BytesIO(content))
    assert now_s[0] == 8  # of the mix and of one channel
    assert convinced.predict(io.BytesIO(content), channel=3).label == "sad"


@pytest.mark.parametrize("samples", [noise(3), np.stack([noise(3), noise(3, seed=1)], axis=1), np.zeros((3 * RATE, 2))],
                         ids=["mono", "stereo", "silent"])
def test_where_no_channel_has_a_voice_there_is_none(convinced, samples):
    for source in ((samples, RATE), (io.BytesIO(pcm(samples, RATE)),)):
        with pytest.raises(NoSpeech):
            convinced.predict(*source)


def test_a_call_is_told_and_each_speaker_is_answered(convinced):
    other = voice(3, pitch=220, seed=5)
    samples = np.stack([np.concatenate([VOICE, silence(3)]), np.concatenate([silence(3), other])], axis=1)
    found = convinced.predict(io.BytesIO(pcm(samples, RATE)))
    assert "Each channel holds a voice of its own, as in a call, and is taken as one speaker." in found.reasons
    assert [(one.channel, one.confidence) for one in found.speakers] == [(1, "clear"), (2, "clear")]
    mixed = convinced.predict(io.BytesIO(pcm(samples, RATE)), speakers=1)
    assert "choose the speakers 'channels'" in mixed.reasons[-1] and mixed.confident
    each = convinced.predict_channels(io.BytesIO(pcm(samples, RATE)))
    assert [(one.channel, one.reasons) for one in each] == [(1, ()), (2, ())]
    assert each[0].segments[-1].end_s < 3.5 and each[1].segments[0].start_s > 2.5


def test_an_offset_of_twice_the_peak_is_answered_as_without(convinced):
    centred = VOICE - VOICE.mean()
    found, plain = (convinced.predict((centred + offset).astype(np.float32) / 4, RATE) for offset in (2.0, 0.0))
    assert found.segments == plain.segments and found.reasons == plain.reasons == ()


# Animals, by the bundled recognizer.


def calls(call: Signal, gap_s: float) -> Signal:
    """One call after the other for four seconds."""
    whole = silence(4)
    for start in range(RATE // 4, len(whole) - len(call), len(call) + round(gap_s * RATE)):
        whole[start : start + len(call)] = call
    return whole + noise(4, rms=1e-4)


def chirp(low: float, high: float, seconds: float) -> Signal:
    """A sweep of harmonics, as a bird's."""
    n = round(seconds * RATE)
    phase = 2 * np.pi * np.cumsum(np.linspace(low, high, n)) / RATE
    return ((np.sin(phase) + 0.3 * np.sin(2 * phase)) * 0.4 * np.hanning(n)).astype(np.float32)


def bark(pitch: float, seconds: float, seed: int) -> Signal:
    """A burst of harmonics that rise and fall, with noise, as a dog's."""
    n, rng = round(seconds * RATE), np.random.default_rng(seed)
    arch = np.sin(np.pi * np.arange(n) / n)
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.3 * arch)) / RATE
    body = np.sum([np.sin(k * phase) / np.sqrt(k) for k in range(1, 12)], axis=0)
    return ((0.3 * np.tanh(3 * body) + rng.normal(0, 0.05, n)) * arch).astype(np.float32)


def answers(recognizer: Recognizer, sounds: list[Signal]) -> list[dict[str, Prediction]]:
    """What can be answered about sounds, in every scheme."""
    found = []
    for one in sounds:
        try:
            found.append(recognizer.predict_schemes(one, RATE, schemes=recognizer.schemes()))
        except RecordingError:
            continue
    return found


def test_chirps_and_barks_are_hardly_ever_answered_confidently():
    rng = np.random.default_rng(0)
    chirps = [calls(chirp(*rng.uniform(300, 5000, 2), rng.uniform(0.1, 0.5)), rng.uniform(0.05, 0.4)) for _ in range(20)]
    barks = [calls(bark(rng.uniform(150, 1200), rng.uniform(0.1, 0.5), seed), rng.uniform(0.1, 0.6)) for seed in range(40)]
    found = answers(intone.load(), chirps + barks)
    assert len(found) > 4
    for scheme in found[0]:
        assert sum(one[scheme].confident for one in found) <= 0.05 * (len(chirps) + len(barks))
