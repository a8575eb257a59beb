"""Recording in a real Chromium, whose microphone plays a file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import Page, Playwright, expect

from chromium import Visitor, launched, verdict, violations, visiting
from intone import Recognizer
from intone.audio import RATE
from sounds import silence, voice

pytestmark = pytest.mark.browser

Microphone = Callable[..., object]


@pytest.fixture
def microphone(playwright: Playwright) -> Iterator[Microphone]:
    """with microphone(file) as visitor: ... the visitors' microphone plays the file again and again."""

    @contextmanager
    def plays(sound: Path, *more: str) -> Iterator[Visitor]:
        with (launched(playwright, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                       f"--use-file-for-fake-audio-capture={sound}", *more) as browser, visiting(browser) as visit):
            yield visit

    yield plays


def record(page: Page, seconds: float) -> None:
    page.click("[data-record=start]")
    page.wait_for_timeout(1000 * seconds)
    page.click("[data-record=stop]")
    page.wait_for_selector(".recorder audio:visible")


def written(path: Path, signal, gain: float = 1.0) -> Path:
    soundfile.write(path, signal * gain, RATE, subtype="PCM_16")
    return path


def test_what_is_recorded_sounds_as_the_file_does(
    microphone: Microphone, real: str, recognizer: Recognizer, clip: Path
) -> None:
    with microphone(clip) as visitor:
        page = visitor(real)
        record(page, 5)
        expect(page.locator(".recorder .said")).to_have_text("Recorded. Listen to it, or send it.")
        page.click("button[type=submit]")
        expect(page.locator(".answer")).to_be_visible()
        assert verdict(page).split()[0] == recognizer.predict(clip).label
        page.check("[name=view][value='8']")
        assert verdict(page).split()[0] == recognizer.predict(clip, classes=8).label


def test_it_pauses_listens_and_discards(microphone: Microphone, stand_in: str, tmp_path: Path) -> None:
    with microphone(written(tmp_path / "voice.wav", voice(3.0))) as visitor:
        page = visitor(stand_in)
        page.click("[data-record=start]")
        page.wait_for_timeout(700)
        assert page.eval_on_selector(".recorder meter", "one => one.value") > -60
        page.click("[data-record=pause]")
        expect(page.locator("[data-record=pause]")).to_have_text("Go on")
        before = page.inner_text(".recorder .time")
        page.wait_for_timeout(600)
        assert page.inner_text(".recorder .time") == before
        assert violations(page) == []
        page.click("[data-record=pause]")
        page.wait_for_timeout(500)
        page.click("[data-record=stop]")
        page.wait_for_function("document.querySelector('.recorder audio').readyState > 0")
        name, size = page.eval_on_selector("#file", "one => [one.files[0].name, one.files[0].size]")
        assert name == "recording.webm" and size > 1000
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


def test_a_microphone_that_is_refused_gets_a_sentence(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in, permissions=[])
    page.evaluate("""() => { navigator.mediaDevices.getUserMedia =
        () => Promise.reject(new DOMException("no", "NotAllowedError")); }""")
    page.click("[data-record=start]")
    expect(page.locator(".recorder .said")).to_contain_text("The microphone is not allowed here")


def test_the_microphone_is_taken_as_it_is(microphone: Microphone, stand_in: str, tmp_path: Path) -> None:
    with microphone(written(tmp_path / "silence.wav", silence(1.0))) as visitor:
        page = visitor(stand_in)
        page.evaluate("""() => { const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = wanted => (window.wanted = wanted, ask(wanted)); }""")
        record(page, 0.5)
        wanted = page.evaluate("window.wanted.audio")
        assert not (wanted["echoCancellation"] or wanted["noiseSuppression"] or wanted["autoGainControl"])
        expect(page.locator(".recorder")).to_contain_text("are off: they change how a voice sounds")
