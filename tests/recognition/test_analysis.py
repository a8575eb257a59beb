"""From a recording of any length to what the network says: nothing depends on how it is read."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from intone.audio import RATE
from intone.errors import NoSpeech, TooShort
from intone.recognition.analysis import analyse
from intone.recognition.model_file import load_model
from intone.recognition.options import Options
from sounds import noise, silence, voice
from tiny_log_mel import tiny_log_mel_model

LINE = np.concatenate([voice(2.5, 140, 1), silence(0.8), np.diff(voice(1.8, 180, 2), prepend=np.float32(0)), silence(1.3)])


@pytest.fixture
def model(tmp_path: Path):
    return load_model(tiny_log_mel_model(tmp_path / "tiny.onnx"))


def test_blocks_do_not_change_what_is_heard(model):
    signal = np.resize(LINE, 60 * RATE)
    whole = analyse(model, [signal])
    pieces = analyse(model, (signal[at : at + 12_345] for at in range(0, len(signal), 12_345)))
    assert whole.segments == pieces.segments
    assert np.array_equal(whole.rows, pieces.rows)
    assert whole.quality == pieces.quality
    assert whole.duration_s == pieces.duration_s == 60


def test_a_long_recording_is_the_mean_of_its_segments_by_their_seconds(model):
    found = analyse(model, [np.resize(LINE, 300 * RATE)])
    assert len(found.segments) == pytest.approx(2 * 300 / 6.4, abs=4)
    assert found.weights.sum() == pytest.approx(1)
    seconds = np.array([span.end - span.start for span in found.segments]) / RATE
    assert found.weights == pytest.approx(seconds / seconds.sum(), abs=1e-4)
    assert found.whole == pytest.approx(found.weights @ np.stack(found.by_segment), abs=1e-6)


def test_threads_change_nothing(model, monkeypatch):
    signal = np.resize(LINE, 90 * RATE)
    several = analyse(model, [signal], Options(explain=True))
    monkeypatch.setattr("intone.recognition.analysis._MANY", 10**6)
    one = analyse(model, [signal], Options(explain=True))
    assert np.array_equal(several.rows, one.rows)
    assert several.segments == one.segments
    assert [[(m.start, m.end) for m in each] for each in several.occluded] == [
        [(m.start, m.end) for m in each] for each in one.occluded]


def test_progress_grows_to_one(model):
    told: list[float] = []
    signal = np.resize(LINE, 300 * RATE)
    analyse(model, [signal], seconds=300, progress=told.append)
    assert told == sorted(told)
    assert told[0] < 0.05 and told[-1] == 1


def test_progress_can_end_the_work(model):
    def refuse(share: float) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        analyse(model, [np.resize(LINE, 300 * RATE)], seconds=300, progress=refuse)


def test_long_recordings_without_speech_are_told_as_a_whole(model):
    with pytest.raises(NoSpeech, match=r"No voice was found in 400\.0 s of sound"):
        analyse(model, [0.1 * noise(400)])
    with pytest.raises(NoSpeech, match="The recording is silent"):
        analyse(model, [silence(400)])
    with pytest.raises(TooShort, match=r"0\.20 s long"):
        analyse(model, [voice(0.2)])


MEASURED = """
import resource, sys
from intone.recognition.recognizer import load
found = load(sys.argv[1]).predict(sys.argv[2], explain=True)
print(len(found.segments), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_length(tmp_path):
    recognizer = tiny_log_mel_model(tmp_path / "tiny.onnx")
    rate = 32_000

    def measured(minutes: int) -> tuple[int, int]:
        path = tmp_path / f"{minutes}.wav"
        minute = np.repeat(np.concatenate([LINE, silence(60 - len(LINE) / RATE)]), 2)
        with soundfile.SoundFile(path, "w", rate, 1, "PCM_16") as out:
            for _ in range(minutes):
                out.write(minute)
        found = subprocess.run([sys.executable, "-c", MEASURED, recognizer, path], capture_output=True, text=True,
                               check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
        segments, most = map(int, found.stdout.split())
        return segments, most

    short, long = measured(5), measured(60)
    assert long[0] == 12 * short[0]
    assert long[1] < 1.1 * short[1]
