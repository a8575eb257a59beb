"""The command as a whole: help, version, wrong use, and errors as one sentence."""

import errno
import os
import re
import resource
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import intone
from command import Ran, finish, poisoned, run, start
from intone.cli import main
from intone.cli.commands import app
from intone.cli.messages import EXTRAS, show, tell
from intone.errors import printable
from sounds import encode, voice

COMMANDS = {
    "batch": ("--to", "--cluster", "--wait", "--jobs", "--sex", "--classes", "--recognizer", "--channel", "--track",
              "--speakers", "--column", "--dry-run", "--same-speaker", "--speaker-column"),
    "predict": ("--sex", "--classes", "--recognizer", "--channel", "--track", "--speakers", "--explain",
                "--format", "--same-speaker", "--reference", "--language"),
    "reference": ("--to", "--emotion", "--recognizer"),
    "serve": ("--host", "--port", "--recognizer", "--corrections", "--processes", "--allowed-host", "--metrics", "--device", "--open"),
    "page": ("--to", "--recognizer", "--languages"),
    "listen": ("--rate", "--device", "--list-devices", "--seconds", "--format", "--sex", "--classes", "--speakers",
               "--recognizer", "--language"),
    "completion": (),
    "corpus check": ("--emotion", "--strict", "--jobs", "--json"),
    "corpus fetch": ("--song", "--to"),
    "clean": ("--to", "--recipe", "--threshold", "--relative-to", "--emotion", "--strict", "--jobs"),
    "plots": ("--to", "--format", "--recipe", "--sex", "--classes", "--emotion", "--strict", "--jobs"),
    "train": ("--to", "--model", "--recipe", "--sex", "--classes", "--validation", "--hold-out",
              "--evaluation", "--features", "--vocal", "--epochs", "--seed", "--emotion", "--strict", "--jobs"),
    "verify": ("--data", "--evaluation", "--vocal", "--emotion", "--strict", "--jobs"),
    "evaluate": ("--to", "--model", "--recipe", "--sex", "--classes", "--fold", "--leave-one-corpus-out",
                 "--evaluation-only", "--epochs", "--seed", "--emotion", "--strict", "--jobs"),
    "robustness": ("--data", "--short", "--corpus", "--conditions", "--fold", "--every", "--emotion", "--strict", "--jobs"),
    "reproduce": ("--sex", "--classes", "--to", "--epochs", "--emotion", "--strict", "--jobs"),
}

BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
from intone.cli import main
sys.exit(main({words!r}))
"""


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


def without(blocked: tuple[str, ...], *words: object) -> Ran:
    """A command where some packages are not installed."""
    code = BLOCKED.format(blocked=blocked, words=[str(word) for word in words])
    return finish(subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))


def test_version() -> None:
    assert finish(start("--version")) == Ran(0, f"intone {intone.__version__}\n", "")


def test_help_says_what_every_command_does(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--help",), ("-h",)):
        shown = run(capsys, *words)
        assert (shown.status, shown.err) == (0, "")
        for command in COMMANDS:
            assert re.search(rf"│ {command.split()[0]} +[A-Z]", shown.out), command
    assert set(re.findall(r"│ ([a-z]+) ", shown.out)) == {command.split()[0] for command in COMMANDS}
    assert all(f"│ {command} " in run(capsys, "corpus").out for command in ("check", "fetch"))


def test_alone_it_says_the_first_three_things_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys)
    assert (shown.status, shown.err) == (0, "")
    commands = re.findall(r"^  (intone .*?)   ", shown.out, re.MULTILINE)
    assert commands == ["intone predict recording.m4a", "intone serve", "intone --help"]
    assert len(shown.out.splitlines()) == 5 and max(map(len, shown.out.splitlines())) <= 80
    for words in commands[:2]:
        command, _, unused, *_ = app.parse_args(words.split()[1:], exit_on_error=False, print_error=False)
        assert not unused and command.__name__ == words.split()[1]
    assert finish(start()) == shown


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_says_what_every_option_does(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, *command.split(), "--help")
    assert (shown.status, shown.err) == (0, "")
    assert f"Usage: intone {command} " in shown.out
    assert re.findall(r"--no-\w+", shown.out) == ["--no-device", "--no-open"] * (command == "serve")
    for option in COMMANDS[command]:
        assert re.search(rf"│ (\*  |   )?{option} +([A-Z.]+ +|--no-open +|--no-device +)?[\w'].+ ", shown.out), option
    assert len(re.findall(r"│ (?:\*  |   )?--", shown.out)) == len(COMMANDS[command])


@pytest.mark.parametrize("words, said", [
    (["nonsense"], 'Unknown command "nonsense"; available commands: predict, batch, '),
    (["predcit", "x.wav"], 'Unknown command "predcit"; did you mean "predict"?'),
    (["predict"], "RECORDINGS needs a value (see `intone predict --help`)."),
    (["predict", "x.wav", "--foo"], "Unknown option: --foo; did you mean --format? (see `intone predict --help`)."),
    (["predict", "x.wav", "--recognizer"], "--recognizer needs a value (see `intone predict --help`)."),
    (["predict", "x.wav", "--classes", "4"], 'Invalid value "4" for --classes; choose from: "2", "3", "8", "stress"'),
    (["predict", "x.wav", "--sex", "both"], 'Invalid value "both" for --sex; choose from: "male", "female", "auto"'),
    (["predict", "x.wav", "--format", "xml"], "There is no format 'xml': choose table, json, jsonl, csv, segments, audacity, textgrid, webvtt or rttm."),
    (["predict", "x.wav", "--channel", "left"], "There is no channel 'left' to choose: mix, each, or a number from 1."),
    (["predict", "x.wav", "--track", "mix"], "There is no track 'mix' to choose: default, each, or a number from 1."),
    (["predict", "x.wav", "--track", "each", "--channel", "each"],
     "Each channel of each track is too much at once: choose one track, or one channel."),
    (["predict", "x.wav", "--channel", "0"], "There is no channel '0' to choose: mix, each, or a number from 1."),
    (["predict", "x.wav", "--speakers", "many"], "There is no number of speakers 'many' to choose: auto, channels, or 1 to 8."),
    (["predict", "x.wav", "--speakers", "0"], "There is no number of speakers 0 to choose: auto, channels, or 1 to 8."),
    (["predict", "x.wav", "--speakers", "9"], "There is no number of speakers 9 to choose: auto, channels, or 1 to 8."),
    (["predict", "x.wav", "--speakers"], "--speakers needs a value (see `intone predict --help`)."),
    (["serve", "--port", "http"], 'Invalid value for --port: unable to convert "http" into int'),
    (["serve", "--port", "70000"], "There is no port 70000: choose"),
    (["corpus", "fetch", "iemocap"], 'Invalid value "iemocap" for CORPUS; choose from: "ravdess"'),
    (["clean", "x"], "--to needs a value (see `intone clean --help`)."),
    (["clean", "x", "--to", "y", "--jobs", "0"], 'Invalid value "0" for --jobs; must be >= 1'),
    (["clean", "x", "--to", "y", "--threshold", "nan"], "An envelope over 0.1 s with threshold"),
    (["clean", "x", "--to", "y", "--recipe", "mine"], "There is no recipe 'mine': choose original or level-independent."),
    (["train", "x", "--to", "y", "--epochs", "0"], 'Invalid value "0" for --epochs; must be >= 1'),
    (["train", "x", "--to", "y", "--seed", "-1"], 'Invalid value "-1" for --seed; must be >= 0'),
    *[(words, "An argument is empty, as from a variable that is not set: write what is meant, or leave it out.")
      for words in (["predict", ""], ["predict", "x.wav", ""], ["predict", "", "--classes", "8"], ["batch", "", "--to", "x.csv"],
                    ["batch", "x", "--to", ""], ["clean", "x", "--to="], ["corpus", "check", ""], ["train", "", "--to", "y"],
                    ["plots", "", "--to", "y"], ["serve", "--corrections", ""], ["serve", "--host="], [""])],
    (["train", "folder=", "--to", "y"], "'folder=' names no folder: give one, or ravdess=DIR"),
    (["serve", "--allowed-host", "https://x"], "'https://x' names no host: give --allowed-host a name"),
    (["train", "iemocap=x", "--to", "y"], "There is no corpus 'iemocap': write ravdess=DIR, crema-d=DIR, tess=DIR, savee=DIR, "
     "emodb=DIR, nemo=DIR, emospeech-command=DIR, table=FILE.csv, folder=DIR or a folder."),
    (["train", "x", "--to", "y", "--emotion", "freude=glad"],
     "'freude=glad' does not say which emotion a word stands for: write WORD=EMOTION, such as freude=happy, with one of neutral"),
])
def test_wrong_use_is_told_in_one_sentence(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    ended = run(capsys, *words)
    assert (ended.status, ended.out) == (2, "")
    if "nan" not in words:
        assert ended.sentence.startswith(said)
    assert ended.err.startswith(f"intone: {said}") and ended.err.count("\n") == 1


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(capsys, "serve", "--port", port)
    assert (ended.status, ended.sentence) == (2, f"The page cannot be served on 127.0.0.1, port {port} (Address already "
                                                 "in use): choose another --host or --port.")


@pytest.mark.parametrize("package, extra, words", [
    ("torch", "train", ["train", "{folder}", "--to", "{folder}/run"]), ("flask", "web", ["serve"]),
    ("pandas", "data", ["clean", "{folder}", "--to", "{folder}/clean"])])
def test_a_missing_package_is_told_with_its_extra(package: str, extra: str, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "03-01-02-01-01-01-01.wav").write_bytes(encode(voice(0.5), "wav"))
    ended = without((package,), *(word.format(folder=tmp_path) for word in words))
    assert ended.status == 2
    assert ended.sentence == (f"This command needs the package {package}, which is not installed: run pip install -c "
                              f"constraints.txt '.[{extra}]' in the folder of intone's source.")
    assert [child.suffix for child in tmp_path.iterdir()] == [".wav"]


def test_the_core_predicts_and_helps_without_any_extra(tmp_path: Path) -> None:
    recording = tmp_path / "voice.wav"
    recording.write_bytes(encode(voice(2.0), "wav"))
    ended = without(tuple(EXTRAS), "predict", recording)
    assert (ended.status, ended.err) == (0, "")
    assert str(recording) in ended.out
    assert without(tuple(EXTRAS), "train", "--help").status == 0


def test_every_package_of_an_extra_is_known() -> None:
    extras = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for extra in set(extras) - {"dev"}:
        for package in extras[extra]:
            name = re.match(r"[\w-]+", package)[0].replace("-", "_")
            if name == "markdown_it_py":  # the parser of command lines brings it too, through rich
                continue
            # What two extras bring is named by either.
            assert name == "intone" or EXTRAS[name] == extra or name in " ".join(extras[EXTRAS[name]]), package


def test_a_package_that_no_extra_brings_is_a_fault_of_the_program() -> None:
    with pytest.raises(ModuleNotFoundError):
        tell(ModuleNotFoundError("No module named 'intone.lost'", name="intone.lost"), ["predict"])


@pytest.mark.parametrize("words, said", [
    (["predict", "train"], "Interrupted."), (["corpus", "check"], "Interrupted."), ([], "Interrupted."),
    (["corpus", "fetch"], "Interrupted: the same command goes on where it stopped."),
    (["clean", "x"], "Interrupted: the same command goes on where it stopped.")])
def test_an_interruption_says_whether_the_command_goes_on(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell(KeyboardInterrupt(), words) == 130
    assert capsys.readouterr().err == f"intone: {said}\n"


def test_a_file_that_cannot_be_used_is_told_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell(PermissionError(errno.EACCES, os.strerror(errno.EACCES), "secret\n.wav"), []) == 1
    assert capsys.readouterr().err == ("intone: secret\\n.wav cannot be read or written (Permission denied): see that it "
                                       "is there, and that you may use it.\n")


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.wav").write_bytes(encode(voice(1.0, seed=number), "wav"))
    process = start("predict", tmp_path)
    assert process.stdout is not None and process.stdout.readline().startswith("answer ")
    process.stdout.close()
    assert process.stderr is not None and process.stderr.read() == ""
    assert process.wait() == 1
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_output_that_is_full_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        ended = finish(start("--version", stdout=full))
    assert (ended.status, ended.sentence) == (1, "The output cannot be written (No space left on device): free some "
                                                 "space, or write to another place.")


def test_a_full_disk_is_told_and_leaves_no_half_file(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "03-01-02-01-01-01-01.wav").write_bytes(encode(voice(0.5), "wav"))
    ended = finish(start("clean", corpus, "--to", tmp_path / "clean", "--jobs", "1",
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))))
    assert (ended.status, ended.out) == (1, "")
    assert ended.sentence.startswith(f"The disk is full while writing {tmp_path / 'clean'}/03-01-02-01-01-01-01.wav: free")
    assert [child.name for child in (tmp_path / "clean").iterdir()] == ["manifest.json"]


@given(st.text())
def test_whatever_a_name_holds_is_printed_on_one_line(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert shown == text or not text.isprintable()
    assert len(shown) >= len(text)


@pytest.mark.parametrize(("words", "kept"), [
    ((), "corrections"), (("--host", "0.0.0.0"), None), (("--host", "0.0.0.0", "--corrections", "there"), "there"),
    (("--host", "127.0.0.2"), "corrections"), (("--allowed-host", "a.example"), None),
    (("--allowed-host", "a.example", "--corrections", "there"), "there")])
def test_corrections_are_kept_here_unless_others_are_let_in(
    words: tuple[str, ...], kept: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr("intone.web.serve", lambda *served, **_: asked.append(served[3].corrections))
    main(["serve", *words])
    assert asked == [None if kept is None else Path(kept)]


def test_the_module_imports_nothing_that_lies_in_the_current_folder(tmp_path: Path) -> None:
    """Python itself finds `intone` there first: that one name cannot be saved."""
    (tmp_path / "a.wav").write_bytes(encode(voice(1.0), "wav"))
    here = poisoned(tmp_path / "here")
    (here / "intone.py").unlink()
    ended = finish(start("predict", "../a.wav", "../a.wav", "../a.wav", cwd=here))
    assert (ended.status, ended.err) == (0, "")


def test_a_module_beside_intone_is_found() -> None:
    """Whoever stands in the folder that holds intone may call it there."""
    shown = finish(start("--version", cwd=Path(intone.__file__).parents[1], env={"PATH": os.environ["PATH"]}))
    assert (shown.status, shown.out) == (0, f"intone {intone.__version__}\n")


# Nothing that is printed changes the terminal.

ODD = "\x1b[31m\x07\x9b2J\u202e\r\tb"


def test_only_one_function_prints_what_others_have_named() -> None:
    """`show` and `say` escape; the formats for programs do so themselves."""
    package = Path(intone.__file__).parent
    printing = {path.relative_to(package).as_posix() for path in package.rglob("*.py")
                if re.search(r"\bprint\(|\bstd(out|err)\.write\(", path.read_text(encoding="utf-8"))}
    assert printing == {"cli/__init__.py", "cli/messages.py", "cli/answer_table.py", "cli/corpora.py", "cli/live_display.py", "web/server.py",
                        "recognition/formats.py"}


def test_show_escapes_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    show(f"a{ODD}", "b\nc")
    assert capsys.readouterr().out == "a\\x1b[31m\\x07\\x9b2J\\u202e\\r\\tb\nb\\nc\n"


@pytest.mark.parametrize("words", [
    ("predict", "{}.wav"), ("predict", "{}.wav", "--format", "csv"), ("predict", "{}.wav", "--format", "json"),
    ("predict", "no{}.wav"), ("batch", "{}.wav", "--to", "{}.csv"), ("corpus", "check", "folder={}"),
    ("clean", "folder={}", "--to", "clean{}"), ("plots", "{}.wav", "--to", "plots{}")], ids=" ".join)
def test_a_name_cannot_change_the_terminal(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / f"{ODD}.wav", tmp_path / ODD / "happy" / f"a{ODD}\nb.wav", tmp_path / ODD / "odd" / f"{ODD}.wav"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(voice(1.0), "wav"))
    shown = run(capsys, *(word.format(ODD) for word in words))
    assert "x1b[31m" in shown.out + shown.err or "u001b[31m" in shown.out
    assert all(one.isprintable() for one in (shown.out + shown.err).replace("\n", ""))


def test_the_page_is_told_its_hosts_and_who_may_read_what_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("intone.web.serve", lambda *served: asked.append(served[3]))
    main(["serve"])
    main(["serve", "--host", "0.0.0.0", "--allowed-host", "a.example", "--allowed-host", "b.example", "--metrics"])
    told = [(one.host, one.allowed_hosts, one.metrics) for one in asked]
    assert told == [("127.0.0.1", (), None), ("0.0.0.0", ("a.example", "b.example"), True)]
