"""`predict --same-speaker`, `predict --reference` and `reference`: what a person reads, a program gets, bad input gets."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from command import run
from sounds import pcm, silence, voice
from tiny_model import tiny_adaptable, tiny_model

MAN = pcm(voice(2, 110, 1), 16_000)
"""Sounds sad to the tiny recognizer."""
SAME = pcm(voice(2, 112, 5), 16_000)
WOMAN = pcm(np.diff(voice(2.5, 200, 3), prepend=np.float32(0)) * np.float32(3), 16_000)
"""Sounds happy to it."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a man's recordings, a woman's, a silent one, and a recognizer."""
    tiny_adaptable(tmp_path / "tiny.onnx")
    for name, content in {"man": MAN, "same": SAME, "woman": WOMAN, "silent": pcm(silence(2), 16_000)}.items():
        (tmp_path / f"{name}.wav").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def predicted(capsys: pytest.CaptureFixture[str], *words: str):
    return run(capsys, "predict", *words, "--recognizer", "tiny.onnx", "--classes", "8")


def saved(capsys: pytest.CaptureFixture[str], *words: str):
    return run(capsys, "reference", *words, "--to", "me.json", "--recognizer", "tiny.onnx")


@pytest.mark.usefixtures("folder")
def test_recordings_of_one_person_are_compared_with_each_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    alike = predicted(capsys, "man.wav", "same.wav", "--same-speaker").out.splitlines()[-1]
    assert alike.startswith("Compared with other speech of the same person (segments: 2), which sounds too much alike ")
    monkeypatch.setattr("intone.recognition.adaptation.TOLD", (-2.0, -1.0))  # whatever they tell apart is enough
    shown = predicted(capsys, "man.wav", "same.wav", "--same-speaker")
    assert (shown.status, shown.err) == (0, "")
    last = shown.out.splitlines()[-1]
    assert last.startswith(
        "Compared with other speech of the same person (segments: 2): 0 of 2 answers are others than without, ")
    told = json.loads(predicted(capsys, "man.wav", "same.wav", "--same-speaker", "--format", "json").out)
    assert [one["adapted_to"]["segments"] for one in told] == [2, 2]
    table = pd.read_csv(io.StringIO(predicted(capsys, "man.wav", "same.wav", "--same-speaker", "--format", "csv").out))
    assert list(table["file"]) == ["man.wav", "same.wav"] and list(table["label_without"]) == ["sad", "sad"]
    assert list(table["moved"]) == [one["adapted_to"]["moved"] for one in told]
    assert list(table["adapted_to"]) == [2, 2]


@pytest.mark.usefixtures("folder")
def test_one_recording_is_answered_as_without_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    plain, alone = predicted(capsys, "man.wav"), predicted(capsys, "man.wav", "--same-speaker")
    assert (alone.status, alone.out) == (0, plain.out)
    assert "it is answered as without" in alone.sentence
    two = predicted(capsys, "man.wav", "silent.wav", "--same-speaker")
    assert two.status == 1 and two.out.splitlines()[:2] == plain.out.splitlines()[:2]
    assert "silent.wav: The recording is silent" in two.err


@pytest.mark.usefixtures("folder")
def test_a_reference_is_saved_and_used_as_the_recording_itself(capsys: pytest.CaptureFixture[str]) -> None:
    made = saved(capsys, "man.wav", "same.wav")
    assert made.status == 0
    assert made.out == "me.json: what 2 segments of speech tell of this male voice, without any sound.\n"
    by_file = predicted(capsys, "man.wav", "--reference", "me.json")
    by_sound = predicted(capsys, "man.wav", "--reference", "man.wav", "--reference", "same.wav")
    assert (by_file.status, by_file.err) == (0, "")
    assert by_file.out == by_sound.out != predicted(capsys, "man.wav").out
    assert by_file.out.splitlines()[-1].startswith(
        "Compared with other speech of the same person, known to be neutral (segments: 2): without, it would be sad ")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("reference", "said"), [
    (["silent.wav"], "The reference silent.wav is left out: The recording is silent"),
    (["man.wav", "woman.wav"], "some female: give recordings of one person."),
    (["broken.json"], "This is no saved reference: give a file that `intone reference` wrote"),
    (["gone.json"], "gone.json cannot be written or read"),
    (["gone.wav"], "The reference gone.wav is left out: "),
])
def test_a_reference_of_no_use_is_left_out(
    capsys: pytest.CaptureFixture[str], reference: list[str], said: str
) -> None:
    Path("broken.json").write_text("{")
    words = [word for one in reference for word in ("--reference", one)]
    found = predicted(capsys, "man.wav", *words)
    assert said in found.sentence
    assert (found.status, found.out) == (1, predicted(capsys, "man.wav").out)


def test_a_reference_that_does_not_fit_is_a_reason(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved(capsys, "man.wav")
    assert "(1) The reference is of a male voice, and this one sounds female" in predicted(
        capsys, "woman.wav", "--reference", "me.json").out
    tiny_adaptable(folder / "tiny.onnx", name="another")
    assert "(1) The reference was made with another recognizer" in predicted(
        capsys, "man.wav", "--reference", "me.json").out


def test_wrong_use_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved(capsys, "man.wav")
    tiny_model(folder / "plain.onnx", {"male_sad": 1.0})
    for said, words in {
        "recordings of a voice, or one file": ["--reference", "me.json", "--reference", "man.wav"],
        "neither a reference nor": ["--reference", "man.wav", "--same-speaker"],
        "which may be another person": ["--same-speaker", "--channel", "each"],
        "Recordings of one person have one speaker": ["--same-speaker", "--speakers", "2"],
    }.items():
        found = predicted(capsys, "man.wav", *words)
        assert found.status == 2 and said in found.sentence
    for words in (["--same-speaker"], ["--reference", "man.wav"]):
        found = run(capsys, "predict", "man.wav", *words, "--recognizer", "plain.onnx")
        assert found.status == 2 and "cannot be adapted to a speaker" in found.sentence
    for said, words in {"choose a name such as me.json": ["--to", "me.txt"],
                        "does not know 'bored'": ["--to", "me.json", "--emotion", "bored"]}.items():
        found = run(capsys, "reference", "man.wav", "--recognizer", "tiny.onnx", *words)
        assert found.status == 2 and said in found.sentence
    for said, words in {
        "cannot be adapted to a speaker": ["--same-speaker", "--recognizer", "plain.onnx"],
        "Recordings of one person have one speaker": ["--same-speaker", "--speakers", "2", "--recognizer", "tiny.onnx"],
        "give --same-speaker too": ["--speaker-column", "who"],
        "--speaker-column who is for a table": ["--same-speaker", "--speaker-column", "who"],
    }.items():
        found = run(capsys, "batch", ".", "--to", "all.csv", *words)
        assert found.status == 2 and said in found.sentence
