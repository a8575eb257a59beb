"""What a source names: folders, globs, tables, archives and stores."""

import csv
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.batch.sources import addresses, opened, size
from intone.errors import RecordingError, UsageError

NAMES = ("a.wav", "b.MP3", "deep/c.flac", "notes.txt", ".hidden.wav")


@contextmanager
def serving_folder(folder: Path) -> Iterator[str]:
    """The address of a server on loopback that gives a folder's files."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        path = tmp_path / "calls" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "calls"


def table(path: Path, rows: list[dict[str, str]]) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def test_a_folder_is_searched_for_recordings(folder):
    assert addresses(str(folder)) == [f"{folder}/{name}" for name in ("a.wav", "b.MP3", "deep/c.flac")]


def test_a_glob_is_too(folder):
    assert addresses(f"{folder}/*.wav") == [f"{folder}/a.wav"]
    assert addresses(f"{folder}/**/*.flac") == [f"{folder}/deep/c.flac"]


def test_a_file_is_one_recording(folder):
    assert addresses(f"{folder}/a.wav") == [f"{folder}/a.wav"]
    assert addresses("https://example.org/talk.mp3?x=1") == ["https://example.org/talk.mp3?x=1"]


def test_an_archive_is_searched_without_being_unpacked(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "calls.zip", "w") as archive:
        for name in NAMES:
            archive.write(folder / name, f"calls/{name}")
    found = addresses(str(tmp_path / "calls.zip"))
    assert found == [f"zip://calls/{name}::{tmp_path}/calls.zip" for name in ("a.wav", "b.MP3", "deep/c.flac")]
    assert addresses(f"zip://calls/deep::{tmp_path}/calls.zip") == found[2:]
    with opened(found[2]) as file:
        assert file.read() == b"deep/c.flac"
    assert size(found[2]) == len("deep/c.flac")


def test_a_store_is_searched():
    store = fsspec.filesystem("memory")
    for name in NAMES:
        store.pipe(f"/calls/{name}", name.encode())
    found = addresses("memory://calls")
    assert found == [f"memory:///calls/{name}" for name in ("a.wav", "b.MP3", "deep/c.flac")]
    with opened(found[0]) as file:
        assert file.read() == b"a.wav"


@pytest.mark.parametrize("column", ["recording", "path", "file", "audio", "url"])
def test_a_table_has_a_column_of_recordings(tmp_path, column):
    source = table(tmp_path / "list.csv", [{"id": "1", column: "a.wav"}, {"id": "2", column: "/b/c.wav"},
                                           {"id": "3", column: "s3://d/e.wav"}, {"id": "4", column: ""},
                                           {"id": "5", column: "a.wav"}])
    assert addresses(source) == [f"{tmp_path}/a.wav", "/b/c.wav", "s3://d/e.wav"]


def test_the_column_of_a_table_can_be_chosen(tmp_path):
    source = table(tmp_path / "list.csv", [{"path": "no.wav", "clip": "a.wav"}])
    assert addresses(source, "clip") == [f"{tmp_path}/a.wav"]
    with pytest.raises(UsageError, match="no column voice, only path, clip: choose one with --column"):
        addresses(source, "voice")
    other = table(tmp_path / "other.csv", [{"clip": "a.wav"}])
    with pytest.raises(UsageError, match="read as UTF-8 with one column, has none of the columns recording, path"):
        addresses(other)


def test_a_parquet_table_is_as_good(tmp_path):
    pa.parquet.write_table(pa.table({"n": [1, 2, 3], "file": ["a.wav", None, "b.wav"]}), tmp_path / "list.parquet")
    assert addresses(str(tmp_path / "list.parquet")) == [f"{tmp_path}/a.wav", f"{tmp_path}/b.wav"]


@pytest.mark.parametrize(("name", "content", "said"), [
    ("list.csv", "\ufeffDatei;x\r\na.wav ;1\r\n".encode(), "UTF-8 with a byte order mark with semicolons; the recordings are in its column 'Datei'"),
    ("list.txt", "File name\tx\n in\\ü.wav\t1\na.wav\t".encode("utf-16"), "UTF-16 with tabs; the recordings are in its column 'File name'"),
    ("list.tsv", "Pfad\tx\nin/ü.wav\t1".encode("cp1252"), "Windows-1252 with tabs; the recordings are in its column 'Pfad'"),
    ("list.jsonl", b'{"n": 1}\n{"path": "a.wav"}\n', "JSON in UTF-8; the recordings are in its column 'path'"),
    ("list.json", b'[{"url": "a.wav"}]', "JSON in UTF-8; the recordings are in its column 'url'"),
    ("list.txt", b"a.wav\n\nin\\\xc3\xbc.wav\n", "UTF-8 with one column: a list of recordings"),
])
def test_tables_of_other_programs_are_read_and_it_is_said_how(tmp_path, name, content, said):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/ü.wav").touch()
    (tmp_path / name).write_bytes(content)
    notes = []
    found = addresses(f"{tmp_path}/{name}", note=notes.append)
    assert set(found) <= {f"{tmp_path}/a.wav", f"{tmp_path}/in/ü.wav"} and len(found) == content.count(b"wav") + content.count(b"w\0a\0v")
    assert notes == [f"{tmp_path}/{name} was read as {said}."]


def test_a_column_is_chosen_by_its_very_letters_or_in_any_case(tmp_path):
    source = table(tmp_path / "list.csv", [{"Clip": "a.wav", "clip": "b.wav", "Other name": "c.wav"}])
    assert [addresses(source, one)[0][-5:] for one in ("Clip", "clip", "other_name")] == ["a.wav", "b.wav", "c.wav"]
    with pytest.raises(UsageError, match="has the column 'clip' more than once"):
        addresses(source, "CLIP")


def test_a_line_that_does_not_fit_is_named_before_the_work_begins(tmp_path):
    (tmp_path / "list.csv").write_text("path,x\na, b.wav,1\n")
    with pytest.raises(UsageError, match=r"Line 2 of .*list\.csv does not fit: it has 3 cells, and the header 2; put"):
        addresses(f"{tmp_path}/list.csv")


def test_a_folder_with_the_name_of_a_table_is_a_folder(folder):
    assert addresses(str(folder.rename(folder.with_name("calls.csv")))) == [f"{folder}.csv/{name}" for name in ("a.wav", "b.MP3", "deep/c.flac")]


def test_a_table_in_an_archive_lists_its_neighbours(tmp_path):
    with zipfile.ZipFile(tmp_path / "calls.zip", "w") as archive:
        archive.writestr("in/list.csv", "file\na.wav\n")
        archive.writestr("in/a.wav", b"sound")
    (found,) = addresses(f"zip://in/list.csv::{tmp_path}/calls.zip")
    with opened(found) as file:
        assert file.read() == b"sound"


@pytest.mark.parametrize(("source", "sentence"), [
    ("{0}/none.csv", "cannot be read"), ("{0}/empty", "holds no recordings"), ("{0}/*.wav", "holds no recordings"),
    ("nowhere://calls/", "cannot be searched|needs another package"), ("{0}/bad.parquet", "is damaged"),
    ("{0}/bad.zip", "cannot be searched"), ("{0}/bad.xlsx", "is a workbook: save its table as CSV"),
    ("", "The source is empty: name a folder"),
])
def test_what_names_nothing_gets_one_sentence(tmp_path, source, sentence):
    (tmp_path / "empty").mkdir()
    for name in ("bad.parquet", "bad.zip", "bad.xlsx"):
        (tmp_path / name).write_bytes(b"PK nothing of the kind")
    with pytest.raises(UsageError, match=sentence):
        addresses(source.format(tmp_path))


def test_a_column_belongs_to_a_table(folder):
    with pytest.raises(UsageError, match="is for a table"):
        addresses(str(folder), "path")


@pytest.mark.parametrize("address", ["/nowhere/a.wav", "memory://nowhere.wav", "zip://a.wav::/nowhere/b.zip"])
def test_what_cannot_be_opened_is_told(address):
    with pytest.raises(RecordingError, match="The file cannot be read"), opened(address):
        pass


@given(st.binary(max_size=300))
def test_any_bytes_as_a_table_are_addresses_or_one_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("table") / "list.csv"
    path.write_bytes(b"path\n" + content)
    try:
        found = addresses(str(path))
    except UsageError as error:
        assert str(error).endswith((".", "wav"))
    else:
        assert found and all(isinstance(one, str) for one in found)


def test_a_table_may_begin_with_a_byte_order_mark(tmp_path):
    (tmp_path / "list.csv").write_bytes("\ufeffpath\na.wav\n".encode())
    assert addresses(str(tmp_path / "list.csv")) == [f"{tmp_path}/a.wav"]


def test_a_recording_is_read_over_http(folder):
    with serving_folder(folder) as address:
        with opened(f"{address}/deep/c.flac") as file:
            assert file.read() == b"deep/c.flac"
        with pytest.raises(RecordingError, match="The file cannot be read"), opened(f"{address}/none.wav"):
            pass
