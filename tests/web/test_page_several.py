"""Several recordings in a real Chromium: a table, its order, one of them, two of them, all in one file."""

import csv
import io
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from chromium import DESKTOP, PATIENCE_S, PHONE, Visitor, choose, until, violations
from intone.audio import RATE
from intone.recognition.prediction import Prediction
from intone.web import WebSettings, create_app
from intone.web.server import in_background
from sounds import pcm
from web_server import StandIn, silence, tone, wav

pytestmark = pytest.mark.browser

NAMES = ".rows tbody .file"
MIXED = [("clip 10.wav", wav(tone("sad", 2))), ("clip 9.wav", wav(tone("happy", 3))), ("empty.wav", wav(silence())),
         ("clip 1.wav", wav(np.concatenate([tone("angry", 1), tone("calm", 1), tone("angry", 2)]))),
         ("no sound.wav", b"no sound")]


def send(page: Page, files: list[tuple[str, bytes]]) -> None:
    page.set_input_files("#file", [{"name": name, "mimeType": "audio/wav", "buffer": body} for name, body in files])
    page.click("button[type=submit]")


def tabled(page: Page, files: list[tuple[str, bytes]]) -> Page:
    send(page, files)
    expect(page.locator("[data-afterwards]")).to_be_visible()
    return page


def cells(page: Page, kind: str) -> list[str]:
    return [" ".join(one.split()) for one in page.locator(f".rows tbody .{kind}").all_text_contents()]


# The table


def test_every_file_has_a_row_with_its_answer_or_its_sentence(visitor: Visitor, stand_in: str) -> None:
    page = tabled(visitor(stand_in), MIXED)
    assert cells(page, "file") == [name for name, _ in MIXED]
    assert cells(page, "emotion") == ["Sad", "Happy", "Angry"]
    assert cells(page, "valence") == ["negative", "positive", "negative"]
    assert cells(page, "length") == ["2.0 s", "3.0 s", "4.0 s"]
    failed = cells(page, "failed")
    assert failed[0].startswith("No voice can be heard") and "not a recording that can be decoded" in failed[1]
    expect(page.locator("#status")).to_have_text("3 of 5 recordings are analysed.")
    expect(page.locator(".answer")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_strip_has_the_segments_in_their_places_with_their_letters(visitor: Visitor, stand_in: str) -> None:
    page = tabled(visitor(stand_in), MIXED)
    strip = page.locator(".rows .colours").nth(2)
    parts = strip.locator("i").evaluate_all("""all => all.map(one => [one.textContent, parseFloat(one.style.left),
        parseFloat(one.style.width)])""")
    assert parts == [["A", 0, 25], ["C", 25, 25], ["A", 50, 25], ["A", 75, 25]]
    expect(strip).to_have_attribute("aria-label", "angry, calm, angry")
    expect(page.locator("#many > .legend li")).to_have_text(["Ccalm", "Hhappy", "Ssad", "Aangry"])


def test_it_is_sorted_by_any_column_both_ways_with_the_keyboard(visitor: Visitor, stand_in: str) -> None:
    page = tabled(visitor(stand_in), MIXED)
    orders = {
        "file": ["clip 1.wav", "clip 9.wav", "clip 10.wav", "empty.wav", "no sound.wav"],
        "emotion": ["clip 1.wav", "clip 9.wav", "clip 10.wav", "empty.wav", "no sound.wav"],
        "valence": ["clip 10.wav", "clip 1.wav", "clip 9.wav", "empty.wav", "no sound.wav"],
        "length": ["clip 10.wav", "clip 9.wav", "clip 1.wav", "empty.wav", "no sound.wav"],
    }
    for column, order in orders.items():
        button = page.locator(f"[data-sort={column}]")
        button.focus()
        page.keyboard.press("Enter")
        assert cells(page, "file") == order, column
        assert page.locator("[aria-sort=ascending]").count() == 1 and page.locator("[aria-sort=descending]").count() == 0
        expect(button.locator("xpath=..")).to_have_attribute("aria-sort", "ascending")
        page.keyboard.press("Enter")
        expect(button.locator("xpath=..")).to_have_attribute("aria-sort", "descending")
        answered = [name for name in reversed(order) if column == "file" or "clip" in name]
        assert cells(page, "file")[:len(answered)] == answered, column
        expect(button).to_be_focused()


def test_it_says_how_many_are_done_and_a_cancel_keeps_them(visitor: Visitor) -> None:
    go = threading.Semaphore(0)
    app = create_app(StandIn(step=lambda: go.acquire(timeout=PATIENCE_S)))
    with in_background(app) as address:
        page = visitor(address)
        send(page, [(f"{i}.wav", wav(tone("sad"))) for i in range(6)])
        count = page.locator("[data-count-said]")
        expect(count).to_have_text("0 of 6")
        assert cells(page, "state") == 2 * ["Analysing"] + 4 * ["Waiting"]
        go.release(11)  # one has ten steps
        expect(count).to_have_text("1 of 6")
        assert violations(page) == []
        page.click("[data-cancel-all]")
        expect(page.locator("#many > .progress")).to_be_hidden()
        expect(page.locator("#many h2")).to_be_focused()
        go.release(1000)
    assert len(cells(page, "emotion")) == 1
    assert cells(page, "failed") == 5 * ["Not analysed, because it was cancelled."]


def test_two_hundred_rows_stay_quick(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    page.evaluate("""() => {
        const { fetch } = window;
        let first = null;
        window.fetch = async (address, options) => {
            if (!String(address).endsWith("/analyses")) return fetch(address, options);
            first ??= fetch(address, options).then((response) => response.text());
            return new Response(await first);
        };
    }""")
    tabled(page, [(f"clip {i}.wav", wav(tone("sad", 0.6))) for i in range(200)])
    expect(page.locator(NAMES)).to_have_count(200)
    slowest = page.evaluate("""() => Math.max(...["file", "emotion", "length"].map((column) => {
        const begun = performance.now();
        document.querySelector(`[data-sort=${column}]`).click();
        document.body.getBoundingClientRect();
        return performance.now() - begun;
    }))""")
    assert slowest < 2000  # a tenth of that, on a machine that has nothing else to do
    assert cells(page, "file")[:3] == ["clip 0.wav", "clip 1.wav", "clip 2.wav"]


# One of them


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_row_opens_its_answer_and_the_table_is_as_it_was(visitor: Visitor, stand_in: str, size: tuple[int, int]) -> None:
    page = tabled(visitor(stand_in, size), [(f"{i}.wav", wav(tone("sad" if i % 2 else "happy", 1 + 0.1 * i))) for i in range(12)])
    page.click("[data-sort=length]")
    page.click("[data-sort=length]")
    order = cells(page, "file")
    assert order[0] == "11.wav"
    name = page.locator(f"{NAMES} button").nth(9)
    name.scroll_into_view_if_needed()
    before = page.evaluate("[document.querySelector('.rows').scrollTop, scrollY]")
    assert before[0] > 0
    name.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".answer [data-file]")).to_have_text("2.wav")
    expect(page.locator(".answer .verdict:visible")).to_contain_text("Happy")
    expect(page.locator("#answer-title")).to_be_focused()
    expect(page.locator("[data-back]")).to_be_in_viewport()
    expect(page.locator(".rows [aria-current=true] .file")).to_have_text("2.wav")
    page.check("[name=view][value='2']")
    page.click("[data-back]")
    expect(page.locator(".answer")).to_have_count(0)
    expect(name).to_be_focused()
    assert page.evaluate("[document.querySelector('.rows').scrollTop, scrollY]") == pytest.approx(before, abs=1)
    assert cells(page, "file") == order
    page.locator(".rows tbody tr").nth(8).locator(".emotion").click()
    expect(page.locator(".answer [data-file]")).to_have_text("3.wav")
    expect(page.locator(".answer .verdict:visible")).to_contain_text("Negative")  # the view is kept


# Two of them


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_two_are_compared(visitor: Visitor, stand_in: str, size: tuple[int, int]) -> None:
    page = tabled(visitor(stand_in, size), MIXED)
    ticks = page.locator(".rows .tick input")
    expect(ticks).to_have_count(3)
    compare = page.locator("[data-compare]")
    ticks.nth(0).check()
    expect(compare).to_be_hidden()
    ticks.nth(2).check()
    compare.focus()
    page.keyboard.press("Enter")
    sides = page.locator(".sides article")
    expect(sides.locator("h4")).to_have_text(["clip 10.wav", "clip 1.wav"])
    expect(sides.locator(".verdict strong")).to_have_text(["Sad", "Angry"])
    assert [side.locator(".shares tbody tr").count() for side in sides.all()] == [8, 8]
    widths = sides.locator(".colours").evaluate_all("""all => all.map(one => [...one.children].reduce(
        (sum, part) => sum + parseFloat(part.style.width), 0))""")
    assert np.allclose(widths, [50, 100]), "one scale of time for both"
    lefts, tops = zip(*sides.evaluate_all("all => all.map(one => [one.getBoundingClientRect().left, one.getBoundingClientRect().top])"), strict=True)
    assert (lefts[0] < lefts[1] and tops[0] == tops[1]) if size == DESKTOP else (lefts[0] == lefts[1] and tops[0] < tops[1])
    assert violations(page) == []
    page.click("[data-close]")
    expect(page.locator("[data-pair]")).to_be_hidden()
    expect(compare).to_be_focused()


# All of them


def test_all_are_taken_away_in_one_file(visitor: Visitor, stand_in: str, tmp_path: Path) -> None:
    page = tabled(visitor(stand_in), MIXED)
    page.locator(f"{NAMES} button").nth(0).click()
    page.check("[name=view][value='2']")
    page.click("#many details summary")
    found = {}
    for format in ("csv", "json"):
        with page.expect_download() as waited:
            page.click(f"[data-all={format}]")
        found[format] = tmp_path / waited.value.suggested_filename
        waited.value.save_as(found[format])
    table = list(csv.DictReader(io.StringIO(found["csv"].read_text())))
    assert [(row["file"], row["label"]) for row in table] == [
        ("clip 10.wav", "negative"), ("clip 9.wav", "positive"), ("empty.wav", ""), ("clip 1.wav", "negative"), ("no sound.wav", "")]
    assert [bool(row["error"]) for row in table] == [False, False, True, False, True]
    records = json.loads(found["json"].read_text())
    assert [one.get("duration_s") for one in records] == [2.0, 3.0, None, 4.0, None]
    assert [len(one.get("segments", [])) for one in records] == [2, 3, 0, 4, 0]


def test_a_server_that_is_gone_is_said(visitor: Visitor) -> None:
    with in_background(create_app(StandIn(), WebSettings())) as address:
        page = tabled(visitor(address), MIXED[:2])
    page.click("#many details summary")
    page.click("[data-all=csv]")
    expect(page.locator("[data-said]")).to_contain_text("The server did not answer")


# Everything


def test_one_file_after_several_has_no_table(visitor: Visitor, stand_in: str) -> None:
    page = tabled(visitor(stand_in), MIXED)
    choose(page, wav(tone("sad")))
    page.click("button[type=submit]")
    expect(page.locator(".answer")).to_be_visible()
    expect(page.locator("#many")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_wrong_with_it(visitor: Visitor, stand_in: str, size: tuple[int, int], scheme: str) -> None:
    page = tabled(visitor(stand_in, size, color_scheme=scheme), MIXED)
    page.click("#many details summary")
    assert violations(page) == []
    page.locator(f"{NAMES} button").nth(1).click()
    until(page, lambda: page.locator(".waveform [part~=region]").count() > 0)
    assert violations(page) == []
    small = page.locator("#many button:visible").evaluate_all("all => all.filter(one => one.offsetHeight < 44).map(one => one.outerHTML)")
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# Channels


class OnThePhone(StandIn):
    """Says of every recording what is said of a call."""

    def _predict(self, *given: Any) -> Prediction:
        return replace(super()._predict(*given), reasons=(
            "The channels hold different voices in turn, as those of a call do, and were mixed: choose the speakers "
            "'channels', so that each channel is one of them.",))


def test_where_each_channel_has_a_voice_that_each_is_a_person_is_a_click_away(visitor: Visitor) -> None:
    def noted(route: Route) -> None:
        asked.append(route.request.post_data_buffer or b"")
        route.continue_()

    asked: list[bytes] = []
    with in_background(create_app(OnThePhone())) as address:
        page = visitor(address)
        send(page, [("call.wav", pcm(np.stack([tone("sad", 2), tone("happy", 2)], axis=1), RATE))])
        expect(page.locator(".channels")).to_contain_text("Each channel of this recording seems to have a speaker")
        assert violations(page) == []
        page.route("**/analyses", noted)
        page.click("[data-each]")
        until(page, lambda: asked)
        assert b'name="speakers"\r\n\r\nchannels\r\n' in asked[0]


def test_each_channel_by_itself_has_its_answer_and_its_reasons(visitor: Visitor, stand_in: str) -> None:
    def noted(route: Route) -> None:
        asked.append(route.request.post_data_buffer or b"")
        route.continue_()

    asked: list[bytes] = []
    page = visitor(stand_in, prepare=lambda page: page.route("**/analyses", noted))
    page.click(".more summary")
    page.select_option("[name=channel]", "each")
    send(page, [("call.wav", pcm(np.stack([tone("sad", 2), tone("happy", 2)], axis=1), RATE))])
    expect(page.locator(f"{NAMES} button")).to_have_text(["call.wav, Channel 1", "call.wav, Channel 2"])
    assert b'name="channel"\r\n\r\neach\r\n' in asked[0]
    page.locator(f"{NAMES} button").nth(1).click()
    expect(page.locator(".answer [data-part]")).to_have_text("Channel 2")
    expect(page.locator(".answer .verdict:visible strong")).to_have_text("Happy")
    page.click("[data-explain]")
    expect(page.locator(".evidence")).to_be_visible()
    assert b'name="channel"\r\n\r\n2\r\n' in asked[1]


def test_one_voice_is_not_offered_by_channel(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    send(page, MIXED[:1])
    expect(page.locator(".answer")).to_be_visible()
    expect(page.locator("[data-each]")).to_have_count(0)
