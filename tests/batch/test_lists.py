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
from intone.batch.sources import addresses
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
