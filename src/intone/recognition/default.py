"""The default recognizer, loaded once: `intone.predict`."""

from collections.abc import Iterable
from functools import cache
from threading import Lock
from typing import Any, Unpack, overload

from intone.recognition.given import Given
from intone.recognition.prediction import Prediction
from intone.recognition.recognizer import Choices, Recognizer, load

_LOADING = Lock()


@overload
def predict(  # type: ignore[overload-overlap]  # a text is one recording, though it can be iterated over
    source: Given, rate: float | None = None, **choices: Unpack[Choices]
) -> Prediction: ...


@overload
def predict(source: Iterable[Given], rate: None = None, **choices: Unpack[Choices]) -> list[Prediction]: ...


def predict(source: Any, rate: float | None = None, **choices: Unpack[Choices]) -> Prediction | list[Prediction]:
    """The emotion in a recording, or in each of several, by the default recognizer: see `Recognizer.predict`.

    `rate`, `sex`, `classes`, `channel`, `file`, `max_seconds`, `explain`, `track` and `speakers` as there. The
    recognizer is loaded by the first call, once for all threads.

    >>> intone.predict(samples, rate, classes=8) == intone.load().predict(samples, rate, classes=8)
    True
    >>> [answer.duration_s for answer in intone.predict([(samples, rate), (samples[:rate], rate)])]
    [2.0, 1.0]
    """
    return _recognizer().predict(source, rate, **choices)


def _recognizer() -> Recognizer:
    with _LOADING:  # a cache alone would let two threads load it at once
        return _loaded()


@cache
def _loaded() -> Recognizer:
    return load()
