"""Encoders with random weights in folders, as small as they can be."""

from pathlib import Path

import torch
from transformers import AutoModel, HubertConfig, Wav2Vec2Config, WavLMConfig, WhisperConfig, WhisperModel

WIDTH, LAYERS = 16, 3

WAVES = {"wav2vec2": Wav2Vec2Config, "hubert": HubertConfig, "wavlm": WavLMConfig}

LARGE = {"do_stable_layer_norm": True, "feat_extract_norm": "layer", "conv_bias": True}
"""How the large models of these kinds differ from the base ones."""


def write_encoder(folder: Path, layers: int = LAYERS) -> Path:
    """The folder with a Whisper encoder, in the layout of transformers: two attention heads, width 16."""
    torch.manual_seed(0)
    config = WhisperConfig(
        d_model=WIDTH, encoder_layers=layers, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
        encoder_ffn_dim=32, decoder_ffn_dim=32, vocab_size=64, num_mel_bins=80, max_source_positions=1500,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1,
    )
    model = WhisperModel(config)
    # On the grid of 8-bit integers, so that the exported network, in which they are such, is that of PyTorch.
    positions = model.encoder.embed_positions.weight
    step = positions.abs().amax(0).clamp_min(1e-12) / 127
    positions.data = (positions / step).round() * step
    model.save_pretrained(folder)
    return folder


def write_wave_encoder(folder: Path, kind: str, **changes: object) -> Path:
    """The folder with an encoder that hears samples; its weights are large enough for everything to count."""
    torch.manual_seed(0)
    settings = {"hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": 2, "intermediate_size": 32,
                "conv_dim": (8,) * 7, "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2}
    model = AutoModel.from_config(WAVES[kind](**settings | changes))
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    model.save_pretrained(folder)
    return folder
