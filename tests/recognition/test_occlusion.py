"""Which attributions speak for an answer: on networks whose answer depends on a known part of a signal."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from intone.audio import RATE
from intone.audio.vad import Span
from intone.recognition.occlusion import FADE_S, WINDOW_S, windows, without
from intone.recognition.recognizer import Recognizer, load
from sounds import noise, silence, voice
from tiny_log_mel import tiny_log_mel_model
from tiny_model import tiny_model

DULL = voice(2, 110, 1)
BRIGHT = np.diff(voice(1, 200, 3), prepend=np.float32(0)) * np.float32(3)
MIXED = np.concatenate([DULL, BRIGHT, voice(1.5, 110, 4)])
"""A dark voice that is bright from 2 to 3 s."""


@pytest.fixture
def by_chunks(tmp_path: Path) -> Recognizer:
    """Hears a dark voice as sad, a bright one as happy."""
    return load(tiny_model(tmp_path / "chunks.onnx", {"male_sad": 0.02, "male_happy": 0.98},
                           {"male_sad": 0.1, "male_happy": -0.1}))


@pytest.fixture
def by_log_mel(tmp_path: Path) -> Recognizer:
    """The same from the log-mel spectrum."""
    return load(tiny_log_mel_model(tmp_path / "mel.onnx"))


@pytest.fixture(params=["chunks", "log-mel"])
def recognizer(request: pytest.FixtureRequest) -> Recognizer:
    return request.getfixturevalue("by_chunks" if request.param == "chunks" else "by_log_mel")


def mean_weights(recognizer: Recognizer, **choice) -> tuple[str, float, float]:
    """The answer about MIXED, and the mean weight of attributions within its bright part and outside of it."""
    found = recognizer.predict(MIXED, RATE, explain=True, **choice)
    middles = np.array([(one.start_s + one.end_s) / 2 for one in found.attributions])
    weights = np.array([one.weight for one in found.attributions])
    bright = (middles > 2) & (middles < 3)
    return found.label, float(weights[bright].mean()), float(weights[~bright].mean())


def test_the_part_that_an_answer_comes_from_is_found(recognizer):
    found = recognizer.predict(MIXED, RATE, classes=8, explain=True)
    strongest = sorted(found.attributions, key=lambda one: -one.weight)[:3]
    bright = [2 <= (one.start_s + one.end_s) / 2 < 3 for one in strongest]
    assert found.label in ("sad", "happy")
    assert all(bright) if found.label == "happy" else not any(bright)
    assert strongest[-1].weight > 0


@pytest.mark.parametrize("classes", [2, 3, 8, "stress"])
def test_moments_are_weighed_in_every_scheme(recognizer, classes):
    label, bright, dull = mean_weights(recognizer, classes=classes)
    assert label in ("sad", "happy", "negative", "positive", "stressed", "not stressed")
    if label in ("happy", "positive", "not stressed"):
        assert bright > dull
    else:
        assert bright < dull


def test_a_weight_is_what_the_answer_loses_without_the_moment(by_chunks):
    found = by_chunks.predict(MIXED, RATE, classes=8, explain=True)
    strongest = max(found.attributions, key=lambda one: one.weight)
    assert len(found.segments) == 1
    span = [round(1000 * RATE * edge / 1000) for edge in (found.segments[0].start_s, found.segments[0].end_s)]
    part = MIXED[span[0] : span[1]]
    start, end = (round(edge * RATE) - span[0] for edge in (strongest.start_s, strongest.end_s))
    model = by_chunks.models[0]
    row = model.answer(without(part, start, end))
    left = row[model.settings.labels.index(f"male_{found.label}")] + row[model.settings.labels.index(f"female_{found.label}")]
    assert strongest.weight == pytest.approx(found.probabilities[found.label] - left, abs=2e-3)


def test_moments_cover_every_segment_and_nothing_else(recognizer):
    signal = np.concatenate([DULL, silence(1.2), voice(0.6, 110, 2), silence(1.2), BRIGHT])
    found = recognizer.predict(signal, RATE, explain=True)
    assert len(found.segments) == 3
    for segment in found.segments:
        inside = [one for one in found.attributions if segment.start_s <= one.start_s < segment.end_s]
        assert inside[0].start_s == segment.start_s
        assert inside[-1].end_s == segment.end_s
        assert all(a.end_s == b.start_s for a, b in pairwise(inside))
        assert all(WINDOW_S / 2 < one.end_s - one.start_s < 2 * WINDOW_S for one in inside)
    assert list(found.attributions) == sorted(found.attributions, key=lambda one: one.start_s)


def test_an_answer_is_explained_only_when_asked(recognizer):
    plain, told = (recognizer.predict(MIXED, RATE, explain=explain) for explain in (False, True))
    assert plain.attributions == ()
    assert "attributions" not in plain.to_dict()
    assert plain.probabilities == told.probabilities
    assert [one["weight"] for one in told.to_dict()["attributions"]] == [one.weight for one in told.attributions]


def test_what_depends_on_nothing_has_no_weight(tmp_path):
    constant = load(tiny_model(tmp_path / "constant.onnx", {"male_sad": 0.7, "male_happy": 0.3}))
    found = constant.predict(MIXED, RATE, explain=True)
    assert [one.weight for one in found.attributions] == pytest.approx([0] * len(found.attributions), abs=1e-6)


def test_the_moments_of_neither_speak_for_neither(tmp_path):
    neutral = load(tiny_model(tmp_path / "neutral.onnx", {"male_neutral": 0.02, "male_happy": 0.98},
                              {"male_neutral": 0.1, "male_happy": -0.1}))
    label, bright, dull = mean_weights(neutral, classes=2)
    assert label == "neither"
    assert bright < dull


def test_a_moment_is_silenced_and_nothing_else():
    part = noise(1)
    found = without(part, 4000, 8000)
    fade = round(FADE_S * RATE)
    assert np.array_equal(found[:4000], part[:4000])
    assert np.array_equal(found[8000:], part[8000:])
    assert not found[4000 + fade : 8000 - fade].any()
    assert abs(found[4000] - part[4000]) < 1e-3, "it fades"
    for start, end in ((0, 4000), (12000, 16000), (0, 16000), (5, 6), (5, 5)):
        assert len(without(part, start, end)) == len(part)
    assert not without(part, 0, 16000)[fade:-fade].any()


def test_even_the_shortest_segment_is_one_moment():
    assert list(windows(Span(100, 900, 0.05))) == [(100, 900)]
    assert len(list(windows(Span(0, 8 * RATE, 8)))) == 32
