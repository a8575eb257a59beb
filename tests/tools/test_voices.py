"""Several recordings of one person, from the committed predictions: what helps, and what must not harm."""

import numpy as np
import pytest
import tables
from pages import voices

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def ravdess() -> voices.Voices:
    return voices.of_folds(tables.RESULTS)


@pytest.mark.parametrize(("share", "number", "own"), [(1.0, 5, 5), (0.8, 5, 4), (0.5, 2, 1), (1.0, 10, 7)])
def test_others_are_drawn_as_they_are_to_be_mixed(ravdess: voices.Voices, share: float, number: int, own: int) -> None:
    sad = int(np.flatnonzero(ravdess.truth == voices.SAD)[0])
    drawn = voices.of_its_own(share)(ravdess, sad, number, RNG)
    assert sad not in drawn and len(set(drawn)) == len(drawn) and set(drawn) <= set(ravdess.others(sad))
    assert (ravdess.truth[drawn] == voices.SAD).sum() == own
    assert len(drawn) == (number if share < 1 else own)


def test_a_reference_of_the_same_voice_helps(ravdess: voices.Voices) -> None:
    neutral = voices.all_of(voices.NEUTRAL)
    assert ravdess.score(2, neutral, known=voices.NEUTRAL) > ravdess.score(0, neutral) + 0.02


def test_what_is_one_sided_stays_so_and_what_is_even_helps(ravdess: voices.Voices) -> None:
    none = ravdess.score(0, voices.at_random)
    assert ravdess.score(10, voices.of_its_own(1.0)) > none - 0.01
    assert ravdess.score(10, voices.at_random) > none + 0.03
