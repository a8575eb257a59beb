"""Progress of the analysis of a file, of any format, and whatever its header says of its length."""

import io
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from intone import Recognizer
from intone.audio import RATE, Signal
from intone.errors import NotAudio, RecordingError
from intone.recognition.options import Options
from intone.recognition.recognizer import load
from sounds import encode, mux, pcm, silence, voice
from tiny_model import tiny_model, tiny_pair

LINE = np.concatenate([voice(2.5, 120, 1), silence(1.5)])
LONG: Signal = np.resize(LINE, 160 * RATE)
"""Two windows: 40 segments of speech, each four seconds after the one before."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    return load(tiny_model(tmp_path_factory.mktemp("tiny") / "tiny.onnx", {"male_sad": 1.0}), threads=1)


def told(recognizer: Recognizer, source: Any, rate: float | None = None, options: Options | None = None) -> list[float]:
    shares: list[float] = []
    recognizer.answers(source, rate, options or Options(), progress=shares.append)
    return shares


def check(shares: list[float], within: float = 0.12) -> None:
    """The segments are alike, so that each that is done is the same share more."""
    assert len(shares) > 40 and shares == sorted(shares) and shares[-1] == 1
    assert np.abs(np.array(shares) - np.linspace(0, 1, len(shares))).max() < within


@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a", "webm"])
def test_the_share_is_that_which_is_analysed(suffix: str, tiny: Recognizer, tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(encode(LONG, suffix))
    check(told(tiny, tmp_path / "long"))


def test_a_recording_of_a_browser_states_no_length_and_has_progress_all_the_same(tiny: Recognizer) -> None:
    live = mux(np.repeat(LONG, 3), 48_000, "webm", "libopus", live="1")
    check(told(tiny, live))
    samples = pcm(LONG, RATE)
    endless = samples[:4] + b"\xff\xff\xff\xff" + samples[8:40] + b"\xff\xff\xff\xff" + samples[44:]
    check(told(tiny, io.BytesIO(endless)))


def test_samples_have_the_same(tiny: Recognizer) -> None:
    check(told(tiny, LONG, RATE))


def test_the_channels_of_a_recording_are_parts_of_it(tiny: Recognizer, tmp_path: Path) -> None:
    (tmp_path / "call.wav").write_bytes(pcm(np.stack([LONG, LONG], axis=1), RATE))
    check(told(tiny, tmp_path / "call.wav", options=Options(channel="each")))


def test_the_answer_is_that_without_progress(tiny: Recognizer, tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    path.write_bytes(encode(LONG, "flac"))
    assert tiny.answers(path, progress=lambda _share: None) == tiny.answers(path)


def test_a_pair_begins_with_the_sex(tmp_path: Path) -> None:
    (tmp_path / "long.wav").write_bytes(pcm(LONG, RATE))
    shares = told(load(tiny_pair(tmp_path / "pair")), tmp_path / "long.wav")
    assert shares == sorted(shares) and (shares[0], shares[-1]) == (0, 1)


def test_what_cannot_be_read_has_the_same_error(tiny: Recognizer, tmp_path: Path) -> None:
    for source, error in ((tmp_path / "none.wav", RecordingError), (b"no sound", NotAudio), (b"", NotAudio)):
        with pytest.raises(error) as with_progress:
            told(tiny, source)
        with pytest.raises(error) as without:
            tiny.answers(source)
        assert str(with_progress.value) == str(without.value)


def test_a_pipe_is_answered(tiny: Recognizer) -> None:
    read, write = os.pipe()

    def fill() -> None:
        with os.fdopen(write, "wb") as end:
            end.write(pcm(LINE, RATE))

    threading.Thread(target=fill).start()
    with os.fdopen(read, "rb") as pipe:
        told(tiny, pipe)


def test_what_it_raises_ends_the_work_and_the_file_is_closed(tiny: Recognizer, tmp_path: Path) -> None:
    (tmp_path / "long.opus").write_bytes(encode(LONG, "opus"))

    def refuse(share: float) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tiny.answers(tmp_path / "long.opus", progress=refuse)
