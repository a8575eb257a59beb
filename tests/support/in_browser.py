"""What tests of the recognition in the browser share: a page that is ready, and what it asks for afterwards."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request, expect

from chromium import Visitor

RUN = """async ([name, argument]) => {
    const scripts = new URL(".", document.querySelector("script[type=module]").src);
    const load = (file) => import(new URL(`device/${file}.js`, scripts));
    const file = (bytes, name = "clip.wav") => new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], name);
    return (%s)(argument, { load, file });
}"""


def run(page: Page, function: str, argument: Any = None) -> Any:
    """What a function (argument, { load, file }) of JavaScript returns on a page.

    `load` imports a module of `scripts/device`, `file` makes a File of base64.
    """
    return page.evaluate(RUN % function, ["", argument])


def packed(recording: Path | bytes) -> str:
    """A recording as `file` takes it."""
    return base64.b64encode(recording if isinstance(recording, bytes) else recording.read_bytes()).decode()


def ready(visitor: Visitor, address: str, **options: Any) -> Page:
    """A page that has loaded all that it needs to answer."""
    page = visitor(address, **options)
    expect(page.locator("[data-where][data-ready]")).to_be_attached()
    return page


@contextmanager
def nothing_asked(page: Page) -> Iterator[list[str]]:
    """A guard: whatever the page and its workers ask a server for until the end of the block fails the test."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith(("blob:", "data:")):
            asked.append(f"{request.method} {request.url}")

    page.context.on("request", note)
    yield asked
    page.context.remove_listener("request", note)
    assert not asked, asked
