"""A recording in windows -> the speaker of every segment, with networks whose answers are known."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intone.audio import RATE
from intone.audio.vad import Span
from intone.audio.windows import Window
from intone.speakers import diarization
from intone.speakers.diarization import NOBODY, SEVERAL, Diarization, DiarizationSettings, _cut, _filled
from intone.speakers.segmentation import CHUNK_FRAMES, FRAME, frames_of

ANN, BOB, CAT, BOTH = 0.2, 0.4, 0.6, 0.9
"""The constant samples that stand for a voice, and for Ann and Bob at once."""


def heard(*turns: tuple[float, float]) -> np.ndarray:
    """Turns of seconds and voice, one after the other."""
    return np.concatenate([np.full(round(seconds * RATE), who, np.float32) for seconds, who in turns])


@pytest.fixture(autouse=True)
def known_networks(monkeypatch):
    """Networks that tell exactly which constant a frame has, in an order of their own in every chunk."""
    def activity(signal, first):
        levels = signal[first * FRAME : (first + CHUNK_FRAMES) * FRAME : FRAME]
        names = [one for one in (CAT, BOB, ANN) if np.isclose(levels, one).any()]
        active = np.zeros((len(levels), 3), bool)
        for column, name in enumerate(names):
            active[:, column] = np.isclose(levels, name) | (np.isclose(levels, BOTH) & (name != CAT))
        return active

    def embedding(bands):
        found = np.zeros(192, np.float32)
        found[round(10 * float(np.median(bands)))] = 1
        return found

    monkeypatch.setattr(diarization, "chunks", lambda samples, _: range(0, frames_of(samples), CHUNK_FRAMES))
    monkeypatch.setattr(diarization, "activity", activity)
    monkeypatch.setattr(diarization, "kaldi_log_mel", lambda signal: np.repeat(signal[200::160, None], 80, axis=1))
    monkeypatch.setattr(diarization, "embedding", embedding)


def speakers(signal: np.ndarray, *spans: tuple[float, float], most: int | None = None) -> list[tuple[float, float, int | None]]:
    """Seconds and speaker of every part of a recording of one window."""
    found = Diarization(most)
    parts = found.parts(window(signal, *spans))
    known = found.speakers()
    return [(round(part.span.start / RATE, 1), round(part.span.end / RATE, 1),
             None if part.voice is None else known[part.voice]) for part in parts]


def window(signal: np.ndarray, *spans: tuple[float, float], start: int = 0) -> Window:
    return Window(start, signal, tuple(Span(round(a * RATE), round(b * RATE), b - a) for a, b in spans))


def test_a_segment_is_cut_where_the_speaker_changes():
    assert speakers(heard((4, ANN), (3, BOB), (2, ANN)), (0, 9)) == [(0, 4.0, 0), (4.0, 7.0, 1), (7.0, 9.0, 0)]


def test_speakers_have_one_number_in_all_chunks():
    turns = [(6.0, ANN), (7.0, BOB), (6.0, CAT), (5.0, ANN), (8.0, CAT)]
    found = speakers(heard(*turns), (0, 32))
    assert [who for _, _, who in found] == [0, 1, 2, 0, 2]
    assert [b for _, b, _ in found] == pytest.approx([6, 13, 19, 24, 32], abs=0.1)


def test_one_speaker_keeps_the_segments_as_they_are():
    assert speakers(heard((12, ANN)), (0.3, 5.1), (5.4, 11.9)) == [(0.3, 5.1, 0), (5.4, 11.9, 0)]


def test_one_speaker_with_pauses_is_one():
    assert speakers(heard((5, ANN), (2, 0.0), (5, ANN)), (0, 5), (7, 12)) == [(0, 5.0, 0), (7.0, 12.0, 0)]


def test_several_at_once_are_nobody_s():
    found = speakers(heard((4, ANN), (2, BOTH), (4, BOB)), (0, 10))
    assert [who for _, _, who in found] == [0, None, 1]


def test_a_short_interjection_belongs_to_the_turn():
    assert speakers(heard((4, ANN), (0.4, BOB), (4, ANN), (5, BOB)), (0, 13.4)) == [(0, 8.4, 0), (8.4, 13.4, 1)]


def test_little_speech_is_one_speaker_s():
    assert speakers(heard((1.5, ANN), (1.5, BOB)), (0, 3)) == [(0, 3.0, 0)]


@pytest.mark.parametrize(("most", "numbers"), [(1, {0}), (2, {0, 1}), (3, {0, 1, 2}), (8, {0, 1, 2})])
def test_a_given_number_is_not_exceeded_and_nobody_is_invented(most, numbers):
    found = speakers(heard((5, ANN), (6, BOB), (5, CAT), (5, ANN), (5, BOB)), (0, 26), most=most)
    assert {who for _, _, who in found} == numbers


def test_speakers_are_matched_between_windows():
    found = Diarization()
    first = found.parts(window(heard((6, ANN), (6, BOB)), (0, 12)))
    silent = found.parts(window(np.zeros(RATE, np.float32), start=12 * RATE))
    second = found.parts(window(heard((6, CAT), (6, BOB)), (0, 12), start=13 * RATE))
    known = found.speakers()
    assert silent == [] and [known[part.voice] for part in (*first, *second)] == [0, 1, 2, 1]


def test_a_first_window_with_little_speech_counts_once_there_is_another():
    for other, numbers in ((ANN, [0, 0]), (BOB, [0, 1])):
        found = Diarization()
        parts = [*found.parts(window(heard((3, ANN)), (0, 3))), *found.parts(window(heard((6, other)), (0, 6), start=3 * RATE))]
        assert [found.speakers()[part.voice] for part in parts] == numbers


@given(st.lists(st.sampled_from([NOBODY, SEVERAL, 0, 1]), min_size=1, max_size=300), st.integers(0, 400), st.integers(1, 269))
@settings(deadline=None)
def test_parts_fill_their_segment_and_none_is_shorter_than_a_turn(voices, start, rest):
    span = Span(start, start + len(voices) * FRAME - rest if len(voices) > 2 else start + len(voices) * FRAME, 1.0)
    turn_s = DiarizationSettings().turn_s
    parts = _cut(span, np.repeat(voices, 2), turn_s)
    assert (parts[0].span.start, parts[-1].span.end) == (span.start, span.end)
    assert all(a.span.end == b.span.start and a.voice != b.voice for a, b in pairwise(parts))
    assert sum(part.span.speech_s for part in parts) == pytest.approx(span.speech_s)
    assert all(part.span.end - part.span.start >= turn_s * RATE - 2 * FRAME for part in parts[:-1] if len(parts) > 1)


def test_what_was_heard_before_is_not_heard_again(monkeypatch):
    first = window(heard((4, ANN), (3, BOB), (2, ANN)), (0, 9))
    known = diarization.heard(first)
    wanted = Diarization().parts(first)
    monkeypatch.setattr(diarization, "activity", None)
    assert Diarization().parts(first, known) == wanted and len(wanted) == 3


def test_a_pause_belongs_to_the_voice_before_it():
    assert _filled(np.array([NOBODY, 1, NOBODY, NOBODY, 0, NOBODY])).tolist() == [1, 1, 1, 1, 0, 0]
    assert _filled(np.array([NOBODY, NOBODY])).tolist() == [0, 0]


def test_one_speaker_that_is_given_is_one_in_all_windows():
    found = Diarization(most=1)
    for _ in range(3):
        found.parts(Window(0, np.zeros(6 * RATE, np.float32), (Span(0, 6 * RATE, 6.0),)))
    assert found.speakers() == [0, 0, 0]
