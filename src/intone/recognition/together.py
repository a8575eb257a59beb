"""What several recordings of one person tell of the voice.

A recording is given as the network that answers about it with what it says (`Heard`), or as the error that says why
there is no answer.
"""

from collections.abc import Sequence

import numpy as np

from intone.errors import RecordingError, UnfitReference, UsageError
from intone.language.sentences import said
from intone.recognition.adaptation import Reference, offset_of_clips, offset_of_emotion
from intone.recognition.analysis import Analysis
from intone.recognition.model_file import Model
from intone.recognition.networks import Heard


def common(found: Sequence[Heard]) -> Reference | None:
    """What recordings have in common; None where fewer than two can be answered: there is nothing to compare with."""
    heard = _answered(found)
    return _reference(heard, None) if len(heard) > 1 else None


def reference_of(found: Sequence[Heard], emotion: str | None) -> Reference:
    """What a voice sounds like, from recordings of one emotion, or of unknown ones; the errors of
    `Recognizer.reference`."""
    heard = _answered(found)
    for error in (one for one in found if isinstance(one, RecordingError)):
        if emotion is not None or not heard:
            raise error
    if not heard:
        raise UsageError("No recording of the voice is named: give one or more.")
    if emotion is None and sum(len(analysis.segments) for _, analysis in heard) < 2:
        raise UnfitReference(said(
            "A single segment of speech has nothing to be compared with: give more recordings of the voice, or say "
            "which emotion it has."))
    if any(analysis.speakers for _, analysis in heard):
        raise UnfitReference(said(
            "Several people speak in a recording of the voice: give recordings in which one person speaks."))
    made = _reference(heard, emotion)
    if emotion is not None and not made.sex:
        raise UnfitReference(said(
            "Some recordings of the voice sound male and some female: give recordings of one person."))
    return made


def _answered(found: Sequence[Heard]) -> list[tuple[Model, Analysis]]:
    return [one for one in found if not isinstance(one, RecordingError)]


def _reference(heard: Sequence[tuple[Model, Analysis]], emotion: str | None) -> Reference:
    """What is known of a voice from recordings, by the network of the first; an emotion is a class of the network.

    The sex is empty where some sound male and some female.
    """
    model, _ = heard[0]
    sexes = {one.sex for _, one in heard}
    evidence = np.concatenate([one.evidence for other, one in heard
                               if one.evidence is not None and other.version == model.version])
    assert model.settings.adaptation is not None
    offset = (offset_of_clips(model.settings.adaptation, evidence) if emotion is None else
              offset_of_emotion(model.settings.adaptation, evidence, model.classes.index(emotion)))
    return Reference(model.version, sexes.pop() if len(sexes) == 1 else "", emotion, offset)
