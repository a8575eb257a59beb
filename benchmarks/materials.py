"""What the contestants work on: clips of a corpus, or made-up ones, and long recordings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from intone.audio import RATE, Signal, resample
from intone.corpora.cleaning import clean, signals
from intone.corpora.table import assign, open_corpora
from intone.training.chunks import how_many
from intone.training.recipes import RECIPES
from ours import model_file, network_inputs
from rows import Materials
from sounds import pcm, voice  # of the tests

RECORDED = 48_000
_ENVELOPE = RECIPES["original"].front_end.envelope
LENGTHS_S = (1, 4, 15, 60, 600, 3600, 36_000)
"""Seconds of the long recordings; the last only where it was asked for."""

QUICK_S = (4, 12)
_TURN_S = (9.0, 1.0)  # of a long recording: someone speaks, and pauses


def gathered(scratch: Path, ravdess: Path | None, clips: int, python: Path | None, models: Path, *, quick: bool,
             long: bool) -> Materials:
    """Everything, in a folder that is thrown away afterwards.

    `clips` are taken evenly from spoken RAVDESS; the chunks are drawn from all of its men, as the original does.
    """
    if quick or ravdess is None:
        ravdess = _made_up(scratch / "ravdess")
    spoken = open_corpora([f"ravdess={ravdess}"])
    spoken = spoken[spoken["vocal"] == "speech"]
    paths = [Path(path) for path in spoken["path"]]
    corpus = _linked(scratch / "corpus", paths)
    folder = _linked(scratch / "clips", paths[:: max(1, len(paths) // clips)][:clips])
    men = assign(spoken, "2", "male")
    clean(men, scratch / "men", _ENVELOPE)
    cleaned = open_corpora([f"ravdess={scratch / 'men'}"])
    clip = min(paths[:200], key=lambda one: abs(soundfile.info(one).duration - 4))
    lengths = {seconds: recording(scratch, seconds) for seconds in (
        QUICK_S if quick else LENGTHS_S if long else LENGTHS_S[:-1])}
    ten_minutes, hour = (QUICK_S if quick else LENGTHS_S[4:6])
    return Materials(clip, folder, corpus, scratch / "men", how_many(signals(cleaned, _ENVELOPE)), lengths[hour],
                     lengths[ten_minutes], lengths.get(LENGTHS_S[-1]), lengths, model_file(),
                     max(one.shape[-1] for one in network_inputs(str(clip))), python, models, scratch)


def recording(folder: Path, seconds: int) -> Path:
    """A recording of so many seconds at 48 kHz: someone speaks, and pauses, again and again."""
    path = folder / f"{seconds}s.flac"
    if not path.is_file():
        turn = _at_48_khz(np.concatenate([voice(_TURN_S[0], 130, 1), np.zeros(round(_TURN_S[1] * RATE), np.float32)]))
        left = seconds * RECORDED
        with soundfile.SoundFile(path, "w", RECORDED, 1, format="FLAC") as file:
            while left > 0:
                file.write(turn[:left])
                left -= len(turn)
    return path


def _linked(folder: Path, clips: Sequence[Path]) -> Path:
    """A folder with links to clips."""
    folder.mkdir()
    for clip in clips:
        (folder / clip.name).symlink_to(clip.resolve())
    return folder


def _made_up(folder: Path) -> Path:
    """Eight clips of one man under names of RAVDESS."""
    folder.mkdir()
    for emotion in range(1, 9):
        signal = _at_48_khz(voice(1.5, 90 + 10 * emotion, emotion))
        (folder / f"03-01-{emotion:02}-01-01-01-01.wav").write_bytes(pcm(signal, RECORDED))
    return folder


def _at_48_khz(signal: Signal) -> Signal:
    return resample(signal, RATE, RECORDED)
