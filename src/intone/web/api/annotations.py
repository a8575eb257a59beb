"""`POST /api/v1/annotations`: an answer, as it was given, into a file for another program; or many into one table.

An answer takes much more memory than its JSON: what is sent is therefore bounded in bytes, and before it is parsed in
the number of values. What is no answer is refused at the first fault.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel, BeforeValidator, Discriminator, FailFast, Field, Tag, TypeAdapter, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from intone.errors import IntoneError, UsageError
from intone.labels import SCHEMES
from intone.recognition.formats import FORMATS, Format
from intone.recognition.prediction import NEITHER, Attribution, Prediction, RecognizerIdentity, Segment, Speaker
from intone.web import upload
from intone.web.api.described import Described, Reply
from intone.web.fields import Else
from intone.web.names import attachment, named
from intone.web.state import state
from intone.web.views import class_names

Parsed = TypeVar("Parsed")

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

MOST_ANSWERS = 1000
"""Answers and failures of a list."""

MOST_PEOPLE = 100
"""Speakers of an answer: more than are found in two hours, and few beside its segments."""

JSON = "application/json"

_LONGEST_NAME, _LONGEST_SENTENCE = 1000, 2000

_NAMES = class_names()


def _few(given: Any) -> Any:
    """Probabilities of no more classes than there are: an error for each of a million others would fill the memory."""
    if isinstance(given, Mapping) and len(given) > len(_NAMES):
        raise ValueError(f"{len(given)} probabilities, where no scheme has so many")
    return given


_Share = Annotated[float, Field(ge=0, le=1)]
_Shares = Annotated[dict[str, _Share], BeforeValidator(_few)]
_Time = Annotated[float, Field(ge=0, le=LONGEST_S)]
_Valence = Annotated[float, Field(ge=-1, le=1)]
_Number = Annotated[int, Field(ge=1, le=MOST_PEOPLE)]


@dataclass(frozen=True)
class GivenSegment(Segment):
    """A segment of an answer that is sent."""

    start_s: _Time
    end_s: _Time
    probabilities: _Shares
    speaker: _Number | None = None


@dataclass(frozen=True)
class GivenSpeaker(Speaker):
    """One of several people of an answer that is sent."""

    number: _Number
    seconds: _Time
    share: _Share
    probabilities: _Shares
    outside: _Share
    emotions: _Shares
    valence: tuple[_Valence, _Valence, _Valence]
    reaction: Annotated[float, Field(ge=-2, le=2)] | None = None
    channel: Annotated[int, Field(ge=1)] | None = None


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
    speakers: Annotated[tuple[GivenSpeaker, ...], FailFast(), Field(max_length=MOST_PEOPLE)] = ()


@dataclass(frozen=True)
class GivenFailure:
    """A recording of a list that has no answer: its name, and the sentence about it."""

    file: Annotated[str | None, Field(max_length=_LONGEST_NAME)]
    error: Annotated[str, Field(min_length=1, max_length=_LONGEST_SENTENCE)]


def _kind(given: Any) -> str:
    return "failure" if isinstance(given, Mapping) and "error" in given else "answer"


_Given = Annotated[Annotated[GivenAnswer, Tag("answer")] | Annotated[GivenFailure, Tag("failure")],
                   Discriminator(_kind)]
_GIVEN = TypeAdapter(GivenAnswer)
_GIVEN_LIST = TypeAdapter(Annotated[list[_Given], FailFast(), Field(max_length=MOST_ANSWERS)])
_OFFERED = {name: one for name, one in FORMATS.items() if one.scope != "many"}
_WORDS = "; ".join(f"{name}: {one.words}" for name, one in _OFFERED.items())
_TABLES = [name for name, one in _OFFERED.items() if one.write_many]
_KINDS = {one.media_type: dict if one.name == "json" else str for one in _OFFERED.values()}
_MEANS = "A list has answers in one class scheme, each with its `file`, or `file` and `error` where there is none."


class File(BaseModel):
    """Which file an answer becomes."""

    format: Annotated[str, Else(
        f"There is no format '{{given:.60}}': choose {' or '.join(_OFFERED)}.", *_OFFERED)] = Field(
        "json", description=f"{_WORDS}. Of a list of answers: {' or '.join(_TABLES)}.")
    name: str = Field(default_factory=str, description="The name of the recording: the file is named after it.")


@blueprint.post("/api/v1/annotations")
@Described(f"Take an answer away in another format, or a list of them. {_MEANS}", {200: Reply("The file.", _KINDS)},
           query=File, body={JSON: GivenAnswer}, problems=(400, 403, 413, 415, 422, 503))
def convert() -> Response:
    """An answer, or a list of them, in a format; the body is the JSON of it."""
    here, asked = state(), File.model_validate(request.args.to_dict())
    upload.demand(request, JSON)
    given, chosen = _body(), _OFFERED[asked.format]
    with here.desk.place(here.settings.patience_s, request.remote_addr or ""):
        written = _table(given, chosen) if given.lstrip()[:1] == b"[" else chosen.write(_checked(given))
    response = Response(written, content_type=f"{chosen.media_type}; charset=utf-8")
    name = named(asked.name) if "name" in asked.model_fields_set else "intone"
    response.headers["Content-Disposition"] = attachment(name + chosen.suffix)
    return response


def _table(given: bytes, chosen: Format) -> str:
    """A list of answers and failures as one file."""
    if chosen.write_many is None:
        raise UsageError(f"A list of answers cannot become {chosen.name}: choose {' or '.join(_TABLES)}.")
    found = _parsed(_GIVEN_LIST, given)
    answers = [_coherent(one) for one in found if isinstance(one, Prediction)]
    classes = {tuple(one.probabilities) for one in answers}
    if len(set(map(frozenset, classes))) > 1:
        raise UnfitAnswer("These answers are in different class schemes: send them in the same one.")
    records = [one.to_dict() if isinstance(one, Prediction) else asdict(one) for one in found]
    return "".join(chosen.write_many(records, next(iter(classes), ())))


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
    return _coherent(_parsed(_GIVEN, given))


def _parsed(kind: TypeAdapter[Parsed], given: bytes) -> Parsed:
    if sum(map(given.count, (b",", b"[", b"{"))) > MOST_VALUES:  # at least as many as there are values
        raise UnfitAnswer(f"This answer has more than {MOST_VALUES} values: send one about a shorter recording.")
    try:
        return kind.validate_json(given, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part)[:60] for part in first["loc"]) or "the body"
        raise UnfitAnswer(f"This is no answer of this API ({where}: {first['msg']}): send the JSON as it was given.") \
            from error


def _coherent(answer: Prediction) -> Prediction:
    """An answer whose parts fit each other; else an UnfitAnswer."""
    parts: tuple[Prediction | Segment | Speaker, ...] = (answer, *answer.segments, *answer.speakers)
    if not all(map(_in_a_scheme, parts)):
        raise UnfitAnswer("The label and the probabilities of this answer are those of no class scheme: send the JSON "
                          "as it was given.")
    if not (all(one.start_s < one.end_s for one in answer.segments)
            and all(one.start_s < one.end_s for one in answer.attributions)):
        raise UnfitAnswer("A part of this answer does not start before its end: send the JSON as it was given.")
    return answer


def _in_a_scheme(part: Prediction | Segment | Speaker) -> bool:
    return any(part.label in (*classes, NEITHER) and part.probabilities.keys() == classes for classes in _CLASSES)


_CLASSES = [frozenset(one.classes) for one in SCHEMES.values()]
