"""Channels and tracks on the page and in the API: one that is chosen, or each with an answer of its own."""

import re
import time

import numpy as np
import pytest
from flask.testing import FlaskClient

from chromium import Visitor
from intone.audio import RATE
from intone.web import WebSettings, create_app
from sounds import pcm
from web_server import API, HTML, StandIn, send, silence, tone

TWO = pcm(np.stack([tone("sad", 2), tone("happy", 2)], axis=1), RATE)
ONE_SILENT = pcm(np.stack([silence(2), tone("happy", 2)], axis=1), RATE)


@pytest.fixture
def client() -> FlaskClient:
    return create_app(StandIn()).test_client()


@pytest.mark.parametrize(("channel", "label"), [("1", "sad"), ("2", "happy")])
def test_a_channel_may_be_chosen(client: FlaskClient, channel: str, label: str) -> None:
    found = send(client, TWO, classes="8", channel=channel).get_json()
    assert (found["label"], found["channel"]) == (label, int(channel))
    assert "parts" not in found and "channel" not in send(client, TWO).get_json()


def test_each_channel_has_its_answer(client: FlaskClient) -> None:
    found = send(client, TWO, classes="8", channel="each").get_json()
    assert [(one["channel"], one["label"]) for one in found["parts"]] == [(1, "sad"), (2, "happy")]
    assert found["label"] == "sad" and found["parts"][1] == send(client, TWO, classes="8", channel="2").get_json()


def test_a_channel_without_an_answer_has_its_error(client: FlaskClient) -> None:
    found = send(client, ONE_SILENT, classes="8", channel="each").get_json()
    assert found["parts"][0] == {"channel": 1, "error": "No voice can be heard in the recording: speak closer to the "
                                 "microphone."}
    assert (found["label"], found["channel"]) == ("happy", 2)
    refused = send(client, pcm(np.zeros((RATE, 2)), RATE), channel="each")
    assert (refused.status_code, refused.get_json()["detail"].count("No voice")) == (422, 1)


@pytest.mark.parametrize("track", ["1", "each"])
def test_a_track_may_be_chosen(client: FlaskClient, track: str) -> None:
    found = send(client, TWO, classes="8", track=track).get_json()
    assert found["track"] == 1 and [one["track"] for one in found.get("parts", [])] == [1] * (track == "each")


@pytest.mark.parametrize(("wish", "said"), [
    ({"channel": "3"}, "There is no channel 3: the last one of the recording is 2."), ({"channel": "left"}, "no channel 'left'"),
    ({"track": "2"}, "There is no track 2: the recording has these: 1; choose one of them."), ({"track": "0"}, "no track '0'"),
    ({"track": "each", "channel": "each"}, "too much at once")])
def test_a_choice_that_is_not_there_is_a_problem(client: FlaskClient, wish: dict[str, str], said: str) -> None:
    found = send(client, TWO, **wish)
    assert found.status_code == 400 and said in found.get_json()["detail"]


def test_many_channels_are_not_all_answered(client: FlaskClient) -> None:
    many = pcm(np.stack([tone("sad")] * 9, axis=1), RATE)
    assert "9 channels, and at most 8" in send(client, many, channel="each").get_json()["detail"]
    assert send(client, many, channel="9").status_code == 200


def test_each_channel_of_a_long_recording_is_a_job() -> None:
    client = create_app(StandIn(), WebSettings(job_from_s=3)).test_client()
    started = send(client, TWO, classes="8", channel="each")
    assert started.status_code == 202
    for _ in range(100):
        found = client.get(started.headers["Location"]).get_json()
        if found["state"] == "done":
            break
        time.sleep(0.05)
    assert found["result"] == send(create_app(StandIn()).test_client(), TWO, classes="8", channel="each").get_json()


def test_the_page_without_a_script_shows_every_answer(client: FlaskClient) -> None:
    page = send(client, TWO, "/", channel="each").text
    assert re.findall(r"data-part>(Channel \d)<", page) == ["Channel 1", "Channel 2"]
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) == len(set(names))
    assert len(set(re.findall(r'name="(view|view-2)"', page))) == 2, "each has its own choice of classes"
    page = send(client, ONE_SILENT, "/", channel="each").text
    assert "Channel 1: No voice can be heard" in page and "data-part>Channel 2<" in page


def test_the_script_gets_every_answer(client: FlaskClient) -> None:
    part = send(client, TWO, API, headers=HTML, channel="each").text
    assert part.count('class="card answer"') == part.count("data-answer") == 2


@pytest.mark.browser
def test_each_channel_is_listed_and_explained(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    page.locator("input#file").set_input_files({"name": "call.wav", "mimeType": "audio/wav", "buffer": TWO})
    page.get_by_text("More choices").click()
    page.locator("select[name=channel]").select_option("each")
    page.get_by_role("button", name="Analyse").click()
    rows = page.locator("#many .file button")
    rows.nth(1).wait_for()
    assert [name.split(", ")[-1] for name in rows.all_inner_texts()] == ["Channel 1", "Channel 2"]
    rows.nth(1).click()
    assert page.locator(".answer [data-part]").inner_text() == "Channel 2"
    with page.expect_response(lambda response: response.request.method == "POST") as told:
        page.locator("[data-explain]").click()
    assert 'data-channel="2"' in told.value.text()
    page.locator("[data-why]").first.wait_for()
    assert page.locator(".answer [data-part]").inner_text() == "Channel 2"
