"""Tables of every dialect read back as they were written; what is no table is refused in one sentence."""

import csv
import io
import json
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from intone.errors import CorpusError
from intone.tables import Table, encoding, is_table, read, typed
from intone.tables.columns import WORDS, found, key

LETTERS = st.characters(exclude_categories=["C", "Zl", "Zp"])
WESTERN = st.sampled_from("aZ09 ,;|\"'\\/=-._äöüßéàñ€“‰Ÿ\xa0")
CODECS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with a byte order mark", "utf-16": "UTF-16", "utf-32": "UTF-32", "cp1252": "Windows-1252"}
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def table(content: bytes | str, name: str = "list.csv", known: Sequence[str] = WORDS["path"]) -> Table:
    return read(name, io.BytesIO(content.encode() if isinstance(content, str) else content), {*map(key, known)})


def cells(one: Table) -> list[list[str]]:
    return [values for _, values in one.rows(range(len(one.columns)))]


@st.composite
def written(draw: st.DrawFn) -> tuple[list[list[str]], str, str]:
    """Rows whose first one has a word for recordings; an encoding that has their letters; a separator."""
    codec = draw(st.sampled_from(sorted(CODECS)))
    texts = st.text(WESTERN if codec == "cp1252" else LETTERS, max_size=12)
    others = st.lists(st.text("abcxyz_ ", min_size=1).map(str.strip).filter(bool), max_size=3, unique_by=key)
    header = [draw(st.sampled_from(["File", "path", "Dateiname", " Recording ", "FILENAME"])), *draw(others)]
    rows = draw(st.lists(st.lists(texts, min_size=len(header), max_size=len(header)).filter(lambda row: any(map(str.strip, row))), max_size=5))
    return [header, *rows], codec, draw(st.sampled_from(sorted(SEPARATORS)))


@given(written(), st.sampled_from(["\r\n", "\n", "\r"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]), st.booleans())
def test_what_pythons_csv_writes_is_read(made: tuple[list[list[str]], str, str], end: str, quoting: int, stated: bool) -> None:
    rows, codec, separator = made
    file = io.StringIO(f"sep={separator}{end}" if stated else "", newline="")
    file.seek(0, io.SEEK_END)
    csv.writer(file, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[call-overload]
    content = file.getvalue().encode(codec)
    if codec == "cp1252":
        assume(_not_utf8(content))
    one = table(content)
    assert one.columns == tuple(name.strip() for name in rows[0])
    assert cells(one) == rows[1:]
    expected = SEPARATORS[separator] if stated or len(rows[0]) > 1 else "one column"
    assert one.how == f"{CODECS[codec]} with {expected}"


@given(written())
def test_what_pandas_writes_is_read(made: tuple[list[list[str]], str, str]) -> None:
    rows, codec, separator = made
    content = pd.DataFrame(rows[1:], columns=rows[0]).to_csv(sep=separator, index=False).encode(codec)
    if codec == "cp1252":
        assume(_not_utf8(content))
    assert cells(table(content)) == rows[1:]


def _not_utf8(content: bytes) -> bool:
    """Whether bytes cannot be UTF-8: what can be is taken for it."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return True
    return False


names = st.text(LETTERS, min_size=1, max_size=5)


@given(st.lists(st.dictionaries(names, st.text(LETTERS) | st.none() | st.integers() | st.booleans(), min_size=1), min_size=1, max_size=4), st.booleans())
def test_json_is_read_line_by_line_or_as_a_list(objects: list[dict[str, object]], lines: bool) -> None:
    one = table("\n\n".join(map(json.dumps, objects)) if lines else json.dumps(objects, indent=1), "list.jsonl")
    assert set(one.columns) == {name for each in objects for name in each}
    assert cells(one) == [["" if each.get(name) is None else str(each[name]) for name in one.columns] for each in objects]


@given(st.lists(st.tuples(st.text(LETTERS) | st.none(), st.integers(-9, 9) | st.none()), max_size=5))
def test_parquet_is_read(rows: list[tuple[str | None, int | None]]) -> None:
    file = io.BytesIO()
    made = pa.table({"path": pa.array([one for one, _ in rows], "string"), "n": pa.array([n for _, n in rows], "float64")})
    pa.parquet.write_table(made, file)
    one = table(file.getvalue(), "whatever.csv")
    assert (one.columns, one.how) == (("path", "n"), "Parquet")
    assert cells(one) == [["" if path is None else path, "" if n is None else str(n)] for path, n in rows if path or n is not None]


@given(st.binary() | st.text().map(str.encode) | st.text("\";,\n\r\tpath").map(str.encode), st.sampled_from(["x.csv", "x.json", "x.parquet", "x.xlsx"]))
def test_any_bytes_are_a_table_or_one_sentence(content: bytes, name: str) -> None:
    try:
        cells(table(content, name))
    except CorpusError as error:
        assert name in str(error) and str(error).endswith((".", ")."))


@pytest.mark.parametrize(("content", "how"), [
    ("path;note, long\na.wav;x\n", "UTF-8 with semicolons"), ("note\tpath\nx, y; z\ta.wav\n", "UTF-8 with tabs"),
    ('"path;old",path\nb.wav,a.wav\n', "UTF-8 with commas"), ("sep=|\npath|x\na.wav|1\n", "UTF-8 with vertical bars"),
    ('"sep=;"\npath;x\na.wav;1', "UTF-8 with semicolons"), ("SEP=:\npath:x\na.wav:1", "UTF-8 with ':'"), ("path\na.wav\n\n", "UTF-8 with one column"),
    ("path, note\na.wav, x\n", "UTF-8 with commas"), ('path, note\na.wav, "x, y"\n', "UTF-8 with commas"), ("\r\n\r\npath;\r\na.wav;\r\n;\r\n", "UTF-8 with semicolons"),
    ("path;n;;;\na.wav;1;;;;;\n", "UTF-8 with semicolons"), ("path;n\na.wav\n", "UTF-8 with semicolons"),
])
def test_the_separator_is_found_in_the_first_row(content: str, how: str) -> None:
    one = table(content)
    assert one.how == how
    place = found(one.columns, WORDS["path"], "list.csv")
    assert place is not None and [values for _, values in one.rows([place])] == [["a.wav"]]


def test_one_column_may_hold_every_separator() -> None:
    assert cells(table("path\na, b; c | d.wav\n\"e, \"\"f\"\".wav\"\n")) == [["a, b; c | d.wav"], ['e, "f".wav']]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_mark(codec: str) -> None:
    one = table("File;x\nübung.wav;1\n".encode(codec))
    assert (one.how, cells(one)) == ("UTF-16 with semicolons", [["übung.wav", "1"]])


def test_a_row_tells_its_line() -> None:
    one = table('sep=;\npath;x\n\na.wav;"1\n2"\n;;\nb.wav;3\n')
    assert list(one.rows([0])) == [("line 5", ["a.wav"]), ("line 7", ["b.wav"])]


@pytest.mark.parametrize(("name", "content", "said"), [
    ("a.csv", b"", "a.csv is empty: its first line names the columns"), ("a.csv", b"\xef\xbb\xbf\r\n;;\r\n", "a.csv is empty"),
    ("a.xlsx", b"PK\x03\x04", r"a.xlsx is a workbook: save its table as CSV \(in Excel: Save as, CSV UTF-8\)"),
    ("a.ods", b"", "a.ods is a workbook: save"), ("a.csv", b"PK\x03\x04...", "a.csv is a workbook or another archive: save"),
    ("a.csv", b"\xd0\xcf\x11\xe0...", "a.csv is a workbook of an old Excel: save"), ("a.csv", b"\x1f\x8b...", "a.csv is compressed: save"),
    ("a.csv", b"path\n\x81.wav", "a.csv is no text in UTF-8, UTF-16 or Windows-1252: save it as CSV in UTF-8"),
    ("a.csv", b"\xff\xfepa\x00\xdc", "a.csv is no text in UTF-16: save"), ("a.csv", b"path,x\na.wav,1,2\n", "Line 2 of a.csv does not fit: it has 3 cells, and the header 2"),
    ("a.csv", b'path,x\na.wav,"1\nb.wav,2\nc.wav,3', "Line 2 of a.csv does not fit: a quote in it does not end"),
    ("a.csv", b'"path,x\na.wav,1', "Line 1 of a.csv does not fit: a quote in it does not end"),
    ("a.csv", b"path,x\n" + b"y" * 140_000, "Line 2 of a.csv does not fit: it is not CSV"), ("a.json", b"", "a.json is empty: each line of it is a JSON object"),
    ("a.jsonl", b'{"path": "a.wav"}\n{"path": \n', "Line 2 of a.jsonl is not JSON"), ("a.jsonl", b'{"path": "a.wav"}\n7\n', "Line 2 of a.jsonl is no JSON object"),
    ("a.json", b'[{"path": "a.wav"}, 7]', "Object 2 of a.json is no JSON object"), ("a.json", b'[{"path": "a.wav"}', "The list of a.json is not JSON"),
    ("a.json", b"[" * 100_000, "The list of a.json is not JSON"), ("a.parquet", b"path\na.wav", "The table a.parquet is damaged"),
    ("a.parquet", b"PAR1....PAR1", "The table a.parquet is damaged"),
])
def test_what_is_no_table_is_one_sentence(name: str, content: bytes, said: str) -> None:
    with pytest.raises(CorpusError, match=said) as refused:
        cells(table(content, name))
    assert str(refused.value).endswith((".", ")."))


def test_a_line_and_a_list_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "LONGEST", 50)
    monkeypatch.setattr(typed, "WHOLE", 60)
    with pytest.raises(CorpusError, match=r"Line 2 of list\.csv has 50 letters or more"):
        cells(table("path\n" + "x" * 60))
    with pytest.raises(CorpusError, match="write each object on a line of its own"):
        cells(table("[" + '{"path": "a.wav"},\n' * 5, "a.json"))


@pytest.mark.parametrize(("name", "whether"), [
    ("a.CSV", True), ("a.tsv", True), ("a.ndjson", True), ("https://host/a.parquet?key=b.wav", True), ("zip://a.csv::b.zip", True),
    ("a.xlsx", True), ("a.wav", False), ("What? now.csv", True), ("folder", False), ("zip://a.wav::b.csv.zip", False)])
def test_a_name_tells_a_table(name: str, whether: bool) -> None:
    assert is_table(name) is whether
