"""How often such answers were right: looked up in what was measured, or not said."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import intone
from intone.audio import RATE
from intone.labels import EMOTIONS, scheme
from intone.recognition.published import CLIPPED, FEWEST, NOISY, RECORDED, Bin, results_of
from intone.web.template_filters import odds
from intone.web.texts import Texts
from sounds import noise, voice
from tiny_model import tiny_model

RESULTS = Path(__file__).resolve().parents[2] / "results"

CORRUPTIONS = {NOISY: ("white noise 10 dB", "hum 10 dB", "babble 10 dB"), CLIPPED: ("clipped at a third",)}


@pytest.fixture(scope="module")
def recognizer() -> intone.Recognizer:
    return intone.load()


def rows_of(kind: str) -> pd.DataFrame:
    """The committed out-of-fold predictions of a kind of recordings."""
    if kind == RECORDED:
        return pd.read_csv(RESULTS / "ravdess-5fold" / "default.csv")
    rows = pd.read_csv(RESULTS / "robustness" / "default.csv")
    return rows[rows["condition"].isin(CORRUPTIONS[kind])]


@pytest.mark.parametrize("kind", [RECORDED, NOISY, CLIPPED])
@pytest.mark.parametrize("name", ["2", "3", "8", "stress"])
def test_every_bin_is_that_of_the_committed_predictions(name: str, kind: str, recognizer: intone.Recognizer) -> None:
    results = results_of(recognizer.identity.version)
    assert results is not None
    rows, chosen = rows_of(kind).dropna(subset=list(EMOTIONS)), scheme(name)
    truth = rows["truth"].map(chosen.class_of)
    rows, truth = rows[truth.notna()], truth[truth.notna()]
    sums = chosen.sums(rows[list(EMOTIONS)].to_numpy())
    answered = sums.sum(axis=1) >= 0.5  # the others are called neither
    sums, truth, rows = sums[answered], truth[answered], rows[answered]
    shares = sums / sums.sum(axis=1, keepdims=True)
    right = np.array(chosen.classes)[shares.argmax(axis=1)] == truth.to_numpy()
    top, bins = shares.max(axis=1), results.reliability[name][kind]
    assert sum(one.answers for one in bins) == len(rows) > FEWEST
    for one in bins:
        inside = (top >= one.low) & ((top < one.high) | (one.high == 1))
        assert one.answers == inside.sum()
        assert one.right == pytest.approx(right[inside].mean(), abs=5e-5)


def test_the_sentence_of_the_page_is_that_of_the_table(recognizer: intone.Recognizer) -> None:
    results = results_of(recognizer.identity.version)
    assert results is not None
    for kind in (RECORDED, NOISY, CLIPPED):
        one: Bin = max(results.reliability["2"][kind], key=lambda found: found.answers)
        found = results.reliable("2", kind, (one.low + one.high) / 2)
        assert found is not None
        said = odds(found, Texts("en"))
        assert f"of the {one.answers} answers" in said and f"{one.low:.0%} to {one.high:.0%}" in said
        assert (kind in said) is (kind != RECORDED)


def test_nothing_is_said_of_a_recognizer_that_was_not_measured(tmp_path: Path) -> None:
    model = tiny_model(tmp_path / "tiny.onnx", {"male_sad": 0.7, "male_happy": 0.3})
    assert intone.load(model).predict(voice(2), RATE).reliability is None


def test_a_noisy_recording_is_looked_up_among_noisy_ones(recognizer: intone.Recognizer) -> None:
    clean = voice(3, 150)
    found = recognizer.predict(clean + noise(3, rms=0.2 * float(np.abs(clean).max())), RATE)
    assert any("noisy" in reason for reason in found.reasons)
    assert found.reliability is None or found.reliability.condition == NOISY
