"""The layers of WavLM, each by itself: in transformers a layer is given what the first one made of distances."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn


class WavlmLayer(nn.Module):
    """A layer of transformers' WavLM that is called as those of the other encoders: `layer(hidden, mask)`.

    To its attention scores WavLM adds a learned number for the distance of two tokens, times a gate of its own (Chen et
    al. 2021, section III-B). The numbers are those of the first layer; here every layer holds the table, so that it
    needs no layer below, and the table learns no further. Each token stands for `stride` of the encoder's own.
    """

    def __init__(self, layer: Any, table: nn.Embedding) -> None:
        super().__init__()
        layer.attention.rel_attn_embed = table
        self.layer, self.stride = layer, 1

    def distances(self, tokens: int) -> Tensor:
        """What the distance of two tokens adds to their score before the gate, (heads, tokens, tokens)."""
        span = tokens * self.stride
        found: Tensor = self.layer.attention.compute_bias(span, span)
        return found[:, :: self.stride, :: self.stride]

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        """Hidden states (clips, tokens, width), and what is added to the attention (clips, 1, 1, tokens)."""
        bias = self.distances(hidden.shape[1])[None].expand(len(hidden), -1, -1, -1)
        if mask is not None:  # a gate above 0 keeps it a mask (gru_rel_pos_const >= -1); torch gives up other types
            bias = bias + mask
        found: Tensor = self.layer(hidden, position_bias=bias.flatten(0, 1))[0]
        return found


def wavlm_layers(layers: Sequence[Any]) -> list[nn.Module]:
    """The first layers of a WavLM of transformers, which are changed."""
    tables = [layer.attention.rel_attn_embed.requires_grad_(False) for layer in layers[:1]]
    return [WavlmLayer(layer, *tables) for layer in layers]
