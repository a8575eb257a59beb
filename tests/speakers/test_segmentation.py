"""Who speaks within ten seconds: the network, its frames and its chunks."""

import numpy as np
import pytest

from intone.audio import RATE
from intone.audio.vad import Span, find_speech
from intone.speakers.segmentation import CHUNK_FRAMES, FRAME, POWERSET, activity, chunks, frames_of
from sounds import silence, voice


@pytest.mark.parametrize(("seconds", "number"), [(3, 1), (10, 1), (10.1, 2), (25, 3), (30, 4), (120, 13)])
def test_chunks_cover_a_signal_to_its_end(seconds, number):
    samples = round(seconds * RATE)
    found = chunks(samples, [Span(0, samples, seconds)])
    covered = np.zeros(frames_of(samples), int)
    for first in found:
        assert min(samples, 10 * RATE) - FRAME < samples - first * FRAME
        covered[first : first + CHUNK_FRAMES] += 1
    assert len(found) == number and covered[:-4].min() >= 1  # the filters look 30 ms ahead


def test_a_chunk_without_speech_is_not_heard():
    assert chunks(40 * RATE, [Span(25 * RATE, 26 * RATE, 1.0)]) == [2 * CHUNK_FRAMES]


def test_frames_of_activity_are_where_the_voice_is():
    signal = np.concatenate([silence(3), voice(3), silence(4)])
    assert chunks(len(signal), find_speech(signal)) == [0]
    active = activity(signal, 0)
    assert active.shape == (CHUNK_FRAMES, 3)
    spoken = np.flatnonzero(active.any(axis=1)) * FRAME / RATE
    assert 2.8 < spoken.min() < 3.5 and 5.5 < spoken.max() < 6.3


def test_the_classes_are_nobody_one_or_two_of_three():
    assert POWERSET.shape == (7, 3) and sorted(POWERSET.sum(axis=1).tolist()) == [0, 1, 1, 1, 2, 2, 2]
    assert len({tuple(row) for row in POWERSET.tolist()}) == 7
