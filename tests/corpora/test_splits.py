"""The five folds: no speaker tests where it trains or validates, and every speaker tests once."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_files import touch
from intone.corpora import open_corpora, ravdess, splits
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


def people(*actors: tuple[str, str | None], corpus: str = "mine") -> pd.DataFrame:
    """Two clips of each speaker."""
    return pd.DataFrame([{"corpus": corpus, "actor": actor, "sex": sex} for actor, sex in actors for _ in range(2)])


TEN = [(name, "male" if place % 2 else "female") for place, name in enumerate("abcdefghij")]


def test_folds_are_made_by_sex_and_then_by_name() -> None:
    table = people(*reversed(TEN))
    assert [splits.fold(table, number).test for number in splits.FOLDS] == [
        ("mine:a", "mine:b"), ("mine:c", "mine:d"), ("mine:e", "mine:f"), ("mine:g", "mine:h"), ("mine:i", "mine:j")]
    assert [splits.fold(table, number).validation for number in (0, 4)] == [("mine:c", "mine:d"), ("mine:a", "mine:b")]
    assert splits.with_folds(table)["fold"].tolist()[:4] == [4, 4, 4, 4]


@given(st.dictionaries(st.text(min_size=1), st.sampled_from(["female", "male", None]), min_size=5, max_size=40))
def test_made_folds_cover_every_speaker_once_and_are_the_same_in_any_order(found: dict[str, str | None]) -> None:
    named = {actor: sex for actor, sex in found.items() if actor != "unknown"}
    if len(named) < 5:
        return
    table = people(*found.items(), ("unknown", None))
    folds = [splits.fold(table, number) for number in splits.FOLDS]
    assert sorted(speaker for fold in folds for speaker in fold.test) == sorted(f"mine:{actor}" for actor in named)
    assert all(fold.validation and not set(fold.test) & set(fold.validation) for fold in folds)
    assert all(set(fold.validation) <= set(folds[(fold.number + 1) % 5].test) for fold in folds)
    for sex in ("female", "male"):
        sizes = [sum(named[speaker[5:]] == sex for speaker in fold.test) for fold in folds]
        assert max(sizes) - min(sizes) <= 1
    assert [splits.fold(table.iloc[::-1].reset_index(drop=True), number) for number in splits.FOLDS] == folds


def test_made_folds_stay_when_clips_are_left_out() -> None:
    table = splits.with_folds(people(*TEN))
    men = table[table["sex"] == "male"].reset_index(drop=True)
    assert splits.fold(men, 3).test == ("mine:h",) and splits.fold(men, 3).validation == ("mine:j",)


def test_folds_that_are_stated_hold_and_a_speaker_without_one_only_trains() -> None:
    table = people(*TEN[:6])
    table["fold"] = [4, 4, 3, 3, 2, 2, 1, 1, 0, 0, None, None]
    assert [splits.fold(table, number).test for number in splits.FOLDS] == [("mine:e",), ("mine:d",), ("mine:c",), ("mine:b",), ("mine:a",)]
    assert splits.fold(table, 0).validation == ("mine:d",)
    assert splits.fold_of(table).tolist()[-2:] == [-1, -1]


def test_corpora_keep_their_own_folds_beside_one_without() -> None:
    whole = splits.with_folds(pd.concat([speakers().assign(sex="male"), people(*TEN), people(*TEN[:4], corpus="few")], ignore_index=True))
    for number in splits.FOLDS:
        alone, both = splits.fold(speakers(), number), splits.fold(whole, number)
        assert set(alone.test) == {one for one in both.test if not one.startswith("mine")}
        assert set(alone.validation) == {one for one in both.validation if not one.startswith("mine")}
    assert splits.tested(whole) == ["ravdess", "crema-d", "mine"]
    assert set(whole.loc[whole["corpus"] == "few", "fold"]) == {-1}


def test_fewer_than_five_speakers_are_one_sentence() -> None:
    with pytest.raises(CorpusError) as refused:
        splits.fold(people(*TEN[:4], ("unknown", None)), 0)
    assert str(refused.value) == ("The data names 4 speakers, and five folds by speaker take five or more of one corpus: add recordings "
                                  "of others, or say who speaks, by folders or in a table.")


def test_two_folders_of_one_speaker_have_one_fold(tmp_path) -> None:
    touch(tmp_path / "one", [f"sad/{name}/1.wav" for name in "abcde"])
    touch(tmp_path / "two", [f"angry/{name}/2.wav" for name in "defgh"])
    table = open_corpora([f"folder={tmp_path / 'one'}", f"folder={tmp_path / 'two'}"])
    assert table.groupby("actor")["fold"].nunique().tolist() == [1] * 8
    assert dict(zip(table["actor"], table["fold"], strict=True)) == {name: place % 5 for place, name in enumerate("abcdefgh")}
