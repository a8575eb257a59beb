"""Which recording a cell names: the one with exactly this name, or else what a person means."""

from pathlib import Path
from unicodedata import normalize

import pytest

from intone.tables.recordings import beside, folder_of, named


@pytest.mark.parametrize(("there", "cell", "meant"), [
    ("a.wav", "a.wav", "a.wav"), ("a.wav", "  a.wav ", "a.wav"), ("a.wav", '"a.wav" ', "a.wav"), ("in/a.wav", "in\\a.wav", "in/a.wav"),
    ("in/a.wav", ' ".\\in\\a.wav"', "./in/a.wav"), ("in\\a.wav", "in\\a.wav", "in\\a.wav"), (" a.wav ", " a.wav ", " a.wav "), ('"a"', '"a"', '"a"'),
    ("=1.wav", "'=1.wav", "=1.wav"), ("'=1.wav", "'=1.wav", "'=1.wav"), ("b.wav", "c\\b.wav", "c\\b.wav"), ("b.wav", " c.wav", "c.wav"), ("b.wav", "  ", ""),
    (normalize("NFD", "übung.wav"), normalize("NFC", "übung.wav"), normalize("NFD", "übung.wav")),
    (normalize("NFC", "übung.wav"), normalize("NFD", "übung.wav"), normalize("NFC", "übung.wav")),
    ("in/" + normalize("NFD", "é.wav"), normalize("NFC", "in\\é.wav "), "in/" + normalize("NFD", "é.wav")),
])
def test_a_file_that_is_there_is_meant(tmp_path: Path, there: str, cell: str, meant: str) -> None:
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).touch()
    assert named(cell, str(tmp_path)) == meant


def test_what_is_elsewhere_is_not_looked_for() -> None:
    assert named(" in\\a.wav", "s3://calls") == "in/a.wav"
    assert named(" https://host/a.mp3\t", "calls") == "https://host/a.mp3"


@pytest.mark.parametrize(("table", "neighbour"), [
    ("list.csv", "a.wav"), ("/list.csv", "/a.wav"), ("x/list.csv", "x/a.wav"), ("s3://d/list.csv", "s3://d/a.wav"), ("memory://list.csv", "memory://a.wav"),
    ("zip://list.csv::/x/y.zip", "zip://a.wav::/x/y.zip"), ("zip://in/list.csv::s3://x/y.zip", "zip://in/a.wav::s3://x/y.zip"),
    ("https://host/x/list.csv?key=a/b", "https://host/x/a.wav"), ("odd::name/list.csv", "odd::name/a.wav")])
def test_a_path_counts_from_the_folder_of_the_table(table: str, neighbour: str) -> None:
    assert beside(folder_of(table), "a.wav") == neighbour
    assert beside(folder_of(table), "/b/a.wav") == "/b/a.wav"
