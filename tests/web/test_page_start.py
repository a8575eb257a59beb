"""The page as it opens, in a real Chromium: what to do first, the examples, the footer."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from chromium import DESKTOP, NARROW, PHONE, Visitor, choose, verdict, violations
from intone import Recognizer
from intone.web import WebSettings, create_app
from intone.web.server import in_background
from microphone import Microphone, begin, written
from sounds import voice
from web_server import StandIn, tone, wav

pytestmark = pytest.mark.browser

STATIC = Path(create_app.__code__.co_filename).parent / "static"
EXAMPLES = STATIC / "examples"
SMALL = (360, 640)
SHOWN: dict[str, Callable[[Page], list[Locator]]] = {
    "start": lambda page: [page.locator("[data-record=start]"), page.get_by_text("Speak for 5 to 15 seconds"),
                           page.locator("#file"), *page.locator("[data-example]").all()],
    "recording": lambda page: [page.locator(f"[data-record={name}]") for name in ("stop", "pause")] + [
        page.locator(".time"), page.locator("meter")],
    "ready": lambda page: [page.locator(".send"), page.locator("[data-record=discard]"), page.locator("audio")],
    "discarded": lambda page: [page.locator(f"[data-record={name}]") for name in ("start", "undo")] + [page.locator("#file")],
    "chosen": lambda page: [page.locator(".send"), page.locator("#file"), page.locator("[data-record=start]")],
}
"""What a person needs in each state."""


@pytest.mark.parametrize("size", [SMALL, PHONE, DESKTOP], ids=["small", "phone", "desktop"])
def test_what_is_needed_is_visible_without_scrolling(
    microphone: Microphone, stand_in: str, tmp_path: Path, size: tuple[int, int]
) -> None:
    with microphone(written(tmp_path / "voice.wav", voice(3.0))) as visitor:
        page = visitor(stand_in, size)
        steps = {"start": lambda: None, "recording": lambda: begin(page, 0.2),
                 "ready": lambda: page.click("[data-record=stop]"),
                 "discarded": lambda: page.click("[data-record=discard]"),
                 "chosen": lambda: choose(page, wav(tone("sad")))}
        for state, step in steps.items():
            step()
            for one in SHOWN[state](page):
                expect(one).to_be_in_viewport(ratio=1)
            assert page.evaluate("[scrollY, document.documentElement.scrollWidth <= innerWidth]") == [0, True], state
            assert violations(page) == [], state


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_nothing_that_cannot_work_yet_looks_like_a_button(visitor: Visitor, stand_in: str, script: bool) -> None:
    page = visitor(stand_in, java_script_enabled=script)
    expect(page.locator(".send")).to_be_hidden()
    expect(page.locator("[data-record=start]")).to_be_visible(visible=script)
    expect(page.locator("[data-example]").first).to_be_visible(visible=script)
    choose(page, wav(tone("sad")))
    expect(page.locator(".send")).to_be_visible()


def test_the_first_thing_to_do_is_the_largest(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in, PHONE)
    areas = page.eval_on_selector_all("main button", """all => Object.fromEntries(all.filter(one => one.checkVisibility())
        .map(one => [one.textContent.trim(), one.offsetWidth * one.offsetHeight]))""")
    assert max(areas, key=areas.get) == "Record"
    assert areas.pop("Record") > 2 * max(areas.values())


def test_one_act_has_one_word(visitor: Visitor, stand_in: str) -> None:
    said = visitor(stand_in).locator("body").inner_text()
    assert not {"send", "upload", "submit", "process"} & set(said.lower().replace(".", "").split())


# Examples


@pytest.mark.parametrize(("number", "emotion", "sex"), [(1, "angry", "male"), (2, "happy", "female")])
def test_an_example_is_recognised(recognizer: Recognizer, number: int, emotion: str, sex: str) -> None:
    answer = recognizer.predict(EXAMPLES / f"example-{number}.webm", classes=8)
    assert (answer.label, answer.confident, answer.sex) == (emotion, True, sex)


def test_the_examples_are_small_and_come_with_their_source(visitor: Visitor, stand_in: str) -> None:
    assert 0 < sum(file.stat().st_size for file in EXAMPLES.glob("*.webm")) < 40_000
    note = (EXAMPLES / "README.md").read_text("utf-8")
    assert "CREMA-D" in note and "Open Database License 1.0" in note
    expect(visitor(stand_in).locator(".examples")).to_contain_text("CREMA-D (Cao et al. 2014), ODbL 1.0")


def test_one_click_on_an_example_analyses_it(visitor: Visitor, real: str, recognizer: Recognizer) -> None:
    page = visitor(real)
    page.locator("[data-example]").first.click()
    expect(page.locator(".answer")).to_be_visible()
    assert page.eval_on_selector("#file", "one => one.files[0].name") == "example-1.webm"
    assert verdict(page).startswith(recognizer.predict(EXAMPLES / "example-1.webm").label.capitalize())


def test_an_example_is_not_compared_with_the_voice_of_the_visitor(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    page.evaluate("localStorage.setItem('intone.reference', '{}')")
    page.reload()
    page.evaluate("""() => { const ask = window.fetch;
        window.sent = [];
        window.fetch = (to, options = {}) => (options.body && sent.push([...options.body.keys()]), ask(to, options)); }""")
    page.locator("[data-example]").nth(1).click()
    expect(page.locator(".answer")).to_be_visible()
    assert [sorted(one) for one in page.evaluate("sent")] == [["channel", "file", "sex", "speakers", "track"]]


def test_an_example_that_does_not_come_is_said(visitor: Visitor) -> None:
    with in_background(create_app(StandIn())) as address:
        page = visitor(address)
    page.locator("[data-example]").first.click()
    expect(page.get_by_role("alert")).to_contain_text("The server did not answer")


# More choices, the footer, and the page as a whole


def test_more_choices_are_one_click_away(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in, PHONE)
    expect(page.locator("[name=sex]").first).to_be_hidden()
    page.click(".more > summary")
    expect(page.get_by_label("Female")).to_be_visible()
    expect(page.locator(".voice > summary")).to_be_visible()
    assert violations(page) == []


def test_the_footer_says_what_a_visitor_should_know(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    footer = page.get_by_role("contentinfo")
    for sentence in ("forgotten after the answer", "It is no diagnosis", "learned from actors", "Apache 2.0",
                     "CC BY-NC-SA 4.0", "ODbL 1.0"):
        expect(footer).to_contain_text(sentence)
    for words, heading in (("What happens to a recording", "What happens to a recording"), ("How often it is right", "Results"),
                           ("Credits", "Credits"), ("Documents", "The documents"), ("For programs", "The API of intone")):
        footer.get_by_role("link", name=words).click()
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_in_viewport()
        assert violations(page) == []


def test_the_first_layer_names_no_version_of_a_network_and_no_classes(visitor: Visitor, real: str, recognizer: Recognizer) -> None:
    said = visitor(real).locator("body").inner_text().lower()
    assert recognizer.identity.version not in said and recognizer.identity.name not in said
    assert "class" not in said


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_twice_the_size_of_text_cuts_nothing_off(visitor: Visitor, stand_in: str, scheme: str) -> None:
    page = visitor(stand_in, NARROW, color_scheme=scheme)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.click(".more > summary")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = page.eval_on_selector_all(".form :is(button, label, p, summary), .footer *", """all => all.filter(
        one => one.offsetWidth > 1 && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
        .map(one => one.outerHTML)""")
    assert cut == []


@pytest.mark.parametrize("options", [{"forced_colors": "active"}, {"color_scheme": "dark"}, {"reduced_motion": "reduce"}],
                         ids=["forced colours", "dark", "less motion"])
def test_other_displays_have_no_violation(visitor: Visitor, stand_in: str, options: dict[str, str]) -> None:
    page = visitor(stand_in, PHONE, **options)
    assert violations(page) == []
    assert page.eval_on_selector("[data-record=start]", "one => one.offsetWidth") > 90


def test_the_page_weighs_less_than_200_kb() -> None:
    """Everything that a browser loads for all that the page can do, but for the examples."""
    app = create_app(StandIn(), WebSettings(corrections=None))
    files = [file for file in STATIC.rglob("*.*") if file.suffix in (".js", ".css", ".svg")]
    assert len(files) > 20
    weight = sum(len(gzip.compress(file.read_bytes())) for file in files)
    assert weight + len(gzip.compress(app.test_client().get("/").data)) < 200_000
