"""Which files are recordings: every suffix that is read, links, loops, and what is left out, which is counted and named."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_files import touch
from intone.audio import SUFFIXES
from intone.audio.search import LOOKS_LIKE, Found, fits, named, search
from intone.errors import CorpusError

# What a file system of Linux takes: any bytes but NUL and the slash.
NAMES = (st.binary(min_size=1, max_size=40).filter(lambda name: not {*name} & {*b"\0/"} and not name.startswith(b"."))
         | st.text("*?[]{}!:#%$~&'\"\\ =-@,;\n\t", min_size=1, max_size=8).map(os.fsencode))


def below(paths: tuple[Path, ...], root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in paths]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_suffix_that_is_read_is_found_in_any_case(tmp_path, suffix):
    touch(tmp_path, [f"a{suffix}", f"deep/er/b{suffix.upper()}"])
    assert below(search(tmp_path).recordings, tmp_path) == [f"a{suffix}", f"deep/er/b{suffix.upper()}"]
    assert search(tmp_path).notes == ()


@pytest.mark.parametrize("suffix", sorted(LOOKS_LIKE - {*SUFFIXES}))
def test_what_looks_like_a_recording_is_named(tmp_path, suffix):
    touch(tmp_path, ["a.wav", f"b{suffix}", "notes.txt", "cover.jpg", "list.csv", ".DS_Store", "._a.wav", f"._b{suffix}"])
    found = search(tmp_path)
    assert below(found.recordings, tmp_path) == ["a.wav"]
    assert found.notes == (f"1 file in {tmp_path} looks like a recording and cannot be read: b{suffix}; save its sound as "
                           "wav, flac or mp3.",)


def test_many_that_are_left_out_are_counted_and_not_all_named(tmp_path):
    touch(tmp_path, [f"{number:02}.mid" for number in range(12)])
    (note,) = search(tmp_path).notes
    assert note.startswith(f"12 files in {tmp_path} look like recordings and cannot be read: 00.mid, ")
    assert "07.mid and 4 more; save their sound" in note


def test_what_was_deleted_is_not_found(tmp_path):
    names = ".Trash-1000/files/a.wav", "$RECYCLE.BIN/S-1/b.wav", ".Trashes/501/c.wav", "in/.AppleDouble/d.wav", "in/d.wav"
    assert search(touch(tmp_path, names)) == Found(tmp_path, (tmp_path / "in" / "d.wav",))
    assert search(tmp_path / ".Trash-1000").recordings == (tmp_path / ".Trash-1000" / "files" / "a.wav",)


def test_a_download_that_is_not_finished_is_named(tmp_path):
    found = search(touch(tmp_path, ["a.wav.part", "b.mp4.crdownload", "c.txt.part", "d.part", "e.wav"]))
    assert [path.name for path in found.recordings] == ["e.wav"]
    assert [path.name for path in found.left_out] == ["a.wav.part", "b.mp4.crdownload"]


def test_hidden_folders_are_searched_and_hidden_files_are_not(tmp_path):
    touch(tmp_path, [".kept/a.wav", ".b.wav"])
    assert below(search(tmp_path).recordings, tmp_path) == [".kept/a.wav"]


def test_links_are_followed_and_each_file_is_taken_once_under_its_own_name(tmp_path):
    touch(tmp_path, ["in/z.wav", "in/own/c.wav", "out/a.wav", "out/deep/b.wav", "other/d.wav"])
    (tmp_path / "in" / "linked").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "again").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "a link.wav").symlink_to("z.wav")
    (tmp_path / "in" / "d.wav").symlink_to(tmp_path / "other" / "d.wav")
    (tmp_path / "in" / "early").symlink_to("own")
    assert below(search(tmp_path / "in").recordings, tmp_path / "in") == ["again/a.wav", "again/deep/b.wav", "d.wav",
                                                                         "own/c.wav", "z.wav"]


def test_a_folder_that_is_a_link_is_searched(tmp_path):
    touch(tmp_path, ["out/a.wav"])
    (tmp_path / "in").symlink_to("out")
    assert search(tmp_path / "in").recordings == (tmp_path / "in" / "a.wav",)


def test_loops_of_links_are_harmless(tmp_path):
    touch(tmp_path, ["in/a.wav", "in/deep/b.wav", "sibling/no.wav"])
    for number in range(20):
        (tmp_path / "in" / f"loop {number}").symlink_to(tmp_path / "in")
        (tmp_path / "in" / "deep" / f"up {number}").symlink_to("..")
    (tmp_path / "in" / "far up").symlink_to(tmp_path)
    (tmp_path / "in" / "all").symlink_to("/")
    (tmp_path / "in" / "itself").symlink_to("itself")
    for found in (search(tmp_path / "in"), named(tmp_path / "in" / "**" / "*.wav")):
        assert below(found.recordings, tmp_path / "in") == ["a.wav", "deep/b.wav"]
        assert found.notes == ()


def test_a_link_that_leads_nowhere_and_a_pipe_are_named(tmp_path):
    touch(tmp_path, ["a.wav"])
    (tmp_path / "gone.wav").symlink_to("nowhere.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    assert search(tmp_path).notes == (
        f"2 files in {tmp_path} look like recordings and cannot be read: gone.wav (its link leads nowhere), pipe.wav; save "
        "their sound as wav, flac or mp3.",)


def test_a_folder_that_cannot_be_searched_is_named(tmp_path, monkeypatch):
    touch(tmp_path, ["a.wav", "closed/b.wav", "open/c.wav"])
    scandir = os.scandir

    def refusing(path):  # whoever runs the tests may read everything
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = search(tmp_path)
    assert below(found.recordings, tmp_path) == ["a.wav", "open/c.wav"]
    assert found.notes == (f"1 folder in {tmp_path} cannot be searched: closed (Permission denied); see that you may read "
                           "it.",)
    with pytest.raises(CorpusError, match=r"closed cannot be searched \(Permission denied\): see that you may read it\."):
        search(tmp_path / "closed")


@pytest.mark.parametrize("name", ["gone", "n" * 300, "nul\0"])
def test_a_folder_that_is_not_there_is_one_sentence(tmp_path, name):
    with pytest.raises(CorpusError, match="There is no folder"):
        search(tmp_path / name)


@given(NAMES, NAMES)
def test_a_name_that_is_there_is_no_pattern(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("names") / os.fsdecode(first)
    folder.mkdir()
    path = folder / os.fsdecode(second + b".wav")
    path.touch()
    assert search(folder).recordings == named(path).recordings == named(folder).recordings == (path,)
    assert named(folder / "*.wav").recordings == named(folder / "**" / "*.wav").recordings == (path,)


def test_a_glob_is_one_only_where_nothing_has_its_name(tmp_path):
    touch(tmp_path, ["a.wav", "b.wav", "b.mid", "b.txt", "deep/c.wav", "deep/still/d.wav"])
    assert below(named(tmp_path / "?.wav").recordings, tmp_path) == ["a.wav", "b.wav"]
    touch(tmp_path, ["?.wav"])
    assert below(named(tmp_path / "?.wav").recordings, tmp_path) == ["?.wav"]
    assert below(named(tmp_path / "d*").recordings, tmp_path) == ["deep/c.wav", "deep/still/d.wav"]
    assert below(named(tmp_path / "**" / "*.wav").recordings, tmp_path) == ["?.wav", "a.wav", "b.wav", "deep/c.wav",
                                                                           "deep/still/d.wav"]
    assert below(named(tmp_path / "**" / "still").recordings, tmp_path) == ["deep/still/d.wav"]
    assert below(named(tmp_path / "b.*").left_out, tmp_path) == ["b.mid"]
    assert named(tmp_path / "gone" / "*.wav").recordings == named(tmp_path / "gone.wav").recordings == ()


def test_names_count_from_the_current_folder(tmp_path, monkeypatch):
    touch(tmp_path, ["a.wav", "deep [1]/b.wav"])
    monkeypatch.chdir(tmp_path)
    assert search(Path()).recordings == named("**/*.wav").recordings == (Path("a.wav"), Path("deep [1]/b.wav"))
    assert named("*.wav").recordings == (Path("a.wav"),)
    assert named("deep [1]/?.wav").recordings == (Path("deep [1]/b.wav"),)


@given(st.lists(st.sampled_from(["a", "b.wav", "x"]), max_size=5), st.lists(st.sampled_from(["a", "*.wav", "*", "**"]),
                                                                            max_size=4))
def test_a_glob_fits_as_a_regular_expression_does(names, pattern):
    import re

    parts = {"a": "a/", "*.wav": r"[^/]*\.wav/", "*": "[^/]*/", "**": "(?:[^/]*/)*"}
    wanted = re.fullmatch("".join(parts[part] for part in pattern), "".join(f"{name}/" for name in names))
    assert fits(names, pattern) == bool(wanted)


def test_ten_thousand_files_are_found_soon(tmp_path):
    for number in range(100):
        touch(tmp_path, [f"{number}/{file}.wav" for file in range(100)])
        (tmp_path / f"{number}" / "to all").symlink_to(tmp_path)
    began = time.process_time()
    assert len(search(tmp_path).recordings) == 10_000
    assert time.process_time() - began < 5
