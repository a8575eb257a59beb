"""The API for programs: its document, its problems, and what each resource gives."""

import json

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import settings
from jsonschema_rs import validator_for

import intone
from intone.web import WebSettings, create_app
from web_server import API, StandIn, send, silence, tone, wav


@pytest.fixture
def client() -> FlaskClient:
    return create_app(StandIn()).test_client()


def document(client: FlaskClient) -> dict:
    return client.get("/api/v1/openapi.json").get_json()


# Analyses


def test_the_body_alone_is_a_recording(client: FlaskClient) -> None:
    body = wav(tone("sad"))
    for content_type in ("audio/wav", "application/octet-stream", "application/x-www-form-urlencoded"):
        found = client.post(f"{API}?classes=8", data=body, content_type=content_type)
        assert (found.status_code, found.get_json()["label"]) == (200, "sad")
    assert found.get_json() == send(client, body, classes="8").get_json()


def test_a_part_can_be_asked_for(client: FlaskClient) -> None:
    both = wav(tone("sad", 2)), wav(tone("happy", 2))
    joined = both[0] + both[1][44:]
    head = bytearray(joined)
    head[40:44] = (len(joined) - 44).to_bytes(4, "little")
    head[4:8] = (len(joined) - 8).to_bytes(4, "little")
    for query, label in (("end_s=2", "sad"), ("start_s=2", "happy"), ("start_s=2.5&end_s=3.5", "happy")):
        found = client.post(f"{API}?classes=8&{query}", data=bytes(head), content_type="audio/wav").get_json()
        assert found["label"] == label
    assert found["duration_s"] == 1
    assert client.post(f"{API}?start_s=9", data=bytes(head)).status_code == 422


@pytest.mark.parametrize("query", ["sex=x", "classes=7", "explain=perhaps", "start_s=-1", "start_s=nan", "end_s=inf",
                                   "start_s=2&end_s=1", "end_s=x"])
def test_a_wish_that_cannot_be_is_a_problem(client: FlaskClient, query: str) -> None:
    found = client.post(f"{API}?{query}", data=wav(tone("sad")), content_type="audio/wav")
    assert found.status_code == 400 and found.mimetype == "application/problem+json"
    assert found.get_json()["type"] == "urn:intone:usage" and found.get_json()["detail"].endswith(".")


def test_moments_come_where_they_are_asked_for(client: FlaskClient) -> None:
    found = send(client, wav(tone("sad")), explain="true").get_json()
    assert [round(one["weight"], 1) for one in found["attributions"]] == [0.2, -0.1]
    assert "attributions" not in send(client, wav(tone("sad"))).get_json()


# The recognizer


def test_the_recognizer_is_described(client: FlaskClient) -> None:
    told = client.get("/api/v1/recognizer").get_json()
    assert told["name"] == "stand-in" and told["licence"] == "CC BY-NC-SA 4.0" and told["figures"] is None
    assert list(told["schemes"]) == ["2", "3", "8", "stress"]


def test_the_bundled_one_comes_with_its_figures() -> None:
    recognizer = intone.load()
    told = create_app(recognizer).test_client().get("/api/v1/recognizer").get_json()
    assert told["figures"]["version"] == told["version"] == recognizer.identity.version
    assert 0.5 < told["figures"]["schemes"]["2"]["all"]["accuracy"] <= 1
    assert set(told["figures"]["schemes"]) == set(told["schemes"])


# Pictures


def test_a_recording_is_drawn(client: FlaskClient) -> None:
    drawn = [client.post(f"/api/v1/pictures?view={view}", data=wav(tone("sad", 1.5)), content_type="audio/wav")
             for view in ("waveform", "spectrum", "filter-bank", "mfcc")]
    assert all(one.mimetype == "image/png" and one.data.startswith(b"\x89PNG") for one in drawn)
    assert len({one.data for one in drawn}) == 4
    assert client.post("/api/v1/pictures?view=x", data=wav(tone("sad"))).status_code == 400
    assert client.post("/api/v1/pictures", data=wav(silence())).status_code == 422


# What is counted


def test_answers_and_refusals_are_counted(client: FlaskClient) -> None:
    send(client, wav(tone("sad", 2)))
    send(client, wav(silence(2)))
    found = client.get("/metrics")
    assert found.content_type.startswith("text/plain; version=0.0.4")
    assert "intone_answers_total 1.0" in found.text and "intone_sound_seconds_total 2.0" in found.text
    assert 'intone_refusals_total{problem="no-speech"} 1.0' in found.text


@pytest.mark.parametrize(("told", "status"), [
    ({}, 200), ({"metrics": False}, 404), ({"host": "::1"}, 200), ({"host": "0.0.0.0"}, 404),
    ({"host": "0.0.0.0", "metrics": True}, 200), ({"allowed_hosts": ("a.example",)}, 404),
    ({"allowed_hosts": ("a.example",), "metrics": True}, 200)])
def test_what_is_counted_is_not_told_where_others_are_let_in(told: dict[str, object], status: int) -> None:
    assert create_app(StandIn(), WebSettings(**told)).test_client().get("/metrics").status_code == status


# The document


def test_the_document_describes_every_resource_and_what_it_gives(client: FlaskClient) -> None:
    found = document(client)
    assert found["openapi"] == "3.1.0"
    rules = {rule.rule.replace("<name>", "{name}") for rule in client.application.url_map.iter_rules()
             if rule.rule.startswith("/api/v1")}
    assert set(found["paths"]) == rules
    for path, schema in ((f"{API}", "Analysis"), ("/api/v1/recognizer", "Told")):
        answer = send(client, wav(tone("sad", 2)), explain="true") if path == API else client.get(path)
        validator = validator_for({"$ref": f"#/components/schemas/{schema}", "components": found["components"]})
        validator.validate(answer.get_json())
    shown = client.get("/api/").text
    assert all(f'id="{name}"' in shown for name in found["components"]["schemas"])


def test_the_document_is_as_openapi_has_it(client: FlaskClient) -> None:
    schemathesis.openapi.from_dict(document(client)).validate()


def test_queries_and_forms_are_described_as_they_are_read(client: FlaskClient) -> None:
    found = document(client)
    for path, name, usual in ((API, "track", "default"), ("/api/v1/pictures", "view", "waveform"),
                              ("/api/v1/references", "emotion", "neutral")):
        (query,) = (one["schema"] for one in found["paths"][path]["post"]["parameters"] if one["name"] == name)
        assert query["default"] == usual
    forms = {path: found["components"]["schemas"][form] for path, form in (
        (API, "AnalysisForm"), ("/api/v1/pictures", "Form"), ("/api/v1/references", "ReferenceForm"), ("/api/v1/corrections", "CorrectionForm"))}
    for path, form in forms.items():
        content = found["paths"][path]["post"]["requestBody"]["content"]
        assert content["multipart/form-data"] == {"schema": {"$ref": f"#/components/schemas/{form['title']}"}} and "file" in form["required"]
    assert forms["/api/v1/corrections"]["required"] == ["agree", "emotion", "sex", "file"]


@pytest.mark.parametrize("path", [f"{API}", "/api/v1/annotations", "/api/v1/corrections"])
def test_every_problem_that_comes_is_described(client: FlaskClient, path: str) -> None:
    told = document(client)["paths"][path]["post"]["responses"]
    for body, kind in ((b"", "audio/wav"), (b"x", "audio/wav"), (b"{}", "application/json"), (b"--", "multipart/form-data")):
        found = client.post(path, data=body, content_type=kind)
        assert str(found.status_code) in told
        assert set(json.loads(found.data)) == {"type", "title", "status", "detail"}


APP = create_app(StandIn(), WebSettings(job_from_s=2))
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", APP)


@SCHEMA.parametrize()
@settings(max_examples=40, deadline=None)
def test_whatever_the_document_allows_is_answered_as_it_says(case: schemathesis.Case) -> None:
    # Whether bytes are a recording is nothing that a schema says.
    case.call_and_validate(excluded_checks=[schemathesis.checks.positive_data_acceptance])
