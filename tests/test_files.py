import resource
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from intone.errors import IntoneError
from intone.files import FileError, alone, read_json, told, write_json, write_text, write_whole


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


def test_what_a_killed_process_left_is_written_over(tmp_path):
    code = ("import os, sys; from pathlib import Path; from intone.files import write_whole\n"
            "with write_whole(Path(sys.argv[1])) as part: part.write_text('a long half'); os.kill(os.getpid(), 9)")
    assert subprocess.run([sys.executable, "-c", code, tmp_path / "a.txt"], check=False).returncode == -9
    assert names(tmp_path) == [".a.txt.part"]
    write_text(tmp_path / "a.txt", "new")
    assert names(tmp_path) == ["a.txt"] and (tmp_path / "a.txt").read_text() == "new"


def test_two_that_write_the_same_file_do_so_one_after_the_other(tmp_path):
    path, inside, ready = tmp_path / "a.txt", [], threading.Event()

    def write(number: int) -> None:
        ready.wait()
        for _ in range(50):
            with write_whole(path) as part:
                inside.append(number)
                with part.open("w") as file:
                    file.write(f"{number}" * 5000)
                    file.flush()
                    assert inside[-1] == number
                    file.write(f"{number}" * 5000)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for one in writers:
        one.start()
    ready.set()
    for one in writers:
        one.join()
    assert len(inside) == 200
    assert path.read_text() in {f"{number}" * 10_000 for number in range(4)}
    assert names(tmp_path) == ["a.txt"]


def test_a_folder_is_for_one_process_at_a_time(tmp_path):
    folder = tmp_path / "new"
    with alone(folder):
        with pytest.raises(FileError, match=r"Another `intone` is writing into .*new now: wait for it"), alone(folder):
            pass
        with alone(tmp_path):
            pass
    with alone(folder):
        pass
    assert names(folder) == []


def test_a_folder_is_free_again_when_its_process_was_killed(tmp_path):
    code = ("import os, sys; from pathlib import Path; from intone.files import alone\n"
            "with alone(Path(sys.argv[1])): os.kill(os.getpid(), 9)")
    assert subprocess.run([sys.executable, "-c", code, tmp_path], check=False).returncode == -9
    with alone(tmp_path):
        pass
