"""Metrics, by hand and against the definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone import metrics

CLASSES = ("a", "b", "c")


def test_figures_by_hand() -> None:
    truth = ["a", "a", "a", "b", "b", "c"]
    answers = ["a", "a", "b", "b", None, "c"]
    assert metrics.accuracy(truth, answers, CLASSES) == pytest.approx(4 / 6)
    assert metrics.uar(truth, answers, CLASSES) == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert metrics.macro_f1(truth, answers, CLASSES) == pytest.approx((0.8 + 0.5 + 1) / 3)
    assert metrics.recalls(truth, answers, CLASSES) == pytest.approx({"a": 2 / 3, "b": 0.5, "c": 1.0})
    assert metrics.confusion(truth, answers, CLASSES).tolist() == [[2, 1, 0, 0], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]]


def test_a_class_that_does_not_occur_is_not_averaged() -> None:
    assert metrics.uar(["a", "b"], ["a", "c"], CLASSES) == pytest.approx(0.5)


@given(st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES)), min_size=1, max_size=40))
def test_uar_is_the_mean_of_the_recalls(pairs: list[tuple[str, str]]) -> None:
    truth, answers = [one for one, _ in pairs], [one for _, one in pairs]
    recalls = metrics.recalls(truth, answers, CLASSES)
    assert metrics.uar(truth, answers, CLASSES) == pytest.approx(np.mean(list(recalls.values())))
    assert metrics.uar(truth, truth, CLASSES) == 1


def test_interval_holds_the_value_and_grows_with_few_voices() -> None:
    rng = np.random.default_rng(1)
    truth = [CLASSES[i] for i in rng.integers(0, 3, 600)]
    answers = [one if rng.random() < 0.7 else "a" for one in truth]
    many = metrics.over_voices(metrics.accuracy, truth, answers, CLASSES, [i % 60 for i in range(600)], draws=300)
    assert many.low < many.value < many.high
    assert many.value == metrics.accuracy(truth, answers, CLASSES)
    bad_voice = [one if i % 4 else "none" for i, one in enumerate(truth)]
    few = metrics.over_voices(metrics.accuracy, truth, bad_voice, CLASSES, [i % 4 for i in range(600)], draws=300)
    assert few.high - few.low > many.high - many.low
    assert few == metrics.over_voices(metrics.accuracy, truth, bad_voice, CLASSES, [i % 4 for i in range(600)], draws=300)


def test_calibration_error() -> None:
    right = np.array([True] * 8 + [False] * 2)
    assert metrics.calibration_error(np.full(10, 0.8), right) == pytest.approx(0)
    assert metrics.calibration_error(np.full(10, 1.0), right) == pytest.approx(0.2)
    assert metrics.calibration_error(np.array([0.9] * 10 + [0.3] * 10), np.array([True] * 10 + [False] * 10)) == (
        pytest.approx(0.5 * 0.1 + 0.5 * 0.3))


def test_coverage_takes_the_surest_first() -> None:
    top, right = np.array([0.9, 0.2, 0.8, 0.5]), np.array([True, False, True, False])
    assert [metrics.coverage(top, right, share) for share in (0.25, 0.5, 0.75, 1.0)] == pytest.approx([1, 1, 2 / 3, 0.5])
