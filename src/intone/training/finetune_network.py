"""The network of a fine-tuning: the layers of an encoder that learn, and a head with attentive statistics pooling."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from intone import labels
from intone.training.encoders import Encoder, means
from intone.training.novelty import Standard

HEADS = 4
"""Attention heads that pool over time, beside the plain mean."""


class Upper(nn.Module):
    """The layers that learn, and the head: hidden states (clips, tokens, width) -> logits (clips, labels).

    Every `stride` tokens are replaced by their mean: the tone of a speaker does not change within 40 ms, and the layers
    need half the time. The head reads the states below the layers and those of every layer, after layer normalisation:
    their statistics over time (`statistics`), and those of a learned mixture of them under `HEADS` attention heads. The
    logit of a label is the sum of the logits of its class and of its sex (`labels.parts`).
    """

    parts: Tensor

    def __init__(
        self, layers: Sequence[nn.Module], width: int, outputs: Sequence[str], dropout: float, stride: int
    ) -> None:
        super().__init__()
        self.register_buffer("parts", torch.from_numpy(labels.parts(outputs)), persistent=False)
        self.stride = stride
        read = len(layers) + 1
        self.layers = nn.ModuleList(layers)
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(read)])
        self.mixture = nn.Parameter(torch.zeros(read))
        self.attention = nn.Sequential(nn.Linear(width, width // 4), nn.Tanh(), nn.Linear(width // 4, HEADS))
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(2 * width * (read + HEADS), int(self.parts.max()) + 1)
        self.standard = Standard(width * read)
        nn.init.normal_(self.linear.weight, std=0.005)
        nn.init.zeros_(self.linear.bias)

    def pooled(self, hidden: Tensor, valid: Tensor | None = None) -> Tensor:
        """The statistics over time that the head reads, (clips, n).

        `valid` (clips, tokens) is False where a shorter clip was padded; None where none was.
        """
        if valid is None:
            valid = torch.ones_like(hidden[..., 0], dtype=torch.bool)
        hidden = means(hidden, self.stride)
        valid = valid[:, self.stride - 1 :: self.stride]
        mask = torch.where(valid, 0.0, -1e9)  # added to the scores of attention: exp(-1e9) is 0
        states = [hidden]
        for layer in self.layers:
            hidden = layer(hidden, mask[:, None, None, :])
            states.append(hidden)
        states = [norm(one) for norm, one in zip(self.norms, states, strict=True)]
        evenly = (valid / valid.sum(1, keepdim=True))[..., None]
        mixed = torch.einsum("r,rntw->ntw", torch.softmax(self.mixture, 0), torch.stack(states))
        # Attentive pooling: e = V tanh(W h + b) + c for each token and head, a = softmax of e over time.
        heads = torch.softmax(self.attention(mixed) + mask[..., None], dim=1)
        return torch.cat([statistics(one, evenly) for one in states] + [statistics(mixed, heads)], dim=1)

    def means(self, pooled: Tensor) -> Tensor:
        """Of the pooled statistics the means over time of the states below and of every layer, (clips, n)."""
        read, size = len(self.norms), self.standard.mean.numel()
        statistics: Tensor = pooled[:, : 2 * size].unflatten(1, (read, 2, -1))
        return statistics[:, :, 0].flatten(1)

    def ood_score(self, pooled: Tensor) -> Tensor:
        """How far the sound lies from the training data by these means, (clips,)."""
        return self.standard.ood_score(self.means(pooled))

    def answer(self, pooled: Tensor) -> Tensor:
        """Logits (clips, labels) from the pooled statistics."""
        parts: Tensor = self.linear(self.dropout(pooled)).float()[:, self.parts]
        return parts.sum(2)

    def forward(self, hidden: Tensor, valid: Tensor | None = None) -> Tensor:
        return self.answer(self.pooled(hidden, valid))


class Tuned(nn.Module):
    """The whole network, as it is exported: the features of one clip -> logits (1, labels)."""

    extra = "ood_score"
    """What `judged` gives besides the logits."""

    def __init__(self, encoder: Encoder, upper: Upper) -> None:
        super().__init__()
        self.encoder, self.upper = encoder, upper

    def forward(self, features: Tensor) -> Tensor:
        return self.judged(features)[0]

    def judged(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (1, labels), and how far the sound lies from the training data, (1,)."""
        pooled = self.upper.pooled(self.encoder(features)[-1:])
        return self.upper.answer(pooled), self.upper.ood_score(pooled)


def statistics(hidden: Tensor, weights: Tensor) -> Tensor:
    """Weighted means and standard deviations over time: (n, tokens, width), (n, tokens, heads) -> (n, 2 heads width).

    With weights a_t that sum to 1 over time, mean = sum of a_t h_t and variance = sum of a_t h_t^2 - mean^2. Equal
    weights are statistics pooling (Snyder et al. 2017, https://doi.org/10.21437/Interspeech.2017-620), learned ones
    attentive statistics pooling (Okabe et al. 2018, https://arxiv.org/abs/1803.10963).
    """
    with torch.autocast(hidden.device.type, enabled=False):  # a difference of squares needs all digits
        hidden, weights = hidden.float(), weights.float()
        mean = torch.einsum("nth,ntw->nhw", weights, hidden)
        square = torch.einsum("nth,ntw->nhw", weights, hidden.square())
        deviation = (square - mean.square()).clamp_min(1e-5).sqrt()
        return torch.cat([mean.flatten(1), deviation.flatten(1)], dim=1)
