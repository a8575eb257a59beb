"""The timeline in a real Chromium: what is drawn where, what is played, and that it is forgotten."""

from itertools import groupby

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from chromium import DESKTOP, PHONE, Visitor, ask, noted, plays, until, violations
from web_server import tone, wav

pytestmark = pytest.mark.browser

THREE = np.concatenate([tone("sad", 1), tone("happy", 1), tone("angry", 1)])

PLAYER = """() => { window.Audio = class extends Audio {
    constructor(...from) {
        super(...from);
        window.player = this;
        window.begun = [];
    }
    play() {
        window.begun.push(this.currentTime);
        return super.play();
    }
}; }"""
"""From now on `player` is what plays, and `begun` are the seconds at which it began to."""

SLOWLY = "player.playbackRate = 0.1"  # three seconds last for half a minute

COUNTED = """() => import("/static/vendor/wavesurfer/regions.esm.js").then(({ default: Regions }) => {
    const create = Regions.create;
    window.regions = 0;
    Regions.create = (...options) => {
        const made = create.apply(Regions, options);
        made.on("region-initialized", () => { window.regions += 1; });
        return made;
    };
})"""
"""From now on `regions` counts those that are drawn."""

HOURS = """label => import("/static/scripts/timeline.js").then(({ showTimeline }) => {
    const segments = Array.from({length: 2000}, (_, i) => ({start_s: 3.6 * i, end_s: 3.6 * i + 3,
        label: i % 5 ? label : "sad", probabilities: {sad: 0.4, happy: 0.6}}));
    const data = {duration_s: 7200, waveform: Array(4000).fill(0.5), views: {8: {segments}},
        valence: segments.map(one => ({...one, value: 0.3}))};
    showTimeline(document.querySelector("[data-timeline]"), new Blob([new Uint8Array(100)]), data);
})"""
"""Shows two hours in 2000 segments, of which every fifth is sad."""


def answered(page: Page, recording: bytes) -> Page:
    page.evaluate(PLAYER)
    ask(page, recording)
    page.wait_for_selector(".waveform [part~=region]", state="attached")
    page.wait_for_selector(".valence canvas", state="attached")
    until(page, lambda: page.evaluate("player.readyState === 4"))
    return page


def drawn(page: Page) -> list[tuple[str, float, float]]:
    """Label, start and end of every region, as shares of the recording; none while they are drawn anew."""
    return [tuple(one) for one in page.locator(".waveform [data-label]").evaluate_all("""all => all.every(one =>
        one.isConnected) ? all.map(one => {
        const whole = one.parentElement.getBoundingClientRect(), box = one.getBoundingClientRect();
        return [one.dataset.label, (box.left - whole.left) / whole.width, (box.right - whole.left) / whole.width];
    }) : []""")]


def ink(page: Page) -> tuple[int, int]:
    """How many points of the line of valence are in the positive and in the negative half."""
    above, below = page.locator(".valence canvas").evaluate("""one => {
        const { width, height } = one, half = Math.floor(height / 2);
        const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
        copy.drawImage(one, 0, 0);
        const points = (top, tall) => copy.getImageData(0, top, width, tall).data
            .filter((value, i) => i % 4 === 3 && value > 128).length;
        return [points(0, half - 8), points(half + 8, height - half - 8)];
    }""")
    return above, below


def test_regions_lie_where_the_segments_are_in_every_view(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    for view, labels in {"8": ("sad", "happy", "angry"), "2": ("negative", "positive", "negative")}.items():
        page.check(f"[name=view][value='{view}']")
        found = until(page, lambda labels=labels: [one for one in [drawn(page)] if tuple(label for label, _, _ in one) == labels])[0]
        edges = [(start, end) for _, start, end in found]
        assert np.allclose(edges, [(0, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 1)], atol=0.01)
    expect(page.locator(".current")).to_have_text("0.0 s to 1.0 s: negative 90%")


def test_a_click_plays_the_seconds_of_its_segment_and_the_arrow_goes_on_from_there(
    visitor: Visitor, stand_in: str
) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    played = plays(page)
    page.locator(".waveform [data-label]").nth(1).click()
    until(page, played)
    assert page.evaluate("begun[0]") == pytest.approx(1.0, abs=0.05)
    assert page.evaluate("player.currentTime") == pytest.approx(2.0, abs=0.05)
    expect(page.locator(".current")).to_contain_text("1.0 s to 2.0 s")
    page.click("[data-do=next]")
    expect(page.locator(".current")).to_contain_text("2.0 s to 3.0 s")
    page.focus(".sound")
    page.keyboard.press("Enter")
    until(page, lambda: page.evaluate("begun.length") == 2)
    assert page.evaluate("begun[1]") == pytest.approx(2.0, abs=0.05)


def test_a_segment_that_a_busy_browser_stops_late_stays_the_current_one(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.evaluate("""() => player.addEventListener("playing", () => {
        const end = performance.now() + 1500;
        while (performance.now() < end);
    })""")
    said = noted(page, ".current")
    played = plays(page)
    page.locator(".waveform [data-label]").nth(1).click()
    until(page, played)
    assert "1.0 s to 2.0 s" in said()[-1]
    assert not [one for one in said() if "2.0 s to 3.0 s" in one]


def test_the_words_follow_what_is_played_and_are_not_read_over_it(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.evaluate(SLOWLY)
    said = noted(page, ".current", "outerHTML")
    page.focus(".sound")
    page.keyboard.press(" ")
    second = until(page, lambda: [one for one in said() if "1.0 s to 2.0 s: happy" in one])
    assert all('aria-live="off"' in one for one in second)
    page.keyboard.press(" ")
    expect(page.locator("[data-do=play]")).to_have_text("Play")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".current")).to_have_attribute("aria-live", "polite")
    before = "0.0 s to 1.0 s: sad" if "1.0 s to 2.0 s" in said()[-2] else "1.0 s to 2.0 s: happy"
    expect(page.locator(".current")).to_contain_text(before)


def test_the_valence_below_keeps_to_the_waveform(visitor: Visitor, stand_in: str) -> None:
    """Close to the first second, that is negative, nothing of the second is left."""
    page = answered(visitor(stand_in), wav(THREE))
    until(page, lambda: all(ink(page)))
    for _ in range(4):
        page.click("[data-do=closer]")
    until(page, lambda: ink(page)[1] and not ink(page)[0])
    for _ in range(4):
        page.click("[data-do=farther]")
    until(page, lambda: all(ink(page)))


def test_there_is_no_valence_where_nobody_speaks(visitor: Visitor, stand_in: str) -> None:
    """One speaks in the first and in the last tenth, and for an instant in the middle."""
    page = answered(visitor(stand_in), wav(THREE))
    page.evaluate("""() => import("/static/scripts/timeline.js").then(({ showTimeline }) => {
        const segments = [[0, 100], [500, 500.5], [900, 1000]].map(([start_s, end_s]) => ({start_s, end_s,
            label: "happy", probabilities: {happy: 0.9}}));
        const data = {duration_s: 1000, waveform: Array(100).fill(0.5), views: {8: {segments}},
            valence: segments.map(one => ({...one, value: 0.8}))};
        showTimeline(document.querySelector("[data-timeline]"), new Blob([new Uint8Array(100)]), data);
    })""")
    columns = """one => {
        const { width, height } = one, quarter = Math.floor(height / 4);
        const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
        copy.drawImage(one, 0, 0);
        const { data } = copy.getImageData(0, 0, width, quarter);
        return Array.from({length: width}, (_, x) => Array.from({length: quarter}, (_, y) => data[4 * (y * width + x) + 3])
            .some(value => value > 128));
    }"""
    inked = until(page, lambda: [seen for seen in [page.locator(".valence canvas").evaluate(columns)] if seen[9]])[0]
    runs = [(value, len(list(run))) for value, run in groupby(inked)]
    assert [value for value, _ in runs] == [True, False, True, False, True]
    lengths = np.array([length for _, length in runs]) / len(inked)
    assert np.allclose(lengths, [0.1, 0.4, 0, 0.4, 0.1], atol=0.01)


def test_the_line_is_explained_only_where_there_is_one(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    for recording, said in ((wav(THREE), 1), (wav(tone("sad")), 0)):
        ask(page, recording)
        page.wait_for_selector(".waveform [part~=region]", state="attached")
        expect(page.get_by_text("is the valence")).to_have_count(said)


def test_the_legend_has_what_is_drawn_in_the_view(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(np.concatenate([tone("sad", 1), tone("disgust", 1), tone("sad", 1)])))
    legend = page.locator(".timeline .legend li")
    for view, entries in {"8": ["Ssad", "Ddisgusted"], "2": ["\N{MINUS SIGN}negative", "\N{MIDDLE DOT}neither"],
                          "stress": ["Sstressed"]}.items():
        page.check(f"[name=view][value='{view}']")
        expect(legend).to_have_text(entries)
        swatches = legend.locator(".swatch").evaluate_all("all => all.map(one => getComputedStyle(one).backgroundColor)")
        until(page, lambda swatches=swatches: set(shades(page)) == set(swatches))


def shades(page: Page) -> list[str]:
    """The colours of the regions."""
    return page.locator(".waveform [data-label]").evaluate_all("""all => all.map(one => {
        const probe = document.createElement("i");
        probe.style.color = one.style.getPropertyValue("--shade");
        document.body.append(probe);
        const { color } = getComputedStyle(probe);
        probe.remove();
        return color;
    })""")


def test_a_region_says_its_label_as_far_as_it_has_room(visitor: Visitor, stand_in: str) -> None:
    parts = [tone("sad", 1), tone("disgust", 1), tone("happy", 1), tone("angry", 1)]
    page = answered(visitor(stand_in, PHONE), wav(np.concatenate(5 * parts)))
    letters = ".waveform [part=region-content]"
    until(page, lambda: page.locator(letters).all_text_contents() == 5 * ["S", "D", "H", "A"])
    for _ in range(5):
        page.click("[data-do=closer]")
    until(page, lambda: "disgusted" in page.locator(letters).all_text_contents())
    page.evaluate(HOURS, "happy")
    until(page, lambda: len(drawn(page)) > 50)
    assert page.locator(letters).count() == 0


def ticks(page: Page) -> list[tuple[float, str]]:
    """Where every tick of the axis is, in pixels, and its time."""
    return [tuple(one) for one in page.locator(".sound .axis span").evaluate_all(
        "all => all.map(one => [parseFloat(one.style.left), one.textContent])")]


def seconds(time: str) -> float:
    """`1:02:03.5` in seconds."""
    return sum(float(part) * 60**i for i, part in enumerate(reversed(time.split(":"))))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("hours", [False, True])
def test_the_axis_is_right_at_every_zoom(visitor: Visitor, stand_in: str, size: tuple[int, int], hours: bool) -> None:
    page = answered(visitor(stand_in, size), wav(THREE))
    if hours:
        page.evaluate(HOURS, "happy")
    wrapper = """() => {
        const wave = document.querySelector(".waveform").firstElementChild.shadowRoot;
        const scroll = wave.querySelector(".scroll");
        return [scroll.scrollLeft, wave.querySelector(".wrapper").clientWidth, scroll.clientWidth];
    }"""
    length = 7200 if hours else 3

    def right() -> bool:
        scroll, whole, width = page.evaluate(wrapper)
        found = [(x, seconds(text)) for x, text in ticks(page) if text]
        assert not hours or all(text.count(":") == 2 for _, text in ticks(page) if text and seconds(text) >= 3600)
        gaps = np.diff([x for x, _ in ticks(page)])
        return (len(found) >= (1 if size == PHONE else 3) and len(found) <= width / 55
                and (len(gaps) == 0 or gaps.min() > 55)
                and np.allclose([time * whole / length - scroll for _, time in found], [x for x, _ in found], atol=1.5))

    until(page, right)
    for key in "+++++-":
        page.focus(".sound")
        page.keyboard.press(key)
        until(page, right)
    page.evaluate("""() => { document.querySelector(".waveform").firstElementChild.shadowRoot.querySelector(".scroll").scrollLeft += 333; }""")
    until(page, right)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_scale_of_the_valence_stands_at_it(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    words = page.locator(".scaled > span")
    expect(words).to_have_text(["positive", "neither", "negative"])
    tops = words.evaluate_all("all => all.map(one => one.getBoundingClientRect().bottom)")
    box = page.locator(".valence canvas").bounding_box()
    assert box
    assert box["y"] < tops[0] < tops[1] <= box["y"] + box["height"] / 2 < tops[2] <= box["y"] + box["height"] + 1


def test_the_chosen_segment_is_marked(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    chosen = ".waveform [part~=chosen]"
    for label in ("sad", "happy", "angry"):
        until(page, lambda label=label: page.locator(chosen).evaluate_all("all => all.map(one => one.dataset.label)") == [label])
        page.click("[data-do=next]")


def test_before_anybody_speaks_the_first_segment_is_the_chosen_one(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.evaluate("""() => import("/static/scripts/timeline.js").then(({ showTimeline }) => {
        const segments = [[5, 10], [12, 20]].map(([start_s, end_s]) => ({start_s, end_s, label: "happy",
            probabilities: {happy: 0.9}}));
        const data = {duration_s: 30, waveform: Array(100).fill(0.5), views: {8: {segments}}, valence: []};
        showTimeline(document.querySelector("[data-timeline]"), new Blob([new Uint8Array(100)]), data);
    })""")
    expect(page.locator(".current")).to_have_text("5.0 s to 10.0 s: happy 90%")
    expect(page.locator("[data-explain]")).to_have_text("Why happy from 5.0 s to 10.0 s?")
    page.click("[data-do=next]")
    expect(page.locator(".current")).to_have_text("12.0 s to 20.0 s: happy 90%")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_letters_and_edges(visitor: Visitor, stand_in: str, scheme: str) -> None:
    page = answered(visitor(stand_in, forced_colors="active", color_scheme=scheme), wav(THREE))
    until(page, lambda: drawn(page))
    text, ground = page.evaluate("""() => {
        const region = document.querySelector(".waveform").firstElementChild.shadowRoot.querySelector("[part=region-content]");
        const { color, backgroundColor } = getComputedStyle(region);
        return [color, backgroundColor];
    }""")
    assert {text, ground} == {"rgb(0, 0, 0)", "rgb(255, 255, 255)"}
    until(page, lambda: all(ink(page)))


def test_keys_of_the_browser_stay_with_it(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    for key, held in (("+", "ctrlKey"), ("ArrowLeft", "altKey"), ("-", "metaKey"), ("Tab", "shiftKey")):
        assert page.locator(".sound").evaluate("""(one, [key, held]) => one.dispatchEvent(
            new KeyboardEvent("keydown", {key, [held]: true, cancelable: true}))""", [key, held])


def test_two_hours_are_drawn_and_moved_through_with_few_regions(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.evaluate(COUNTED)
    page.evaluate(HOURS, "happy")
    found = until(page, lambda: [one for one in [drawn(page)] if len(one) > 50])[0]
    assert len(found) < 500
    assert {label for label, _, _ in found} == {"happy"}, "several in one have the label of most of them"
    assert np.diff([start for _, start, _ in found]).min() > 0
    page.focus(".sound")
    assert (before := page.evaluate("regions")) < 1000
    page.evaluate("""() => {
        for (const key of [..."+++++++++", ...Array(40).fill("ArrowRight")]) {
            document.querySelector(".sound").dispatchEvent(new KeyboardEvent("keydown", {key, cancelable: true}));
        }
    }""")
    expect(page.locator(".current")).to_contain_text("2:24.0 to 2:27.0: sad 40%")
    until(page, lambda: {label for label, _, _ in drawn(page)} == {"happy", "sad"})
    page.locator(".waveform [data-label=sad]").nth(1).click()
    expect(page.locator(".current")).to_contain_text(": sad 40%")
    assert page.evaluate("regions") < before + 1500


def test_a_second_recording_silences_and_replaces_the_first(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.evaluate(SLOWLY)
    page.click("[data-do=play]")
    expect(page.locator("[data-do=play]")).to_have_text("Pause")
    page.evaluate("window.first = player")
    page.click(".send")
    until(page, lambda: page.evaluate("first !== player && first.paused && !first.getAttribute('src')"))
    page.wait_for_selector(".waveform [part~=region]", state="attached")
    page.evaluate(HOURS, "sad")
    page.evaluate(HOURS, "happy")
    page.click("[data-do=next]")
    expect(page.locator(".current")).to_contain_text("3.6 s to 6.6 s")
    expect(page.locator(".waveform > *")).to_have_count(1)
    expect(page.locator(".valence > *")).to_have_count(1)


def test_sound_ends_when_its_answer_is_no_longer_shown(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.evaluate(SLOWLY)
    page.click("[data-do=play]")
    expect(page.locator("[data-do=play]")).to_have_text("Pause")
    ask(page, b"no sound")
    expect(page.get_by_role("alert")).to_be_visible()
    until(page, lambda: page.evaluate("player.paused"))
    assert not page.evaluate("player.ended")


def test_what_the_browser_cannot_play_is_drawn_and_said(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in), wav(THREE))
    page.evaluate(HOURS, "happy")
    expect(page.locator("[data-mute]")).to_have_text("This browser cannot play the recording; the answer is not affected.")
    page.wait_for_selector(".waveform [part~=region]", state="attached")


def test_colours_follow_the_light(visitor: Visitor, stand_in: str) -> None:
    page = answered(visitor(stand_in, color_scheme="light"), wav(THREE))
    colours = """() => {  // none while it is drawn anew
        const region = document.querySelector(".waveform").firstElementChild.shadowRoot.querySelector("[data-label]");
        return region && [getComputedStyle(region).backgroundImage, document.querySelector(".valence canvas").toDataURL()];
    }"""
    until(page, lambda: all(ink(page)))
    light = until(page, lambda: page.evaluate(colours))
    page.emulate_media(color_scheme="dark")
    until(page, lambda: all(one != other for one, other in zip(light, page.evaluate(colours) or light, strict=True)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_wrong_with_it(
    visitor: Visitor, stand_in: str, size: tuple[int, int], scheme: str
) -> None:
    page = answered(visitor(stand_in, size, color_scheme=scheme), wav(THREE))
    for _ in range(3):
        page.click("[data-do=closer]")
    until(page, lambda: drawn(page))
    assert violations(page) == []
    boxes = page.locator(".timeline button").evaluate_all(
        "all => all.map(one => [one.offsetWidth, one.offsetHeight])")
    assert min(min(box) for box in boxes) >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
