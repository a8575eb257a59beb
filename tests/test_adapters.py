"""Adapters: nothing changes before they learn, and what they add is a change of the weights of low rank."""

from pathlib import Path

import pytest
import torch
from torch import nn

from intone.adapters import SCALE, Adapted, adapt
from intone.encoder import load_encoder
from tiny_encoder import LAYERS, WIDTH, write_encoder, write_wave_encoder


@pytest.fixture(params=["whisper", "wavlm"])
def layer(request: pytest.FixtureRequest, tmp_path: Path) -> nn.Module:
    folder = write_encoder(tmp_path) if request.param == "whisper" else write_wave_encoder(tmp_path, request.param)
    return load_encoder(str(folder), LAYERS).take_off(1, 2)[0].eval()


def test_a_new_adapter_changes_no_answer(layer: nn.Module) -> None:
    hidden = torch.randn(2, 9, WIDTH)
    before = layer(hidden, None)
    adapt(layer, 3)
    torch.testing.assert_close(layer(hidden, None), before)


@pytest.mark.parametrize("bias", [True, False])
def test_what_is_added_is_a_matrix_of_low_rank(bias: bool) -> None:
    linear = nn.Linear(7, 5, bias=bias)
    one = Adapted(linear, 2)
    one.up.data = torch.randn(5, 2)
    added = SCALE * one.up @ one.down
    assert torch.linalg.matrix_rank(added) == 2
    hidden = torch.randn(4, 6, 7)
    torch.testing.assert_close(one(hidden), nn.functional.linear(hidden, linear.weight + added, linear.bias))


def test_the_weights_stay_and_are_not_kept(layer: nn.Module) -> None:
    weights = {name: child.weight.clone() for name, child in layer.named_modules() if isinstance(child, nn.Linear)}
    adapt(layer, 3)
    adapted = {name: child for name, child in layer.named_modules() if isinstance(child, Adapted)}
    assert adapted.keys() == weights.keys() and len(adapted) >= 6
    optimizer = torch.optim.SGD([weight for weight in layer.parameters() if weight.requires_grad], lr=0.1)
    for _ in range(2):  # in the first only what starts at nothing moves
        optimizer.zero_grad()
        layer(torch.randn(2, 9, WIDTH), None).square().mean().backward()
        optimizer.step()
    for name, one in adapted.items():
        assert torch.equal(one.weight, weights[name]) and one.up.any()
        assert f"{name}.weight" not in layer.state_dict() and f"{name}.up" in layer.state_dict()
