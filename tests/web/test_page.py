"""The page in a real Chromium: with the bundled recognizer on real clips, with a stand-in where only the page counts."""

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from chromium import DESKTOP, HOSTNAME, NARROW, PHONE, Visitor, ask, choose, plays, too_wide, until, verdict
from intone import Recognizer
from intone.language import texts
from intone.web import WebSettings, create_app
from intone.web.server import in_background
from web_server import StandIn, silence, tone, wav

pytestmark = pytest.mark.browser


def expected(recognizer: Recognizer, clip: Path) -> str:
    answer, english = recognizer.predict(clip), texts("en")
    return (f"{english.word(answer.label).capitalize()} {english(f'answer.valence.{answer.valence}')} "
            f"{english.percent(answer.shares[answer.label])}")


# With the bundled recognizer


def test_a_recording_is_answered(visitor: Visitor, real: str, recognizer: Recognizer, clip: Path) -> None:
    page = visitor(real)
    ask(page, clip)
    expect(page.locator(".answer")).to_be_visible()
    assert verdict(page) == expected(recognizer, clip)
    assert recognizer.predict(clip).label in page.locator("#status").inner_text()
    page.wait_for_selector(".waveform [part~=region]", state="attached")
    played = plays(page)
    page.click("[data-do=play]")  # from its beginning to its end
    until(page, played)


def test_silence_is_answered_with_a_sentence(visitor: Visitor, real: str) -> None:
    page = visitor(real)
    ask(page, wav(silence(3)))
    expect(page.get_by_role("alert")).to_have_text(re.compile(r"^\s*\S.*\.\s*$"))
    expect(page.locator(".answer")).to_have_count(0)


def test_two_visitors_at_once_each_see_their_own_answer(
    visitor: Visitor, real: str, recognizer: Recognizer, ravdess_dir: Path
) -> None:
    clips = [ravdess_dir / name for name in ("Actor_01/03-01-05-02-01-01-01.wav", "Actor_02/03-01-02-01-02-01-02.wav")]
    pages = [visitor(real) for _ in clips]
    for page, clip in zip(pages, clips, strict=True):
        choose(page, clip)
    for page in pages:
        page.click(".send", no_wait_after=True)
    seen = []
    for page, clip in zip(pages, clips, strict=True):
        expect(page.locator(".answer")).to_be_visible()
        assert verdict(page) == expected(recognizer, clip)
        expect(page.locator(".source")).to_contain_text(texts("en").clock(recognizer.predict(clip).duration_s))
        seen.append(page.locator(".shares").all_text_contents())
    assert seen[0] != seen[1]


def test_it_works_without_javascript(visitor: Visitor, real: str, recognizer: Recognizer, clip: Path) -> None:
    page = visitor(real, java_script_enabled=False)
    ask(page, clip)
    page.wait_for_selector(".answer")
    assert verdict(page) == expected(recognizer, clip)


# The page itself


def test_without_javascript_the_form_is_taken_over_plain_http(visitor: Visitor, stand_in: str) -> None:
    """A browser sends no Sec-Fetch-Site to such an address, so that the Origin has to be right."""
    page = visitor(stand_in.replace("127.0.0.1", HOSTNAME), java_script_enabled=False)
    ask(page, wav(tone("sad")))
    page.wait_for_selector(".answer, .alert")
    assert verdict(page) == "Sad negative 70%"
    assert page.locator(".shares:visible tbody tr").count() == 8
    page.check("[name=view][value='2']")
    assert verdict(page) == "Negative 79%"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, NARROW, DESKTOP], ids=["phone", "narrow", "desktop"])
def test_the_answer_is_visible_without_scrolling(
    visitor: Visitor, stand_in: str, size: tuple[int, int], scheme: str
) -> None:
    page = visitor(stand_in, size, color_scheme=scheme)
    assert too_wide(page) == []
    ask(page, wav(tone("disgust", 5)))
    expect(page.locator(".answer")).to_be_visible()
    assert too_wide(page) == []
    assert page.evaluate("scrollY") == 0
    expect(page.locator(".verdict:visible")).to_be_in_viewport(ratio=1)
    assert verdict(page) == "Disgusted negative 70%"
    assert too_wide(page) == []


def test_everything_can_be_done_with_the_keyboard(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    choose(page, wav(tone("happy")))
    focused = """(() => { const one = document.activeElement;
        return one.dataset.record ?? one.dataset.example?.split("/").pop() ?? (one.id || one.name || one.textContent.trim()); })()"""
    order = []
    for _ in range(7):
        page.keyboard.press("Tab")
        order.append(page.evaluate(focused))
    assert order == ["intone", "start", "file", "Analyse", "example-1.webm", "example-2.webm", "More choices: speaker, channels"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_be_visible()
    expect(page.locator(".facts")).to_contain_text("The voice was said to be female.")
    assert page.evaluate(focused) == "answer-title"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "How sure is that?"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    assert verdict(page) == "Not stressed 83%"


def test_a_dropped_file_is_the_recording(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    page.evaluate("""bytes => {
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(bytes)], "dropped.wav"));
        document.querySelector("h1").dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true,
          cancelable: true}));
    }""", list(wav(tone("calm", 0.6))))
    page.click(".send")
    expect(page.locator(".answer")).to_be_visible()
    assert verdict(page) == "Calm positive 70%"


def test_a_failure_takes_the_place_of_the_last_answer(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in, PHONE)
    ask(page, wav(tone("sad")))
    expect(page.locator(".answer")).to_be_visible()
    ask(page, b"\x89PNG no sound")
    expect(page.get_by_role("alert")).to_contain_text("not a recording that can be decoded")
    expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
    expect(page.locator(".answer")).to_have_count(0)
    ask(page, wav(tone("happy")))
    expect(page.locator(".answer")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_file_that_is_too_large_is_not_even_sent(visitor: Visitor) -> None:
    recognizer = StandIn()
    with in_background(create_app(recognizer, WebSettings(max_bytes=10_000))) as address:
        page = visitor(address)
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        ask(page, wav(tone("sad")))
        expect(page.get_by_role("alert")).to_contain_text("The file is larger than 0.01 MB")
    assert "POST" not in sent
    assert recognizer.asked == 0


def test_a_server_that_is_gone_is_said(visitor: Visitor, app: Flask) -> None:
    with in_background(app) as address:
        page = visitor(address)
    ask(page, wav(tone("sad")))
    expect(page.get_by_role("alert")).to_contain_text("The server did not answer")
    expect(page.locator(".waiting")).to_have_count(0)


@pytest.fixture
def app() -> Flask:
    return create_app(StandIn())


@pytest.mark.parametrize(("wish", "animation"), [("reduce", "none"), ("no-preference", "to-and-fro")])
def test_waiting_is_still_for_who_wants_less_motion(visitor: Visitor, stand_in: str, wish: str, animation: str) -> None:
    page = visitor(stand_in, reduced_motion=wish)
    page.evaluate("document.getElementById('answer').append(document.getElementById('waiting').content.cloneNode(true))")
    assert page.evaluate("getComputedStyle(document.querySelector('.pulse'), '::before').animationName") == animation
