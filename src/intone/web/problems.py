"""Errors for programs, as RFC 9457 has them: type, title, status, and a sentence that says what to do."""

import re
from typing import Any

from flask import Response, json, request
from pydantic import BaseModel, Field
from werkzeug.exceptions import HTTPException

from intone.errors import IntoneError
from intone.web.admission import BusyError

MEDIA_TYPE = "application/problem+json"
KIND = "urn:intone:"


class Problem(BaseModel):
    """A problem: `detail` is one sentence for a person, `type` tells programs which one it is."""

    type: str = Field(description="The same for every problem of this kind.", pattern="^urn:intone:[a-z-]+$")
    title: str
    status: int
    detail: str


def kind_of(error: Exception) -> str:
    """The name of a kind of problem: `NoSpeech` -> `no-speech`."""
    if isinstance(error, HTTPException):
        return re.sub(r"[^a-z]+", "-", error.name.lower()).strip("-")
    if isinstance(error, IntoneError | BusyError):
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__.removesuffix("Error")).lower()
    return "internal"


def problem(error: Exception, status: int, sentence: str) -> dict[str, Any]:
    """The fields of a problem."""
    kind = kind_of(error)
    return Problem(type=f"{KIND}{kind}", title=kind.replace("-", " ").capitalize(), status=status,
                   detail=sentence).model_dump()


def respond(found: dict[str, Any]) -> Response:
    """A problem as a response."""
    return Response(json.dumps(found), found["status"], mimetype=MEDIA_TYPE)


def prefers_html() -> bool:
    """Whether whoever asks would rather read HTML than JSON, as the page's script would."""
    kinds = ("application/json", "text/html")
    return request.accept_mimetypes.best_match(kinds, kinds[0]) == "text/html"
