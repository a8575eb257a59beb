import resource
import threading
from pathlib import Path

import pytest

from intone.errors import IntoneError
from intone.files import FileError, read_json, told, write_json, write_text, write_whole


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_with_its_folders(tmp_path):
    write_text(tmp_path / "new" / "folder" / "a.txt", "café\n")
    assert (tmp_path / "new" / "folder" / "a.txt").read_bytes() == "café\n".encode()
    assert names(tmp_path / "new" / "folder") == ["a.txt"]


def test_json_is_read_back(tmp_path):
    values = {"a": [1, 2.5, None, True], "ö": "ü"}
    write_json(tmp_path / "a.json", values)
    assert read_json(tmp_path / "a.json") == values
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert '"ö": "ü"' in text


class Stop(Exception):
    pass


@pytest.mark.parametrize("interruption", [Stop, KeyboardInterrupt, SystemExit])
def test_an_interruption_leaves_the_old_file_and_nothing_else(tmp_path, interruption):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(interruption), write_whole(path) as part:
        part.write_text("half of the n")
        raise interruption
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_the_file_is_not_there_before_it_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    with write_whole(path) as part:
        part.write_text("half")
        assert not path.exists()
        assert part.parent == path.parent
        assert part.name.startswith(".")
    assert path.read_text() == "half"


def test_whoever_reads_meanwhile_reads_the_old_or_the_new(tmp_path):
    path = tmp_path / "a.txt"
    texts = {"a" * 100_000, "b" * 100_000}
    write_text(path, "a" * 100_000)
    seen, done = set(), threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(path.read_text())

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(100):
        write_text(path, "ab"[i % 2] * 100_000)
    done.set()
    reader.join()
    assert seen <= texts


def test_a_full_disk_is_told_in_a_sentence():
    # /dev/full takes no byte: there is always ENOSPC.
    device = Path("/dev/full")
    with pytest.raises(FileError, match=r"disk is full while writing .*: free some space, then start again"), told(device):
        device.write_text("x")


def test_a_full_disk_leaves_no_half_file(tmp_path):
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, old[1]))  # no file may grow beyond that
    try:
        with pytest.raises(FileError, match="The disk is full while writing"):
            write_text(tmp_path / "a.txt", "x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert names(tmp_path) == []


def test_a_folder_that_is_a_file_is_told_in_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match=r"cannot be written or read \(.*\): choose a folder that you may write to"):
        write_text(tmp_path / "file" / "a.txt", "x")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"nonsense", b"[" * 100_000],
                         ids=["empty", "half", "not utf-8", "words", "deep"])
def test_damaged_json_is_told_in_a_sentence(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(FileError, match="is damaged"):
        read_json(path)
    with pytest.raises(IntoneError, match="No such file"):
        read_json(tmp_path / "none.json")
