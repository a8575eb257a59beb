import copy
import json
import pickle
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.labels import EMOTIONS, SCHEMES, scheme
from intone.recognition.formats import columns
from intone.recognition.prediction import (
    NEITHER,
    RENAMED,
    AdaptedTo,
    Attribution,
    Prediction,
    RecognizerIdentity,
    Reliability,
    Segment,
    Speaker,
    in_scheme,
)

masses = st.lists(st.floats(0, 1), min_size=8, max_size=8).filter(lambda values: sum(values) > 1e-3).map(
    lambda values: np.array(values) / sum(values))


@given(masses, st.sampled_from(sorted(SCHEMES)))
def test_probabilities_sum_to_1_and_keep_their_proportions(emotions, name):
    wanted = scheme(name)
    label, probabilities, outside = in_scheme(wanted, wanted.sums(emotions))
    assert tuple(probabilities) == wanted.classes
    assert sum(probabilities.values()) == pytest.approx(1)
    assert 0 <= outside <= 1
    for one, emotions_of_it in wanted.groups.items():
        mass = sum(emotions[EMOTIONS.index(emotion)] for emotion in emotions_of_it)
        assert probabilities[one] * (1 - outside) == pytest.approx(mass, abs=2e-6)
    bars = {one: share * (1 - outside) for one, share in probabilities.items()} | {NEITHER: outside}
    assert bars[label] == pytest.approx(max(bars.values())), "the label is what has the largest bar"
    if name in ("8", "stress"):
        assert outside == pytest.approx(0, abs=1e-9)


def test_it_is_neither_where_more_is_outside_than_in_any_class():
    two = scheme(2)
    assert in_scheme(two, np.array([0.45, 0.15]))[0] == "negative"
    assert in_scheme(two, np.array([0.39, 0.2]))[0] == NEITHER
    assert in_scheme(two, np.array([0.5, 0.0]))[0] == "negative"
    assert in_scheme(two, np.array([0.0, 0.0])) == (NEITHER, {"negative": 0.5, "positive": 0.5}, 1.0)


SPEAKER = Speaker(1, 4.0, 1.0, "male", "sad", {"sad": 1.0}, 0.0, "likely", {"sad": 1.0}, (-1.0, -1.0, -1.0))
PREDICTION = Prediction(
    "voice.wav", 1.5, "negative", {"negative": 0.75, "positive": 0.25}, 0.1, False, ("It is short.",), "female",
    (Segment(0.0, 1.0, "negative", {"negative": 0.75, "positive": 0.25}),), RecognizerIdentity("tiny", "abc", EMOTIONS))


def test_a_prediction_is_ready_for_json():
    plain = PREDICTION.to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == {
        "file": "voice.wav", "duration_s": 1.5, "label": "negative",
        "probabilities": {"negative": 0.75, "positive": 0.25}, "outside": 0.1, "confident": False,
        "reasons": ["It is short."], "sex": "female",
        "segments": [{"start_s": 0.0, "end_s": 1.0, "label": "negative",
                       "probabilities": {"negative": 0.75, "positive": 0.25}}],
        "recognizer": {"name": "tiny", "version": "abc", "classes": list(EMOTIONS)},
        "confidence": "unclear", "valence": "negative"} | {
        "sure": False, "stretches": plain["segments"]}
    assert json.loads(json.dumps(plain)) == plain, "tuples are lists already"


def test_the_channel_and_the_moments_are_named_only_where_they_were_asked_for():
    assert not {"channel", "track", "attributions", "moments", "reliability", "adapted_to", "speakers"} & set(PREDICTION.to_dict())
    measured = Reliability(0.7, 0.8, 214, 0.81, "noisy", "somebody")
    full = replace(PREDICTION, channel=2, track=3, attributions=(Attribution(0.0, 0.25, 0.125),), reliability=measured,
                   adapted_to=AdaptedTo(3, None, 0.5, "sad", 0.5, 0.25), speakers=(SPEAKER,)).to_dict()
    assert (full["channel"], full["track"]) == (2, 3)
    assert full["attributions"] == [{"start_s": 0.0, "end_s": 0.25, "weight": 0.125}]
    assert full["reliability"] == {"low": 0.7, "high": 0.8, "answers": 214, "right": 0.81, "condition": "noisy",
                                   "measured_on": "somebody"}
    assert full["adapted_to"] == {"segments": 3, "emotion": None, "share": 0.5, "label": "sad", "probability": 0.5,
                                  "moved": 0.25}
    assert set(full) == {field.name for field in fields(Prediction)} | set(RENAMED) | {"valence"}
    assert all(full[old] == full[new] for old, new in RENAMED.items())
    assert json.loads(json.dumps(full)) == full


def test_the_names_of_version_0_2_warn() -> None:
    for old, new in RENAMED.items():
        with pytest.warns(DeprecationWarning, match=f"Prediction.{old} is called {new} now"):
            assert getattr(PREDICTION, old) == getattr(PREDICTION, new)


def test_a_prediction_explains_itself() -> None:
    assert repr(PREDICTION) == "<Prediction voice.wav: negative 75%, unclear; female; 1 segment in 1.5 s; tiny abc>"
    neither = replace(PREDICTION, file=None, label=NEITHER, confidence="clear", channel=2, segments=())
    several = replace(PREDICTION, sex="mixed", speakers=(SPEAKER, SPEAKER))
    assert "; 2 speakers; mixed; 1 segment in" in repr(several)
    assert repr(neither) == "<Prediction (samples): neither, clear; channel 2; female; 0 segments in 1.5 s; tiny abc>"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_prediction_can_be_copied_and_pickled(protocol: int) -> None:
    full = replace(PREDICTION, channel=2, attributions=(Attribution(0.0, 0.25, 0.125),),
                   reliability=Reliability(0.7, 0.8, 214, 0.81, "noisy", "somebody"),
                   adapted_to=AdaptedTo(3, None, 0.5, "sad", 0.5, 0.25))
    assert pickle.loads(pickle.dumps(full, protocol)) == copy.deepcopy(full) == copy.copy(full) == full
    assert copy.deepcopy(full).probabilities is not full.probabilities


def test_a_prediction_is_a_row_of_a_table() -> None:
    row = PREDICTION.as_dict()
    assert list(row) == columns(("negative", "positive"))
    assert (row["file"], row["positive"], row["segments"], row["reasons"], row["recognizer"], row["error"]) == (
        "voice.wav", 0.25, 1, "It is short.", "tiny", None)
    assert pd.DataFrame([row, row]).loc[1, "negative"] == 0.75
