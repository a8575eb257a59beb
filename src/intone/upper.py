"""The network of a fine-tuning: layers of an encoder that learn, with their head, beside a probe of what they were."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from intone.encoder import Encoder, means
from intone.probe import Reading

GAZES = 4
"""Attentions that the head pools with, beside the plain mean."""


class Upper(nn.Module):
    """The layers that learn, and the head: states (clips, tokens, width) -> logits (clips, labels).

    The mean of every `stride` tokens is taken for one: the tone of a voice does not change within 40 ms, and the layers
    need half the time. The head reads the states below and those of every layer, each normalised: their mean and
    deviation over time, and, of a learned mixture of them, the mean and deviation that each of `GAZES` attentions sees.
    """

    def __init__(self, layers: Sequence[nn.Module], width: int, outputs: int, dropout: float, stride: int) -> None:
        super().__init__()
        self.stride = stride
        read = len(layers) + 1
        self.layers = nn.ModuleList(layers)
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(read)])
        self.mixture = nn.Parameter(torch.zeros(read))
        self.attention = nn.Sequential(nn.Linear(width, width // 4), nn.Tanh(), nn.Linear(width // 4, GAZES))
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(2 * width * (read + GAZES), outputs)
        nn.init.normal_(self.linear.weight, std=0.005)
        nn.init.zeros_(self.linear.bias)

    def forward(self, hidden: Tensor, heard: Tensor | None = None) -> Tensor:
        """`heard` (clips, tokens) is False where a shorter clip was filled up; None where none was."""
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
        seen = [statistics(one, evenly) for one in read] + [statistics(mixed, gazes)]
        logits: Tensor = self.linear(self.dropout(torch.cat(seen, dim=1)))
        return logits


class Tuned(nn.Module):
    """The whole network, as it is exported: what the encoder hears of one clip -> logits (1, labels).

    It averages two opinions, that of the layers that learned and that of a linear probe of the encoder as it was, for
    each knows what the other does not: the logits are the logarithms of the mean of their probabilities, in which the
    probe weighs `untouched`.
    """

    def __init__(self, encoder: Encoder, upper: Upper, reading: Reading, untouched: float) -> None:
        super().__init__()
        self.encoder, self.upper, self.reading, self.untouched = encoder, upper, reading, untouched

    def forward(self, features: Tensor) -> Tensor:
        return self.judged(features)[0]

    def judged(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (1, labels), and how strange the sound is to the probe, (1,)."""
        states = self.encoder(features)
        found = self.encoder.pooled(states)[None]
        learned, known = self.upper(states[-1:]), self.reading(found)
        mean = (1 - self.untouched) * torch.softmax(learned, 1) + self.untouched * torch.softmax(known, 1)
        return mean.clamp_min(1e-12).log(), self.reading.strangeness(found)


def statistics(hidden: Tensor, weights: Tensor) -> Tensor:
    """Weighted means and deviations over time: (n, tokens, width), (n, tokens, gazes) -> (n, 2 gazes width)."""
    with torch.autocast(hidden.device.type, enabled=False):  # a difference of squares needs all digits
        hidden, weights = hidden.float(), weights.float()
        mean = torch.einsum("ntg,ntw->ngw", weights, hidden)
        square = torch.einsum("ntg,ntw->ngw", weights, hidden.square())
        deviation = (square - mean.square()).clamp_min(1e-5).sqrt()
        return torch.cat([mean.flatten(1), deviation.flatten(1)], dim=1)
