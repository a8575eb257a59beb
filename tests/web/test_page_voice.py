"""The visitor's normal voice, and several recordings of one person, in a real Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chromium import PHONE, Visitor, ask, choose, verdict, violations
from intone.recognition.recognizer import load
from intone.web import create_app
from intone.web.server import in_background
from sounds import voice
from tiny_model import tiny_adaptable
from web_server import silence, wav

pytestmark = pytest.mark.browser

MAN, SAME = wav(0.5 * voice(2, 110, 1)), wav(0.5 * voice(2, 112, 5))


@pytest.fixture(scope="module")
def adaptable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a page whose recognizer can be adapted to a speaker."""
    path: Path = tiny_adaptable(tmp_path_factory.mktemp("tiny") / "tiny.onnx")
    with in_background(create_app(load(path))) as address:
        yield address


def open_voice(page: Page) -> None:
    page.click(".more > summary")
    page.click(".voice > summary")


def keep(page: Page, recording: bytes) -> None:
    page.set_input_files("[data-voice] input", {"name": "me.wav", "mimeType": "audio/wav", "buffer": recording})
    page.click("[data-keep]")


def test_answers_are_compared_with_the_normal_voice_until_it_is_deleted(visitor: Visitor, adaptable: str) -> None:
    page = visitor(adaptable, PHONE)
    expect(page.locator("[data-keep]")).to_be_hidden()
    open_voice(page)
    said = page.locator(".voice > .field > .said")
    page.click("[data-keep]")
    expect(said).to_have_text("Record the sentence first, or choose a file.")
    keep(page, wav(silence(2)))
    expect(said).to_contain_text("The recording is silent")
    keep(page, MAN)
    expect(said).to_contain_text("Your normal voice is known")
    assert violations(page) == []
    page.reload()
    ask(page, MAN)
    verdict(page)
    expect(page.locator(".answer .hint:visible", has_text="Compared with your normal voice.")).to_have_count(1)
    assert violations(page) == []
    open_voice(page)
    page.click("[data-delete]")
    expect(said).to_contain_text("Deleted")
    assert page.evaluate("localStorage.length") == 0
    ask(page, MAN)
    expect(page.locator(".answer")).to_be_visible()
    expect(page.locator(".answer", has_text="Compared with")).to_have_count(0)


def test_recordings_of_one_person_are_compared_where_the_visitor_says_so(visitor: Visitor, adaptable: str) -> None:
    page = visitor(adaptable)
    choose(page, MAN)
    expect(page.locator(".together")).to_be_hidden()
    choose(page, MAN, SAME)
    page.check(".together input")
    page.click(".send")
    for number in (0, 1):
        page.locator(".rows .file button").nth(number).click()
        expect(page.locator(".answer .hint:visible", has_text="Compared with the other recordings")).to_have_count(1)
    choose(page, MAN, wav(silence(2)))
    page.click(".send")
    expect(page.get_by_role("alert")).to_contain_text("nothing to be compared with")
    expect(page.locator(".rows tbody tr")).to_have_count(2)


def test_without_javascript_neither_is_offered(visitor: Visitor, adaptable: str) -> None:
    page = visitor(adaptable, java_script_enabled=False)
    expect(page.locator(".voice")).to_be_hidden()
    expect(page.locator(".together")).to_be_hidden()
    ask(page, MAN)
    expect(page.locator(".answer")).to_be_visible()
