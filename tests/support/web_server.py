"""A recognizer for tests of the page, the sounds it knows, how to send them, and servers in processes of their own.

It answers by pitch, so swapped answers are noticed.
"""

import html
import io
import json
import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intone.audio import RATE, Signal, Sound
from intone.errors import NoSpeech
from intone.labels import EMOTIONS, SCHEMES, scheme
from intone.language import said
from intone.recognition.adaptation import Offset, Reference
from intone.recognition.options import Options
from intone.recognition.prediction import Attribution, Prediction, RecognizerIdentity, Segment, in_scheme

STEP_HZ = 200
IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(200)
HTML = {"Accept": "text/html"}
API = "/api/v1/analyses"


def tone(emotion: str, seconds: float = 1.0, rate: int = RATE) -> Signal:
    """The sound that the stand-in hears as an emotion."""
    pitch = STEP_HZ * (EMOTIONS.index(emotion) + 1)
    return np.float32(0.5) * np.sin(2 * np.pi * pitch * np.arange(int(seconds * rate)) / rate, dtype=np.float32)


def wav(signal: Signal, rate: int = RATE) -> bytes:
    """A signal as the bytes of a 16-bit wav file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((signal * 32767).astype("<i2").tobytes())
    return file.getvalue()


def silence(seconds: float = 1.0) -> Signal:
    """No sound at all."""
    return np.zeros(int(seconds * RATE), np.float32)


class StandIn:
    """Hears the strongest pitch of the whole and of each second.

    `meet` is passed once inside, and `step` in each tenth of the work, to hold callers up.
    """

    def __init__(self, classes: tuple[str, ...] = EMOTIONS, meet: Callable[[], object] = lambda: None,
                 step: Callable[[], object] = lambda: None) -> None:
        self.step = step
        self.identity = RecognizerIdentity("stand-in", "0", classes)
        self.asked = 0
        self._meet = meet
        self._lock = threading.Lock()

    @property
    def sexes(self) -> tuple[str, ...]:
        return ("female", "male")

    def schemes(self) -> tuple[str, ...]:
        known = set(self.identity.classes)
        own = tuple(name for name, found in SCHEMES.items() if known == set(found.classes))
        return tuple(SCHEMES) if own == ("8",) else own

    models = (None,)
    data = ("ravdess",)
    licence = "CC BY-NC-SA 4.0"

    adaptable = True

    def scale(self, classes: str) -> str:
        return said("On nobody, all answers of {classes} were right.", classes=classes)

    def reference(self, *sounds: Sound, emotion: str | None = "neutral") -> Reference:
        for sound in sounds:
            self.answer(sound, options=Options())
        return Reference(self.identity.version, "female", emotion, Offset(len(sounds), ((0.0,) * 8,)))

    def answer(self, sound: Sound, *, options: Options,
               progress: Callable[[float], None] = lambda share: None) -> dict[str, Prediction]:
        with self._lock:
            self.asked += 1
        self._meet()
        signal = np.concatenate(list(sound))
        if not np.abs(signal).max() > 0.001:
            raise NoSpeech("No voice can be heard in the recording: speak closer to the microphone.")
        for done in range(1, 11):
            self.step()
            progress(done / 10)
        return {name: replace(self._predict(signal, name, options.sex, options.explain), channel=sound.number,
                              track=sound.track) for name in options.schemes}

    def _predict(self, signal: Signal, name: str, sex: str, explain: bool = False) -> Prediction:
        label, shares, outside = self._heard(signal, name)
        seconds = len(signal) / RATE
        segments = []
        for start in range(0, len(signal), RATE):
            part = signal[start : start + RATE]
            segments.append(Segment(start / RATE, (start + len(part)) / RATE, *self._heard(part, name)[:2]))
        reasons = () if seconds >= 0.5 else ("The recording is very short: a longer one is surer.",)
        heard = "female" if sex == "auto" else sex
        return Prediction(None, seconds, label, shares, outside, not reasons, reasons, heard, tuple(segments),
                          self.identity, attributions=(Attribution(0, seconds / 2, 0.2), Attribution(seconds / 2, seconds, -0.1)) * explain)

    def _heard(self, signal: Signal, name: str) -> tuple[str, dict[str, float], float]:
        pitch = float(np.abs(np.fft.rfft(signal)).argmax()) * RATE / len(signal)
        masses = np.full(len(self.identity.classes), 0.3 / (len(self.identity.classes) - 1))
        masses[min(max(round(pitch / STEP_HZ) - 1, 0), len(masses) - 1)] = 0.7
        known = scheme(name)
        return in_scheme(known, known.sums(masses) if len(masses) == len(EMOTIONS) else masses)


def send(client: FlaskClient, recording: bytes | None, path: str = API, name: str = "clip.wav",
         headers: dict[str, str] | None = None, **fields: str) -> TestResponse:
    part = {} if recording is None else {"file": (io.BytesIO(recording), name)}
    return client.post(path, data={**fields, **part}, headers=headers, content_type="multipart/form-data")


def post(address: str, recording: bytes, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """POST a recording to a server that runs; status and JSON."""
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="clip.wav"\r\n\r\n' + recording
    request = urllib.request.Request(f"{address}{API}", body + b"\r\n--x--\r\n", headers={
        "Content-Type": "multipart/form-data; boundary=x", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


SERVERS = {
    "waitress": "server.run(create_app({recognizer}, {settings}), '127.0.0.1', 0)",
    "gunicorn": "gunicorn_server.run(lambda folder: create_app({recognizer}, {settings}, folder), '127.0.0.1', 0, "
                "{settings})",
}
_IMPORTS = "import os, time; from web_server import StandIn; from intone.web import WebSettings, create_app, server, " \
           "gunicorn_server; "
_WARNINGS = ("-W", "error", "-W", "ignore:unclosed <socket:ResourceWarning:gunicorn.arbiter")  # its own, at its start


@dataclass(frozen=True)
class Served:
    """A server in a process of its own: where it is, and that process."""

    address: str
    process: "subprocess.Popen[str]"

    @property
    def workers(self) -> list[int]:
        """The processes that it has started, by their numbers."""
        pid = self.process.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def finish(self) -> tuple[int, str, str]:
        """Its status, and what it wrote after its address, once it has ended."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


def environment() -> dict[str, str]:
    """That of a process which imports this module."""
    folders = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders))}


IMPATIENT = "from intone.web import pace; pace.HEAD_S = gunicorn_server.HEAD_S = 0.5; pace.GRACE_S = 0.5; "
"""What `served` runs first, so that clients that have stopped are soon given up."""


@contextmanager
def served(name: str, settings: str = "WebSettings()", recognizer: str = "StandIn()", first: str = "") -> Iterator[Served]:
    """Serve with one of `SERVERS`, in one process, where warnings are errors; `first` is run before."""
    code = _IMPORTS + first + SERVERS[name].format(recognizer=recognizer, settings=settings)
    with subprocess.Popen([sys.executable, *_WARNINGS, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env=environment()) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            address = re.fullmatch(r"Serving on (http://127\.0\.0\.1:\d+) \(Ctrl\+C ends it\)\n", line)
            assert address, line + process.communicate()[1]
            yield Served(address[1], process)
        finally:
            process.terminate()
            process.communicate(timeout=60)


def shown(page: str) -> str:
    """A page without what its script may put there later."""
    return re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)


def alert(page: str) -> str:
    """The sentence of the alert on a page."""
    found = re.search(r'role="alert">.*?<p>(.*?)</p>', shown(page), re.DOTALL)
    assert found, "no alert on the page"
    return html.unescape(found[1])
