"""Evaluation: whole runs on a small corpus, and figures from rows."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intone import labels
from intone.audio import read_mono
from intone.corpora import open_corpora
from intone.errors import CorpusError, TrainingError, UsageError
from intone.evaluation import cross_validation, report
from intone.recognition import scoring
from intone.recognition.model_file import Model, load_model
from intone.training import calibrate, run
from intone.training.fit import fit
from intone.training.recipes import TunedRecipe, on_encoder, recipe
from small_corpus import write_corpus, write_crema_d
from tiny_encoder import write_encoder


def rows_of(truth: list[str], answers: list[str], classes: tuple[str, ...], sure: float = 0.9) -> pd.DataFrame:
    rest = (1 - sure) / (len(classes) - 1)
    values = [[sure if name == answer else rest for name in classes] for answer in answers]
    frame = pd.DataFrame(values, columns=list(classes))
    frame.insert(0, "truth", truth)
    frame.insert(0, "actor", [i % 4 + 1 for i in range(len(truth))])
    frame.insert(0, "fold", 0)
    frame.insert(0, "clip", [f"clip-{i}" for i in range(len(truth))])
    return frame


def test_eight_emotions_are_read_as_two_classes() -> None:
    truth = ["calm", "happy", "sad", "angry", "neutral", "disgust"]
    rows = rows_of(truth, ["happy", "sad", "sad", "fearful", "neutral", "sad"], labels.EMOTIONS)
    two = report.summarize(rows, labels.scheme(2))
    assert two.clips == 4
    assert two.accuracy.value == pytest.approx(3 / 4)
    assert two.uar.value == pytest.approx((1 + 1 / 2) / 2)
    assert report.summarize(rows).accuracy.value == pytest.approx(2 / 6)


def test_a_refusal_counts_as_wrong_and_is_counted_apart() -> None:
    rows = rows_of(["negative", "positive"], ["negative", "positive"], ("negative", "positive"))
    rows.loc[1, ["negative", "positive"]] = np.nan
    found = report.summarize(rows)
    assert (found.refused, found.accuracy.value) == (1, 0.5)


def test_rows_survive_the_file_and_others_are_refused(tmp_path: Path) -> None:
    rows = rows_of(["negative", "positive"], ["negative", "negative"], ("negative", "positive"))
    scoring.write_rows(tmp_path / "a.csv", rows)
    pd.testing.assert_frame_equal(scoring.read_rows(tmp_path / "a.csv"), rows)
    rows.drop(columns="fold").to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(CorpusError, match="does not hold out-of-fold predictions"):
        scoring.read_rows(tmp_path / "b.csv")


def test_table_has_the_majority_row_and_the_intervals() -> None:
    truth = ["negative"] * 6 + ["positive"] * 4
    found = report.summarize(rows_of(truth, truth, ("negative", "positive")))
    text = report.to_markdown({"one": found, "other": found})
    assert text.count("majority class (negative) | 10 | 60.0 | 50.0") == 1
    assert text.count("100.0 (100.0-100.0)") == 6
    assert report.class_table(found).splitlines()[-1] == "| 100.0 | 100.0 |"


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """All 24 speakers in two folds, with the voice detector out of the way: tones are not speech."""
    folder = tmp_path_factory.mktemp("evaluation")
    table = open_corpora([str(write_corpus(folder / "corpus", actors=tuple(range(1, 25)), seconds=0.5))])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intone.recognition.scoring._serve", _without_detector)
        for fold in (3, 0):
            cross_validation.evaluate(table, replace(recipe("level-independent"), epochs=2, batch=64), folder / "run", sex="both",
                                classes=2, only=[fold], jobs=1)
    return folder / "run", table


@cache
def _loaded(path: Path, content: bytes) -> Model:
    """A model, loaded once and not for every clip; `content` says whether the file is still the same."""
    assert content
    return load_model(path)


def _without_detector(model: Path, asked: tuple[str, str]) -> tuple[np.ndarray, str, None]:
    """What a person gets, of the whole clip as if it were speech."""
    clip, sex = asked
    assert sex == "auto"
    loaded = _loaded(model, model.read_bytes())
    probabilities = loaded.answer(read_mono(clip))
    return probabilities.reshape(len(loaded.settings.sexes), -1).sum(axis=0), "female", None


def test_fault_4_folds_answer_speakers_that_did_not_train(evaluated: tuple[Path, pd.DataFrame]) -> None:
    folder, _ = evaluated
    rows = scoring.read_rows(folder / cross_validation.OUT_OF_FOLD)
    assert sorted(set(rows["actor"])) == [2, 5, 8, 14, 15, 16, 17, 21, 23, 24]
    assert dict(rows.groupby("actor")["fold"].first()) == {2: 0, 5: 0, 14: 0, 15: 0, 16: 0, 8: 3, 17: 3, 21: 3, 23: 3, 24: 3}
    assert list(rows.columns) == ["clip", "fold", "actor", "truth", "negative", "positive", "sex"]
    np.testing.assert_allclose(rows[["negative", "positive"]].sum(axis=1), 1, atol=1e-5)
    assert set(rows["truth"]) == {"negative", "positive"} and rows["clip"].is_unique
    for fold, tested in ((0, 5), (3, 17)):
        made = run.read_run(folder / f"fold-{fold}")
        assert f"ravdess:{tested}" in made.held_out
        assert not set(made.held_out) & set(made.validating)


def test_a_fold_that_is_done_is_not_done_again(evaluated: tuple[Path, pd.DataFrame], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, table = evaluated
    monkeypatch.setattr(cross_validation, "fit", lambda *_, **__: pytest.fail("the fold was done again"))
    before = (folder / cross_validation.OUT_OF_FOLD).read_bytes()
    cross_validation.evaluate(table, replace(recipe("level-independent"), epochs=2, batch=64), folder, sex="both", classes=2,
                        only=[0], jobs=1)
    assert (folder / cross_validation.OUT_OF_FOLD).read_bytes() == before


def test_tables_show_percent(evaluated: tuple[Path, pd.DataFrame]) -> None:
    rows = scoring.read_rows(evaluated[0] / cross_validation.OUT_OF_FOLD)
    text = report.to_markdown({"small": report.summarize(rows)})
    assert re.search(r"\| small \| 50 \| \d+\.\d \(\d+\.\d-\d+\.\d\) \|", text)


@pytest.fixture(scope="module")
def two_corpora(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame, TunedRecipe]:
    """RAVDESS of all speakers and a small CREMA-D, with a recipe on a tiny encoder."""
    folder = tmp_path_factory.mktemp("corpora")
    people = {1000 + i: ("Male", "Female")[i % 2] for i in range(1, 21)}
    table = open_corpora([str(write_corpus(folder / "ravdess", actors=tuple(range(1, 25)), seconds=0.4)),
                          f"crema-d={write_crema_d(folder / 'crema-d', people)}"])
    tuned = on_encoder(str(write_encoder(folder / "encoder")))
    assert isinstance(tuned, TunedRecipe)
    return folder, table, replace(tuned, frozen=1, tuned=1, epochs=1)


def test_validating_speakers_of_five_folds_calibrate_a_run_in_which_none_validates(
    two_corpora: tuple[Path, pd.DataFrame, TunedRecipe], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, table, tuned = two_corpora
    monkeypatch.setattr("intone.recognition.scoring._serve", _without_detector)
    clips, settings = run.plan(table, tuned, validation="none")
    with pytest.raises(TrainingError, match=r"validation\.csv is not there: name the folder of a finished"):
        fit(clips, settings, folder / "whole", evaluation=folder / "folds", jobs=1)
    found = cross_validation.evaluate(table, tuned, folder / "folds", only=[0], jobs=1)
    assert {corpus: len(one.rows) for corpus, one in found.items()} == {"ravdess": 40, "crema-d": 8}
    assert set(found["crema-d"].rows["sex"]) <= {"male", "female"}
    for one in found.values():
        assert (set(one.settings), one.unseen) == ({0}, "speakers: five folds")
        assert one.settings[0] == load_model(folder / "folds" / "fold-0" / "recognizer.onnx").settings
    first = folder / "folds" / "fold-0" / run.VALIDATION
    rows = pd.read_csv(first)
    assert len(rows) == 8 * 2 + 2 and set(rows["corpus"]) == {"ravdess", "crema-d"}
    for number in range(1, 5):
        scoring.write_rows(folder / "folds" / f"fold-{number}" / run.VALIDATION, rows)
    model = load_model(fit(clips, settings, folder / "whole", evaluation=folder / "folds", jobs=1))
    assert not (folder / "whole" / run.VALIDATION).is_file()
    wanted = calibrate.calibrated(model.settings, pd.concat([rows] * 5), calibrate.classes_of(clips))
    assert model.settings.temperature == wanted.temperature != 1
    lacked = set(labels.EMOTIONS) - calibrate.classes_of(clips)["crema-d"]
    assert model.settings.prior_correction == wanted.prior_correction and set(wanted.prior_correction) == lacked != set()


@pytest.fixture(scope="module")
def three_corpora(two_corpora: tuple[Path, pd.DataFrame, TunedRecipe]) -> pd.DataFrame:
    """A part of both corpora and, as a table of one's own, six speakers without folds, two of them of unknown sex."""
    _, table, _ = two_corpora
    few = table[table["actor"].isin([1, 2, 3, 4, *range(1001, 1005)])]
    mine = table[table["actor"].isin(range(1011, 1017))]
    mine = mine.assign(corpus="mine", fold=-1, sex=mine["sex"].where(mine["actor"] < 1015, None))
    return pd.concat([few, mine], ignore_index=True)


def test_each_corpus_that_names_speakers_is_left_out(
    two_corpora: tuple[Path, pd.DataFrame, TunedRecipe], three_corpora: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _, tuned = two_corpora
    monkeypatch.setattr("intone.recognition.scoring._serve", _without_detector)
    nobody = three_corpora[three_corpora["corpus"] == "mine"].assign(corpus="crowd", actor="unknown")
    table = pd.concat([three_corpora, nobody], ignore_index=True)
    found = cross_validation.leave_one_corpus_out(table, tuned, folder / "left-out", jobs=1)
    assert list(found) == ["ravdess", "crema-d", "mine"]
    for corpus, one in found.items():
        own = table[table["corpus"] == corpus]
        assert sorted(one.rows["clip"]) == sorted(own["clip"]) and set(one.rows["fold"]) == {0}
        made = run.read_run(folder / "left-out" / f"without-{corpus}")
        trained_on = {speaker.partition(":")[0] for speaker in made.validating}
        assert trained_on == {"ravdess", "crema-d", "mine"} - {corpus}
        assert one.settings[0].data == tuple(sorted({"ravdess", "crema-d", "mine", "crowd"} - {corpus}))
        assert one.settings[0].temperature != 1 and one.unseen == "corpus: left out"
    assert found["ravdess"].rows["calm"].max() < 1e-6  # the others know no calm
    assert set(found["mine"].rows["actor"]) == set(range(1011, 1017))  # whose sex is unknown of two
    before = {path: path.read_bytes() for path in (folder / "left-out").glob("across-*.csv")}
    monkeypatch.setattr(cross_validation, "fit", lambda *_, **__: pytest.fail("it was done again"))
    cross_validation.leave_one_corpus_out(table, tuned, folder / "left-out", jobs=1)
    assert before == {path: path.read_bytes() for path in before} and len(before) == 3
    with pytest.raises(TrainingError, match="a run with another seed"):
        cross_validation.leave_one_corpus_out(table, tuned, folder / "left-out", seed=7, jobs=1)


def test_only_the_sex_that_is_chosen_is_tested_on_a_corpus_that_is_left_out(
    two_corpora: tuple[Path, pd.DataFrame, TunedRecipe], three_corpora: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _, tuned = two_corpora
    monkeypatch.setattr("intone.recognition.scoring._serve", _without_detector)
    table = three_corpora[three_corpora["corpus"] != "mine"]
    two = cross_validation.leave_one_corpus_out(table, tuned, folder / "women", sex="female", classes=2, jobs=1)
    assert {corpus: set(one.rows["actor"] % 2) for corpus, one in two.items()} == {
        "ravdess": {0}, "crema-d": {1}}  # whose women have odd numbers here


def test_what_cannot_be_left_out_is_told_before_anything_is_trained(
    two_corpora: tuple[Path, pd.DataFrame, TunedRecipe]
) -> None:
    folder, table, tuned = two_corpora
    with pytest.raises(CorpusError, match="there must be another one to train on"):
        cross_validation.leave_one_corpus_out(table[table["corpus"] == "ravdess"], tuned, folder / "one", jobs=1)
    with pytest.raises(CorpusError, match="No corpus has speech of a speaker that it names"):
        cross_validation.leave_one_corpus_out(table.assign(actor="unknown"), tuned, folder / "one", jobs=1)
    single = table[(table["corpus"] == "ravdess") | (table["actor"] == 1001)]
    with pytest.raises(TrainingError, match="too few speakers to validate"):
        cross_validation.leave_one_corpus_out(single, tuned, folder / "one", jobs=1)
    assert not (folder / "one").exists()


def test_corpora_that_are_evaluated_only_are_seen_by_nothing(
    two_corpora: tuple[Path, pd.DataFrame, TunedRecipe], three_corpora: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _, tuned = two_corpora
    monkeypatch.setattr("intone.recognition.scoring._serve", _without_detector)
    table, mine = (three_corpora[(three_corpora["corpus"] == "mine") == one] for one in (False, True))
    others = pd.concat([mine, mine.assign(corpus="theirs")], ignore_index=True)
    asked = cross_validation.only_evaluated(table, others)
    found = cross_validation.evaluate_only(table, asked, tuned, folder / "only", jobs=1)
    assert {corpus: sorted(one.rows["clip"]) for corpus, one in found.items()} == dict.fromkeys(("mine", "theirs"), sorted(mine["clip"]))
    made = run.read_run(folder / "only" / "all")
    assert {speaker.partition(":")[0] for speaker in made.validating} == {"ravdess", "crema-d"}
    for one in found.values():
        assert one.settings[0].data == ("crema-d", "ravdess") and one.unseen == "corpus: evaluation only"
    monkeypatch.setattr(cross_validation, "fit", lambda *_, **__: pytest.fail("it was done again"))
    again = cross_validation.evaluate_only(table, asked, tuned, folder / "only", jobs=1)
    assert again["mine"].rows.equals(found["mine"].rows)


def test_what_cannot_be_evaluated_only_is_told(three_corpora: pd.DataFrame) -> None:
    mine = three_corpora[three_corpora["corpus"] == "mine"]
    with pytest.raises(UsageError, match="The corpus mine is named to train on and for evaluation only"):
        cross_validation.only_evaluated(three_corpora, mine)
    with pytest.raises(CorpusError, match="for evaluation only have no speech"):
        cross_validation.only_evaluated(three_corpora.iloc[:1], mine.assign(vocal="song"))
