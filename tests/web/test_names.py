"""Files that are named after a recording."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from intone.recognition.formats import FORMATS
from intone.web import create_app
from intone.web.names import named
from web_server import StandIn, send, tone, wav

LONGEST_ENDING = max((*(one.suffix for one in FORMATS.values()), ".html", ".png"), key=len)


@pytest.mark.parametrize(("recording", "name"), [
    ("interview 3.wav", "interview 3.intone"),
    ("Gespräch mit Zoë.m4a", "Gespräch mit Zoë.intone"),
    ("Zoe\u0308.wav", "Zoë.intone"),
    ("Dr. Smith talks", "Dr. Smith talks.intone"),
    ("../../etc/passwd", "_.._etc_passwd.intone"),
    ("a\u202egnp.wav", "a_gnp.intone"),
    ("con.wav", "_con.intone"),
    ("COM1.2024.wav", "_COM1.2024.intone"),
    (".wav", "recording.intone"),
    ("", "recording.intone"),
    ("x" * 500 + ".wav", "x" * 200 + ".intone"),
])
def test_a_file_is_named_after_its_recording(recording: str, name: str) -> None:
    assert named(recording) == name


@given(st.text())
def test_any_name_is_safe_on_every_file_system(recording: str) -> None:
    name = named(recording) + LONGEST_ENDING
    assert len(name.encode()) <= 255
    assert not set(name) & set('/\\:*?"<>|') and name.isprintable() and not name.startswith((".", " "))
    assert name.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt1"}


def test_the_api_names_a_file_after_the_recording_that_it_is_told() -> None:
    client: FlaskClient = create_app(StandIn()).test_client()
    answer = send(client, wav(tone("sad"))).get_json()
    for recording, header in (("talk 1.wav", 'filename="talk 1.intone.csv"'),
                              ("Zoë.wav", "filename=\"Zoe.intone.csv\"; filename*=UTF-8''Zo%C3%AB.intone.csv"),
                              ('a"\r\nSet-Cookie: b.wav', 'filename="a___Set-Cookie_ b.intone.csv"')):
        found = client.post("/api/v1/annotations", query_string={"format": "csv", "name": recording}, json=answer)
        assert found.headers["Content-Disposition"] == f"attachment; {header}"
        assert "Set-Cookie" not in found.headers
