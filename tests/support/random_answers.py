"""Answers of every kind, drawn at random: what they say of one another is as the product makes it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from intone.audio.channels import OWN_VOICES
from intone.labels import EMOTIONS, scheme
from intone.language import said
from intone.recognition.decision import mean_of
from intone.recognition.prediction import (
    AdaptedTo,
    Attribution,
    Prediction,
    RecognizerIdentity,
    Reliability,
    Segment,
    Speaker,
    in_scheme,
)
from intone.recognition.published import CLIPPED, NOISY, RECORDED
from intone.recognition.summary import shares_of, thirds
from intone.web.answers import Answer, Unanswered
from intone.web.views import shown

REASONS = (
    said("Only {spoken:.1f} s of speech was found.", spoken=0.25), said(OWN_VOICES), "<What> \"nobody\" & 'anybody' said \N{EN DASH} \N{SNOWMAN} \N{STUDIO MICROPHONE}",
    said("The header states only {share:.0%} of the sound that follows it, as after a crash: the file was read to its end.", share=0.125),
    said("The file is {what}, not a recording that can be decoded: use {usual}.", what=said("of the format {name}", name="<x & y>"),
         usual=said("wav, flac, mp3, ogg, opus, m4a, mp4 or webm")))

Draw = np.random.Generator


def answered(draw: Draw, identity: RecognizerIdentity, known: Sequence[str], parts: bool = True) -> Answer:
    """An answer of a recognizer that knows some schemes, perhaps with `parts`."""
    names = shown(known)
    names = names if draw.random() < 0.8 else (names[draw.integers(len(names))],)
    several = [answered(draw, identity, known, parts=False) for _ in range(2)] if parts and draw.random() < 0.2 else []
    unanswered = Unanswered("No <voice> & no sound.", *(int(one) for one in draw.permutation([2, 0]))) if several else None
    waveform = tuple(np.round(draw.choice([draw.random(), 0.0, 1.0, 1e-4], int(draw.integers(1, 50))), 4).tolist())
    views = _views(draw, identity, names)
    return Answer(views, names[draw.integers(len(names))], str(draw.choice(["auto", "female", "male"])), waveform,
                  (*several, *([unanswered] if unanswered else [])),
                  apart=any(OWN_VOICES in seen.reasons for seen in views.values()))


def _views(draw: Draw, identity: RecognizerIdentity, names: Sequence[str]) -> dict[str, Prediction]:
    people = int(draw.choice([0, 0, 0, 2, 3]))
    count = int(draw.choice([1, 2, 3, 8, 60]))
    sharp = float(draw.choice([0.02, 0.3, 3.0]))
    tilt = 10 ** draw.normal(0, 1.5, len(EMOTIONS))
    whole, parts = draw.dirichlet(sharp * tilt + 1e-3), draw.dirichlet(sharp * tilt + 1e-3, count)
    edges = np.cumsum(draw.choice([0.5, 1 / 3, 2.0, 4.0, 0.7], 2 * count)) - 0.5
    spans = [(float(start), float(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    who = [(int(one) or None, not one) for one in draw.integers(0, people + 1, count)] if people else [(None, False)] * count
    common: dict[str, Any] = {
        "duration_s": float(edges[-1] + draw.choice([0.0, 0.04])), "sex": str(draw.choice(["female", "male"])),
        "channel": draw.choice([None, None, 1, 7]), "attributions": _attributions(draw, spans),
        "reasons": tuple(one for one in REASONS if draw.random() < 0.2), "track": None}
    if common["channel"] is None and draw.random() < 0.1:
        common["track"] = 3
    mixed = {"sex": "mixed", "reasons": (mean_of(people), *common["reasons"])} if people else {}
    return {name: _view(draw, identity, name, (whole, parts), (spans, who, people), common | mixed) for name in names}


def _attributions(draw: Draw, spans: Sequence[tuple[float, float]]) -> tuple[Attribution, ...]:
    return tuple(Attribution(start, start + 0.25, float(draw.normal(0, 0.2))) for start, _ in spans) * int(draw.integers(2))


def _view(draw: Draw, identity: RecognizerIdentity, name: str, emotions: Any, speech: Any, common: dict[str, Any]) -> Prediction:
    found, (whole, parts), (spans, who, people) = scheme(name), emotions, speech
    segments = tuple(Segment(*span, *in_scheme(found, found.sums(one))[:2], *voice)
                     for span, one, voice in zip(spans, parts, who, strict=True))
    label, shares, outside = in_scheme(found, found.sums(whole))
    confidence = str(draw.choice(["clear", "likely", "unclear"]))
    plain = Prediction(file=None, label=label, probabilities=shares, outside=outside, confident=confidence == "clear",
                       segments=segments, recognizer=identity, confidence=confidence,  # type: ignore[arg-type]
                       adapted_to=_adapted(draw, tuple(shares)), reliability=_reliability(draw), **common)
    return replace(plain, speakers=tuple(_speaker(draw, number, plain) for number in range(1, people + 1)))


def _adapted(draw: Draw, classes: Sequence[str]) -> AdaptedTo | None:
    without = (str(draw.choice(classes)), float(draw.random())) if draw.random() < 0.8 else ("neither", None)
    moved = float(draw.choice([0.004, draw.random()]))
    known = str(draw.choice(["neutral", "", ""])) or None
    return AdaptedTo(12, known, float(draw.random()), *without, moved) if draw.random() < 0.3 else None


def _reliability(draw: Draw) -> Reliability | None:
    low = int(draw.integers(10)) / 10
    kind = str(draw.choice([RECORDED, NOISY, CLIPPED]))
    return Reliability(low, low + 0.1, 214, float(draw.random()), kind, "somebody") if draw.random() < 0.5 else None


def _speaker(draw: Draw, number: int, seen: Prediction) -> Speaker:
    own = [one for one in seen.segments if one.speaker == number] or seen.segments
    reaction = float(draw.choice([0.05, draw.normal(0, 0.5)])) if draw.random() < 0.8 else None
    return Speaker(number, float(sum(one.end_s - one.start_s for one in own)), 1 / len(seen.segments), str(draw.choice(["female", "male"])),
                   str(draw.choice([own[0].label, seen.label])), seen.probabilities, seen.outside, seen.confidence, shares_of(own),
                   thirds(own), reaction, 4, _adapted(draw, tuple(seen.probabilities)))
