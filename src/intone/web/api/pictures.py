"""`POST /api/v1/pictures`: a recording -> a picture of its sound, as the original shows it."""

from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import BaseModel, Field

from intone.web import answers, upload
from intone.web.api.described import Described, Reply
from intone.web.fields import Else
from intone.web.state import state

blueprint = Blueprint("pictures", __name__)

VIEWS = ("waveform", "spectrum", "filter-bank", "mfcc")
LONGEST_S = 600.0
"""Seconds of which more is nothing but a block of ink: the beginning is drawn."""


class View(BaseModel):
    """Which picture is asked for."""

    view: Annotated[str, Else("There is no picture '{given}': choose {words}.", *VIEWS)] = Field(
        VIEWS[0], description="What is drawn: waveform by default.")


@blueprint.post("/api/v1/pictures")
@Described("Draw a recording", {200: Reply("The picture.", {"image/png": bytes})},
           query=View, body={upload.FORM: upload.Form, "application/octet-stream": bytes},
           problems=(400, 403, 413, 415, 422, 503))
def draw() -> Response:
    """A picture of a recording, or of its first ten minutes."""
    from intone.plots import clip  # matplotlib takes its time, which a page without pictures need not

    here, view = state(), View.model_validate(request.args.to_dict()).view
    file = upload.recording(request)
    with here.desk.place(here.settings.patience_s, request.remote_addr or ""):
        signal = answers.decoded(here, file, LONGEST_S, answers.staying(request))
        return Response(clip.pictured(signal, view, "the recording"), mimetype="image/png")
