"""A Whisper encoder with random weights in a folder, as small as one can be."""

from pathlib import Path

import torch
from transformers import WhisperConfig, WhisperModel

WIDTH, LAYERS = 16, 3


def write_encoder(folder: Path, layers: int = LAYERS) -> Path:
    """The folder, in the layout of transformers: two attention heads, width 16."""
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
