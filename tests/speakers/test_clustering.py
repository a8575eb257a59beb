"""Vectors of voices -> speakers."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.speakers.clustering import ClusteringSettings, apart, centres, clusters, matched, nearest

SETTINGS = ClusteringSettings(known=0.9, least_s=2.0)


def voices(*many: int, spread: float = 0.1, seed: int = 0) -> np.ndarray:
    """So many unit vectors around each of some orthogonal axes."""
    rng = np.random.default_rng(seed)
    found = np.concatenate([np.eye(16)[[axis] * count] for axis, count in enumerate(many)])
    found += spread * rng.standard_normal(found.shape) / 4
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def as_sets(found: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(found == one).tolist()) for one in set(found.tolist())}


@given(st.lists(st.integers(2, 6), min_size=1, max_size=4), st.integers(0, 1000))
def test_orthogonal_voices_are_as_many_speakers(many, seed):
    found = clusters(voices(*many, seed=seed), np.full(sum(many), 2.0), SETTINGS)
    ends = np.cumsum([0, *many])
    assert as_sets(found) == {frozenset(range(a, b)) for a, b in pairwise(ends)}


@pytest.mark.parametrize("count", [0, 1])
def test_one_voice_is_one_speaker(count):
    assert clusters(voices(count) if count else np.zeros((0, 16), np.float32), np.ones(count), SETTINGS).tolist() == [0] * count


def test_next_to_no_speech_is_no_speaker():
    vectors = voices(3, 3, 1)
    seconds = np.array([2.0] * 6 + [1.9])
    assert len(set(clusters(vectors, seconds, SETTINGS).tolist())) == 2
    assert len(set(clusters(vectors, seconds + 0.1, SETTINGS).tolist())) == 3
    assert len(set(clusters(vectors, seconds * [1, 1, 1, 0.01, 0.01, 0.01, 0.01], SETTINGS).tolist())) == 1
    assert set(clusters(voices(1, 1), np.array([0.1, 0.2]), SETTINGS).tolist()) == {0}


def test_a_share_of_a_long_recording_is_needed():
    vectors, seconds = voices(12, 12, 1), np.array([4.0] * 24 + [8.0])
    assert len(set(clusters(vectors, seconds, SETTINGS).tolist())) == 2, "8 s are less than a tenth of 104 s"
    assert len(set(clusters(vectors, np.append(seconds[:24], 12.0), SETTINGS).tolist())) == 3


@given(st.integers(1, 12), st.floats(0.01, 20), st.integers(0, 100))
def test_whatever_the_pieces_are_an_answer_comes(count, second, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((count, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    for most in (None, 1, 2, 8):
        found = clusters(vectors, second * rng.random(count), SETTINGS, most)
        assert len(found) == count and set(found.tolist()) == set(range(found.max() + 1))
        assert most is None or found.max() < most


def alike(between: float, within: float, many: int = 8) -> np.ndarray:
    """Two groups of unit vectors with these similarities between and within them."""
    wanted = np.kron([[within, between], [between, within]], np.ones((many, many)))
    np.fill_diagonal(wanted, 1)
    values, axes = np.linalg.eigh(wanted)
    return (axes * np.sqrt(np.maximum(values, 0))).astype(np.float32)


@pytest.mark.parametrize(("between", "within", "speakers"), [
    (0.30, 0.70, 2), (0.30, 0.33, 1),  # much alike in proportion: one speaker who changes, or a bad room
    (0.45, 0.65, 2), (0.55, 0.95, 1)])  # as high as `highest` is one speaker whatever is within
def test_similarity_counts_in_proportion_to_what_is_within(between, within, speakers):
    assert clusters(alike(between, within), np.full(16, 3.0), SETTINGS).max() + 1 == speakers


def test_few_pieces_count_as_usual_ones():
    assert clusters(alike(0.42, 0.6, 2), np.full(4, 3.0), SETTINGS).max() == 0, "0.42 is not below 0.76 of 0.51"
    assert clusters(alike(0.42, 0.6, 8), np.full(16, 3.0), SETTINGS).max() == 1, "but below 0.76 of 0.57"


@pytest.mark.parametrize(("near", "speakers"), [(0.42, 3), (0.47, 2)])  # 0.76 of 0.58 is 0.44
def test_the_two_that_are_most_alike_decide(near, speakers):
    wanted = np.kron([[0.6, 0.2, 0.2], [0.2, 0.6, near], [0.2, near, 0.6]], np.ones((8, 8)))
    np.fill_diagonal(wanted, 1)
    values, axes = np.linalg.eigh(wanted)
    vectors = (axes * np.sqrt(np.maximum(values, 0))).astype(np.float32)
    assert clusters(vectors, np.full(24, 3.0), SETTINGS).max() + 1 == speakers


def test_voices_of_two_windows_are_one_speaker_where_they_are_much_alike():
    vectors = voices(2, 1, spread=0.3)
    assert matched(vectors, np.arange(3), SETTINGS).tolist() in ([0, 0, 1], [1, 1, 0])
    for near, speakers in ((0.6, 2), (0.8, 1)):
        assert matched(alike(near, 1.0, 1), np.arange(2), SETTINGS).max() + 1 == speakers
    assert matched(voices(1, 1, 1), np.arange(3), SETTINGS, 2).max() == 1
    assert matched(voices(1), np.arange(1), SETTINGS).tolist() == [0]


def test_two_whom_every_window_tells_apart_are_two_and_what_split_off_in_one_is_not():
    # In each of four windows Ann and Bob, as alike as 0.8; in the last one also a third voice, as like Ann.
    ann, bob, split = (alike_to_all(one) for one in range(3))
    windows = np.array([0, 0, 1, 1, 2, 2, 3, 3, 3])
    found = matched(np.stack([ann, bob] * 4 + [split]), windows, SETTINGS)
    assert found[:-1].tolist() == [found[0], found[1]] * 4 and found[0] != found[1]
    assert found[-1] in (found[0], found[1])


def alike_to_all(number: int) -> np.ndarray:
    """One of three unit vectors of which each two have the similarity 0.8."""
    values, axes = np.linalg.eigh(np.full((3, 3), 0.8) + 0.2 * np.eye(3))
    return np.asarray((axes * np.sqrt(values))[number], np.float32)


def test_a_known_number_joins_the_most_alike():
    vectors = voices(2, 2, 2)
    vectors[4:] = (vectors[2:4] + 0.5 * vectors[4:]) / np.linalg.norm(vectors[2:4] + 0.5 * vectors[4:], axis=1, keepdims=True)
    assert as_sets(clusters(vectors, np.full(6, 3.0), SETTINGS, 2)) == {frozenset({0, 1}), frozenset({2, 3, 4, 5})}


def test_a_known_number_invents_nobody():
    assert set(clusters(voices(5, spread=0.01), np.full(5, 3.0), SETTINGS, 3).tolist()) == {0}


def test_centres_are_weighted_by_seconds():
    vectors = np.array([[1, 0], [0, 1]], np.float32)
    (centre,) = centres(vectors, np.array([3.0, 1.0]), np.array([0, 0]))
    assert centre == pytest.approx(np.array([3, 1]) / np.sqrt(10))
    assert nearest(vectors, np.array([[0, 1], [1, 0]], np.float32)).tolist() == [1, 0]


def test_speakers_of_one_chunk_are_not_one():
    """Both are nearest to the first; the one that is nearer gets it."""
    middles = np.array([[1, 0], [0.6, 0.8]], np.float32)
    both = np.array([[1, 0], [0.95, np.sqrt(1 - 0.95**2)]], np.float32)
    assert nearest(both, middles).tolist() == [0, 1] or nearest(both, middles).tolist() == [0, 0]
    assert apart(both, middles).tolist() == [0, 1]
    assert apart(both, middles[:1]).tolist() == [0, 0]  # where there is one speaker, both are that one
