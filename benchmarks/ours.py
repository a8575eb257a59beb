"""intone's own contestants, and the floors below them.

    ours.py warm CLIP            a worker that answers the clip on one thread
    ours.py multiply CLIP        a worker that takes as long as the network's matrix products for the clip
    ours.py bare MODEL SAMPLES   imports, the runtime, one run of the network: no first answer comes sooner
    ours.py chunks FOLDER N      a worker that reads cleaned clips, and draws N chunks from them with their MFCC
    ours.py draw FOLDER N        the same with the clips in memory
    ours.py transform N          a worker that does only the Fourier transforms of N chunks
    ours.py decode FOLDER        decodes and resamples every recording of a folder, in a process a core
    ours.py stages CLIP          what every stage of a warm answer takes, in milliseconds, as JSON
    ours.py speed                how fast matrices are multiplied on one thread, by library, as JSON
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker import serve

STAGE_TURNS = 15


def warm(clip: str) -> None:
    from intone import load

    heard = load(threads=1)
    serve(lambda: heard.predict(clip))


def speed() -> None:
    import floors

    print(json.dumps(floors.matrix_speed()))


def multiply(clip: str) -> None:
    import floors

    product = floors.fastest()[1]
    needed = sum(floors.operations(model_file(), {"samples": one}) for one in network_inputs(clip))
    times = 20
    serve(lambda: [product() for _ in range(times)], needed / (times * 2 * floors.SIDE**3))


def model_file() -> Path:
    """The bundled network."""
    import tomllib
    from importlib.resources import files

    folder = Path(str(files("intone"))) / "recognizers"
    return folder / str(tomllib.loads((folder / "default.toml").read_text(encoding="utf-8"))["recognizers"][0])


def network_inputs(clip: str) -> list[NDArray[np.float32]]:
    """What the bundled network is given of a clip, segment by segment."""
    from intone.audio import read_mono
    from intone.audio.vad import find_speech

    signal = read_mono(clip)
    return [signal[span.start : span.end] for span in find_speech(signal)]


def bare(model: str, samples: str) -> None:
    import onnxruntime as ort
    import soxr  # noqa: F401 - a first answer imports it too

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(Path(model).read_bytes(), options, providers=["CPUExecutionProvider"])
    session.run(None, {"samples": np.zeros(int(samples), np.float32)})


def chunks(folder: str, number: str) -> None:
    from intone.corpora.cleaning import signals
    from intone.training.recipes import RECIPES

    table = learned_from(folder)
    serve(lambda: _draw(signals(table, RECIPES["original"].front_end.envelope, jobs=1), table, int(number)))


def draw(folder: str, number: str) -> None:
    from intone.corpora.cleaning import signals
    from intone.training.recipes import RECIPES

    table = learned_from(folder)
    clips = signals(table, RECIPES["original"].front_end.envelope, jobs=1)
    serve(lambda: _draw(clips, table, int(number)))


def learned_from(folder: str) -> Any:
    """The clips of a folder that are negative or positive."""
    from intone import labels
    from intone.corpora.table import open_corpora

    table = open_corpora([f"ravdess={folder}"])
    return table[table["emotion"].map(labels.scheme("2").class_of).notna()]


def _draw(clips: Sequence[NDArray[np.float32]], table: Any, number: int) -> None:
    """As many chunks as are asked for: from each of so many clips as many as there are for one."""
    from intone import labels
    from intone.training.chunks import draw as drawn
    from intone.training.chunks import how_many
    from intone.training.recipes import RECIPES

    names = labels.scheme("2").classes
    classes = [names.index(str(labels.scheme("2").class_of(emotion))) for emotion in table["emotion"]]
    found = drawn(clips, classes, len(names), RECIPES["original"].front_end, np.random.default_rng(0))
    assert len(found.features) == how_many(clips) == number, f"{len(found.features)} chunks, not {number}"


def transform(number: str) -> None:
    frames = np.random.default_rng(0).normal(size=(1024, 9, 400))
    full, rest = divmod(int(number), len(frames))
    serve(lambda: [np.fft.rfft(frames[:size], 512) for size in [len(frames)] * full + [rest]])


def decode(folder: str) -> None:
    from multiprocessing import get_context

    paths = sorted(Path(folder).rglob("*.wav"))
    with get_context("spawn").Pool(len(os.sched_getaffinity(0))) as pool:
        pool.map(resampled, paths, chunksize=8)


def resampled(path: Path) -> int:
    """Decode and resample a recording, and nothing else."""
    import soundfile
    import soxr

    samples, rate = soundfile.read(path, dtype="float32")
    return len(soxr.resample(samples, rate, 16_000, quality="HQ"))


def stages(clip: str) -> None:
    from intone import load
    from intone.audio import RATE, read_mono, resample
    from intone.audio.quality import quality
    from intone.audio.vad import find_speech

    heard = load(threads=1)
    model = heard.models[0]
    original, rate = _samples(clip)
    signal = read_mono(clip)
    spans = find_speech(signal)
    parts = [signal[span.start : span.end] for span in spans]
    whole = _milliseconds(lambda: heard.predict(clip))
    found = {
        "decoding": _milliseconds(lambda: read_mono(clip)) - _milliseconds(lambda: resample(original, rate, RATE)),
        "resampling": _milliseconds(lambda: resample(original, rate, RATE)),
        "finding the voice": _milliseconds(lambda: find_speech(signal)),
        "network": _milliseconds(lambda: [model.judged(part) for part in parts]),
        "noise and clipping": _milliseconds(lambda: quality(signal, spans)),
    }
    print(json.dumps({**found, "the rest": max(0.0, whole - sum(found.values()))}))


def _samples(clip: str) -> tuple[NDArray[np.float32], int]:
    import soundfile

    samples, rate = soundfile.read(clip, dtype="float32", always_2d=True)
    return samples.mean(axis=1), rate


def _milliseconds(work: Callable[[], object]) -> float:
    """The median of some turns, in seconds of the processor, which others on the machine do not lengthen."""
    taken = []
    for _ in range(STAGE_TURNS):
        begun = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - begun))
    return statistics.median(taken)


WORK: dict[str, Callable[..., None]] = {
    "warm": warm, "multiply": multiply, "bare": bare, "chunks": chunks, "draw": draw, "transform": transform,
    "decode": decode, "stages": stages, "speed": speed,
}

if __name__ == "__main__":
    WORK[sys.argv[1]](*sys.argv[2:])
