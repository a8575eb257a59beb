"""The diary, in a real Chromium: off until it is switched on, in this browser only, never overwritten, never lost."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from chromium import DESKTOP, PHONE, Visitor, ask, violations
from intone.recognition.recognizer import load
from intone.web import create_app
from intone.web.server import in_background
from sounds import voice
from tiny_model import tiny_adaptable
from web_server import tone, wav

pytestmark = pytest.mark.browser

ENTRY: dict[str, Any] = {
    "id": "a1", "at": "2026-03-05T18:04:12+01:00", "label": "sad", "valence": -0.61, "confidence": "likely",
    "voice": False, "duration_s": 8.2, "file": "evening.wav", "note": "tired"}


def entries(*changes: dict[str, Any]) -> bytes:
    """A diary as a file, of one entry with each of some changes."""
    return json.dumps({"intone": "diary", "entries": [{**ENTRY, "id": f"e{i}", **one} for i, one in enumerate(changes)]}).encode()


def stored(page: Page) -> list[dict[str, Any]]:
    """The entries in the browser's storage."""
    return [json.loads(one) for one in page.evaluate(
        "Object.entries(localStorage).filter(([key]) => key.startsWith('intone.entry.')).map(([, text]) => text)")]


def switched_on(page: Page) -> Page:
    page.click(".diary > summary")
    page.click("[data-do=on]")
    return page


def added(page: Page, content: bytes, name: str = "diary.json") -> Page:
    page.set_input_files("[data-import]", {"name": name, "mimeType": "text/plain", "buffer": content})
    expect(said(page)).to_contain_text("Added:")
    return page


def said(page: Page) -> Any:
    return page.locator(".diary .said")


def rows(page: Page) -> Any:
    return page.locator(".diary tbody tr")


def kept(page: Page, emotion: str = "sad") -> Page:
    ask(page, wav(tone(emotion, 2)))
    expect(page.locator(".answer")).to_be_visible()
    page.click("[data-diary-button]")
    return page


# On and off


def test_nothing_is_stored_before_it_is_switched_on(visitor: Visitor, stand_in: str) -> None:
    page = kept(visitor(stand_in))
    expect(said(page)).to_contain_text("The diary is off.")
    assert page.evaluate("localStorage.length") == 0
    page.click("[data-do=on]")
    expect(rows(page)).to_have_count(1)
    expect(page.locator("[data-diary-button]")).to_have_text("In the diary")
    page.reload()
    page.click(".diary > summary")
    expect(rows(page)).to_have_count(1)


def test_an_entry_is_no_more_than_the_plot_and_the_table_need(visitor: Visitor, stand_in: str) -> None:
    page = switched_on(visitor(stand_in, timezone_id="Asia/Kolkata"))
    ask(page, wav(tone("angry", 2)))
    page.fill(".takeaway textarea", "before lunch")
    page.click("[data-diary-button]")
    expect(page.locator(".takeaway > [role=status]")).to_have_text("It is in the diary.")
    one = stored(page)[0]
    assert one.keys() == ENTRY.keys()
    assert one["at"].endswith("+05:30")
    assert {key: one[key] for key in ("label", "file", "note", "duration_s", "voice")} == {
        "label": "angry", "file": "clip0.wav", "note": "before lunch", "duration_s": 2, "voice": False}
    assert -0.9 < one["valence"] < -0.4
    page.fill(".takeaway textarea", "after lunch")
    page.locator(".takeaway textarea").blur()
    assert stored(page)[0]["note"] == "after lunch"
    page.click("[data-diary-button]", force=True)
    assert len(stored(page)) == 1


@pytest.mark.parametrize(("choice", "left"), [("keep", 2), ("remove", 0)])
def test_switching_it_off_asks_what_becomes_of_it(visitor: Visitor, stand_in: str, choice: str, left: int) -> None:
    page = added(switched_on(visitor(stand_in)), entries({}, {}))
    page.click("[data-do=off]")
    page.click("[data-ask=off] [value='']")
    expect(rows(page)).to_have_count(2)
    page.click("[data-do=off]")
    page.click(f"[data-ask=off] [value={choice}]")
    expect(page.locator("[data-while=on]")).to_be_hidden()
    assert len(stored(page)) == left
    page.click("[data-do=on]")
    assert len(stored(page)) == left


def test_all_is_deleted_only_after_a_question(visitor: Visitor, stand_in: str) -> None:
    page = added(switched_on(visitor(stand_in)), entries({}, {}))
    page.locator(".diary [data-while=on] [data-do=clear]").click()
    page.keyboard.press("Escape")
    assert len(stored(page)) == 2
    page.locator(".diary [data-while=on] [data-do=clear]").click()
    page.click("[data-ask=clear] [value=remove]")
    expect(rows(page)).to_have_count(0)
    assert stored(page) == []


# Entries


def test_a_note_is_text_and_can_be_changed(visitor: Visitor, stand_in: str) -> None:
    page = added(switched_on(visitor(stand_in)), entries({"file": "<b>x</b>.wav"}, {"note": ""}))
    page.locator(".diary tbody tr", has_text="<b>x</b>.wav").locator("button").click()
    page.fill("[data-ask=edit] textarea", "<img src=x onerror=alert(1)>\nsecond line")
    page.click("[data-ask=edit] [value=keep]")
    expect(said(page)).to_have_text("The note is saved.")
    expect(rows(page).filter(has_text="<img src=x onerror=alert(1)>\nsecond line")).to_have_count(1)
    assert page.locator(".diary tbody :is(img, b)").count() == 0
    assert page.locator(".diary svg title").count() == 2


def test_one_is_deleted(visitor: Visitor, stand_in: str) -> None:
    page = added(switched_on(visitor(stand_in)), entries({"note": "one"}, {"note": "two"}))
    page.locator(".diary tbody tr", has_text="two").locator("button").click()
    page.click("[data-ask=edit] [value=remove]")
    expect(rows(page)).to_have_count(1)
    assert [one["note"] for one in stored(page)] == ["one"]


def test_the_plot_has_every_entry_at_its_valence_in_its_colour_with_its_letter(visitor: Visitor, stand_in: str) -> None:
    page = added(switched_on(visitor(stand_in)), entries(
        {"label": "happy", "valence": 0.8, "confidence": "clear", "at": "2026-03-01T08:00:00+01:00"},
        {"label": "neutral", "valence": 0.0, "at": "2026-03-02T08:00:00+01:00"},
        {"label": "angry", "valence": -0.8, "confidence": "unclear", "at": "2026-03-05T08:00:00+01:00"}))
    marks = page.locator(".diary-mark")
    expect(marks).to_have_count(3)
    assert page.locator(".diary-mark text").all_text_contents() == ["H", "N", "A"]
    x, y = ([float(one.get_attribute(name) or "") for one in page.locator(".diary-mark circle").all()] for name in ("cx", "cy"))
    assert (x[2] - x[0]) / (x[1] - x[0]) == pytest.approx(4, abs=0.01)
    assert y[1] - y[0] == pytest.approx(y[2] - y[1]) and y[0] < y[1]
    fills = page.evaluate("[...document.querySelectorAll('.diary-mark circle')].map(one => getComputedStyle(one).stroke)")
    assert len(set(fills)) == 3
    assert page.locator(".diary tbody th").all_text_contents() == ["Mar 5, 2026, 8:00 AM", "Mar 2, 2026, 8:00 AM", "Mar 1, 2026, 8:00 AM"]


def test_dates_are_those_of_the_place_where_an_entry_was_made(visitor: Visitor, stand_in: str) -> None:
    for zone in ("America/Los_Angeles", "Asia/Tokyo"):
        page = added(switched_on(visitor(stand_in, timezone_id=zone)), entries({}))
        expect(page.locator(".diary tbody th")).to_have_text("Mar 5, 2026, 6:04 PM")


def test_many_entries_are_shown_when_it_is_asked_for(visitor: Visitor, stand_in: str) -> None:
    page = added(switched_on(visitor(stand_in)), entries(*[{}] * 30))
    expect(rows(page)).to_have_count(20)
    page.click("[data-do=more]")
    expect(rows(page)).to_have_count(30)


# Files


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_what_is_downloaded_can_be_added_elsewhere(visitor: Visitor, stand_in: str, tmp_path: Path, kind: str) -> None:
    given = [{"note": 'a "b", c\nd'}, {"note": "=1+2", "file": "-x.wav"}, {"note": "'s", "voice": True}, {"label": "mixed", "confidence": ""}]
    page = added(switched_on(visitor(stand_in)), entries(*given))
    before = stored(page)
    with page.expect_download() as waited:
        page.click(f".diary [data-do={kind}]")
    path = tmp_path / waited.value.suggested_filename
    assert path.suffix == f".{kind}"
    waited.value.save_as(path)
    if kind == "csv":
        with path.open(newline="") as file:
            assert {one["note"] for one in csv.DictReader(file)} == {'a "b", c\nd', "'=1+2", "'s", "tired"}
    other = added(switched_on(visitor(stand_in)), path.read_bytes(), path.name)
    by_id = lambda found: sorted(found, key=lambda one: one["id"])  # noqa: E731
    assert by_id(stored(other)) == by_id(before)
    added(other, path.read_bytes(), path.name)
    expect(said(other)).to_have_text("Added: 0. Already there: 4. Not understood: 0.")


HOSTILE: tuple[dict[str, Any], ...] = (
    {"label": "furious"}, {"label": "__proto__"}, {"label": "constructor"}, {"valence": 2}, {"valence": "0.5"}, {"at": "yesterday"},
    {"at": "2026-13-45T00:00:00+01:00"}, {"confidence": "sure"}, {"id": "a b"}, {"id": 7}, {"note": 7}, {"voice": 1}, {"duration_s": -1})


def test_what_is_no_entry_is_counted_and_left_out(visitor: Visitor, stand_in: str) -> None:
    page = added(switched_on(visitor(stand_in)), entries({"extra": "<script>", "note": "x" * 5000}, *HOSTILE))
    expect(said(page)).to_have_text(f"Added: 1. Already there: 0. Not understood: {len(HOSTILE)}.")
    assert stored(page)[0].keys() == ENTRY.keys() and len(stored(page)[0]["note"]) == 500


@pytest.mark.parametrize("content", [b"", b"{}", b"[1, 2]", b"\xff\xfe\x00", b"a,b\n1,2\n", b'{"entries": 7}'])
def test_a_file_that_is_no_diary_is_refused_with_a_sentence(visitor: Visitor, stand_in: str, content: bytes) -> None:
    page = switched_on(visitor(stand_in))
    page.set_input_files("[data-import]", {"name": "x.json", "mimeType": "text/plain", "buffer": content})
    expect(said(page)).to_contain_text("This file is no diary")


@pytest.fixture(scope="module")
def blank(browser: Browser, stand_in: str) -> Iterator[Page]:
    """A page for many examples."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(stand_in)
    yield page
    context.close()


WRITTEN = st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from('",\r\n\'=+@'), max_size=60)


@given(WRITTEN, WRITTEN)
def test_any_text_comes_back_from_both_files(blank: Page, file: str, note: str) -> None:
    found = blank.evaluate("""async entry => {
        const { read, toCsv, toJson } = await import("/static/scripts/diary_files.js");
        return [toCsv, toJson].map(one => read(one([entry]), ["sad"]).entries);
    }""", {**ENTRY, "file": file, "note": note})
    assert found == [[{**ENTRY, "file": file, "note": note}]] * 2


# What can go wrong


def test_an_entry_that_cannot_be_read_spoils_no_other(visitor: Visitor, stand_in: str) -> None:
    page = added(switched_on(visitor(stand_in)), entries({}))
    page.evaluate("""() => { localStorage["intone.entry.x"] = '{"id": '; localStorage["intone.entry.y"] = "null"; }""")
    page.reload()
    page.click(".diary > summary")
    expect(rows(page)).to_have_count(1)
    expect(page.locator(".diary-count")).to_have_text("Answers in the diary: 1. Entries that cannot be read: 2.")
    page.evaluate("delete localStorage['intone.entry.e0']")
    page.reload()
    page.click(".diary > summary")
    expect(page.locator(".diary [data-while=on] [data-do=clear]")).to_be_visible()


REFUSALS = {
    "forbidden": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })",
    "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_nothing_is_lost_where_the_browser_stores_nothing(visitor: Visitor, stand_in: str, tmp_path: Path, refusal: str) -> None:
    page = visitor(stand_in)
    page.add_init_script(refusal)
    page.reload()
    switched_on(page)
    expect(said(page)).to_contain_text("This browser stores nothing more")
    kept(page)
    expect(page.locator(".takeaway > [role=status]")).to_contain_text("This browser stores nothing more")
    expect(rows(page)).to_have_count(1)
    with page.expect_download() as waited:
        page.click(".diary [data-do=json]")
    waited.value.save_as(tmp_path / "diary.json")
    assert len(json.loads((tmp_path / "diary.json").read_text())["entries"]) == 1


def test_a_full_diary_says_so_and_keeps_what_it_has(visitor: Visitor, stand_in: str) -> None:
    page = switched_on(visitor(stand_in))
    page.evaluate("""entry => { for (let i = 0; i < 2000; i += 1) localStorage[`intone.entry.${i}`] =
        JSON.stringify({ ...entry, id: String(i) }); }""", ENTRY)
    page.reload()
    kept(page)
    expect(page.locator(".takeaway > [role=status]")).to_contain_text("The diary is full with 2000 answers")
    assert len(stored(page)) == 2000


def test_windows_do_not_overwrite_each_other(visitor: Visitor, stand_in: str) -> None:
    page = switched_on(visitor(stand_in))
    other = page.context.new_page()
    other.goto(stand_in)
    other.click(".diary > summary")
    kept(page, "sad")
    kept(other, "happy")
    for one in (page, other):
        expect(rows(one)).to_have_count(2)
    rows(page).first.locator("button").click()
    rows(other).first.locator("button").click()
    other.click("[data-ask=edit] [value=remove]")
    page.fill("[data-ask=edit] textarea", "too late")
    page.click("[data-ask=edit] [value=keep]")
    expect(said(page)).to_contain_text("another window has deleted it")
    assert len(stored(page)) == 1


# The normal voice


def test_entries_that_were_compared_show_the_change(visitor: Visitor, stand_in: str) -> None:
    page = added(switched_on(visitor(stand_in)), entries({"valence": 0.5, "voice": True}, {"valence": -0.5, "voice": True}, {"valence": 0.1, "voice": True}))
    assert sorted(page.locator("td.diary-against").all_text_contents()) == ["more negative", "more positive", "much the same"]
    expect(page.locator(".diary .legend")).to_contain_text("your normal voice")
    other = added(switched_on(visitor(stand_in)), entries({}, {}))
    expect(other.locator("th.diary-against")).to_be_hidden()


def test_an_answer_that_was_compared_is_kept_as_such(visitor: Visitor, tmp_path: Path) -> None:
    man = wav(0.5 * voice(2, 110, 1))
    with in_background(create_app(load(tiny_adaptable(tmp_path / "tiny.onnx")))) as address:
        page = switched_on(visitor(address))
        page.click(".more > summary")
        page.click(".voice > summary")
        page.set_input_files("[data-voice] input", {"name": "me.wav", "mimeType": "audio/wav", "buffer": man})
        page.click("[data-keep]")
        expect(page.locator(".voice > .field > .said")).to_contain_text("Your normal voice is known")
        ask(page, man)
        page.click("[data-diary-button]")
        expect(rows(page)).to_have_count(1)
        assert [one["voice"] for one in stored(page)] == [True]


# Everything


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_wrong_in_the_diary(visitor: Visitor, stand_in: str, size: tuple[int, int], scheme: str) -> None:
    page = visitor(stand_in, size, color_scheme=scheme)
    page.click(".diary > summary")
    assert violations(page) == []
    page.click("[data-do=on]")
    labels = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised", "mixed")
    added(page, entries(*({"label": label, "confidence": sure, "voice": True} for label in labels for sure in ("clear", "likely", "unclear"))))
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    rows(page).first.locator("button").click()
    assert violations(page) == []


def test_without_javascript_there_is_no_diary(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in, java_script_enabled=False)
    expect(page.locator(".diary")).to_be_hidden()
