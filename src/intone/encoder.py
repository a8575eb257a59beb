"""The first layers of a pretrained speech encoder: log-mel -> hidden states, one every 20 ms.

The encoder is a Whisper model (Radford et al. 2022, https://arxiv.org/abs/2212.04356) in the layout of Hugging Face's
transformers: a folder, or a name on the hub such as `openai/whisper-base`. Its middle layers carry how something is
said, the last ones what is said. Other than in transcription, the log-mel is as long as the sound, not 30 seconds.
"""

from typing import Any

import torch
from torch import Tensor, nn

from intone.errors import TrainingError


class Encoder(nn.Module):
    """Stem and first `layers` layers of a Whisper encoder.

    Input: log-mel (1, bands, frames), at most 3000 frames. Output: hidden states (layers + 1, frames / 2, width), those
    of the stem first.
    """

    def __init__(self, whisper: Any, layers: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = whisper.conv1, whisper.conv2
        self.layers = nn.ModuleList(list(whisper.layers)[:layers])
        self.register_buffer("positions", whisper.embed_positions.weight.detach().clone())
        self.width = int(self.positions.shape[1])

    positions: Tensor

    def forward(self, log_mel: Tensor) -> Tensor:
        gelu = nn.functional.gelu
        hidden = gelu(self.conv2(gelu(self.conv1(log_mel)))).permute(0, 2, 1)
        hidden = hidden + self.positions[: hidden.shape[1]]
        states = [hidden]
        for layer in self.layers:
            hidden = layer(hidden, None)
            states.append(hidden)
        return torch.cat(states)


def load_encoder(name: str, layers: int) -> Encoder:
    """The encoder in a folder or on the hub; a TrainingError where there is none, or it has fewer layers."""
    import transformers  # seconds that no other command needs

    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # a missing decoder is not missed here
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        config = transformers.AutoConfig.from_pretrained(name)
        if config.model_type != "whisper":
            raise TrainingError(f"The encoder {name} is a {config.model_type} model: name a Whisper one, such as "
                                "openai/whisper-base.")
        whisper = transformers.WhisperModel.from_pretrained(name, attn_implementation="eager", dtype=torch.float32)
    except (OSError, ValueError) as error:
        raise TrainingError(f"There is no encoder at {name}: name a folder with config.json and model.safetensors, or "
                            "a model on the hub, such as openai/whisper-base.") from error
    encoder = whisper.get_encoder()
    if not 1 <= layers <= len(encoder.layers):
        raise TrainingError(f"The encoder {name} has {len(encoder.layers)} layers, so {layers} cannot be used.")
    return Encoder(encoder, layers).eval()


def pooled(states: Tensor) -> Tensor:
    """Mean and standard deviation over time of hidden states (layers, tokens, width) -> (layers, 2 width)."""
    deviation = (states - states.mean(1, keepdim=True)).square().mean(1).sqrt()
    return torch.cat([states.mean(1), deviation], dim=1)
