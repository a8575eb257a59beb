"""Photograph the page as it answers: `python tools/screenshots.py CLIP [--recognizer PATH] [--out docs/images]`.

Serves the page with a recognizer, sends it the clip in Chromium, and writes page-phone-light.png, page-phone-dark.png,
page-desktop-light.png and page-desktop-dark.png.
"""

import argparse
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, sync_playwright

import intone
from intone.web import create_app
from intone.web.server import in_background

if TYPE_CHECKING:
    from intone.recognizer import Recognizer

SCREENS = {
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2},
    "desktop": {"viewport": {"width": 1280, "height": 800}, "device_scale_factor": 1},
}
SCHEMES = ("light", "dark")
CHROMIUM = "/usr/bin/chromium"


def photograph(recognizer: "Recognizer", clip: Path, folder: Path) -> list[Path]:
    """Write the four pictures of the answer about a clip into a folder; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    with in_background(create_app(recognizer)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        pictures = []
        for screen, scheme in itertools.product(SCREENS, SCHEMES):
            pictures.append(folder / f"page-{screen}-{scheme}.png")
            pictures[-1].write_bytes(picture(browser, address, clip, screen, scheme))
        browser.close()
    return pictures


def picture(browser: Browser, address: str, clip: Path, screen: str, scheme: str) -> bytes:
    """What is visible without scrolling after the clip was sent on one kind of screen, as PNG."""
    context = browser.new_context(**SCREENS[screen], color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    page.set_input_files("#recording", clip)
    page.click("button[type=submit]")
    page.wait_for_selector(".answer audio")
    page.wait_for_function("document.querySelector('.answer audio').readyState > 0")
    seen = page.screenshot()
    context.close()
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description="Photograph the page as it answers.")
    parser.add_argument("clip", type=Path, help="a recording of a voice")
    parser.add_argument("--recognizer", type=Path, help="another recognizer than the bundled one")
    parser.add_argument("--out", type=Path, default=Path("docs/images"), help="folder of the pictures")
    options = parser.parse_args()
    recognizer = intone.load(options.recognizer) if options.recognizer else intone.load()
    for path in photograph(recognizer, options.clip, options.out):
        print(path)


if __name__ == "__main__":
    main()
