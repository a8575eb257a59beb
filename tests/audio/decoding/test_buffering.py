"""What can be read only once, such as a pipe: it is answered as a file is, within bounds of size and memory."""

import io
import os
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from intone.audio import read, sounds
from intone.audio.decoding import buffering
from intone.audio.decoding.buffering import copied, rewindable
from intone.errors import RecordingError, TooLong, UsageError
from sounds import FORMATS, encode, pcm, voice

SPEECH = voice(1.0)


class Once(io.RawIOBase):
    """A file that can be read only once, and a few bytes at a time."""

    def __init__(self, content: bytes, piece: int = 1000) -> None:
        self._file, self._piece = io.BytesIO(content), piece

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._file.read(self._piece if size < 0 else min(size, self._piece))


@contextmanager
def piped(content: bytes, path: Path) -> Iterator[Path]:
    """A named pipe that somebody writes into."""
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(content,), daemon=True)
    writer.start()
    yield path
    writer.join()


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_is_read_from_what_can_be_read_only_once(suffix, tmp_path):
    content = encode(SPEECH, suffix)
    wanted = read(io.BytesIO(content))[0].signal
    np.testing.assert_array_equal(read(Once(content))[0].signal, wanted)
    with piped(content, tmp_path / "pipe") as path:
        np.testing.assert_array_equal(read(path)[0].signal, wanted)


def test_each_channel_of_a_pipe_is_read_as_often_as_needed(tmp_path):
    both = np.stack([SPEECH, voice(1.0, seed=1)], axis=1)
    with piped(pcm(both, 16_000), tmp_path / "pipe") as path:
        found = sounds(path, "each")
        for _ in range(2):
            for one, signal in zip(found, both.T, strict=True):
                np.testing.assert_allclose(np.concatenate(list(one)), signal, atol=2**-15)


def test_a_file_that_can_be_rewound_is_taken_as_it_is(tmp_path):
    with (tmp_path / "a").open("w+b") as file:
        assert rewindable(file) is file


def test_what_only_has_a_read_is_enough():
    class Reader:
        read = io.BytesIO(b"sound").read

    assert rewindable(Reader()).read() == b"sound"


@pytest.mark.parametrize("in_memory", [10, 10**6])
def test_a_copy_is_the_same_on_the_disk_and_in_memory(in_memory, monkeypatch):
    monkeypatch.setattr(buffering, "IN_MEMORY", in_memory)
    content = os.urandom(3000)
    copy = copied(Once(content))
    assert copy.seekable() and (copy.read(), copy.seek(-5, os.SEEK_END), copy.read()) == (content, 2995, content[-5:])


def test_a_large_copy_takes_little_memory():
    tracemalloc.start()
    try:
        copy = copied(Once(bytes(2**26), 2**18))
        assert copy.seek(0, os.SEEK_END) == 2**26
        assert tracemalloc.get_traced_memory()[1] - 2**26 < 2**24 + 2**22  # beyond the source itself
    finally:
        tracemalloc.stop()


def test_a_pipe_without_an_end_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(buffering, "LARGEST", 10**6)
    with pytest.raises(TooLong, match=r"More than 0\.0 GB came from a pipe or an archive: cut the recording into parts"):
        read(Once(bytes(2 * 10**6)))
    with piped(bytes(10**6 + 1), tmp_path / "pipe") as path, pytest.raises(TooLong, match="More than"):
        read(path)


def test_a_disk_without_room_is_one_sentence(monkeypatch):
    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(buffering, "_Copy", lambda max_size: Full())
    with pytest.raises(RecordingError, match=r"no room in .* for a copy of the recording \(No space left on device\)"):
        read(Once(b"sound"))


def test_a_pipe_that_breaks_is_one_sentence():
    class Broken(Once):
        def read(self, _: int = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(RecordingError, match=r"The file cannot be read \(Input/output error\)"):
        read(Broken(b""))


def test_text_is_wrong_use():
    with pytest.raises(UsageError, match=r'opened as text: open it as bytes, by open\(path, "rb"\)'):
        copied(io.StringIO("sound"))
    with pytest.raises(RecordingError, match="The file is empty"):
        read(Once(b""))


@pytest.mark.parametrize("name", ["n" * 300, "nul\0"])
def test_a_name_that_no_file_can_have_is_one_sentence(name):
    with pytest.raises(RecordingError, match="The file cannot be read"):
        read(name)
