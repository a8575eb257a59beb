"""Recordings and lists of them that are piped into a command: each is answered as its file is."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from command import Ran, finish, run, start
from sounds import encode, pcm, voice
from tiny_model import tiny_adaptable

M4A = encode(voice(2.0), "m4a")
BOTH = pcm(np.stack([voice(1.0), voice(1.0, 200, seed=1)], axis=1), 16_000)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a recognizer and two recordings."""
    tiny_adaptable(tmp_path / "tiny.onnx")
    (tmp_path / "talk.m4a").write_bytes(M4A)
    (tmp_path / "both.wav").write_bytes(BOTH)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def piped(content: bytes, *words: object) -> Ran:
    """A command that something is piped into."""
    process = start(*words, stdin=subprocess.PIPE, text=False)
    out, err = process.communicate(content, timeout=120)
    return Ran(process.returncode, out.decode(), err.decode())


def answers(out: str) -> list[dict[str, object]]:
    return [{name: value for name, value in one.items() if name != "file"} for one in json.loads(out)]


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
@pytest.mark.parametrize(("recording", "words"), [("talk.m4a", ()), ("both.wav", ("--channel", "each"))])
def test_what_is_piped_in_is_answered_as_its_file(name, recording, words, folder, capsys):
    asked = ("--recognizer", "tiny.onnx", "--format", "json", *words)
    wanted = run(capsys, "predict", recording, *asked)
    shown = piped((folder / recording).read_bytes(), "predict", name, *asked)
    assert (shown.status, shown.err) == (0, "")
    assert answers(shown.out) == answers(wanted.out)
    assert {one["file"] for one in json.loads(shown.out)} == {name}


def test_the_plainest_command_takes_a_pipe_and_a_redirected_file(folder):
    with (folder / "talk.m4a").open("rb") as file:
        shown = [finish(start("predict", "-", stdin=file)), piped(M4A, "predict", "-")]
    assert shown[0] == shown[1] and shown[0].out.splitlines()[1].endswith("  - (2.0 s)")


@pytest.mark.usefixtures("folder")
def test_a_process_substitution_and_a_named_pipe_are_answered(capsys):
    command = f"'{sys.executable}' -m intone"
    script = (f"set -e; {command} predict <(cat talk.m4a) --recognizer tiny.onnx --format json; mkfifo p.wav; "
              f"cat talk.m4a > p.wav & {command} predict p.wav --recognizer tiny.onnx --format json")
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    wanted = answers(run(capsys, "predict", "talk.m4a", "--recognizer", "tiny.onnx", "--format", "json").out)
    first, second = ran.stdout.replace("]\n[", "]\x00[").split("\x00")
    assert answers(first) == answers(second) == wanted


@pytest.mark.usefixtures("folder")
def test_other_commands_take_a_pipe():
    asked = ("--recognizer", "tiny.onnx")
    made = piped(M4A, "reference", "-", "--to", "me.json", *asked)
    assert (made.status, made.err) == (0, "") and Path("me.json").is_file()
    by_pipe = piped(M4A, "predict", "both.wav", "--reference", "-", *asked)
    by_file = finish(start("predict", "both.wav", "--reference", "me.json", *asked))
    assert by_pipe == by_file and "Compared with" in by_pipe.out
    drawn = piped(M4A, "plots", "-", "--to", "figures")
    assert (drawn.status, len(drawn.out.splitlines()), len(list(Path("figures").iterdir()))) == (0, 4, 4)
    together = piped(M4A, "predict", "both.wav", "-", "--same-speaker", "--format", "json", *asked)
    assert [one["file"] for one in json.loads(together.out)] == ["both.wav", "-"]


@pytest.mark.usefixtures("folder")
def test_the_standard_input_is_one_recording():
    for words in (["predict", "-", "-"], ["predict", "-", "--reference", "-"], ["reference", "-", "-", "--to", "a.json"]):
        assert (shown := piped(M4A, *words)).status == 2
        assert shown.sentence == "The standard input is one recording: name - only once."
    assert (empty := piped(b"", "predict", "-")).status == 1
    assert empty.sentence == "-: The file is empty: record or export it again."


@pytest.mark.usefixtures("folder")
def test_a_terminal_and_a_closed_input_are_one_sentence():
    terminal, its_end = pty.openpty()
    for words, said in ((("predict", "-"), "Nothing is piped into the standard input"),
                        (("plots", "-", "--to", "f"), "Nothing is piped into the standard input"),
                        (("batch", "-", "--to", "a.csv"), "The standard input lists no recordings")):
        for shown in (finish(start(*words, stdin=its_end)), finish(start(*words, preexec_fn=lambda: os.close(0)))):
            assert shown.status == 2 and shown.sentence.startswith(said)
    os.close(terminal)
    os.close(its_end)


@pytest.mark.usefixtures("folder")
def test_a_corpus_cannot_be_piped_in():
    shown = piped(M4A, "clean", "-", "--to", "clean")
    assert (shown.status, shown.sentence) == (1, "There is no folder -: name one that exists.")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("listed", [b"talk.m4a\n\nboth.wav\n", b"talk.m4a\0both.wav\0"])
def test_a_batch_takes_a_list_that_is_piped_in(listed):
    words = ("batch", "-", "--to", "a.jsonl", "--recognizer", "tiny.onnx", "--jobs", "1")
    assert (shown := piped(listed, *words)).status == 0, shown.err
    rows = [json.loads(line) for line in Path("a.jsonl").read_text().splitlines()]
    assert [row["file"] for row in rows] == ["talk.m4a", "both.wav"] and not any("error" in row for row in rows)
    assert "is there and complete" in piped(listed, *words).out
    assert (wrong := piped(M4A, "batch", "-", "--to", "b.csv")).status == 2
    assert wrong.sentence.startswith("What was piped in is no list of recordings")


def test_a_long_pipe_takes_little_memory():
    """400 MB of silence: a copy of them, or the samples, would not fit into what the process may take beyond its start."""
    head = pcm(np.zeros(1, np.int16), 16_000)[:40]
    program = ("import resource, sys; from intone.audio import sounds; "
               "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
               "print(sum(map(len, sounds(sys.stdin.buffer)[0])), "
               "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)")
    size = 400_000_000
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdin.write(head[:4] + (size + 36).to_bytes(4, "little") + head[8:] + size.to_bytes(4, "little"))
        for _ in range(size // 2_000_000):
            process.stdin.write(bytes(2_000_000))
        process.stdin.close()
        samples, grown_kb = map(int, process.stdout.read().split())
    assert samples == size // 2 and grown_kb < 100_000
