"""Recording in a real Chromium, whose microphone plays a file."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import Page, Playwright, expect

from chromium import HOSTNAME, Visitor, choose, launched, noted, plays, until, verdict, violations, visiting
from intone import Recognizer
from intone.audio import RATE, Signal
from intone.web import WebSettings, create_app
from intone.web.server import in_background
from sounds import silence, voice
from web_server import StandIn, tone, wav

pytestmark = pytest.mark.browser

Microphone = Callable[..., object]


@pytest.fixture
def microphone(playwright: Playwright) -> Iterator[Microphone]:
    """with microphone(file) as visitor: ... the visitors' microphone plays the file again and again."""

    @contextmanager
    def playing(sound: Path, *more: str) -> Iterator[Visitor]:
        with (launched(playwright, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                       f"--use-file-for-fake-audio-capture={sound}", *more) as browser, visiting(browser) as visit):
            yield visit

    yield playing


def begin(page: Page, seconds: float) -> Callable[[], list[str]]:
    """Record until the page has said ten different times for each of these seconds; gives all that it has said."""
    said = noted(page, ".recorder .time")
    page.click("[data-record=start]")
    until(page, lambda: len(set(said())) > 10 * seconds)
    return said


def record(page: Page, seconds: float) -> None:
    begin(page, seconds)
    page.click("[data-record=stop]")
    page.wait_for_selector(".recorder audio:visible")


def written(path: Path, signal: Signal) -> Path:
    soundfile.write(path, signal, RATE, subtype="PCM_16")
    return path


def test_what_is_recorded_sounds_as_the_file_does(
    microphone: Microphone, real: str, recognizer: Recognizer, clip: Path
) -> None:
    with microphone(clip) as visitor:
        page = visitor(real)
        record(page, 5)
        expect(page.locator(".recorder .said")).to_have_text("Recorded. Listen to it, or analyse it.")
        page.click("button[type=submit]")
        expect(page.locator(".answer")).to_be_visible()
        assert verdict(page).split()[0] == recognizer.predict(clip).label
        page.check("[name=view][value='8']")
        assert verdict(page).split()[0] == recognizer.predict(clip, classes=8).label


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
        page.click("[data-record=again]")
        assert page.eval_on_selector("#file", "one => one.files.length") == 0
        expect(page.locator("[data-record=start]")).to_be_focused()


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
        page.click("button[type=submit]")
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
        expect(page.locator(".recorder .said")).to_have_text("")
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
        expect(page.locator(".recorder")).to_contain_text("are off, because they change how a voice sounds")


def test_sending_ends_the_recording_first(microphone: Microphone, stand_in: str, tmp_path: Path) -> None:
    with microphone(written(tmp_path / "voice.wav", voice(3.0))) as visitor:
        page = visitor(stand_in)
        begin(page, 0.9)
        page.click("button[type=submit]")
        expect(page.locator(".answer")).to_be_visible()
