"""Low-rank adapters: layers learn, and their weights stay as they are.

To each product of a layer with its weights a second one is added, through `rank` numbers only (Hu et al. 2021,
https://arxiv.org/abs/2106.09685). It starts at nothing, so that the first answer is that of the layer as it was.
"""

import math

import torch
from torch import Tensor, nn

SCALE = 2.0
"""Weight of what is added, the alpha of the paper over the rank."""


class Adapted(nn.Module):
    """A linear layer with an adapter: states (..., inputs) -> (..., outputs). Its bias learns too, its weights do not.

    The weights are none of the state that is kept: they are those of the encoder.
    """

    weight: Tensor

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        super().__init__()
        self.register_buffer("weight", linear.weight.detach(), persistent=False)
        self.down = nn.Parameter(torch.randn(rank, linear.in_features) / math.sqrt(linear.in_features))
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank))
        self.bias = None if linear.bias is None else nn.Parameter(linear.bias.detach().clone())

    def forward(self, hidden: Tensor) -> Tensor:
        added = nn.functional.linear(nn.functional.linear(hidden, self.down), SCALE * self.up)
        return nn.functional.linear(hidden, self.weight, self.bias) + added


def adapt(layer: nn.Module, rank: int) -> None:
    """Put an adapter on every linear layer in a module."""
    for name, child in list(layer.named_children()):
        if isinstance(child, nn.Linear):
            setattr(layer, name, Adapted(child, rank))
        else:
            adapt(child, rank)
