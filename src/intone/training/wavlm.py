"""The layers of WavLM, each by itself: in transformers one needs what the first of them says of distances."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


class WavlmLayer(nn.Module):
    """A layer that is called as those of the other encoders: `layer(hidden, mask)`."""

    def __init__(self, layer: Any, distances: nn.Embedding) -> None:
        super().__init__()
        layer.attention = WavlmAttention(layer.attention, distances)
        self.layer = layer

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        """Hidden states (clips, tokens, width), and what is added to the attention (clips, 1, 1, tokens)."""
        found: Tensor = self.layer(hidden, mask)[0]
        return found

    def spread(self, stride: int) -> None:
        """Let tokens lie `stride` of the encoder's own apart."""
        self.layer.attention.stride = stride


class WavlmAttention(nn.Module):
    """Attention in which the distance of two tokens counts, as much as a gate lets it.

    What distances count is learned in the first layer for all; here every layer holds it, so that it needs no layer
    below, and it learns no further. Takes the place of transformers' own, whose mask torch is about to give up.
    """

    def __init__(self, attention: Any, distances: nn.Embedding) -> None:
        super().__init__()
        self.own, self.stride = attention, 1
        self.own.rel_attn_embed = distances

    def forward(self, hidden: Tensor, attention_mask: Tensor | None, **_: object) -> tuple[Tensor, None, None]:
        """As transformers calls it: what the tokens see, no weights, and no distances for the next layer."""
        own = self.own
        query, key, value = (self._heads(project(hidden)) for project in (own.q_proj, own.k_proj, own.v_proj))
        scores = own.scaling * query @ key.transpose(2, 3) + self._distances(self._heads(hidden))
        if attention_mask is not None:
            scores = scores + attention_mask
        shares = nn.functional.dropout(torch.softmax(scores, -1), own.dropout, self.training)
        return own.out_proj((shares @ value).transpose(1, 2).flatten(2)), None, None

    def _heads(self, hidden: Tensor) -> Tensor:
        """(clips, tokens, width) -> (clips, heads, tokens, width / heads)."""
        heads: Tensor = hidden.unflatten(2, (self.own.num_heads, self.own.head_dim)).transpose(1, 2)
        return heads

    def _distances(self, hidden: Tensor) -> Tensor:
        """What distances add to the scores, from hidden states by head: (clips, heads, tokens, tokens)."""
        first, second = self.own.gru_rel_pos_linear(hidden).unflatten(-1, (2, 4)).sum(-1).sigmoid().split(1, dim=-1)
        gate = first * (second * self.own.gru_rel_pos_const - 1) + 2
        span = hidden.shape[2] * self.stride
        counts = self.own.compute_bias(span, span)[:, :: self.stride, :: self.stride]
        added: Tensor = gate * counts
        return added


def wavlm_layers(layers: Sequence[Any]) -> list[nn.Module]:
    """The first layers of a WavLM of transformers, which are changed."""
    distances = [layer.attention.rel_attn_embed.requires_grad_(False) for layer in layers[:1]]
    return [WavlmLayer(layer, *distances) for layer in layers]
