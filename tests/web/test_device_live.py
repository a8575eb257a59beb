"""Live in the browser: the scripts do what Python does, and the page shows it while a microphone plays a file."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import intone
from chromium import noted, until, violations
from device_scripts import Scripts, detected, stand_in_of, waves
from in_browser import ready
from intone.audio import RATE, Signal, resample
from intone.audio.vad import find_speech
from intone.labels import SCHEMES
from intone.recognition.hysteresis import Hysteresis
from intone.recognition.live import State
from intone.web.device import facts
from microphone import Microphone, begin, written
from sounds import noise, silence, voice

pytestmark = pytest.mark.browser

SETTINGS = intone.load().models[0].settings
FACTS = facts(intone.load())
TALK = np.concatenate([silence(0.4), voice(2.5, 110), silence(1.2), 0.5 * voice(1.6, 220, seed=1), silence(0.3),
                       voice(3.0, 150, seed=2), silence(1.0), voice(19, 180, seed=3), noise(1.3, rms=1e-3), voice(0.4)])

WATCHED = """(() => {
    const sent = window.sent = [];
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...others) {
        if (message.kind === "live") {
            const { id, samples, rate, skipped } = message;
            const one = { id, samples: Array.from(samples), rate, skipped, open: sent.filter((each) => !each.state).length };
            sent.push(one);
            this.addEventListener("message", ({ data }) => { if (data.id === one.id && data.done) one.state = data.done; });
        }
        return post.call(this, message, ...others);
    };
    const ask = MediaDevices.prototype.getUserMedia;
    MediaDevices.prototype.getUserMedia = async function (...asked) { return (window.stream = await ask.apply(this, asked)); };
})()"""


def states(page: Page) -> list[dict[str, Any]]:
    """What the worker has said so far."""
    found: list[dict[str, Any]] = page.evaluate("sent.filter((one) => one.state).map((one) => one.state)")
    return found


def watched(page: Page) -> None:
    page.add_init_script(WATCHED)


# The scripts


def test_the_same_labels_are_shown(scripts: Scripts) -> None:
    rng = np.random.default_rng(3)
    steps = rng.normal(0, 0.8, (300, 4)) + 0.5 * np.cumsum(rng.normal(0, 0.5, (300, 4)), axis=0)
    shares = [dict(zip("abcd", map(float, np.exp(one) / np.exp(one).sum()), strict=True)) for one in steps]
    hysteresis = Hysteresis()
    wanted = [hysteresis.update(one) for one in shares]
    assert sum(a != b for a, b in pairwise(wanted)) > 10
    found = scripts("""
        const { Hysteresis } = await import(`${folder}/hysteresis.js`);
        const shown = new Hysteresis(given.facts);
        return given.shares.map((one) => shown.update(one));""", facts=FACTS, shares=shares)
    assert found == wanted


@pytest.mark.parametrize("rate", [8000, 11_025, 22_050, 44_100, 48_000])
def test_blocks_are_resampled_without_a_seam(scripts: Scripts, rate: int) -> None:
    signal = noise(1.7, rate)
    most, lengths = scripts("""
        const { Stream } = await import(`${folder}/stream.js`);
        const whole = own.resample(given.signal, given.rate, 16000);
        const stream = new Stream(given.rate, 16000);
        const parts = [];
        let at = 0;
        for (let size = 1; at < given.signal.length; size = 2 * size % 5003) {
            parts.push(...stream.add(given.signal.slice(at, at + size)));
            at += size;
        }
        parts.push(...stream.add(new Float32Array(0), true));
        return [whole.reduce((most, one, i) => Math.max(most, Math.abs(one - parts[i])), 0), [whole.length, parts.length]];
        """, signal=signal, rate=rate)
    assert lengths[0] == lengths[1] > 27_000
    assert most < 1e-6


@pytest.mark.parametrize(("scheme", "sex"), [("8", "auto"), ("2", "female"), ("stress", "auto")])
@pytest.mark.parametrize("size", [RATE, 3 * RATE + 500])
def test_the_states_are_those_of_python(scripts: Scripts, scheme: str, sex: str, size: int) -> None:
    recognizer = waves(SETTINGS)
    blocks = [TALK[at : at + size] for at in range(0, len(TALK) - size, size)]
    rest = TALK[len(blocks) * size :]
    with detected() as calls:
        live = recognizer.live(iter(()), classes=scheme, sex=sex)
        wanted = [live._state(block) for block in blocks] + [live._state(rest, last=True)]
    found = scripts("""
        const { Live } = await import(`${folder}/live.js`);
        const live = new Live(runOf(given.network), given.facts, 16000, given.options);
        const states = [];
        for (const block of given.blocks) states.push(await live.hear(block));
        return [...states, await live.hear(given.rest, true)];""",
        network=stand_in_of(recognizer, calls), facts=facts(recognizer), blocks=blocks, rest=rest,
        options={"sex": sex, "classes": scheme})
    assert len(found) == len(wanted) > 8
    for one, other in zip(found, wanted, strict=True):
        same(one, other)
    assert sum(len(one.ended) for one in wanted) >= 6
    assert set(wanted[-1].shares) >= set(SCHEMES[scheme].classes)


def same(found: dict[str, Any], wanted: State) -> None:
    """A state of the browser is that of Python."""
    for name in ("time_s", "speaking", "since_s", "label", "confidence"):
        assert found[name] == getattr(wanted, name), name
    assert found["shares"] == pytest.approx(wanted.shares, abs=1e-4)
    for one, other in zip(found["ended"], wanted.ended, strict=True):
        assert (one["start_s"], one["end_s"], one["label"]) == (other.start_s, other.end_s, other.label)
        assert one["probabilities"] == pytest.approx(other.probabilities, abs=1e-4)


def test_what_is_skipped_ends_what_went_on(scripts: Scripts) -> None:
    recognizer = waves(SETTINGS)
    with detected() as calls:
        for part in (TALK[: 2 * RATE], TALK[7 * RATE : 9 * RATE]):
            list(recognizer.live([part]))
    first, second = scripts("""
        const { Live } = await import(`${folder}/live.js`);
        const live = new Live(runOf(given.network), given.facts, 16000, { sex: "auto", classes: "8" });
        const first = await live.hear(given.first);
        live.skip(5 * 16000);
        return [first, await live.hear(given.second)];""",
        network=stand_in_of(recognizer, calls), facts=facts(recognizer), first=TALK[: 2 * RATE], second=TALK[7 * RATE : 9 * RATE])
    assert (first["time_s"], second["time_s"]) == (2.0, 9.0)
    assert first["since_s"] < 1 and 7.0 <= second["since_s"] < 7.5


# The page


@pytest.fixture
def known(crema_d_dir: Path) -> Signal:
    """Five clips of one voice with half a second between them, after a silence in which a busy machine can begin."""
    clips = sorted(crema_d_dir.glob("AudioWAV/1001_*.wav"))[::17][:5]
    return np.concatenate([silence(5), *(part for clip in clips for part in (intone.audio.read_mono(clip), silence(0.5)))])


def test_the_segments_are_those_of_the_recording_and_the_answer_comes(
    microphone: Microphone, on_device: str, known: Signal, tmp_path: Path
) -> None:
    with microphone(f"{written(tmp_path / 'known.wav', known)}%noloop") as visitor:
        page = ready(visitor, on_device, prepare=watched)
        said = noted(page, "[data-live] [role=status]")
        begin(page, 0.1)
        expect(page.locator("[data-live]")).to_be_visible()
        until(page, lambda: states(page) and states(page)[-1]["time_s"] > len(known) / RATE + 1)
        assert page.locator("[data-live] .now strong").inner_text()
        assert violations(page) == []
        found = [(one["start_s"], one["end_s"]) for state in states(page) for one in state["ended"]]
        sent = page.evaluate("sent")
        page.click("[data-record=stop]")
        expect(page.locator("[data-live]")).to_be_hidden()
        page.wait_for_selector(".recorder audio:visible")
        told = set(said())
        page.click(".send")
        expect(page.locator(".answer")).to_be_visible()
    # A busy machine plays with gaps: the judge is what the page heard, and not what the file holds.
    heard = np.concatenate([part for one in sent for part in (np.zeros(one["skipped"]), one["samples"])]).astype(np.float32)
    wanted = [(one.start / RATE, one.end / RATE) for one in find_speech(resample(heard, sent[0]["rate"]))]
    assert len(found) == len(wanted) >= 4
    assert np.abs(np.array(found) - wanted).max() < 0.2
    assert all(one["open"] == 0 for one in sent), "one piece is in work at a time"
    assert 1 < len(told) <= 2 + len(known) / RATE / 5, "nobody who hears the page is told every second"


def test_it_pauses_and_a_hidden_tab_is_drawn_when_it_is_seen(
    microphone: Microphone, on_device: str, tmp_path: Path
) -> None:
    with microphone(written(tmp_path / "voice.wav", voice(6.0))) as visitor:
        page = ready(visitor, on_device, prepare=watched)
        begin(page, 0.1)
        until(page, lambda: len(states(page)) >= 2)
        page.click("[data-record=pause]")
        until(page, lambda: page.evaluate("sent.every((one) => one.state)"))
        paused, levels = page.evaluate("sent.length"), noted(page, ".recorder meter", "value")
        until(page, lambda: len(levels()) > 60)  # twenty a second
        assert page.evaluate("sent.length") == paused
        page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
        drawn = noted(page, "[data-live] .moving", "childElementCount")
        page.click("[data-record=pause]")
        until(page, lambda: page.evaluate("sent.filter((one) => one.state).length") >= paused + 2)
        assert len(drawn()) == 1
        page.evaluate("""() => {
            Object.defineProperty(document, "hidden", { value: false, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""")
        until(page, lambda: len(drawn()) > 1)


def test_a_microphone_that_is_taken_away_leaves_what_it_recorded(
    microphone: Microphone, on_device: str, tmp_path: Path
) -> None:
    with microphone(written(tmp_path / "voice.wav", voice(6.0))) as visitor:
        page = ready(visitor, on_device, prepare=watched, locale="de-DE")
        begin(page, 1.5)
        page.evaluate("""() => {
            const [track] = stream.getTracks();
            track.dispatchEvent(new Event("ended"));
            track.stop();
        }""")
        expect(page.locator(".recorder .said")).to_contain_text("Das Mikrofon ist weg")
        expect(page.locator("[data-live]")).to_be_hidden()
        assert page.eval_on_selector("#file", "one => one.files[0].size") > 1000


def test_on_the_server_nothing_is_analysed_live(microphone: Microphone, on_device: str, tmp_path: Path) -> None:
    with microphone(written(tmp_path / "voice.wav", voice(6.0))) as visitor:
        page = ready(visitor, on_device, prepare=watched)
        page.check("[name=where][value=server]")
        begin(page, 2.5)
        expect(page.locator("[data-live]")).to_be_hidden()
        assert page.evaluate("sent") == []


def test_a_permission_that_is_refused_is_told(microphone: Microphone, on_device: str, tmp_path: Path) -> None:
    refused = """MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"))"""
    with microphone(written(tmp_path / "voice.wav", voice(1.0))) as visitor:
        page = ready(visitor, on_device, prepare=lambda one: one.add_init_script(refused))
        page.click("[data-record=start]")
        expect(page.locator(".recorder .said")).to_contain_text("not allowed here")
        expect(page.locator("[data-live]")).to_be_hidden()
