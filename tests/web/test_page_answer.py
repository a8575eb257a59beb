"""What can be done with an answer, in a real Chromium: see when and why, play it, download it, correct it."""

import gzip
import io
import json
import threading
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import parselmouth
import pytest
import soundfile
import webvtt
from playwright.sync_api import Page, expect

from chromium import DESKTOP, PATIENCE_S, PHONE, Visitor, ask, noted, plays, until, violations
from intone import Recognizer
from intone.audio import RATE, read_mono
from intone.labels import EMOTIONS
from intone.web import WebSettings, create_app
from intone.web.server import in_background
from sounds import encode
from web_server import StandIn, tone, wav

pytestmark = pytest.mark.browser

THREE = np.concatenate([tone("sad", 1), tone("happy", 1), tone("angry", 1)])


def answered(page: Page, recording: bytes | Path) -> Page:
    ask(page, recording)
    expect(page.locator(".answer")).to_be_visible()
    page.wait_for_selector(".waveform [part~=region]", state="attached")
    return page


def regions(page: Page) -> list[str]:
    """The labels of the segments that are drawn."""
    return page.evaluate("""() => [...document.querySelector('.waveform').firstElementChild.shadowRoot
        .querySelectorAll('[data-label]')].map(one => one.dataset.label)""")


# When


def test_segments_are_drawn_and_follow_the_view(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    until(page, lambda: regions(page) == ["sad", "happy", "angry"])
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.check("[name=view][value='2']")
    until(page, lambda: regions(page) == ["negative", "positive", "negative"])
    assert sent == []
    expect(page.locator(".valence canvas")).to_have_count(1)


@pytest.mark.parametrize("scripts", [True, False])
def test_all_segments_are_in_a_table(visitor: Visitor, stand_in: str, scripts: bool) -> None:
    page = visitor(stand_in, java_script_enabled=scripts)
    ask(page, wav(np.concatenate([THREE, tone("neutral", 1)])))
    page.wait_for_selector(".answer")
    page.click(".segments:visible summary")
    expect(page.locator(".segments:visible tbody tr")).to_have_text([
        "0.0 s to 1.0 ssad70%", "1.0 s to 2.0 shappy70%", "2.0 s to 3.0 sangry70%", "3.0 s to 4.0 sneutral70%"])
    page.check("[name=view][value='2']")
    page.click(".segments:visible summary")
    expect(page.locator(".segments:visible tbody tr").nth(3)).to_have_text("3.0 s to 4.0 sneither")


def test_the_timeline_is_used_with_the_keyboard_alone(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.focus(".sound")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".current")).to_contain_text("1.0 s to 2.0 s: happy")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".current")).to_contain_text("0.0 s to 1.0 s: sad")
    page.keyboard.press("+")
    until(page, lambda: page.evaluate("""document.querySelector('.waveform').firstElementChild.shadowRoot.querySelector('.wrapper')
        .scrollWidth > 1.3 * document.querySelector('.sound').clientWidth"""))
    page.keyboard.press("-")
    words = noted(page, "[data-do=play]")
    page.keyboard.press(" ")
    until(page, lambda: "Pause" in words())
    page.keyboard.press(" ")
    expect(page.locator("[data-do=play]")).to_have_text("Play")


def test_a_segment_that_is_clicked_is_played(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    until(page, lambda: len(regions(page)) == 3)
    page.locator(".waveform").scroll_into_view_if_needed()
    box = page.locator(".waveform").bounding_box()
    assert box
    played = plays(page)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(page, played)
    expect(page.locator(".current")).to_contain_text("1.0 s to 2.0 s: happy")


def test_ten_minutes_are_found_in_their_segments(
    visitor: Visitor, real: str, ravdess_dir: Path, tmp_path: Path
) -> None:
    """At least nine of ten joins within 0.3 s; anywhere within the pause is exact."""
    clips = sorted(ravdess_dir.rglob("*.wav"))
    rng, parts, pauses = np.random.default_rng(0), [], []
    while sum(map(len, parts)) < 600 * RATE:
        signal = read_mono(clips[int(rng.integers(len(clips)))])
        loud = np.flatnonzero(np.abs(signal) > 0.03 * np.abs(signal).max())
        at = sum(map(len, parts)) / RATE
        if parts:
            pauses.append((at - 0.5, at))
        parts += [signal[loud[0] : loud[-1]], np.zeros(RATE // 2, np.float32)]
    path = tmp_path / "long.flac"
    soundfile.write(path, np.concatenate(parts), RATE)
    page = visitor(real)
    ask(page, path)
    page.wait_for_selector(".waiting progress:visible")
    page.wait_for_selector(".answer", timeout=10 * 1000 * PATIENCE_S)
    segments = json.loads(page.locator("[data-answer]").text_content() or "")["segments"]
    gaps = [(end, start) for (_, end), (start, _) in pairwise(segments)]
    distances = [min(max(start - pause[1], pause[0] - end, 0) for end, start in gaps) for pause in pauses]
    assert len(pauses) > 100
    assert np.mean(np.array(distances) <= 0.3) >= 0.9
    until(page, lambda: len(regions(page)) > 50)


def test_a_long_recording_is_cancelled(visitor: Visitor) -> None:
    seen = threading.Event()
    app = create_app(StandIn(step=lambda: seen.wait(PATIENCE_S)), WebSettings(job_from_s=2))
    with in_background(app) as address:
        page = visitor(address)
        ask(page, wav(THREE))
        page.wait_for_selector(".waiting progress:visible")
        assert violations(page) == []
        page.click(".waiting [data-cancel]")
        expect(page.locator(".waiting")).to_have_count(0)
        expect(page.locator("#status")).to_have_text("Cancelled.")
        seen.set()
        until(page, lambda: app.extensions["intone"].jobs.active == 0)


# The sound


def test_the_sound_is_drawn_when_it_is_asked_for(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.click("text=The sound in pictures")
    picture = page.locator(".pictures img")
    expect(picture).to_have_attribute("alt", "Waveform")
    page.click("[data-picture=mfcc]")
    expect(picture).to_have_attribute("alt", "MFCC")
    assert page.evaluate("one => one.decode().then(() => one.naturalWidth)", picture.element_handle()) > 300


# Download it


def test_every_file_opens_in_a_parser_of_its_format(visitor: Visitor, stand_in: str, tmp_path: Path) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.click("text=For other programs")
    files = {}
    for name in ("csv", "segments", "json", "audacity", "textgrid", "webvtt", "picture"):
        with page.expect_download() as waited:
            page.click(f"[data-format={name}]")
        files[name] = tmp_path / waited.value.suggested_filename
        waited.value.save_as(files[name])
    assert list(pd.read_csv(files["csv"])["segments"]) == [3]
    assert list(pd.read_csv(files["segments"])["label"]) == ["sad", "happy", "angry"]
    assert len(json.loads(files["json"].read_text())["segments"]) == 3
    assert len(pd.read_csv(files["audacity"], sep="\t", header=None)) == 3
    grid = parselmouth.read(str(files["textgrid"]))
    assert parselmouth.praat.call(grid, "Get number of intervals", 1) == 3
    assert len(webvtt.read(str(files["webvtt"]))) == 3
    assert files["picture"].read_bytes().startswith(b"\x89PNG") and files["picture"].stat().st_size > 5000


def test_what_is_taken_away_is_the_answer_of_the_api_to_the_last_digit(
    visitor: Visitor, real: str, clip: Path, tmp_path: Path
) -> None:
    page = answered(visitor(real), clip)
    page.click("text=For other programs")
    given = page.request.post(f"{real}/api/v1/analyses", data=clip.read_bytes()).json()["views"]
    for view in given:
        page.check(f"[name=view][value='{view}']")
        with page.expect_download() as waited:
            page.click("[data-format=json]")
        waited.value.save_as(tmp_path / view)
        assert json.loads((tmp_path / view).read_text()) == given[view]


def test_an_answer_that_is_shown_again_is_taken_away_once(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    ask(page, wav(tone("sad")), wav(tone("happy")))
    rows = page.locator(".rows .file button")
    expect(rows).to_have_count(2)
    for row in (1, 0, 1, 0):
        rows.nth(row).click()
    page.click("text=For other programs")
    taken: list[str] = []
    page.on("request", lambda one: taken.append(one.url) if "/annotations" in one.url else None)
    for format in ("json", "audacity"):
        with page.expect_download():
            page.click(f"[data-format={format}]")
    assert [url.rsplit("=")[-1] for url in taken] == ["json", "audacity"]


# Correct it


def test_a_correction_is_kept_only_with_consent(visitor: Visitor, tmp_path: Path) -> None:
    with in_background(create_app(StandIn(), WebSettings(corrections=tmp_path))) as address:
        page = answered(visitor(address), wav(tone("sad")))
        page.click("text=This answer is wrong")
        page.select_option("#correction-emotion", "calm")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        page.click("text=Keep it")
        expect(page.locator("[name=agree]")).to_be_focused()  # the browser asks for it
        page.check("[name=agree]")
        page.click("text=Keep it")
        expect(page.locator(".correction [role=status]")).to_contain_text("Kept on the computer")
        assert sent == ["POST"]
    assert [path.parts[-3] for path in tmp_path.rglob("*.flac")] == ["female_calm"]


def test_a_server_that_keeps_nothing_does_not_offer_it(visitor: Visitor, stand_in: str) -> None:
    assert answered(visitor(stand_in), wav(tone("sad"))).locator(".correction").count() == 0


# Everything


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_wrong(visitor: Visitor, real: str, clip: Path, size: tuple[int, int], scheme: str) -> None:
    page = visitor(real, size, color_scheme=scheme)
    assert violations(page) == []
    answered(page, clip)
    for view in ("2", "3", "stress", "8"):
        page.check(f"[name=view][value='{view}']")
        assert violations(page) == []
    for summary in page.locator(".answer summary:visible").all():
        summary.click()
    page.click("[data-explain]")
    expect(page.locator(".evidence")).to_be_visible()
    assert violations(page) == []
    ask(page, b"no sound")
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{page.url}api/")
    assert violations(page) == []


def test_twenty_clips_sound_the_same_in_every_format(recognizer: Recognizer, ravdess_dir: Path) -> None:
    client = create_app(recognizer).test_client()
    same = dict.fromkeys(("flac", "mp3", "m4a", "webm"), 0)
    clips = sorted(ravdess_dir.rglob("*.wav"))[::12]
    assert len(clips) == 20
    for path in clips:
        signal = read_mono(path)
        wanted = client.post("/api/v1/analyses?classes=8", data=encode(signal, "wav")).get_json()
        for suffix in same:
            found = client.post("/api/v1/analyses?classes=8", data=encode(signal, suffix, 96_000)).get_json()
            far = max(abs(found["probabilities"][name] - wanted["probabilities"][name]) for name in EMOTIONS)
            same[suffix] += found["label"] == wanted["label"] and far <= 0.05
    assert all(count >= 19 for count in same.values()), same


def test_the_page_is_light_and_asks_for_nothing_twice(visitor: Visitor, real: str, clip: Path) -> None:
    page = visitor(real)
    answered(page, clip)
    files = page.evaluate("performance.getEntriesByType('resource').map(one => one.name).filter(one => one.includes('/static/'))")
    plot = real + str(page.get_attribute("[data-timeline]", "data-plot"))  # loaded for a longer recording
    weights = {address: len(gzip.compress(page.request.get(address).body())) for address in {page.url, plot, *files}}
    weights["answer"] = len(gzip.compress(page.locator("#answer").inner_html().encode()))
    assert len(weights) > 15
    assert sum(weights.values()) < 200_000, weights
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if "blob:" not in one.url else None)
    ask(page, clip)
    page.wait_for_selector(".waiting", state="detached")
    answered(page, clip)
    assert sent == 2 * [f"{real}/api/v1/analyses"]


def test_the_body_of_a_wav_is_what_soundfile_says() -> None:
    signal, rate = soundfile.read(io.BytesIO(wav(THREE)))
    assert rate == RATE and len(signal) == len(THREE)
