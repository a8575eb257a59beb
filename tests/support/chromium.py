"""A real Chromium for tests of the page.

Every visitor notes what the page asks for and what it complains about: a request to another host or a complaint of the
browser (a script error, a breach of the content security policy) fails the test.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

import intone
from intone import Recognizer
from intone.web import WebSettings, create_app
from intone.web.server import in_background
from web_server import StandIn

Seen = TypeVar("Seen")

CHROMIUM = Path("/usr/bin/chromium")
HOSTNAME = "intone.test"
"""A name of this computer that no browser trusts as it trusts 127.0.0.1."""

PATIENCE_S = 120
"""A state that the page does not reach in this time is a fault. No test waits for a time instead of a state."""

expect.set_options(timeout=1000 * PATIENCE_S)

EXPECTED = ("Failed to load resource", "sha256-gXnHDepVZ6KF6fKGOD+GVc9BynM50JQqht95p3HpemI=")
"""Complaints that are none: of answers with an error's status, and of a style that axe-core itself puts into the page."""

PHONE, NARROW, DESKTOP = (390, 844), (320, 640), (1280, 800)
Visitor = Callable[..., Page]


@contextmanager
def launched(playwright: Playwright, *arguments: str) -> Iterator[Browser]:
    """A browser with more arguments."""
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, timeout=1000 * PATIENCE_S, args=[
        "--no-sandbox", f"--host-resolver-rules=MAP {HOSTNAME} 127.0.0.1", *arguments])
    yield chromium
    chromium.close()


class Contexts:
    """The contexts of a browser, lent to one visitor after the other: a new one for each is half the time of a test.

    An empty page stays open in each: a context without any gives up its window and its caches, and the next page then
    takes twice the time.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: dict[str, list[BrowserContext]] = {}
        self._known: dict[BrowserContext, set[str]] = {}
        self._empty: dict[BrowserContext, Page] = {}

    def lend(self, **options: Any) -> tuple[BrowserContext, Page]:
        """A context in which nobody has been, as far as a page can tell, and a page of it."""
        key = repr(sorted(options.items()))
        idle = self._idle.setdefault(key, [])
        context = idle.pop() if idle else self._browser.new_context(**options)
        context.set_default_timeout(1000 * PATIENCE_S)
        if context not in self._empty:
            self._empty[context] = context.new_page()
        page, known = context.new_page(), self._known.setdefault(context, set())
        if known:
            session = context.new_cdp_session(page)
            for origin in known:
                session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
            session.detach()
            known.clear()
        page.on("framenavigated", lambda frame: known.update(re.findall(r"^https?://[^/]+", frame.url)))
        return context, page

    def take_back(self, context: BrowserContext, **options: Any) -> None:
        """End a visit."""
        for page in context.pages:
            if page != self._empty[context]:
                page.close()
        context.set_offline(False)
        context.clear_permissions()
        context.clear_cookies()
        self._idle[repr(sorted(options.items()))].append(context)


@contextmanager
def visiting(contexts: Contexts) -> Iterator[Visitor]:
    """visitor(address, size, prepare, **context options) opens a page as another visitor; `prepare` gets it before."""
    complaints: list[str] = []
    lent = []

    def visit(address: str, size: tuple[int, int] = DESKTOP, prepare: Callable[[Page], object] = lambda page: None,
              **options: Any) -> Page:
        context, page = contexts.lend(**options)
        lent.append((context, options))
        page.set_viewport_size({"width": size[0], "height": size[1]})
        place = urlsplit(address)
        own = re.compile(rf"blob:{place.scheme}://{place.netloc}/|{re.escape(address.rstrip('/'))}/")
        page.on("request", lambda request: own.match(request.url) or complaints.append(f"asks {request.url}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: any(known in message.text for known in EXPECTED) or message.type not in (
            "error", "warning") or complaints.append(message.text))
        prepare(page)
        page.goto(address)
        return page

    yield visit
    for context, options in lent:
        contexts.take_back(context, **options)
    assert complaints == [], complaints


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if not CHROMIUM.exists():
        pytest.skip(f"Chromium is not at {CHROMIUM}")
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright) as chromium:
        yield chromium


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Contexts:
    return Contexts(browser)


@pytest.fixture
def visitor(contexts: Contexts) -> Iterator[Visitor]:
    with visiting(contexts) as visit:
        yield visit


@pytest.fixture(scope="module")
def still(contexts: Contexts, stand_in: str) -> Iterator[Page]:
    """A page with the stand-in for many examples, which change nothing on it."""
    with visiting(contexts) as visit:
        yield visit(stand_in)


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    return intone.load()


@pytest.fixture(scope="session")
def real(recognizer: Recognizer) -> Iterator[str]:
    """Address of a page with the bundled recognizer, which analyses on the server."""
    with in_background(create_app(recognizer, WebSettings(device=False))) as address:
        yield address


@pytest.fixture(scope="session")
def on_device(recognizer: Recognizer) -> Iterator[str]:
    """Address of the same page, which analyses on the device of the visitor."""
    with in_background(create_app(recognizer)) as address:
        yield address


@pytest.fixture(scope="session")
def stand_in() -> Iterator[str]:
    """Address of a page with the stand-in."""
    with in_background(create_app(StandIn(), WebSettings(allowed_hosts=(HOSTNAME,)))) as address:
        yield address


def choose(page: Page, *recordings: Path | bytes) -> None:
    page.set_input_files("#file", [one if isinstance(one, Path) else {
        "name": f"clip{i}.wav", "mimeType": "audio/wav", "buffer": one} for i, one in enumerate(recordings)])


def until(page: Page, seen: Callable[[], Seen]) -> Seen:
    """What is seen on the page, as soon as it is there, however busy the machine is."""
    end = time.monotonic() + PATIENCE_S
    while not (found := seen()):
        assert time.monotonic() < end
        page.wait_for_timeout(50)
    return found


def noted(page: Page, selector: str, name: str = "textContent") -> Callable[[], list[Any]]:
    """Gives all values that a property of an element has had since now: a busy test looks too late for the short ones."""
    page.locator(selector).evaluate("""(one, [selector, name]) => {
        const values = ((window.noted ??= {})[selector] = [one[name]]);
        new MutationObserver(() => values.push(one[name])).observe(one,
            { attributes: true, characterData: true, childList: true, subtree: true });
    }""", [selector, name])
    return lambda: page.evaluate("selector => noted[selector]", selector)


def plays(page: Page) -> Callable[[], bool]:
    """Gives whether the recording has been played and has stopped since now, by the words of its button."""
    words = noted(page, "[data-do=play]")
    return lambda: "Pause" in (seen := words()) and seen[-1] == "Play"


def ask(page: Page, *recordings: Path | bytes) -> None:
    choose(page, *recordings)
    page.click(".send")


def verdict(page: Page) -> str:
    """The answer in the classes that are shown, as the page says it, on one line."""
    shown = page.locator(".verdict:visible")
    expect(shown).to_have_count(1)  # the others are hidden by a style sheet that may still be on its way
    return re.sub(r"\s*\n\s*", " ", shown.inner_text())


def too_wide(page: Page) -> list[str]:
    """What is wider than the window, or than the box that it is in; closed details have sizes of before they closed."""
    found: list[str] = page.evaluate("""() => [document.documentElement, ...document.querySelectorAll('.card, .options')]
        .filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
        .map(box => `${box.tagName}.${box.className}: ${box.scrollWidth} > ${box.clientWidth}`)""")
    return found


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
