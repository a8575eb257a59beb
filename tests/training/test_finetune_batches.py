"""The batches of a fine-tuning: which clips an epoch takes, and how much of each is taken."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn

from intone import labels
from intone.audio import RATE, Signal
from intone.features.front_end import LogMel
from intone.training import clip_cache, finetune_batches
from intone.training.distributed import Ranks
from intone.training.finetune_batches import Clips, _cropped, _hidden, _masked
from intone.training.recipes import TunedRecipe
from intone.training.run import RunSettings
from sounds import voice

GROUPS = ["ravdess/speech"] * 20 + ["ravdess/song"] * 10 + ["crema-d/speech"] * 40
VOICE = voice(1.3)


class Frames(nn.Module):
    """An encoder that says of every second frame what the log-mel was: (1, bands, frames) -> (1, frames / 2, bands)."""

    width = 80

    def forward(self, log_mel: Tensor) -> Tensor:
        return log_mel[..., ::2].transpose(1, 2)


def clips(folder: Path, validating: Sequence[str] = (), **changes: object) -> Clips:
    """Clips of two corpora, each 10 ms longer than the one before."""
    recipe = replace(TunedRecipe("made", "none", LogMel(), batch=8, others=30), **changes)
    table = pd.DataFrame({"corpus": [group.split("/")[0] for group in GROUPS], "vocal": [group.split("/")[1] for group in GROUPS],
                          "actor": np.arange(len(GROUPS)) % 5 + 1, "class": "sad", "label": "male_sad",
                          "clip": [f"clip {row}" for row in range(len(GROUPS))]})
    files = [folder / f"{row}.npz" for row in range(len(table))]
    for row, file in enumerate(files):
        around = np.round(20_000 * VOICE[: RATE // 2 + 160 * row]).astype(np.int16)
        np.savez(file, around=around, peak=np.float32(1), start=0, end=len(around))
    settings = RunSettings(recipe, "both", "8", labels.network_labels(8, "both"), 1, "none", (), tuple(validating), "")
    return Clips(table, settings, files, Frames())


def test_an_epoch_takes_spoken_ravdess_twice_and_some_of_the_others(tmp_path: Path) -> None:
    made = clips(tmp_path)
    batches = made.epoch(0)
    taken = np.bincount(np.concatenate(batches), minlength=len(GROUPS))
    assert (taken[:20] == 2).all() and (taken[20:30] == 1).all() and taken[30:].sum() == 30 and taken[30:].max() == 1
    assert len(batches) == made.an_epoch == 80 // 8
    assert all(np.array_equal(one, other) for one, other in zip(batches, made.epoch(0), strict=True))
    assert not all(np.array_equal(one, other) for one, other in zip(batches, made.epoch(1), strict=True))
    assert np.mean([np.ptp(made.lengths[rows]) for rows in batches]) < 0.5 * np.ptp(made.lengths)


def test_speakers_that_validate_do_not_train(tmp_path: Path) -> None:
    made = clips(tmp_path, ["ravdess:4", "crema-d:5"])
    trained = set(np.concatenate(made.epoch(0)).tolist())
    assert not trained & set(range(3, 30, 5)) and not trained & set(range(34, 70, 5))
    assert set(made.validating) == set(range(3, 20, 5)) | set(range(34, 70, 5))  # no song


def test_a_batch_is_filled_up_and_what_is_filled_is_masked(tmp_path: Path) -> None:
    made, rows = clips(tmp_path), np.array([0, 30, 60])
    (batch,) = made.plain(rows)
    sizes = [(50 + row) // 2 for row in rows]
    assert batch.states.shape == (3, 55, 80) and batch.mask.sum(1).tolist() == sizes
    assert not batch.states[~batch.mask].any()
    for i, row in enumerate(rows):
        wanted = LogMel()(np.round(20_000 * VOICE[: RATE // 2 + 160 * row]).astype(np.float32) / 32767)
        np.testing.assert_allclose(batch.states[i, : sizes[i]], wanted[0, :, ::2].T, atol=1e-4)


def test_a_clip_is_augmented_by_the_seed_and_its_place_alone(tmp_path: Path) -> None:
    made, rows = clips(tmp_path), np.array([0, 0, 60])
    first, again, other = (made.augmented(rows, np.arange(3), seed) for seed in ((1, 2, 3), (1, 2, 3), (1, 2, 4)))
    assert torch.equal(first.states, again.states) and torch.equal(first.mask, again.mask)
    assert first.states.shape != other.states.shape or not torch.equal(first.states, other.states)
    heard = [first.states[i][first.mask[i]] for i in range(2)]
    assert heard[0].shape != heard[1].shape or not torch.equal(*heard), "a clip that is drawn twice is augmented twice"


class Multiplied(Frames):
    """The same, multiplied."""

    def forward(self, log_mel: Tensor) -> Tensor:
        return super().forward(log_mel) @ torch.eye(80)


def test_what_is_multiplied_in_half_precision_comes_in_single(tmp_path: Path) -> None:
    made, rows = clips(tmp_path), np.array([0, 60])
    made.encoder = Multiplied()
    whole = made.augmented(rows, np.arange(2), (1, 2, 3)).states
    with torch.autocast("cpu", torch.bfloat16):
        half = made.augmented(rows, np.arange(2), (1, 2, 3)).states
    assert half.dtype == whole.dtype == torch.float32 and not torch.equal(half, whole)
    torch.testing.assert_close(half, whole, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("world", [2, 5])
def test_the_shares_of_several_processes_are_the_whole_batch(tmp_path: Path, world: int) -> None:
    made, rows, seed = clips(tmp_path), np.array([0, 60, 0, 30]), (1, 2, 3)
    whole = made.augmented(rows, np.arange(4), seed)
    for rank in range(world):
        places = Ranks(rank, world, torch.device("cpu")).share(np.arange(4))
        share = made.augmented(rows[places], places, seed)
        assert len(share.states) == len(places) and np.array_equal(share.rows, rows[places])
        for i, place in enumerate(places):
            assert torch.equal(share.states[i][share.mask[i]], whole.states[place][whole.mask[place]])


def test_a_clip_that_is_too_short_for_the_encoder_is_filled_up(tmp_path: Path) -> None:
    made = clips(tmp_path)
    np.savez(made.files[0], around=np.ones(1500, np.int16), peak=np.float32(1), start=0, end=1500)
    rows = np.zeros(20, np.int64)
    assert (made.augmented(rows, np.arange(20), (0, 0, 0)).mask.sum(1) >= 5).all()
    (batch,) = made.plain(rows[:1])
    assert batch.mask.sum() == 5  # 0.1 s


def test_the_clips_of_a_fold_babble_behind_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = clips(tmp_path)
    behind: list[Sequence[Signal]] = []
    monkeypatch.setattr(finetune_batches, "augmented", lambda signal, around: behind.append(around.talkers) or signal)
    rows = np.array([0, 1, 40])
    made.augmented(rows, np.arange(3), (0, 0, 0))
    for talkers, row in zip(behind, rows, strict=True):
        wanted = [clip_cache.read(file).signal for file in made.babblers[row]]
        assert all(np.array_equal(one, other) for one, other in zip(talkers, wanted, strict=True))


@pytest.mark.parametrize("size", [1, 1000, RATE, 8 * RATE])
def test_a_clip_is_cut(size: int) -> None:
    rng, signal = np.random.default_rng(0), np.arange(size, dtype=np.float32)
    for _ in range(50):
        cut = _cropped(signal, rng, 3 * RATE)
        assert min(size, 3 * RATE) * (0.69 if size > 0.8 * RATE else 1) <= len(cut) <= 3 * RATE and (np.diff(cut) == 1).all()


@pytest.mark.parametrize("size", [1, 30, 200])
def test_spans_are_hidden(size: int) -> None:
    rng, tokens = np.random.default_rng(0), np.arange(1, size + 1)[:, None].astype(np.float32)
    shares = []
    for _ in range(50):
        hidden = _hidden(tokens, rng)
        assert len(hidden) == len(tokens) and np.array_equal(hidden[hidden != 0], tokens[hidden != 0])
        shares.append(float((hidden == 0).mean()))
    assert tokens.all() and max(shares) <= 1 / 4 and (size == 1 or np.mean(shares) > 0.05)


def test_bands_are_masked_by_the_mean() -> None:
    rng, log_mel = np.random.default_rng(0), np.random.default_rng(1).normal(size=(1, 80, 50)).astype(np.float32)
    shares = []
    for _ in range(50):
        masked = _masked(log_mel, rng)
        changed = (masked != log_mel).all(axis=(0, 2))
        assert np.array_equal(masked[:, ~changed], log_mel[:, ~changed]) and np.allclose(masked[:, changed], log_mel.mean())
        shares.append(changed.mean())
    assert max(shares) <= 2 * 13 / 80 and np.mean(shares) > 0.08
