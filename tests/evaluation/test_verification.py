"""Verification: the original's predictions.csv, and never the figure of the training clips alone."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intone import dataclass_json
from intone.audio import read_mono
from intone.corpora import open_corpora
from intone.errors import CorpusError, TrainingError
from intone.evaluation import verification
from intone.evaluation.cross_validation import OUT_OF_FOLD
from intone.files import write_json
from intone.recognition import model_file
from intone.recognition.model_file import load_model
from intone.recognition.scoring import write_rows
from intone.training import cnn, run
from intone.training.calibrate import finish
from intone.training.recipes import recipe
from small_corpus import write_corpus

COLUMNS = ["audio_fname", "audio_file_path", "actor_no", "gender", "emotion_no", "emotion", "emotion_label",
           "male_negative", "male_positive", "y_pred"]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return open_corpora([str(write_corpus(tmp_path_factory.mktemp("verify") / "corpus"))])


@pytest.fixture(scope="module")
def runs(table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], Path]:
    """Runs by the speakers who are held out, as they were trained."""
    folders = {}
    for held_out in ((), ("ravdess:7",)):
        folder = folders[held_out] = tmp_path_factory.mktemp("runs") / "run"
        clips, made = run.plan(table, replace(recipe("original"), epochs=12, batch=64), sex="male", classes=2,
                               validation="chunks", held_out=held_out)
        cnn.train(clips, made, folder, jobs=1)
        finish(folder, clips, jobs=1)
    return folders


def test_predictions_have_the_original_columns(
    table: pd.DataFrame, runs: dict[tuple[str, ...], Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(runs["ravdess:7",], tmp_path / "run")
    found = verification.verify(folder, table, jobs=1)
    rows = list(csv.DictReader((folder / verification.PREDICTIONS).read_text().splitlines()))
    assert list(rows[0]) == COLUMNS
    assert len(rows) == 15 == found.seen.clips
    first = rows[0]
    assert (first["gender"], first["emotion_no"], first["emotion"], first["emotion_label"]) == (
        "male", "2", "positive", "male_positive")
    model = load_model(folder / model_file.RECOGNIZER)
    mean = model.probabilities(read_mono(first["audio_file_path"])).mean(axis=0)
    np.testing.assert_allclose([float(first["male_negative"]), float(first["male_positive"])], mean, atol=1e-6)
    assert found.seen.accuracy > 0.9


def test_fault_4_training_accuracy_never_stands_alone(
    table: pd.DataFrame, runs: dict[tuple[str, ...], Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(runs["ravdess:7",], tmp_path / "run")
    held = verification.verify(folder, table, jobs=1)
    assert (held.unseen.speakers, held.how) == (("ravdess:7",), "held out of the training")
    assert {row["actor_no"] for row in csv.DictReader((folder / verification.UNHEARD).read_text().splitlines())} == {"7"}
    everyone = shutil.copytree(runs[()], tmp_path / "all")
    found = verification.verify(everyone, table, jobs=1)
    assert found.how == "the same recipe, trained without them" and found.unseen.speakers == ("ravdess:7",)
    assert "ravdess:7" not in set(run.read_run(everyone / "unheard").validating)
    assert run.read_run(everyone / "unheard").held_out == ("ravdess:7",)
    text = found.to_text()
    assert "clips it was trained on" in text and "unseen speakers" in text and "Majority" in text
    assert found.unseen.always == pytest.approx(3 / 5)


def test_other_data_is_refused(
    table: pd.DataFrame, runs: dict[tuple[str, ...], Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(runs["ravdess:7",], tmp_path / "run")
    with pytest.raises(CorpusError, match="other clips than the run"):
        verification.verify(folder, table[table["actor"] != 3].reset_index(drop=True), jobs=1)
    assert not (folder / verification.PREDICTIONS).exists()


def test_an_evaluation_can_give_the_second_figure(
    table: pd.DataFrame, runs: dict[tuple[str, ...], Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(runs[()], tmp_path / "run")
    other = tmp_path / "evaluation" / "fold-0"
    made = run.read_run(folder)
    write_json(other / run.SETTINGS, dataclass_json.to_dict(replace(made, held_out=("ravdess:7",))))
    rows = pd.DataFrame({"clip": ["a", "b", "c"], "fold": 0, "actor": [7, 7, 5], "truth": ["negative"] * 2 + ["positive"],
                         "negative": [0.9, 0.2, 0.4], "positive": [0.1, 0.8, 0.6]})
    write_rows(tmp_path / "evaluation" / OUT_OF_FOLD, rows)
    found = verification.verify(folder, table, evaluation=tmp_path / "evaluation", jobs=1)
    assert found.unseen == verification.Share(3, pytest.approx(2 / 3), pytest.approx(2 / 3), "negative",
                                               ("ravdess:5", "ravdess:7"))
    assert not (folder / "unheard").exists()
    write_json(other / run.SETTINGS, dataclass_json.to_dict(replace(made, classes="3")))
    with pytest.raises(TrainingError, match="name one of the same"):
        verification.verify(folder, table, evaluation=tmp_path / "evaluation", jobs=1)
