"""Tables of one's own: what a line says, and the sentence about the line that does not fit."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_files import noise, touch, write
from intone.corpora import COLUMNS, VOTES, CsvTable, Words, open_corpora, splits
from intone.corpora.check import check
from intone.corpora.cleaning import clean
from intone.corpora.csv_table import Entry, parsed
from intone.errors import CorpusError
from intone.labels import EMOTIONS, SEXES
from intone.training.recipes import recipe

HEADER = "path,emotion,speaker,sex,corpus,fold\n"


def table(folder: Path, text: str, files: tuple[str, ...] = ("a.wav", "b.wav", "c.wav")) -> CsvTable:
    """A table with this text beside these files."""
    (touch(folder, files) / "mine.csv").write_text(text, encoding="utf-8")
    return CsvTable(folder / "mine.csv")


def test_a_line_is_a_clip(tmp_path: Path) -> None:
    found = table(tmp_path, "speaker,note,path,Emotion,sex,corpus,fold\nanna,x,a.wav,Joy,F,phone,3\nben,,in/b.wav,sadness,,,\n",
                  ("a.wav", "in/b.wav")).table()
    assert tuple(found.columns) == COLUMNS
    first, second = found.to_dict("records")
    assert (first["clip"], first["path"], first["corpus"], first["actor"], first["sex"], first["emotion"], first["vocal"],
            first["fold"]) == ("a", str(tmp_path / "a.wav"), "phone", "anna", "female", "happy", "speech", 3)
    assert (second["clip"], second["corpus"], second["actor"], second["emotion"]) == ("b", "table", "ben", "sad")
    assert pd.isna(second["sex"]) and pd.isna(second["fold"])


@pytest.mark.parametrize("text", [
    "file;emotion;speaker\r\na.wav;anger;anna\r\n", "\ufeffpath\temotion\tspeaker\na.wav\tanger\tanna", "path,emotion,speaker,\n,,,\n\na.wav,anger,anna\n",
    '"path","emotion","speaker"\n"a.wav","anger","anna"\n', "path,file,emotion,speaker\na.wav,other,anger,anna"])
def test_tables_of_other_programs_are_read(tmp_path: Path, text: str) -> None:
    assert table(tmp_path, text).table()[["clip", "emotion", "actor"]].values.tolist() == [["a", "angry", "anna"]]


def test_corpora_of_a_table_keep_apart_and_a_speaker_has_one_sex_and_one_fold(tmp_path: Path) -> None:
    found = table(tmp_path, HEADER + "a.wav,sad,anna,,phone,\nb.wav,sad,anna,male,,2\nc.wav,sad,anna,female,phone,1\n").table()
    assert splits.speakers(found).tolist() == ["phone:anna", "table:anna", "phone:anna"]
    assert found["sex"].tolist() == ["female", "male", "female"] and found["fold"].tolist() == [1, 2, 1]


def test_a_clip_without_a_speaker_is_of_the_unknown_one(tmp_path: Path) -> None:
    assert table(tmp_path, "path,emotion,speaker\na.wav,sad,\n").table()["actor"].tolist() == ["unknown"]


def test_votes_are_counts_or_shares_and_0_where_nobody_could_choose(tmp_path: Path) -> None:
    found = table(tmp_path, "path,emotion,speaker,votes_angry,votes_sadness\na.wav,sad,anna,1,8\nb.wav,sad,anna,0.25,.75\nc.wav,sad,ben,,\n").table()
    assert list(found.columns) == [*COLUMNS, *VOTES]
    assert found.loc[found["clip"] == "a", list(VOTES)].values.tolist() == [[0, 0, 0, 8, 1, 0, 0, 0]]
    assert found.loc[found["clip"] == "b", list(VOTES)].sum(axis=1).tolist() == [1]
    assert found.loc[found["clip"] == "c", list(VOTES)].isna().all(axis=None)
    assert all(kind == "float64" for kind in found[list(VOTES)].dtypes)


@pytest.mark.parametrize(("line", "said"), [
    ("gone.wav,sad,anna,,,", r"there is no file .*gone\.wav; correct the path, which is relative to the table"),
    (",sad,anna,,,", "it names no recording"),
    ("a.wav,sad,anna,,,", r"a\.wav stands in line 2 too; keep one of them"),
    ("./a.wav,sad,anna,,,", r"\./a\.wav stands in line 2 too"),
    ("b.wav,sad,anna,,,3", "the fold of the speaker anna is 3, and 1 in line 2; a speaker has one fold"),
    ("b.wav,sad,anna,male,,1", "the sex of the speaker anna is male, and female in line 2"),
    ("b.wav,sad,ben,x,,", "'x' is no sex of a speaker; write male or female, or nothing"),
    ("b.wav,sad,ben,,,5", "there is no fold '5'; write 0 to 4, or nothing"),
    ("b.wav,sad,ben,,,-1", "there is no fold '-1'"),
    ("b.wav,sad,ben,,ravdess,", "the corpus 'ravdess' is one that intone knows by itself; give it another name"),
    ("b.wav,sad,ben,,a:b,", "'a:b' cannot name a corpus"),
    ("b.wav,sad,ben,,../x,", r"'\.\./x' cannot name a corpus"),
    ("b.wav,sad,ben,,,,,x", r"it has 8 cells, and the header 6; put a cell with a separator \(commas\) in it into quotes"),
    ('"b.wav,sad,ben,,,\n', "a quote in it does not end; end it, or take the sign out"),
    ("\0.wav,sad,ben,,,", "there is no file"),
])
def test_a_line_that_does_not_fit_is_one_sentence_with_its_number(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(CorpusError, match=rf"Line 3 of .*mine\.csv does not fit: {said}") as refused:
        table(tmp_path, f"{HEADER}a.wav,angry,anna,female,,1\n{line}\n").files()
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(("votes", "said"), [
    ("0,0", "all its votes are 0; leave them out where nobody voted"),
    ("-1,2", "the votes -1, 2 are not all numbers from 0"), ("many,2", "the votes many, 2 are not all numbers"),
    ("nan,1", "the votes nan, 1 are not"), ("inf,1", "the votes inf, 1 are not"),
    ("0.5,0.4", "the shares of the votes sum to 0.9 and not to 1; correct them, or write how many listeners chose"),
    ("1.5,", "the shares of the votes sum to 1.5 and not to 1"),
])
def test_votes_that_are_none_are_one_sentence_with_the_line(tmp_path: Path, votes: str, said: str) -> None:
    with pytest.raises(CorpusError, match=rf"Line 2 of .* does not fit: {said}"):
        table(tmp_path, f"path,emotion,speaker,votes_angry,votes_sad\na.wav,angry,anna,{votes}\n").files()


@pytest.mark.parametrize(("text", "said"), [
    ("", "is empty: its first line names the columns, and each other one a recording"),
    ("path,speaker\na.wav,anna\n", "has no column 'emotion': its first line is path, speaker, and a table needs path, emotion, speaker"),
    ("a.wav,angry,anna\n", "has no column 'path'"),
    ("path,emotion,speaker,votes_bored\n", "The column votes_bored of .* is named after no emotion: write votes_ and one of neutral"),
    ("path,emotion,speaker,Sex,sex\n", "has the column 'sex' more than once"),
    ("path,emotion,speaker,votes_sad,votes_sadness\n", "has the column 'sad' more than once"),
    ('path,emotion,speaker\n"' + "x" * 140_000 + '",sad,anna\n', "does not fit: it is not CSV"),
])
def test_a_file_that_is_no_table_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CorpusError, match=said):
        table(tmp_path, text).files()


def test_a_table_that_is_no_text_or_empty_of_clips(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(b"path,emotion,speaker\n\x81.wav,sad,anna\n")
    with pytest.raises(CorpusError, match=r"mine\.csv is no text in UTF-8, UTF-16 or Windows-1252: save it as CSV in UTF-8"):
        CsvTable(tmp_path / "mine.csv").files()
    with pytest.raises(CorpusError, match="holds no clip of table"):
        table(tmp_path, "path,emotion,speaker\n").table()


def test_unknown_emotions_are_counted_with_their_line_or_strictly_an_error(tmp_path: Path) -> None:
    told: list[str] = []
    text = "path,emotion,speaker\na.wav,sad,anna\nb.wav,boredom,anna\nc.wav,boredom,ben\n"
    assert table(tmp_path, text).entries
    assert CsvTable(tmp_path / "mine.csv", Words(tell=told.append)).table()["clip"].tolist() == ["a"]
    assert told == [f"2 of 3 recordings in {tmp_path / 'mine.csv'} have a label that stands for no emotion: 'boredom' (2, such as "
                    "line 3); they are left out; --emotion WORD=EMOTION says what a word stands for."]
    with pytest.raises(CorpusError, match=r"'boredom' \(2, such as line 3\); --emotion WORD=EMOTION says"):
        CsvTable(tmp_path / "mine.csv", Words(strict=True)).table()
    assert len(CsvTable(tmp_path / "mine.csv", Words({"boredom": "neutral"}, strict=True)).table()) == 3


def test_check_counts_its_labels(tmp_path: Path) -> None:
    for seed, name in enumerate(("a", "b", "c")):
        write(tmp_path / f"{name}.wav", noise(seed))
    table(tmp_path, "path,emotion,speaker\na.wav,sad,anna\nb.wav,sadness,ben\nc.wav,bored,ben\n", ())
    report = check(tmp_path / "mine.csv", jobs=1)
    assert (report.corpus, report.counts) == ("table", {"labels": {"sad": 2}})
    assert [(one.severity, str(one)) for one in report.findings] == [("warning", "c.wav: 'bored' stands for no emotion")]


def test_a_cleaned_table_is_a_folder_for_each_label(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", noise(1, 0.5))
    made = table(tmp_path, "path,emotion,speaker,sex\na.wav,joy,anna,f\n", ())
    clean(made.table(), tmp_path / "clean", recipe("level-independent").front_end.envelope, jobs=1)
    found = open_corpora([f"{CsvTable.cleaned_as}={tmp_path / 'clean'}"])
    assert found[["clip", "actor", "sex", "emotion"]].values.tolist() == [["a", "anna", "female", "happy"]]


def test_files_elsewhere_are_named_whole(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", noise(1))
    (tmp_path / "t").mkdir()
    made = table(tmp_path / "t", f"path,emotion,speaker\n../a.wav,sad,anna\n{tmp_path / 'a.wav'},sad,anna\n", ())
    assert [made.relative(path) for path in made.files()] == ["../a.wav", str(tmp_path / "a.wav")]


words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8).filter(
    lambda word: word[0] not in "'\"")  # a quote or an apostrophe around a cell is none of its own
counts = st.none() | st.tuples(*[st.integers(0, 20)] * len(EMOTIONS)).filter(any)


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    """Lines of a table that fit, each speaker with one sex and one fold."""
    people = draw(st.dictionaries(words, st.tuples(st.sampled_from([None, *SEXES]), st.sampled_from([None, *range(5)])), min_size=1))
    paths = draw(st.lists(words, min_size=1, max_size=6, unique_by=Path))
    chosen = [(path, *draw(st.sampled_from(sorted(people.items())))) for path in paths]
    return [Entry(f"line {line}", path, draw(words), speaker, draw(st.just("table")), sex, fold,
                  None if (votes := draw(counts)) is None else tuple(map(float, votes)))
            for line, (path, speaker, (sex, fold)) in enumerate(chosen, start=2)]


@given(entries(), st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]), st.sampled_from(".,"))
def test_what_is_written_is_read(lines: list[Entry], separator: str, encoding: str, point: str) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator)
    writer.writerow(["path", "emotion", "speaker", "corpus", "sex", "fold", *VOTES])
    for one in lines:
        votes = [""] * len(VOTES) if one.votes is None else [str(vote).replace(".", point) for vote in one.votes]
        writer.writerow([one.path, one.label, one.speaker, one.corpus, one.sex or "", "" if one.fold is None else one.fold, *votes])
    assert parsed(io.BytesIO(file.getvalue().encode(encoding)), Path("clips.csv"))[1] == lines


@given(st.binary() | st.text().map(str.encode) | st.lists(st.lists(st.sampled_from(
    ["path", "emotion", "speaker", "fold", "sex", "votes_sad", "corpus", "a", "1", "0.5", "-1", "", '"', "\0", "male"]), max_size=8), max_size=6).map(
    lambda rows: ("path,emotion,speaker,sex,fold,corpus,votes_sad,votes_angry\n" + "\n".join(map(",".join, rows))).encode()))
def test_any_other_file_is_read_or_refused_in_one_sentence(content: bytes) -> None:
    try:
        lines = parsed(io.BytesIO(content), Path("clips.csv"))[1]
    except CorpusError as error:
        assert str(error).endswith(".") and "clips.csv" in str(error)
        return
    assert len({one.path for one in lines}) == len(lines)
    for one in lines:
        assert one.path and one.speaker and one.sex in (None, *SEXES) and one.fold in (None, *range(5))
        assert one.votes is None or (min(one.votes) >= 0 and sum(one.votes) > 0 and len(one.votes) == 8)


def test_a_table_of_a_german_excel(tmp_path: Path) -> None:
    text = "sep=;\r\n Dateiname ;Emotion;Sprecher;Geschlecht;Votes_Angry;votes sadness;;\r\nin\\übung.wav;Wut ; Jörg;W;0,25;0,75;;\r\n;;;;;;;\r\n"
    touch(tmp_path, ("in/übung.wav",))
    (tmp_path / "mine.csv").write_bytes(text.encode("cp1252"))
    notes: list[str] = []
    made = CsvTable(tmp_path / "mine.csv", Words({"wut": "angry"}, strict=True, note=notes.append)).table()
    assert made[["path", "emotion", "actor", "sex", "votes_angry", "votes_sad"]].values.tolist() == [
        [str(tmp_path / "in/übung.wav"), "angry", "Jörg", "female", 0.25, 0.75]]
    assert notes == [f"{tmp_path / 'mine.csv'} was read as Windows-1252 with semicolons, with the recordings in its column 'Dateiname'."]


@pytest.mark.parametrize(("name", "write_as"), [
    ("mine.parquet", lambda frame, path: frame.to_parquet(path)), ("mine.jsonl", lambda frame, path: frame.to_json(path, orient="records", lines=True)),
    ("mine.json", lambda frame, path: frame.to_json(path, orient="records")), ("mine.csv", lambda frame, path: frame.to_csv(path, index=False)),
    ("mine.tsv", lambda frame, path: frame.to_csv(path, sep="\t", encoding="utf-16")), ("mine.txt", lambda frame, path: frame.to_csv(path, sep=";", decimal=","))])
def test_what_pandas_writes_is_read(tmp_path: Path, name: str, write_as: Callable[[pd.DataFrame, Path], None]) -> None:
    touch(tmp_path, ("a.wav", "b.wav"))
    write_as(pd.DataFrame({"File": ["a.wav", "b.wav"], "label": ["sad", "joy"], "subject": [1, 2], "gender": ["F", None], "fold": [3, None],
                           "votes_sad": [0.5, None], "votes_happy": [0.5, None]}), tmp_path / name)
    made = open_corpora([str(tmp_path / name)])
    assert made[["clip", "emotion", "actor"]].values.tolist() == [["a", "sad", "1"], ["b", "happy", "2"]]
    assert (made.loc[0, "sex"], made.loc[0, "fold"], made.loc[0, "votes_sad"]) == ("female", 3, 0.5)
    assert pd.isna(made.loc[1, "sex"]) and pd.isna(made.loc[1, "votes_happy"])


def test_a_row_of_a_typed_table_is_named_by_its_place(tmp_path: Path) -> None:
    frame = pd.DataFrame({"path": ["a.wav", "b.wav"], "emotion": "sad", "speaker": "x", "sex": ["male", "?"]})
    touch(tmp_path, ("a.wav", "b.wav"))
    frame.to_parquet(tmp_path / "mine.parquet")
    with pytest.raises(CorpusError, match=r"Row 2 of .*mine\.parquet does not fit: '\?' is no sex"):
        CsvTable(tmp_path / "mine.parquet").files()
    frame.to_json(tmp_path / "mine.jsonl", orient="records", lines=True)
    with pytest.raises(CorpusError, match=r"Line 2 of .*mine\.jsonl does not fit: '\?' is no sex"):
        CsvTable(tmp_path / "mine.jsonl").files()


def test_a_file_that_is_missing_says_how_the_table_was_read(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes("path;emotion;speaker\nżółw.wav;sad;anna\n".encode("cp1250"))
    with pytest.raises(CorpusError, match=r"there is no file .* \(the table was read as Windows-1252 with semicolons"):
        CsvTable(tmp_path / "mine.csv").files()
