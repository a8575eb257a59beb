"""Annotations: an answer in other formats, and what is refused before it takes memory."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError

from intone.web import WebSettings, create_app
from intone.web.api.annotations import _GIVEN, MOST_ANSWERS
from web_server import StandIn, environment, send, tone, wav

PATH = "/api/v1/annotations"


@pytest.fixture
def client() -> FlaskClient:
    return create_app(StandIn()).test_client()


@pytest.fixture
def answer(client: FlaskClient) -> dict[str, Any]:
    return send(client, wav(tone("sad", 3)), explain="true").get_json()


def test_an_answer_is_taken_away(client: FlaskClient, answer: dict[str, Any]) -> None:
    for view in (answer, *answer["views"].values()):
        found = client.post(f"{PATH}?format=webvtt", json=view)
        assert found.status_code == 200 and found.mimetype == "text/vtt" and found.text.startswith("WEBVTT")
    assert 'filename="intone.vtt"' in found.headers["Content-Disposition"]
    assert client.post(f"{PATH}?format=doc", json=answer).status_code == 400


UNFIT = {
    "a time in words": ({"duration_s": "long"}, "(duration_s: "),
    "a probability above 1": ({"outside": 7}, "(outside: "),
    "one below 0": ({"probabilities": {"negative": -0.1, "positive": 1.1}}, "(probabilities.negative: "),
    "no scheme": ({"probabilities": {"good": 0.5, "bad": 0.5}}, "those of no class scheme"),
    "a class too few": ({"probabilities": {"negative": 1.0}}, "those of no class scheme"),
    "a label of another": ({"label": "stressed"}, "those of no class scheme"),
    "thousands of classes": ({"probabilities": {str(one): "x" for one in range(5000)}}, "5000 probabilities, where"),
    "a long name": ({"probabilities": {"x" * 10_000: "x"}}, "x" * 60 + ": "),
    "an end before its start": ({"segments": [
        {"start_s": 1, "end_s": 1, "label": "negative", "probabilities": {"negative": 1, "positive": 0}}]}, "does not start before"),
    "a late attribution": ({"attributions": [{"start_s": 2, "end_s": 1, "weight": 0.5}]}, "does not start before"),
    "a weight of 3": ({"attributions": [{"start_s": 0, "end_s": 1, "weight": 3}]}, "(attributions.0.weight: "),
}


@pytest.mark.parametrize(("change", "said"), UNFIT.values(), ids=UNFIT)
def test_what_is_no_answer_is_refused(client: FlaskClient, answer: dict[str, Any], change: dict[str, Any], said: str) -> None:
    found = client.post(PATH, json=answer | change)
    assert found.status_code == 422 and said in found.get_json()["detail"] and len(found.data) < 500


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "1e306", "-1", "9" * 10_000])
@pytest.mark.parametrize("field", ["duration_s", "outside"])
def test_no_number_is_too_odd(client: FlaskClient, answer: dict[str, Any], field: str, number: str) -> None:
    body = json.dumps(answer | {field: "here"}).replace('"here"', number)
    assert client.post(PATH, data=body, content_type="application/json").status_code == 422


def test_the_first_fault_is_the_last_that_is_looked_for(answer: dict[str, Any]) -> None:
    for field in ("segments", "attributions", "reasons"):
        with pytest.raises(ValidationError) as found:
            _GIVEN.validate_json(json.dumps(answer | {field: [{}] * 1000}), strict=True)
        assert found.value.error_count() < 10


class Body(io.BytesIO):
    """A body that tells how much of it was read."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.seen = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.seen += len(found)
        return found


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", ""])
def test_only_json_is_read(client: FlaskClient, kind: str) -> None:
    body = Body(bytes(1000))
    found = client.post(PATH, input_stream=body, content_type=kind, content_length=1000)
    assert found.status_code == 415 and body.seen == 0
    assert found.get_json()["detail"].startswith("This address takes application/json, and not ")


@pytest.mark.parametrize("stated", [True, False])
def test_a_large_body_is_not_read_beyond_the_bound(stated: bool) -> None:
    client = create_app(StandIn(), WebSettings(annotation_bytes=100_000)).test_client()
    body = Body(bytes(5_000_000))
    length = {"content_length": 5_000_000} if stated else {"environ_overrides": {"wsgi.input_terminated": True}}
    found = client.post(PATH, input_stream=body, content_type="application/json", **length)
    assert found.status_code == 413 and body.seen <= (0 if stated else 200_000)
    assert found.get_json()["detail"] == "The answer is larger than 0.1 MB: send the JSON as it was given."


def test_an_answer_takes_a_place_at_the_desk(answer: dict[str, Any]) -> None:
    app = create_app(StandIn(), WebSettings(at_once=1, waiting=0))
    with app.extensions["intone"].desk.place(0):
        assert app.test_client().post(PATH, json=answer).status_code == 503
    assert app.test_client().post(PATH, json=answer).status_code == 200


WORST = """
import sys
from pathlib import Path
from intone.web import create_app
from intone.web.api.annotations import MOST_VALUES
from web_server import StandIn

SIZE = 16_000_000 - 1000
SHAPE = ('{"file":null,"duration_s":4.0,"label":"positive","probabilities":{%s"negative":0.25,"positive":0.75},'
         '"outside":0.1,"confident":true,"reasons":[%s],"sex":"female","segments":[%s],'
         '"recognizer":{"name":"m","version":"0","classes":["negative"]},"more":%s}')
SEGMENT = '{"start_s":0,"end_s":1,"label":"positive","probabilities":{"negative":1,"positive":0}}'

def memory(name):
    line, = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1000

def many(part, number=None):
    return ",".join([part] * (number or SIZE // (len(part) + 1) - 300))

BODIES = {
    "segments": lambda: SHAPE % ("", "", many(SEGMENT), 0),
    "as many segments as may be": lambda: SHAPE % ("", "", many(SEGMENT, MOST_VALUES // 7 - 10), 0),
    "objects": lambda: SHAPE % ("", "", many("{}"), 0),
    "as many objects as may be": lambda: SHAPE % ("", "", many("{}", MOST_VALUES // 2 - 20), 0),
    "numbers": lambda: SHAPE % ("", many("1"), "", 0),
    "unknown lists": lambda: SHAPE % ("", "", "", "[" + many("[]") + "]"),
    "nesting": lambda: SHAPE % ("", "", "", "[" * SIZE),
    "as much nesting as may be": lambda: SHAPE % ("", "", "", "[" * (MOST_VALUES - 20)),
    "probabilities": lambda: SHAPE % ("".join(f'"{n}":2,' for n in range(MOST_VALUES - 20)), "", "", 0),
    "a long reason": lambda: SHAPE % ("", '"' + "\\u1234" * (SIZE // 6 - 100) + '"', "", 0),
    "a long number": lambda: SHAPE % ("", "", "", "9" * (SIZE - 500)),
    "long numbers": lambda: SHAPE % ("", "", "", "[" + many("9" * 4000) + "]"),
}
client = create_app(StandIn()).test_client()
post = lambda body: client.post("/api/v1/annotations?format=json", data=body, content_type="application/json").status_code
post(b"{}")
idle = memory("VmRSS")
for name, made in BODIES.items():
    print(name, post(made().encode()), round(memory("VmHWM") - idle), sep=";")
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="nothing tells the memory of a process here")
def test_the_worst_of_16_mb_takes_300_mb_at_most() -> None:
    ended = subprocess.run([sys.executable, "-c", WORST], capture_output=True, text=True, check=False,
                           env=environment())
    assert ended.returncode == 0, ended.stderr
    rows = [line.split(";") for line in ended.stdout.splitlines()]
    assert len(rows) == 12 and {status for _, status, _ in rows} == {"200", "422"}
    assert max(float(most) for *_, most in rows) < 300, ended.stdout


# Lists of answers


@pytest.fixture
def answers(client: FlaskClient) -> list[dict[str, Any]]:
    given = [send(client, wav(tone(emotion, seconds)), classes="8").get_json() | {"file": f"{emotion}.wav"}
             for emotion, seconds in (("sad", 1), ("happy", 3))]
    return [*given, {"file": "=empty.wav", "error": "Nobody speaks, \"really\"."}]


def test_a_list_becomes_one_table(client: FlaskClient, answers: list[dict[str, Any]]) -> None:
    found = client.post(f"{PATH}?format=csv", json=answers)
    assert found.status_code == 200 and found.mimetype == "text/csv"
    table = list(csv.DictReader(io.StringIO(found.text)))
    assert [(row["file"], row["label"], row["segments"], row["error"]) for row in table] == [
        ("sad.wav", "sad", "1", ""), ("happy.wav", "happy", "3", ""),
        ("'=empty.wav", "", "", "Nobody speaks, \"really\".")]
    assert [round(float(row["happy"]), 3) for row in table[:2]] == [0.043, 0.7]


def test_a_list_stays_what_it_was_as_json(client: FlaskClient, answers: list[dict[str, Any]]) -> None:
    found = client.post(f"{PATH}?format=json", json=answers)
    for given, taken in zip(answers, found.get_json(), strict=True):
        assert taken == {name: value for name, value in given.items() if name not in ("asked_sex", "views")}


@pytest.mark.parametrize("format", ["segments", "audacity", "textgrid", "webvtt"])
def test_what_is_of_one_recording_takes_no_list(client: FlaskClient, answers: list[dict[str, Any]], format: str) -> None:
    found = client.post(f"{PATH}?format={format}", json=answers)
    assert found.status_code == 400
    assert found.get_json()["detail"] == f"A list of answers cannot become {format}: choose json or csv."


def test_a_list_is_of_one_scheme(client: FlaskClient, answers: list[dict[str, Any]]) -> None:
    found = client.post(PATH, json=[answers[0], answers[1]["views"]["2"]])
    assert found.status_code == 422 and "different class schemes" in found.get_json()["detail"]


UNFIT_LISTS = {
    "a number": ([3], "(0.answer: "),
    "a late segment": ([{"segments": [{"start_s": 1, "end_s": 1, "label": "sad", "probabilities": {}}]}], "(0.answer"),
    "an empty sentence": ([{"file": "a.wav", "error": ""}], "(0.failure.error: "),
    "a name without an end": ([{"file": "x" * 2000, "error": "No."}], "(0.failure.file: "),
    "more than there may be": ([{"file": None, "error": "No."}] * (MOST_ANSWERS + 1), "1000 items"),
}


@pytest.mark.parametrize(("body", "said"), UNFIT_LISTS.values(), ids=UNFIT_LISTS)
def test_what_is_no_list_of_answers_is_refused(client: FlaskClient, body: list[Any], said: str) -> None:
    found = client.post(PATH, json=body)
    assert found.status_code == 422 and said in found.get_json()["detail"] and len(found.data) < 500


def test_a_list_of_failures_alone_and_an_empty_one_are_tables_too(client: FlaskClient) -> None:
    for body, rows in (([], 0), ([{"file": "a.wav", "error": "No."}], 1)):
        found = client.post(f"{PATH}?format=csv", json=body)
        assert found.status_code == 200 and len(list(csv.DictReader(io.StringIO(found.text)))) == rows
