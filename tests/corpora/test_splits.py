"""The five folds: no speaker tests where it trains or validates, and every speaker tests once."""

import pandas as pd
import pytest

from intone.corpora import ravdess, splits
from intone.errors import CorpusError, UsageError


def speakers(ravdess: range = range(1, 25), crema_d: range = range(1001, 1092)) -> pd.DataFrame:
    return pd.DataFrame([{"corpus": "ravdess", "actor": actor} for actor in ravdess]
                        + [{"corpus": "crema-d", "actor": actor} for actor in crema_d])


def test_every_speaker_tests_exactly_once() -> None:
    tested = [speaker for number in splits.FOLDS for speaker in splits.fold(speakers(), number).test]
    assert len(tested) == len(set(tested)) == 24 + 91
    assert [len([v for v in splits.fold(speakers(), k).test if v.startswith("ravdess")]) for k in splits.FOLDS] == [5, 5, 5, 5, 4]


@pytest.mark.parametrize("number", splits.FOLDS)
def test_fault_4_no_speaker_tests_and_validates(number: int) -> None:
    fold = splits.fold(speakers(), number)
    assert not set(fold.test) & set(fold.validation)
    assert len([speaker for speaker in fold.validation if speaker.startswith("ravdess")]) == 2


def test_the_protocol_by_example() -> None:
    assert [speaker for speaker in splits.fold(speakers(), 2).test if "ravdess" in speaker] == [
        f"ravdess:{actor}" for actor in (10, 11, 12, 19, 20)]
    fold = splits.fold(speakers(), 1)
    assert "crema-d:1006" in fold.test and "crema-d:1002" in fold.validation and "crema-d:1022" in fold.validation
    assert splits.fold_of(speakers()).tolist()[:5] == [4, 0, 1, 4, 0]


def test_a_speaker_in_two_folds_and_a_missing_fold_get_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no fold 5"):
        splits.fold(speakers(), 5)
    with pytest.raises(CorpusError, match="Fold 0 has 1 speakers to test and 0 to validate"):
        splits.fold(speakers(range(2, 3), range(0)), 0)
    monkeypatch.setattr(ravdess, "VALIDATION", ravdess.TEST)
    with pytest.raises(CorpusError, match=r"The speaker .* is in the test and in the validation of fold 0"):
        splits.fold(speakers(), 0)
