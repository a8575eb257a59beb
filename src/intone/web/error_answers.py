"""Every error as one sentence: on the page, in the part of the page that its script asked for, or as a problem.

Sentences of IntoneError go out as they are. Anything unforeseen goes out as one calm sentence, and into the log as its
type and the places in the code, without its message, which may hold parts of a recording.
"""

import traceback
from typing import Any

from flask import Flask, Response, current_app, has_request_context, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from intone import language
from intone.errors import IntoneError
from intone.web.admission import BusyError
from intone.web.page import page
from intone.web.problems import KIND, prefers_html, problem, respond
from intone.web.state import state

API = "/api/"
_OWN_TEXTS = {404: "error.not-found", 405: "error.method", 413: "error.too-large"}


def answer_failures(app: Flask) -> None:
    """Answer every error of an application."""
    app.register_error_handler(Exception, answered)


def answered(error: Exception) -> Response:
    """The response to an error."""
    if isinstance(error, HTTPException) and (error.response is not None or (error.code or 500) < 400):
        return make_response(error.get_response())  # a redirect, or an answer that is complete
    found = refused(error)
    said = make_response(page(alert=found["detail"]), found["status"]) if not request.path.startswith(API) \
        else alarmed(found) if prefers_html() else respond(found)
    if isinstance(error, BusyError):
        said.headers["Retry-After"] = str(state().settings.retry_after_s)
    if isinstance(error, HTTPException):
        said.headers.extend({name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")})
    return said


def alarmed(found: dict[str, Any]) -> Response:
    """A problem as the part of the page that says it."""
    return make_response(render_template("_alert.html", alert=found["detail"]), found["status"])


def refused(error: Exception) -> dict[str, Any]:
    """The problem that an error is, counted."""
    status, sentence = told(error)
    found = problem(error, status, sentence)
    state().measures.refusals.labels(found["type"].removeprefix(KIND)).inc()
    return found


def told(error: Exception) -> tuple[int, str]:
    """The status and the sentence of an error; what nobody foresaw is logged."""
    texts = state().texts
    if isinstance(error, IntoneError):
        if error.http_status >= 500:
            _log(error)
        return error.http_status, language.told(language.sentence_of(error), texts.language)
    if isinstance(error, BusyError):
        return 503, texts("error.busy")
    if isinstance(error, HTTPException):
        status = error.code or 500
        if status in _OWN_TEXTS:
            return status, texts(_OWN_TEXTS[status], megabytes=f"{state().settings.max_bytes / 1e6:g}")
        return status, error.description if status == 403 and error.description else texts("error.request",
                                                                                          name=error.name)
    _log(error)
    return 500, texts("error.internal")


def _log(error: Exception) -> None:
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames))
    where = f"{request.method} {request.endpoint}" if has_request_context() else "a long recording"
    current_app.logger.error("%s failed: %s in %s", where, type(error).__name__, places)
