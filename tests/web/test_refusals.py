"""What the page does not answer: bad input, too many visitors at once, other sites."""

import io
import logging
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from intone.errors import RecognizerError
from intone.web import WebSettings, create_app
from intone.web.admission import BusyError, Desk
from intone.web.security import HEADERS
from intone.web.store import Ledger
from web_server import API, HTML, IMAGE, StandIn, alert, send, silence, tone, wav

WEB = Path(create_app.__code__.co_filename).parent


@pytest.fixture
def client() -> FlaskClient:
    return create_app(StandIn()).test_client()


# Bad input


BAD = {
    "nothing": (None, {}, 400, "No recording was chosen: choose a file first."),
    "no name": (b"", {}, 400, "No recording was chosen: choose a file first."),
    "empty": (b"", {"name": "a.wav"}, 415, "The file is empty: record it again, or choose another."),
    "silence": (wav(silence()), {}, 422, "No voice can be heard in the recording: speak closer to the microphone."),
    "image": (IMAGE, {}, 415, "The file is a PNG picture, not a recording that can be decoded: use wav, flac, mp3, "
                              "ogg, opus, m4a, mp4 or webm."),
    "cut": (wav(tone("sad", 3))[:20_000], {}, 422, "The file is cut off: its header states 3.0 s, but only 0.6 s can "
                                                   "be decoded; copy or export it again."),
    "sex": (wav(tone("sad")), {"sex": "x<y"}, 400, "There is no sex 'x<y' to choose: male, female or auto."),
}


@pytest.mark.parametrize(("recording", "fields", "status", "sentence"), BAD.values(), ids=BAD)
def test_bad_input_is_one_sentence_on_the_page_and_in_json(
    client: FlaskClient, recording: bytes | None, fields: dict[str, str], status: int, sentence: str
) -> None:
    fields = {"name": "" if recording == b"" else "clip.wav", **fields}
    as_json, page, part = (send(client, recording, path, headers=headers, **fields)
                           for path, headers in ((API, None), ("/", None), (API, HTML)))
    assert [answered.status_code for answered in (as_json, page, part)] == [status] * 3
    assert as_json.mimetype == "application/problem+json"
    assert as_json.get_json()["detail"] == sentence and as_json.get_json()["status"] == status
    assert alert(page.text) == alert(part.text) == sentence
    assert "<form" in page.text
    assert "<form" not in part.text
    assert "x<y" not in page.text


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/nothing", 404), ("GET", "/static/../app.py", 404), ("POST", "/nothing", 404), ("GET", API, 405),
    ("DELETE", "/", 405), ("GET", "/api/v1/nothing", 404), ("GET", f"{API}/nobody", 404)])
def test_unknown_routes_are_one_sentence(client: FlaskClient, method: str, path: str, status: int) -> None:
    page = client.open(path, method=method, headers=HTML)
    assert page.status_code == status and alert(page.text)
    assert ("Allow" in page.headers) == (status == 405)
    if path.startswith("/api/"):
        found = client.open(path, method=method)
        assert found.status_code == status and found.get_json()["detail"] == alert(page.text)


def test_a_body_that_is_no_form_is_refused(client: FlaskClient) -> None:
    assert client.post(API, data=b"\xff\x00{", content_type="application/json").status_code == 415
    assert client.post(API, content_type="audio/wav").status_code == 400
    assert client.post(API, data=b"--y\r\nbroken", content_type="multipart/form-data").status_code == 400
    parts = {f"field{number}": "x" for number in range(100)}
    too_many = client.post(API, data=parts, content_type="multipart/form-data")
    assert too_many.status_code == 413


def test_only_forms_of_parts_are_parsed(client: FlaskClient) -> None:
    data = "&".join(f"f{number}=x" for number in range(1000)) + "&sex=male"
    with client.application.test_request_context("/", method="POST", data=data,
                                                 content_type="application/x-www-form-urlencoded") as context:
        assert not context.request.form and not context.request.values and not context.request.files
        assert context.request.get_data() == data.encode()


@pytest.mark.parametrize("path", ["/", API, "/api/v1/corrections", "/api/v1/pictures"])
def test_the_fields_of_a_form_are_bounded(path: str, tmp_path: Path) -> None:
    client = create_app(StandIn(), WebSettings(corrections=tmp_path)).test_client()
    head, end = b'--x\r\nContent-Disposition: form-data; name="', b"\r\n--x--\r\n"
    for part in (b'agree"\r\n\r\n' + 600_000 * b"x", 600_000 * b"x" + b'"\r\n\r\nx'):  # a long value, a long head
        body = io.BytesIO(head + part + end)  # Werkzeug's client would write a form of its own into a file
        found = client.post(path, input_stream=body, content_length=len(body.getvalue()),
                            content_type="multipart/form-data; boundary=x")
        assert found.status_code == 413


@given(recording=st.binary(max_size=300), name=st.text(max_size=20), sex=st.text(max_size=8) | st.just("auto"),
       head=st.sampled_from([b"", b"RIFF\x24\x00\x00\x00WAVEfmt ", b"fLaC", b"OggS", b"ID3", b"\x1aE\xdf\xa3"]))
def test_any_upload_is_answered_with_a_sentence(recording: bytes, name: str, sex: str, head: bytes) -> None:
    answered = send(create_app(StandIn()).test_client(), head + recording, name=name, sex=sex)
    if answered.status_code == 200:
        assert answered.get_json()["label"]
    else:
        assert 400 <= answered.status_code < 500
        assert re.fullmatch(r"\S.*\.", answered.get_json()["detail"], re.DOTALL)


def test_what_was_not_foreseen_is_calm_and_logged_without_the_recording(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("samples of secret.wav: 0.125 0.25")

    client = create_app(StandIn(meet=fail)).test_client()
    with caplog.at_level(logging.INFO):
        answered = send(client, wav(tone("sad")), name="secret.wav")
    sentence = "Something went wrong on our side, not with the recording: send it again, or try another."
    assert (answered.status_code, answered.get_json()["detail"]) == (500, sentence)
    assert "RuntimeError" in caplog.text
    assert "in fail" in caplog.text
    assert "secret" not in caplog.text
    assert "0.125" not in caplog.text


def test_an_error_on_purpose_goes_out_with_its_own_status(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RecognizerError("The recognizer is damaged: install it again.")

    answered = send(create_app(StandIn(meet=fail)).test_client(), wav(tone("sad")))
    assert (answered.status_code, answered.get_json()["type"]) == (500, "urn:intone:recognizer")
    assert answered.get_json()["detail"] == "The recognizer is damaged: install it again."
    assert "RecognizerError" in caplog.text


# Too many at once


def test_more_than_may_wait_are_told_to_come_back() -> None:
    inside, leave = threading.Semaphore(0), threading.Event()

    def stay() -> None:
        inside.release()
        assert leave.wait(20)

    settings = WebSettings(at_once=1, waiting=1, retry_after_s=7)
    app = create_app(StandIn(meet=stay), settings)
    with ThreadPoolExecutor(2) as visitors:
        first = visitors.submit(send, app.test_client(), wav(tone("sad")))
        assert inside.acquire(timeout=20)
        second = visitors.submit(send, app.test_client(), wav(tone("happy")))
        wait_until(lambda: app.extensions["intone"].desk.taken == 2)
        third = send(app.test_client(), wav(tone("calm")), "/")
        assert app.test_client().get("/health").status_code == 200
        leave.set()
        assert [done.result(20).get_json()["label"] for done in (first, second)] == ["sad", "happy"]
    assert (third.status_code, third.headers["Retry-After"]) == (503, "7")
    assert alert(third.text).startswith("Too many recordings are being analysed")
    assert send(app.test_client(), wav(tone("calm"))).status_code == 200


def test_nobody_waits_for_ever_at_the_desk() -> None:
    desk = Desk(Ledger(), "answers", at_once=1, waiting=5)
    with desk.place(0), pytest.raises(BusyError), desk.place(0.02):
        pass
    with desk.place(0):  # an impatient visitor gives the place back
        pass


def wait_until(holds: Any) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


# Protection


@pytest.mark.parametrize(("headers", "status"), [
    ({}, 200),
    ({"Sec-Fetch-Site": "same-origin"}, 200),
    ({"Sec-Fetch-Site": "none"}, 200),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
    ({"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, 200),
    ({"Origin": "http://localhost"}, 200),
    ({"Origin": "http://localhost:8001"}, 403),
    ({"Origin": "http://evil.example"}, 403),
    ({"Origin": "null"}, 403),
])
@pytest.mark.parametrize("path", ["/", API])
def test_forms_of_other_sites_are_refused(client: FlaskClient, path: str, headers: dict[str, str], status: int) -> None:
    answered = send(client, wav(tone("sad")), path, headers=headers)
    assert answered.status_code == status
    if status == 403:
        assert "Another site sent this form" in answered.text
    assert client.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/", "/health", "/nothing", API, "/static/styles/page.css"])
def test_every_response_carries_the_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as response:
        headers = response.headers
    for name, value in HEADERS.items():
        assert headers.getlist(name) == [value]
    assert "unsafe" not in headers["Content-Security-Policy"].replace("'wasm-unsafe-eval'", "")
    assert (headers["Cache-Control"] == "no-store") == (path[1:7] != "static")


def test_nothing_on_the_page_is_inline_or_from_elsewhere(client: FlaskClient) -> None:
    for page in (client.get("/").text, send(client, wav(tone("sad", 2)), "/").text):
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?://", page)
        assert re.findall(r"<script type=.module.[^>]*>(.*?)</script>", page, re.DOTALL) == [""]
        assert set(re.findall(r"<script type=.(.*?). ", page)) <= {"module", "application/json"}
    for file in [path for path in (WEB / "static").rglob("*.*") if not {"vendor", "examples", "icons"} & set(path.parts)]:
        assert not re.search(r"(https?:)?//\w+\.\w+\.\w", file.read_text().replace("http://www.w3.org/2000/svg", ""))


def test_health_names_the_recognizer(client: FlaskClient) -> None:
    assert client.get("/health").get_json() == {"status": "ok", "recognizer": {"name": "stand-in", "version": "0"}}
