"""The network of a fine-tuning: batches that are filled up, and the numbers that its head reads."""

from pathlib import Path

import numpy as np
import pytest
import torch

from intone.encoder import load_encoder
from intone.upper import Upper, statistics
from tiny_encoder import LARGE, LAYERS, WAVES, WIDTH, write_encoder, write_wave_encoder


@pytest.fixture(params=["whisper", *WAVES, "wavlm large"])
def upper(request: pytest.FixtureRequest, tmp_path: Path) -> Upper:
    kind, _, large = request.param.partition(" ")
    folder = write_encoder(tmp_path) if kind == "whisper" else write_wave_encoder(tmp_path, kind, **LARGE if large else {})
    torch.manual_seed(0)
    return Upper(load_encoder(str(folder), LAYERS).take_off(1, 4), WIDTH, 16, 0.3, 4).eval()


def test_what_fills_a_batch_up_changes_no_answer(upper: Upper) -> None:
    long, short = torch.randn(1, 40, WIDTH), torch.randn(1, 22, WIDTH)
    filled = torch.cat([long, torch.cat([short, torch.randn(1, 18, WIDTH)], dim=1)])
    heard = torch.ones(2, 40, dtype=torch.bool)
    heard[1, 22:] = False
    with torch.no_grad():
        together = upper(filled, heard)
        torch.testing.assert_close(together[:1], upper(long), atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(together[1:], upper(short), atol=1e-5, rtol=1e-4)


def test_statistics_are_weighted_means_and_deviations() -> None:
    hidden, weights = torch.randn(2, 9, 5), torch.softmax(torch.randn(2, 9, 3), dim=1)
    found = statistics(hidden, weights).reshape(2, 2, 3, 5)
    for clip in range(2):
        for gaze in range(3):
            share = weights[clip, :, gaze].numpy()
            mean = np.average(hidden[clip].numpy(), axis=0, weights=share)
            variance = np.average((hidden[clip].numpy() - mean) ** 2, axis=0, weights=share)
            np.testing.assert_allclose(found[clip, 0, gaze], mean, atol=1e-5)
            np.testing.assert_allclose(found[clip, 1, gaze], np.sqrt(np.maximum(variance, 1e-5)), atol=1e-4)
