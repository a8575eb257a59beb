"""How a person's voice sounds: what `/references` gives, and what an analysis does with it."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from intone.recognition.recognizer import load
from intone.web import WebSettings, create_app
from sounds import voice
from tiny_model import tiny_adaptable, tiny_model
from web_server import API, HTML, send, silence, wav

PATH = "/api/v1/references"
MAN = wav(0.5 * voice(2, 110, 1))
WOMAN = wav(np.diff(voice(2.5, 200, 3), prepend=np.float32(0)) * np.float32(3))


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return create_app(load(tiny_adaptable(tmp_path / "tiny.onnx")), WebSettings(reference_s=10)).test_client()


def learned(client: FlaskClient, *recordings: bytes, **fields: str):
    parts = [(io.BytesIO(one), f"{number}.wav") for number, one in enumerate(recordings)]
    return client.post(PATH, data={"file": parts, **fields}, content_type="multipart/form-data")


def test_an_analysis_is_compared_with_a_reference(client: FlaskClient) -> None:
    reference = learned(client, MAN, MAN)
    assert reference.status_code == 200
    told = reference.get_json()
    assert (told["sex"], told["emotion"], told["offset"]["clips"]) == ("male", "neutral", 2)
    plain = send(client, MAN, classes="8").get_json()
    found = send(client, MAN, classes="8", reference=reference.text).get_json()
    assert found["probabilities"]["sad"] < plain["probabilities"]["sad"]
    assert found["adapted_to"]["segments"] == 2 and "adapted_to" not in plain
    assert set(found["views"]) == {name for name, one in found["views"].items() if "adapted_to" in one}
    as_file = client.post(API, data={"file": (io.BytesIO(MAN), "x.wav"), "classes": "8",
                                     "reference": (io.BytesIO(reference.data), "me.json")},
                          content_type="multipart/form-data")
    assert as_file.get_json() == found
    shown = send(client, MAN, headers=HTML, classes="8", reference=reference.text).text
    assert "Compared with your normal voice" in shown
    assert "Compared with" not in send(client, MAN, headers=HTML).text
    assert client.post("/api/v1/annotations?format=csv", json=found).status_code == 200


def test_the_body_alone_is_a_recording_of_the_voice(client: FlaskClient) -> None:
    found = client.post(f"{PATH}?emotion=sad", data=MAN, content_type="audio/wav").get_json()
    assert found["emotion"] == "sad"


def test_recordings_of_unknown_emotion_are_compared_with_each_other(client: FlaskClient) -> None:
    reference = learned(client, MAN, wav(silence(2)), WOMAN, emotion="unknown")
    assert (reference.get_json()["emotion"], reference.get_json()["sex"]) == (None, "")
    assert "Compared with the other recordings" in send(client, MAN, headers=HTML, reference=reference.text).text


@pytest.mark.parametrize(("recordings", "fields", "status", "said"), [
    ([wav(silence(2))], {}, 422, "The recording is silent"),
    ([MAN, WOMAN], {}, 422, "give recordings of one person"),
    ([MAN], {"emotion": "unknown"}, 422, "nothing to be compared with"),
    ([MAN], {"emotion": "bored"}, 400, "does not know 'bored'"),
    ([MAN] * 6, {}, 413, "longer than 0.166667 minutes together"),
    ([b"text"], {}, 415, "not a recording"),
    ([], {}, 400, "No recording was chosen"),
])
def test_what_tells_nothing_of_a_voice_is_a_problem(
    client: FlaskClient, recordings: list[bytes], fields: dict[str, str], status: int, said: str
) -> None:
    found = learned(client, *recordings, **fields)
    assert found.status_code == status and found.mimetype == "application/problem+json"
    assert said in found.get_json()["detail"]


def test_a_reference_that_is_none_is_a_problem(client: FlaskClient) -> None:
    for text in ("{}", "x" * 100_000):
        found = send(client, MAN, reference=text)
        assert (found.status_code, found.get_json()["type"]) == (422, "urn:intone:unfit-reference")


def test_a_reference_that_does_not_fit_is_a_reason(client: FlaskClient) -> None:
    told = learned(client, MAN).get_json()
    other = send(client, WOMAN, reference=json.dumps(told)).get_json()
    assert "The reference is of a male voice" in other["reasons"][-1]
    old = send(client, MAN, reference=json.dumps(told | {"recognizer": "0"})).get_json()
    assert "made with another recognizer" in old["reasons"][-1]


def test_a_recognizer_that_cannot_be_adapted_says_so_and_offers_nothing(client: FlaskClient, tmp_path: Path) -> None:
    plain = create_app(load(tiny_model(tmp_path / "plain.onnx", {"male_sad": 1.0}))).test_client()
    assert "cannot be adapted" in learned(plain, MAN).get_json()["detail"]
    assert "data-voice" in client.get("/").text and "data-voice" not in plain.get("/").text
