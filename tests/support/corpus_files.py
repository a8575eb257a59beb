"""Small recordings and folders of them, for the tests of the corpora."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile

RATE = 16_000


def noise(seed: int, seconds: float = 0.1, channels: int = 1) -> np.ndarray:
    """White noise of 16 bits, (samples, channels)."""
    samples = np.random.default_rng(seed).normal(0, 2000, (round(seconds * RATE), channels))
    return samples.astype(np.int16)


def write(path: Path, samples: np.ndarray) -> Path:
    """A recording in the format of its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, RATE)
    return path


def touch(root: Path, names: Iterable[str]) -> Path:
    """Empty files: enough for everything that only reads names."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def link(root: Path, files: Iterable[Path]) -> Path:
    """A folder that shows some files of another one."""
    root.mkdir(parents=True, exist_ok=True)
    for file in files:
        (root / file.name).symlink_to(file)
    return root
