"""Features in deviations from what they were in training, and how strange a clip is beside those of the training."""

import torch
from torch import Tensor, nn

FARTHEST = 5.0
"""Deviations from its mean within which a feature is held."""

DIRECTIONS = 128
"""Directions, at most, in which clips of the training lie apart from one another; an eighth of few features."""


class Standard(nn.Module):
    """Mean, deviation and principal directions of features (clips, n) of the clips that were learned from.

    Every feature is held within `FARTHEST` deviations.
    """

    mean: Tensor
    deviation: Tensor
    directions: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("deviation", torch.ones(size))
        self.register_buffer("directions", torch.zeros(size, min(DIRECTIONS, size // 8)))

    def learn(self, features: Tensor) -> None:
        """Take mean, deviation and directions from the features of the clips that were learned from."""
        self.mean.copy_(features.mean(0))
        self.deviation.copy_(features.std(0, correction=0) + 1e-6)
        found = self(features)
        _, directions = torch.linalg.eigh(found.T @ found)
        self.directions.copy_(directions[:, len(directions) - self.directions.shape[1] :])

    def forward(self, features: Tensor) -> Tensor:
        """Features (clips, n) in deviations from their means."""
        return ((features - self.mean) / self.deviation).clamp(-FARTHEST, FARTHEST)

    def ood_score(self, features: Tensor) -> Tensor:
        """How far clips lie from where those lay that were learned from, (clips,).

        The root mean square, in deviations, of what the principal directions leave over (reconstruction error): two
        speakers differ along these directions, an unusual sound in others too. It says nothing of emotion.
        """
        found: Tensor = self(features)
        left = found.square().sum(dim=1) - (found @ self.directions).square().sum(dim=1)
        return (left.clamp_min(0) / found.shape[1]).sqrt()
