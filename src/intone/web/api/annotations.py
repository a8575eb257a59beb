"""`POST /api/v1/annotations`: an answer, as it was given, into a file for another program."""

from flask import Blueprint, Response, request
from pydantic import TypeAdapter, ValidationError

from intone.errors import UsageError
from intone.recognition.formats import FORMATS
from intone.recognition.prediction import Prediction
from intone.web.api.described import Body, Reply, described

blueprint = Blueprint("annotations", __name__)


class UnfitAnswer(UsageError):
    """A body that is no answer as this API gives it."""

    http_status = 422


LONGEST_S = 1e6
"""Seconds of the longest recording that can have been answered: eleven days."""

_GIVEN = TypeAdapter(Prediction)
_OFFERED = {name: one for name, one in FORMATS.items() if one.scope != "many"}
_WORDS = "; ".join(f"{name}: {one.words}" for name, one in _OFFERED.items())
_KINDS = {one.media_type: {"type": "object" if one.name == "json" else "string"} for one in _OFFERED.values()}


@blueprint.post("/api/v1/annotations")
@described("Take an answer away in another format", {200: Reply("The file.", _KINDS)},
           query={"format": ({"enum": list(_OFFERED)}, _WORDS)},
           body=Body({"application/json": Prediction}), problems=(400, 403, 413, 415, 422))
def convert() -> Response:
    """An answer in a format; the body is the JSON of the answer."""
    name = request.args.get("format", "json")
    if name not in _OFFERED:
        raise UsageError(f"There is no format '{name}': choose {' or '.join(_OFFERED)}.")
    try:
        prediction = _GIVEN.validate_json(request.get_data(), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the body"
        raise UnfitAnswer(f"This is no answer of this API ({where}: {first['msg']}): send the JSON as it was given.") \
            from error
    times = [prediction.duration_s, *(time for one in prediction.segments for time in (one.start_s, one.end_s))]
    if not all(0 <= time <= LONGEST_S for time in times):
        raise UnfitAnswer(f"A time of this answer is not from 0 to {LONGEST_S:g} s: send the JSON as it was given.")
    chosen = _OFFERED[name]
    try:
        written = chosen.write(prediction)
    except ValueError as error:  # JSON knows no infinite numbers
        raise UnfitAnswer("A probability of this answer is no number: send the JSON as it was given.") from error
    response = Response(written, content_type=f"{chosen.media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="intone{chosen.suffix}"'
    return response
