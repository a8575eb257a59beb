"""The network of a fine-tuning: batches that are filled up, and the numbers that its head reads."""

from pathlib import Path

import numpy as np
import pytest
import torch

from intone import labels
from intone.training.encoders import load_encoder
from intone.training.finetune_network import Upper, statistics
from tiny_encoder import LARGE, LAYERS, WAVES, WIDTH, write_encoder, write_wave_encoder


@pytest.fixture(params=["whisper", *WAVES, "wavlm large"])
def upper(request: pytest.FixtureRequest, tmp_path: Path) -> Upper:
    kind, _, large = request.param.partition(" ")
    folder = write_encoder(tmp_path) if kind == "whisper" else write_wave_encoder(tmp_path, kind, **LARGE if large else {})
    torch.manual_seed(0)
    return Upper(load_encoder(str(folder), LAYERS).take_off(1, 4), WIDTH, labels.network_labels(8, "both"), 0.3, 4).eval()


def test_what_fills_a_batch_up_changes_no_answer(upper: Upper) -> None:
    long, short = torch.randn(1, 40, WIDTH), torch.randn(1, 22, WIDTH)
    filled = torch.cat([long, torch.cat([short, torch.randn(1, 18, WIDTH)], dim=1)])
    heard = torch.ones(2, 40, dtype=torch.bool)
    heard[1, 22:] = False
    with torch.no_grad():
        together = upper(filled, heard)
        torch.testing.assert_close(together[:1], upper(long), atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(together[1:], upper(short), atol=1e-5, rtol=1e-4)


def test_the_logit_of_a_label_is_the_sum_of_those_of_its_emotion_and_its_sex(upper: Upper) -> None:
    with torch.no_grad():
        seen = torch.randn(3, upper.linear.in_features)
        plain, found = upper.linear(seen), upper.answer(seen)
    for number, label in enumerate(labels.network_labels(8, "both")):
        sex, emotion = labels.split_label(label)
        wanted = plain[:, labels.EMOTIONS.index(emotion)] + plain[:, 8 + labels.SEXES.index(sex)]
        torch.testing.assert_close(found[:, number], wanted)


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
