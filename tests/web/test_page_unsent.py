"""A recording that is not sent is never lost, by a key, by a file or by leaving; in a real Chromium."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from chromium import Visitor, choose, until, verdict, violations
from microphone import Microphone, begin, record, written
from sounds import voice
from web_server import silence, tone, wav

pytestmark = pytest.mark.browser


@pytest.fixture
def recording_visitor(microphone: Microphone, tmp_path: Path) -> Iterator[Visitor]:
    with microphone(written(tmp_path / "voice.wav", voice(3.0))) as visitor:
        yield visitor


def chosen(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector("#file", "one => [...one.files].map(file => file.name)")
    return found


def content(page: Page) -> list[int]:
    """The bytes of the file that is chosen."""
    found: list[int] = page.eval_on_selector(
        "#file", "async one => [...new Uint8Array(await one.files[0].arrayBuffer())]")
    return found


def warnings(page: Page) -> Callable[[], list[str]]:
    """Reloads the page; gives what the browser asked before that."""
    asked: list[str] = []

    def noted(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", noted)

    def left() -> list[str]:
        asked.clear()
        page.reload()
        return list(asked)

    return left


def drop(page: Page) -> None:
    page.evaluate("""bytes => {
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(bytes)], "dropped.wav"));
        document.querySelector("h1").dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true,
          cancelable: true}));
    }""", list(wav(tone("sad"))))


def test_after_stop_the_focus_is_on_analyse(recording_visitor: Visitor, stand_in: str) -> None:
    page = recording_visitor(stand_in)
    record(page, 0.5)
    expect(page.locator(".send")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_be_visible()


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_no_key_that_is_pressed_again_and_again_loses_a_recording(recording_visitor: Visitor, stand_in: str, key: str) -> None:
    page = recording_visitor(stand_in)
    record(page, 0.5)
    before = content(page)
    page.locator("[data-record=discard]").focus()
    for _ in range(2):  # discarded, and back
        page.keyboard.press(key)
    assert content(page) == before
    expect(page.locator(".recorder audio")).to_be_visible()
    expect(page.locator(".send")).to_be_focused()
    page.keyboard.press(key)
    expect(page.locator(".answer")).to_be_visible()


@pytest.mark.parametrize("key", [" ", "Enter"])
def test_a_key_that_is_held_down_presses_one_button(recording_visitor: Visitor, stand_in: str, key: str) -> None:
    page = recording_visitor(stand_in)
    begin(page, 0.5)
    expect(page.locator("[data-record=stop]")).to_be_focused()
    for _ in range(20):
        page.keyboard.down(key)  # all but the first are repetitions
    page.keyboard.up(key)
    expect(page.locator(".recorder audio")).to_be_visible()
    expect(page.locator(".answer, .waiting")).to_have_count(0)


def test_what_is_discarded_comes_back_until_the_next_recording(recording_visitor: Visitor, stand_in: str) -> None:
    page = recording_visitor(stand_in)
    record(page, 0.5)
    before = content(page)
    page.click("[data-record=discard]")
    expect(page.locator(".recorder .said")).to_have_text("Discarded.")
    expect(page.locator("[data-record=undo]")).to_be_focused()
    expect(page.locator(".send")).to_be_hidden()
    assert chosen(page) == [] and violations(page) == []
    page.click("[data-record=undo]")
    expect(page.locator(".recorder .said")).to_contain_text("The recording is back.")
    assert content(page) == before
    page.click("[data-record=discard]")
    record(page, 0.5)
    expect(page.locator("[data-record=undo]")).to_be_hidden()


@pytest.mark.parametrize("how", ["chosen", "dropped"])
def test_a_file_takes_the_place_of_a_recording_aloud_and_not_for_good(
    recording_visitor: Visitor, stand_in: str, how: str
) -> None:
    page = recording_visitor(stand_in)
    record(page, 0.5)
    before = content(page)
    choose(page, wav(tone("sad"))) if how == "chosen" else drop(page)
    expect(page.locator(".recorder .said")).to_have_text("The file takes the place of your recording.")
    assert chosen(page) == [{"chosen": "clip0.wav", "dropped": "dropped.wav"}[how]]
    page.click("[data-record=undo]")
    assert content(page) == before


def test_a_file_that_is_dropped_while_it_records_loses_neither(recording_visitor: Visitor, stand_in: str) -> None:
    page = recording_visitor(stand_in)
    begin(page, 0.5)
    drop(page)
    expect(page.locator(".recorder .said")).to_have_text("The file takes the place of your recording.")
    assert chosen(page) == ["dropped.wav"]
    page.click("[data-record=undo]")
    assert chosen(page) == ["recording.webm"]


def test_an_example_does_not_lose_a_recording(recording_visitor: Visitor, stand_in: str) -> None:
    page = recording_visitor(stand_in)
    record(page, 0.5)
    page.click("[data-record=discard]")
    page.locator("[data-example]").first.click()
    expect(page.locator(".answer")).to_be_visible()
    page.click("[data-record=undo]")
    assert chosen(page) == ["recording.webm"]
    page.click(".send")
    expect(page.locator(".answer")).to_be_visible()


def test_leaving_warns_while_there_is_an_unsent_recording_and_not_otherwise(
    recording_visitor: Visitor, stand_in: str
) -> None:
    page = recording_visitor(stand_in)
    leave = warnings(page)
    page.click("h1")  # a browser asks only a person who has done something
    assert leave() == []
    begin(page, 0.3)
    assert leave() == ["beforeunload"]
    record(page, 0.3)
    assert leave() == ["beforeunload"]
    record(page, 0.3)
    choose(page, wav(tone("sad")))
    assert leave() == ["beforeunload"]
    record(page, 0.3)
    page.click("[data-record=discard]")
    assert leave() == []
    choose(page, wav(tone("sad")))
    page.click(".more > summary")
    assert leave() == []
    record(page, 0.3)
    page.click(".send")
    expect(page.locator(".answer")).to_be_visible()
    assert leave() == []


def test_a_recording_that_got_no_answer_is_still_there(recording_visitor: Visitor, stand_in: str) -> None:
    page = recording_visitor(stand_in)
    leave = warnings(page)
    record(page, 0.5)
    page.route("**/api/v1/analyses", lambda route: route.abort())
    page.click(".send")
    expect(page.get_by_role("alert")).to_contain_text("The server did not answer")
    expect(page.locator(".recorder audio")).to_be_visible()
    page.unroute_all()
    page.click(".send")
    expect(page.locator(".answer")).to_be_visible()
    assert leave() == []


def test_after_its_answer_a_recording_is_a_chosen_file(recording_visitor: Visitor, stand_in: str) -> None:
    page = recording_visitor(stand_in)
    record(page, 0.5)
    page.click(".send")
    expect(page.locator(".answer")).to_be_visible()
    expect(page.locator(".recorder audio")).to_be_hidden()
    expect(page.locator("[data-record=start]")).to_be_visible()
    assert chosen(page) == ["recording.webm"]
    shown = verdict(page)
    page.click(".send")
    until(page, lambda: page.locator(".answer").count() == 1)
    assert verdict(page) == shown


def test_the_normal_voice_is_not_lost_either(recording_visitor: Visitor, stand_in: str) -> None:
    page = recording_visitor(stand_in)
    leave = warnings(page)
    page.click(".more > summary")
    page.click(".voice > summary")
    page.click(".voice [data-record=start]")
    until(page, lambda: page.locator(".voice .time").inner_text() > "0.5")
    page.click(".voice [data-record=stop]")
    expect(page.locator("[data-keep]")).to_be_focused()
    assert chosen(page) == []
    page.click(".voice [data-record=discard]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-keep]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".voice > .field > .said")).to_contain_text("Your normal voice is known")
    assert leave() == []


def test_silence_that_was_refused_can_be_discarded(microphone: Microphone, stand_in: str, tmp_path: Path) -> None:
    with microphone(written(tmp_path / "silence.wav", silence(2.0))) as visitor:
        page = visitor(stand_in)
        record(page, 0.5)
        page.click(".send")
        expect(page.get_by_role("alert")).to_be_visible()
        page.click("[data-record=discard]")
        expect(page.locator("[data-record=start]")).to_be_visible()
