"""Recordings of any length, in windows: nothing is lost at a cut, and only a window is in memory."""

import tracemalloc
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intone.audio import RATE, Signal
from intone.audio import windows as module
from intone.audio.vad import find_speech
from intone.audio.windows import WINDOW_S, windows
from sounds import noise, silence, voice

LINE = np.concatenate([voice(2.5, 140, 1), silence(0.8), voice(1.8, 180, 2), silence(1.3)])


def blocks(signal: Signal, size: int) -> Iterator[Signal]:
    return (signal[at : at + size] for at in range(0, len(signal), size))


def test_a_recording_of_two_minutes_is_one_window_with_the_segments_of_the_whole():
    signal = np.resize(LINE, round(WINDOW_S * RATE))
    (window,) = windows(blocks(signal, 77_777))
    assert window.start == 0
    assert np.array_equal(window.signal, signal)
    assert list(window.spans) == find_speech(signal)


@pytest.mark.parametrize("size", [1000, 500_000, 10**8])
def test_the_windows_of_a_long_recording_are_the_recording(size):
    signal = np.resize(LINE, 400 * RATE)
    found = list(windows(blocks(signal, size)))
    assert len(found) >= 3
    assert found[0].start == 0 and found[-1].end == len(signal)
    assert all(a.end == b.start for a, b in pairwise(found))
    assert np.array_equal(np.concatenate([window.signal for window in found]), signal)


def test_no_segment_is_cut_by_a_window_or_lost():
    signal = np.resize(LINE, 400 * RATE)
    whole = find_speech(signal)
    found = [window.in_recording(span) for window in windows([signal]) for span in window.spans]
    assert len(found) == len(whole)
    for one, other in zip(found, whole, strict=True):
        assert abs(one.start - other.start) <= 0.15 * RATE and abs(one.end - other.end) <= 0.15 * RATE


def test_speech_without_a_pause_goes_on_in_the_next_window():
    signal = np.resize(voice(30, 140, 5), 300 * RATE)
    found = [window.in_recording(span) for window in windows([signal]) for span in window.spans]
    heard = sum(span.end - span.start for span in found)
    whole = sum(span.end - span.start for span in find_speech(signal))
    assert heard == pytest.approx(whole, rel=0.02)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_windows_without_speech_have_none_and_are_not_made_louder():
    quiet = 1e-3 * noise(WINDOW_S * 3.2)
    signal = np.concatenate([np.resize(LINE, 60 * RATE), quiet, LINE])
    found = list(windows([signal]))
    assert found[0].spans and found[-1].spans
    middle = [window for window in found if window.start > 65 * RATE and window.end < len(signal) - len(LINE)]
    assert middle and not any(window.spans for window in middle)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 50_000), max_size=12), st.integers(0, 2**31))
def test_blocks_of_any_sizes_give_the_same_windows(sizes, seed):
    signal = np.resize(np.random.default_rng(seed).uniform(-0.1, 0.1, 4000).astype(np.float32), sum(sizes))
    edges = np.cumsum([0, *sizes])
    found = list(windows(signal[a:b] for a, b in pairwise(edges)))
    assert np.array_equal(np.concatenate([window.signal for window in found]), signal)


def test_the_memory_does_not_grow_with_the_length(monkeypatch):
    monkeypatch.setattr(module, "find_speech", lambda signal, peak: [])  # the detector's own is measured elsewhere

    def peak(minutes: int) -> int:
        block = noise(10)
        tracemalloc.start()
        for _ in windows(block for _ in range(6 * minutes)):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(120) < 1.1 * peak(8)
