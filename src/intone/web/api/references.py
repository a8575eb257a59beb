"""`POST /api/v1/references`: recordings of one person -> what they tell of the voice, for the field `reference` of an
analysis. It is numbers and no sound, and whoever asked keeps it: nothing is stored here.
"""

import math
from typing import Annotated

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, Field, WithJsonSchema

from intone.dataclass_json import to_dict
from intone.errors import TooLong
from intone.labels import EMOTIONS
from intone.language.sentences import said
from intone.recognition.adaptation import Reference
from intone.recognition.options import Options
from intone.web import answers, upload
from intone.web.api.described import Described, Reply
from intone.web.state import state

blueprint = Blueprint("references", __name__)

UNKNOWN = "unknown"

_MEANS = (f"The emotion of all of them: neutral by default. With {UNKNOWN} they are compared with each other, and "
          "those that cannot be answered are left out.")


class Voice(BaseModel):
    """How a voice sounds in its recordings."""

    emotion: Annotated[str, WithJsonSchema({"enum": [*EMOTIONS, UNKNOWN]})] = Field("neutral", description=_MEANS)


class ReferenceForm(Voice):
    """One or more recordings of the same person."""

    file: Annotated[list[bytes], Field(min_length=1)]


@blueprint.post("/api/v1/references")
@Described("Learn how a person's voice sounds, to compare recordings with; nothing is stored",
           {200: Reply("What is known of the voice: send it as the field `reference` of an analysis.",
                       {"application/json": Reference})},
           query=Voice, problems=(400, 403, 413, 415, 422, 503),
           body={upload.FORM: ReferenceForm, "application/octet-stream": bytes})
def learn() -> Response:
    """What recordings tell of a voice; together they are at most as long as the page allows."""
    here, stay = state(), answers.staying(request)
    given = request.form if request.mimetype == upload.FORM else request.args
    emotion = Voice.model_validate(given.to_dict()).emotion
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
