"""`intone completion`: the shell itself completes with the script that is printed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from command import run
from intone.cli.completion import script
from intone.labels import SCHEMES
from intone.recognition.formats import FORMATS

COMPLETE = r"""
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_intone 2> errors
printf '%s\n' "${COMPREPLY[@]}"
"""

bash = pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("completion") / "intone.bash"
    path.write_text(script("bash"))
    return path


def completed(printed: Path, folder: Path, *words: str) -> set[str]:
    """What bash offers for the last of some words, in a folder."""
    found = subprocess.run(["bash", "--norc", "-c", COMPLETE, "bash", printed, "intone", *words], cwd=folder,
                           capture_output=True, text=True, check=True)
    assert found.stderr == ""
    return set(found.stdout.splitlines()) - {""}


@bash
@pytest.mark.parametrize(("words", "offered"), [
    (["pre"], {"predict"}), (["co"], {"corpus", "completion"}), (["corpus", ""], {"check", "fetch"}),
    (["predict", "--cl"], {"--classes"}), (["predict", "x.wav", "--classes", ""], set(SCHEMES)),
    (["predict", "--sex", "m"], {"male"}), (["predict", "--format", ""], {"table", *FORMATS}),
    (["completion", ""], {"bash", "zsh", "fish"}), (["serve", "--no"], {"--no-open", "--no-device"}), (["nonsense", "--cl"], set())])
def test_bash_completes_commands_options_and_choices(words: list[str], offered: set[str], printed: Path, tmp_path: Path) -> None:
    assert completed(printed, tmp_path, *words) == offered


@bash
@pytest.mark.parametrize("before", [["predict"], ["predict", "a.wav"], ["predict", "--recognizer"], ["batch"],
                                    ["batch", "x", "--to"], ["predict", "a.wav", "--reference"]])
def test_bash_completes_recordings_whatever_their_names(before: list[str], printed: Path, tmp_path: Path) -> None:
    names = {"take one.wav", "take [2].wav", "take's.wav", "täke.wav", "take"}
    for name in names - {"take"}:
        (tmp_path / name).touch()
    (tmp_path / "take").mkdir()
    found = completed(printed, tmp_path, *before, "ta")
    assert found == names - {"täke.wav"} if before != ["batch"] else found in (names - {"täke.wav"}, set())


@bash
def test_bash_itself_calls_it_for_intone(printed: Path) -> None:
    found = subprocess.run(["bash", "--norc", "-c", 'source "$1"; complete -p intone', "bash", printed],
                           capture_output=True, text=True, check=True)
    assert found.stdout == "complete -F _intone intone\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "completion", shell)
    assert (shown.status, shown.err, shown.out.rstrip("\n")) == (0, "", script(shell).rstrip("\n"))
    for word in ("predict", "--same-speaker" if shell != "fish" else "same-speaker", "stress", "textgrid"):
        assert word in shown.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=shown.out, text=True, check=True)


@pytest.mark.parametrize("words", [["completion"], ["completion", "powershell"], ["completion", "bash", "zsh"]])
def test_another_shell_is_wrong_use(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    ended = run(capsys, *words)
    assert (ended.status, ended.out) == (2, "") and ended.sentence
