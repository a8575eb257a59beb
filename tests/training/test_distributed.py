"""Training in several processes: the curve of one with the same batches, and an end that can be gone on from."""

import csv
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file

from intone.training.distributed import LOST
from small_corpus import write_corpus
from tiny_encoder import write_encoder

TRAIN = """
import sys
from dataclasses import replace
from pathlib import Path
from intone.training import cnn, recipes, run
from intone.corpora import open_corpora
from intone.errors import TrainingError
kind, corpus, encoder, to, batch, epochs = sys.argv[1:]
if kind == "encoder":
    wanted = replace(recipes.on_encoder(encoder), frozen=1, tuned=2, dropout=0.0, precision="single")
else:
    wanted = recipes.recipe("level-independent")
wanted = replace(wanted, epochs=int(epochs), batch=int(batch))
clips, settings = run.plan(open_corpora([corpus]), wanted)
if kind == "cnn":  # dropout draws other numbers for half a batch
    import torch
    torch.nn.Dropout.forward = lambda self, x: x
try:
    if kind == "encoder":
        from intone.training import finetune
        finetune.train(clips, settings, Path(to), jobs=1)
    else:
        cnn.train(clips, settings, Path(to), jobs=1)
except TrainingError as error:
    sys.exit(str(error))
"""
"""A training without dropout, whose random numbers would be others for half a batch."""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ranks")
    write_corpus(folder / "corpus", actors=(1, 2, 3, 4))
    write_encoder(folder / "encoder")
    return folder


def started(world: int, kind: str, inputs: Path, to: Path, *, batch: int = 16, epochs: int = 2) -> list[subprocess.Popen]:
    """The processes of a training, as torchrun starts them."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [sys.executable, "-c", TRAIN, kind, str(inputs / "corpus"), str(inputs / "encoder"), str(to), str(batch),
             str(epochs)]
    common = {**os.environ, "OMP_NUM_THREADS": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    if world == 1:
        return [subprocess.Popen(words, env=common, stderr=subprocess.PIPE, text=True)]
    return [subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env={
        **common, "WORLD_SIZE": str(world), "RANK": str(rank), "LOCAL_RANK": str(rank)}) for rank in range(world)]


def ended(processes: list[subprocess.Popen]) -> list[str]:
    errors = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), errors
    return errors


def curve(run: Path) -> np.ndarray:
    with (run / "history.csv").open(newline="") as file:
        return np.array([[float(row["loss"]), float(row["accuracy"]), float(row["validation_loss"])]
                         for row in csv.DictReader(file)])


@pytest.mark.parametrize("kind", ["encoder", "cnn"])
def test_two_processes_have_the_curve_of_one(kind, inputs, tmp_path):
    for world in (1, 2):
        ended(started(world, kind, inputs, tmp_path / f"{kind}-{world}"))
    one, two = tmp_path / f"{kind}-1", tmp_path / f"{kind}-2"
    assert len(curve(two)) == 2
    np.testing.assert_allclose(curve(two), curve(one), rtol=2e-3, atol=2e-3)
    assert sorted(path.name for path in two.iterdir()) == sorted(path.name for path in one.iterdir())
    first, other = load_file(one / "best.safetensors"), load_file(two / "best.safetensors")
    assert first.keys() == other.keys()
    for name, tensor in first.items():
        np.testing.assert_allclose(other[name].numpy(), tensor.numpy(), atol=2e-2, err_msg=name)


def test_a_killed_process_ends_the_training_with_a_sentence_and_it_goes_on(inputs, tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    ended(started(2, "cnn", inputs, whole, epochs=12))
    first, second = started(2, "cnn", inputs, cut, epochs=12)
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline and not (cut / "history.csv").is_file():
        time.sleep(0.01)
    second.send_signal(signal.SIGKILL)
    said = first.communicate(timeout=60)[1]
    second.communicate()
    assert first.returncode == 1
    assert said.rstrip().endswith(LOST)
    assert 1 <= len(curve(cut)) < 12
    ended(started(2, "cnn", inputs, cut, epochs=12))
    np.testing.assert_allclose(curve(cut), curve(whole), rtol=1e-3, atol=1e-3)
