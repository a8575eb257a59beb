from pathlib import Path

import pytest
import torch

from intone.errors import TrainingError
from intone.training.checkpoint import load_weights, save_weights


def test_weights_and_notes_are_read_back(tmp_path: Path) -> None:
    tensors = {"b": torch.arange(5, dtype=torch.int64), "a": torch.ones(2, 3).T, "c": torch.tensor(0.5)}
    for notes in ({}, {"epoch": "3"}, {"one": "Grüße", "two": "2"}):
        save_weights(tmp_path / "w.safetensors", tensors, notes)
        found, told = load_weights(tmp_path / "w.safetensors")
        assert told == notes
        assert found.keys() == tensors.keys()
        assert all(torch.equal(found[name], tensors[name]) for name in tensors)


def test_the_same_weights_and_notes_are_the_same_bytes(tmp_path: Path) -> None:
    """safetensors by itself writes several notes in an order that is another every time."""
    notes = {name: name for name in "edcba"}
    for number in range(8):
        save_weights(tmp_path / f"{number}", {"b": torch.arange(3.0), "a": torch.ones(2, 3).T}, notes)
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1


def test_damaged_weights_are_told(tmp_path: Path) -> None:
    save_weights(tmp_path / "w.safetensors", {"a": torch.ones(9)}, {"epoch": "1"})
    content = (tmp_path / "w.safetensors").read_bytes()
    for damaged in (b"", content[:-1], content[:20], b"\xff" * 64):
        (tmp_path / "w.safetensors").write_bytes(damaged)
        with pytest.raises(TrainingError, match="missing or damaged"):
            load_weights(tmp_path / "w.safetensors")
