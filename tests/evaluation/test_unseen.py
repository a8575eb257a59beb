"""One table of unseen speakers and unseen corpora: against scikit-learn and by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import recall_score, roc_auc_score

from intone.evaluation import metrics, unseen
from intone.labels import EMOTIONS, scheme
from intone.recognition.calibration import ConfidenceThreshold
from tiny_model import tiny_settings

SIX = tuple(emotion for emotion in EMOTIONS if emotion not in ("calm", "surprised"))
SETTINGS = tiny_settings(confidence={"8": 0.6, "2": 0.75}, ood_above=5.0)


def rows_of(truth: tuple[str, ...] = SIX, clips: int = 240, seed: int = 0) -> pd.DataFrame:
    """Rows that are right more often than not, of ten speakers; every 40th is refused, every 15th out of distribution."""
    rng = np.random.default_rng(seed)
    names = [truth[i % len(truth)] for i in range(clips)]
    values = rng.normal(0, 1.5, (clips, 8))
    values[np.arange(clips), [EMOTIONS.index(name) for name in names]] += 1.5
    shares = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    shares[::40] = np.nan
    rows = pd.DataFrame({"clip": [f"clip-{i}" for i in range(clips)], "fold": np.arange(clips) % 5, "actor": rng.integers(1, 11, clips),
                         "truth": names})
    rows = rows.assign(**dict(zip(EMOTIONS, shares.T, strict=True)), sex=np.where(np.isnan(shares[:, 0]), None, "female"))
    return rows.assign(ood_score=np.where(np.arange(clips) % 15 == 7, 9.0, rng.random(clips)))


def row(truth: str, ood_score: float = 0.0, fold: int = 0, sex: str = "male", **masses: float) -> dict[str, object]:
    return {"clip": "-", "fold": fold, "actor": 1, "truth": truth, **dict.fromkeys(EMOTIONS, 0.0), **masses, "sex": sex, "ood_score": ood_score}


def by_fold(*settings: object) -> dict[int, object]:
    return dict(enumerate(settings * 5 if len(settings) == 1 else settings))


def test_the_metrics_are_those_of_scikit_learn() -> None:
    rows = rows_of()
    found = unseen.measured(rows, by_fold(SETTINGS))
    assert (found.clips, found.classes, found.refused) == (240, SIX, 6 / 240)
    own = rows[list(SIX)].assign(neutral=rows["neutral"] + rows["calm"])
    own, told = own.div(own.sum(axis=1), axis=0), rows["happy"].notna()
    named = own[told].idxmax(axis=1).reindex(rows.index, fill_value="refused")
    assert found.uar.value == pytest.approx(recall_score(rows["truth"], named, labels=SIX, average="macro"))
    free = rows.loc[told, list(EMOTIONS)].idxmax(axis=1).reindex(rows.index, fill_value="refused")
    assert found.uar_free.value == pytest.approx(recall_score(rows["truth"], free, labels=SIX, average="macro"))
    assert found.uar_free.value < found.uar.value
    top, right = own[told].max(axis=1).to_numpy(), (named == rows["truth"])[told].to_numpy()
    assert found.ece is not None and found.ece.value == pytest.approx(metrics.calibration_error(top, right))
    assert found.auroc is not None and found.auroc.value == pytest.approx(roc_auc_score(right, top))
    assert found.auroc_ood is not None and found.auroc_ood.value == pytest.approx(roc_auc_score(right, -rows["ood_score"][told]))
    for one in (found.uar, found.uar_free, found.ece, found.auroc, found.auroc_ood, *vars(found.confident["8"]).values()):
        assert one is not None and one.low < one.value < one.high


def test_calm_counts_as_neutral_only_in_a_corpus_that_has_neutral_and_no_calm() -> None:
    masses = {"neutral": 0.2, "calm": 0.4, "happy": 0.3, "sad": 0.1}
    def told(*truth: str) -> tuple[bool, float]:
        found = unseen.measured(pd.DataFrame([row(name, **masses) for name in truth]), by_fold(SETTINGS))
        return found.calm_is_neutral, found.uar.value

    assert told("neutral", "happy") == (True, 1 / 2)
    assert told("neutral", "neutral") == (True, 1.0)
    assert told("happy", "sad") == (False, 1 / 2)
    assert told("neutral", "happy", "calm") == (False, 1 / 3)
    assert told("calm", "happy") == (False, 1 / 2)
    two = pd.DataFrame({"clip": "-", "fold": 0, "actor": [1, 2], "truth": ["positive", "negative"], "negative": 0.8, "positive": 0.2})
    assert not unseen.measured(two, by_fold(tiny_settings("2"))).calm_is_neutral


def test_confident_is_what_a_person_is_told_as_confident() -> None:
    rows = pd.DataFrame([
        row("sad", sad=0.9, happy=0.1), row("happy", sad=0.9, happy=0.1),  # confident, one of them right
        row("sad", sad=0.7, happy=0.3), row("sad", sad=0.4, neutral=0.6),  # below the threshold; neither
        row("sad", 9.0, sad=1.0), row("sad", sex="female", sad=1.0),  # out of distribution; of a sex that did not train
        row("sad", **dict.fromkeys(EMOTIONS, np.nan)), row("neutral", sad=1.0)])  # refused; left out by the scheme
    settings = by_fold(replace(SETTINGS, labels=tuple(f"male_{name}" for name in EMOTIONS)))
    assert unseen.confident(rows, settings, scheme(2)).tolist() == [[1, 2, 7]]
    assert unseen.confident(rows, settings, scheme(8)).tolist() == [[2, 5, 8]]
    found = unseen.measured(rows, settings).confident["2"]
    assert found.precision is not None and found.precision.value == 1 / 2
    assert found.coverage is not None and found.coverage.value == 2 / 7


def test_likely_answers_are_counted_with_the_clear_ones() -> None:
    rows = pd.DataFrame([row("sad", sad=0.9, happy=0.1), row("sad", sad=0.7, happy=0.3), row("happy", sad=0.7, happy=0.3),
                         row("sad", sad=0.6, happy=0.4)])
    settings = by_fold(replace(SETTINGS, likely={"2": ConfidenceThreshold(0.65)}))
    assert unseen.confident(rows, settings, scheme(2)).tolist() == [[1, 1, 4]]
    assert unseen.confident(rows, settings, scheme(2), "likely").tolist() == [[2, 3, 4]]
    found = unseen.measured(rows, settings).likely["2"]
    assert found.precision is not None and found.precision.value == pytest.approx(2 / 3)
    assert unseen.measured(rows, settings).likely["8"] == unseen.measured(rows, settings).confident["8"]


def test_every_fold_has_the_thresholds_of_its_own_model() -> None:
    rows = pd.DataFrame([row("sad", fold=fold, sad=0.7, happy=0.3) for fold in (0, 1, 2)])
    settings = by_fold(tiny_settings(), tiny_settings(confidence={"2": 0.6}), tiny_settings(confidence={"2": None}))
    assert unseen.confident(rows, settings, scheme(2)).tolist() == [[1, 1, 3]]
    assert unseen.confident(rows, settings, scheme(8)).tolist() == [[1, 1, 3]]  # only the first is calibrated for them


def test_what_cannot_be_said_is_a_dash() -> None:
    refused = pd.DataFrame([row("sad", **dict.fromkeys(EMOTIONS, np.nan))]).drop(columns=["ood_score", "sex"])
    right = pd.DataFrame([row("disgust", disgust=0.5, happy=0.5)])
    found = {("one", "speakers"): unseen.measured(refused, by_fold(SETTINGS)), ("other", "corpus"): unseen.measured(right, by_fold(SETTINGS))}
    first, other = unseen.to_markdown(found).splitlines()[2:]
    assert first == ("| one | speakers | 1 | 1 | 100.0 | 0.0 (0.0-0.0) | 0.0 (0.0-0.0) | - | - | 0.0 (0.0-0.0) | - | 0.0 (0.0-0.0) | - "
                     "| 0.0 (0.0-0.0) | - | 0.0 (0.0-0.0) | 100.0 | - | - |")
    assert other == ("| other | corpus | 1 | 1 | 100.0 | 100.0 (100.0-100.0) | 0.0 (0.0-0.0) | 0.0 (0.0-0.0) | - | 0.0 (0.0-0.0) | - | - | - "
                     "| 0.0 (0.0-0.0) | - | - | 0.0 | - | - |")
    assert unseen.note(found) == ""


def test_the_table_names_its_columns_and_the_note_the_corpora_without_calm() -> None:
    found = {(name, "corpus"): unseen.measured(rows_of(truth), by_fold(SETTINGS)) for name, truth in (("six", SIX), ("all", EMOTIONS))}
    head, ruler, *lines = unseen.to_markdown(found).splitlines()
    assert head == ("| tested on | unseen | clips | classes | chance | UAR (own) | UAR (free) | ECE | clear: precision (8) "
                    "| clear: coverage (8) | clear: precision (2) | clear: coverage (2) | likely: precision (8) "
                    "| likely: coverage (8) | likely: precision (2) | likely: coverage (2) | refused | AUROC of the probability | AUROC of the OOD score |")
    assert ruler.startswith("|---|---|---:|") and [line.split(" | ")[3:5] for line in lines] == [["6", "16.7"], ["8", "12.5"]]
    assert unseen.note(found) == "The probability of calm counts as neutral where a corpus has no calm: six."
    three = pd.DataFrame({"clip": "-", "fold": 0, "actor": 1, "truth": ["stressed"], "not stressed": 0.2, "stressed": 0.8})
    own = unseen.measured(three, by_fold(tiny_settings("stress", confidence={"stress": 0.7})))
    assert set(own.confident) == {"stress"} and own.confident["stress"].coverage == metrics.Interval(1, 1, 1)
