"""`POST /api/v1/pictures`: a recording -> a picture of its sound, as the original shows it."""

from flask import Blueprint, Response, request

from intone.errors import UsageError
from intone.web import answers, upload
from intone.web.api.described import BINARY, Body, Reply, described
from intone.web.state import state

blueprint = Blueprint("pictures", __name__)

VIEWS = ("waveform", "spectrum", "filter-bank", "mfcc")
LONGEST_S = 600.0
"""Seconds of which more is nothing but a block of ink: the beginning is drawn."""

_FORM = {"type": "object", "required": [upload.FIELD], "properties": {upload.FIELD: BINARY}}


@blueprint.post("/api/v1/pictures")
@described("Draw a recording", {200: Reply("The picture.", {"image/png": BINARY})},
           query={"view": ({"enum": list(VIEWS)}, "What is drawn: waveform by default.")},
           body=Body({"multipart/form-data": _FORM, "application/octet-stream": BINARY}),
           problems=(400, 403, 413, 415, 422, 503))
def draw() -> Response:
    """A picture of a recording, or of its first ten minutes."""
    from intone.plots import clip  # matplotlib takes its time, which a page without pictures need not

    here, view = state(), request.args.get("view", VIEWS[0])
    if view not in VIEWS:
        raise UsageError(f"There is no picture '{view}': choose {', '.join(VIEWS[:-1])} or {VIEWS[-1]}.")
    file = upload.recording(request)
    with here.desk.place(here.settings.patience_s, request.remote_addr or ""):
        signal = answers.decoded(here, file, LONGEST_S, answers.staying(request))
        return Response(clip.pictured(signal, view, "the recording"), mimetype="image/png")
