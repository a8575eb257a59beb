"""The recording in a request: bytes in memory.

Werkzeug spools parts above 500 kB into a temporary file; here they stay in memory, so a recording is gone as soon as
its answer is. The name that the visitor's computer gives the file is never used: not as a path, not in a message.
"""

from io import BytesIO
from typing import IO, Any

from flask import Request
from pydantic import BaseModel
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from intone.errors import NotAudio, UsageError
from intone.recognition.adaptation import Reference
from intone.recognition.references import LARGEST, parsed
from intone.web.state import state

FIELD = "file"
"""Name of the form field that carries the file."""

FORM = "multipart/form-data"
"""The only type of a form that is taken."""


class Form(BaseModel):
    """A form with a recording."""

    file: bytes


class OtherType(UsageError):
    """A body of another type than the address takes."""

    http_status = 415


def demand(request: Request, kind: str) -> None:
    """An OtherType unless the body of a request is of a type; nothing of it is read."""
    if request.mimetype != kind:
        found = request.mimetype[:60] or "a body without a type"
        raise OtherType(state().texts("error.other-type", takes=kind, kind=found))


class InMemoryRequest(Request):
    """A Flask request whose uploads are never written to a disk."""

    max_form_parts = 20

    @property
    def want_form_data_parsed(self) -> bool:
        """Only multipart bodies are: nothing bounds the memory that an urlencoded form takes, 48 times its length."""
        return self.mimetype == FORM

    def get_data(self, *args: Any, **more: Any) -> Any:
        """As Werkzeug has it; 413 for a body without a length that reaches the bound, which it would cut there."""
        found = super().get_data(*args, **more)
        if self.content_length is None and self.max_content_length and len(found) >= self.max_content_length:
            raise RequestEntityTooLarge
        return found

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - the signature is Werkzeug's
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return BytesIO()


def recording(request: Request) -> IO[bytes]:
    """The recording in the field of a form, or, of any other content type, the whole body.

    UsageError where none was chosen, NotAudio where the file is empty.
    """
    if request.mimetype == FORM:
        return _content(request.files.get(FIELD))
    body = request.get_data(parse_form_data=False)
    if not body:
        raise UsageError(state().texts("error.no-body"))
    return BytesIO(body)


def recordings(request: Request) -> list[IO[bytes]]:
    """All recordings in the field of a form; else as `recording`."""
    several = request.files.getlist(FIELD) if request.mimetype == FORM else []
    return [_content(part) for part in several] or [recording(request)]


def _content(part: FileStorage | None) -> IO[bytes]:
    # A browser sends a part without name and bytes where nothing was chosen.
    if part is None or not (part.filename or part.stream.read(1)):
        raise UsageError(state().texts("error.no-file"))
    part.stream.seek(0)
    content = part.stream.read()
    if not content:
        raise NotAudio(state().texts("error.empty"))
    return BytesIO(content)  # Flask closes the form's own with the request, and a job outlives it


def reference(request: Request) -> Reference | None:
    """What the field `reference` of a form says of the speaker's voice, as text or as a file.

    None without it; an UnfitReference where it is none.
    """
    if request.mimetype != FORM:
        return None
    part = request.files.get("reference")
    given = part.stream.read(LARGEST + 1) if part else request.form.get("reference", "").encode()
    return parsed(given) if given else None
