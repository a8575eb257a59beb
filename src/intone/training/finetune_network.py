"""The network of a fine-tuning: layers of an encoder that learn, and their head."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from intone import labels
from intone.training.encoders import Encoder, means
from intone.training.novelty import Standard

GAZES = 4
"""Attentions that the head pools with, beside the plain mean."""


class Upper(nn.Module):
    """The layers that learn, and the head: states (clips, tokens, width) -> logits (clips, labels).

    The mean of every `stride` tokens is taken for one: the tone of a speaker does not change within 40 ms, and the layers
    need half the time. The head reads the states below and those of every layer, each normalised: their mean and
    deviation over time, and, of a learned mixture of them, the mean and deviation that each of `GAZES` attentions sees.
    The logit of a label is the sum of those of its `labels.parts`.
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
        self.attention = nn.Sequential(nn.Linear(width, width // 4), nn.Tanh(), nn.Linear(width // 4, GAZES))
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(2 * width * (read + GAZES), int(self.parts.max()) + 1)
        self.standard = Standard(width * read)
        nn.init.normal_(self.linear.weight, std=0.005)
        nn.init.zeros_(self.linear.bias)

    def seen(self, hidden: Tensor, heard: Tensor | None = None) -> Tensor:
        """What the head reads, (clips, n).

        `heard` (clips, tokens) is False where a shorter clip was filled up; None where none was.
        """
        if heard is None:
            heard = torch.ones_like(hidden[..., 0], dtype=torch.bool)
        hidden = means(hidden, self.stride)
        heard = heard[:, self.stride - 1 :: self.stride]
        hidden_from = torch.where(heard, 0.0, -1e9)
        read = [hidden]
        for layer in self.layers:
            hidden = layer(hidden, hidden_from[:, None, None, :])
            read.append(hidden)
        read = [norm(one) for norm, one in zip(self.norms, read, strict=True)]
        evenly = (heard / heard.sum(1, keepdim=True))[..., None]
        mixed = torch.einsum("r,rntw->ntw", torch.softmax(self.mixture, 0), torch.stack(read))
        gazes = torch.softmax(self.attention(mixed) + hidden_from[..., None], dim=1)
        return torch.cat([statistics(one, evenly) for one in read] + [statistics(mixed, gazes)], dim=1)

    def means(self, seen: Tensor) -> Tensor:
        """The means over time of the states below and of every layer, (clips, n), of what the head reads."""
        read, size = len(self.norms), self.standard.mean.numel()
        statistics: Tensor = seen[:, : 2 * size].unflatten(1, (read, 2, -1))
        return statistics[:, :, 0].flatten(1)

    def ood_score(self, seen: Tensor) -> Tensor:
        """How strange the sound is by these means, (clips,)."""
        return self.standard.ood_score(self.means(seen))

    def answer(self, seen: Tensor) -> Tensor:
        """Logits (clips, labels) for what the head reads."""
        parts: Tensor = self.linear(self.dropout(seen)).float()[:, self.parts]
        return parts.sum(2)

    def forward(self, hidden: Tensor, heard: Tensor | None = None) -> Tensor:
        return self.answer(self.seen(hidden, heard))


class Tuned(nn.Module):
    """The whole network, as it is exported: what the encoder hears of one clip -> logits (1, labels)."""

    def __init__(self, encoder: Encoder, upper: Upper) -> None:
        super().__init__()
        self.encoder, self.upper = encoder, upper

    def forward(self, features: Tensor) -> Tensor:
        return self.judged(features)[0]

    def judged(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (1, labels), and how strange the sound is to the head, (1,)."""
        seen = self.upper.seen(self.encoder(features)[-1:])
        return self.upper.answer(seen), self.upper.ood_score(seen)


def statistics(hidden: Tensor, weights: Tensor) -> Tensor:
    """Weighted means and deviations over time: (n, tokens, width), (n, tokens, gazes) -> (n, 2 gazes width)."""
    with torch.autocast(hidden.device.type, enabled=False):  # a difference of squares needs all digits
        hidden, weights = hidden.float(), weights.float()
        mean = torch.einsum("ntg,ntw->ngw", weights, hidden)
        square = torch.einsum("ntg,ntw->ngw", weights, hidden.square())
        deviation = (square - mean.square()).clamp_min(1e-5).sqrt()
        return torch.cat([mean.flatten(1), deviation.flatten(1)], dim=1)
