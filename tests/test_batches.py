"""The batches of a fine-tuning: which clips an epoch takes, and how much of each is heard."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from intone import labels
from intone.batches import Clips, _blanked, _cropped
from intone.front_end import LogMel
from intone.recipe import TunedRecipe
from intone.run import RunSettings

GROUPS = ["ravdess/speech"] * 20 + ["ravdess/song"] * 10 + ["crema-d/speech"] * 40


def clips(folder: Path, validating: Sequence[str] = (), **changes: object) -> Clips:
    """Clips of two corpora whose states count from 0, in one variation beside the recording."""
    recipe = replace(TunedRecipe("made", "none", LogMel(), batch=8, others=30), **changes)
    table = pd.DataFrame({"corpus": [group.split("/")[0] for group in GROUPS], "vocal": [group.split("/")[1] for group in GROUPS],
                          "actor": np.arange(len(GROUPS)) % 5, "class": "sad", "label": "male_sad"})
    files = [[folder / f"{variation}-{row}.npz" for row in range(len(table))] for variation in range(2)]
    for row in range(len(table)):
        for variation in range(2):
            np.savez(files[variation][row], states=np.full((5 + row, 3), 1 + 1000 * variation + row, np.float16))
    settings = RunSettings(recipe, "both", "8", labels.network_labels(8, "both"), 1, "none", (), tuple(validating), "")
    return Clips(table, settings, files)


def test_an_epoch_takes_spoken_ravdess_twice_and_some_of_the_others(tmp_path: Path) -> None:
    made = clips(tmp_path)
    batches = made.epoch(0)
    taken = np.bincount(np.concatenate(batches), minlength=len(GROUPS))
    assert (taken[:20] == 2).all() and (taken[20:30] == 1).all() and taken[30:].sum() == 30 and taken[30:].max() == 1
    assert len(batches) == made.an_epoch == 80 // 8
    assert all(np.array_equal(one, other) for one, other in zip(batches, made.epoch(0), strict=True))
    assert not all(np.array_equal(one, other) for one, other in zip(batches, made.epoch(1), strict=True))
    assert np.mean([np.ptp(made.lengths[rows]) for rows in batches]) < 0.5 * np.ptp(made.lengths)


def test_voices_that_validate_do_not_train(tmp_path: Path) -> None:
    made = clips(tmp_path, ["ravdess:3", "crema-d:4"])
    trained = set(np.concatenate(made.epoch(0)).tolist())
    assert not trained & set(range(3, 30, 5)) and not trained & set(range(34, 70, 5))
    assert set(made.validating) == set(range(3, 20, 5)) | set(range(34, 70, 5))  # no song


def test_a_batch_is_filled_up_with_what_is_not_heard(tmp_path: Path) -> None:
    made, rows = clips(tmp_path), np.array([0, 30, 60])
    (batch,) = made.plain(rows)
    assert batch.states.shape == (3, 65, 3) and batch.heard.sum(1).tolist() == [5, 35, 65]
    assert torch.equal(batch.states, (1.0 + torch.tensor([0, 30, 60]))[:, None, None] * batch.heard[..., None].expand(3, 65, 3))
    found = [made.varied(rows, np.random.default_rng(seed)).states[0].max() for seed in range(20)]
    assert {int(one) for one in found} == {1, 1001}


@pytest.mark.parametrize("size", [1, 30, 200])
def test_a_clip_is_cut_and_blanked(size: int) -> None:
    rng, tokens = np.random.default_rng(0), np.arange(1, size + 1)[:, None].astype(np.float32)
    for _ in range(50):
        cut = _cropped(tokens, rng, 150)
        assert min(size, 150) * (0.69 if size > 40 else 1) <= len(cut) <= 150 and (np.diff(cut[:, 0]) == 1).all()
        blanked = _blanked(cut, rng)
        assert len(blanked) == len(cut) and (blanked == 0).sum() <= len(cut) / 4
        assert cut.all() and np.array_equal(blanked[blanked != 0], cut[blanked != 0])
