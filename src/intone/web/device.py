"""What a browser must know to recognise by itself: every constant, threshold, label and table, as one JSON.

The scripts in `static/scripts/device/` do what the packages `audio` and `recognition` do, and hold no number or name of
their own: all comes from here, so that none stands twice.
"""

from collections.abc import Sequence
from dataclasses import asdict
from types import ModuleType
from typing import TYPE_CHECKING, Any

from intone import dataclass_json
from intone.audio import RATE, channels, choice, levels, offset, quality, signal, vad, windows
from intone.audio import live as live_speech
from intone.audio.decoding import bounds
from intone.errors import UsageError
from intone.labels import EMOTIONS, SCHEMES, SEXES, side_of
from intone.language.sentences import Sentence
from intone.recognition import (
    adaptation,
    decision,
    hysteresis,
    live,
    occlusion,
    prediction,
    published,
    references,
    summary,
)
from intone.recognition.decision import identity_of
from intone.recognition.model_file import Model
from intone.web import answers
from intone.web.views import class_names, shown

if TYPE_CHECKING:
    from intone.recognition.recognizer import Recognizer


def why_not(recognizer: "Recognizer") -> str | None:
    """Why a browser cannot recognise with these networks by itself, as a sentence; None where it can."""
    first, *others = recognizer.models
    if others or len(first.settings.sexes) < 2:
        return "It takes one network of both sexes: with others the sex is detected first, by another network."
    if not first.takes_samples:
        return "Its network does not take samples: train it with this version."
    return None


def facts(recognizer: "Recognizer") -> dict[str, Any]:
    """What the scripts must know, as JSON has it; a UsageError where a browser cannot recognise by itself.

    >>> facts(intone.load())["speech"]["window"]
    512
    """
    if (reason := why_not(recognizer)) is not None:
        raise UsageError(f"This recognizer does not run in a browser. {reason}")
    (model,) = recognizer.models
    return {**_recognizer(model, recognizer.schemes()), **_labels(), **_sound(), **_answers()}


def sentence(text: str) -> dict[str, Any]:
    """A sentence as the scripts have it: its English template, and the values in its places.

    >>> from intone.language import said
    >>> sentence(said("It sounds rather {emotion}.", emotion=said("calm")))
    {'text': 'It sounds rather {emotion}.', 'values': {'emotion': {'text': 'calm', 'values': {}}}}
    """
    if not isinstance(text, Sentence):
        return {"text": text, "values": {}}
    return {"text": text.template, "values": {name: sentence(value) if isinstance(value, Sentence) else value
                                              for name, value in text.values.items()}}


def _recognizer(model: Model, schemes: Sequence[str]) -> dict[str, Any]:
    results = published.results_of(model.version)
    scales = {name: decision.scale(model, SCHEMES[name]) for name in shown(schemes)}
    return {
        "recognizer": {**asdict(identity_of(model)), "classes": list(identity_of(model).classes)},
        "settings": {**dataclass_json.to_dict(model.settings), "sexes": list(model.settings.sexes)},
        "results": None if results is None else dataclass_json.to_dict(results),
        "shown": list(shown(schemes)),
        "sound_step": model.settings.front_end.step,
        "scales": {name: sentence(text) for name, text in scales.items()},
    }


def _labels() -> dict[str, Any]:
    return {
        "emotions": list(EMOTIONS),
        "sexes": list(SEXES),
        "classes": list(class_names()),
        "schemes": {one.name: {"classes": list(one.classes), "words": one.words,
                               "groups": {name: list(group) for name, group in one.groups.items()}}
                    for one in SCHEMES.values()},
        "sides": {name: side_of(name) for name in class_names()},
    }


def _sound() -> dict[str, Any]:
    """How speech is found and measured."""
    return {
        "rate": RATE,
        "audio": {"block": bounds.BLOCK, "loudest": signal.LOUDEST, "most_tried": choice.MOST_TRIED},
        "levels": _constants(levels, "TOP", "ROW", "SAME_PEAK", "FEWEST_STEPS", "LOOKED_AT"),
        "channels": _constants(channels, "FRAME_S", "BAND_HZ", "LOW_RATE", "CANCELLED", "LOST", "QUIET", "ALONE",
                               "LEAST_S", "LEAST_SHARE", "MOSTLY"),
        "offset": _constants(offset, "LARGE", "JUDGED_S"),
        "speech": dataclass_json.to_dict(vad.SpeechSettings()) | _constants(
            vad, "WINDOW", "CONTEXT", "AT_ONCE", "STATE", "PEAK", "SILENT", "SLOWER", "SCREAMS_S", "FRAME", "BAND_HZ",
            "EMPTY_DB", "MOST_FRAMES", "LOUD", "SMOOTHED"),
        "windows": _constants(windows, "WINDOW_S", "STEP"),
        "quality": _constants(quality, "NOISY_DB", "CLIPPED", "FLAT_TOPS", "COARSE", "QUIET", "AROUND_S", "FRAME",
                              "QUIETEST", "RISE_HZ", "LOWEST_DB", "HIGHEST_DB", "BIN_DB", "EXTREME", "LOUD", "NEAR",
                              "OVER"),
    }


def _answers() -> dict[str, Any]:
    """How an answer is made of what the network says."""
    return {
        "decision": {"short_s": decision.SHORT_S, "neither": prediction.NEITHER, "rounding": prediction.ROUNDING},
        "reliability": _constants(published, "FEWEST", "RECORDED", "NOISY", "CLIPPED"),
        "summary": _constants(summary, "LONG_S", "FEWEST", "HOLDS", "LASTING_S", "STRONGEST", "SIGNS"),
        "occlusion": _constants(occlusion, "WINDOW_S", "FADE_S"),
        "adaptation": _constants(adaptation, "SHRINKAGE", "ROUNDS", "VARIED", "TOLD"),
        "reference": _constants(references, "LARGEST", "LARGEST_NUMBER"),
        "outline": {"points": answers.OUTLINE, "samples": answers.PEAK},
        "live": _constants(live, "STEP_S", "WINDOW_S") | _constants(live_speech, "QUIETEST", "STEP", "MOST")
        | _constants(hysteresis, "LEAD", "TIMES"),
    }


def _constants(module: ModuleType, *names: str) -> dict[str, Any]:
    """Constants of a module by their names in small letters; a pair is a list, as JSON has it."""
    values = ((name.lower(), getattr(module, name)) for name in names)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}
