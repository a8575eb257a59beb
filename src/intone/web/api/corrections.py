"""`POST /api/v1/corrections`: "this was wrong, it was ...": a clip with its label, kept on this machine.

Only where the server was started with a folder for them, and only if its speaker agrees. `intone train folder=DIR`
takes the folder as a corpus: `DIR/female_sad/SPEAKER/NAME.flac`.
"""

import io
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Literal

import numpy as np
from flask import Blueprint, Response, jsonify, make_response, request
from pydantic import BaseModel, Field

from intone import audio
from intone.audio import RATE, Signal
from intone.errors import IntoneError, TooShort, UsageError
from intone.files import FileError, write_whole
from intone.labels import EMOTIONS, SEXES
from intone.language.sentences import said
from intone.web import upload
from intone.web.api.described import Described, Reply
from intone.web.fields import Else
from intone.web.settings import WebSettings
from intone.web.state import state

blueprint = Blueprint("corrections", __name__)

SPEAKER = "me"
"""Whose voice it is, unless someone says."""


class KeepsNothing(UsageError):
    """A server that was started without a folder for corrections."""

    http_status = 403


class NoRoom(IntoneError):
    """A folder for corrections that is full, or that cannot be written."""

    http_status = 507


@dataclass(frozen=True)
class Kept:
    """A clip that was kept, by its path within the folder, and how many seconds of the recording it has."""

    kept: str
    seconds: float


class Label(BaseModel):
    """The true label of a clip, and whose voice it is."""

    agree: Annotated[Literal["true"], Else("Nothing is kept without consent: send agree=true if the speaker agrees.")
                     ] = Field(description="The speaker agrees that the clip is kept on this machine.")
    emotion: Annotated[str, Else("There is no emotion '{given:.60}': choose {words}.", *EMOTIONS)]
    sex: Annotated[str, Else("There is no sex '{given:.60}': choose {words}.", *SEXES)]
    speaker: Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,40}$"), Else(
        "A speaker's name has 1 to 40 letters, digits and hyphens: choose such a one.")] = SPEAKER


class CorrectionForm(upload.Form, Label):
    """A clip with its true label."""


@blueprint.post("/api/v1/corrections")
@Described("Keep a clip with its true label; of a long recording only the first minute, as `seconds` says",
           {201: Reply("It is kept.", {"application/json": Kept})},
           body={upload.FORM: CorrectionForm}, problems=(400, 403, 413, 415, 422, 503, 507))
def keep() -> Response:
    """Keep the beginning of a clip where the server has a folder for it, and the speaker agrees."""
    here = state()
    if here.settings.corrections is None:
        raise KeepsNothing("This server keeps no recordings: start it with --corrections FOLDER to keep them on this "
                           "machine.")
    upload.demand(request, upload.FORM)
    given = Label.model_validate({"agree": "", "emotion": "", "sex": ""} | request.form.to_dict())
    file = upload.recording(request)
    name = f"{given.sex}_{given.emotion}/{given.speaker}/{secrets.token_hex(8)}.flac"
    with here.desk.place(here.settings.patience_s, request.remote_addr or ""):
        signal = _beginning(file, here.settings)
        _write(_flac(signal), here.settings.corrections, name)
    return make_response(jsonify(kept=name, seconds=len(signal) / RATE), 201)


def _beginning(file: IO[bytes], settings: WebSettings) -> Signal:
    """What is kept of a recording; nothing after it is decoded."""
    parts, left = list[Signal](), round(settings.corrections_s * RATE)
    for block in audio.sounds(file, max_seconds=settings.max_seconds)[0]:
        parts.append(block[:left])
        left -= len(parts[-1])
        if not left:
            break
    signal = np.concatenate(parts)
    if not len(signal):
        raise TooShort(said("The recording holds less than a single sample of sound: record it again."))
    return signal


def _flac(signal: Signal) -> bytes:
    """A signal as FLAC of 16 bits."""
    import av  # 0.1 s that a page without corrections does not need

    file = io.BytesIO()
    with av.open(file, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE, layout="mono")
        samples = (np.clip(signal, -1, 1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.rate = RATE
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return file.getvalue()


def _write(clip: bytes, folder: Path, name: str) -> None:
    """Write a clip into the folder of the corrections; NoRoom where it is full or cannot be written."""
    here = state()
    if _taken(folder) + len(clip) > here.settings.corrections_bytes:
        raise NoRoom(here.texts("error.corrections-full", megabytes=f"{here.settings.corrections_bytes / 1e6:g}"))
    try:
        with write_whole(folder / name) as part:
            part.write_bytes(clip)
    except FileError as error:
        raise NoRoom(here.texts("error.corrections-unwritable")) from error


def _taken(folder: Path) -> int:
    """Bytes of all files in a folder; one that goes meanwhile, or a folder that is not there, has none."""
    taken = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                taken += Path(place, name).lstat().st_size
    return taken
