"""From an analysis to the answer in a scheme: label, probabilities, whether it is confident, and the sentences why."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from intone import labels
from intone.audio import RATE, quality
from intone.labels import EMOTIONS, Scheme
from intone.language.sentences import said
from intone.recognition.adaptation import Reference, offset_of_clips
from intone.recognition.analysis import Analysis, adapted, by_class
from intone.recognition.model_file import Model
from intone.recognition.options import Options
from intone.recognition.prediction import (
    MIXED,
    NEITHER,
    AdaptedTo,
    Confidence,
    Prediction,
    RecognizerIdentity,
    Reliability,
    Segment,
    in_scheme,
)
from intone.recognition.published import CLIPPED, NOISY, RECORDED, results_of

SHORT_S = 1.0
"""Seconds of speech below which an answer says that it stands on little, and is unclear: the thresholds were chosen on
whole clips, and shorter ones are right less often (the table of short clips in docs/results.md)."""

_OTHER_SEX = {
    "female": "This recognizer was trained on women only, and the voice sounds male: use one that was trained on men, "
              "or choose the sex if it was detected wrongly.",
    "male": "This recognizer was trained on men only, and the voice sounds female: use one that was trained on women, "
            "or choose the sex if it was detected wrongly.",
}


def decided(model: Model, scheme: Scheme, found: Analysis, options: Options) -> Prediction:
    """What a network says of a recording, read in a scheme, with the attributions that were asked for."""
    label, probabilities, outside = in_scheme(scheme, masses(model, scheme, found.whole))
    segments = []
    for span, row in zip(found.segments, found.by_segment, strict=True):
        name, shares, _ = in_scheme(scheme, masses(model, scheme, row))
        segments.append(Segment(round(span.start / RATE, 3), round(span.end / RATE, 3), name, shares))
    spoken = sum(one.speech_s for one in found.segments)
    short = [said("Only {spoken:.1f} s of speech was found.", spoken=spoken)] if spoken < SHORT_S else []
    doubts = [*_doubts(model, scheme, label, found), *short]
    confidence = "unclear" if doubts else confidence_of(model, scheme, max(probabilities.values()))
    number = len({one for one in found.speakers if one is not None}) or 1
    missed = [said("Of {asked} speakers that were asked for, {number} could be told apart.", asked=options.speakers,
                   number=number)] if isinstance(options.speakers, int) and options.speakers > number else []
    answer = Prediction(None, round(found.duration_s, 3), label, probabilities, outside, confidence == "clear",
                        (*doubts, *missed, *quality.warnings(found.quality)), found.sex, tuple(segments),
                        identity_of(model), confidence=confidence,
                        reliability=_reliability(model, scheme, found, options, probabilities.get(label)))
    if found.speakers:
        answer = _with_speakers(answer, model, scheme, found, options)
    if not any(found.occluded):
        return answer
    from intone.recognition.occlusion import attributions  # only an explanation needs it

    asked = _asked(model, scheme, label, options.given_sex)
    return replace(answer, attributions=attributions(found.rows, found.weights, found.occluded, asked))


def _with_speakers(answer: Prediction, model: Model, scheme: Scheme, found: Analysis, options: Options) -> Prediction:
    """The same with an answer about each speaker; what holds for the mean over several people is never clear."""
    from intone.recognition.speakers import numbered, speaker  # a recording of one speaker does without

    numbers = sorted({one for one in found.speakers if one is not None})
    alone = [_of_own_voice(model, scheme, found.of(model, one, options.given_sex), options) for one in numbers]
    theirs = {one: iter(said.segments) for one, said in zip(numbers, alone, strict=True)}
    segments = numbered([plain if who is None else next(theirs[who])
                         for plain, who in zip(answer.segments, found.speakers, strict=True)], found.speakers)
    people = tuple(replace(speaker(number, one, segments), channel=found.lines[number - 1] if found.lines else None)
                   for number, one in enumerate(alone, start=1))
    sexes = {one.sex for one in people}
    return replace(answer, segments=segments, speakers=people, sex=answer.sex if len(sexes) == 1 else MIXED,
                   confident=False, confidence="unclear", reliability=None,
                   reasons=(mean_of(len(people)), *answer.reasons))


OWN_SEGMENTS = 4
"""Segments of a speaker from which on they are judged together, as several recordings of one person are."""


def _of_own_voice(model: Model, scheme: Scheme, found: Analysis, options: Options) -> Prediction:
    """The answer about one of several speakers, each of whose segments is compared with the others of that voice."""
    adaptation, evidence = model.settings.adaptation, found.evidence
    if adaptation is None or evidence is None or len(evidence) < OWN_SEGMENTS:
        return decided(model, scheme, found, options)
    reference = Reference(model.version, found.sex, None, offset_of_clips(adaptation, evidence))
    return decided_with(model, scheme, found, options, reference)


def mean_of(number: int) -> str:
    """The reason that an answer about several people has before all others."""
    return said("{number} people speak here, and the answer about the whole recording is the mean over them: see the "
                "answer about each.", number=number)


def decided_with(model: Model, scheme: Scheme, found: Analysis, options: Options, reference: Reference) -> Prediction:
    """The same with what is known of the speaker's voice, and how much that moved the answer.

    Where the reference does not fit, it is left out, and a reason says why.
    """
    plain = decided(model, scheme, found, options)
    if unfit := _unfit(model, found, reference):
        return replace(plain, reasons=(*plain.reasons, unfit))
    answer = decided(model, scheme, adapted(model, found, reference.offset), options)
    moved = sum(abs(answer.probabilities[name] - plain.probabilities[name]) for name in plain.probabilities) / 2
    return replace(answer, reliability=None, adapted_to=AdaptedTo(
        reference.offset.clips, reference.emotion, round(reference.offset.trust, 3), plain.label,
        plain.probabilities.get(plain.label), round(moved, 6)))


_OTHER_REFERENCE = {
    "female": "The reference is of a female voice, and this one sounds male, so that it is left out: give one of the "
              "same person, or choose the sex if it was detected wrongly.",
    "male": "The reference is of a male voice, and this one sounds female, so that it is left out: give one of the "
            "same person, or choose the sex if it was detected wrongly.",
}


def _unfit(model: Model, found: Analysis, reference: Reference) -> str | None:
    """Why a reference cannot be compared with a recording."""
    if found.speakers:
        return said("The reference is of one person, and several speak here, so that it is left out: say that one "
                    "speaks where that is so.")
    if reference.sex and reference.sex != found.sex:
        return said(_OTHER_REFERENCE[reference.sex])
    adaptation = model.settings.adaptation
    if reference.recognizer != model.version or adaptation is None or not reference.offset.fits(adaptation):
        return said(
            "The reference was made with another recognizer, so that it is left out: make it again with {name} "
            "{version}.", name=model.settings.name, version=model.version)
    return None


def identity_of(model: Model) -> RecognizerIdentity:
    """The name, version and classes of a network."""
    return RecognizerIdentity(model.settings.name, model.version, labels.scheme(model.settings.classes).classes)


def masses(model: Model, scheme: Scheme, classes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of the model's own classes (..., own) -> of a scheme's (..., classes): sums, or the same."""
    return scheme.sums(classes) if model.settings.classes == "8" else classes


def _asked(model: Model, scheme: Scheme, label: str, sex: str | None) -> Callable[[NDArray[np.float64]], float]:
    """The probability of a label in a scheme, as a function of those of the network's labels."""

    def probability(row: NDArray[np.float64]) -> float:
        _, shares, outside = in_scheme(scheme, masses(model, scheme, by_class(model, row, sex)))
        return outside if label == NEITHER else shares[label]

    return probability


def _covers(model: Model, found: Analysis) -> bool:
    """Whether a network was trained on speakers of the sex that a recording has."""
    return found.sex in model.settings.sexes


def is_ood(model: Model, score: float | None) -> bool:
    """Whether a score is out of distribution: farther from the training data than nearly all validation clips."""
    most = model.settings.ood_above
    return most is not None and score is not None and score > most


def confidence_of(model: Model, scheme: Scheme, probability: float) -> Confidence:
    """What the thresholds of a recognizer say of a probability; without any an answer is unclear."""
    for word, thresholds in (("clear", model.settings.confidence), ("likely", model.settings.likely)):
        if scheme.name in thresholds and thresholds[scheme.name].reached_by(probability):
            return "clear" if word == "clear" else "likely"
    return "unclear"


def scale(model: Model, scheme: Scheme) -> str:
    """How often answers of each step of confidence were right where it was measured, in a sentence."""
    clear, likely = model.settings.confidence.get(scheme.name), model.settings.likely.get(scheme.name)
    if clear is None:
        return said("This recognizer was not calibrated for these classes, so that none of its answers is clear.")
    known = {word: one.precision for word, one in (("clear", clear), ("likely", likely))
             if one and one.threshold is not None and one.precision is not None}
    if not known and clear.threshold is not None:
        return said("How often the clear answers of this recognizer are right is not known.")
    return said(_SCALES[tuple(known)], whom=_whom(clear.measured_on), **known)


_SCALES: dict[tuple[str, ...], str] = {
    ("clear", "likely"): "Measured on {whom}: {clear:.0%} of the clear answers were right, and {likely:.0%} of the "
                         "likely and clear ones.",
    ("clear",): "Measured on {whom}: {clear:.0%} of the clear answers were right.",
    ("likely",): "Measured on {whom}: {likely:.0%} of the likely answers were right; too few for any to be clear.",
    (): "Measured on {whom}: too few answers were right for any to be clear.",
}
_LEFT_OUT, _VALIDATION = "the left-out corpora ", "validation speakers of "


def _whom(measured_on: str) -> str:
    """Whom a threshold was measured on, as the model file has it, as a sentence of its own language."""
    if measured_on.startswith(_LEFT_OUT):
        return said("recordings from elsewhere ({corpora}, each left out of the training)",
                    corpora=measured_on.removeprefix(_LEFT_OUT))
    if measured_on.startswith(_VALIDATION):
        return said("speakers who did not train ({corpora})", corpora=measured_on.removeprefix(_VALIDATION))
    return measured_on or said("its calibration")


def _doubts(model: Model, scheme: Scheme, label: str, found: Analysis) -> Iterator[str]:
    """What makes an answer unclear besides its probability, each a sentence."""
    if not _covers(model, found):
        (trained,) = model.settings.sexes
        yield said(_OTHER_SEX[trained])
    if is_ood(model, found.ood_score):
        yield said(
            "The recording sounds unlike those that this recognizer was trained on (it is out of distribution), so "
            "that its measured results do not hold here: the voice, its speed or the bandwidth may be unusual.")
    yield from quality.doubts(found.quality)
    if label == NEITHER:
        others = [emotion for emotion in EMOTIONS if scheme.class_of(emotion) is None]
        most = max(others, key=lambda emotion: float(found.whole[EMOTIONS.index(emotion)]))
        yield said("It sounds rather {emotion}, which is none of these.", emotion=said(most))


def _reliability(
    model: Model, scheme: Scheme, found: Analysis, options: Options, probability: float | None
) -> Reliability | None:
    """How often such answers were right; None for what was not measured.

    It was measured with the sex left to the network, and with one fault of a recording at a time.
    """
    faults = [name for name, there in ((NOISY, found.quality.noisy), (CLIPPED, found.quality.clipped)) if there]
    results = results_of(model.version)
    unlike = is_ood(model, found.ood_score) or not _covers(model, found) or any(quality.doubts(found.quality))
    if results is None or probability is None or options.given_sex or len(faults) > 1 or unlike:
        return None
    return results.reliable(scheme.name, faults[0] if faults else RECORDED, probability)
