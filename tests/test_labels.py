import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.errors import UsageError
from intone.labels import EMOTIONS, SCHEMES, Scheme, check_sex, network_labels, parts, scheme, side_of, split_label
from sounds import pcm, voice
from tiny_model import tiny_model

CLASSES = {
    2: {"positive": {"calm", "happy"}, "negative": {"sad", "angry", "fearful"}},
    3: {"neutral": {"neutral", "calm"}, "positive": {"happy"}, "negative": {"sad", "angry", "fearful"}},
    8: {emotion: {emotion} for emotion in ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust",
                                           "surprised")},
    "stress": {"stressed": {"sad", "angry", "fearful", "disgust"},
               "not stressed": {"neutral", "calm", "happy", "surprised"}},
}

probabilities = st.lists(st.floats(0.001, 1), min_size=8, max_size=8).map(lambda x: np.array(x) / sum(x))


@pytest.mark.parametrize("classes", CLASSES)
def test_a_scheme_groups_the_emotions_as_the_original_does(classes):
    groups = {name: set(emotions) for name, emotions in scheme(classes).groups.items()}
    assert groups == CLASSES[classes]


def test_classes_are_sorted_by_name_but_the_eight_keep_the_order_of_the_corpus():
    assert EMOTIONS == ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
    assert scheme(8).classes == EMOTIONS
    for name in (2, 3, "stress"):
        assert scheme(name).classes == tuple(sorted(scheme(name).classes))


def test_an_emotion_outside_a_scheme_has_no_class():
    assert [scheme(2).class_of(emotion) for emotion in ("neutral", "disgust", "surprised")] == [None, None, None]
    assert scheme(3).class_of("disgust") is None
    assert scheme(3).class_of("neutral") == "neutral"
    assert scheme(2).class_of("sad") == "negative"


@given(probabilities)
def test_sums_add_up_the_emotions_of_each_class(emotions):
    negative, positive = scheme(2).sums(emotions)
    neutral, calm, happy, sad, angry, fearful, disgust, surprised = emotions
    assert negative == pytest.approx(sad + angry + fearful)
    assert positive == pytest.approx(calm + happy)
    assert 1 - negative - positive == pytest.approx(neutral + disgust + surprised)
    assert scheme(8).sums(emotions) == pytest.approx(emotions)
    assert scheme("stress").sums(emotions).sum() == pytest.approx(1)


def test_sums_keep_the_axes_before_the_emotions():
    assert scheme(3).sums(np.full((5, 4, 8), 1 / 8)).shape == (5, 4, 3)


@pytest.mark.parametrize("classes", [0, 1, 4, 5, 6, 7, 9, -2, 28, 2.5, "", "two", "02", "8 ", "Stress", True])
def test_fault_7_a_number_of_classes_that_there_is_not_is_an_error_that_lists_the_valid_ones(classes):
    with pytest.raises(UsageError, match=r"choose 2, 3, 8 or stress\.$") as caught:
        scheme(classes)
    assert f"{classes} classes" in str(caught.value)
    with pytest.raises(UsageError):
        network_labels(classes, "male")


@given(st.one_of(st.integers(), st.text()))
def test_fault_7_no_other_number_means_2(classes):
    if str(classes) in SCHEMES:
        assert scheme(classes).name == str(classes)
    else:
        with pytest.raises(UsageError):
            scheme(classes)


def test_a_number_and_its_word_are_one_scheme():
    assert [scheme(number) for number in (2, 3, 8)] == [scheme("2"), scheme("3"), scheme("8")]


def test_labels_of_a_network_carry_the_sex():
    assert network_labels(2, "male") == ("male_negative", "male_positive")
    assert network_labels(3, "female") == ("female_negative", "female_neutral", "female_positive")
    assert network_labels(2, "both") == ("female_negative", "female_positive", "male_negative", "male_positive")
    assert len(network_labels(8, "both")) == 16


def test_the_parts_of_labels_count_classes_and_then_sexes():
    assert parts(network_labels(2, "both")).tolist() == [[0, 2], [1, 2], [0, 3], [1, 3]]
    assert parts(network_labels(3, "male")).tolist() == [[0, 3], [1, 3], [2, 3]]


@pytest.mark.parametrize("classes", CLASSES)
def test_labels_are_split_into_what_they_were_made_of(classes):
    pairs = [split_label(label) for label in network_labels(classes, "both")]
    assert pairs == [(sex, name) for sex in ("female", "male") for name in scheme(classes).classes]


@pytest.mark.parametrize("label", ["", "male", "male_", "negative", "other_negative", "Male_negative", "_negative"])
def test_what_is_no_label_is_refused(label):
    with pytest.raises(UsageError, match="<sex>_<class>"):
        split_label(label)


@pytest.mark.parametrize("sex", ["", "Male", "m", "auto", "females"])
def test_another_sex_is_an_error_that_lists_the_valid_ones(sex):
    with pytest.raises(UsageError, match="male, female or both"):
        check_sex(sex)
    with pytest.raises(UsageError):
        network_labels(2, sex)


def test_the_choices_of_a_sex_can_be_others():
    assert check_sex("auto", ("male", "female", "auto")) == "auto"
    with pytest.raises(UsageError, match="male, female or auto"):
        check_sex("both", ("male", "female", "auto"))


# Another scheme.

ADDED = """
import sys
from pathlib import Path

from intone import labels

labels.SCHEMES["arousal"] = labels.Scheme(
    "arousal", {"high": ("happy", "angry", "fearful", "surprised"), "low": ("neutral", "calm", "sad")}, "Arousal")

import intone
from intone.cli import main
from intone.evaluation.report import summarize
from intone.recognition.scoring import read_rows
from intone.web import create_app

sys.path.insert(0, sys.argv[2])
from web_server import StandIn, send, tone, wav

assert main(["predict", sys.argv[1], "--recognizer", sys.argv[3], "--classes", "arousal"]) == 0
assert "arousal" in intone.load().schemes()
assert labels.network_labels("arousal", "male") == ("male_high", "male_low")
assert 0.5 < summarize(read_rows(Path(sys.argv[4])), labels.scheme("arousal")).uar.value < 1
client = create_app(StandIn()).test_client()
answer = send(client, wav(tone("angry", 2)), classes="arousal").json
assert answer["label"] == "high" and set(answer["views"]) == {"2", "3", "8", "stress", "arousal"}
page = send(client, wav(tone("angry", 2)), "/", classes="arousal").text
assert "<span>Arousal</span>" in page and ">high</th>" in " ".join(page.split()).replace("> ", ">")
neither = send(client, wav(tone("disgust", 2)), "/", classes="arousal").text
assert "<strong>Like another emotion</strong>" in neither
assert "arousal" in client.get("/api/v1/openapi.json").text
"""


def test_a_scheme_that_is_added_here_is_there_in_python_on_the_command_line_in_the_api_and_on_the_page(tmp_path):
    tests = Path(__file__).parent
    (tmp_path / "a.wav").write_bytes(pcm(voice(2), 16_000))
    model = tiny_model(tmp_path / "tiny.onnx", {"male_angry": 0.75, "male_sad": 0.25})
    ended = subprocess.run(
        [sys.executable, "-c", ADDED, tmp_path / "a.wav", tests / "support", model,
         tests.parent / "results" / "ravdess-5fold" / "default.csv"], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    heading, answer, scale = ended.stdout.splitlines()
    assert heading.split() == ["answer", "valence", "confidence", "high", "low", "sex", "recording"]
    assert answer.split()[:5] == ["high", "neutral", "unclear", "75%", "25%"]
    assert scale == "This recognizer was not calibrated for these classes, so that none of its answers is clear."


def test_a_class_is_drawn_with_the_valence_of_its_emotions():
    sides = {name: side_of(name) for one in SCHEMES.values() for name in one.classes}
    assert {name for name, side in sides.items() if side == "negative"} == {
        "negative", "sad", "angry", "fearful", "disgust", "stressed"}
    assert {name for name, side in sides.items() if side == "positive"} == {"positive", "calm", "happy", "not stressed"}
    assert side_of("neither") == side_of("neutral") == "neutral"
    assert Scheme("x", {"low": ("sad", "calm"), "high": ("angry", "fearful")}).side("low") == "neutral"
    assert Scheme("x", {"low": ("sad", "calm"), "high": ("angry", "fearful")}).side("high") == "negative"
