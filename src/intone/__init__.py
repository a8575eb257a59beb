"""intone recognises emotion in recorded speech.

    import intone
    intone.load().predict("clip.m4a").label

The packages stand in the order of the flow; none knows the ones after it:

    errors, labels, files, parallel, dataclass_json, onnx_session   what all of them use
    audio/         recording -> signal -> speech
    features/      signal -> what a network takes
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

from typing import Any as _Any

from intone.errors import IntoneError, RecordingError
from intone.recognition.prediction import Attribution, Prediction, RecognizerIdentity, Segment
from intone.recognition.recognizer import Recognizer, load

__version__ = "0.2.0"
__all__ = ["Attribution", "IntoneError", "Prediction", "Recognizer", "RecognizerIdentity", "RecordingError",
           "Segment", "load"]

_RENAMED = {"Stretch": Segment, "Moment": Attribution}


def __getattr__(name: str) -> _Any:
    """The names of version 0.2, with a DeprecationWarning."""
    import warnings

    if name in _RENAMED:
        warnings.warn(f"intone.{name} is called {_RENAMED[name].__name__} now.", DeprecationWarning, stacklevel=2)
        return _RENAMED[name]
    if name == "annotations":
        from intone.recognition import formats

        warnings.warn("intone.annotations is called intone.recognition.formats now.", DeprecationWarning, stacklevel=2)
        return formats
    raise AttributeError(f"module 'intone' has no attribute '{name}'")
