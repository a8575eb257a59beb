"""`POST /api/v1/references`: recordings of one person -> what they tell of the voice, for the field `reference` of an
analysis. It is numbers and no sound, and whoever asked keeps it: nothing is stored here.
"""

import math

from flask import Blueprint, Response, jsonify, request

from intone.dataclass_json import to_dict
from intone.errors import TooLong
from intone.labels import EMOTIONS
from intone.language.sentences import said
from intone.recognition.adaptation import Reference
from intone.recognition.options import Options
from intone.web import answers, upload
from intone.web.api.described import BINARY, Body, Reply, described
from intone.web.state import state

blueprint = Blueprint("references", __name__)

UNKNOWN = "unknown"

_EMOTION = {"enum": [*EMOTIONS, UNKNOWN]}
_FORM = {"type": "object", "required": [upload.FIELD], "properties": {
    upload.FIELD: {"type": "array", "items": BINARY, "minItems": 1,
                   "description": "One or more recordings of the same person."},
    "emotion": _EMOTION}}
_MEANS = (f"The emotion of all of them: neutral by default. With {UNKNOWN} they are compared with each other, and "
          "those that cannot be answered are left out.")


@blueprint.post("/api/v1/references")
@described("Learn how a person's voice sounds, to compare recordings with; nothing is stored",
           {200: Reply("What is known of the voice: send it as the field `reference` of an analysis.",
                       {"application/json": Reference})},
           query={"emotion": (_EMOTION, _MEANS)}, problems=(400, 403, 413, 415, 422, 503),
           body=Body({upload.FORM: _FORM, "application/octet-stream": BINARY}))
def learn() -> Response:
    """What recordings tell of a voice; together they are at most as long as the page allows."""
    here, stay = state(), answers.staying(request)
    given = request.form if request.mimetype == upload.FORM else request.args
    emotion = given.get("emotion", "neutral")
    files = upload.recordings(request)
    whole = answers.Wishes(Options(), "")
    with here.desk.place(here.settings.patience_s, request.remote_addr or ""):
        sounds, seconds = [], 0.0
        for file in files:
            sounds.append(answers.opened(here, file, whole, stay)[0].sound)
            seconds += sounds[-1].seconds or math.inf
            if seconds > here.settings.reference_s:
                raise TooLong(said(
                    "The recordings of the voice are longer than {minutes:g} minutes together: send fewer or shorter "
                    "ones.", minutes=here.settings.reference_s / 60))
        with here.measures.answering(seconds):
            found = here.recognizer.reference(*sounds, emotion=None if emotion == UNKNOWN else emotion)
    return jsonify(to_dict(found))
