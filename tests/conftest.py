"""Fixtures: the real corpora in the layout that their publishers use, where they are there; a test skips where not.

The corpora are read from `../shared/corpora` beside the project, or from the folder that `INTONE_CORPORA` names.
"""

import gc
import os
import shutil
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hypothesis
import pytest
import soundfile
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from chromium import (  # noqa: F401 - fixtures of the page
    browser,
    contexts,
    on_device,
    playwright,
    real,
    recognizer,
    stand_in,
    still,
    visitor,
)
from device_scripts import scripts  # noqa: F401 - a fixture of the scripts alone
from microphone import microphone  # noqa: F401 - a fixture of a microphone

# No deadline: the machine may be busy. The same examples every time: a red test must be red again.
hypothesis.settings.register_profile("intone", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.load_profile("intone")


class _Compiled(BytecodeCache):
    """The templates of the page, compiled once: every app of a test would compile them again."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Compiled()}

# A shell starts what it puts into the background deaf to Ctrl+C, and every process that a test starts would inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)

CREMA_D_ACTORS = (1001, 1002, 1005, 1006)
"""Two men, two women; 1006 has a recording that stands under two labels."""


@pytest.hookimpl(tryfirst=True)  # before those are left out that `-m` does not want
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that reads a real corpus: one whose fixtures lead to `corpora_dir`."""
    for item in items:
        if "corpora_dir" in getattr(item, "fixturenames", ()):
            item.add_marker("corpus")


def pytest_collection_finish() -> None:
    """Take what is there to stay, all modules and tests, out of the search for garbage: it is most of what is searched."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def corpora_dir() -> Path:
    """The folder with the speech corpora."""
    named = os.environ.get("INTONE_CORPORA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "corpora"
    if not folder.is_dir():
        pytest.skip(f"the speech corpora are not in {folder} (INTONE_CORPORA names another folder)")
    return folder


@pytest.fixture(scope="session")
def ravdess_dir(corpora_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RAVDESS speech of the actors 1 to 4 as unzipped: Actor_NN/*.wav, 48 kHz, 16 bits; 240 clips."""
    return _unpack_ravdess(corpora_dir, tmp_path_factory.mktemp("ravdess"), range(1, 5))


@pytest.fixture(scope="session")
def ravdess_full_dir(corpora_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All 1440 clips of RAVDESS speech as unzipped; takes five seconds, and half a gigabyte that is given back."""
    folder = _unpack_ravdess(corpora_dir, tmp_path_factory.mktemp("ravdess_full"), range(1, 25))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def crema_d_dir(corpora_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CREMA-D of four actors: AudioWAV/*.wav, 16 kHz, and VideoDemographics.csv of all 91."""
    source, target = _present(corpora_dir / "crema_d"), tmp_path_factory.mktemp("crema_d")
    clips = [clip for actor in CREMA_D_ACTORS for clip in source.glob(f"{actor}_*.opus")]
    _unpack((clip, target / "AudioWAV" / f"{clip.stem}.wav") for clip in clips)
    shutil.copy(source / "demographics.csv", target / "VideoDemographics.csv")
    return target


@pytest.fixture(scope="session")
def clip(ravdess_dir: Path) -> Path:
    """One clip of RAVDESS: actor 1, angry, 3.9 s."""
    return ravdess_dir / "Actor_01" / "03-01-05-01-01-01-01.wav"


def _unpack_ravdess(corpora: Path, target: Path, actors: Iterable[int]) -> Path:
    source = _present(corpora / "ravdess_speech")
    clips = [clip for actor in actors for clip in source.glob(f"Actor_{actor:02d}/*.flac")]
    _unpack((clip, target / clip.parent.name / f"{clip.stem}.wav") for clip in clips)
    return target


def _present(folder: Path) -> Path:
    if not folder.is_dir():
        pytest.skip(f"the corpus {folder} is not there")
    return folder


def _unpack(pairs: Iterable[tuple[Path, Path]]) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(_convert, pairs)) > 0, "the corpus holds no recording"


def _convert(pair: tuple[Path, Path]) -> int:
    source, target = pair
    target.parent.mkdir(parents=True, exist_ok=True)
    samples, rate = soundfile.read(source, dtype="int16")
    soundfile.write(target, samples, rate, format="WAV", subtype="PCM_16")
    return 1
