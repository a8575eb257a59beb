"""Features in standard deviations, and how far a clip lies from the training data: out of distribution (OOD)."""

import torch
from torch import Tensor, nn

FARTHEST = 5.0
"""Standard deviations from its mean to which a feature is clipped."""

DIRECTIONS = 128
"""Principal directions of the training data that are kept, at most; an eighth of the features where they are few."""


class Standard(nn.Module):
    """Mean, standard deviation and principal directions of the features (clips, n) of the training data.

    Every feature is clipped to `FARTHEST` standard deviations.
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
        """Take mean, deviation and directions from the features (clips, n) of the training data.

        For standardised features Z the eigenvectors of Z^T Z with the largest eigenvalues are the directions in which
        the clips vary most (principal component analysis). `eigh` sorts the eigenvalues in rising order: the last ones
        are kept.
        """
        self.mean.copy_(features.mean(0))
        self.deviation.copy_(features.std(0, correction=0) + 1e-6)
        found = self(features)
        _, directions = torch.linalg.eigh(found.T @ found)
        self.directions.copy_(directions[:, len(directions) - self.directions.shape[1] :])

    def forward(self, features: Tensor) -> Tensor:
        """Features (clips, n) in standard deviations from their means."""
        return ((features - self.mean) / self.deviation).clamp(-FARTHEST, FARTHEST)

    def ood_score(self, features: Tensor) -> Tensor:
        """How far clips lie from the training data, (clips,): the root mean square of the reconstruction error.

        Reconstructed from its principal directions V (orthonormal columns) z becomes V V^T z, and z - V V^T z is
        orthogonal to it: by Pythagoras |z - V V^T z|^2 = |z|^2 - |V^T z|^2. Two speakers differ along these directions;
        an unusual sound differs in others too. The score says nothing of emotion (Jackson and Mudholkar 1979,
        https://doi.org/10.1080/00401706.1979.10489779).
        """
        found: Tensor = self(features)
        left = found.square().sum(dim=1) - (found @ self.directions).square().sum(dim=1)
        return (left.clamp_min(0) / found.shape[1]).sqrt()
