"""The five folds: no voice tests where it trains or validates, and every voice tests once."""

import pandas as pd
import pytest

from intone import folds
from intone.errors import CorpusError, UsageError


def voices(ravdess: range = range(1, 25), crema_d: range = range(1001, 1092)) -> pd.DataFrame:
    return pd.DataFrame([{"corpus": "ravdess", "actor": actor} for actor in ravdess]
                        + [{"corpus": "crema-d", "actor": actor} for actor in crema_d])


def test_every_voice_tests_exactly_once() -> None:
    tested = [voice for number in folds.FOLDS for voice in folds.fold(voices(), number).test]
    assert len(tested) == len(set(tested)) == 24 + 91
    assert [len([v for v in folds.fold(voices(), k).test if v.startswith("ravdess")]) for k in folds.FOLDS] == [5, 5, 5, 5, 4]


@pytest.mark.parametrize("number", folds.FOLDS)
def test_fault_4_no_voice_tests_and_validates(number: int) -> None:
    fold = folds.fold(voices(), number)
    assert not set(fold.test) & set(fold.validation)
    assert len([voice for voice in fold.validation if voice.startswith("ravdess")]) == 2


def test_the_protocol_by_example() -> None:
    assert [voice for voice in folds.fold(voices(), 2).test if "ravdess" in voice] == [
        f"ravdess:{actor}" for actor in (10, 11, 12, 19, 20)]
    fold = folds.fold(voices(), 1)
    assert "crema-d:1006" in fold.test and "crema-d:1002" in fold.validation and "crema-d:1022" in fold.validation
    assert folds.fold_of(voices()).tolist()[:5] == [4, 0, 1, 4, 0]


def test_a_voice_in_two_folds_and_a_missing_fold_get_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no fold 5"):
        folds.fold(voices(), 5)
    with pytest.raises(CorpusError, match="Fold 0 has 1 voices to test and 0 to validate"):
        folds.fold(voices(range(2, 3), range(0)), 0)
    monkeypatch.setattr(folds, "RAVDESS_VALIDATION", folds.RAVDESS_TEST)
    with pytest.raises(CorpusError, match=r"The voice .* is in the test and in the validation of fold 0"):
        folds.fold(voices(), 0)
