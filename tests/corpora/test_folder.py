import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_files import touch
from intone.corpora import LabelFolders
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
def test_a_recording_outside_these_folders_is_an_error(tmp_path, stray):
    touch(tmp_path, ["angry/a.wav", stray])
    with pytest.raises(CorpusError, match=r"not in a folder named after an emotion \(neutral, calm, happy"):
        LabelFolders(tmp_path).table()


@given(st.sampled_from(EMOTIONS), st.sampled_from(["male_", "female_", ""]))
def test_a_folders_name_is_read_in_any_case(emotion, prefix):
    for name in (prefix + emotion, (prefix + emotion).upper(), (prefix + emotion).title()):
        assert _split(name) == (prefix.rstrip("_") or None, emotion)


@given(st.text())
def test_any_other_name_is_none(name):
    found = _split(name)
    assert found is None or "_".join(part for part in found if part) == name.lower()
