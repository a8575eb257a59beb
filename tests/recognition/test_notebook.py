"""What a notebook shows of a prediction: all of it as text, nothing that runs, and colours that are seen on any ground."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.labels import EMOTIONS, SCHEMES, side_of
from intone.recognition.notebook import COLOURS, STEPS
from intone.recognition.prediction import NEITHER, Prediction, RecognizerIdentity, Segment
from taking_turns import TALK

SHARES = {"negative": 0.25, "positive": 0.75}
PREDICTION = Prediction(
    "talk.wav", 4.0, "positive", SHARES, 0.125, False, ("It is noisy.", "It is <short>."), "female",
    (Segment(0.5, 1.5, "positive", SHARES), Segment(2.0, 4.0, "negative", {"negative": 0.8, "positive": 0.2})),
    RecognizerIdentity("mine", "0123", EMOTIONS))


def shown(answer: Prediction) -> ElementTree.Element:
    """What is shown, read as XML, which takes nothing that is not well-formed."""
    return ElementTree.fromstring(answer._repr_html_())


def text(answer: Prediction) -> str:
    return " ".join(" ".join(shown(answer).itertext()).split())


def test_it_says_label_confidence_facts_and_reasons() -> None:
    said = text(PREDICTION)
    for part in ("positive 75% , unclear", "talk.wav; 4.0 s; female; mine 0123", "It is noisy.", "It is <short>."):
        assert part in said
    assert "positive 75% , clear" in text(replace(PREDICTION, confident=True, confidence="clear"))
    assert "samples; channel 2; 4.0 s" in text(replace(PREDICTION, file=None, channel=2))
    assert text(replace(PREDICTION, label=NEITHER)).startswith("neither , unclear")


def test_every_class_has_its_share_as_a_bar_and_as_a_number() -> None:
    rows = shown(PREDICTION).findall(".//tr")
    assert [(row.find("th").text, row.find("td").text) for row in rows] == [
        ("negative", "25%"), ("positive", "75%"), ("outside these classes", "12%")]
    assert [re.search(r"width:([\d.]+)%", row.find(".//div").get("style"))[1] for row in rows] == ["25.0", "75.0", "12.5"]
    assert all(row.find("th").get("scope") == "row" and row.find(".//div").get("aria-hidden") == "true" for row in rows)
    assert len(shown(replace(PREDICTION, outside=0.0)).findall(".//tr")) == 2


def test_the_segments_stand_where_they_are_in_the_recording() -> None:
    strip = shown(PREDICTION).find(".//svg")
    line, *segments = strip.findall("rect")
    assert [(one.get("x"), one.get("width"), one.get("fill")) for one in segments] == [
        ("125", "250", COLOURS["positive"]), ("500", "500", COLOURS["negative"])]
    assert [one.find("title").text for one in segments] == ["0.5 to 1.5 s: positive 75%", "2.0 to 4.0 s: negative 80%"]
    assert (strip.get("role"), line.get("width")) == ("img", str(STEPS))
    assert strip.get("aria-label") == "0.5 to 1.5 s: positive 75%; 2.0 to 4.0 s: negative 80%"
    assert shown(replace(PREDICTION, segments=())).find(".//svg") is None


def test_a_day_of_segments_is_not_a_page_of_megabytes() -> None:
    day = tuple(Segment(4.0 * number, 4.0 * number + 3, "positive", SHARES) for number in range(20_000))
    answer = replace(PREDICTION, duration_s=80_000.0, segments=day)
    assert len(answer._repr_html_()) < 250_000
    assert shown(answer).find(".//svg").get("aria-label").endswith("and 19980 more segments")


def test_nothing_in_it_runs_or_is_fetched() -> None:
    found = PREDICTION._repr_html_()
    assert not re.search(r"<script|<style|<link|<img|\son\w+=|javascript:|url\(|http|@import|\bid=|\bclass=", found)


@given(st.text(), st.text(max_size=30))
def test_no_name_can_break_out(name: str, reason: str) -> None:
    hostile = replace(PREDICTION, file=f"<script>{name}</script>", reasons=(f'"><img onerror={reason}>',))
    root = shown(hostile)
    assert {one.tag for one in root.iter()} == {one.tag for one in shown(PREDICTION).iter()}
    said = "".join(root.itertext())
    assert "<script>" in said and said.isprintable()


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ground", ["#ffffff", "#111111", "#1e1e1e", "#383838"], ids=["light", "JupyterLab", "VS Code", "Colab"])
@pytest.mark.parametrize("side", COLOURS)
def test_the_colours_are_seen_on_light_and_on_dark(side: str, ground: str) -> None:
    dark, light = sorted((luminance(COLOURS[side]), luminance(ground)))
    assert (light + 0.05) / (dark + 0.05) >= 3
    assert "color:" not in PREDICTION._repr_html_().replace("background:", ""), "text has the colour of the notebook"


def test_every_class_of_every_scheme_has_a_colour() -> None:
    assert {side_of(name) for one in SCHEMES.values() for name in (*one.classes, NEITHER)} <= set(COLOURS)


def test_several_speakers_lead_each_with_an_answer_and_a_strip() -> None:
    root, said = shown(TALK), text(TALK)
    assert said.startswith("2 people speak , the mean over them is positive 75%, unclear my talk.wav; 7.0 s; mixed; mine 0")
    speakers, bars = root.findall("table")
    assert [[cell.text for cell in row] for row in speakers.iter("tr")] == [
        ["Speaker 1", "positive 75%", "likely", "female", "50% of the speech"],
        ["Speaker 2", "neither", "unclear", "male", "38% of the speech"]]
    assert [row.find("th").text for row in bars.iter("tr")] == ["negative", "positive", "outside these classes"]
    named = [one.text for one in root.findall("div") if one.text]
    assert named[-3:] == ["Speaker 1", "Speaker 2", "Several at once"]
    assert [one.get("aria-label") for one in root.findall("svg")] == [
        "0.5 to 1.5 s: positive 75%; 5.0 to 6.0 s: neither", "1.5 to 3.0 s: negative 80%", "3.0 to 3.5 s: positive 75%"]
    assert said.endswith("Several at once 3.0 to 3.5 s: positive 75% It is noisy.")
    alone = replace(TALK, speakers=())
    assert len(shown(alone).findall("svg")) == 1 and "Speaker" not in text(alone)
