"""Recognition in the visitor's browser, in a real Chromium, with the page that the server gives."""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from flask import Response
from playwright.sync_api import Page, expect

from chromium import DESKTOP, PHONE, Visitor, ask, choose, verdict, violations
from in_browser import nothing_asked, packed, ready, run
from intone import Recognizer
from intone.audio import RATE
from intone.language import texts
from intone.web import WebSettings, create_app, device_models
from intone.web.server import in_background
from sounds import encode, mux, pcm, voice
from web_server import StandIn, silence, wav

pytestmark = pytest.mark.browser

STATIC = Path(create_app.__code__.co_filename).parent / "static"
EXAMPLES = STATIC / "examples"
SENTENCES = {name: texts("en")(f"where.{name}") for name in ("old", "memory", "model", "network", "unread", "instead", "choose",
                                                                "usual", "stays")}
Break = Callable[[Page, str], None]


def test_the_libraries_are_those_that_their_note_says() -> None:
    note = (STATIC / "vendor" / "README.md").read_text("utf-8")
    stated = dict(re.findall(r"\| `([\w./-]+)` \|[^\n]*\| `([0-9a-f]{64})` \|", note))
    found = {path.relative_to(STATIC / "vendor").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
             for path in (STATIC / "vendor").rglob("*.*") if path.suffix not in (".md", ".txt")}
    assert stated == found and len(found) == 6


def expected(recognizer: Recognizer, clip: Path) -> str:
    answer, english = recognizer.predict(clip), texts("en")
    return (f"{english.word(answer.label).capitalize()} {english(f'answer.valence.{answer.valence}')} "
            f"{english.percent(answer.shares[answer.label])}")


# Answers


def test_a_recording_is_answered_and_nothing_is_asked_for(
    visitor: Visitor, on_device: str, recognizer: Recognizer, clip: Path
) -> None:
    page = ready(visitor, on_device)
    with nothing_asked(page):
        ask(page, clip)
        expect(page.locator(".answer")).to_be_visible()
        page.wait_for_selector(".waveform [part~=region]", state="attached")
    assert verdict(page) == expected(recognizer, clip)
    assert page.locator("[data-pictures], .correction").count() == 0, "they would send the recording"
    assert violations(page) == []


def test_an_example_is_answered_in_the_language_of_the_page(visitor: Visitor, on_device: str) -> None:
    page = ready(visitor, on_device, locale="de-DE")
    page.locator("[data-example]").first.click()
    expect(page.locator(".answer")).to_be_visible()
    assert verdict(page).startswith("Wütend")
    ask(page, wav(silence(3)))
    expect(page.get_by_role("alert")).to_contain_text("Die Aufnahme ist stumm")


def test_several_recordings_have_a_table(visitor: Visitor, on_device: str, clip: Path) -> None:
    page = ready(visitor, on_device)
    with nothing_asked(page):
        ask(page, clip.read_bytes(), wav(silence(2)), (EXAMPLES / "example-2.webm").read_bytes())
        expect(page.locator(".many .progress")).to_be_hidden()
    rows = page.locator(".rows tbody tr")
    expect(rows).to_have_count(3)
    assert [bool(re.search(r"Angry|Happy", one)) for one in rows.all_inner_texts()] == [True, False, True]


def test_why_a_segment_sounds_so_is_found_on_the_device(visitor: Visitor, on_device: str) -> None:
    page = ready(visitor, on_device)
    ask(page, EXAMPLES / "example-1.webm")
    page.locator(".waveform [part~=region]").first.click()
    with nothing_asked(page):
        page.click("[data-explain]")
        expect(page.locator(".evidence")).to_be_visible()
    expect(page.locator("[data-finding]")).not_to_be_empty()


def test_the_normal_voice_is_learned_and_compared_with_on_the_device(visitor: Visitor, on_device: str, clip: Path) -> None:
    page = ready(visitor, on_device)
    page.click(".more > summary")
    page.click(".voice > summary")
    with nothing_asked(page):
        page.set_input_files("[data-voice] input", clip)
        page.click("[data-keep]")
        expect(page.locator(".voice > .field > .said")).to_contain_text("Your normal voice is known")
        ask(page, clip)
        expect(page.locator(".answer .hint:visible", has_text="Compared with your normal voice.")).to_have_count(1)


def test_a_longer_recording_says_that_it_is_taken_as_of_one_person(visitor: Visitor, on_device: str, clip: Path) -> None:
    samples, rate = soundfile.read(clip, dtype="float32")
    page = ready(visitor, on_device)
    ask(page, pcm(np.tile(samples, 8), rate))
    expect(page.locator(".answer .moments:visible")).to_have_count(1)
    hint = page.locator(".answer > .hint").first
    expect(hint).to_have_text(f"{texts('en')('where.one')} {texts('en')('where.apart')}")
    expect(hint.get_by_role("button")).to_have_text(texts("en")("where.apart"))
    ask(page, clip)
    expect(page.locator(".answer .moments")).to_have_count(0)
    expect(page.locator(".answer")).not_to_contain_text(texts("en")("where.one"))


def test_what_is_cancelled_ends_and_the_next_is_answered(visitor: Visitor, on_device: str, clip: Path) -> None:
    page = ready(visitor, on_device)
    found = run(page, """async (bytes, { load, file }) => {
        const { analyse } = await load("device");
        const stop = new AbortController();
        const first = analyse(file(bytes), { explain: true }, stop.signal, () => stop.abort()).catch((error) => error.name);
        return [await first, (await analyse(file(bytes))).views["8"].label];
    }""", packed(clip))
    assert found == ["AbortError", "angry"]


def test_a_tab_that_is_put_to_sleep_answers_when_it_wakes(visitor: Visitor, on_device: str, clip: Path) -> None:
    page = ready(visitor, on_device)
    session = page.context.new_cdp_session(page)
    ask(page, clip)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    session.send("Page.setWebLifecycleState", {"state": "active"})
    expect(page.locator(".answer")).to_be_visible()


# The switch


def posts(page: Page) -> list[str]:
    """The recordings that are sent from now on."""
    sent: list[str] = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    return sent


def test_the_switch_says_where_the_sound_goes_and_is_remembered(visitor: Visitor, on_device: str) -> None:
    page = ready(visitor, on_device, size=PHONE)
    means = page.locator("[data-means]")
    expect(page.get_by_label("On this device")).to_be_checked()
    expect(means).to_contain_text("If it cannot, the sound goes to the server")
    page.get_by_label("On the server").check(force=True)
    expect(means).to_have_text("The recording goes to the server, and is forgotten as soon as it is answered.")
    sent = posts(page)
    page.reload()
    expect(page.get_by_label("On the server")).to_be_checked()
    page.locator("[data-example]").first.click()
    expect(page.locator(".answer")).to_be_visible()
    assert len(sent) == 1
    page.get_by_label("On this device").check(force=True)
    expect(means).to_have_text("The sound stays on this device: your browser analyses it.")
    assert violations(page) == []


def test_what_is_needed_stands_before_the_switch(visitor: Visitor, on_device: str) -> None:
    page = ready(visitor, on_device)
    for width, height in ((360, 640), PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        for one in [page.locator("[data-record=start]"), page.locator("#file"), *page.locator("[data-example]").all()]:
            expect(one).to_be_in_viewport(ratio=1)
        if (width, height) != (360, 640):
            expect(page.locator("[data-means]")).to_be_in_viewport(ratio=1)


def test_what_only_the_server_can_do_cannot_be_chosen_with_the_device(visitor: Visitor, on_device: str) -> None:
    page = ready(visitor, on_device)
    page.click(".more > summary")
    for name in ("speakers", "channel", "track"):
        expect(page.locator(f"[name={name}]")).to_be_disabled()
    expect(page.locator("[data-only-server]")).to_be_visible()
    page.get_by_label("On the server").check(force=True)
    for name in ("speakers", "channel", "track"):
        expect(page.locator(f"[name={name}]")).to_be_enabled()
    expect(page.locator("[data-only-server]")).to_be_hidden()


def test_a_page_without_it_offers_no_switch(visitor: Visitor, real: str) -> None:
    page = visitor(real)
    expect(page.locator(".send, [data-example]").last).to_be_visible()
    assert page.locator("[data-where]").count() == 0


def test_without_javascript_nothing_changes(visitor: Visitor, on_device: str, clip: Path) -> None:
    page = visitor(on_device, java_script_enabled=False)
    expect(page.locator("[data-where]")).to_be_hidden()
    ask(page, clip)
    expect(page.locator(".answer")).to_be_visible()


def test_who_saves_data_loads_nothing_before_it_is_needed(visitor: Visitor, on_device: str) -> None:
    asked: list[str] = []

    def prepare(page: Page) -> None:
        page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
        page.on("request", lambda request: asked.append(request.url))

    page = visitor(on_device, prepare=prepare)
    page.wait_for_load_state("networkidle")
    assert asked and not [one for one in asked if "onnx" in one]
    page.locator("[data-example]").first.click()
    expect(page.locator(".answer")).to_be_visible()
    assert [one for one in asked if "onnx" in one]


# Bad luck


def without_simd(page: Page) -> None:
    page.add_init_script("WebAssembly.validate = () => false")


def without_memory(page: Page, _: str = "") -> None:
    words = "WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance"
    page.route("**/runtime.js", lambda route: route.fulfill(
        body=f"export const begin = async () => {{ throw new RangeError({words!r}); }};", content_type="text/javascript"))


SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[:1_000_000],
    "changed": lambda content: content[:500] + bytes([content[500] ^ 1]) + content[501:],
}


@pytest.fixture(scope="module")
def spoiler(recognizer: Recognizer) -> Iterator[str]:
    """Address of a server of spoiled models: 20 MB through the browser's driver take a busy machine minutes."""
    app = create_app(StandIn())
    content = device_models.parts(create_app(recognizer).extensions["intone"])["model"].path.read_bytes()
    app.add_url_rule("/spoiled/<what>", view_func=lambda what: Response(
        SPOILED[what](content), mimetype="application/octet-stream"), endpoint="spoiled")
    with in_background(app) as there:
        yield f"{there}/spoiled"


def spoiled(what: str) -> Break:
    return lambda page, spoiler: page.route("**/device/ensemble-*.onnx", lambda route: route.continue_(
        url=f"{spoiler}/{what}"))


def unreachable(page: Page, _: str = "") -> None:
    page.route("**/device/ensemble-*.onnx", lambda route: route.abort())


TROUBLE: dict[str, tuple[str, Break]] = {
    "memory": ("memory", without_memory),
    "cut": ("model", spoiled("cut")),
    "changed": ("model", spoiled("changed")),
    "lost": ("network", unreachable),
}


@pytest.mark.parametrize("what", TROUBLE)
def test_where_the_device_fails_the_server_answers_and_the_page_says_so(
    visitor: Visitor, on_device: str, spoiler: str, what: str
) -> None:
    reason, broken = TROUBLE[what]
    page = visitor(on_device, prepare=lambda page: broken(page, spoiler))
    expect(page.locator("[data-means]")).to_have_text(f"{SENTENCES[reason]} {SENTENCES['usual']}")
    sent = posts(page)
    page.locator("[data-example]").first.click()
    expect(page.locator(".answer")).to_be_visible()
    assert verdict(page).startswith("Angry") and len(sent) == 1
    expect(page.get_by_role("alert")).to_have_text(f"{SENTENCES[reason]} {SENTENCES['instead']}")


@pytest.mark.parametrize("what", TROUBLE)
def test_who_has_chosen_the_device_has_the_sentence_and_nothing_is_sent(
    visitor: Visitor, on_device: str, spoiler: str, what: str
) -> None:
    reason, broken = TROUBLE[what]
    page = visitor(on_device, prepare=lambda page: (
        broken(page, spoiler), page.add_init_script("localStorage.setItem('intone.where', 'device')")))
    sent = posts(page)
    expect(page.locator("[data-means]")).to_have_text(f"{SENTENCES[reason]} {SENTENCES['stays']}")
    page.locator("[data-example]").first.click()
    expect(page.get_by_role("alert")).to_have_text(f"{SENTENCES[reason]} {SENTENCES['choose']}")
    assert sent == []
    expect(page.locator(".answer")).to_have_count(0)


def test_a_model_that_was_lost_once_is_fetched_again(visitor: Visitor, on_device: str, clip: Path) -> None:
    page = visitor(on_device, prepare=unreachable)
    expect(page.locator("[data-means]")).to_have_text(f"{SENTENCES['network']} {SENTENCES['usual']}")
    page.unroute("**/device/ensemble-*.onnx")
    sent = posts(page)
    ask(page, clip)
    expect(page.locator(".answer")).to_be_visible()
    assert sent == [] and page.get_by_role("alert").count() == 0


def test_a_browser_that_is_too_old_leaves_it_to_the_server(visitor: Visitor, on_device: str) -> None:
    page = visitor(on_device, prepare=without_simd)
    expect(page.locator("[data-means]")).to_have_text(
        f"{SENTENCES['old']} The recording goes to the server, and is forgotten as soon as it is answered.")
    expect(page.get_by_label("On this device")).to_be_disabled()
    page.locator("[data-example]").first.click()
    expect(page.locator(".answer")).to_be_visible()


@pytest.mark.parametrize("explicit", [False, True], ids=["by default", "chosen"])
def test_a_file_that_the_browser_cannot_read_goes_to_the_server_unless_the_device_is_chosen(
    visitor: Visitor, on_device: str, explicit: bool
) -> None:
    page = ready(visitor, on_device)
    if explicit:
        page.get_by_label("On the server").check(force=True)
        page.get_by_label("On this device").check(force=True)
    sent = posts(page)
    choose(page, encode(voice(2), "aiff"))
    page.click(".send")
    said = page.get_by_role("alert")
    expect(said).to_have_text(f"{SENTENCES['unread']} {SENTENCES['choose' if explicit else 'instead']}")
    assert len(sent) == (not explicit)
    expect(page.locator(".answer")).to_have_count(int(not explicit))


def test_what_neither_can_read_has_one_sentence(visitor: Visitor, on_device: str) -> None:
    page = ready(visitor, on_device)
    ask(page, b"\x89PNG no sound")
    expect(page.get_by_role("alert")).to_contain_text("not a recording that can be decoded")
    assert page.get_by_role("alert").count() == 1


def test_a_recording_that_is_too_long_is_not_decoded(still: Page) -> None:
    found = run(still, """async (bytes, { load, file }) => {
        const { decode } = await load("decode");
        return [await decode(file(bytes), 1).catch((error) => error.reason), (await decode(file(bytes), 3)).rate];
    }""", packed(wav(voice(2))))
    assert found == ["long", 16_000]


# Decoding


RATES: dict[str, Callable[[int], bytes]] = {
    "wav": lambda rate: pcm(np.zeros(rate, np.float32), rate),
    "flac": lambda rate: pcm(np.zeros(rate, np.float32), rate, "FLAC"),
    "ogg": lambda rate: pcm(np.zeros(rate, np.float32), rate, "OGG", "VORBIS"),
    "mp3": lambda rate: mux(np.zeros(rate, np.float32), rate, "mp3", "libmp3lame"),
    "aac": lambda rate: mux(np.zeros(rate, np.float32), rate, "adts", "aac"),
    "m4a": lambda rate: mux(np.zeros(rate, np.float32), rate, "ipod", "aac"),
}


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("kind", RATES)
def test_the_rate_of_a_file_is_found_in_its_header(still: Page, kind: str, rate: int) -> None:
    found = run(still, """async (bytes, { load, file }) =>
        (await load("header")).rateOf(await file(bytes).arrayBuffer())""", packed(RATES[kind](rate)))
    assert found == rate


@pytest.mark.parametrize("recording", [b"", b"RIFF", b"\xff" * 64, bytes(64), b"OggS" + bytes(70), b"fLaC" + bytes(99),
                                       b"\x1aE\xdf\xa3" + bytes(80), b"\0\0\0\x18ftypmp4a" + bytes(60)],
                         ids=range(8))
def test_a_header_that_says_nothing_counts_as_48_khz(still: Page, recording: bytes) -> None:
    found = run(still, """async (bytes, { load, file }) =>
        (await load("header")).rateOf(await file(bytes).arrayBuffer())""", packed(recording))
    assert found == 48_000


def test_a_wav_is_decoded_as_it_is(still: Page) -> None:
    stereo = np.stack([voice(1.0), -0.5 * voice(1.0)], axis=1)
    found = run(still, """async (bytes, { load, file }) => {
        const { channels, rate } = await (await load("decode")).decode(file(bytes), 60, { from_s: 0.25, to_s: 0.5 });
        return [rate, channels.map((one) => Array.from(one))];
    }""", packed(pcm(stereo, 16_000)))
    assert found[0] == 16_000
    np.testing.assert_allclose(found[1], stereo[4000:8000].T, atol=4e-5)


# What the server gives for it


def test_the_models_are_served_for_a_year_under_their_hashes(recognizer: Recognizer) -> None:
    app = create_app(recognizer)
    with app.test_request_context():
        offered: dict[str, Any] = device_models.offered() or {}
    for part in offered["parts"].values():
        with app.test_client().get(part["address"]) as response:
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert hashlib.sha256(response.data).hexdigest() == part["sha256"]
            assert len(response.data) == part["bytes"]
            assert "Content-Encoding" not in response.headers
    assert app.test_client().get("/device/ensemble.onnx").status_code == 404


@pytest.mark.parametrize("kind", ["off", "stand-in"])
def test_nothing_is_served_where_browsers_may_not_or_cannot(recognizer: Recognizer, kind: str) -> None:
    app = create_app(recognizer, WebSettings(device=False)) if kind == "off" else create_app(StandIn())
    with app.test_request_context():
        assert device_models.offered() is None
    name = device_models.parts(create_app(recognizer).extensions["intone"])["model"].name
    assert app.test_client().get(f"/device/{name}").status_code == 404
    assert "data-where" not in app.test_client().get("/").text


def test_on_an_isolated_page_the_network_has_threads(visitor: Visitor, recognizer: Recognizer, clip: Path) -> None:
    """The policy of the page lets the threads of the runtime in, which are workers of its own file."""
    app = create_app(recognizer)

    @app.after_request
    def isolated(response: Response) -> Response:
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
        return response

    with in_background(app) as address:
        page = ready(visitor, address)
        assert page.evaluate("crossOriginIsolated && navigator.hardwareConcurrency > 1")
        found = run(page, """async (bytes, { load, file }) => {
            return (await (await load("device")).analyse(file(bytes))).views["8"].label;
        }""", packed(clip))
    assert found == "angry"


def test_several_people_in_a_longer_recording_are_a_click_away(visitor: Visitor, on_device: str) -> None:
    page = ready(visitor, on_device)
    sent = posts(page)
    ask(page, pcm(np.tile(np.concatenate([voice(3, 120), silence(1)]), 6), RATE))
    expect(page.locator(".source + .hint")).to_contain_text("taken as one person on this device")
    assert sent == [] and violations(page) == []
    page.get_by_role("button", name="Tell people apart on the server").click()
    expect(page.locator(".answer [data-apart]")).to_have_count(0)
    expect(page.locator(".answer [data-pictures]")).to_be_visible()
    assert len(sent) == 1
    expect(page.get_by_label("On this device")).to_be_checked()
