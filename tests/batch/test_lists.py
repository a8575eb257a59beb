"""Names that another program lists: a line each, or between NUL bytes."""

import io
import os
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.batch import lists
from intone.batch.sources import addresses, people
from intone.errors import UsageError
from sounds import FORMATS, encode, voice

RAW = st.binary(min_size=1, max_size=30).filter(lambda name: not {*name} & {*b"\0/"} and name.strip())


class Piped:
    """A standard input into which something is piped."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)

    def isatty(self) -> bool:
        return False


def listed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> list[str]:
    monkeypatch.setattr(sys, "stdin", Piped(content))
    return addresses("-")


@pytest.mark.parametrize("content", [
    b"a.wav\nin [1]/b?.wav\n", b"\na.wav\n\n  \nin [1]/b?.wav", b"a.wav\r\nin [1]/b?.wav\r\n", b"a.wav\0in [1]/b?.wav\0",
    b"\xef\xbb\xbfa.wav\nin [1]/b?.wav\na.wav\n", "\ufeffa.wav\r\nin [1]/b?.wav\r\n".encode("utf-16-le"),
    "\ufeffa.wav\nin [1]/b?.wav\n".encode("utf-16-be"),
])
def test_a_list_names_recordings(content, monkeypatch):
    assert listed(monkeypatch, content) == ["a.wav", "in [1]/b?.wav"]


def test_names_count_from_the_current_folder_and_are_no_patterns(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("calls [1]").mkdir()
    for name in ("a.wav", "b.mid", "c\r.wav"):
        (Path("calls [1]") / name).touch()
    assert listed(monkeypatch, b"calls [1]\n*.wav\nhttps://host/a.mp3?x=1\ncalls [1]/c\r.wav\ngone.wav\n") == [
        "calls [1]/a.wav", "calls [1]/c\r.wav", "*.wav", "https://host/a.mp3?x=1", "gone.wav"]
    monkeypatch.setattr(sys, "stdin", Piped(b"calls [1]\0"))
    told: list[str] = []
    assert len(addresses("-", tell=told.append)) == 2
    assert told == ["1 file in calls [1] looks like a recording and cannot be read: b.mid; save its sound as wav, flac or mp3."]


def test_a_file_is_listed_once_though_links_lead_to_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/a.wav").touch()
    Path("again").symlink_to("in")
    assert listed(monkeypatch, b"in\nin/a.wav\nagain\nagain/a.wav\n") == ["in/a.wav"]  # as `find -L` lists them
    assert listed(monkeypatch, b"in/a.wav\nagain/a.wav\n") == ["in/a.wav", "again/a.wav"]  # asked for by name


@pytest.mark.parametrize(("content", "said"), [
    ("Gespräch.wav\n", "UTF-8"), ("\ufeffGespräch.wav\n", "UTF-8 with a byte order mark"), ("Gespräch.wav\0", "names between NUL bytes"),
    ('"Gespräch.wav"\n', "UTF-8"), ("# of May\nGespräch.wav \n", "UTF-8"), ("Gespra\u0308ch.wav\n", "UTF-8"),
    ("in\\Gespräch.wav\n", "UTF-8"), ("Gespräch.wav\r\n".encode("cp1252"), "Windows-1252"), (os.fsencode("Gespräch.wav\n"), "UTF-8"),
    ("Gespräch.wav\r\n".encode("utf-16"), "UTF-16"), ("\ufeffGespräch.wav\n".encode("utf-32-le"), "UTF-32"),
    ("Gespräch.wav\n".encode("utf-16-le"), "UTF-16"), ("Gespräch.wav\r\n".encode("utf-16-be"), "UTF-16"),
    ("Gespräch.wav\r", "UTF-8"),
])
def test_a_list_is_text_as_programs_write_it(content, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("Gespräch.wav", "in/Gespräch.wav"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    notes: list[str] = []
    monkeypatch.setattr(sys, "stdin", Piped(content.encode() if isinstance(content, str) else content))
    assert addresses("-", note=notes.append) in (["Gespräch.wav"], ["in/Gespräch.wav"])
    assert notes == [f"What was piped in was read as {said}: a list of recordings."]


def test_a_name_that_is_no_text_is_itself(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(b"Gespr\xe4ch \x81.wav")  # \x81 is no letter of Windows-1252 either
    Path(name).touch()
    assert listed(monkeypatch, os.fsencode(name) + b"\n# a comment\n#1.wav\n") == [name, "#1.wav"]


TABLES = {
    "semicolons": (b"path;speaker\na.wav;anna\nin/b.wav;ben\n", "UTF-8 with semicolons"),
    "tabs in UTF-16": ("Speaker\tFile\nanna\ta.wav\nben\tin\\b.wav\n".encode("utf-16"), "UTF-16 with tabs"),
    "one column": (b"path\r\na.wav\r\nin/b.wav\r\n", "UTF-8 with one column"),
    "JSON lines": (b'{"path": "a.wav"}\n{"path": "in/b.wav"}\n', "JSON in UTF-8"),
}


@pytest.mark.parametrize("content", TABLES)
def test_a_table_may_be_piped_in_as_well(content, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/b.wav").touch()
    notes: list[str] = []
    monkeypatch.setattr(sys, "stdin", Piped(TABLES[content][0]))
    assert addresses("-", note=notes.append) == ["a.wav", "in/b.wav"]
    assert notes[0].startswith(f"- was read as {TABLES[content][1]}; the recordings are in its column '")


def test_who_speaks_in_a_table_that_is_piped_in_is_known():
    content = b"speaker;call;path\nanna;a.wav;x.wav\nben;b.wav;y.wav\n"
    assert addresses("-", "call", content=content) == ["a.wav", "b.wav"]
    assert people("-", ["a.wav", "b.wav"], "call", content=content) == {"a.wav": "anna", "b.wav": "ben"}
    with pytest.raises(UsageError, match="--column calls is for a table of recordings, and - is none"):
        addresses("-", "calls", content=content)


def test_names_of_one_letter_between_nul_bytes_are_no_utf_16(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        Path(name).touch()
    assert listed(monkeypatch, b"a\0b\0") == ["a", "b"]


def test_a_table_without_a_known_column_is_told(monkeypatch):
    with pytest.raises(UsageError, match=r"The table -, read as UTF-8 with semicolons, has none of the columns recording, .* only Имя, Файл"):
        listed(monkeypatch, "Имя;Файл\n1;b.wav\n".encode())
    for names in (b"a;b.wav\nc.wav\n", b"https://host/a;b\nc.wav\n"):
        assert listed(monkeypatch, names) == names.decode().split()


def test_a_folder_with_a_comma_in_its_name_is_no_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("calls, May").mkdir()
    Path("calls, May/a.wav").touch()
    assert listed(monkeypatch, b"calls, May\ncalls, June\n") == ["calls, May/a.wav", "calls, June"]


def test_a_recording_that_is_called_like_a_column_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("audio").touch()
    assert listed(monkeypatch, b"audio\nb.wav\n") == ["audio", "b.wav"]


@given(st.lists(RAW, min_size=1, max_size=5, unique=True))
def test_any_name_stands_between_nul_bytes(tmp_path_factory, names):
    folder = tmp_path_factory.mktemp("list")
    paths = [os.fsencode(folder) + b"/" + name for name in names if name not in (b".", b"..")]
    for path in paths:
        Path(os.fsdecode(path)).touch()
    with pytest.MonkeyPatch.context() as patch:
        if paths:
            assert listed(patch, b"\0".join(paths) + b"\0") == list(map(os.fsdecode, paths))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_recording_is_no_list(suffix, monkeypatch):
    with pytest.raises(UsageError, match="is no list of recordings: give a name a line; `intone predict -` takes"):
        listed(monkeypatch, encode(voice(1.0), suffix))


@pytest.mark.parametrize(("content", "said"), [(b"", "- holds no recordings"), (b"\n \n", "- holds no recordings"),
                                               (b"a\n" * 20, "The list of recordings has more than 0.0 GB")])
def test_a_list_of_nothing_and_one_without_an_end_are_one_sentence(content, said, monkeypatch):
    monkeypatch.setattr(lists, "LARGEST", 30)
    with pytest.raises(UsageError, match=said):
        listed(monkeypatch, content)


def test_without_a_standard_input_there_is_no_list(monkeypatch):
    terminal = Piped(b"")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    for stdin in (None, terminal):
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(UsageError, match="The standard input lists no recordings: pipe names into it"):
            addresses("-")


def test_a_list_is_no_table(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Piped(b"a.wav\n"))
    with pytest.raises(UsageError, match="is for a table"):
        addresses("-", "path")


def test_a_pipe_that_has_a_name_is_a_list(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"a.wav\nb.wav\n",), daemon=True)
    writer.start()
    assert addresses(str(tmp_path / "pipe")) == ["a.wav", "b.wav"]
    writer.join()
