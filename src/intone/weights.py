"""Tensors in files: safetensors, which can hold nothing that runs."""

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from intone.errors import TrainingError
from intone.files import write_whole


def save_weights(path: Path, tensors: Mapping[str, Tensor], notes: Mapping[str, str]) -> None:
    """Write named tensors and notes, whole."""
    with write_whole(path) as part:
        part.write_bytes(save({name: tensor.contiguous() for name, tensor in tensors.items()}, dict(notes)))


def load_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and notes of a file; a TrainingError where it is damaged or missing."""
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise TrainingError(f"The weights in {path} are missing or damaged ({error}): train again.") from error
