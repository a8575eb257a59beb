"""Why a segment sounds as it does, in a real Chromium: what is sent, what is drawn, and what is said."""

import json
import re
import threading
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from chromium import DESKTOP, PATIENCE_S, PHONE, Visitor, ask, until, violations
from intone.web import WebSettings, create_app
from intone.web.server import in_background
from web_server import StandIn, tone, wav

pytestmark = pytest.mark.browser

THREE = np.concatenate([tone("sad", 1), tone("happy", 1), tone("angry", 1)])


def answered(page: Page, recording: bytes) -> Page:
    ask(page, recording)
    page.wait_for_selector(".waveform [part~=region]", state="attached")
    return page


def explained(page: Page, weights: list[float], seconds: float = 1.0) -> None:
    """The explanation where the windows have these weights; axis and waveform are those of the server."""
    found = """([weights, seconds]) => import("/static/scripts/evidence.js").then(({ finding }) => finding(
        weights.map((weight, i) => ({ start_s: i * seconds / weights.length, end_s: (i + 1) * seconds / weights.length,
            weight }))))"""
    return page.evaluate(found, [weights, seconds])


def test_only_the_chosen_segment_is_analysed_again(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    expect(page.locator("[data-explain]")).to_have_text("Why sad from 0.0 s to 1.0 s?")
    page.click("[data-do=next]")
    expect(page.locator("[data-explain]")).to_have_text("Why happy from 1.0 s to 2.0 s?")
    sent: list[bytes] = []

    def noted(route: Route) -> None:
        sent.append(route.request.post_data_buffer or b"")
        route.continue_()

    page.route("**/analyses", noted)
    page.click("[data-explain]")
    expect(page.locator(".evidence")).to_be_visible()
    (body,) = sent
    fields = {name.decode(): value.decode() for name, value in re.findall(rb'name="(\w+)"\r\n\r\n(.*)\r\n', body)}
    assert (fields["start_s"], fields["end_s"], fields["explain"], fields["classes"]) == ("1", "2", "true", "8")
    expect(page.locator(".why h3")).to_have_text("Why happy from 1.0 s to 2.0 s")
    expect(page.locator(".why h3")).to_be_focused()
    expect(page.locator("[data-finding]")).to_have_text(
        "Mostly the part from 1.0 s to 1.5 s: without it the answer would be 20 points less likely.")
    expect(page.locator(".answer .verdict:visible")).to_be_visible()


def test_bars_lie_where_their_windows_are(visitor: Visitor, stand_in: str) -> None:
    """The stand-in says that the first half speaks for its answer by 0.2, the second against it by 0.1."""
    page = answered(visitor(stand_in), wav(THREE))
    page.click("[data-do=next]")
    page.click("[data-explain]")
    expect(page.locator(".evidence")).to_be_visible()
    boxes = page.evaluate("""() => Object.fromEntries(["speaks-for", "speaks-against"].map((name) => {
        const box = document.querySelector(`.evidence > svg .${name}`).getBBox();
        return [name, [box.x, box.y, box.width, box.height]];
    }))""")
    assert np.allclose(boxes["speaks-for"], [0, 2, 500, 48], atol=0.2)
    assert np.allclose(boxes["speaks-against"], [500, 50, 500, 24], atol=0.2)
    first, last = page.locator(".evidence .axis span").first, page.locator(".evidence .axis span").last
    expect(first).to_have_text("0:01.0")
    assert first.evaluate("one => parseFloat(one.style.left)") == pytest.approx(0, abs=1)
    assert last.evaluate("one => parseFloat(one.style.left) / one.parentElement.clientWidth") == pytest.approx(1, abs=0.01)


def test_its_colours_are_not_those_of_the_valence(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.click("[data-explain]")
    expect(page.locator(".evidence")).to_be_visible()
    seen = page.evaluate("""() => {
        const root = getComputedStyle(document.documentElement);
        const fill = (name) => getComputedStyle(document.querySelector(`.evidence > svg .${name}`)).fill;
        const named = (name) => { const i = document.createElement("i"); i.style.color = root.getPropertyValue(`--${name}`);
            document.body.append(i); const { color } = getComputedStyle(i); i.remove(); return color; };
        return [fill("speaks-for"), fill("speaks-against"), named("positive"), named("negative")];
    }""")
    assert len(set(seen)) == 4


@pytest.mark.parametrize(("weights", "part"), [
    ([0.1, 0.3, 0.2, 0.0], (0.25, 0.75, 2, 0.3)),
    ([0.3, 0.0, 0.3, 0.0], (0.0, 0.25, 1, 0.3)),
    ([0.1, 0.1, 0.3, 0.16], (0.5, 1.0, 2, 0.3)),
    ([0.049, -0.5, 0.0, 0.0], None),
    ([-0.2, -0.1], None),
    ([], None),
])
def test_the_part_that_decides_is_the_strongest_window_and_its_equals(
    still: Page, weights: list[float], part: tuple[float, ...] | None
) -> None:
    found: Any = explained(still, weights)
    assert found == (None if part is None else dict(zip(("start_s", "end_s", "windows", "weight"), part, strict=True)))


def test_it_follows_the_view_and_says_where_no_part_decides(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    answered(page, wav(THREE))

    def without_weight(route: Route) -> None:
        response = route.fetch()
        html = response.text()
        start, end = html.index("data-answer>") + 12, html.rindex("</script>")
        data = json.loads(html[start:end])
        data["views"]["2"]["weights"] = "AAAAAAAAAAAAAAAAAAAAAA=="  # two zeros
        route.fulfill(response=response, body=html[:start] + json.dumps(data) + html[end:])

    page.route("**/analyses", without_weight)
    page.click("[data-explain]")
    expect(page.locator("[data-finding]")).to_contain_text("0.0 s to 0.5 s")
    page.check("[name=view][value='2']")
    expect(page.locator("[data-finding]")).to_have_text(
        "No single part decides: without any quarter of a second the answer would be nearly as likely.")
    expect(page.locator(".why h3")).to_have_text("Why negative from 0.0 s to 1.0 s")
    page.check("[name=view][value='8']")
    expect(page.locator("[data-finding]")).to_contain_text("20 points")


def test_a_segment_that_sounds_otherwise_alone_is_said_to(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.route("**/analyses", lambda route: route.fulfill(response=route.fetch(
        post_data=(route.request.post_data_buffer or b"").replace(b"\r\n\r\n0\r\n", b"\r\n\r\n1\r\n").replace(
            b'name="end_s"\r\n\r\n1\r\n', b'name="end_s"\r\n\r\n2\r\n'))))
    page.click("[data-explain]")
    expect(page.locator("[data-alone-said]")).to_have_text(
        "By itself this segment sounds happy, and that is what is explained here.")


def test_what_cannot_be_explained_is_said_and_loses_nothing(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.route("**/analyses", lambda route: route.abort())
    page.evaluate("addEventListener('error', (event) => event.preventDefault())")
    page.click("[data-explain]")
    expect(page.locator(".why").get_by_role("alert")).to_contain_text("The server did not answer")
    expect(page.locator("[data-explain]")).to_be_focused()
    expect(page.locator(".answer .verdict:visible")).to_be_visible()
    page.unroute("**/analyses")
    page.click("[data-explain]")
    expect(page.locator(".evidence")).to_be_visible()
    expect(page.locator(".why").get_by_role("alert")).to_have_count(0)


def test_it_has_a_bar_and_can_be_cancelled(visitor: Visitor) -> None:
    go, step = threading.Event(), threading.Event()
    go.set()
    app = create_app(StandIn(step=lambda: go.wait(PATIENCE_S) and step.set()), WebSettings(job_from_s=4))
    with in_background(app) as address:
        page = answered(visitor(address), wav(THREE))
        go.clear()
        page.click("[data-explain]")
        bar = page.locator(".why progress")
        expect(bar).to_be_visible()
        expect(page.locator("[data-stop]")).to_be_focused()
        expect(page.locator("[data-explain]")).to_be_hidden()
        assert violations(page) == []
        page.keyboard.press("Enter")
        expect(bar).to_be_hidden()
        expect(page.locator("[data-explain]")).to_be_focused()
        go.set()
        page.keyboard.press("Enter")
        expect(page.locator(".evidence")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_wrong_with_it(visitor: Visitor, stand_in: str, size: tuple[int, int], scheme: str) -> None:
    page = answered(visitor(stand_in, size, color_scheme=scheme), wav(THREE))
    page.focus(".sound")
    page.keyboard.press("ArrowRight")
    page.locator("[data-explain]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".evidence")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    until(page, lambda: page.locator(".evidence .axis span").count() > 1)
