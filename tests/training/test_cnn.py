"""Training: the original's constants, whole runs on a small corpus, and going on after an interruption."""

import csv
import errno
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from sklearn.utils.class_weight import compute_class_weight

from command import ending_itself, finish, start
from command import run as command
from intone.corpora import open_corpora, splits
from intone.errors import CorpusError, TrainingError, UsageError
from intone.recognition import model_file
from intone.training import cnn, run
from intone.training.cnn import MfccCnn, parameters
from intone.training.recipes import RECIPES, Recipe, recipe
from small_corpus import write_corpus


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return open_corpora([str(write_corpus(tmp_path_factory.mktemp("small")))])


def quick(epochs: int = 3, batch: int = 64) -> Recipe:
    return replace(recipe("level-independent"), epochs=epochs, batch=batch)


def weights(folder: Path, name: str = run.BEST) -> dict[str, torch.Tensor]:
    return load_file(folder / name)


def test_network_is_the_original_one() -> None:
    network = MfccCnn(2)
    assert parameters(network) == 498_882
    assert network(torch.zeros(5, 9, 13)).shape == (5, 2)
    kinds = [type(layer).__name__ for layer in [*network.convolutions, *network.dense]]
    assert kinds == ["Conv2d", "ReLU"] * 4 + ["MaxPool2d", "Dropout", "Flatten"] + ["Linear", "ReLU"] * 2 + ["Linear"]


def test_original_recipe_has_every_constant() -> None:
    original = RECIPES["original"]
    assert (original.epochs, original.batch, original.learning_rate, original.draws) == (60, 2048, 1e-3, 2)
    assert original.validation_share == 0.1
    front = original.front_end
    assert (front.envelope.threshold, front.envelope.relative_to, front.level_dbfs) == (0.0005, "full scale", None)
    assert (front.shape, front.chunk, front.mfcc.floor) == ((9, 13), 1600, 0.0)


def test_scaling_is_part_of_the_network() -> None:
    network = MfccCnn(2).eval()
    features = torch.randn(4, 9, 13) * 20
    network.minimum.fill_(-30)
    network.maximum.fill_(50)
    scaled = MfccCnn(2).eval()
    scaled.load_state_dict({**network.state_dict(), "minimum": torch.tensor(0.0), "maximum": torch.tensor(1.0)})
    torch.testing.assert_close(network(features), scaled((features + 30) / 80))


def test_fault_5_class_weights_are_balanced_and_take_effect(table: pd.DataFrame, tmp_path: Path) -> None:
    classes = np.array([0] * 30 + [1] * 10)
    wanted = compute_class_weight("balanced", classes=np.arange(2), y=classes)
    np.testing.assert_allclose(cnn.class_weights(classes, 2).numpy(), wanted, rtol=1e-6)
    few = table[~((table["emotion"] == "calm") & (table["actor"] > 1))].reset_index(drop=True)
    clips, settings = run.plan(few, quick(1), sex="male", classes=2, validation="none")
    cnn.train(clips, settings, tmp_path / "weighted", jobs=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cnn, "class_weights", lambda classes, number: torch.ones(number))
        cnn.train(clips, settings, tmp_path / "plain", jobs=1)
    one, other = weights(tmp_path / "weighted"), weights(tmp_path / "plain")
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_fault_5_best_epoch_is_kept_not_the_last(table: pd.DataFrame, tmp_path: Path) -> None:
    clips, settings = run.plan(table, quick(6), sex="male", classes=8)
    history = cnn.train(clips, settings, tmp_path, jobs=1)
    best = max(history, key=lambda line: line.validation_accuracy)
    with safe_open(tmp_path / run.BEST, framework="pt") as file:
        assert int(file.metadata()["epoch"]) == best.epoch
    state = MfccCnn(8)
    state.load_state_dict(weights(tmp_path))
    signals = cnn.cleaning.signals(clips, settings.recipe.front_end.envelope, jobs=1)
    validation = cnn.chunk_sets(clips, signals, settings)[1]
    assert validation is not None
    with torch.no_grad():
        right = state.eval()(torch.from_numpy(validation.features)).argmax(1).numpy() == validation.classes
    assert right.mean() == pytest.approx(best.validation_accuracy)


@pytest.mark.parametrize("accuracies, kept", [((0.5,), True), ((0.5, 0.4), False), ((0.5, 0.5), False), ((0.4, 0.5), True)])
def test_an_epoch_is_best_only_if_it_beats_all_before(accuracies: tuple[float, ...], kept: bool) -> None:
    history = [cnn.Epoch(i, 1.0, 0.5, 1.0, value) for i, value in enumerate(accuracies, 1)]
    assert cnn._is_best(history) is kept


def test_it_learns_speakers_it_never_heard(table: pd.DataFrame, tmp_path: Path) -> None:
    clips, settings = run.plan(table, quick(12), sex="male", classes=2)
    history = cnn.train(clips, settings, tmp_path, jobs=1)
    assert settings.validating == ("ravdess:7",)
    assert max(line.validation_accuracy for line in history) > 0.9
    rows = list(csv.DictReader((tmp_path / run.HISTORY).read_text().splitlines()))
    assert [int(row["epoch"]) for row in rows] == list(range(1, 13))
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])


def test_same_seed_same_weights_another_seed_others(table: pd.DataFrame, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        clips, settings = run.plan(table, quick(2), sex="male", classes=2, seed=seed)
        cnn.train(clips, settings, tmp_path / name, jobs=1)
    a, b, c = (weights(tmp_path / name, run.CHECKPOINT) for name in "abc")
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert any(not torch.equal(a[name], c[name]) for name in a)


def test_interrupted_and_started_again_it_ends_the_same(table: pd.DataFrame, tmp_path: Path) -> None:
    clips, settings = run.plan(table, quick(3), sex="male", classes=2)
    cnn.train(clips, settings, tmp_path / "whole", jobs=1)

    class Stop(Exception):
        pass

    def stop_after_two(path: Path, history: list[cnn.Epoch]) -> None:
        write(path, history)
        if len(history) == 2:  # before the checkpoint of the second epoch
            raise Stop

    write = cnn.write_history
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cnn, "write_history", stop_after_two)
        with pytest.raises(Stop):
            cnn.train(clips, settings, tmp_path / "parts", jobs=1)
    cnn.train(clips, settings, tmp_path / "parts", jobs=1)
    for name in (run.BEST, run.CHECKPOINT, run.HISTORY):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_killed_it_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = write_corpus(tmp_path / "corpus", actors=(1, 3))
    words = ["train", corpus, "--sex", "male", "--classes", "2", "--epochs", "4", "--jobs", "1", "--to", tmp_path / "run"]
    assert finish(start(*words, before=ending_itself(2, "SIGKILL"))).status == -signal.SIGKILL
    before = (tmp_path / "run" / run.HISTORY).read_text().splitlines()
    done = command(capsys, *words)
    assert done.status == 0, done.err
    lines = (tmp_path / "run" / run.HISTORY).read_text().splitlines()
    assert len(before) == 3 and len(lines) == 5
    assert lines[:3] == before
    assert (tmp_path / "run" / model_file.RECOGNIZER).is_file()
    assert not list((tmp_path / "run").glob(".*.part"))


def test_a_last_checkpoint_that_found_no_room_is_made_again(
    table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips, settings = run.plan(table, quick(2), sex="male", classes=2)
    cnn.train(clips, settings, tmp_path / "whole", jobs=1)
    save = cnn._State.save

    def full(state: cnn._State, path: Path, epochs: int) -> None:
        if epochs == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        save(state, path, epochs)

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space"):
        patched.setattr(cnn._State, "save", full)
        cnn.train(clips, settings, tmp_path / "full", jobs=1)
    cnn.train(clips, settings, tmp_path / "full", jobs=1)
    for name in (run.CHECKPOINT, run.BEST, run.HISTORY):
        assert (tmp_path / "full" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_other_settings_in_the_same_folder_are_refused(table: pd.DataFrame, tmp_path: Path) -> None:
    clips, settings = run.plan(table, quick(1), sex="male", classes=2)
    cnn.train(clips, settings, tmp_path / "run", jobs=1)
    clips, other = run.plan(table, quick(1), sex="male", classes=2, seed=5)
    with pytest.raises(TrainingError, match="another seed"):
        cnn.train(clips, other, tmp_path / "run", jobs=1)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(TrainingError, match="holds other things"):
        cnn.train(clips, other, tmp_path / "full", jobs=1)
    assert [child.name for child in (tmp_path / "full").iterdir()] == ["letter.txt"]


def test_fault_4_validation_speakers_do_not_train(table: pd.DataFrame) -> None:
    clips, settings = run.plan(table, quick(), sex="male", classes=8, held_out=["ravdess:5"])
    assert "ravdess:5" not in set(splits.speakers(clips))
    assert settings.validating == ("ravdess:7",)
    signals = [np.full(32_000, actor / 100, np.float32) + np.random.default_rng(i).normal(0, 1e-4, 32_000).astype("f4")
               for i, actor in enumerate(clips["actor"])]
    train_set, validation = cnn.chunk_sets(clips, signals, settings)
    assert validation is not None
    number_of = {"train": (~splits.speakers(clips).isin(settings.validating)).sum(),
                 "validation": splits.speakers(clips).isin(settings.validating).sum()}
    assert len(train_set.classes) == int(number_of["train"] * 20) * settings.recipe.draws
    assert len(validation.classes) == int(number_of["validation"] * 20) * settings.recipe.draws


def test_fault_4_validation_by_chunks_shares_files_and_is_named_so(table: pd.DataFrame) -> None:
    clips, settings = run.plan(table, recipe("original"), sex="male", classes=2, validation="chunks")
    signals = cnn.cleaning.signals(clips, settings.recipe.front_end.envelope, jobs=1)
    train_set, validation = cnn.chunk_sets(clips, signals, settings)
    assert validation is not None
    assert settings.validation == "chunks" and settings.validating == ()
    assert set(validation.clips) & set(train_set.clips)
    assert len(validation.classes) == pytest.approx(0.1 * (len(train_set.classes) + len(validation.classes)), abs=1)


def test_bad_plans_get_one_sentence(table: pd.DataFrame) -> None:
    with pytest.raises(UsageError, match="no validation 'files'"):
        run.plan(table, quick(), validation="files")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no speaker ravdess:9 to hold out"):
        run.plan(table, quick(), sex="male", held_out=["ravdess:9"])
    with pytest.raises(TrainingError, match="too few speakers"):
        run.plan(table[table["actor"] == 1], quick(), sex="male")
    with pytest.raises(TrainingError, match="labelled male_calm"):
        run.plan(table[table["emotion"] != "calm"], quick(), sex="male")
    with pytest.raises(CorpusError, match="None of the"):
        run.plan(table, quick(), sex="female")
    with pytest.raises(UsageError, match="0 epochs"):
        recipe("original").with_epochs(0)
    with pytest.raises(UsageError, match="original or level-independent"):
        recipe("Original")


def test_a_damaged_checkpoint_or_run_gets_one_sentence(table: pd.DataFrame, tmp_path: Path) -> None:
    clips, settings = run.plan(table, quick(2), sex="male", classes=2)
    run.open_run(tmp_path, settings)
    (tmp_path / run.CHECKPOINT).write_bytes(b"not tensors")
    with pytest.raises(TrainingError, match="missing or damaged"):
        cnn.train(clips, settings, tmp_path, jobs=1)
    (tmp_path / run.SETTINGS).write_text('{"recipe": 1}')
    with pytest.raises(TrainingError, match="not one that this version writes"):
        run.read_run(tmp_path)
    with pytest.raises(TrainingError, match="holds no run"):
        run.read_run(tmp_path / "none")


def test_a_loss_that_is_not_a_number_ends_the_run(table: pd.DataFrame, tmp_path: Path) -> None:
    clips, settings = run.plan(table, replace(quick(3), learning_rate=1e30), sex="male", classes=2)
    with pytest.raises(TrainingError, match="The loss became"):
        cnn.train(clips, settings, tmp_path, jobs=1)
    assert not (tmp_path / run.CHECKPOINT).is_file() or len(cnn.read_history(tmp_path / run.HISTORY)) < 3
