"""What looks like a recording and cannot be read is counted and named by every command, and the exit status says so."""

import json
from pathlib import Path

import pytest

from command import run
from corpus_files import touch
from intone.audio import RATE
from intone.corpora import open_corpora
from small_corpus import write_corpus
from sounds import pcm, voice
from tiny_model import tiny_adaptable

SAID = "intone: 2 files in {} look like recordings and cannot be read: song.mid, talk.ram; save their sound as wav, flac or mp3.\n"
NAMES = ("song.mid", "talk.ram", "._talk.wav", ".DS_Store", "notes.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.wav").write_bytes(pcm(voice(1.0), RATE))
    tiny_adaptable(tmp_path / "tiny.onnx")
    return touch(tmp_path / "in", NAMES)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two recordings in folders of labels, one of them behind a link, and what cannot be read."""
    for name in ("own/angry/anna/a.wav", "else/b.wav"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_bytes(pcm(voice(1.0, seed=len(name)), RATE))
    (tmp_path / "own" / "sad").mkdir()
    (tmp_path / "own" / "sad" / "ben").symlink_to(tmp_path / "else")
    return touch(tmp_path / "own", NAMES)


def test_predict_names_it(folder, tmp_path, capsys):
    shown = run(capsys, "predict", folder, "--recognizer", tmp_path / "tiny.onnx", "--format", "json")
    assert (shown.status, shown.err) == (1, SAID.format(folder))
    assert [one["file"] for one in json.loads(shown.out)] == [f"{folder}/a.wav"]
    shown = run(capsys, "predict", folder / "*.mid", folder / "*.wav", "--recognizer", tmp_path / "tiny.onnx")
    assert shown.status == 1 and len(shown.out.splitlines()) > 1
    assert shown.sentence.startswith(f"1 file in {folder} looks like a recording and cannot be read: song.mid;")


def test_each_file_is_answered_once(folder, tmp_path, capsys):
    (folder / "b.wav").symlink_to(folder / "a.wav")
    (tmp_path / "again").symlink_to(folder)
    (folder / "song.mid").unlink()
    (folder / "talk.ram").unlink()
    shown = run(capsys, "predict", folder / "b.wav", tmp_path / "again", folder, folder / "a.wav", folder / "*.wav",
                "--recognizer", tmp_path / "tiny.onnx", "--format", "json")
    assert (shown.status, [one["file"] for one in json.loads(shown.out)]) == (0, [f"{folder}/b.wav"])


def test_a_pattern_that_matches_nothing_is_wrong_use(folder, tmp_path, capsys):
    for words in (("predict",), ("reference", "--to", tmp_path / "me.json")):
        shown = run(capsys, *words, folder / "no*.wav", folder / "a.wav", "--recognizer", tmp_path / "tiny.onnx")
        assert (shown.status, shown.out) == (2, "")
        assert shown.sentence == (f"There is no file {folder}/no*.wav, and as a pattern it matches no recording: name files, "
                                  "folders, or a pattern such as '*.wav'.")


def test_a_folder_of_nothing_else_is_wrong_use(folder, tmp_path, capsys):
    (folder / "a.wav").unlink()
    for words in (("predict", folder), ("batch", folder, "--to", tmp_path / "a.csv"), ("reference", folder, "--to", "a.json")):
        shown = run(capsys, *words)
        assert (shown.status, shown.err) == (2, SAID.format(folder))
    assert (shown := run(capsys, "train", folder, "--to", tmp_path / "run")).status == 1
    assert shown.err == SAID.format(folder)


def test_reference_names_it(folder, tmp_path, capsys):
    shown = run(capsys, "reference", folder, "--to", tmp_path / "me.json", "--recognizer", tmp_path / "tiny.onnx")
    assert (shown.status, shown.err) == (1, SAID.format(folder)) and (tmp_path / "me.json").is_file()


def test_batch_names_it_in_its_report(folder, tmp_path, capsys):
    words = ("batch", folder, "--to", tmp_path / "a.csv", "--recognizer", tmp_path / "tiny.onnx", "--jobs", "1")
    for more, said in ((("--dry-run",), "1 recordings, about"), ((), "0 failed, others left out: "), ((), "there and complete")):
        shown = run(capsys, *words, *more)
        assert (shown.status, shown.err) == (1, SAID.format(folder))
        assert said in shown.out


def test_check_calls_it_a_problem(corpus, capsys):
    shown = run(capsys, "corpus", "check", corpus, "--jobs", "1")
    assert (shown.status, shown.err) == (1, "")
    assert shown.out == (f"folder in {corpus}: 2 recordings\nlabels: 2 recordings: 1 each of angry, sad\nproblem: files that look "
                         "like recordings and cannot be read: 2\n  song.mid\n  talk.ram\n2 problems, 0 warnings\n")


def test_clean_names_it_and_cleans_what_lies_behind_links(corpus, tmp_path, capsys):
    shown = run(capsys, "clean", corpus, "--to", tmp_path / "clean", "--jobs", "1")
    assert (shown.status, shown.err) == (1, SAID.format(corpus))
    assert sorted(path.relative_to(tmp_path / "clean").as_posix() for path in (tmp_path / "clean").rglob("*.wav")) == [
        "angry/anna/a.wav", "sad/ben/b.wav"]


def test_python_is_warned(corpus):
    with pytest.warns(UserWarning, match=r"2 files in .* look like recordings and cannot be read: song\.mid, talk\.ram"):
        assert len(open_corpora([str(corpus)])) == 2


def test_training_evaluation_and_figures_name_it(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = touch(write_corpus(tmp_path / "ravdess", actors=(1, 3, 5, 7, 9)), NAMES)
    for words in (("train", folder, "--sex", "male", "--epochs", "1", "--to", "run"),
                  ("verify", "run", "--data", folder),
                  ("evaluate", folder, "--sex", "male", "--epochs", "1", "--fold", "0", "--to", "folds"),
                  ("robustness", "folds", "--data", folder, "--every", "4", "--conditions", "hum 20 dB"),
                  ("plots", folder, "--sex", "male", "--to", "figures"),
                  ("reproduce", folder, "--epochs", "1", "--to", "all")):
        shown = run(capsys, *words)
        assert shown.status == 1 and shown.err.startswith(SAID.format(folder)), (words, shown)
        assert shown.out
