"""`intone.predict`, and what becomes of a recognizer that is copied, or sent to another process."""

import copy
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier

import pytest

import intone
from intone import Recognizer
from intone.audio import RATE
from intone.errors import RecognizerError
from intone.recognition import default
from intone.recognition.model_file import load_model
from intone.recognition.recognizer import load
from sounds import pcm, voice
from tiny_model import tiny_adaptable, tiny_model, tiny_pair

VOICE = voice(1.5, 110, 1)


def test_the_shortest_way_is_the_default_recognizer(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    path.write_bytes(pcm(VOICE, RATE))
    assert intone.predict(path) == intone.load().predict(path)
    assert intone.predict(VOICE, RATE, classes=8, sex="male") == intone.load().predict(VOICE, RATE, classes=8, sex="male")
    assert intone.predict([path, path.read_bytes()])[0] == intone.predict(path)


def test_many_threads_load_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loads, begun, found = [], Barrier(8), intone.load()
    monkeypatch.setattr(default, "load", lambda: loads.append(1) or found)
    default._loaded.cache_clear()

    def ask(_number: int) -> intone.Prediction:
        begun.wait(60)
        return intone.predict(VOICE, RATE)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    default._loaded.cache_clear()
    assert loads == [1] and answers == [answers[0]] * 8


def test_it_is_loaded_by_the_first_call_and_not_before() -> None:
    code = "import sys, intone; intone.predict; print('onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


# Copies


def answered(recognizer: Recognizer) -> intone.Prediction:
    return recognizer.predict(VOICE, RATE, classes=8)


def test_a_copy_of_a_recognizer_is_the_same(tmp_path: Path) -> None:
    found = load(tiny_model(tmp_path / "tiny.onnx", {"male_sad": 1.0}))
    assert copy.copy(found) is found
    assert copy.deepcopy({"recognizer": found})["recognizer"] is found


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_recognizer_is_loaded_from_where_it_lies(
    protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_adaptable(tmp_path / "tiny.onnx")
    monkeypatch.chdir(tmp_path)
    found = load("tiny.onnx", threads=1)
    monkeypatch.chdir("/")
    packed = pickle.dumps(found, protocol)
    assert len(packed) < 1000
    assert answered(pickle.loads(packed)) == answered(found)
    adapted = found.adapted(found.reference((VOICE, RATE)))
    assert answered(pickle.loads(pickle.dumps(adapted, protocol))) == answered(adapted) != answered(found)


def test_a_pair_and_the_bundled_recognizers_can_be_pickled(tmp_path: Path) -> None:
    for found in (load(tiny_pair(tmp_path)), load(), load("crema-d")):
        assert pickle.loads(pickle.dumps(found)).identity == found.identity


def test_another_process_answers_alike(tmp_path: Path) -> None:
    found = load(tiny_model(tmp_path / "tiny.onnx", {"male_sad": 0.8, "female_calm": 0.2}))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(found.predict, VOICE, RATE, classes=8).result(120) == answered(found)


def test_a_file_that_has_changed_is_told(tmp_path: Path) -> None:
    packed = pickle.dumps(load(tiny_model(tmp_path / "tiny.onnx", {"male_sad": 1.0})))
    tiny_model(tmp_path / "tiny.onnx", {"male_happy": 1.0})
    with pytest.raises(RecognizerError, match=r"tiny\.onnx was \w{12} when it was pickled, and is \w{12} here: load it anew"):
        pickle.loads(packed)
    (tmp_path / "tiny.onnx").unlink()
    with pytest.raises(RecognizerError, match="cannot be read"):
        pickle.loads(packed)


def test_one_that_lies_nowhere_says_why_it_cannot_be_pickled(tmp_path: Path) -> None:
    model = load_model(tiny_model(tmp_path / "tiny.onnx", {"male_sad": 1.0}))
    with pytest.raises(TypeError, match=r"made of models in memory cannot be pickled: save them, and load it"):
        pickle.dumps(Recognizer({"both": replace(model)}))
