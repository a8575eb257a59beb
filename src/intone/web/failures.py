"""Every error as one sentence: on the page, in the part of the page that a script asked for, or in JSON.

Sentences of IntoneError go out as they are. Anything unforeseen goes out as one calm sentence, and into the log as its
type and the places in the code, without its message, which may hold parts of a recording.
"""

import traceback

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from intone.errors import IntoneError
from intone.web.analyses import prefers_html
from intone.web.desk import BusyError
from intone.web.page import page
from intone.web.state import state

_OWN_TEXTS = {404: "error.not-found", 405: "error.method", 413: "error.too-large"}


def answer_failures(app: Flask) -> None:
    """Answer every error of an application."""
    app.register_error_handler(IntoneError, _on_purpose)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(BusyError, _busy)
    app.register_error_handler(Exception, _unforeseen)


def _on_purpose(error: IntoneError) -> Response:
    if error.http_status >= 500:
        _log(error)
    return _said(str(error), error.http_status)


def _http(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:  # a redirect, or an answer that is complete
        return make_response(error.get_response())
    status, texts = error.code or 500, state().texts
    if status in _OWN_TEXTS:
        megabytes = state().settings.max_bytes / 1e6
        said = _said(texts(_OWN_TEXTS[status], megabytes=f"{megabytes:g}"), status)
    elif status == 403 and error.description:
        said = _said(error.description, status)
    else:
        said = _said(texts("error.request", name=error.name), status)
    said.headers.extend({name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")})
    return said


def _busy(_: BusyError) -> Response:
    said = _said(state().texts("error.busy"), 503)
    said.headers["Retry-After"] = str(state().settings.retry_after_s)
    return said


def _unforeseen(error: Exception) -> Response:
    _log(error)
    return _said(state().texts("error.internal"), 500)


def _log(error: Exception) -> None:
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames))
    current_app.logger.error("%s %s failed: %s in %s", request.method, request.endpoint, type(error).__name__, places)


def _said(sentence: str, status: int) -> Response:
    if request.blueprint == "analyses" or request.path.startswith("/analyses"):
        html = prefers_html(default="application/json") and render_template("_alert.html", alert=sentence)
    else:
        html = prefers_html(default="text/html") and page(alert=sentence)
    return make_response(html or jsonify(error=sentence), status)
