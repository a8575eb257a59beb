import csv
import shutil

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_files import link, touch
from intone.corpora import COLUMNS, VOTES, CremaD
from intone.corpora.crema_d import CLIPS, EMOTIONS, LEFT_OUT, LEVELS, SENTENCES, Name, parse_name
from intone.errors import CorpusError

PEOPLE = '"ActorID","Age","Sex","Race","Ethnicity"\n1001,51,"Male","Caucasian","Not Hispanic"\n1002,21,"Female","",""\n'

names = st.builds(Name, st.integers(1000, 1999), st.sampled_from(SENTENCES), st.sampled_from(list(EMOTIONS)),
                  st.sampled_from(list(LEVELS)))


@pytest.fixture
def root(tmp_path):
    (tmp_path / "VideoDemographics.csv").write_text(PEOPLE)
    return touch(tmp_path, ["AudioWAV/1002_IEO_HAP_HI.wav", "AudioWAV/1001_DFA_ANG_XX.wav"])


@given(names)
def test_the_four_parts_are_read_and_written(name):
    assert parse_name(str(name)) == name


@given(st.one_of(st.text(), st.from_regex(r"1[0-9]{3}(_[A-Z]{2,3}){3}")))
def test_any_other_text_is_refused_or_comes_back_unchanged(text):
    try:
        assert str(parse_name(text)) == text
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize(("name", "reason"), [
    ("1001_DFA_ANG", "not actor_sentence_emotion_level"),
    ("2001_DFA_ANG_XX", "not actor_sentence_emotion_level"),
    ("1001_DFA_ANG_XX\n", "not actor_sentence_emotion_level"),
    ("1001_ABC_ANG_XX", "sentence ABC is not one of DFA, "),
    ("1001_DFA_BAD_XX", "emotion BAD is not one of ANG, DIS, FEA, HAP, NEU, SAD"),
    ("1001_DFA_ANG_X", "level X is not one of LO, MD, HI, XX"),
])
def test_the_reason_says_what_does_not_fit(name, reason):
    with pytest.raises(ValueError, match=reason):
        parse_name(name)


def test_a_row_has_the_actors_sex_and_age(root):
    first, second = CremaD(root).table().to_dict("records")
    assert (first["clip"], first["actor"], first["sex"], first["age"]) == ("1001_DFA_ANG_XX", 1001, "male", 51)
    assert (first["emotion"], first["vocal"], first["statement"]) == ("angry", "speech", "DFA")
    assert (second["sex"], second["age"], second["emotion"], second["intensity"]) == ("female", 21, "happy", "high")


def test_the_demographics_may_lie_above_the_recordings(root):
    assert len(CremaD(root / "AudioWAV").table()) == 2


def test_without_the_demographics_there_is_no_sex(root):
    (root / "VideoDemographics.csv").unlink()
    with pytest.raises(CorpusError, match=r"VideoDemographics\.csv, which says the actors' sex, is neither in"):
        CremaD(root).table()


def test_the_demographics_may_be_called_as_in_copies_of_the_corpus(root):
    (root / "VideoDemographics.csv").rename(root / "demographics.csv")
    assert CremaD(root).table()["sex"].tolist() == ["male", "female"]
    (root / "VideoDemographics.csv").write_text(PEOPLE.replace("Male", "Female"))
    assert CremaD(root).table()["sex"].tolist() == ["female", "female"], "the publisher's own comes first"


VOICE = "clip,votes,anger,disgust,fear,happy,neutral,sad,mean_level\n1001_DFA_ANG_XX,9,6,2,0,0,1,0,54.67\n"
TABULATED = ('"","A","D","F","H","N","S","fileName","numResponses"\n"100062",6,2,0,0,1,0,"1001_DFA_ANG_XX",9\n'
             '"200062",1,0,0,0,8,0,"1001_DFA_ANG_XX",9\n"300062",0,9,0,0,0,0,"1001_DFA_ANG_XX",9\n')


@pytest.mark.parametrize(("place", "text"), [
    ("crema_d_voice_votes.csv", VOICE), ("votes/crema_d_voice_votes.csv", VOICE), ("AudioWAV/crema_d_voice_votes.csv", VOICE),
    ("processedResults/tabulatedVotes.csv", TABULATED)])
def test_the_votes_for_the_voice_are_read_beside_the_recordings(root, place, text):
    (root / place).parent.mkdir(exist_ok=True)
    (root / place).write_text(text)
    table = CremaD(root / "AudioWAV").table()
    assert list(table.columns) == [*COLUMNS, *VOTES]
    voted, other = table[list(VOTES)].values.tolist()
    assert voted == [1, 0, 0, 0, 6, 0, 2, 0], "neutral calm happy sad angry fearful disgust surprised"
    assert pd.isna(other).all()


def test_without_votes_there_are_no_such_columns(root):
    assert tuple(CremaD(root).table().columns) == COLUMNS


@pytest.mark.parametrize("text", ["clip,anger\n1001_DFA_ANG_XX,3\n", VOICE.replace("9,6,2,0,0,1,0", "0,0,0,0,0,0,0"), VOICE.replace("6", "-6"),
                                  VOICE.replace("6", "x"), VOICE.replace("6", "inf"), "\n", TABULATED.replace('"fileName"', '"file"'),
                                  VOICE.replace("clip", "name"), "clip,anger\n1,2,3\n"])
def test_votes_that_are_something_else_are_one_sentence(root, text):
    (root / "crema_d_voice_votes.csv").write_text(text)
    with pytest.raises(CorpusError, match=r"crema_d_voice_votes\.csv is not the table of the listeners' votes: copy it again"):
        CremaD(root).table()


def test_an_actor_who_is_not_in_the_demographics_is_an_error(root):
    touch(root, ["AudioWAV/1003_DFA_ANG_XX.wav"])
    with pytest.raises(CorpusError, match=r"no line for actor 1003 of 1003_DFA_ANG_XX\.wav"):
        CremaD(root).table()


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"ActorID,Age\n1001,51\n", b"\xff\xfe\x00bad",
                                     b"ActorID,Age,Sex\n1001,old,Male\n", b"ActorID,Age,Sex\n1001,51,M\n",
                                     b"ActorID,Age,Sex\n1001\n"])
def test_a_table_of_actors_that_is_something_else_is_one_sentence(root, content):
    (root / "VideoDemographics.csv").write_bytes(content)
    with pytest.raises(CorpusError, match=r"VideoDemographics\.csv"):
        CremaD(root).table()


def test_recordings_under_two_labels_and_the_silent_one_are_left_out(root):
    touch(root, [f"AudioWAV/{name}.wav" for name in LEFT_OUT])
    assert len(LEFT_OUT) == 7
    assert all(parse_name(name) for name in LEFT_OUT)
    assert len(CremaD(root).table()) == 2


def test_the_real_corpus_has_7435_clips_of_91_actors(corpora_dir, tmp_path):
    link(tmp_path, (corpora_dir / "crema_d").glob("*.opus"))
    shutil.copy(corpora_dir / "crema_d" / "demographics.csv", tmp_path / "VideoDemographics.csv")
    table = CremaD(tmp_path).table()
    assert len(table) == CLIPS - len(LEFT_OUT) == 7435
    assert table["actor"].nunique() == 91
    assert set(table["emotion"]) == set(EMOTIONS.values())
    assert table.groupby("sex")["actor"].nunique().to_dict() == {"female": 43, "male": 48}
    assert table["age"].between(20, 74).all()


def test_the_real_votes_are_those_of_their_table(corpora_dir):
    path = corpora_dir / "votes" / "crema_d_voice_votes.csv"
    if not path.is_file():
        pytest.skip(f"the votes {path} are not there")
    table = CremaD(corpora_dir / "crema_d").table().set_index("clip")
    assert not table[list(VOTES)].isna().any(axis=None)
    with path.open(encoding="utf-8") as file:
        rows = {row["clip"]: int(row["votes"]) for row in csv.DictReader(file)}
    assert table[list(VOTES)].sum(axis=1).astype(int).to_dict() == {clip: rows[clip] for clip in table.index}
    assert table.loc["1001_IEO_ANG_MD", ["votes_angry", "votes_disgust", "votes_neutral", "votes_sad"]].tolist() == [5, 5, 1, 1]
