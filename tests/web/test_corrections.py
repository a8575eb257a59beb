"""Corrections: what is kept of them, where, how much of it, and what is refused."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from flask.testing import FlaskClient

from command import run
from intone.audio import RATE, Signal, Sound
from intone.audio.search import read_clip
from intone.corpora import open_corpora
from intone.web import WebSettings, create_app
from web_server import StandIn, send, silence, tone, wav

PATH = "/api/v1/corrections"
GOOD = {"emotion": "sad", "sex": "female", "agree": "true"}


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return create_app(StandIn(), WebSettings(corrections=tmp_path)).test_client()


def corrected(client: FlaskClient, sound: bytes, **fields: str):
    return client.post(PATH, content_type="multipart/form-data",
                       data={"file": (io.BytesIO(sound), "../x.wav"), **fields})


def flac(signal: Signal, rate: int = RATE) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, signal, rate, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_correction_is_kept_as_a_corpus(client: FlaskClient, tmp_path: Path) -> None:
    kept = corrected(client, wav(tone("sad", 1)), **GOOD)
    assert kept.status_code == 201 and kept.get_json()["seconds"] == 1
    file = tmp_path / kept.get_json()["kept"]
    told = soundfile.info(file)
    assert (told.format, told.subtype, told.samplerate, told.channels, told.frames) == ("FLAC", "PCM_16", RATE, 1, RATE)
    assert np.abs(read_clip(file) - tone("sad", 1)).max() < 2e-4
    corrected(client, wav(tone("calm", 1)), **GOOD | {"emotion": "calm", "sex": "male", "speaker": "anna-2"})
    table = open_corpora([f"folder={tmp_path}"])
    assert sorted(zip(table["sex"], table["emotion"], table["actor"], strict=True)) == [
        ("female", "sad", "me"), ("male", "calm", "anna-2")]
    assert sorted(map(str, files(tmp_path))) == sorted(map(str, table["path"]))


def test_what_is_kept_trains(client: FlaskClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    for sex in ("female", "male"):
        for emotion in ("sad", "happy"):
            for speaker in ("ann", "bob", "eve"):
                sound = wav(tone(emotion, 1.5))
                assert corrected(client, sound, **GOOD | {"emotion": emotion, "sex": sex, "speaker": f"{sex}-{speaker}"}).status_code == 201
    ended = run(capsys, "train", f"folder={tmp_path}", "--to", tmp_path.with_name("run"), "--classes", "2", "--epochs", "1",
                "--validation", "none", "--jobs", "1")
    assert ended.status == 0, ended.err
    assert tmp_path.with_name("run").joinpath("recognizer.onnx").is_file()


def test_only_the_beginning_is_decoded_and_kept(client: FlaskClient, tmp_path: Path,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def blocks() -> Iterator[Signal]:
        for number in range(1000):
            read.append(number)
            yield tone("sad", 25)

    monkeypatch.setattr("intone.audio.sounds", lambda file, max_seconds: [Sound(blocks)])
    kept = corrected(client, b"x", **GOOD).get_json()
    assert kept["seconds"] == 60 and read == [0, 1, 2]
    assert soundfile.info(tmp_path / kept["kept"]).frames == 60 * RATE


@pytest.mark.parametrize("sound", [flac(silence(7000)), flac(np.zeros(1000 * 7000, np.float32), 1000)], ids=["16 kHz", "1 kHz"])
def test_hours_of_silence_become_a_minute(client: FlaskClient, tmp_path: Path, sound: bytes) -> None:
    assert len(sound) < 1_500_000
    kept = corrected(client, sound, **GOOD)
    assert kept.get_json()["seconds"] == 60 and sum(one.stat().st_size for one in files(tmp_path)) < 30_000


@pytest.mark.parametrize(("fields", "status"), [
    ({"agree": "false"}, 400), ({"agree": ""}, 400), ({"emotion": "bored"}, 400), ({"sex": "auto"}, 400),
    ({"speaker": "../x"}, 400), ({"speaker": ""}, 400)])
def test_nothing_is_kept_without_consent_or_with_other_names(client: FlaskClient, tmp_path: Path, fields: dict[str, str],
                                                             status: int) -> None:
    assert corrected(client, wav(tone("sad")), **GOOD | fields).status_code == status
    assert corrected(client, b"no sound", **GOOD).status_code == 415
    assert list(tmp_path.rglob("*")) == []


def test_a_server_keeps_nothing_unless_it_is_told_to() -> None:
    assert corrected(create_app(StandIn()).test_client(), wav(tone("sad")), **GOOD).status_code == 403


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *_: object) -> bytes:
        raise AssertionError("it is read")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json", "audio/wav", "text/plain", ""])
def test_only_a_form_of_parts_is_read(client: FlaskClient, kind: str) -> None:
    found = client.post(PATH, input_stream=Unread(), content_type=kind, content_length=40_000_000)
    assert found.status_code == 415 and "takes multipart/form-data, and not" in found.get_json()["detail"]


# Room


def test_a_full_folder_takes_no_more(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "other.bin").write_bytes(bytes(90_000))
    client = create_app(StandIn(), WebSettings(corrections=tmp_path, corrections_bytes=130_000)).test_client()
    statuses = [corrected(client, wav(tone("sad", 0.5)), **GOOD) for _ in range(5)]
    assert statuses[0].status_code == 201 and statuses[-1].status_code == 507
    assert statuses[-1].get_json()["detail"] == (
        "Nothing more is kept: the corrections on the computer that serves this page take 0.13 MB, which is all they may; "
        "whoever runs it can move them elsewhere.")
    assert statuses[-1].get_json()["type"] == "urn:intone:no-room"
    assert sum(one.stat().st_size for one in files(tmp_path)) <= 130_000


@pytest.mark.parametrize("spoil", ["file", "gone", "locked"])
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, spoil: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "kept"
    if spoil == "file":
        folder.write_text("no folder")
    elif spoil == "gone":  # the current folder, and all in it
        tmp_path.joinpath("here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        folder = Path("corrections")
        os.rmdir(tmp_path / "here")  # noqa: PTH106 - as somebody else would
    else:
        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "mkdir", refuse)
    client = create_app(StandIn(), WebSettings(corrections=folder)).test_client()
    found = corrected(client, wav(tone("sad")), **GOOD)
    assert found.status_code == 507 and str(tmp_path) not in found.text
    assert found.get_json()["detail"] == (
        "The recording cannot be kept: the folder of the corrections cannot be written on the computer that serves this "
        "page; whoever runs it can give another with --corrections.")


def test_a_clip_is_written_whole_or_not_at_all(client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert corrected(client, wav(tone("sad")), **GOOD).status_code == 507
    assert files(tmp_path) == []


def test_a_correction_takes_a_place_at_the_desk(tmp_path: Path) -> None:
    app = create_app(StandIn(), WebSettings(corrections=tmp_path, at_once=1, waiting=0))
    with app.extensions["intone"].desk.place(0):
        busy = corrected(app.test_client(), wav(tone("sad")), **GOOD)
    assert busy.status_code == 503 and busy.headers["Retry-After"] == "5" and files(tmp_path) == []
    assert corrected(app.test_client(), wav(tone("sad")), **GOOD).status_code == 201


def test_the_page_says_how_much_is_kept(client: FlaskClient) -> None:
    assert "at most its first 60 seconds" in send(client, wav(tone("sad")), "/").text
