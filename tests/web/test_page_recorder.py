"""Recording in a real Chromium, whose microphone plays a file."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from chromium import HOSTNAME, Visitor, choose, noted, plays, until, verdict, violations
from intone import Recognizer
from intone.web import WebSettings, create_app
from intone.web.server import in_background
from microphone import Microphone, begin, record, written
from sounds import silence, voice
from web_server import StandIn, tone, wav

pytestmark = pytest.mark.browser

def test_what_is_recorded_sounds_as_the_file_does(
    microphone: Microphone, real: str, recognizer: Recognizer, clip: Path
) -> None:
    with microphone(clip) as visitor:
        page = visitor(real)
        record(page, 5)
        expect(page.locator(".recorder .said")).to_have_text("Recorded. Listen to it, or analyse it.")
        page.click(".send")
        expect(page.locator(".answer")).to_be_visible()
        assert verdict(page).split()[0] == recognizer.predict(clip).label.capitalize()
        page.check("[name=view][value='2']")
        assert verdict(page).split()[0] == recognizer.predict(clip, classes=2).label.capitalize()


def test_it_pauses_listens_and_discards(microphone: Microphone, stand_in: str, tmp_path: Path) -> None:
    with microphone(written(tmp_path / "voice.wav", voice(3.0))) as visitor:
        page = visitor(stand_in)
        levels = noted(page, ".recorder meter", "value")
        began = time.monotonic()
        said = begin(page, 0.7)
        until(page, lambda: max(levels()) > -60)
        page.click("[data-record=pause]")
        expect(page.locator("[data-record=pause]")).to_have_text("Resume")
        paused, before, looked = time.monotonic(), said()[-1], len(levels())
        until(page, lambda: len(levels()) > looked + 10 and time.monotonic() > paused + 1)
        assert said()[-1] == before
        assert violations(page) == []
        resumed, count = time.monotonic(), len(set(said()))
        page.click("[data-record=pause]")
        until(page, lambda: len(set(said())) > count + 5)
        page.click("[data-record=stop]")
        stopped = time.monotonic()
        expect(page.locator(".recorder audio")).to_have_js_property("readyState", 4)
        name, size = page.eval_on_selector("#file", "one => [one.files[0].name, one.files[0].size]")
        assert name == "recording.webm" and size > 1000
        length = until(page, lambda: page.eval_on_selector(".recorder audio", "one => Number.isFinite(one.duration) && one.duration"))
        assert 0.8 < length < (paused - began) + (stopped - resumed) + 0.3
        assert violations(page) == []
        page.click("[data-record=discard]")
        assert page.eval_on_selector("#file", "one => one.files.length") == 0
        expect(page.locator("[data-record=start]")).to_be_visible()


@pytest.mark.parametrize(("gain", "said"), [(0.004, "very quiet"), (40, "too loud and clipped")])
def test_a_bad_level_gets_a_hint(
    microphone: Microphone, stand_in: str, tmp_path: Path, gain: float, said: str
) -> None:
    signal = (voice(3.0) * gain).clip(-1, 1)
    with microphone(written(tmp_path / "voice.wav", signal)) as visitor:
        page = visitor(stand_in)
        record(page, 1.2)
        expect(page.locator(".recorder .said")).to_contain_text(said)


def test_what_was_recorded_is_played_in_its_segments(microphone: Microphone, stand_in: str, tmp_path: Path) -> None:
    """A browser records without a length and without an index; its own player still finds the second second."""
    with microphone(written(tmp_path / "voice.wav", voice(3.0))) as visitor:
        page = visitor(stand_in)
        record(page, 2.6)
        page.evaluate("""() => { window.Audio = class extends Audio {
            constructor(...from) { super(...from); window.player = this; } }; }""")
        page.click(".send")
        page.wait_for_selector(".waveform [data-label]", state="attached")
        played = plays(page)
        page.locator(".waveform [data-label]").nth(1).click()
        until(page, played)
        assert page.evaluate("player.currentTime") == pytest.approx(2.0, abs=0.1)


def test_it_stops_at_the_longest_that_is_analysed(microphone: Microphone, tmp_path: Path) -> None:
    with (in_background(create_app(StandIn(), WebSettings(max_seconds=1))) as address,
          microphone(written(tmp_path / "voice.wav", voice(3.0))) as visitor):
        page = visitor(address)
        page.evaluate("""() => { const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = async wanted => window.stream = await ask(wanted); }""")
        page.click("[data-record=start]")
        expect(page.locator(".recorder audio")).to_be_visible()
        assert page.evaluate("stream.getTracks().map(track => track.readyState)") == ["ended"]


def test_another_file_takes_the_place_of_what_was_recorded(
    microphone: Microphone, stand_in: str, tmp_path: Path
) -> None:
    with microphone(written(tmp_path / "voice.wav", voice(3.0))) as visitor:
        page = visitor(stand_in)
        record(page, 0.5)
        choose(page, wav(tone("sad")))
        expect(page.locator(".recorder audio")).to_be_hidden()
        expect(page.locator(".recorder .said")).to_have_text("The file takes the place of your recording.")
        assert page.eval_on_selector("#file", "one => one.files[0].name") == "clip0.wav"


@pytest.mark.parametrize(("error", "said"), [
    ("NotAllowedError", "The microphone is not allowed here"),
    ("NotFoundError", "No microphone was found"),
    ("NotReadableError", "The microphone cannot be read"),
])
def test_a_microphone_that_does_not_come_gets_a_sentence(
    visitor: Visitor, stand_in: str, error: str, said: str
) -> None:
    page = visitor(stand_in)
    page.evaluate("""error => { navigator.mediaDevices.getUserMedia =
        () => Promise.reject(new DOMException("no", error)); }""", error)
    page.click("[data-record=start]")
    expect(page.locator(".recorder .said")).to_contain_text(said)
    assert violations(page) == []


def test_an_address_that_is_not_trusted_gets_a_sentence(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in.replace("127.0.0.1", HOSTNAME))
    expect(page.locator(".recorder .said")).to_contain_text("A browser records only on this computer's own address")
    expect(page.locator("[data-record=start]")).to_be_hidden()
    assert violations(page) == []


def test_asking_twice_records_once(microphone: Microphone, stand_in: str, tmp_path: Path) -> None:
    with microphone(written(tmp_path / "voice.wav", voice(3.0))) as visitor:
        page = visitor(stand_in)
        page.evaluate("""() => { const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            window.asked = 0;
            navigator.mediaDevices.getUserMedia = wanted => (window.asked += 1, ask(wanted));
            const start = document.querySelector("[data-record=start]");
            start.click();
            start.click(); }""")
        expect(page.locator("[data-record=stop]")).to_be_visible()
        assert page.evaluate("asked") == 1


def test_the_microphone_is_taken_as_it_is(microphone: Microphone, stand_in: str, tmp_path: Path) -> None:
    with microphone(written(tmp_path / "silence.wav", silence(1.0))) as visitor:
        page = visitor(stand_in)
        page.evaluate("""() => { const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = wanted => (window.wanted = wanted, ask(wanted)); }""")
        record(page, 0.5)
        wanted = page.evaluate("window.wanted.audio")
        assert not (wanted["echoCancellation"] or wanted["noiseSuppression"] or wanted["autoGainControl"])
        expect(page.locator(".more")).to_contain_text("because they change how a voice sounds")


def test_sending_ends_the_recording_first(microphone: Microphone, stand_in: str, tmp_path: Path) -> None:
    """Where a file was chosen before, a key could send the form while it records."""
    with microphone(written(tmp_path / "voice.wav", voice(3.0))) as visitor:
        page = visitor(stand_in)
        choose(page, wav(tone("sad", 5)))
        begin(page, 0.9)
        page.evaluate("document.getElementById('form').requestSubmit()")
        expect(page.locator(".answer")).to_be_visible()
        assert page.eval_on_selector("#file", "one => one.files[0].name") == "recording.webm"
