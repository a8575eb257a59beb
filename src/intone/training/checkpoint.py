"""Tensors in files: safetensors, which can hold nothing that runs."""

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import Optimizer

from intone.errors import TrainingError
from intone.files import write_whole


def save_weights(path: Path, tensors: Mapping[str, Tensor], notes: Mapping[str, str]) -> None:
    """Write named tensors and notes, whole; the same ones give the same bytes."""
    content = save({name: tensor.contiguous() for name, tensor in tensors.items()})
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    if notes:  # put in here, for safetensors writes several of them in a random order
        header = {"__metadata__": dict(notes), **header}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with write_whole(path) as part, part.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.write(memoryview(content)[start:])


def load_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and notes of a file; a TrainingError where it is damaged or missing."""
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118 - no dict
    except (SafetensorError, OSError) as error:
        raise TrainingError(f"The weights in {path} are missing or damaged ({error}): train again.") from error


def progress(network: nn.Module, optimizer: Optimizer) -> dict[str, Tensor]:
    """The tensors that a training resumes from, by name: the network's weights and the optimizer's state."""
    tensors = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    for index, slots in optimizer.state_dict()["state"].items():
        tensors |= {f"adam.{index}.{name}": tensor for name, tensor in slots.items()}
    return tensors


def restore(tensors: Mapping[str, Tensor], network: nn.Module, optimizer: Optimizer) -> None:
    """Put back what `progress` gave."""
    network.load_state_dict({name.removeprefix("network."): tensor for name, tensor in tensors.items()
                             if name.startswith("network.")})
    slots: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        kind, index, slot = [*name.split(".", 2), ""][:3]
        if kind == "adam":
            slots.setdefault(int(index), {})[slot] = tensor
    optimizer.load_state_dict({**optimizer.state_dict(), "state": slots})
