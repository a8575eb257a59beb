"""Figures of out-of-fold rows, against scikit-learn and by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix, f1_score, recall_score

from intone import labels
from intone.errors import CorpusError
from intone.evaluation import metrics, report
from intone.labels import EMOTIONS
from intone.recognition import scoring

SEXES = {str(actor): "male" if actor % 2 else "female" for actor in range(1, 13)}


def rows_of(clips: int = 240, actors: int = 12, sure: float = 3.0, seed: int = 0) -> pd.DataFrame:
    """Rows of eight emotions that are right more often than not; every 40th is refused."""
    rng = np.random.default_rng(seed)
    truth = np.arange(clips) % 8
    values = rng.normal(0, 1, (clips, 8))
    values[np.arange(clips), truth] += sure / 2
    shares = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    shares[::40] = np.nan
    rows = pd.DataFrame({"clip": [f"clip-{i}" for i in range(clips)], "fold": 0,
                         "actor": np.arange(clips) // 8 % actors + 1, "truth": [EMOTIONS[i] for i in truth]})
    return rows.assign(**dict(zip(EMOTIONS, shares.T, strict=True)))


def test_answers_are_counted_as_scikit_learn_counts_them() -> None:
    rows = rows_of()
    found = report.answers(rows)
    told = [*found.classes, "refused"]
    truth, given = list(rows["truth"]), [told[i] for i in found.given]
    assert found.refused.sum() == 6 and (found.confident[found.refused] == 0).all()
    assert found.by_speaker.sum(axis=0).tolist() == confusion_matrix(truth, given, labels=told)[:8].tolist()
    one = report.summarize(rows, sexes=SEXES)
    assert one.uar.value == pytest.approx(recall_score(truth, given, labels=EMOTIONS, average="macro"))
    assert one.macro_f1.value == pytest.approx(f1_score(truth, given, labels=EMOTIONS, average="macro"))
    assert list(one.by_class.values()) == pytest.approx(recall_score(truth, given, labels=EMOTIONS, average=None))
    women = rows["actor"] % 2 == 0
    assert one.by_sex["female"] == pytest.approx(recall_score(
        rows["truth"][women], np.array(given)[women], labels=EMOTIONS, average="macro"))


def test_the_gap_is_the_difference_of_the_sexes() -> None:
    one = report.summarize(rows_of(), sexes=SEXES)
    assert one.gap is not None
    assert one.gap.value == pytest.approx(one.by_sex["female"] - one.by_sex["male"])
    assert one.gap.low < one.gap.value < one.gap.high
    rows = rows_of()
    assert report.summarize(rows[rows["actor"] % 2 == 0], sexes=SEXES).gap is None
    other = report.summarize(rows, sexes={str(actor): "female" if actor < 7 else "male" for actor in range(1, 13)})
    assert other.by_sex != one.by_sex


def test_where_nothing_tells_the_sexes_nothing_is_said_of_them() -> None:
    one = report.summarize(rows_of())
    assert (one.by_sex, one.gap) == ({}, None) and "| - | - | - |" in report.to_markdown({"made": one})
    named = report.summarize(rows_of().assign(actor="Kim"), sexes={"Kim": "female"})
    assert set(named.by_sex) == {"female"}


def test_classes_that_the_truth_never_has_are_left_out() -> None:
    rows = rows_of()
    six = rows[~rows["truth"].isin(["calm", "surprised"])]
    found = report.answers(six)
    assert found.classes == ("neutral", "happy", "sad", "angry", "fearful", "disgust")
    kept = six[list(found.classes)].to_numpy()[~found.refused]
    assert (found.given[~found.refused] == kept.argmax(axis=1)).all()


def test_no_mass_inside_a_scheme_is_a_refusal() -> None:
    rows = rows_of(8).assign(**dict.fromkeys(EMOTIONS, 0.0)).assign(disgust=1.0)
    assert report.answers(rows, labels.scheme(2)).refused.all()


def test_a_system_is_compared_with_itself_and_with_a_better_one_on_the_same_voices() -> None:
    worse, better = report.answers(rows_of(sure=1.0)), report.answers(rows_of(sure=4.0))
    assert report.difference(worse, worse) == metrics.Interval(0, 0, 0)
    found = report.difference(better, worse)
    assert 0 < found.low < found.value < found.high
    uars = [float(metrics.uar(one.by_speaker.sum(axis=0))) for one in (better, worse)]
    assert found.value == pytest.approx(uars[0] - uars[1])
    turned = report.difference(worse, better)
    assert (turned.low, turned.high) == (pytest.approx(-found.high), pytest.approx(-found.low))


def test_pairing_takes_out_what_is_hard_in_a_voice() -> None:
    """Speakers differ much, the systems by the same little in each: the paired interval is far narrower than either."""
    right = np.linspace(2, 16, 12)
    first, second = (np.stack([[[n + more, 20 - n - more, 0], [20 - n - more, n + more, 0]] for n in right])
                     for more in (1, 0))
    found = metrics.difference(metrics.uar, first, second)
    alone = metrics.over_speakers(metrics.uar, first)
    assert (found.low, found.value, found.high) == pytest.approx((0.05, 0.05, 0.05))
    assert alone.high - alone.low > 0.1


def test_other_clips_cannot_be_compared() -> None:
    with pytest.raises(CorpusError, match="the same clips"):
        report.difference(report.answers(rows_of()), report.answers(rows_of(232)))


def test_coverage_over_voices_is_the_accuracy_where_all_count() -> None:
    found = report.answers(rows_of())
    whole = metrics.coverage_over_speakers(found.confident, found.right, found.speaker, 1.0)
    direct = metrics.over_speakers(metrics.accuracy, found.by_speaker)
    assert (whole.value, whole.low, whole.high) == pytest.approx((direct.value, direct.low, direct.high))
    half = metrics.coverage_over_speakers(found.confident, found.right, found.speaker, 0.5)
    assert half.value == metrics.coverage(found.confident, found.right, 0.5)
    assert half.low <= half.value <= half.high


def test_the_reliability_of_all_bins_gives_the_calibration_error() -> None:
    found = report.answers(rows_of())
    sure, right = found.confident[~found.refused], found.right[~found.refused]
    mean, share, number = metrics.reliability(sure, right)
    assert number.sum() == len(sure)
    assert (np.abs(mean - share) * number).sum() / len(sure) == pytest.approx(metrics.calibration_error(sure, right))
    assert (metrics.reliability(sure, right, least=20)[2] >= 20).all()


def test_rows_may_say_the_sex_and_have_more_columns(tmp_path: Path) -> None:
    rows = rows_of(16).assign(sex="female", condition="hum 10 dB")
    scoring.write_rows(tmp_path / "a.csv", rows)
    assert scoring.classes_of(scoring.read_rows(tmp_path / "a.csv", "condition"), ("condition",)) == EMOTIONS
    with pytest.raises(CorpusError, match="does not hold"):
        scoring.read_rows(tmp_path / "a.csv")
    with pytest.raises(CorpusError, match="does not hold"):
        scoring.read_rows(tmp_path / "a.csv", "condition", "seconds")


def test_a_table_is_told_in_percent_and_a_difference_with_its_sign() -> None:
    one = metrics.Interval(0.8179, 0.7812, 0.8504)
    assert report.interval(one) == "81.8 (78.1-85.0)"
    assert report.signed(metrics.Interval(-0.0123, -0.03, 0.0)) == "-1.2 (-3.0 to +0.0)"
    assert report.table(("a", "b"), [["x", "1"]]) == "| a | b |\n|---|---:|\n| x | 1 |\n"
    assert report.pad(["x"], 3) == ["x", "-", "-"]
