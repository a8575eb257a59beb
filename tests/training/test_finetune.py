"""Fine-tuning of layers: the network, the loop that goes on where it stopped, and a whole run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from intone import labels
from intone.audio.search import read_clip
from intone.corpora import open_corpora, splits
from intone.errors import TrainingError, UsageError
from intone.features.front_end import Waveform
from intone.recognition import model_file
from intone.recognition.model_file import load_model
from intone.training import clip_cache, finetune, onnx_export, recipes, run
from intone.training.checkpoint import load_weights
from intone.training.clip_cache import cut
from intone.training.finetune_batches import Batch
from intone.training.fit import fit
from intone.training.history import read_history
from intone.training.recipes import TunedRecipe
from small_corpus import write_corpus, write_crema_d
from sounds import voice
from tiny_encoder import WIDTH, write_encoder, write_wave_encoder


@pytest.fixture(scope="module")
def encoder_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("tuning")
    people = {1001: "Male", 1002: "Female", 1003: "Female", 1005: "Male"}
    return open_corpora([str(write_corpus(folder / "ravdess", actors=(1, 2, 3, 4, 5, 6))),
                         f"crema-d={write_crema_d(folder / 'crema-d', people)}"])


def quick(encoder: Path, **changes: object) -> TunedRecipe:
    tuned = recipes.on_encoder(str(encoder))
    assert isinstance(tuned, TunedRecipe)
    values = {"frozen": 1, "tuned": 2, "epochs": 3, "batch": 8, "learning_rate": 1e-3, "head_rate": 1e-2}
    return replace(tuned, **values | changes)


@pytest.fixture(scope="module")
def tuned(encoder_dir: Path, table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("tuned") / "run"
    clips, settings = run.plan(table, quick(encoder_dir))
    fit(clips, settings, folder, jobs=1)
    return folder, clips


def test_rates_rise_and_fall() -> None:
    shares = [finetune._rate(done, 0.1) for done in np.linspace(0, 1, 101)]
    assert shares[0] == 0 and shares[-1] == pytest.approx(0) and shares[10] == 1
    assert (np.diff(shares[:11]) > 0).all() and (np.diff(shares[10:]) < 0).all()


def test_the_truth_is_spread_over_the_labels_that_a_clip_may_have_and_all_can_be_answered() -> None:
    logits = torch.tensor([[2.0, 1.0, 0.5, 0.0]], requires_grad=True)
    forbidden = torch.tensor([[False, False, True, False]])
    loss = finetune._smooth_cross_entropy(logits, torch.tensor([1]), forbidden, 0.1).mean()
    shares = torch.log_softmax(logits.detach()[0], 0)
    wanted = -0.9 * shares[1] - 0.1 * shares[[0, 1, 3]].mean()
    assert float(loss.detach()) == pytest.approx(float(wanted), rel=1e-5)
    loss.backward()
    assert float(logits.grad[0, 2]) == pytest.approx(float(shares[2].exp()), rel=1e-5), "it learns to be unlikely"
    plain = finetune._smooth_cross_entropy(torch.randn(5, 4), torch.arange(5) % 4, torch.zeros(5, 4, dtype=torch.bool), 0.1)
    assert plain.shape == (5,)
    torch.manual_seed(0)
    some, classes = torch.randn(6, 4), torch.tensor([0, 1, 2, 3, 0, 1])
    wanted = torch.nn.functional.cross_entropy(some, classes, label_smoothing=0.1)
    found = finetune._smooth_cross_entropy(some, classes, torch.zeros(6, 4, dtype=torch.bool), 0.1)
    torch.testing.assert_close(found.mean(), wanted)
    assert (plain > 0).all()


def test_a_run_learns_and_is_exported(tuned: tuple[Path, pd.DataFrame]) -> None:
    folder, _ = tuned
    history = read_history(folder / run.HISTORY)
    assert [line.epoch for line in history] == [1, 2, 3]
    assert history[-1].loss < history[0].loss
    model, network = load_model(folder / model_file.RECOGNIZER), onnx_export.best_network(folder)
    assert model.settings.labels == labels.network_labels(8, "both") and model.settings.data == ("crema-d", "ravdess")
    for seconds in (0.1, 0.5, 2.0):
        features = model.settings.front_end(voice(seconds))
        with torch.no_grad():
            wanted = torch.softmax(network(torch.from_numpy(features)), 1).numpy()
        np.testing.assert_allclose(model.probabilities(voice(seconds)), wanted, atol=0.02)
    rows = pd.read_csv(folder / run.VALIDATION)
    assert set(rows["corpus"]) == {"ravdess", "crema-d"}
    assert 0.2 <= model.settings.temperature <= 5


def test_what_the_head_usually_reads_is_that_of_the_clips_that_train(tuned: tuple[Path, pd.DataFrame]) -> None:
    folder, clips = tuned
    network, settings = finetune.network(folder), run.read_run(folder)
    rows = np.flatnonzero(~splits.speakers(clips).isin(settings.validating).to_numpy())
    front_end = settings.recipe.front_end
    with torch.no_grad():
        seen = torch.cat([network.upper.pooled(network.encoder(torch.from_numpy(front_end(cut(read_clip(Path(path))).signal)))[-1:])
                          for path in clips["path"].iloc[rows]])
        means = network.upper.means(seen)
        torch.testing.assert_close(means[:, WIDTH : 2 * WIDTH], seen[:, 2 * WIDTH : 3 * WIDTH])  # deviations lie between
        torch.testing.assert_close(network.upper.standard.mean, means.mean(0), atol=2e-3, rtol=1e-3)
        torch.testing.assert_close(network.upper.standard.deviation, means.std(0, correction=0) + 1e-6, atol=2e-3, rtol=1e-2)
        usual = network.upper.ood_score(seen)
        _, strange = network.judged(torch.randn(1, 80, 120))
    assert float(strange) > 2 * float(usual.median())


def test_an_emotion_that_a_corpus_lacks_is_less_likely_there_and_not_impossible(
    encoder_dir: Path, table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips, settings = run.plan(table, quick(encoder_dir, logit_adjustment=1.5, dropout=0.0, epochs=1))
    seen = []
    monkeypatch.setattr(finetune, "_smooth_cross_entropy",
                        lambda logits, classes, forbidden, _: seen.append((logits.detach(), forbidden)) or logits.square().sum(1))
    forward = finetune.Upper.forward
    answered = []
    monkeypatch.setattr(finetune.Upper, "forward", lambda *given: answered.append(forward(*given)) or answered[-1])
    finetune.train(clips, settings, tmp_path / "run", jobs=1)
    assert any(forbidden.any() for _, forbidden in seen)
    for (logits, forbidden), plain in zip(seen, answered, strict=False):
        torch.testing.assert_close(plain.detach() - logits, 1.5 * forbidden.float(), atol=1e-5, rtol=1e-5)


def test_a_training_that_was_stopped_within_an_epoch_ends_with_the_same_weights(
    tuned: tuple[Path, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, clips = tuned
    settings = run.read_run(whole)
    monkeypatch.setattr(finetune, "STEPS_KEPT", 2)
    learn, steps = finetune._State._learn, []

    def stopped(state: finetune._State, batch: Batch, size: int, step: int) -> None:
        if len(steps) == 19:
            raise KeyboardInterrupt
        steps.append(step)
        learn(state, batch, size, step)

    with monkeypatch.context() as patch:
        patch.setattr(finetune._State, "_learn", stopped)
        with pytest.raises(KeyboardInterrupt):
            finetune.train(clips, settings, tmp_path / "run", cache_in=whole / "features", jobs=1)
    assert not (tmp_path / "run" / run.BEST).is_file()
    assert load_weights(tmp_path / "run" / run.CHECKPOINT)[1]["step"] not in ("0", "8"), "it is within an epoch"
    monkeypatch.setattr(clip_cache, "_keep_clip", lambda *_: pytest.fail("a clip was read again"))
    finetune.train(clips, settings, tmp_path / "run", cache_in=whole / "features", jobs=1)
    first, again = (load_weights(folder / run.BEST)[0] for folder in (whole, tmp_path / "run"))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert read_history(whole / run.HISTORY) == pytest.approx(read_history(tmp_path / "run" / run.HISTORY))


def test_a_loss_that_is_no_number_ends_the_training_with_a_sentence(
    encoder_dir: Path, table: pd.DataFrame, tuned: tuple[Path, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips, settings = run.plan(table, quick(encoder_dir, epochs=1))
    monkeypatch.setattr(finetune, "_smooth_cross_entropy", lambda logits, *_: logits.sum() * float("nan"))
    with pytest.raises(TrainingError, match="The loss became nan in epoch 1"):
        finetune.train(clips, settings, tmp_path / "run", cache_in=tuned[0] / "features", jobs=1)
    assert not (tmp_path / "run" / run.BEST).is_file()


def test_an_emotion_that_no_corpus_has_is_never_answered(encoder_dir: Path, table: pd.DataFrame, tmp_path: Path) -> None:
    crema_d = table[table["corpus"] == "crema-d"].reset_index(drop=True)
    clips, settings = run.plan(crema_d, quick(encoder_dir, epochs=1), validation="none")
    model = load_model(fit(clips, settings, tmp_path, jobs=1))
    shares = dict(zip(model.settings.labels, model.answer(voice(1.0)), strict=True))
    assert sum(share for label, share in shares.items() if label.endswith(("_angry", "_happy"))) > 0.999
    assert model.settings.confidence == {}


def test_no_layer_that_learns_is_told(encoder_dir: Path) -> None:
    with pytest.raises(UsageError, match="1 frozen layers and 0 that learn cannot be trained"):
        quick(encoder_dir, tuned=0)


def test_all_layers_of_an_encoder_of_samples_are_tuned(table: pd.DataFrame, tmp_path: Path) -> None:
    encoder = write_wave_encoder(tmp_path / "encoder", "wavlm")
    crema_d = table[table["corpus"] == "crema-d"].reset_index(drop=True)
    wanted = quick(encoder, frozen=0, tuned=3, epochs=2, batch=2)
    clips, settings = run.plan(crema_d, wanted, validation="none")
    model = load_model(fit(clips, settings, tmp_path / "run", jobs=1))
    assert model.settings.front_end == Waveform(normalized=False, longest_s=8.0)
    before, network = finetune._parts(settings)[1], onnx_export.best_network(tmp_path / "run")
    assert len(network.encoder.layers) == 0
    moved = [name for (name, old), new in zip(before.named_parameters(), network.upper.parameters(), strict=True)
             if not torch.equal(old, new)]
    assert {name.split(".")[1] for name in moved if name.startswith("layers.")} == {"0", "1", "2"}
    for seconds in (0.1, 2.0, 9.0):
        features = model.settings.front_end(voice(seconds))
        with torch.no_grad():
            shares = torch.softmax(network(torch.from_numpy(features)), 1).numpy()
        np.testing.assert_allclose(model.probabilities(voice(seconds)), shares, atol=1e-4)
