"""A microphone for tests of the page in a real Chromium: it plays a file."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import Page, Playwright

from chromium import Contexts, Visitor, launched, noted, until, visiting
from intone.audio import RATE, Signal

Microphone = Callable[..., object]


@pytest.fixture(scope="session")
def microphone(playwright: Playwright) -> Iterator[Microphone]:
    """with microphone(file) as visitor: ... the visitors' microphone plays the file again and again.

    The browser stays for whoever wants the same sound next: to start it takes as long as a test.
    """
    with ExitStack() as stack:
        known: dict[tuple[bytes, tuple[str, ...]], Contexts] = {}

        @contextmanager
        def playing(sound: Path | str, *more: str) -> Iterator[Visitor]:
            path, _, once = str(sound).partition("%")
            key = (Path(path).read_bytes(), more)
            if once or key not in known:
                stack.close()
                known.clear()
                known[key] = Contexts(stack.enter_context(launched(
                    playwright, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                    f"--use-file-for-fake-audio-capture={sound}", *more)))
            with visiting(known[key]) as visit:
                yield visit
            if once:
                known.clear()

        yield playing


def begin(page: Page, seconds: float) -> Callable[[], list[str]]:
    """Record until the page has said ten different times for each of these seconds; gives all that it has said."""
    said = noted(page, ".recorder .time")
    page.click("[data-record=start]")
    until(page, lambda: len(set(said())) > 10 * seconds)
    return said


def record(page: Page, seconds: float) -> None:
    begin(page, seconds)
    page.click("[data-record=stop]")
    page.wait_for_selector(".recorder audio:visible")


def written(path: Path, signal: Signal) -> Path:
    soundfile.write(path, signal, RATE, subtype="PCM_16")
    return path
