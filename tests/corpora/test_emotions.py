import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.corpora.emotions import PLAIN, SYNONYMS, Words, own_words
from intone.errors import UsageError
from intone.labels import EMOTIONS


@pytest.mark.parametrize(("label", "emotion"), [
    ("anger", "angry"), ("Fear", "fearful"), ("HAPPINESS", "happy"), ("joy", "happy"), (" sadness ", "sad"),
    ("surprise", "surprised"), ("pleasant_surprise", "surprised"), ("Pleasant surprise", "surprised"), ("ps", "surprised"),
    ("disgusted", "disgust"), ("OAF_angry", "angry"), ("YAF_pleasant_surprised", "surprised"), ("EB0_fear", "fearful"),
    ("03_calm", "calm"), ("boredom", None), ("anxious", None), ("excited", None), ("NOT_ANGRY", None), ("NO_FEAR", None),
    ("not_angry", None), ("angry_OAF", None), ("", None), ("OAF_", None), ("_angry", None)])
def test_a_label_is_read(label: str, emotion: str | None) -> None:
    assert PLAIN.emotion_of(label) == emotion


def test_every_emotion_stands_for_itself_and_every_word_for_one_of_the_eight() -> None:
    assert [PLAIN.emotion_of(emotion) for emotion in EMOTIONS] == list(EMOTIONS)
    assert set(SYNONYMS.values()) == set(EMOTIONS)


def test_words_of_ones_own_come_first() -> None:
    words = Words(own_words(["Freude=joy", "boredom=neutral", "fear=Surprise", "schöne Überraschung=surprised"]))
    labels = ("FREUDE", "boredom", "fear", "schöne_überraschung", "OAF_freude", "sad")
    assert [words.emotion_of(label) for label in labels] == ["happy", "neutral", "surprised", "surprised", "happy", "sad"]


@pytest.mark.parametrize("pair", ["", "freude", "freude=", "=happy", "freude=glad", " =happy"])
def test_a_pair_that_names_no_emotion_is_one_sentence(pair: str) -> None:
    with pytest.raises(UsageError, match=r"does not say which emotion a word stands for: write WORD=EMOTION, .* neutral, calm"):
        own_words([pair])


@given(st.text())
def test_any_label_is_an_emotion_or_none(label: str) -> None:
    assert PLAIN.emotion_of(label) in (None, *EMOTIONS)
    assert Words({}, strict=True).emotion_of(label) == PLAIN.emotion_of(label)


@given(st.sampled_from(sorted(SYNONYMS)), st.sampled_from(["", "OAF_", "DC_", "EB0_", "u1_".upper(), "16_"]),
       st.sampled_from([str.upper, str.title, str.lower]), st.sampled_from("_- "))
def test_case_joints_and_a_speakers_code_do_not_matter(word: str, code: str, case, joint: str) -> None:
    assert PLAIN.emotion_of(code + case(word).replace("_", joint)) == SYNONYMS[word]
