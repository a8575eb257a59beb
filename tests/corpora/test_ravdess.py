from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_files import link, touch
from intone.corpora import COLUMNS, Ravdess
from intone.corpora.ravdess import KNOWN_EQUAL, KNOWN_STEREO, Identifiers, expected_clips, parse_name
from intone.errors import CorpusError
from intone.labels import EMOTIONS, scheme

LIMITS = (3, 2, 8, 2, 2, 2, 24)


def exists(numbers: tuple[int, ...]) -> bool:
    """Whether the publisher's description has such a recording."""
    _, vocal, emotion, intensity, *_ = numbers
    within = all(1 <= number <= limit for number, limit in zip(numbers, LIMITS, strict=True))
    return within and not (emotion == 1 and intensity == 2) and not (vocal == 2 and emotion in (7, 8))


def stem(numbers: tuple[int, ...]) -> str:
    return "-".join(f"{number:02d}" for number in numbers)


possible = st.tuples(*(st.integers(1, limit) for limit in LIMITS)).filter(exists)


@given(possible)
def test_the_seven_identifiers_are_read_and_written(numbers):
    identifiers = parse_name(stem(numbers))
    assert tuple(vars(identifiers).values()) == numbers
    assert str(identifiers) == stem(numbers)
    assert identifiers.sex == ("female" if numbers[-1] in range(2, 25, 2) else "male")


@given(st.tuples(*(st.integers(0, limit + 1) for limit in LIMITS)))
def test_a_name_is_read_exactly_if_there_is_such_a_recording(numbers):
    if exists(numbers):
        assert str(parse_name(stem(numbers))) == stem(numbers)
    else:
        with pytest.raises(ValueError, match=r"is not one of|no strong intensity|no sung"):
            parse_name(stem(numbers))


@given(st.one_of(st.text(), st.from_regex(r"[0-9]{2}(-[0-9]{1,3}){5,7}\s?"), st.text("0123456789-", max_size=22)))
def test_any_other_text_is_refused_or_comes_back_unchanged(text):
    try:
        assert str(parse_name(text)) == text
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize(("name", "reason"), [
    ("03-01-01-01-01-01-01 (1)", "not seven two-digit numbers"),
    ("03-01-01-01-01-01", "not seven two-digit numbers"),
    ("03-01-01-01-01-01-1", "not seven two-digit numbers"),
    ("03-01-01-01-01-01-01\n", "not seven two-digit numbers"),
    ("03-01-01-01-01-01-0\u0661", "not seven two-digit numbers"),
    ("03-01-09-01-01-01-01", "emotion 09 is not one of 01 to 08"),
    ("03-01-01-01-01-01-25", "actor 25 is not one of 01 to 24"),
    ("00-01-01-01-01-01-01", "modality 00 is not one of 01 to 03"),
    ("03-03-01-01-01-01-01", "vocal 03 is not one of 01 to 02"),
    ("03-01-01-02-01-01-01", "there is no strong intensity of neutral"),
    ("03-02-07-01-01-01-01", "there is no sung disgust"),
    ("03-02-08-01-01-01-01", "there is no sung surprised"),
])
def test_the_reason_says_what_does_not_fit(name, reason):
    with pytest.raises(ValueError, match=reason):
        parse_name(name)


def test_a_complete_corpus_has_60_spoken_and_44_sung_clips_of_each_actor():
    speech, song = expected_clips("speech"), expected_clips("song")
    assert {actor: len(set(names)) for actor, names in speech.items()} == dict.fromkeys(range(1, 25), 60)
    assert {actor: len(set(names)) for actor, names in song.items()} == dict.fromkeys(
        [actor for actor in range(1, 25) if actor != 18], 44)
    for names in [*speech.values(), *song.values()]:
        assert all(str(parse_name(name)) == name for name in names)
    assert KNOWN_STEREO | frozenset().union(*KNOWN_EQUAL) <= {name for names in speech.values() for name in names}


def test_a_row_says_what_the_name_says(tmp_path):
    table = Ravdess(touch(tmp_path, ["Actor_12/03-02-06-02-02-01-12.wav"])).table()
    assert tuple(table.columns) == COLUMNS
    row = table.iloc[0].to_dict()
    assert row.pop("path") == str(tmp_path / "Actor_12" / "03-02-06-02-02-01-12.wav")
    assert pd.isna(row.pop("age")) and pd.isna(row.pop("fold"))
    assert row == {"clip": "03-02-06-02-02-01-12", "corpus": "ravdess", "actor": 12, "sex": "female",
                   "emotion": "fearful", "intensity": "strong", "vocal": "song", "statement": 2, "repetition": 1}


def test_the_flat_folder_of_cleaned_clips_gives_the_same_rows(tmp_path):
    names = [f"03-01-0{emotion}-01-01-02-{actor:02d}" for emotion in (3, 1, 8) for actor in (24, 1)]
    official = Ravdess(touch(tmp_path / "a", [f"Actor_{name[-2:]}/{name}.wav" for name in names])).table()
    flat = Ravdess(touch(tmp_path / "b", [f"{name}.wav" for name in names])).table()
    assert flat.drop(columns="path").equals(official.drop(columns="path"))
    assert official["clip"].tolist() == sorted(names)


def test_files_with_pictures_or_other_names_are_no_clips(tmp_path):
    touch(tmp_path, ["01-01-03-01-01-01-01.mp4", "02-01-03-01-01-01-01.mp4", "notes.wav", "03-01-03-01-01-01-01.txt",
                     "03-01-03-01-01-01-01.wav", "._03-01-03-01-01-02-01.wav"])
    assert Ravdess(tmp_path).table()["clip"].tolist() == ["03-01-03-01-01-01-01"]


def test_a_folder_without_clips_is_an_error(tmp_path):
    with pytest.raises(CorpusError, match="holds no clip of ravdess"):
        Ravdess(touch(tmp_path, ["01-01-03-01-01-01-01.mp4"])).table()


def test_a_recording_that_is_there_twice_is_an_error(tmp_path):
    touch(tmp_path, ["Actor_01/03-01-03-01-01-01-01.wav", "copy/03-01-03-01-01-01-01.wav"])
    with pytest.raises(CorpusError, match=r"03-01-03-01-01-01-01 more than once \(1 such names\)"):
        Ravdess(tmp_path).table()


@pytest.fixture
def speech_and_song(corpora_dir, tmp_path):
    """All 2452 recordings under their published names; for what only reads names."""
    files = [file for part in ("speech", "song") for file in (corpora_dir / f"ravdess_{part}").glob("Actor_*/*")]
    return Ravdess(link(tmp_path, files)).table()


def test_the_real_corpus_has_its_published_counts(speech_and_song):
    assert speech_and_song["vocal"].value_counts().to_dict() == {"speech": 1440, "song": 1012}
    for vocal in ("speech", "song"):
        expected = {name for names in expected_clips(vocal).values() for name in names}
        assert set(speech_and_song.loc[speech_and_song["vocal"] == vocal, "clip"]) == expected
    assert speech_and_song["clip"].is_monotonic_increasing
    assert tuple(speech_and_song.columns) == COLUMNS


def test_the_authors_set_is_960_male_clips_576_negative_and_384_positive(speech_and_song):
    male = speech_and_song[speech_and_song["sex"] == "male"]
    classes = Counter(scheme("2").class_of(emotion) for emotion in male["emotion"])
    assert {name: classes[name] for name in ("negative", "positive")} == {"negative": 576, "positive": 384}
    assert set(male["emotion"]) == set(EMOTIONS)
    assert set(male["actor"]) == set(range(1, 25, 2))


def test_the_numbers_of_identifiers_are_those_of_the_name():
    assert str(Identifiers(3, 1, 4, 2, 1, 2, 9)) == "03-01-04-02-01-02-09"
