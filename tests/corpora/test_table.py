import pandas as pd
import pytest

from corpus_files import touch
from intone.audio.search import search
from intone.corpora import COLUMNS, CremaD, CsvTable, LabelFolders, Ravdess, Words, open_corpora
from intone.corpora.table import assign, labelled, open_corpus, sexless
from intone.errors import CorpusError, UsageError

RAVDESS = "Actor_01/03-01-03-01-01-01-01.wav"
CREMA_D = "AudioWAV/1001_DFA_ANG_XX.wav"


@pytest.mark.parametrize(("files", "kind"), [
    ([RAVDESS], Ravdess),
    (["03-01-03-01-01-01-01.wav"], Ravdess),
    (["Audio_Speech_Actors_01-24/" + RAVDESS, "stray.wav"], Ravdess),
    ([CREMA_D], CremaD),
    (["angry/a.wav"], LabelFolders),
    (["male_angry/speaker/a.wav"], LabelFolders),
    (["Fear/a.wav"], LabelFolders),
    (["a.wav", "clips.csv"], CsvTable),
    ([RAVDESS, "clips.csv"], Ravdess),
])
def test_a_plain_folder_is_recognized(tmp_path, files, kind):
    corpus = open_corpus(str(touch(tmp_path, files)))
    assert type(corpus) is kind
    assert corpus.root == tmp_path


@pytest.mark.parametrize(("name", "kind"), [("ravdess", Ravdess), ("crema-d", CremaD), ("folder", LabelFolders)])
def test_a_corpus_that_is_named_is_taken_as_that(tmp_path, name, kind):
    assert type(open_corpus(f"{name}={touch(tmp_path, [RAVDESS])}")) is kind


def test_a_folder_with_an_equals_sign_is_a_folder(tmp_path):
    root = touch(tmp_path / "rate=48k", [RAVDESS])
    assert open_corpus(str(root)).root == root


def test_the_home_folder_may_be_written_short(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    touch(tmp_path / "speakers", [RAVDESS])
    assert open_corpus("~/speakers").root == open_corpus("ravdess=~/speakers").root == tmp_path / "speakers"


def test_another_corpus_is_an_error_that_lists_the_known_ones(tmp_path):
    with pytest.raises(UsageError, match=r"no corpus 'iemocap': write ravdess=DIR, .*, table=FILE\.csv, folder=DIR or a folder"):
        open_corpus(f"iemocap={tmp_path}")


@pytest.mark.parametrize("prefix", ["", "ravdess="])
def test_a_folder_that_is_not_there_is_an_error(tmp_path, prefix):
    with pytest.raises(CorpusError, match="There is no folder"):
        open_corpus(f"{prefix}{tmp_path / 'none'}")


def test_a_file_is_no_folder(tmp_path):
    with pytest.raises(CorpusError, match="There is no folder"):
        open_corpus(str(touch(tmp_path, ["a.wav"]) / "a.wav"))


def test_a_folder_without_recordings_is_an_error(tmp_path):
    with pytest.raises(CorpusError, match="holds no recordings"):
        open_corpus(str(touch(tmp_path, ["notes.txt", ".hidden.wav"])))


def test_a_folder_that_is_no_corpus_is_an_error(tmp_path):
    with pytest.raises(CorpusError, match="not a corpus that is known"):
        open_corpus(str(touch(tmp_path, ["music/a.wav"])))


@pytest.mark.parametrize("name", ["", "folder=", "ravdess="])
def test_an_empty_name_is_not_the_current_folder(name, tmp_path, monkeypatch):
    touch(tmp_path, ["angry/a.wav"])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="names no folder: give one, or ravdess=DIR"):
        open_corpora([name])


def test_no_name_at_all_is_an_error():
    with pytest.raises(UsageError, match="No corpus is named"):
        open_corpora([])


def test_several_corpora_are_one_table(tmp_path):
    touch(tmp_path / "r", [RAVDESS, RAVDESS.replace("01.wav", "03.wav")])
    touch(tmp_path / "f", ["sad/z.wav"])
    table = open_corpora([str(tmp_path / "f"), f"ravdess={tmp_path / 'r'}"])
    assert tuple(table.columns) == COLUMNS
    assert table["corpus"].tolist() == ["folder", "ravdess", "ravdess"]
    assert table.index.tolist() == [0, 1, 2]
    assert table["fold"].tolist() == [-1, 4, 1], "a folder of one speaker only trains"
    assert all(pd.notna(table[column]).all() for column in ("clip", "path", "actor", "emotion", "vocal"))


def test_files_are_sorted_and_suffixes_read_in_any_case(tmp_path):
    touch(tmp_path, ["b.WAV", "a/z.flac", "c.txt", "a/y.Mp3", ".b.wav"])
    assert [path.relative_to(tmp_path).as_posix() for path in search(tmp_path).recordings] == ["a/y.Mp3", "a/z.flac", "b.WAV"]


def test_rows_are_sorted_by_clip_and_then_by_path(tmp_path):
    touch(tmp_path, ["sad/b.wav", "angry/c.wav", "angry/b.wav"])
    table = LabelFolders(tmp_path).table()
    assert [(row.clip, row.emotion) for row in table.itertuples()] == [("b", "angry"), ("b", "sad"), ("c", "angry")]


def test_a_csv_file_is_a_table_with_or_without_its_kind(tmp_path):
    touch(tmp_path, ["a.wav"])
    (tmp_path / "mine.CSV").write_text("path,emotion,speaker\na.wav,anger,anna\n")
    for name in (f"{tmp_path}/mine.CSV", f"table={tmp_path}/mine.CSV"):
        assert open_corpora([name])[["corpus", "actor", "emotion"]].values.tolist() == [["table", "anna", "angry"]]
    with pytest.raises(CorpusError, match=r"There is no table .*gone\.csv: name a CSV file with the columns path, emotion"):
        open_corpus(f"{tmp_path}/gone.csv")


def test_words_of_ones_own_reach_every_corpus(tmp_path):
    touch(tmp_path / "f", ["Freude/anna/1.wav"])
    touch(tmp_path / "t", ["1.wav"])
    (tmp_path / "t" / "clips.csv").write_text("path,emotion,speaker\n1.wav,FREUDE,ben\n")
    table = open_corpora([f"folder={tmp_path / 'f'}", str(tmp_path / "t")], Words({"freude": "happy"}))
    assert table["emotion"].tolist() == ["happy", "happy"]


def test_speakers_whose_sex_is_not_known_have_a_class_and_no_label_and_are_counted(tmp_path):
    table = LabelFolders(touch(tmp_path, ["angry/Kim/1.wav", "sad/Kim/2.wav", "sad/Lou/1.wav", "male_sad/Ben/1.wav"])).table()
    assert len(table) == 4
    both = assign(table, 2)
    assert dict(zip(both["actor"] + both["class"], both["label"].fillna(""), strict=True)) == {
        "Kimnegative": "", "Lounegative": "", "Bennegative": "male_negative"}
    assert labelled(both)["actor"].tolist() == assign(table, 8, "male")["actor"].tolist() == ["Ben"]
    assert sexless(table, tested=True).endswith("3 of 4 clips are not trained on; state the sex in a table of the "
                                                "recordings (table=FILE.csv) to train on them.")
    assert sexless(table).startswith("The sex of 2 speakers is not known, and a label is a sex and an emotion: 3 of 4 clips are left out")
    assert sexless(table[table["actor"] == "Ben"]) == ""
    unknown = table[table["actor"] != "Ben"]
    assert assign(unknown, 8)["label"].isna().all() and len(assign(unknown, 8)) == 3
    with pytest.raises(CorpusError, match=r"None of the 3 clips .* corpus\. The sex of 2 speakers is not known"):
        assign(unknown, 8, "male")
    with pytest.raises(CorpusError, match=r"^The sex of 2 speakers is not known, .* 3 of 3 clips are left out"):
        labelled(assign(unknown, 8))
