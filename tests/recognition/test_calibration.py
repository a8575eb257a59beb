import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.recognition.calibration import (
    FEWEST,
    WANTED_PRECISION,
    ConfidenceThreshold,
    confidence_threshold,
    prior_corrected,
    prior_correction,
    temperature,
    temperature_scaled,
)


def answers(pairs: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of two classes, (n, 2), and the truth, from top probabilities and whether they were right."""
    top = np.array([probability for probability, _ in pairs])
    right = np.array([good for _, good in pairs])
    return np.stack([top, 1 - top], axis=1), np.where(right, 0, 1)


def plainly(pairs: list[tuple[float, bool]], wanted: float) -> float | None:
    """The definition, word by word."""
    good = [threshold for threshold, _ in pairs
            if len(above := [right for top, right in pairs if top >= threshold]) >= FEWEST
            and sum(above) / len(above) >= wanted]
    return min(good, default=None)


@given(st.lists(st.tuples(st.integers(51, 70).map(lambda percent: percent / 100), st.booleans()), min_size=1,
                max_size=60), st.sampled_from([0.5, 0.8, 0.95]))
def test_it_is_the_lowest_threshold_that_is_right_often_enough(pairs, wanted):
    found = confidence_threshold(*answers(pairs), wanted=wanted, most=1, measured_on="somebody")
    assert found.threshold == plainly(pairs, wanted)
    reached = [right for top, right in pairs if found.threshold is None or top >= found.threshold]
    assert found.precision == pytest.approx(sum(reached) / len(reached))
    assert found.coverage == pytest.approx(len(reached) / len(pairs))
    assert found.threshold is None or found.precision >= wanted
    assert found.measured_on == "somebody"


def threshold(pairs: list[tuple[float, bool]]) -> float | None:
    return confidence_threshold(*answers(pairs)).threshold


def test_eight_in_ten_is_enough_and_fewer_are_not():
    eight = [(0.9, True)] * 8 + [(0.9, False)] * 2
    assert confidence_threshold(*answers(eight)) == ConfidenceThreshold(pytest.approx(0.9), 0.8, 1.0)
    assert WANTED_PRECISION == 0.8
    assert confidence_threshold(*answers([*eight, (0.9, False)])) == ConfidenceThreshold(
        None, pytest.approx(8 / 11), 1.0)


def test_few_answers_prove_nothing():
    assert threshold([(0.99, True)] * (FEWEST - 1)) is None
    assert threshold([(0.99, True)] * FEWEST) == pytest.approx(0.99)
    assert confidence_threshold(np.zeros((0, 2)), np.zeros(0, int)) == ConfidenceThreshold(None)


def test_equal_probabilities_stand_or_fall_together():
    # Sorted with the right ones first, a threshold in the middle of the equal ones would look good.
    assert threshold([(0.7, True)] * 10 + [(0.7, False)] * 10) is None


def test_a_bad_segment_in_between_does_not_end_the_search():
    assert threshold([(0.9, False)] * 3 + [(0.8, True)] * 30) == pytest.approx(0.8)


def test_it_looks_at_the_likeliest_of_all_classes():
    probabilities = np.tile([0.2, 0.5, 0.3], (20, 1))
    assert confidence_threshold(probabilities, np.full(20, 1)).threshold == pytest.approx(0.5)
    assert confidence_threshold(probabilities, np.full(20, 2)).threshold is None


def test_the_least_likely_fifth_is_never_confident():
    pairs = [(0.5 + i / 250, True) for i in range(100)]
    found = confidence_threshold(*answers(pairs))
    assert found == ConfidenceThreshold(pytest.approx(0.5 + 20 / 250), 1.0, 0.8)
    assert [found.reached_by(top) for top, _ in pairs] == [False] * 20 + [True] * 80
    assert not ConfidenceThreshold(None, 0.5, 1.0).reached_by(1.0)


def test_the_temperature_is_found():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4000, 5)) * 2
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(5, p=row) for row in shares])
    overconfident = temperature_scaled(shares, 1 / 2.5)
    assert temperature(overconfident, truth) == pytest.approx(2.5, rel=0.1)
    np.testing.assert_allclose(temperature_scaled(overconfident, 2.5), shares, atol=1e-4)
    assert temperature_scaled(shares, 1) is shares
    assert temperature(np.zeros((0, 5)), np.zeros(0, int)) == 1


def test_classes_that_a_row_cannot_have_do_not_count_for_the_temperature():
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(4000, 3))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(3, p=row) for row in shares])
    with_another = np.concatenate([0.5 * shares, np.full((4000, 1), 0.5)], axis=1)
    allowed = np.tile([True, True, True, False], (4000, 1))
    assert temperature(with_another, truth, allowed) == pytest.approx(temperature(shares, truth))
    assert temperature(with_another, truth) != pytest.approx(temperature(shares, truth))


def test_the_factor_of_what_only_some_rows_may_be_is_found() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(size=(6000, 3)) * 1.5
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(3, p=row) for row in shares])
    shy = prior_corrected(shares, ("sad", "happy", "calm"), {"calm": 1 / 3})
    never_calm = np.arange(6000) % 2 == 0  # as CREMA-D: says nothing about calm, whatever the factor
    truth[never_calm] = np.where(truth[never_calm] == 2, 0, truth[never_calm])
    allowed = np.where(never_calm[:, None], [True, True, False], [True, True, True])
    found = prior_correction(shy, truth, allowed, ("sad", "happy", "calm"))
    assert found == {"calm": pytest.approx(3, rel=0.2)}
    np.testing.assert_allclose(prior_corrected(shy, ("sad", "happy", "calm"), {"calm": 3}), shares, atol=1e-12)


def test_where_all_rows_may_be_the_same_nothing_is_prior_corrected() -> None:
    shares = np.array([[0.9, 0.1], [0.4, 0.6]])
    assert prior_correction(shares, np.array([0, 1]), np.full((2, 2), True), ("sad", "happy")) == {}
    assert prior_correction(np.zeros((0, 2)), np.zeros(0, int), np.zeros((0, 2), bool), ("sad", "happy")) == {}
    assert prior_corrected(shares, ("sad", "happy"), {}) is shares
