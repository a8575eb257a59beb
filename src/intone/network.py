"""The original's network in PyTorch: a small CNN on the MFCC of one tenth of a second."""

import torch
from torch import Tensor, nn


class MfccCnn(nn.Module):
    """Four 3x3 convolutions (16, 32, 64, 128), max-pool 2x2, dropout 0.5, dense 128, 64 and the classes.

    498,882 parameters with two classes and chunks of 9 frames x 13 coefficients. Input (n, frames, coefficients) as
    the front end gives it, output logits (n, classes). The scaling with the minimum and maximum over the whole
    training set is part of the network. Weights start as in Keras: Glorot uniform, biases zero.
    """

    minimum: Tensor
    maximum: Tensor

    def __init__(self, classes: int, shape: tuple[int, int] = (9, 13)) -> None:
        super().__init__()
        widths = (1, 16, 32, 64, 128)
        layers: list[nn.Module] = []
        for i in range(4):
            layers += [nn.Conv2d(widths[i], widths[i + 1], 3, padding="same"), nn.ReLU()]
        self.convolutions = nn.Sequential(*layers, nn.MaxPool2d(2), nn.Dropout(0.5), nn.Flatten())
        pooled = widths[-1] * (shape[0] // 2) * (shape[1] // 2)
        self.dense = nn.Sequential(nn.Linear(pooled, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(),
                                   nn.Linear(64, classes))
        self.register_buffer("minimum", torch.tensor(0.0))
        self.register_buffer("maximum", torch.tensor(1.0))
        self.apply(_keras_start)

    def forward(self, features: Tensor) -> Tensor:
        scaled = (features - self.minimum) / (self.maximum - self.minimum)
        logits: Tensor = self.dense(self.convolutions(scaled.unsqueeze(1)))
        return logits


class Probabilities(nn.Module):
    """A network with the softmax behind it: what is exported.

    One that can tell how strange its input is, by a method `judged` (features) -> logits, strangeness (n,), does.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, features: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        judged = getattr(self.network, "judged", None)
        if judged is None:
            return torch.softmax(self.network(features), dim=-1)
        logits, strangeness = judged(features)
        return torch.softmax(logits, dim=-1), strangeness


def parameters(network: nn.Module) -> int:
    """The number of trained weights."""
    return sum(weight.numel() for weight in network.parameters())


def _keras_start(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
