"""intone recognises emotion in recorded speech.

    import intone
    intone.predict("clip.m4a").label

The packages stand in the order of the flow; none knows the ones after it:

    errors, labels, files, parallel, dataclass_json, onnx_session   what all of them use
    language/      what people read: texts and sentences in English, German and Spanish
    tables/        tables that people have, of any program and country
    audio/         recording -> signal -> speech
    features/      signal -> what a network takes
    speakers/      signal -> who speaks when
    recognition/   signal -> answer
    recognizers/   the bundled models and their card
    corpora/       folders of labelled recordings -> one table of clips
    training/      clips -> a recognizer
    evaluation/    how good a recognizer is for unseen speakers and unseen corpora
    plots/         figures of clips, corpora and trainings
    batch/         many recordings -> one table
    cli/, web/     what a person sees

Each package names its modules in its first lines.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

if _TYPE_CHECKING:
    from intone.errors import IntoneError, RecordingError
    from intone.recognition.default import predict
    from intone.recognition.prediction import Attribution, Prediction, RecognizerIdentity, Segment, Speaker
    from intone.recognition.recognizer import Recognizer, load

__version__ = "0.2.0"
__all__ = ["Attribution", "IntoneError", "Prediction", "Recognizer", "RecognizerIdentity", "RecordingError",
           "Segment", "Speaker", "load", "predict"]

_PLACES = {"IntoneError": "errors", "RecordingError": "errors", "Recognizer": "recognition.recognizer",
           "load": "recognition.recognizer", "predict": "recognition.default", **dict.fromkeys(
               ("Attribution", "Prediction", "RecognizerIdentity", "Segment", "Speaker"), "recognition.prediction")}
"""Where the public names are: each is imported when it is first asked for, so that no command pays for another's."""

_RENAMED = {"Stretch": "Segment", "Moment": "Attribution"}


def __getattr__(name: str) -> _Any:
    """The public names, and with a DeprecationWarning those of version 0.2."""
    import warnings

    if name in _PLACES:
        found = getattr(_import_module(f"intone.{_PLACES[name]}"), name)
        globals()[name] = found
        return found
    if name in _RENAMED:
        warnings.warn(f"intone.{name} is called {_RENAMED[name]} now.", DeprecationWarning, stacklevel=2)
        return __getattr__(_RENAMED[name])
    if name == "annotations":
        warnings.warn("intone.annotations is called intone.recognition.formats now.", DeprecationWarning, stacklevel=2)
        return _import_module("intone.recognition.formats")
    raise AttributeError(f"module 'intone' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
