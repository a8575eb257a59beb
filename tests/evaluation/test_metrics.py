"""Metrics, by hand and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, recall_score, roc_auc_score

from intone.evaluation import metrics

CLASSES = ("a", "b", "c")
PAIRS = st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from((*CLASSES, None))), min_size=1, max_size=40)


def test_figures_by_hand() -> None:
    table = metrics.counts(["a", "a", "a", "b", "b", "c"], ["a", "a", "b", "b", None, "c"], CLASSES)
    assert table.tolist() == [[2, 1, 0, 0], [0, 1, 0, 1], [0, 0, 1, 0]]
    assert metrics.accuracy(table) == pytest.approx(4 / 6)
    assert metrics.uar(table) == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert metrics.macro_f1(table) == pytest.approx((0.8 + 0.5 + 1) / 3)
    assert metrics.recalls(table).tolist() == pytest.approx([2 / 3, 0.5, 1.0])


@given(PAIRS)
def test_they_are_those_of_scikit_learn(pairs: list[tuple[str, str | None]]) -> None:
    truth, answers = [one for one, _ in pairs], [one for _, one in pairs]
    table = metrics.counts(truth, answers, CLASSES)
    told = [answer or "refused" for answer in answers]
    present = [one for one in CLASSES if one in truth]
    assert table.tolist() == confusion_matrix(truth, told, labels=[*CLASSES, "refused"])[:3].tolist()
    assert metrics.accuracy(table) == pytest.approx(accuracy_score(truth, told))
    assert metrics.uar(table) == pytest.approx(recall_score(truth, told, labels=present, average="macro", zero_division=0))
    assert metrics.macro_f1(table) == pytest.approx(f1_score(truth, told, labels=present, average="macro", zero_division=0))


def test_interval_holds_the_value_and_grows_where_speakers_differ() -> None:
    rng = np.random.default_rng(1)
    alike = rng.multinomial(10, [0.7, 0.1, 0.1, 0.1], size=(40, 3)).astype(float)
    alike[:, [1, 2]] = np.roll(alike[:, [1, 2]], 1, axis=2)
    alike[:, 2, :3] = np.roll(alike[:, 2, :3], 1, axis=1)
    found = metrics.over_speakers(metrics.accuracy, alike)
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(float(metrics.accuracy(alike.sum(0))))
    assert found == metrics.over_speakers(metrics.accuracy, alike)
    unlike = alike.copy()
    unlike[::2] = unlike[::2][..., [3, 3, 3, 0]]
    other = metrics.over_speakers(metrics.accuracy, unlike)
    assert other.high - other.low > 3 * (found.high - found.low)


def test_calibration_error() -> None:
    right = np.array([True] * 8 + [False] * 2)
    assert metrics.calibration_error(np.full(10, 0.8), right) == pytest.approx(0)
    assert metrics.calibration_error(np.full(10, 1.0), right) == pytest.approx(0.2)
    assert metrics.calibration_error(np.array([0.9] * 10 + [0.3] * 10), np.array([True] * 10 + [False] * 10)) == (
        pytest.approx(0.5 * 0.1 + 0.5 * 0.3))


@pytest.mark.parametrize("seed", range(5))
def test_reliability_is_the_calibration_curve_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    top = rng.uniform(0.1, 1, 300)
    right = rng.random(300) < top**2
    confidence, accuracy, number = metrics.reliability(top, right)
    wanted = calibration_curve(right, top, n_bins=15, strategy="uniform")
    np.testing.assert_allclose(np.stack([accuracy, confidence]), np.stack(wanted))
    gap = np.abs(wanted[0] - wanted[1])
    assert metrics.calibration_error(top, right) == pytest.approx(float(np.average(gap, weights=number)))
    assert number.sum() == 300 and gap.max() > 0.1


@given(st.lists(PAIRS, min_size=2, max_size=5), st.integers(0, 9))
def test_a_draw_of_speakers_has_the_metrics_of_its_clips(speakers: list[list[tuple[str, str | None]]], draw: int) -> None:
    by_speaker = np.stack([metrics.counts(*zip(*pairs, strict=True), CLASSES) for pairs in speakers])
    weights = metrics.speakers_drawn(len(speakers), draws=10)[draw]
    drawn = [pair for pairs, times in zip(speakers, weights, strict=True) for pair in pairs * times]
    truth, answers = [one for one, _ in drawn], [answer or "refused" for _, answer in drawn]
    present = [one for one in CLASSES if one in truth]
    total = np.tensordot(weights, by_speaker, axes=1)
    assert metrics.accuracy(total) == pytest.approx(accuracy_score(truth, answers))
    assert metrics.uar(total) == pytest.approx(recall_score(truth, answers, labels=present, average="macro", zero_division=0))
    assert metrics.macro_f1(total) == pytest.approx(f1_score(truth, answers, labels=present, average="macro", zero_division=0))


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans(), st.integers(0, 3)), min_size=2, max_size=30))
def test_auroc_is_that_of_scikit_learn_in_every_draw(clips: list[tuple[float, bool, int]]) -> None:
    score, right, speaker = (np.array(column) for column in zip(*clips, strict=True))
    found = metrics.auroc_over_speakers(score, right, speaker, draws=20)
    if len(set(right)) == 1:
        assert found is None
        return
    assert found is not None and found.value == pytest.approx(roc_auc_score(right, score))
    drawn = []
    for weights in metrics.speakers_drawn(int(speaker.max()) + 1, draws=20):
        taken = np.repeat(np.arange(len(score)), weights[speaker])
        if len(set(right[taken])) == 2:
            drawn.append(roc_auc_score(right[taken], score[taken]))
    if drawn:
        assert (found.low, found.high) == pytest.approx(tuple(np.percentile(drawn, [2.5, 97.5])))


def test_counts_of_calibration_give_the_error_of_all_speakers_and_of_some() -> None:
    rng = np.random.default_rng(3)
    top, right, speaker = rng.uniform(0.1, 1, 200), rng.random(200) < 0.6, rng.integers(0, 7, 200)
    table = metrics.calibration_counts(top, right, speaker)
    assert table.shape == (7, 15, 3) and metrics.calibration_gap(table.sum(0)) == pytest.approx(metrics.calibration_error(top, right))
    some = np.isin(speaker, (2, 5))
    assert metrics.calibration_gap(table[[2, 5]].sum(0)) == pytest.approx(metrics.calibration_error(top[some], right[some]))
    assert np.isnan(metrics.calibration_gap(np.zeros((15, 3)))) and np.isnan(metrics.ratio(np.zeros(2)))
    assert metrics.calibration_error(np.empty(0), np.empty(0, bool)) == 0


def test_coverage_takes_the_surest_first() -> None:
    top, right = np.array([0.9, 0.2, 0.8, 0.5]), np.array([True, False, True, False])
    assert [metrics.coverage(top, right, share) for share in (0.25, 0.5, 0.75, 1.0)] == pytest.approx([1, 1, 2 / 3, 0.5])
