"""`intone corpus check`, `corpus fetch`, `clean` and `plots`, as a person runs them."""

import json
import shutil
from pathlib import Path

import pytest
import soundfile

from command import finish, run, start
from corpus_files import noise, touch, write
from intone.corpora.cleaning import MANIFEST
from intone.corpora.fetch import SPEECH
from sounds import encode, silence, tone, voice


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Three recordings of actor 1."""
    folder = tmp_path / "ravdess" / "Actor_01"
    folder.mkdir(parents=True)
    for emotion, signal in ((2, voice(0.5)), (3, tone(300, 0.5)), (4, tone(500, 0.5))):
        (folder / f"03-01-0{emotion}-01-01-01-01.wav").write_bytes(encode(signal, "wav"))
    return folder.parent


def test_check_prints_counts_and_what_is_missing(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "corpus", "check", corpus, "--jobs", "1")
    assert (shown.status, shown.err) == (0, "")
    assert shown.out.splitlines()[:2] == [f"ravdess in {corpus}: 3 recordings", "speech: 3 recordings: 3 of 01"]
    assert "warning: missing recordings: 1437" in shown.out
    report = json.loads(run(capsys, "corpus", "check", f"ravdess={corpus}", "--json", "--jobs", "1").out)
    assert (report["clips"], report["problems"], report["warnings"]) == (3, 0, 1437)


def test_check_fails_where_training_would_be_wrong(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (corpus / "Actor_01" / "03-01-05-01-01-01-01.wav").write_bytes(b"\x89PNG")
    shown = run(capsys, "corpus", "check", corpus, "--jobs", "1")
    assert (shown.status, shown.err) == (1, "")
    assert "problem: damaged files: 1\n  Actor_01/03-01-05-01-01-01-01.wav: The file is a PNG picture, not a recording" in shown.out


@pytest.mark.parametrize("words", [["corpus", "check", "X"], ["clean", "X", "--to", "Y"], ["train", "X", "--to", "Y"],
                                   ["evaluate", "X", "--to", "Y"], ["reproduce", "X", "--to", "Y"], ["plots", "X", "--to", "Y"]])
def test_a_folder_that_is_no_corpus_is_told(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "void").mkdir()
    write(tmp_path / "other" / "holiday.wav", noise(1))
    for name, said in (("gone", "There is no folder {}: name one that exists."), ("void", "The folder {} holds no recordings"),
                       ("other", "The folder {} is not a corpus that is known: ")):
        folder = tmp_path / name
        ended = run(capsys, *(str({"X": folder, "Y": tmp_path / "made"}.get(word, word)) for word in words))
        assert (ended.status, ended.out) == (1, "")
        assert ended.sentence.startswith(said.format(folder))
        assert not (tmp_path / "made").exists()


def test_clean_writes_a_clip_each_and_goes_on(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = tmp_path / "clean"
    first = run(capsys, "clean", corpus, "--to", to, "--jobs", "1")
    assert (first.status, first.err) == (0, "")
    assert first.out.startswith(f"3 clips cleaned into {to}\n")
    assert sorted(path.suffix for path in to.iterdir()) == [".json", ".wav", ".wav", ".wav"]
    (to / "03-01-02-01-01-01-01.wav").unlink()
    again = run(capsys, "clean", corpus, "--to", to, "--jobs", "1")
    assert again.out.startswith(f"1 clip cleaned into {to}, 2 were there before\n")
    other = run(capsys, "clean", corpus, "--to", to, "--recipe", "level-independent")
    assert (other.status, other.out) == (1, "")
    assert other.sentence.startswith(f"The clips in {to} were cleaned with threshold 0.0005 of full scale, but 0.03 of peak")


def test_clean_takes_another_threshold(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = run(capsys, "clean", corpus, "--to", tmp_path / "clean", "--threshold", "0.02", "--relative-to", "peak", "--jobs", "1")
    assert ended.status == 0
    envelope = json.loads((tmp_path / "clean" / MANIFEST).read_text())["envelope"]
    assert (envelope["threshold"], envelope["relative_to"]) == (0.02, "peak")


def test_clean_names_what_it_leaves_out(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (corpus / "Actor_01" / "03-01-05-01-01-01-01.wav").write_bytes(encode(silence(0.5), "wav"))
    (corpus / "Actor_01" / "03-01-06-01-01-01-01.wav").write_bytes(b"GIF89a")
    ended = run(capsys, "clean", corpus, "--to", tmp_path / "clean", "--jobs", "1")
    assert (ended.status, ended.err) == (1, "")
    assert ended.out.splitlines()[0] == f"3 clips cleaned into {tmp_path / 'clean'}"
    assert [line.split(":")[0] for line in ended.out.splitlines()[2:]] == [
        "03-01-05-01-01-01-01 was left out", "03-01-06-01-01-01-01 was left out"]


def test_plots_draw_a_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "talk.m4a").write_bytes(encode(voice(1.0), "flac"))
    shown = run(capsys, "plots", tmp_path / "talk.m4a", "--to", tmp_path / "figures", "--format", "svg")
    assert (shown.status, shown.err) == (0, "")
    written = [Path(line) for line in shown.out.splitlines()]
    assert [path.name for path in written] == ["clip-waveform.svg", "clip-amplitude.svg", "clip-spectrum.svg", "clip-envelope.svg"]
    assert all(path.read_text().startswith("<?xml") for path in written)


def test_plots_refuse_what_they_cannot_draw(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = write(tmp_path / "x.wav", noise(1)).rename(tmp_path / "words.txt")
    (tmp_path / "image.wav").write_bytes(b"\x89PNG")
    for source, status, said in ((words, 2, f"{words} is neither a recording (.wav, "), (tmp_path / "image.wav", 1, "The file is a PNG picture, not a recording"),
                                 (tmp_path / "gone.wav", 1, "The file cannot be read (No such file")):
        ended = run(capsys, "plots", source, "--to", tmp_path / "figures")
        assert (ended.status, ended.out) == (status, "")
        assert ended.sentence.startswith(said)
    ended = run(capsys, "plots", corpus, "--sex", "female", "--to", tmp_path / "figures")
    assert (ended.status, ended.sentence) == (1, "None of the 3 clips has a speaker and an emotion for sex female and 8 classes: "
                                                 "choose others, or another corpus.")
    assert not (tmp_path / "figures").exists()


def test_fetch_takes_what_is_there_for_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    touch(tmp_path / "there", SPEECH.clips)
    shown = run(capsys, "corpus", "fetch", "--to", tmp_path / "there")
    assert (shown.status, shown.err) == (0, "")
    assert shown.out.startswith(f"All 1440 recordings are in {tmp_path / 'there'} already")
    shutil.rmtree(tmp_path / "there")
    (tmp_path / "there").write_text("a file")
    ended = run(capsys, "corpus", "fetch", "--to", tmp_path / "there")
    assert (ended.status, ended.sentence) == (1, f"The folder {tmp_path / 'there'} cannot be written (File exists): choose "
                                                 "another one.")


def test_a_folder_of_labels_with_many_processes(tmp_path: Path) -> None:
    for number in range(34):
        write(tmp_path / "own" / "angry" / "anna" / f"{number}.wav", noise(number))
    ended = finish(start("clean", f"folder={tmp_path / 'own'}", "--to", tmp_path / "clean", "--jobs", "2"))
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("34 clips cleaned into ")
    assert soundfile.info(tmp_path / "clean" / "angry" / "anna" / "33.wav").samplerate == 16_000
