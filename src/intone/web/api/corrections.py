"""`POST /api/v1/corrections`: "this was wrong, it was ...": a clip with its label, kept on this machine.

Only where the server was started with a folder for them, and only if its speaker agrees. `intone train folder=DIR`
takes the folder as a corpus: `DIR/female_sad/SPEAKER/NAME.wav`.
"""

import re
import secrets
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from flask import Blueprint, Response, jsonify, make_response, request

from intone import audio
from intone.audio import RATE, Signal
from intone.errors import UsageError
from intone.files import write_whole
from intone.labels import EMOTIONS, SEXES
from intone.web import upload
from intone.web.api.described import BINARY, Body, Reply, described
from intone.web.state import state

blueprint = Blueprint("corrections", __name__)

SPEAKER = "me"
"""Whose voice it is, unless someone says."""


class KeepsNothing(UsageError):
    """A server that was started without a folder for corrections."""

    http_status = 403


@dataclass(frozen=True)
class Kept:
    """A clip that was kept, by its path within the folder."""

    kept: str


_FORM = {
    "type": "object",
    "required": [upload.FIELD, "emotion", "sex", "agree"],
    "properties": {
        upload.FIELD: BINARY,
        "emotion": {"enum": list(EMOTIONS)},
        "sex": {"enum": list(SEXES)},
        "agree": {"const": "true", "description": "The speaker agrees that the clip is kept on this machine."},
        "speaker": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,40}$"},
    },
}


@blueprint.post("/api/v1/corrections")
@described("Keep a clip with its true label", {201: Reply("It is kept.", {"application/json": Kept})},
           body=Body({"multipart/form-data": _FORM}), problems=(400, 403, 413, 415, 422))
def keep() -> Response:
    """Keep a clip where the server has a folder for it, and the speaker agrees."""
    folder = state().settings.corrections
    if folder is None:
        raise KeepsNothing("This server keeps no recordings: start it with --corrections FOLDER to keep them on this "
                           "machine.")
    if request.form.get("agree") != "true":
        raise UsageError("Nothing is kept without consent: send agree=true if the speaker agrees.")
    emotion, sex = _chosen("emotion", EMOTIONS), _chosen("sex", SEXES)
    speaker = request.form.get("speaker", SPEAKER)
    if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", speaker):
        raise UsageError("A speaker's name has 1 to 40 letters, digits and hyphens: choose such a one.")
    signal = audio.read_mono(upload.recording(request), max_seconds=state().settings.max_seconds)
    name = f"{sex}_{emotion}/{speaker}/{secrets.token_hex(8)}.wav"
    _write(signal, folder / name)
    return make_response(jsonify(kept=name), 201)


def _chosen(field: str, choices: tuple[str, ...]) -> str:
    given = request.form.get(field, "")
    if given not in choices:
        raise UsageError(f"There is no {field} '{given}': choose {', '.join(choices[:-1])} or {choices[-1]}.")
    return given


def _write(signal: Signal, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_whole(path) as part, wave.open(str(part), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(signal, -1, 1) * 32767).astype("<i2").tobytes())
