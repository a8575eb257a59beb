"""A voice as a vector."""

import numpy as np
import pytest

from intone.features import kaldi_log_mel
from intone.speakers.embedding import FEWEST_FRAMES, embedding
from sounds import noise, voice


def vector(signal: np.ndarray) -> np.ndarray:
    return embedding(kaldi_log_mel(signal))


def test_it_is_a_unit_vector_whatever_the_length():
    for seconds in (0.3, 1.0, 2.7):
        found = vector(voice(seconds))
        assert found.shape == (192,) and np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    assert len(kaldi_log_mel(voice(0.25))) >= FEWEST_FRAMES


def test_neither_level_nor_microphone_changes_it():
    """A factor in every band is a constant in its logarithm, which the mean takes away."""
    bands = kaldi_log_mel(voice(2) + noise(2, rms=0.001))
    tilted = bands + np.linspace(-3, 3, 80, dtype=np.float32)
    assert embedding(tilted) == pytest.approx(embedding(bands), abs=1e-4)
    assert embedding(bands - np.log(np.float32(100))) @ embedding(bands) > 0.9999


def test_two_halves_of_one_voice_are_nearer_than_two_voices():
    low, high = voice(4, pitch=100, seed=1), voice(4, pitch=230, seed=2)
    halves = [vector(half) for one in (low, high) for half in np.split(one, 2)]
    same = min(halves[0] @ halves[1], halves[2] @ halves[3])
    other = max(a @ b for a in halves[:2] for b in halves[2:])
    assert same > other
    assert vector(noise(2)) @ halves[0] < same
