"""The recording in a request: bytes in memory.

Werkzeug spools parts above 500 kB into a temporary file; here they stay in memory, so a recording is gone as soon as
its answer is. The name that the visitor's computer gives the file is never used: not as a path, not in a message.
"""

from io import BytesIO
from typing import IO

from flask import Request

from intone.errors import NotAudio, UsageError
from intone.web.state import state

FIELD = "file"
"""Name of the form field that carries the file."""


class InMemoryRequest(Request):
    """A Flask request whose uploads are never written to a disk."""

    max_form_parts = 20

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
    if request.mimetype != "multipart/form-data":
        body = request.get_data(parse_form_data=False)
        if not body:
            raise UsageError(state().texts("error.no-body"))
        return BytesIO(body)
    part = request.files.get(FIELD)
    # A browser sends a part without name and bytes where nothing was chosen.
    if part is None or not (part.filename or part.stream.read(1)):
        raise UsageError(state().texts("error.no-file"))
    part.stream.seek(0)
    content = part.stream.read()
    if not content:
        raise NotAudio(state().texts("error.empty"))
    return BytesIO(content)  # Flask closes the form's own with the request, and a job outlives it
