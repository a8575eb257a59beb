import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_files import touch
from intone.corpora import LabelFolders, Words
from intone.corpora.emotions import PLAIN
from intone.corpora.folder import _split
from intone.errors import CorpusError
from intone.labels import EMOTIONS


def test_folders_name_the_emotion_the_sex_and_the_speaker(tmp_path):
    touch(tmp_path, ["angry/a.wav", "female_sad/b.flac", "Male_Happy/Kim/c.mp3", "calm/Kim/day 1/d.ogg"])
    rows = LabelFolders(tmp_path).table().to_dict("records")
    assert [(row["clip"], row["emotion"], row["actor"]) for row in rows] == [
        ("a", "angry", "unknown"), ("b", "sad", "unknown"), ("c", "happy", "Kim"), ("d", "calm", "Kim")]
    assert [row["sex"] for row in rows][1:3] == ["female", "male"]
    assert {row["corpus"] for row in rows} == {"folder"}


def test_two_speakers_may_use_one_name(tmp_path):
    touch(tmp_path, ["angry/Kim/1.wav", "angry/Lou/1.wav", "sad/Kim/1.wav"])
    assert len(LabelFolders(tmp_path).table()) == 3


@pytest.mark.parametrize("stray", ["stray.wav", "other/a.wav", "female_/a.wav", "male_bored/a.wav"])
def test_a_recording_outside_these_folders_is_counted_named_and_left_out(tmp_path, stray):
    touch(tmp_path, ["angry/a.wav", stray])
    said = (f"1 of 2 recordings in {tmp_path} have a label that stands for no emotion: '{stray.partition('/')[0]}' (1, such as "
            f"{stray}); they are left out; --emotion WORD=EMOTION says what a word stands for.")
    with pytest.warns(UserWarning) as warned:
        assert LabelFolders(tmp_path).table()["clip"].tolist() == ["a"]
    assert [str(one.message) for one in warned] == [said]
    with pytest.raises(CorpusError) as refused:
        LabelFolders(tmp_path, Words(strict=True)).table()
    assert str(refused.value) == said.replace("they are left out; ", "")


def test_where_nothing_is_left_the_labels_are_the_error(tmp_path):
    touch(tmp_path, ["anna/angry.wav", "ben/sad.wav"])
    with pytest.raises(CorpusError, match=r"2 of 2 recordings .*'anna' \(1, such as anna/angry\.wav\), 'ben'"):
        LabelFolders(tmp_path).table()


def test_many_unknown_labels_are_counted_and_not_all_named(tmp_path):
    told: list[str] = []
    touch(tmp_path, ["angry/a.wav", *(f"word {number:02}/a.wav" for number in range(12))])
    LabelFolders(tmp_path, Words(tell=told.append)).table()
    assert "'word 07' (1" in told[0] and "word 08" not in told[0] and " and 4 more labels; they are left out" in told[0]


@pytest.mark.parametrize(("folder", "read"), [
    ("female_anger", ("female", "angry")), ("Pleasant_Surprise", (None, "surprised")), ("OAF_fear", (None, "fearful")),
    ("male_Freude", ("male", "happy"))])
def test_folders_may_be_named_by_other_words(folder, read):
    assert _split(folder, Words({"freude": "happy"})) == read


@given(st.sampled_from(EMOTIONS), st.sampled_from(["male_", "female_", ""]))
def test_a_folders_name_is_read_in_any_case(emotion, prefix):
    for name in (prefix + emotion, (prefix + emotion).upper(), (prefix + emotion).title()):
        assert _split(name, PLAIN) == (prefix.rstrip("_") or None, emotion)


@given(st.text())
def test_any_other_name_is_none(name):
    found = _split(name, PLAIN)
    assert found is None or PLAIN.emotion_of(name.lower().removeprefix(f"{found[0]}_")) == found[1]
