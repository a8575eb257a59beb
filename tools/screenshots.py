"""Photograph every state of the page: `python tools/screenshots.py CLIP... [--recognizer PATH] [--out DIR]`.

Serves the page with a recognizer, uses it in Chromium, whose microphone plays the first clip, and writes
STATE-SCREEN-SCHEME.png into docs/images/page: every state on a phone and on a desktop, in light and dark. The clips one
after the other are the longer recording.
"""

import argparse
import itertools
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import soundfile
from playwright.sync_api import Browser, Page, sync_playwright

import intone
from intone.audio import RATE, read_mono
from intone.web import WebSettings, create_app
from intone.web.server import in_background

if TYPE_CHECKING:
    from intone.recognition.recognizer import Recognizer

SCREENS = {"phone": (390, 844), "desktop": (1280, 800)}
SCHEMES = ("light", "dark")
CHROMIUM = "/usr/bin/chromium"


class Files(NamedTuple):
    """The recordings that are sent."""

    clip: Path
    longer: Path
    silence: Path


def _send(page: Page, *recordings: Path) -> None:
    page.set_input_files("#file", list(recordings))
    page.click(".send")


def _answered(page: Page, *recordings: Path) -> None:
    _send(page, *recordings)
    page.wait_for_selector(".answer")
    page.wait_for_timeout(400)


def start(page: Page, _: Files) -> None:
    """The page as it opens."""
    page.wait_for_selector("form")


def recording(page: Page, _: Files) -> None:
    """While it records."""
    page.click("[data-record=start]")
    page.wait_for_timeout(1500)


def ready(page: Page, files: Files) -> None:
    """After recording."""
    recording(page, files)
    page.click("[data-record=stop]")
    page.wait_for_selector(".taken")


def chosen(page: Page, files: Files) -> None:
    """A file is chosen."""
    page.set_input_files("#file", files.clip)


def answer(page: Page, files: Files) -> None:
    """The answer for a clip."""
    _answered(page, files.clip)


def why(page: Page, files: Files) -> None:
    """What decides a segment."""
    _answered(page, files.clip)
    page.click("[data-explain]")
    page.wait_for_selector(".evidence")
    page.wait_for_timeout(400)
    page.locator(".why").scroll_into_view_if_needed()


def timeline(page: Page, files: Files) -> None:
    """A longer recording in its segments."""
    _answered(page, files.longer)
    page.locator("[data-timeline]").scroll_into_view_if_needed()
    page.focus(".sound")
    page.keyboard.press("ArrowRight")


def stress(page: Page, files: Files) -> None:
    """How much of a recording sounds stressed."""
    _answered(page, files.longer)
    page.check("[name=view][value='stress']")


def several(page: Page, files: Files) -> None:
    """Several recordings."""
    _send(page, files.clip, files.longer)
    page.wait_for_selector("[data-afterwards]")
    page.wait_for_timeout(400)


def pair(page: Page, files: Files) -> None:
    """Two recordings side by side."""
    several(page, files)
    for tick in page.locator(".rows .tick input").all():
        tick.check()
    page.click("[data-compare]")
    page.locator("[data-pair]").scroll_into_view_if_needed()


def diary(page: Page, files: Files) -> None:
    """The diary of some weeks."""
    _answered(page, files.clip)
    page.click(".diary > summary")
    page.click("[data-do=on]")
    page.set_input_files("[data-import]", {"name": "diary.json", "mimeType": "application/json", "buffer": _diary()})
    page.locator(".diary tbody tr").nth(9).wait_for()
    page.locator(".diary").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.diary').scrollIntoView()")


def _diary() -> bytes:
    """Ten made-up entries, as a file of the diary."""
    days = (("sad", -0.6, "likely"), ("neutral", -0.1, "clear"), ("sad", -0.7, "clear"), ("angry", -0.8, "likely"),
            ("neutral", 0.1, "unclear"), ("calm", 0.5, "likely"), ("neutral", 0.0, "clear"), ("happy", 0.6, "unclear"),
            ("calm", 0.7, "clear"), ("happy", 0.8, "likely"))
    notes = {0: "slept badly", 3: "after the phone call", 9: "holidays"}
    return json.dumps({"entries": [
        {"id": str(i), "at": f"2026-03-{2 * i + 3:02d}T18:30:00+01:00", "label": label, "valence": valence,
         "confidence": confidence, "voice": True, "duration_s": 9.5, "file": "recording.webm", "note": notes.get(i, "")}
        for i, (label, valence, confidence) in enumerate(days)]}).encode()


def refused(page: Page, files: Files) -> None:
    """The alert about silence."""
    _send(page, files.silence)
    page.wait_for_selector("[role=alert]")


STATES: tuple[Callable[..., None], ...] = (start, recording, ready, chosen, answer, why, timeline, stress, several,
                                           pair, diary, refused)


def photograph(recognizer: "Recognizer", clips: Sequence[Path], folder: Path) -> list[Path]:
    """Write a picture of every state into a folder; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        files = _recordings(clips, Path(temporary))
        with in_background(create_app(recognizer, WebSettings(corrections=Path(temporary)))) as address, \
                sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[
                "--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-audio-capture={files[0]}"])
            pictures = []
            for state, screen, scheme in itertools.product(STATES, SCREENS, SCHEMES):
                pictures.append(folder / f"{state.__name__}-{screen}-{scheme}.png")
                pictures[-1].write_bytes(picture(browser, address, state, files, screen, scheme))
            browser.close()
    return pictures


def _recordings(clips: Sequence[Path], folder: Path) -> Files:
    """The first clip, all clips with pauses of half a second between them, and silence."""
    signals, pause = [read_mono(clip) for clip in clips], np.zeros(RATE // 2, np.float32)
    files = Files(folder / "clip.wav", folder / "longer.wav", folder / "silence.wav")
    longer = np.concatenate([part for signal in signals for part in (signal, pause)])
    for path, samples in zip(files, (signals[0], longer, np.zeros(2 * RATE, np.float32)), strict=True):
        soundfile.write(path, samples, RATE)
    return files


def picture(
    browser: Browser, address: str, state: Callable[..., None], files: Files, screen: str, scheme: str
) -> bytes:
    """What is visible of a state on one kind of screen, as PNG."""
    width, height = SCREENS[screen]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme,
                                  reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    state(page, files)
    seen = page.screenshot()
    context.close()
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description="Photograph every state of the page.")
    parser.add_argument("clips", type=Path, nargs="+", help="recordings of a speaker")
    parser.add_argument("--recognizer", type=Path, help="another recognizer than the bundled one")
    parser.add_argument("--out", type=Path, default=Path("docs/images/page"), help="folder of the pictures")
    options = parser.parse_args()
    recognizer = intone.load(options.recognizer) if options.recognizer else intone.load()
    for path in photograph(recognizer, options.clips, options.out):
        print(path)


if __name__ == "__main__":
    main()
