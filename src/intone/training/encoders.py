"""The first layers of a pretrained speech encoder: features of a clip -> hidden states, one every 20 ms.

An encoder is a folder in the layout of Hugging Face's transformers, or a name on the hub. Whisper (Radford et al. 2022,
https://arxiv.org/abs/2212.04356) takes a log-mel spectrogram, here as long as the sound and not 30 seconds; wav2vec 2.0
(Baevski et al. 2020, https://arxiv.org/abs/2006.11477), HuBERT (Hsu et al. 2021, https://arxiv.org/abs/2106.07447) and
WavLM (Chen et al. 2021, https://arxiv.org/abs/2110.13900) take the waveform. The middle layers of an encoder carry how
something is said, the last ones what is said.
"""

import copy
import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from intone.audio import RATE
from intone.errors import TrainingError
from intone.features.front_end import LogMel, Waveform
from intone.training.wavlm import WavlmLayer, wavlm_layers

KINDS = ("whisper", "wav2vec2", "hubert", "wavlm")
"""The types of models that can be used."""

LONGEST_S = 8.0
"""Seconds of a segment of speech that an encoder is given, at most."""

FEWEST = 4
"""Tokens that the shortest sound must give: layers that learn may replace as many by their mean."""


class Encoder(nn.Module):
    """Stem and first layers of an encoder.

    Input: the features of one clip from its front end. Output: hidden states (layers + 1, tokens, width), those of the
    stem first. A layer is a module `layer(hidden, mask)`: hidden states (clips, tokens, width), and a mask that is
    added to the scores of attention, (clips, 1, 1, tokens) or None.
    """

    def __init__(self, layers: list[nn.Module], width: int) -> None:
        super().__init__()
        self.layers, self.width = nn.ModuleList(layers), width

    def stem(self, features: Tensor) -> Tensor:
        """The input of the first layer, (1, tokens, width)."""
        raise NotImplementedError

    def forward(self, features: Tensor) -> Tensor:
        hidden = self.stem(features)
        states = [hidden]
        for layer in self.layers:
            hidden = layer(hidden, None)
            states.append(hidden)
        return torch.cat(states)

    def take_off(self, first: int, stride: int) -> list[nn.Module]:
        """Remove and return the layers from `first` on, to be trained on tokens that are each the mean of `stride`."""
        upper = [copy.deepcopy(layer) for layer in self.layers[first:]]  # those of WavLM share a table
        self.layers = self.layers[:first]
        for layer in upper:
            if isinstance(layer, WavlmLayer):
                layer.stride = stride
        return upper


class WhisperEncoder(Encoder):
    """Takes a log-mel spectrogram (1, bands, frames) of at most 3000 frames, two of which make a token."""

    positions: Tensor

    def __init__(self, whisper: Any, layers: int) -> None:
        super().__init__(list(whisper.layers)[:layers], whisper.config.d_model)
        self.conv1, self.conv2 = whisper.conv1, whisper.conv2
        self.register_buffer("positions", whisper.embed_positions.weight.detach().clone())

    def stem(self, features: Tensor) -> Tensor:
        gelu = nn.functional.gelu
        hidden = gelu(self.conv2(gelu(self.conv1(features)))).permute(0, 2, 1)
        return hidden + self.positions[: hidden.shape[1]]


class WaveEncoder(Encoder):
    """wav2vec 2.0, HuBERT or WavLM: takes a waveform (1, samples); convolutions make a token of every 20 ms."""

    def __init__(self, model: Any, layers: int) -> None:
        kept = list(model.encoder.layers)[:layers]
        super().__init__(wavlm_layers(kept) if model.config.model_type == "wavlm" else kept, model.config.hidden_size)
        self.convolutions, self.projection = model.feature_extractor.conv_layers, model.feature_projection
        self.positions, self.norm = model.encoder.pos_conv_embed, model.encoder.layer_norm
        self.norm_is_last = model.config.do_stable_layer_norm  # after all layers, of which the last is not used
        if nn.utils.parametrize.is_parametrized(self.positions.conv):
            nn.utils.parametrize.remove_parametrizations(self.positions.conv, "weight")

    def stem(self, features: Tensor) -> Tensor:
        hidden = features[:, None]
        for convolution in self.convolutions:
            hidden = convolution(hidden)
        projected = self.projection(hidden.transpose(1, 2))
        hidden = projected[0] if isinstance(projected, tuple) else projected  # only HuBERT's is not a pair
        hidden = hidden + self.positions(hidden)
        first: Tensor = hidden if self.norm_is_last else self.norm(hidden)
        return first


def front_end_of(name: str) -> LogMel | Waveform:
    """The front end of the encoder in a folder or on the hub; a TrainingError where there is none."""
    config = _config(name)
    if config.model_type == "whisper":
        return LogMel(bands=config.num_mel_bins, longest_s=LONGEST_S)
    settings = _preprocessing(name)
    if settings.get("sampling_rate", RATE) != RATE:
        raise TrainingError(f"The encoder {name} takes {settings['sampling_rate']} samples a second: name one that "
                            f"takes {RATE}.")
    usual = config.model_type != "wavlm" or config.feat_extract_norm == "layer"
    shortest_s = max(0.1, math.ceil(100 * _samples(config, FEWEST) / RATE) / 100)
    return Waveform(normalized=settings.get("do_normalize", usual) is True, shortest_s=shortest_s, longest_s=LONGEST_S)


def load_encoder(name: str, layers: int) -> Encoder:
    """The encoder in a folder or on the hub; a TrainingError where there is none, or it has fewer layers.

    With 0 layers only the stem is used.
    """
    import transformers

    config = _config(name)
    try:
        model, loading = transformers.AutoModel.from_pretrained(
            name, attn_implementation="eager", dtype=torch.float32, trust_remote_code=False, output_loading_info=True)
    except Exception as error:  # of safetensors, pickle, torch and transformers, without a common root
        raise _no_encoder(name) from error
    encoder = model.encoder
    if not 0 <= layers <= len(encoder.layers):
        raise TrainingError(f"The encoder {name} has {len(encoder.layers)} layers, so {layers} cannot be used.")
    if missing := [key for key in loading["missing_keys"] if key.startswith(("encoder.", "feature_"))]:
        raise TrainingError(f"The weights of the encoder {name} are not whole ({min(missing)} is missing): download it "
                            "again, or name another.")
    made = WhisperEncoder(encoder, layers) if config.model_type == "whisper" else WaveEncoder(model, layers)
    return made.eval()


def means(hidden: Tensor, stride: int) -> Tensor:
    """The means of every `stride` tokens: (clips, tokens, width) -> (clips, tokens // stride, width)."""
    return nn.functional.avg_pool1d(hidden.transpose(1, 2), stride).transpose(1, 2)


def pooled(states: Tensor) -> Tensor:
    """Statistics pooling: mean and standard deviation over time, (layers, tokens, width) -> (layers, 2 width).

    Snyder et al. (2017), https://doi.org/10.21437/Interspeech.2017-620: a clip of any length becomes one vector.
    """
    deviation = (states - states.mean(1, keepdim=True)).square().mean(1).sqrt()
    return torch.cat([states.mean(1), deviation], dim=1)


def _config(name: str) -> Any:
    """The settings of an encoder as transformers has them."""
    import transformers  # seconds that no other command needs

    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # a missing decoder is not missed here
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the next line downloads
    try:
        config = transformers.AutoConfig.from_pretrained(name, trust_remote_code=False)
    except Exception as error:  # transformers raises what its parts raise
        raise _no_encoder(name) from error
    if config.model_type not in KINDS:
        raise TrainingError(f"The encoder {name} is a {config.model_type} model: name one of "
                            f"{', '.join(KINDS[:-1])} or {KINDS[-1]}, such as openai/whisper-base.")
    return config


def _preprocessing(name: str) -> dict[str, Any]:
    """The settings of the encoder's own feature extractor, empty where there are none."""
    from transformers import Wav2Vec2FeatureExtractor

    try:
        return Wav2Vec2FeatureExtractor.get_feature_extractor_dict(name)[0]
    except OSError as error:
        if (Path(name) / "preprocessor_config.json").is_file():
            raise _no_encoder(name) from error
        return {}


def _samples(config: Any, tokens: int) -> int:
    """How many samples the convolutions need for some tokens.

    Backwards through them: n outputs of a convolution need (n - 1) stride + kernel inputs.
    """
    for kernel, stride in zip(reversed(config.conv_kernel), reversed(config.conv_stride), strict=True):
        tokens = (tokens - 1) * stride + kernel
    return tokens


def _no_encoder(name: str) -> TrainingError:
    return TrainingError(f"There is no encoder at {name}: name a folder with config.json and model.safetensors, or "
                         "a model on the hub, such as openai/whisper-base.")
