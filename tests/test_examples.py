"""The examples in the docstrings of the public API, run as they stand."""

import doctest
from importlib import import_module
from types import ModuleType

import numpy as np
import pytest

import intone
from intone.labels import EMOTIONS
from intone.recognition.prediction import Prediction, RecognizerIdentity, Segment
from sounds import voice

MODULES = ("recognition.recognizer", "recognition.networks", "recognition.given", "recognition.default",
           "recognition.prediction", "recognition.formats", "recognition.calibration", "recognition.options",
           "recognition.published", "recognition.live", "recognition.hysteresis", "recognition.speakers",
           "recognition.summary", "labels", "corpora.emotions", "tables.cells", "tables.columns", "tables.recordings",
           "web.device")

ANSWER = Prediction(
    "voice.wav", 2.0, "positive", {"negative": 0.25, "positive": 0.75}, 0.1, True, (), "female",
    (Segment(0.5, 2.0, "positive", {"negative": 0.25, "positive": 0.75}),), RecognizerIdentity("tiny", "0", EMOTIONS))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_give_what_they_show(name: str) -> None:
    module: ModuleType = import_module(f"intone.{name}")
    given = {**vars(module), "intone": intone, "np": np, "answer": ANSWER, "samples": voice(2.0, 150), "rate": 16_000}
    ran = doctest.testmod(module, extraglobs=given, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert ran.attempted > 0
    assert ran.failed == 0
