"""`POST /api/v1/annotations`: an answer, as it was given, into a file for another program.

An answer takes much more memory than its JSON: what is sent is therefore bounded in bytes, and before it is parsed in
the number of values. What is no answer is refused at the first fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from flask import Blueprint, Response, request
from pydantic import BeforeValidator, FailFast, Field, TypeAdapter, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from intone.errors import IntoneError, UsageError
from intone.labels import SCHEMES
from intone.recognition.formats import FORMATS
from intone.recognition.prediction import NEITHER, Attribution, Prediction, RecognizerIdentity, Segment
from intone.web import upload
from intone.web.api.described import Body, Reply, described
from intone.web.names import attachment, named
from intone.web.state import state
from intone.web.views import class_names

blueprint = Blueprint("annotations", __name__)


class UnfitAnswer(UsageError):
    """A body that is no answer as this API gives it."""

    http_status = 422


class LargeAnswer(IntoneError):
    """An answer of more bytes than are read."""

    http_status = 413


LONGEST_S = 1e6
"""Seconds of the longest recording that can have been answered: eleven days."""

MOST_VALUES = 400_000
"""Numbers, texts, lists and objects of an answer. Two hours of speech in segments of a second have 170,000, twice that
with the names of version 0.2; as many as this take 240 MB while they are written as JSON."""

JSON = "application/json"

_NAMES = class_names()


def _few(given: Any) -> Any:
    """Probabilities of no more classes than there are: an error for each of a million others would fill the memory."""
    if isinstance(given, Mapping) and len(given) > len(_NAMES):
        raise ValueError(f"{len(given)} probabilities, where no scheme has so many")
    return given


_Share = Annotated[float, Field(ge=0, le=1)]
_Shares = Annotated[dict[str, _Share], BeforeValidator(_few)]
_Time = Annotated[float, Field(ge=0, le=LONGEST_S)]


@dataclass(frozen=True)
class GivenSegment(Segment):
    """A segment of an answer that is sent."""

    start_s: _Time
    end_s: _Time
    probabilities: _Shares


@dataclass(frozen=True)
class GivenAttribution(Attribution):
    """An attribution of an answer that is sent."""

    start_s: _Time
    end_s: _Time
    weight: Annotated[float, Field(ge=-1, le=1)]


@dataclass(frozen=True)
class GivenRecognizer(RecognizerIdentity):
    """The recognizer of an answer that is sent."""

    classes: Annotated[tuple[str, ...], FailFast()]


@dataclass(frozen=True)
class GivenAnswer(Prediction):
    """An answer that is sent."""

    duration_s: _Time
    probabilities: _Shares
    outside: _Share
    reasons: Annotated[tuple[str, ...], FailFast()]
    segments: Annotated[tuple[GivenSegment, ...], FailFast()]
    recognizer: GivenRecognizer
    attributions: Annotated[tuple[GivenAttribution, ...], FailFast()] = ()


_GIVEN = TypeAdapter(GivenAnswer)
_OFFERED = {name: one for name, one in FORMATS.items() if one.scope != "many"}
_WORDS = "; ".join(f"{name}: {one.words}" for name, one in _OFFERED.items())
_KINDS = {one.media_type: {"type": "object" if one.name == "json" else "string"} for one in _OFFERED.values()}


@blueprint.post("/api/v1/annotations")
@described("Take an answer away in another format", {200: Reply("The file.", _KINDS)},
           query={"format": ({"enum": list(_OFFERED)}, _WORDS),
                  "name": ({"type": "string"}, "The name of the recording: the file is named after it.")},
           body=Body({JSON: GivenAnswer}), problems=(400, 403, 413, 415, 422, 503))
def convert() -> Response:
    """An answer in a format; the body is the JSON of the answer."""
    here, name = state(), request.args.get("format", "json")
    if name not in _OFFERED:
        raise UsageError(f"There is no format '{name[:60]}': choose {' or '.join(_OFFERED)}.")
    upload.demand(request, JSON)
    given, chosen = _body(), _OFFERED[name]
    with here.desk.place(here.settings.patience_s, request.remote_addr or ""):
        written = chosen.write(_checked(given))
    response = Response(written, content_type=f"{chosen.media_type}; charset=utf-8")
    name = named(request.args["name"]) if "name" in request.args else "intone"
    response.headers["Content-Disposition"] = attachment(name + chosen.suffix)
    return response


def _body() -> bytes:
    here = state()
    request.max_content_length = min(here.settings.annotation_bytes, here.settings.max_bytes)
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        megabytes = f"{request.max_content_length / 1e6:g}"
        raise LargeAnswer(here.texts("error.annotation-too-large", megabytes=megabytes)) from error


def _checked(given: bytes) -> Prediction:
    """The answer in a body; UnfitAnswer with its first fault."""
    if sum(map(given.count, (b",", b"[", b"{"))) > MOST_VALUES:  # at least as many as there are values
        raise UnfitAnswer(f"This answer has more than {MOST_VALUES} values: send one about a shorter recording.")
    try:
        answer = _GIVEN.validate_json(given, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part)[:60] for part in first["loc"]) or "the body"
        raise UnfitAnswer(f"This is no answer of this API ({where}: {first['msg']}): send the JSON as it was given.") \
            from error
    if not (_in_a_scheme(answer) and all(map(_in_a_scheme, answer.segments))):
        raise UnfitAnswer("The label and the probabilities of this answer are those of no class scheme: send the JSON "
                          "as it was given.")
    if not (all(one.start_s < one.end_s for one in answer.segments)
            and all(one.start_s < one.end_s for one in answer.attributions)):
        raise UnfitAnswer("A part of this answer does not start before its end: send the JSON as it was given.")
    return answer


def _in_a_scheme(part: Prediction | Segment) -> bool:
    return any(part.label in (*classes, NEITHER) and part.probabilities.keys() == classes for classes in _CLASSES)


_CLASSES = [frozenset(one.classes) for one in SCHEMES.values()]
