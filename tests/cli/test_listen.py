"""`intone listen`: samples from a pipe, and from a microphone that stands in."""

import json
import os
import pty
import signal
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from command import Ran, finish, run, start
from intone.audio import RATE, Signal
from intone.cli import live_display
from intone.cli.ending import Ending
from intone.cli.live_display import Screen
from intone.cli.messages import tell
from intone.language import texts
from intone.recognition.live import State
from intone.recognition.prediction import Segment
from sounds import pcm, silence, voice
from tiny_model import tiny_model

TALK = np.concatenate([silence(0.4), voice(2.0), silence(1.2), voice(1.5, 200, seed=1), silence(0.4)])
ASKED = ("--recognizer", "tiny.onnx")


def raw(signal: Signal) -> bytes:
    return (signal * 32767).astype("<i2").tobytes()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a recognizer, and the talk as a file."""
    tiny_model(tmp_path / "tiny.onnx", {"male_sad": 0.6, "male_calm": 0.4})
    (tmp_path / "talk.wav").write_bytes(pcm((TALK * 32767).astype(np.int16), RATE))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def piped(content: bytes, *words: object) -> Ran:
    process = start("listen", "-", *ASKED, *words, stdin=subprocess.PIPE, text=False)
    out, err = process.communicate(content, timeout=120)
    return Ran(process.returncode, out.decode(), err.decode())


def lines(shown: Ran) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"state": [], "segment": [], "answer": []}
    for line in shown.out.splitlines():
        one = json.loads(line)
        found[one.pop("kind")].append(one)
    return found


def test_json_lines_have_a_state_a_second_every_segment_and_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    shown = piped(raw(TALK), "--format", "jsonl")
    assert (shown.status, shown.err) == (0, "")
    found = lines(shown)
    assert [one["time_s"] for one in found["state"]] == [1, 2, 3, 4, 5, 5.5]
    assert set(found["state"][0]) == {"time_s", "speaking", "since_s", "label", "probability", "shares", "confidence"}
    assert found["state"][-1]["label"] == "sad" and found["state"][-1]["probability"] == pytest.approx(0.6, abs=1e-3)
    (wanted,) = json.loads(run(capsys, "predict", "talk.wav", *ASKED, "--format", "json").out)
    (answer,) = found["answer"]
    assert {**answer, "file": "talk.wav"} == wanted
    assert [(one["start_s"], one["label"]) for one in found["segment"]] == [
        (pytest.approx(one["start_s"], abs=0.1), one["label"]) for one in wanted["segments"]]


def test_a_pipe_of_another_rate_and_odd_pieces_is_the_same() -> None:
    process = start("listen", "-", *ASKED, "--rate", "8000", "--format", "jsonl", "--classes", "2",
                    stdin=subprocess.PIPE, text=False)
    assert process.stdin
    content = raw(TALK[::2]) + b"\0"
    for at in range(0, len(content), 9999):
        process.stdin.write(content[at : at + 9999])
        process.stdin.flush()
    out, err = process.communicate(timeout=120)
    found = lines(Ran(process.returncode, out.decode(), err.decode()))
    assert process.returncode == 0 and len(found["state"]) == 6 and len(found["segment"]) == 2
    assert found["answer"][0]["label"] == "neither" or set(found["answer"][0]["probabilities"]) == {"negative", "positive"}


def test_in_a_file_there_are_no_colours_and_the_table_is_that_of_predict(capsys: pytest.CaptureFixture[str]) -> None:
    shown, wanted = piped(raw(TALK)), run(capsys, "predict", "talk.wav", *ASKED)
    assert (shown.status, shown.err) == (0, "")
    told, table = shown.out.splitlines()[:2], "\n".join(shown.out.splitlines()[2:]) + "\n"
    assert all(" s: sad 60%" in one for one in told) and "\x1b" not in shown.out and "\r" not in shown.out
    assert table == wanted.out.replace("talk.wav", "-")


def test_on_a_terminal_one_line_changes() -> None:
    terminal, its_end = pty.openpty()
    process = start("listen", "-", *ASKED, "--language", "de", stdin=subprocess.PIPE, stdout=its_end, text=False)
    process.communicate(raw(TALK), timeout=120)
    os.close(its_end)
    shown = b""
    while piece := _read(terminal):
        shown += piece
    os.close(terminal)
    text = shown.decode().replace("\r\n", "\n")
    assert text.count("\r\x1b[2K") >= 6 and "traurig 60 %" in text and "\x1b[3" in text
    assert "Antwort" in text.rpartition("\r\x1b[2K")[2], "the table begins on an empty line"


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def test_the_line_fits_and_nothing_is_coloured_where_none_is_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    state = State(12.0, True, 3.0, "sad", {"sad": 0.6}, "clear", (Segment(1.0, 2.0, "calm", {"calm": 0.7}),))
    Screen(texts("en"), {"NO_COLOR": "1"}).show(state)
    plain = capsys.readouterr().out
    assert plain == "\r\x1b[2K1.0 s to 2.0 s: calm 70%\n\r\x1b[2K 12.0 s  sad 60%, clear"
    Screen(texts("en"), {}).show(state)
    assert f"{live_display._COLOURS['negative']} 12.0 s  sad 60%, clear\x1b[0m" in capsys.readouterr().out
    Screen(texts("es"), {}).show(State(1.0, False, None, None, {}, "unclear", ()))
    assert all(len(one) < 30 for one in capsys.readouterr().out.split("\x1b[2K"))


def test_ctrl_c_ends_it_with_the_answer() -> None:
    with start("listen", "-", *ASKED, "--format", "jsonl", stdin=subprocess.PIPE, text=False) as process:
        assert process.stdin and process.stdout
        process.stdin.write(raw(TALK[: 4 * RATE]))
        process.stdin.flush()
        before = b"".join(process.stdout.readline() for _ in range(4))
        process.send_signal(signal.SIGINT)  # it waits for more
        out = process.stdout.read()
    found = lines(Ran(process.returncode, (before + out).decode(), ""))
    assert process.returncode == 0
    assert found["answer"][0]["duration_s"] == 4.0 and found["answer"][0]["label"] == "sad"


def test_the_second_ctrl_c_interrupts() -> None:
    with Ending() as ending:
        assert ending.wait(lambda: signal.raise_signal(signal.SIGINT)) is None
        assert ending.asked and ending.wait(lambda: "more") is None
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_first_ctrl_c_while_it_works_waits_for_the_work() -> None:
    with Ending() as ending:
        signal.raise_signal(signal.SIGINT)
        assert ending.asked


def test_silence_is_told_and_the_status_says_so() -> None:
    shown = piped(raw(silence(2.0)), "--format", "jsonl")
    assert (shown.status, shown.sentence) == (1, "-: The recording is silent: check the microphone and record again.")
    assert "silent" in lines(shown)["answer"][0]["error"]
    assert piped(b"").sentence.startswith("-: ")


def test_it_ends_after_the_seconds_that_are_asked_for() -> None:
    found = lines(piped(raw(TALK), "--seconds", "3", "--format", "jsonl"))
    assert found["answer"][0]["duration_s"] == 3.0 and [one["time_s"] for one in found["state"]] == [1, 2, 3, 3]


def test_a_file_is_no_bare_samples(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = piped((folder / "talk.wav").read_bytes())
    assert shown.status == 2 and shown.sentence.startswith("A file is piped in")
    named = run(capsys, "listen", "talk.wav")
    assert named.status == 2 and named.sentence.startswith("talk.wav is no microphone")


class Sounds(types.ModuleType):
    """Stands in for sounddevice: its microphone says the talk in pieces, and is gone then."""

    class PortAudioError(Exception):
        pass

    class Stream:
        def __init__(self, callback: Callable[..., None], samplerate: int, **asked: Any) -> None:
            self.active, self._hear, self._rate = True, callback, samplerate
            assert asked["channels"] == 1 and asked["dtype"] == "int16"

        def __enter__(self) -> "Sounds.Stream":
            samples = np.frombuffer(raw(TALK), "<i2").repeat(self._rate // RATE)
            for at in range(0, len(samples), 1000):
                status = types.SimpleNamespace(input_overflow=at == 1000)
                self._hear(samples[at : at + 1000, None], 1000, None, status)
            self.active = False
            return self

        def __exit__(self, *_: object) -> None:
            pass

    def __init__(self, rates: tuple[int, ...] = (RATE,), devices: int = 1, opens: bool = True) -> None:
        super().__init__("sounddevice")
        self.rates, self.opens, self.asked = rates, opens, list[object]()
        self.default = types.SimpleNamespace(device=(1, 0))
        self.devices = [{"name": "loudspeaker", "max_input_channels": 0, "default_samplerate": 48_000.0},
                        *[{"name": f"microphone {number}", "max_input_channels": 2, "default_samplerate": 48_000.0}
                          for number in range(1, 1 + devices)]]

    def query_devices(self, device: int | str | None = None, kind: str | None = None) -> Any:
        if kind is None:
            return self.devices
        self.asked.append(device)
        found = [one for one in self.devices if one["max_input_channels"] and (device is None or str(device) in str(one["name"]))]
        if not found:
            raise ValueError("No input device matching")
        return found[0]

    def check_input_settings(self, _device: object, _channels: int, _kind: str, samplerate: int) -> None:
        if samplerate not in self.rates:
            raise self.PortAudioError("Invalid sample rate")

    def InputStream(self, **asked: Any) -> "Sounds.Stream":  # noqa: N802 - its name there
        if not self.opens:
            raise self.PortAudioError("Device unavailable")
        return Sounds.Stream(**{name: one for name, one in asked.items() if name != "device"})


@pytest.mark.parametrize("rate", [RATE, 48_000])
def test_the_microphone_is_heard_until_it_is_gone(
    rate: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", sounds := Sounds((rate,)))
    shown = run(capsys, "listen", *ASKED, "--format", "jsonl", "--device", "1")
    found = lines(shown)
    assert shown.status == 0 and sounds.asked == [1]
    assert found["answer"][0]["file"] == "microphone 1" and found["answer"][0]["duration_s"] == pytest.approx(5.5)
    assert shown.err.splitlines() == [
        "intone: Listening to microphone 1: Ctrl+C ends it, and then comes the answer about all of it.",
        "intone: The microphone microphone 1 is gone: what it recorded until then is answered.",
        "intone: Some of the sound was lost, since this computer was busy."]
    assert found["state"][-1]["time_s"] == 5.5 and len(found["state"]) < 5, "what waits is one block"


def test_the_microphones_are_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", Sounds(devices=2))
    assert run(capsys, "listen", "--list-devices").out == "*   1  microphone 1\n    2  microphone 2\n"


@pytest.mark.parametrize(("words", "devices", "status", "said"), [
    ((), 0, 1, "No microphone was found: connect one"), (("--list-devices",), 0, 1, "No microphone was found"),
    (("--device", "studio"), 1, 2, "There is no microphone 'studio', or more than one")])
def test_without_a_microphone_one_sentence_says_so(
    words: tuple[str, ...], devices: int, status: int, said: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", Sounds(devices=devices))
    shown = run(capsys, "listen", *words)
    assert shown.status == status and shown.sentence.startswith(said)


def test_a_microphone_that_cannot_be_opened_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", Sounds(opens=False))
    shown = run(capsys, "listen", *ASKED)
    assert shown.status == 1
    assert shown.err.splitlines()[-1].startswith("intone: The microphone microphone 1 cannot be opened (Device unavailable)")


def test_without_the_extra_and_without_its_library_one_sentence_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tell(ModuleNotFoundError("No module", name="sounddevice"), ["listen"]) == 2
    assert "'.[microphone]'" in capsys.readouterr().err
    (folder / "own").mkdir()
    (folder / "own" / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n", "utf-8")
    monkeypatch.syspath_prepend(folder / "own")
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    shown = run(capsys, "listen")
    assert shown.status == 1 and shown.sentence.startswith("The library PortAudio is not installed")


def test_nothing_that_is_piped_in_is_told() -> None:
    shown = finish(start("listen", "-", preexec_fn=lambda: os.close(0)))
    assert shown.status == 2 and shown.sentence.startswith("Nothing is piped into the standard input")
