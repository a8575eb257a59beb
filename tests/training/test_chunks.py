from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from intone.audio import RATE, Signal
from intone.audio.envelope import EnvelopeSettings
from intone.corpora import Ravdess, cleaning
from intone.corpora.table import assign
from intone.errors import CorpusError
from intone.features.front_end import MfccChunks
from intone.training.chunks import Drawn, class_probabilities, draw, how_many
from intone.training.recipes import recipe
from sounds import noise, voice


@dataclass(frozen=True)
class Ends(MfccChunks):
    """Keeps of every chunk only its first and its last sample, so that a test sees where it was cut."""

    def features(self, chunks: Signal) -> NDArray[np.float32]:
        assert chunks.shape[1] == self.chunk
        return np.ascontiguousarray(chunks[:, [0, -1]])


LENGTHS = np.array([1600, 1610, 30_000, 50_000, 9000, 1599, 7000, 1990, 2000])
CLASSES = [0, 0, 1, 1, 2, 2, 2, 0, 0]
# Sample n of clip k is k + n / 100 000, which tells both.
RAMPS = [(k + np.arange(length) / 1e5).astype(np.float64) for k, length in enumerate(LENGTHS)]


def drawn_ends(seed: int, times: int = 1) -> tuple[Drawn, NDArray[np.int64]]:
    """Chunks of the ramps, `times` draws joined, and the sample at which each begins."""
    draws = [draw(RAMPS, CLASSES, 3, Ends(), np.random.default_rng([seed, i])) for i in range(times)]
    joined = Drawn(*(np.concatenate([getattr(one, name) for one in draws]) for name in ("features", "classes", "clips")))
    return joined, np.round((joined.features[:, 0] - joined.clips) * 1e5).astype(int)


def chi_square(counts: NDArray[np.int64], expected: NDArray[np.float64]) -> float:
    """Pearson's statistic, in standard deviations above its mean."""
    freedom = len(counts) - 1
    return float((((counts - expected) ** 2 / expected).sum() - freedom) / np.sqrt(2 * freedom))


@pytest.mark.parametrize(("sex", "chunks"), [("male", 18_106), ("female", 18_318)])
def test_the_corpus_gives_as_many_chunks_as_in_the_original(ravdess_full_dir, sex, chunks):
    table = assign(Ravdess(ravdess_full_dir).table(), 2, sex)
    assert len(table) == 480
    assert how_many(cleaning.signals(table, EnvelopeSettings(), jobs=1)) == chunks


def test_twice_as_many_chunks_as_would_fit():
    assert how_many([noise(0.95), noise(0.1)]) == 20
    assert how_many([noise(0.9), noise(0.09)]) == 2 * 9
    assert how_many([]) == 0


def test_a_chunk_never_crosses_a_clip():
    drawn, starts = drawn_ends(0, 20)
    lengths = LENGTHS[drawn.clips]
    assert len(drawn.classes) == 20 * how_many(RAMPS)
    assert (starts >= 0).all()
    assert (starts <= lengths - 1600).all()
    assert drawn.features[:, 1] - drawn.features[:, 0] == pytest.approx(1599 / 1e5)
    assert (np.array(CLASSES)[drawn.clips] == drawn.classes).all()


def test_the_first_and_the_last_possible_start_are_drawn():
    drawn, starts = drawn_ends(0, 40)
    assert set(starts[drawn.clips == 0]) == {0}
    assert set(starts[drawn.clips == 1]) == set(range(11))


def test_a_clip_shorter_than_a_chunk_is_passed_over():
    drawn, _ = drawn_ends(0, 20)
    assert set(drawn.clips) == {0, 1, 2, 3, 4, 6, 7, 8}


def test_classes_are_drawn_in_proportion_to_their_mean_length():
    means = np.array([1800, 40_000, 8000])
    usable = LENGTHS >= 1600
    expected = means / means.sum()
    assert class_probabilities(LENGTHS[usable], np.array(CLASSES)[usable], 3) == pytest.approx(expected)
    drawn, _ = drawn_ends(1, 60)
    counts = np.bincount(drawn.classes, minlength=3)
    assert chi_square(counts, expected * counts.sum()) < 5
    # Not in proportion to the clips, nor to the total length.
    for other in ([4 / 9, 2 / 9, 3 / 9], np.array([7200, 80_000, 17_599]) / 104_799):
        assert chi_square(counts, np.array(other) * counts.sum()) > 5


def test_files_are_drawn_uniformly_within_their_class():
    drawn, _ = drawn_ends(2, 60)
    for clips in ((0, 1, 7, 8), (2, 3), (4, 6)):
        counts = np.array([(drawn.clips == clip).sum() for clip in clips])
        assert chi_square(counts, np.full(len(clips), counts.sum() / len(clips))) < 5


def test_starts_are_uniform_within_their_file():
    drawn, starts = drawn_ends(3, 60)
    for clip in (2, 3):
        counts, _ = np.histogram(starts[drawn.clips == clip], 20, (0, LENGTHS[clip] - 1600 + 1))
        assert counts.sum() > 1000
        assert chi_square(counts, np.full(20, counts.sum() / 20)) < 5


def test_the_seed_decides_everything():
    first, again, other = (drawn_ends(seed)[0] for seed in (7, 7, 8))
    for name in ("features", "classes", "clips"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert not np.array_equal(first.clips, other.clips)


def test_the_features_are_those_of_the_front_end_at_the_level_of_the_clip():
    front_end = recipe("level-independent").front_end
    signals = [voice(0.1), noise(0.1, rms=0.3)]
    drawn = draw(signals, [0, 1], 2, front_end, np.random.default_rng(0))
    assert set(drawn.clips) == {0, 1}
    # Each clip is one chunk long: there is only one way to cut it.
    expected = [front_end.of_clean(signal)[0] for signal in signals]
    assert np.array_equal(drawn.features, np.stack(expected)[drawn.clips])


def test_a_class_without_a_chunk_is_told():
    with pytest.raises(CorpusError, match=r"2 of 3 classes have no clip with 0\.1 s of sound"):
        draw([noise(1), noise(0.05)], [0, 2], 3, MfccChunks(), np.random.default_rng(0))


def test_two_seconds_of_rate_are_twenty_chunks_of_the_rate():
    drawn = draw([noise(1), noise(1)], [0, 1], 2, MfccChunks(), np.random.default_rng(0))
    assert drawn.features.shape == (40, 9, 13)
    assert drawn.features.dtype == np.float32
    assert RATE == 16_000
