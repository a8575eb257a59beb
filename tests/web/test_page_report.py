"""An answer that is kept, in a real Chromium: the report on paper and as a file, the picture, the names of the files."""

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import image
from playwright.sync_api import Browser, Page, expect

from chromium import DESKTOP, PHONE, Visitor, ask, until, violations
from intone.audio import Signal
from intone.web import create_app
from intone.web.names import named
from intone.web.server import in_background
from web_server import StandIn, tone, wav

pytestmark = pytest.mark.browser

THREE = np.concatenate([tone("sad", 1), tone("happy", 1), tone("angry", 1)])
LONGER = np.concatenate([tone("sad", 9), tone("happy", 9), tone("angry", 9)])
NAME = "interview 3 <b>&amp;.wav"


def answered(page: Page, recording: bytes, name: str = NAME) -> Page:
    page.set_input_files("#file", {"name": name, "mimeType": "audio/wav", "buffer": recording})
    page.click("button[type=submit]")
    expect(page.locator(".answer")).to_be_visible()
    return page


def taken(page: Page, what: str, folder: Path) -> Path:
    """The file that a button makes."""
    with page.expect_download() as waited:
        page.click(f"[data-format={what}]")
    path = folder / waited.value.suggested_filename
    waited.value.save_as(path)
    return path


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


# On paper


@pytest.mark.parametrize("recording", [tone("sad", 3), LONGER], ids=["short", "longer"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_answer_is_printed_on_one_light_page(
    visitor: Visitor, stand_in: str, scheme: str, recording: Signal
) -> None:
    page = answered(visitor(stand_in, color_scheme=scheme), wav(recording))
    page.fill(".answer .takeaway textarea", "slept badly\n" * 8)
    assert pages(page.pdf(prefer_css_page_size=True)) == 1
    page.emulate_media(media="print")
    sheet = page.locator(".sheet")
    expect(sheet).to_be_visible()
    assert page.evaluate("[...document.body.children].filter(one => one.checkVisibility()).length") == 1
    for part in (NAME, "slept badly", "stand-in", "CC BY-NC-SA 4.0", "no diagnosis", "Analysed", "Length"):
        expect(sheet).to_contain_text(part)
    assert page.evaluate("getComputedStyle(document.querySelector('.sheet')).color") == "rgb(27, 35, 41)"
    page.emulate_media(media="screen")
    expect(sheet).to_have_count(0)


def test_a_real_answer_with_all_that_was_measured_is_printed_on_one_page(
    visitor: Visitor, real: str, clip: Path
) -> None:
    page = answered(visitor(real), clip.read_bytes())
    for view in ("8", "2", "stress"):
        page.check(f"[name=view][value='{view}']")
        assert pages(page.pdf(prefer_css_page_size=True)) == 1


def test_what_is_printed_is_the_view_that_is_shown(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.check("[name=view][value='8']")
    page.emulate_media(media="print")
    expect(page.locator(".sheet .shares tbody tr")).to_have_count(8)
    assert page.locator(".sheet svg text[font-weight]").all_text_contents() == ["S", "H", "A"]
    page.emulate_media(media="screen")
    page.check("[name=view][value='2']")
    page.emulate_media(media="print")
    assert page.locator(".sheet .shares tbody tr").count() < 8


def test_a_page_without_an_answer_is_printed_as_it_is(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    page.emulate_media(media="print")
    expect(page.locator("#form")).to_be_visible()


def test_without_javascript_the_answer_is_printed_alone(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in, java_script_enabled=False)
    ask(page, wav(THREE))
    page.wait_for_selector(".answer")
    page.emulate_media(media="print")
    expect(page.locator(".verdict:visible")).to_have_count(1)
    expect(page.locator("#form")).to_be_hidden()
    assert pages(page.pdf(prefer_css_page_size=True)) == 1


# As a file


def test_the_report_opens_from_a_disk_without_a_network(
    visitor: Visitor, browser: Browser, stand_in: str, tmp_path: Path
) -> None:
    page = answered(visitor(stand_in, PHONE, color_scheme="dark"), wav(LONGER))
    page.fill(".answer .takeaway textarea", "<script>alert(1)</script> & \"quotes\"")
    path = taken(page, "report", tmp_path)
    assert path.name == "interview 3 _b_&amp;.intone.html"
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|<img|@import|url\(|\b(src|href|on\w+)=|https?://(?!www\.w3\.org/2000/svg)", text)
    context = browser.new_context(offline=True, color_scheme="dark", viewport={"width": 390, "height": 844})
    asked, said = [], []
    opened = context.new_page()
    opened.on("request", lambda one: asked.append(one.url))
    opened.on("console", lambda one: said.append(one.text))
    opened.goto(path.as_uri())
    assert opened.title() == NAME
    for part in (NAME, "<script>alert(1)</script> & \"quotes\"", "The strongest moments", "stand-in", "CC BY-NC-SA 4.0"):
        expect(opened.locator(".sheet")).to_contain_text(part)
    expect(opened.locator("svg[role=img]")).to_be_visible()
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert pages(opened.pdf(prefer_css_page_size=True)) == 1
    assert violations(opened) == [], violations(opened)
    assert asked == 2 * [path.as_uri()] or asked == [path.as_uri()]
    assert said == []
    context.close()


BUILT = """async ([name, note]) => {
    const { report, file } = await import("/static/scripts/report.js");
    const { unpacked } = await import("/static/scripts/answer.js");
    const part = document.querySelector(".answer");
    const data = unpacked(JSON.parse(part.querySelector("[data-answer]").textContent));
    const given = JSON.parse(document.querySelector("[data-diary]").dataset.marks);
    const text = await file(report({ part, data, name, when: new Date(), note, given }), name).text();
    const page = new DOMParser().parseFromString(text, "text/html");
    return { name: page.querySelector("h2").textContent, title: page.querySelector("title").textContent,
        note: page.querySelector("[data-slot=note] p")?.textContent ?? "", elements: page.querySelectorAll("*").length };
}"""

SIGNS = st.characters(exclude_characters="\x00\r", exclude_categories=("Cs",))
HOSTILE = st.sampled_from(("</title><script>", "</p><img src=x onerror=alert(1)>", "<!--", "]]>", "&lt;", '"\'>', "</style>"))
ASSIGNED = st.characters(exclude_categories=("Cn",))  # which differ between the versions of Unicode
WRITTEN = st.lists(st.text(SIGNS) | HOSTILE, max_size=4).map("".join)


@pytest.fixture(scope="module")
def shown(browser: Browser, stand_in: str) -> Any:
    """A page with an answer, for many examples."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(stand_in)
    yield answered(page, wav(THREE))
    context.close()


@given(WRITTEN, WRITTEN)
def test_any_name_and_any_note_are_text_in_a_report(shown: Page, name: str, note: str) -> None:
    found, plain = shown.evaluate(BUILT, [name, note]), shown.evaluate(BUILT, ["a", "b"])
    assert (found["name"], found["title"]) == (name, name)
    assert found["note"] == (note if found["note"] or shown.evaluate("note => note.trim()", note) else "")
    without = 3 if found["note"] == "" else 0  # a note of nothing has no place: a section, its heading, its text
    assert found["elements"] == plain["elements"] - without


# Names


@pytest.mark.parametrize(("what", "ending"), [("report", ".html"), ("picture", ".png"), ("csv", ".csv"),
                                              ("segments", ".segments.csv"), ("textgrid", ".TextGrid")])
def test_files_are_named_after_the_recording(
    visitor: Visitor, stand_in: str, tmp_path: Path, what: str, ending: str
) -> None:
    page = answered(visitor(stand_in), wav(THREE), "interview 3.wav")
    page.click("text=For other programs")
    sent: list[str] = []
    page.on("request", lambda one: sent.append(f"{one.url} {one.post_data}"))
    assert taken(page, what, tmp_path).name == f"interview 3.intone{ending}"
    assert not any("interview" in one for one in sent)


@settings(max_examples=200)
@given(st.text(ASSIGNED) | st.sampled_from(("con.x", "../a", "x" * 300, "\ud800.wav", "é" * 150)))
def test_the_page_names_files_as_the_api_does(shown: Page, recording: str) -> None:
    units = recording.encode("utf-16-le", "surrogatepass")
    found = shown.evaluate("""async units => (await import("/static/scripts/names.js")).named(String.fromCharCode(...units))""",
                           list(np.frombuffer(units, "<u2").tolist()))
    assert found == named(recording)


# The picture


def test_the_picture_is_complete_and_light_in_the_dark_too(visitor: Visitor, stand_in: str, tmp_path: Path) -> None:
    found = {}
    for scheme in ("light", "dark"):
        page = answered(visitor(stand_in, DESKTOP, color_scheme=scheme), wav(THREE))
        page.check("[name=view][value='8']")
        found[scheme] = image.imread(io.BytesIO(taken(page, "picture", tmp_path).read_bytes()))[..., :3]
    assert found["light"].shape == found["dark"].shape
    paper, sad, happy = (np.array([int(one[i : i + 2], 16) for i in (0, 2, 4)]) for one in ("fffefc", "45146b", "0f46c8"))
    for picture in found.values():
        colours = np.round(255 * picture.reshape(-1, 3)).astype(int)
        assert (colours[0] == paper).all()
        for colour in (sad, happy):
            assert (colours == colour).all(axis=1).sum() > 2000


def test_the_picture_says_what_the_report_says(visitor: Visitor, stand_in: str, tmp_path: Path) -> None:
    page = answered(visitor(stand_in), wav(LONGER))
    page.evaluate("""() => {
        const write = CanvasRenderingContext2D.prototype.fillText;
        window.written = [];
        CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { written.push(text); return write.call(this, text, ...rest); };
    }""")
    taken(page, "picture", tmp_path)
    written = " ".join(page.evaluate("written"))
    for part in (NAME, "Changing, most often sad", "The strongest moments", "no diagnosis", "CC BY-NC-SA 4.0", "27.0 s", "sad", "S"):
        assert part in written


# The note


def test_a_note_stays_when_the_recording_is_analysed_again(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(tone("sad", 2)))
    page.fill(".answer .takeaway textarea", "after lunch")
    page.locator(".answer .takeaway textarea").evaluate("one => { one.dataset.old = true; }")
    page.evaluate("document.getElementById('form').requestSubmit()")
    until(page, lambda: page.locator(".answer .takeaway textarea").evaluate_all("all => all.length && !all[0].dataset.old"))
    expect(page.locator(".answer .takeaway textarea")).to_have_value("after lunch")


def test_a_report_that_cannot_be_made_says_so(visitor: Visitor) -> None:
    with in_background(create_app(StandIn())) as address:
        page = answered(visitor(address), wav(THREE))
        page.route("**/annotations?*", lambda route: route.fulfill(status=503, body=json.dumps({})))
        page.click("text=For other programs")
        page.click("[data-format=csv]")
        expect(page.locator(".takeaway [role=status]")).to_contain_text("did not answer")
