"""Where `intone serve` opens a browser: on a desktop, when the page is there, and nowhere else."""

import io
import json
import os
import pty
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intone.cli import browser
from intone.cli.browser import on_a_desktop, visited
from tiny_model import tiny_model

FAKE = """#!{python}
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=60) as page, open({seen!r}, "a") as seen:
    seen.write(f"{{page.status}} {{sys.argv[1]}}\\n")
"""
"""A browser that notes which page it was shown, and whether it was there."""

SERVE = """
import sys
from pathlib import Path
import intone.cli.browser as browser
browser.CONTAINERS = ()
from intone.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""The command, as it is outside of a container."""


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


class Desktop:
    """A desktop with a browser, on which commands are run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seen = folder, folder / "seen"
        self.model = tiny_model(folder / "tiny.onnx", {"male_sad": 1.0})
        fake = folder / "browser"
        fake.write_text(FAKE.format(python=sys.executable, seen=str(self.seen)))
        fake.chmod(0o755)
        elsewhere = {*browser.ELSEWHERE, *browser.DISPLAYS}
        self.environment = {name: value for name, value in os.environ.items() if name not in elsewhere} | {
            "BROWSER": f"{fake} %s", "DISPLAY": ":0"}

    def serve(self, *words: str, terminal: bool = False, **variables: str) -> str:
        """Serve the page until it was visited, by the browser or else by a request; what was said on the way."""
        ours, theirs = pty.openpty() if terminal else os.pipe()
        with subprocess.Popen(
            [sys.executable, "-c", SERVE, "serve", "--port", "0", "--recognizer", self.model, *words], cwd=self.folder,
            stdout=theirs, stderr=subprocess.PIPE, text=True, env=self.environment | variables,
        ) as process:
            os.close(theirs)
            said = b""
            while not said.endswith(b"\n"):
                part = os.read(ours, 1000)
                assert part, process.communicate()
                said += part
            if "--no-open" not in words and not variables and (terminal or "--open" in words):
                until(self.seen.exists)
                until(lambda: self.seen.read_text().endswith("\n"))
            process.terminate()
            _, complained = process.communicate(timeout=60)
        os.close(ours)
        assert process.returncode == 0
        return said.decode().split()[2] + complained

    @property
    def visits(self) -> list[str]:
        return self.seen.read_text().splitlines() if self.seen.exists() else []


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    yield Desktop(tmp_path)


@pytest.mark.parametrize("words", [["--open"], ["--open", "--processes", "2"]])
def test_the_page_is_there_when_the_browser_is_opened_once(words: list[str], desktop: Desktop) -> None:
    where = desktop.serve(*words)
    assert desktop.visits == [f"200 {where}"]


def test_on_a_desktop_it_opens_by_itself(desktop: Desktop) -> None:
    where = desktop.serve(terminal=True)
    assert desktop.visits == [f"200 {where}"]


@pytest.mark.parametrize(("terminal", "words", "variables"), [
    (True, ["--no-open"], {}), (False, [], {}), (True, [], {"CI": "true"}), (True, [], {"SSH_CONNECTION": "1.2.3.4 5 6 7"}),
    (True, [], {"DISPLAY": ""}), (True, [], {"container": "podman"})])
def test_elsewhere_it_does_not(terminal: bool, words: list[str], variables: dict[str, str], desktop: Desktop) -> None:
    assert desktop.serve(*words, terminal=terminal, **variables).startswith("http://127.0.0.1:")
    assert desktop.visits == []


def test_a_page_for_the_network_is_visited_from_here(desktop: Desktop) -> None:
    where = desktop.serve("--open", "--host", "0.0.0.0")
    assert where.startswith("http://0.0.0.0:")
    assert desktop.visits == [f"200 {where.replace('0.0.0.0', '127.0.0.1')}"]
    assert visited("http://[::]:80") == "http://[::1]:80" and visited("http://[::1]:80") == "http://[::1]:80"


def test_without_a_browser_the_page_is_served_and_a_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda where: False)
    browser.announce_and_open("http://127.0.0.1:8000")
    for thread in threading.enumerate():
        if thread.name == "intone-browser":
            thread.join()
    shown = capsys.readouterr()
    assert shown.out == "Serving on http://127.0.0.1:8000 (Ctrl+C ends it)\n"
    assert shown.err == "intone: No browser could be opened: open http://127.0.0.1:8000 in one.\n"


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("environment", "platform", "expected"), [
    ({"DISPLAY": ":0"}, "linux", True), ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True), ({}, "linux", False),
    ({}, "darwin", True), ({}, "win32", True), *(({"DISPLAY": ":0", name: "1"}, platform, False)
                                                 for name in browser.ELSEWHERE for platform in ("linux", "darwin"))],
    ids=json.dumps)
def test_what_a_desktop_is(
    environment: dict[str, str], platform: str, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "CONTAINERS", (tmp_path / ".dockerenv",))
    monkeypatch.setattr("sys.stdout", Screen())
    assert on_a_desktop(environment, platform) == expected
    (tmp_path / ".dockerenv").touch()
    assert not on_a_desktop(environment, platform)
    (tmp_path / ".dockerenv").unlink()
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert not on_a_desktop(environment, platform)
    monkeypatch.setattr("sys.stdout", None)
    assert not on_a_desktop(environment, platform)
