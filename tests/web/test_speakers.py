"""Several people in one recording: what is asked for, what the page and the API say of each, and the lanes of each."""

import html
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from jsonschema_rs import validator_for
from playwright.sync_api import Page, expect

from chromium import DESKTOP, Visitor, ask, choose, too_wide, until, violations
from intone.audio import Signal, Sound
from intone.language import LANGUAGES, english, texts
from intone.recognition.decision import mean_of
from intone.recognition.options import Options
from intone.recognition.prediction import Confidence, Prediction, Speaker
from intone.recognition.speakers import numbered, speaker
from intone.web import WebSettings, create_app
from intone.web.server import in_background
from intone.web.views import lane, manner, reacts
from web_server import API, StandIn, send, shown, tone, wav

LOUD, SOFT, BOTH = 1.0, 0.6, 0.2
"""Of a tone: the first person, the second, and both at once."""

NARROW_PHONE = (360, 740)


def said(*seconds: tuple[str, float]) -> Signal:
    """A second of each emotion, as loud as whoever says it."""
    return np.concatenate([np.float32(loudness) * tone(emotion) for emotion, loudness in seconds])


TALK = said(("sad", LOUD), ("happy", SOFT), ("happy", SOFT), ("angry", LOUD), ("fearful", BOTH), ("calm", SOFT),
            ("sad", LOUD), ("sad", LOUD))
"""The first: 4 s, of which 3 sad; the second: 3 s, of which 2 happy; 1 s of both."""

WORSE = said(*[("sad", LOUD), ("happy", LOUD), ("neutral", SOFT)] * 8)
"""24 s, in which the first sounds worse after the second has spoken, seven times, and the second always the same."""


class Conversation(StandIn):
    """Tells people apart by their loudness, unless one is said to speak; `wished` are the numbers that were asked for."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.wished: list[str | int] = []

    def answer(self, sound: Sound, *, options: Options, **more: Any) -> dict[str, Prediction]:
        self.wished.append(options.speakers)
        found = super().answer(sound, options=options, **more)
        if options.most_speakers == 1:
            return found
        peaks = [float(np.abs(second).max()) for second in np.array_split(np.concatenate(list(sound)), len(found["8"].segments))]
        who = [0 if peak > 0.4 else 1 if peak > 0.2 else None for peak in peaks]
        return {name: several(seen, who) for name, seen in found.items()} if {0, 1} <= set(who) else found


def several(seen: Prediction, who: list[int | None]) -> Prediction:
    """An answer whose segments are of several people; each has the label of the first of them, a likely one."""
    segments = numbered(seen.segments, who)
    people = []
    for number, sex in ((1, "female"), (2, "male")):
        own = tuple(one for one in segments if one.speaker == number)
        alone = replace(seen, segments=own, label=own[0].label, probabilities=own[0].probabilities, sex=sex, confidence="likely")
        people.append(speaker(number, alone, segments))
    return replace(seen, segments=segments, speakers=tuple(people), sex="mixed", confident=False, confidence="unclear",
                   reasons=(mean_of(2), *seen.reasons))


@pytest.fixture
def recognizer() -> Conversation:
    return Conversation()


@pytest.fixture
def client(recognizer: Conversation) -> FlaskClient:
    return create_app(recognizer, WebSettings(corrections=Path("kept"))).test_client()


def person(**given: Any) -> Speaker:
    known: dict[str, Any] = {"number": 1, "seconds": 6.0, "share": 0.5, "sex": "female", "label": "sad",
                             "probabilities": {"sad": 1.0}, "outside": 0.0, "confidence": "clear",
                             "emotions": {"sad": 1.0}, "valence": (0.0, 0.0, 0.0)}
    return Speaker(**known | given)


# What is asked for


@pytest.mark.parametrize(("asked", "wished"), [({}, "auto"), ({"speakers": "auto"}, "auto"), ({"speakers": "1"}, 1),
                                               ({"speakers": "8"}, 8)])
@pytest.mark.parametrize("path", [API, "/"])
def test_the_number_of_people_is_handed_on(
    client: FlaskClient, recognizer: Conversation, path: str, asked: dict[str, str], wished: str | int
) -> None:
    assert send(client, wav(TALK), path, **asked).status_code == 200
    assert recognizer.wished == [wished]


@pytest.mark.parametrize("path", [API, "/"])
def test_each_channel_can_be_a_speaker(client: FlaskClient, recognizer: Conversation, path: str) -> None:
    assert send(client, wav(TALK), path, speakers="channels").status_code == 200
    assert recognizer.wished == ["channels"]
    assert send(client, wav(TALK), speakers="channels", channel="2").get_json()["detail"] == (
        "Where each channel is a speaker, all of them are answered together: leave the channel 2 out.")


def test_a_person_has_the_channel_where_each_has_one() -> None:
    class Call(Conversation):
        def answer(self, *given: Any, **more: Any) -> dict[str, Prediction]:
            return {name: replace(seen, speakers=tuple(replace(one, channel=one.number) for one in seen.speakers))
                    for name, seen in super().answer(*given, **more).items()}

    client = create_app(Call()).test_client()
    told = " ".join(re.sub(r"<[^>]*>", " ", shown(send(client, wav(TALK), "/").text)).split())
    assert "Speaker 2 38% of the talking time, 3.0 s, channel 2. The voice sounds male." in told
    found = send(client, wav(TALK)).get_json()["views"]["8"]
    assert [one["channel"] for one in found["speakers"]] == [1, 2]
    assert client.post("/api/v1/annotations?format=json", json=found).get_json() == found


@pytest.mark.parametrize("asked", ["0", "9", "-1", "two", "1.5", "", "9" * 5000])
def test_a_number_that_cannot_be_is_a_problem(client: FlaskClient, asked: str) -> None:
    found = send(client, wav(TALK), speakers=asked)
    assert (found.status_code, found.get_json()["type"]) == (400, "urn:intone:usage")
    assert re.fullmatch(r"There is no number of speakers \S+ to choose: auto, channels, or 1 to 8\.", found.get_json()["detail"])


def test_it_is_described_as_it_is_taken(client: FlaskClient) -> None:
    told = client.get("/api/v1/openapi.json").get_json()
    (query,) = [one for one in told["paths"][API]["post"]["parameters"] if one["name"] == "speakers"]
    allowed = validator_for(query["schema"])
    assert all(map(allowed.is_valid, ["auto", "channels", 1, 8])) and not any(map(allowed.is_valid, ["each", 0, 9, 1.5]))
    answer = validator_for({"$ref": "#/components/schemas/Analysis", "components": told["components"]})
    answer.validate(send(client, wav(TALK)).get_json())


# What the API says


def test_each_person_and_each_segment_is_told(client: FlaskClient) -> None:
    found = send(client, wav(TALK), classes="8").get_json()
    assert [(one["number"], one["seconds"], one["share"], one["sex"]) for one in found["speakers"]] == [
        (1, 4, 0.5, "female"), (2, 3, 0.375, "male")]
    assert found["speakers"][0]["emotions"] == {"sad": 0.75, "angry": 0.25}
    assert [one["speaker"] for one in found["segments"]] == [1, 2, 2, 1, None, 2, 1, 1]
    assert [one["overlap"] for one in found["segments"]] == [at == 4 for at in range(8)]
    assert [len(one["speakers"]) for one in found["views"].values()] == [2, 2, 2, 2]
    alone = send(client, wav(TALK), classes="8", speakers="1").get_json()
    assert "speakers" not in alone and "speaker" not in alone["segments"][0]


def test_a_job_says_the_same() -> None:
    client = create_app(Conversation(), WebSettings(job_from_s=3)).test_client()
    started = send(client, wav(TALK), speakers="2")
    assert started.status_code == 202
    for _ in range(100):
        found = client.get(started.headers["Location"]).get_json()
        if found["state"] == "done":
            break
        time.sleep(0.05)
    direct = send(create_app(Conversation()).test_client(), wav(TALK), speakers="2").get_json()
    assert found["result"] == direct and len(direct["speakers"]) == 2
    assert "2 people speak" in client.get(started.headers["Location"].replace("/api/v1", "")).text


def test_an_answer_about_several_people_comes_back_whole(client: FlaskClient) -> None:
    given = send(client, wav(TALK)).get_json()["views"]["8"]
    back = client.post("/api/v1/annotations?format=json", json=given)
    assert back.get_json() == given
    for field, wrong in (("number", 0), ("share", 2), ("label", "bored"), ("valence", [0, 0]), ("reaction", 3)):
        spoilt = {**given, "speakers": [{**given["speakers"][0], field: wrong}]}
        assert client.post("/api/v1/annotations?format=json", json=spoilt).status_code == 422, field
    assert client.post("/api/v1/annotations?format=json", json={**given, "speakers": given["speakers"] * 99}).status_code == 422


# What is said of one


@pytest.mark.parametrize(("label", "emotions", "told"), [
    ("sad", {"sad": 1.0}, ("always", "sad")), ("sad", {"sad": 0.6, "calm": 0.4}, ("mostly", "sad")),
    ("sad", {"sad": 0.59, "calm": 0.41}, ("changing", "sad")), ("sad", {"calm": 0.8, "sad": 0.2}, ("changing", "calm")),
    ("sad", {"calm": 1.0}, ("mostly", "calm"))])
def test_the_word_for_a_person_is_the_longest_bar(label: str, emotions: dict[str, float], told: tuple[str, str]) -> None:
    assert manner(person(label=label, emotions=emotions)) == told


@pytest.mark.parametrize(("reaction", "told"), [(None, None), (0.0, None), (0.09, None), (-0.09, None), (0.1, "up"),
                                                (-0.1, "down"), (2.0, "up")])
def test_a_small_reaction_is_none(reaction: float | None, told: str | None) -> None:
    assert reacts(person(reaction=reaction)) == told


def test_a_lane_has_the_segments_of_one_and_what_is_of_several() -> None:
    seen = several(StandIn()._predict(TALK, "8", "auto"), [0, 1, 1, 0, None, 1, 0, 0])
    first, second = lane(seen, 1), lane(seen, 2)
    assert [(one.left, one.label) for one in first] == [(0, "sad"), (37.5, "angry"), (50, None), (75, "sad"), (87.5, "sad")]
    assert [(one.left, one.label) for one in second] == [(12.5, "happy"), (25, "happy"), (50, None), (62.5, "calm")]
    assert {one.width for one in (*first, *second)} == {12.5}


# The page without a script


def lines(page: str) -> list[str]:
    """The lines of the headline, of every view, without their tags."""
    return [" ".join(re.sub(r"<[^>]*>", " ", one).split())
            for found in re.findall(r'<ul class="brief">(.*?)</ul>', page, re.DOTALL)
            for one in re.findall(r"<li>(.*?)</li>", found, re.DOTALL)]


def test_the_headline_claims_no_emotion_for_all(client: FlaskClient) -> None:
    page = shown(send(client, wav(TALK), "/").text)
    headlines = re.findall(r'class="verdict[^>]*>\s*(.*?)\s*</p>', page, re.DOTALL)
    assert headlines == 4 * ["<strong>2 people speak</strong>"]
    assert lines(page)[:2] == ["Speaker 1 Mostly sad likely", "Speaker 2 Mostly happy likely"]
    assert lines(page)[2:4] == ["Speaker 1 Negative likely", "Speaker 2 Positive likely"]
    assert "the mean over them" not in page, "of which the page shows nothing"
    assert "Probability of each answer" not in page
    assert "data-correction" not in page, "a clip of two people teaches nothing"


def test_nobody_is_told_apart_where_one_speaks(client: FlaskClient) -> None:
    page = shown(send(client, wav(TALK), "/", speakers="1").text)
    assert "people speak<" not in page and "data-people" not in page and "The voice sounds female." in page


def test_every_person_has_a_lane_a_share_and_a_sex(client: FlaskClient) -> None:
    page = shown(send(client, wav(TALK), "/", classes="8").text)
    lanes = re.findall(r'<svg class="bars".*?</svg>', page, re.DOTALL)
    assert len(lanes) == 2 * 4
    for found, labels, letters in ((lanes[0], ["sad", "angry", "", "sad", "sad"], "SASS"),
                                   (lanes[4], ["happy", "happy", "", "calm"], "HHC")):
        assert re.findall(r'<rect [^>]*?(?:class="paint-(\w+)"|fill="url\(#hatched\)")/>', found) == labels
        assert "".join(re.findall(r"<text[^>]*>(.)</text>", found)) == letters
    assert len(re.findall(r'<pattern id="hatched"', page)) == 1 and "several people speak at once" in page
    said = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "Speaker 1 50% of the talking time, 4.0 s. The voice sounds female." in said
    assert "Speaker 2 38% of the talking time, 3.0 s. The voice sounds male." in said
    assert "After somebody else" not in page, "there are too few turns"
    assert re.findall(r"<tr><td>(.*?)<td>(.*?)<td>", page)[3:5] == [("3.0 s to 4.0 s", "Speaker 1"), ("4.0 s to 5.0 s", "several at once")]


def test_a_reaction_is_said_of_whom_it_is(client: FlaskClient) -> None:
    page = shown(client.post("/?classes=8", data=wav(WORSE), content_type="audio/wav").text)
    found = re.findall(r"After somebody else has spoken, this person sounds more (\w+) than before, on average over (\d+) turns", page)
    assert found == 4 * [("negative", "7")]
    first, second = page.split('<h4 data-name="2">')
    assert "After somebody else" in first and "After somebody else" not in second


def test_a_chosen_sex_is_not_called_detected(client: FlaskClient) -> None:
    assert "The voice was said to be female." in send(client, wav(TALK), "/", sex="female").text


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_it_is_said_in_the_language(client: FlaskClient, language: str) -> None:
    asked = {"Accept-Language": language, "Content-Type": "audio/wav"}
    page = html.unescape(client.post("/", data=wav(WORSE), headers=asked).text)
    t = texts(language)
    for key in ("people.title", "people.each", "people.shares", "form.speakers.hint"):
        assert t(key) in page
    assert t("people.count", number=2) in page and t("people.name", number=2) in page
    phrases = [part for key, text in english.TEXTS.items() if key.startswith(("people.", "form.speakers"))
               for part in re.split(r"\{\w+\}", text) if len(part.split()) > 2]
    assert len(phrases) > 8 and not [one for one in phrases if one.strip() in page]


def test_each_channel_has_its_people_without_a_name_twice(client: FlaskClient) -> None:
    page = send(client, wav(TALK), "/", channel="each", speakers="2").text
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names)) and "2 people speak" in page


@pytest.mark.parametrize("confidence", ["clear", "likely", "unclear"])
def test_the_steps_of_a_person_are_those_of_an_answer(confidence: Confidence) -> None:
    class Sure(Conversation):
        def answer(self, *given: Any, **more: Any) -> dict[str, Prediction]:
            return {name: replace(seen, speakers=tuple(replace(one, confidence=confidence) for one in seen.speakers))
                    for name, seen in super().answer(*given, **more).items()}

    page = shown(send(create_app(Sure()).test_client(), wav(TALK), "/").text)
    assert lines(page)[0] == f"Speaker 1 Mostly sad {confidence}"
    assert english.TEXTS[f"confidence.{confidence}.means"] in page


# In a browser


PLAYED = """() => { window.Audio = class extends Audio {
    constructor(...from) { super(...from); window.player = this; window.begun = []; }
    play() { window.begun.push(this.currentTime); return super.play(); }
}; }"""
"""From now on `player` is what plays, and `begun` are the seconds at which it began to."""


@pytest.fixture(scope="module")
def conversation() -> Any:
    with in_background(create_app(Conversation())) as address:
        yield address


def answered(page: Page, recording: Signal = TALK) -> Page:
    page.evaluate(PLAYED)
    ask(page, wav(recording))
    page.wait_for_selector(".waveform [part~=region]", state="attached")
    page.wait_for_selector("[data-bars] rect", state="attached")
    until(page, lambda: page.evaluate("player.readyState === 4"))
    return page


def lanes(page: Page, number: int) -> list[tuple[str, float, float]]:
    """Label, start and end of every block of a lane, in seconds."""
    return [tuple(one) for one in page.locator(f"[data-bars='{number}'] rect").evaluate_all("""all => all.map(one => {
        const whole = one.ownerSVGElement.clientWidth, { x, width } = one.getBBox();
        return [one.dataset.label, 8 * x / whole, 8 * (x + width + 1) / whole];
    })""")]


@pytest.mark.browser
@pytest.mark.parametrize("size", [NARROW_PHONE, DESKTOP], ids=["phone", "desktop"])
def test_lanes_lie_where_each_speaks_in_every_view(visitor: Visitor, conversation: str, size: tuple[int, int]) -> None:
    page = answered(visitor(conversation, size))
    for view, wanted in {"8": (["sad", "angry", "sad", "sad"], ["happy", "happy", "calm"]),
                         "2": (4 * ["negative"], 3 * ["positive"])}.items():
        page.check(f"[name=view][value='{view}']")
        expect(page.locator(".verdict:visible")).to_have_text("2 people speak")
        for number, starts, labels in ((1, [0, 3, 6, 7], wanted[0]), (2, [1, 2, 5], wanted[1])):
            until(page, lambda number=number, labels=labels: [one[0] for one in lanes(page, number)] == labels)
            found = lanes(page, number)
            assert np.allclose([one[1:] for one in found], [(start, start + 1) for start in starts], atol=0.05)
    expect(page.locator("[data-bars] [data-several]")).to_have_count(2)
    both = page.locator("[data-bars='1'] [data-several]").evaluate("""one => {
        const { x, width } = one.getBBox();
        return [x, x + width].map(edge => 8 * edge / one.ownerSVGElement.clientWidth);
    }""")
    assert np.allclose(both, [4, 5], atol=0.05)
    assert too_wide(page) == []


@pytest.mark.browser
def test_lanes_keep_to_the_zoom_of_the_waveform(visitor: Visitor, conversation: str) -> None:
    page = answered(visitor(conversation))
    wide = page.locator("[data-bars='1'] rect").first.evaluate("one => one.getBBox().width")
    page.click("[data-do=closer]")
    until(page, lambda: page.locator("[data-bars='1'] rect").first.evaluate("one => one.getBBox().width") > 1.4 * wide)


@pytest.mark.browser
def test_one_person_is_heard_alone(visitor: Visitor, conversation: str) -> None:
    page = answered(visitor(conversation))
    button = page.get_by_role("button", name="Listen to Speaker 2 alone")
    expect(button).to_have_text("Listen")
    button.click()
    expect(button).to_have_text("Stop")
    expect(button).to_have_text("Listen")
    assert np.allclose(page.evaluate("begun"), [1, 2, 5], atol=0.05)
    assert page.evaluate("player.currentTime") == pytest.approx(6, abs=0.05)
    expect(page.locator(".current")).to_contain_text("Speaker 2, 5.0 s to 6.0 s: calm")


@pytest.mark.browser
def test_who_stops_or_chooses_another_segment_listens_no_more(visitor: Visitor, conversation: str) -> None:
    page = answered(visitor(conversation))
    page.evaluate("player.playbackRate = 0.1")
    first, second = (page.locator(f"[data-alone='{number}']") for number in (1, 2))
    first.click()
    expect(first).to_have_text("Stop")
    second.click()
    expect(first).to_have_text("Listen")
    expect(second).to_have_text("Stop")
    second.click()
    expect(second).to_have_text("Listen")
    until(page, lambda: page.evaluate("player.paused"))
    first.focus()
    page.keyboard.press("Enter")
    expect(first).to_have_text("Stop")
    page.click("[data-do=next]")
    expect(first).to_have_text("Listen")
    page.locator("[data-bars='2'] rect").first.click()
    until(page, lambda: page.evaluate("begun.at(-1)") == pytest.approx(1, abs=0.05))


@pytest.mark.browser
def test_a_name_holds_wherever_the_person_is_named(visitor: Visitor, conversation: str, tmp_path: Path) -> None:
    page = answered(visitor(conversation), WORSE)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(f"{one.url} {one.post_data}"))
    page.click(".segments:visible summary")
    page.get_by_label("Name of speaker 1").fill("Client <b>&")
    for place in (".brief:visible li", ".person h4", ".moments:visible li:has([data-name='1'])", ".segments:visible tbody td[data-name='1']"):
        expect(page.locator(place).first).to_contain_text("Client <b>&")
    expect(page.locator(".current")).to_have_text("Client <b>&, 0.0 s to 1.0 s: sad 70%")
    expect(page.get_by_role("button", name="Listen to Client <b>& alone")).to_be_visible()
    with page.expect_download() as waited:
        page.click("[data-format=report]")
    waited.value.save_as(tmp_path / "report.html")
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert report.count("Client &lt;b&gt;&amp;") >= 3 and "Client <b>" not in report
    assert "2 people speak" in report and "Speaker 2" in report and "<input" not in report
    assert not any("Client" in one for one in sent), "it stays in the browser"
    page.get_by_label("Name of speaker 1").fill(" ")
    page.get_by_label("Name of speaker 1").blur()
    expect(page.get_by_label("Name of speaker 1")).to_have_value("Speaker 1")
    expect(page.locator(".person h4").first).to_have_text("Speaker 1")


@pytest.mark.browser
def test_what_is_taken_away_is_what_the_api_says(visitor: Visitor, conversation: str, tmp_path: Path) -> None:
    page = answered(visitor(conversation))
    page.click("text=For other programs")
    with page.expect_download() as waited:
        page.click("[data-format=json]")
    waited.value.save_as(tmp_path / "answer.json")
    wanted = send(create_app(Conversation()).test_client(), wav(TALK)).get_json()["views"]["8"]
    found = page.evaluate("text => JSON.parse(text)", (tmp_path / "answer.json").read_text())
    assert found == wanted


@pytest.mark.browser
def test_the_form_asks_for_a_number_and_an_explanation_for_one(visitor: Visitor) -> None:
    recognizer = Conversation()
    with in_background(create_app(recognizer)) as address:
        page = visitor(address)
        choose(page, wav(TALK))
        page.click(".more > summary")
        select = page.get_by_label("How many people speak")
        expect(select.locator("option")).to_have_text(["Find out", "One on each channel", *"12345678"])
        select.select_option("2")
        page.click(".send")
        page.wait_for_selector(".answer")
        page.click("[data-explain]")
        page.wait_for_selector(".evidence:visible")
    assert recognizer.wished == [2, 1]


@pytest.mark.browser
def test_two_conversations_are_listed_and_compared(visitor: Visitor, conversation: str) -> None:
    page = visitor(conversation)
    choose(page, wav(TALK), wav(WORSE))
    page.click(".send")
    expect(page.locator("#many .emotion").nth(1)).to_have_text("2 people speak")
    for tick in page.locator("#many tbody [type=checkbox]").all():
        tick.check()
    page.click("[data-compare]")
    expect(page.locator(".sides article").nth(1)).to_contain_text("Speaker 2")
    expect(page.locator(".sides article").nth(1).locator(".shares")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize(("language", "size", "scheme"), [  # any two of them together, not all three
    (language, size, ("light", "dark")[(one + other) % 2])
    for one, language in enumerate(LANGUAGES) for other, size in enumerate((NARROW_PHONE, DESKTOP))])
def test_axe_finds_nothing_wrong_with_it(
    visitor: Visitor, conversation: str, size: tuple[int, int], scheme: str, language: str
) -> None:
    page = answered(visitor(conversation, size, color_scheme=scheme, locale=language), WORSE)
    assert violations(page) == [] and too_wide(page) == []
    boxes = page.locator(".people :is(button, input)").evaluate_all("all => all.map(one => [one.offsetWidth, one.offsetHeight])")
    assert min(min(box) for box in boxes) >= 44


@pytest.mark.browser
def test_without_javascript_there_are_lanes_too(visitor: Visitor, conversation: str) -> None:
    page = visitor(conversation, NARROW_PHONE, java_script_enabled=False)
    ask(page, wav(TALK))
    page.wait_for_selector(".answer")
    expect(page.locator(".verdict:visible")).to_have_text("2 people speak")
    expect(page.locator("svg.bars:visible")).to_have_count(2)
    expect(page.locator(".people :is(button, input)")).to_have_count(0)
    page.check("[name=view][value='2']")
    expect(page.locator("svg.bars:visible").first.locator("rect.negative")).to_have_count(4)
